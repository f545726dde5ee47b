from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
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

SHOP_RANK = rank_base("shop") + 1
STAFF_RANK = rank_base("shop") + 2

metadata = MetaData(schema="shop")

_AT = DateTime(timezone=True)


shop = Table(
    "shop",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", JSONB, nullable=False),
    Column("owner", Uuid, nullable=False),
    Column("entity", Text, nullable=False),
    Column("previous_status", Text),
    Column("status", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("opened_at", _AT, nullable=False),
    changed_xid(),
    UniqueConstraint("business", "traffic", "slug", name="shop_slug"),
    CheckConstraint(
        "(previous_status IS NULL AND status = 'active')"
        " OR (previous_status = 'active' AND status = 'suspended')"
        " OR (previous_status = 'suspended' AND status = 'active')",
        name="shop_transition",
    ),
    Index("shop_listed", "business", "traffic", "id"),
    Index("shop_owner", "owner"),
    Index("shop_changed", "changed_xid"),
)

staff = Table(
    "staff",
    metadata,
    Column("shop_id", Uuid, ForeignKey("shop.shop.id"), primary_key=True),
    Column("party", Uuid, primary_key=True),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("added_at", _AT, nullable=False),
    CheckConstraint("cardinality(permissions) > 0", name="staff_has_permissions"),
    Index("staff_party", "party"),
)
