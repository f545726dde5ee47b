from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from hansa.centers.order import rank_base

RECEIPT_RANK = rank_base("review") + 1
"""The receipt's row is the lock of everything that is written about its order."""
SUMMARY_RANK = rank_base("review") + 2

metadata = MetaData(schema="review")

_AT = DateTime(timezone=True)

receipt = Table(
    "receipt",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("order_id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("seller", Uuid, nullable=False),
    Column("lines", Integer, CheckConstraint("lines > 0"), nullable=False),
    Column("paid_at", _AT),
    Column("received_at", _AT, nullable=False),
    Column("open_until", _AT, nullable=False),
    Column("revealed_at", _AT),
    Column("complete", Boolean, nullable=False),
    Index("receipt_order", "order_id"),
)

line = Table(
    "line",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("order_id", Uuid, primary_key=True),
    Column("line_no", Integer, CheckConstraint("line_no > 0"), primary_key=True),
    Column("product_id", Uuid, nullable=False),
    Column("sku_id", Uuid, nullable=False),
    Column("title", Text, nullable=False),
    Column("options", Text, nullable=False),
)

_KIND = "kind IN ('review', 'follow_up', 'reply', 'of_buyer')"
_MOVED = (
    "((previous_state IS NULL AND state IN ('held', 'published'))"
    " OR (previous_state = 'held' AND state IN ('published', 'refused'))"
    " OR (previous_state = 'published' AND state = 'refused')"
    " OR (previous_state = 'refused' AND state = 'published')) IS TRUE"
)

picture = Table(
    "picture",
    metadata,
    Column("party", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("uploaded_at", _AT, nullable=False),
    Column("entry_id", Uuid),
    Index("picture_unused", "uploaded_at", postgresql_where=text("entry_id IS NULL")),
)

entry = Table(
    "entry",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("order_id", Uuid, primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("kind", Text, CheckConstraint(_KIND), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("product_id", Uuid),
    Column("author", Uuid, nullable=False),
    Column("item", SmallInteger, CheckConstraint("item BETWEEN 1 AND 5")),
    Column("service", SmallInteger, CheckConstraint("service BETWEEN 1 AND 5")),
    Column("delivery", SmallInteger, CheckConstraint("delivery BETWEEN 1 AND 5")),
    Column("body", Text, nullable=False),
    Column("media", ARRAY(Uuid), CheckConstraint("cardinality(media) <= 9"), nullable=False),
    Column("fingerprint", LargeBinary),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("version", Integer, CheckConstraint("version > 0"), nullable=False, server_default="1"),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("written_at", _AT, nullable=False),
    Column("shown_at", _AT),
    Column("erased", Boolean, nullable=False, server_default=text("false")),
    Column("reported", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    CheckConstraint("(line_no = 0) = (kind = 'of_buyer')", name="entry_stands_on"),
    CheckConstraint("(product_id IS NULL) = (kind = 'of_buyer')", name="entry_product"),
    CheckConstraint(
        "(item IS NOT NULL) = (kind IN ('review', 'of_buyer'))"
        " AND (service IS NOT NULL) = (kind = 'review') AND (delivery IS NOT NULL) = (kind = 'review')",
        name="entry_scores",
    ),
    CheckConstraint(_MOVED, name="entry_transition"),
    CheckConstraint("shown_at IS NULL OR state = 'published'", name="entry_shown"),
    CheckConstraint(
        "NOT erased OR (body = '' AND media = '{}' AND fingerprint IS NULL)", name="entry_erased"
    ),
    Index("entry_id", "id"),
    Index("entry_author", "author", "id"),
    Index(
        "entry_of_product",
        "product_id",
        "business",
        "traffic",
        "id",
        postgresql_where=text("shown_at IS NOT NULL AND kind = 'review'"),
    ),
    Index("entry_of_shop", "shop_id", "business", "traffic", "id", postgresql_where=text("kind = 'review'")),
    Index("entry_held", "business", "traffic", "id", postgresql_where=text("state = 'held'")),
    Index("entry_reported", "business", "traffic", "id", postgresql_where=text("reported <> '{}'")),
    Index("entry_same", "fingerprint", postgresql_where=text("fingerprint IS NOT NULL")),
)

signal = Table(
    "signal",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("business", Text, nullable=False),
    Column("weight", Integer, CheckConstraint("weight BETWEEN 0 AND 100"), nullable=False),
    info={"append_only": True},
)

report = Table(
    "report",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("party", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reported_at", _AT, nullable=False),
    Index("report_party", "party"),
    info={"append_only": True},
)

decision = Table(
    "decision",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("version", Integer, CheckConstraint("version > 1"), primary_key=True),
    Column("business", Text, nullable=False),
    Column("previous_state", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", _AT, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    info={"append_only": True},
)

_STARS = "star1 + star2 + star3 + star4 + star5"
_STAR_SUM = "star1 + 2 * star2 + 3 * star3 + 4 * star4 + 5 * star5"

summary = Table(
    "summary",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("kind", Text, CheckConstraint("kind IN ('product', 'shop')"), primary_key=True),
    Column("subject", Uuid, primary_key=True),
    Column("votes", BigInteger, nullable=False),
    Column("item", BigInteger, nullable=False),
    Column("service", BigInteger, CheckConstraint("service BETWEEN votes AND 5 * votes"), nullable=False),
    Column("delivery", BigInteger, CheckConstraint("delivery BETWEEN votes AND 5 * votes"), nullable=False),
    *(Column(f"star{n}", BigInteger, CheckConstraint(f"star{n} >= 0"), nullable=False) for n in range(1, 6)),
    CheckConstraint(f"votes = {_STARS} AND item = {_STAR_SUM}", name="summary_adds_up"),
)
