from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
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
IMPORT_RANK = rank_base("product") + 2
PRICE_LIST_RANK = rank_base("product") + 3
PRODUCT_RANK = rank_base("product") + 4
"""The product's row is the lock of everything under it: its SKUs, offers, changes and listings."""

metadata = MetaData(schema="product")

_AT = DateTime(timezone=True)
_PRODUCT = "product.product.id"
_OF_IMPORT = "import_id IS NOT NULL"


def _import_id() -> Column[object]:
    """Which import wrote the row ahead; NULL once it is settled."""
    return Column("import_id", Uuid, ForeignKey("product.import.id"))


imports = Table(
    "import",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("format", Text, CheckConstraint("format IN ('csv', 'jsonl')"), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("flipped", Boolean, Computed("state IN ('flipped', 'done')", persisted=True), nullable=False),
    Column("parts", Integer, nullable=False, server_default=text("0")),
    Column("rows_read", Integer, nullable=False, server_default=text("0")),
    Column("rows_bad", Integer, nullable=False, server_default=text("0")),
    Column("rows_judged", Integer, nullable=False, server_default=text("0")),
    Column("rows_written", Integer, nullable=False, server_default=text("0")),
    Column("rows_settled", Integer, nullable=False, server_default=text("0")),
    Column("runs", Integer, nullable=False, server_default=text("0")),
    changed_xid(),
    CheckConstraint(
        "((previous_state IS NULL AND state = 'receiving') OR previous_state = state"
        " OR (previous_state, state) IN (('receiving', 'reading'), ('receiving', 'cancelled'),"
        " ('reading', 'writing'), ('reading', 'rejected'), ('reading', 'cancelled'), ('writing', 'flipped'),"
        " ('writing', 'rejected'), ('writing', 'cancelled'), ('flipped', 'done'))) IS TRUE",
        name="import_transition",
    ),
    Index("import_shop", "shop_id", "id"),
    Index(
        "import_active",
        "shop_id",
        unique=True,
        postgresql_where=text("state IN ('receiving', 'reading', 'writing', 'flipped')"),
    ),
    Index("import_changed", "changed_xid"),
)

import_part = Table(
    "import_part",
    metadata,
    Column("import_id", Uuid, ForeignKey("product.import.id"), primary_key=True),
    Column("number", Integer, CheckConstraint("number > 0"), primary_key=True),
    Column("content", Text, nullable=False),
)

import_row = Table(
    "import_row",
    metadata,
    Column("import_id", Uuid, ForeignKey("product.import.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("product_code", Text, nullable=False),
    Column("option_key", Text, nullable=False),
    Column("said", JSONB, nullable=False),
    Column("errors", JSONB),
    Index("import_row_product", "import_id", "product_code", "line"),
    Index("import_row_bad", "import_id", "line", postgresql_where=text("errors IS NOT NULL")),
)

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
    Column("attributes", JSONB, nullable=False, server_default=text("'[]'")),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    changed_xid(),
    UniqueConstraint("business", "slug", name="category_slug"),
    CheckConstraint("lineage[cardinality(lineage)] = id", name="category_ends_its_lineage"),
    Index("category_changed", "changed_xid"),
)

custom_schema = Table(
    "custom_schema",
    metadata,
    Column("business", Text, primary_key=True),
    Column("target", Text, CheckConstraint("target IN ('product', 'sku')"), primary_key=True),
    Column("fields", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
    changed_xid(),
    Index("custom_schema_changed", "changed_xid"),
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
    Column("code", Text, nullable=False),
    Column("attributes", JSONB, nullable=False),
    Column("custom", JSONB, nullable=False),
    Column("measure", JSONB),
    Column("pictures", ARRAY(Uuid), nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    _import_id(),
    Column("created_at", _AT, nullable=False),
    Column("version", BigInteger, nullable=False),
    changed_xid(),
    CheckConstraint(
        "((previous_state IS NULL AND state IN ('draft', 'published')) OR (previous_state = state)"
        " OR (previous_state = 'draft' AND state = 'published')"
        " OR (previous_state = 'published' AND state = 'archived')"
        " OR (previous_state = 'archived' AND state = 'draft')) IS TRUE",
        name="product_transition",
    ),
    Index("product_code", "shop_id", "code", unique=True, postgresql_where=text("code <> ''")),
    Index("product_import", "import_id", postgresql_where=text(_OF_IMPORT)),
    Index("product_shop", "shop_id", "id"),
    Index("product_pictures", "pictures", postgresql_using="gin"),
    Index("product_changed", "changed_xid"),
)

sku = Table(
    "sku",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("product_id", Uuid, ForeignKey(_PRODUCT), nullable=False),
    Column("values", JSONB, nullable=False),
    Column("option_key", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("gtin", Text),
    Column("art", Text, nullable=False),
    Column("custom", JSONB, nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("product_id", "option_key", name="sku_options"),
    Index("sku_code", "code", postgresql_where=text("code <> ''")),
    Index("sku_gtin", "gtin", postgresql_where=text("gtin IS NOT NULL")),
)

offer = Table(
    "offer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("product_id", Uuid, ForeignKey(_PRODUCT), nullable=False),
    Column("sku_id", Uuid, ForeignKey("product.sku.id"), nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("list_price_minor", BigInteger),
    Column("currency", CHAR(3), nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("suspended", Boolean, nullable=False, server_default=text("false")),
    Column("unpublished", Boolean, nullable=False, server_default=text("false")),
    Column(
        "on_sale",
        Boolean,
        Computed("state = 'active' AND NOT suspended AND NOT unpublished", persisted=True),
        nullable=False,
    ),
    Column("changes_at", ARRAY(_AT), nullable=False, server_default=text("'{}'")),
    Column("current_minor", BigInteger, nullable=False),
    _import_id(),
    Column("next_price_minor", BigInteger),
    Column("next_list_price_minor", BigInteger),
    Column("version", Integer, nullable=False),
    Column("created_at", _AT, nullable=False),
    changed_xid(),
    UniqueConstraint("sku_id", "shop_id", "business", "traffic", name="offer_once"),
    CheckConstraint(
        "price_minor >= 0 AND list_price_minor >= 0 AND current_minor >= 0 AND next_price_minor >= 0",
        name="offer_price",
    ),
    CheckConstraint(
        "((previous_state IS NULL AND state = 'active')"
        " OR (previous_state = 'active' AND state IN ('active', 'withdrawn'))"
        " OR (previous_state = 'withdrawn' AND state = 'active')) IS TRUE",
        name="offer_transition",
    ),
    Index("offer_import", "import_id", postgresql_where=text(_OF_IMPORT)),
    Index("offer_product", "product_id"),
    Index("offer_shop", "shop_id"),
    Index("offer_changed", "changed_xid"),
)

listing = Table(
    "listing",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("product_id", Uuid, ForeignKey(_PRODUCT), primary_key=True),
    Column("category_id", Uuid),
    Column("offer_id", Uuid, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("offers", Integer, nullable=False),
    Column("words", Text, nullable=False),
    _import_id(),
    Index("listing_price", "business", "traffic", "price_minor", "product_id"),
    Index("listing_category", "business", "traffic", "category_id", "product_id"),
)

change = Table(
    "change",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("product_id", Uuid, ForeignKey(_PRODUCT), nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('edit', 'publish')"), nullable=False),
    Column("edit", JSONB, nullable=False),
    Column("before", JSONB, nullable=False),
    Column("note", Text, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", _AT, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", _AT),
    Column("reason", Text, nullable=False),
    CheckConstraint(
        "((previous_state IS NULL AND state = 'pending')"
        " OR (previous_state = 'pending' AND state IN ('confirmed', 'declined', 'withdrawn'))) IS TRUE",
        name="change_transition",
    ),
    CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="change_decided"),
    Index("change_pending", "product_id", unique=True, postgresql_where=text("state = 'pending'")),
    Index("change_queue", "business", "id", postgresql_where=text("state = 'pending'")),
    Index("change_shop", "shop_id", "id", postgresql_where=text("state = 'pending'")),
    Index("change_product", "product_id", "id"),
)

history = Table(
    "history",
    metadata,
    Column("product_id", Uuid, ForeignKey(_PRODUCT), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("at", _AT, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    info={"append_only": True},
)

price_list = Table(
    "price_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("names", JSONB, nullable=False),
    Column("starts_at", _AT, nullable=False),
    Column("ends_at", _AT, CheckConstraint("ends_at > starts_at")),
    Column("priority", Integer, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("price_list_shop", "shop_id", "id"),
)

timed_price = Table(
    "timed_price",
    metadata,
    Column("offer_id", Uuid, ForeignKey("product.offer.id"), primary_key=True),
    Column("price_list_id", Uuid, ForeignKey("product.price_list.id"), primary_key=True),
    Column("price_minor", BigInteger, CheckConstraint("price_minor >= 0"), nullable=False),
    Index("timed_price_list", "price_list_id", "offer_id"),
)

media = Table(
    "media",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("alt", JSONB, nullable=False),
    Column("width", Integer, CheckConstraint("width > 0"), nullable=False),
    Column("height", Integer, CheckConstraint("height > 0"), nullable=False),
    Column("bytes", BigInteger, CheckConstraint("bytes > 0"), nullable=False),
    Column("kept_bytes", BigInteger, CheckConstraint("kept_bytes >= bytes"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", _AT, nullable=False),
    Index("media_shop", "shop_id", "id", postgresql_include=["kept_bytes"]),
)

media_loose = Table(
    "media_loose",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("since", _AT, nullable=False),
    Index("media_loose_since", "since", "id"),
)
