from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import CHAR, JSONB

from hansa.centers.order import rank_base
from hansa.kernel.snapshot import changed_xid

CATEGORY_RANK = rank_base("product") + 1
PRODUCT_RANK = rank_base("product") + 2
"""The product's row is the lock of everything under it: its SKUs, offers and listings."""

metadata = MetaData(schema="product")

_AT = DateTime(timezone=True)

category = Table(
    "category",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("names", JSONB, nullable=False),
    Column("parent_id", Uuid, ForeignKey("product.category.id")),
    Column("lineage", ARRAY(Uuid), nullable=False),
    Column("position", Integer, nullable=False),
    changed_xid(),
    UniqueConstraint("business", "slug", name="category_slug"),
    CheckConstraint("lineage[cardinality(lineage)] = id", name="category_ends_its_lineage"),
    Index("category_changed", "changed_xid"),
)

product = Table(
    "product",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("category_id", Uuid, ForeignKey("product.category.id")),
    Column("titles", JSONB, nullable=False),
    Column("descriptions", JSONB, nullable=False),
    Column("options", JSONB, nullable=False),
    Column("art", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("version", BigInteger, nullable=False),
    changed_xid(),
    Index("product_shop", "shop_id", "id"),
    Index("product_changed", "changed_xid"),
)

sku = Table(
    "sku",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("product_id", Uuid, ForeignKey("product.product.id"), nullable=False),
    Column("values", JSONB, nullable=False),
    Column("option_key", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("gtin", Text),
    Column("art", Text, nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("product_id", "option_key", name="sku_options"),
)

offer = Table(
    "offer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("product_id", Uuid, ForeignKey("product.product.id"), nullable=False),
    Column("sku_id", Uuid, ForeignKey("product.sku.id"), nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("list_price_minor", BigInteger),
    Column("currency", CHAR(3), nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("suspended", Boolean, nullable=False, server_default=text("false")),
    Column("version", Integer, nullable=False),
    Column("created_at", _AT, nullable=False),
    changed_xid(),
    UniqueConstraint("sku_id", "shop_id", "business", "traffic", name="offer_once"),
    CheckConstraint("price_minor >= 0 AND list_price_minor >= 0", name="offer_price"),
    CheckConstraint(
        "(previous_state IS NULL AND state = 'active')"
        " OR (previous_state = 'active' AND state IN ('active', 'withdrawn'))"
        " OR (previous_state = 'withdrawn' AND state = 'active')",
        name="offer_transition",
    ),
    Index("offer_product", "product_id"),
    Index("offer_shop", "shop_id"),
    Index("offer_changed", "changed_xid"),
)

listing = Table(
    "listing",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("product_id", Uuid, ForeignKey("product.product.id"), primary_key=True),
    Column("category_id", Uuid),
    Column("offer_id", Uuid, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("offers", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Index("listing_price", "business", "traffic", "price_minor", "product_id"),
    Index("listing_category", "business", "traffic", "category_id", "product_id"),
)
