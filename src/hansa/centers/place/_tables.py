from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from hansa.centers.order import rank_base
from hansa.kernel.snapshot import changed_xid

PLACE_RANK = rank_base("place") + 1

metadata = MetaData(schema="place")

_AT = DateTime(timezone=True)

place = Table(
    "place",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("shop_id", Uuid),
    Column("traffic", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", JSONB, nullable=False),
    Column("address", Text, nullable=False),
    Column("country", Text),
    Column("postal_code", Text),
    Column("lat", Double),
    Column("lon", Double),
    Column("area", JSONB(none_as_null=True)),
    Column("gln", Text),
    Column("capabilities", ARRAY(Text), nullable=False),
    Column("hours", JSONB(none_as_null=True)),
    Column("previous_status", Text),
    Column("status", Text, nullable=False),
    Column("added_at", _AT, nullable=False),
    Column("version", BigInteger, nullable=False),
    changed_xid(),
    UniqueConstraint("traffic", "gln", name="place_gln"),
    CheckConstraint("gln ~ '^[0-9]{13}$'", name="place_gln_digits"),
    CheckConstraint("country ~ '^[A-Z]{2}$'", name="place_country"),
    CheckConstraint(
        "(lat IS NULL) = (lon IS NULL) AND (lat IS NULL OR (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180))",
        name="place_on_earth",
    ),
    CheckConstraint(
        "(coalesce(previous_status, ''), status) IN (('', 'open'), ('open', 'paused'), ('open', 'closed'),"
        " ('paused', 'open'), ('paused', 'closed'))",
        name="place_transition",
    ),
    Index("place_shop", "shop_id", "id"),
    Index("place_changed", "changed_xid"),
    Index(
        "place_nearby",
        text("point(lon, lat)"),
        postgresql_using="gist",
        postgresql_where=text("status = 'open'"),
    ),
)

place_version = Table(
    "place_version",
    metadata,
    Column("place_id", Uuid, ForeignKey("place.place.id"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("place", JSONB, nullable=False),
    Column("actor", Text, nullable=False),
    Column("changed_at", _AT, nullable=False),
    info={"append_only": True, "erasable": ("place",)},
)
