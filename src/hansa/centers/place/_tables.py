from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
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
    Column("kind", Text, nullable=False),
    Column("name", JSONB, nullable=False),
    Column("address", Text, nullable=False),
    Column("lat", Double),
    Column("lon", Double),
    Column("gln", Text),
    Column("capabilities", ARRAY(Text), nullable=False),
    Column("hours", JSONB),
    Column("active", Boolean, nullable=False),
    Column("added_at", _AT, nullable=False),
    Column("version", BigInteger, nullable=False),
    changed_xid(),
    UniqueConstraint("gln", name="place_gln"),
    CheckConstraint("gln ~ '^[0-9]{13}$'", name="place_gln_digits"),
    CheckConstraint(
        "(lat IS NULL) = (lon IS NULL) AND (lat IS NULL OR (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180))",
        name="place_on_earth",
    ),
    Index("place_shop", "shop_id", "id"),
    Index("place_changed", "changed_xid"),
)
