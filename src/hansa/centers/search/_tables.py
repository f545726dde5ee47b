from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import CHAR, JSONB

from hansa.centers.order import rank_base

GENERATION_RANK = rank_base("search") + 1
TRACKED_RANK = rank_base("search") + 2
"""A product's row here is the lock of everything the index says of it: who writes last has read last."""
NAMING_RANK = rank_base("search") + 3
LABEL_RANK = rank_base("search") + 4

metadata = MetaData(schema="search")

_AT = DateTime(timezone=True)
_SLOT = "slot IN (0, 1)"

generation = Table(
    "generation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slot", SmallInteger, CheckConstraint(_SLOT), nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("began_at", _AT, nullable=False),
    Column("ended_at", _AT),
    CheckConstraint(
        "((previous_state IS NULL AND state IN ('building', 'active'))"
        " OR (previous_state = 'building' AND state IN ('active', 'abandoned'))"
        " OR (previous_state = 'active' AND state = 'retired')) IS TRUE",
        name="generation_transition",
    ),
    Index("generation_active", "state", unique=True, postgresql_where=text("state = 'active'")),
    Index("generation_building", "state", unique=True, postgresql_where=text("state = 'building'")),
    Index("generation_slot", "slot", unique=True, postgresql_where=text("state IN ('active', 'building')")),
)

tracked = Table("tracked", metadata, Column("product_id", Uuid, primary_key=True))

popularity = Table(
    "popularity",
    metadata,
    Column("product_id", Uuid, primary_key=True),
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("sold", BigInteger, CheckConstraint("sold >= 0"), nullable=False),
    Column("votes", BigInteger, CheckConstraint("votes >= 0"), nullable=False),
    Column("rating", Integer, CheckConstraint("rating BETWEEN 0 AND 500"), nullable=False),
)


def _document(slot: int) -> Table:
    """Two tables of one shape: one answers queries while the other is filled, each with indexes of its own."""
    name = f"document_{slot}"
    return Table(
        name,
        metadata,
        Column("business", Text, primary_key=True),
        Column("traffic", Text, primary_key=True),
        Column("product_id", Uuid, primary_key=True),
        Column("offer_id", Uuid, nullable=False),
        Column("offers", Integer, CheckConstraint("offers > 0"), nullable=False),
        Column("price_minor", BigInteger, CheckConstraint("price_minor >= 0"), nullable=False),
        Column("currency", CHAR(3), nullable=False),
        Column("rank", Integer, CheckConstraint("rank >= 0"), nullable=False),
        Column("sold", BigInteger, nullable=False),
        Column("votes", BigInteger, nullable=False),
        Column("rating", Integer, nullable=False),
        Column("keys", ARRAY(BigInteger), nullable=False),
        Column("facets", ARRAY(Text), nullable=False),
        Index(f"{name}_keys", "keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index(f"{name}_rank", "business", "traffic", "rank", "product_id"),
        Index(f"{name}_price", "business", "traffic", "price_minor", "product_id"),
        Index(f"{name}_sold", "business", "traffic", "sold", "product_id"),
        Index(f"{name}_product", "product_id"),
    )


_document(0)
_document(1)

suggestion = Table(
    "suggestion",
    metadata,
    Column("slot", SmallInteger, CheckConstraint(_SLOT), primary_key=True),
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("start", Text(collation="C"), primary_key=True),
    Column("source", Uuid, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Index("suggestion_source", "source"),
    Index("suggestion_head", "slot", "business", "traffic", text("left(start, 2)"), "rank"),
)

word = Table(
    "word",
    metadata,
    Column("slot", SmallInteger, CheckConstraint(_SLOT), primary_key=True),
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("word", Text(collation="C"), primary_key=True),
)

gram = Table(
    "gram",
    metadata,
    Column("slot", SmallInteger, CheckConstraint(_SLOT), primary_key=True),
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("gram", Text(collation="C"), primary_key=True),
    Column("word", Text(collation="C"), primary_key=True),
)

naming = Table(
    "naming",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("shop_id", Uuid, primary_key=True),
    Column("names", JSONB, nullable=False),
)

label = Table(
    "label",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("names", JSONB, nullable=False),
)
