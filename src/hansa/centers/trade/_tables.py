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
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import CHAR, JSONB

from hansa.centers.order import rank_base

CHECKOUT_RANK = 1
"""Among the idempotency keys, before every center: a checkout placed twice is found before stock is touched."""
ORDER_RANK = rank_base("trade") + 1
CART_RANK = rank_base("trade") + 2
LIMITED_RANK = rank_base("trade") + 3
DRAFT_RANK = rank_base("trade") + 4
NOTE_RANK = rank_base("trade") + 5

metadata = MetaData(schema="trade")

_AT = DateTime(timezone=True)

cart_line = Table(
    "cart_line",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("offer_id", Uuid, primary_key=True),
    Column("quantity", Integer, CheckConstraint("quantity BETWEEN 1 AND 1000000"), nullable=False),
    Column("added_at", _AT, nullable=False),
    Column("unit_minor", BigInteger, CheckConstraint("unit_minor >= 0"), nullable=False),
    Column("selected", Boolean, nullable=False, server_default="true"),
    Column("saved", Boolean, nullable=False, server_default="false"),
    Column("measure_amount", BigInteger, CheckConstraint("measure_amount > 0")),
    Column("measure_unit", Text),
    Column("measure_per", BigInteger, CheckConstraint("measure_per > 0")),
)

cart_note = Table(
    "cart_note",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("shop_id", Uuid, primary_key=True),
    Column("text", Text, CheckConstraint("length(text) BETWEEN 1 AND 2000"), nullable=False),
)

checkout = Table(
    "checkout",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("payment_id", Uuid, nullable=False),
    Column("payable", BigInteger, CheckConstraint("payable >= 0"), nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("plan_hash", Text, nullable=False),
    Column("decisions", JSONB, nullable=False),
    Column("orders", ARRAY(Uuid), CheckConstraint("cardinality(orders) > 0"), nullable=False),
    Column("placed_at", _AT, nullable=False),
    Column("pay_by", _AT, nullable=False),
    Index("checkout_payment", "payment_id"),
)

limited = Table(
    "limited",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("offer_id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
)
"""What somebody may have so many of: a row to wait at, while the lines it bought are counted."""

order = Table(
    "order",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("checkout_id", Uuid, nullable=False),
    Column("payment_id", Uuid, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("seller", Uuid, nullable=False),
    Column("place_id", Uuid, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("version", Integer, CheckConstraint("version > 0"), nullable=False, server_default="1"),
    Column("currency", CHAR(3), nullable=False),
    Column("goods", BigInteger, CheckConstraint("goods >= 0"), nullable=False),
    Column("discount", BigInteger, CheckConstraint("discount BETWEEN 0 AND goods"), nullable=False),
    Column("freight", BigInteger, CheckConstraint("freight >= 0"), nullable=False),
    Column("tax", BigInteger, CheckConstraint("tax >= 0"), nullable=False),
    Column("option", JSONB, nullable=False),
    Column("terms", JSONB, nullable=False),
    Column("address_version", Uuid),
    Column("seller_version", Uuid),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", _AT, nullable=False),
    Column("due_at", _AT),
    Column("paid_at", _AT),
    Column("shipped_at", _AT),
    Column("finished_at", _AT),
    Column("closed_at", _AT),
    Column("extended", Boolean, nullable=False, server_default="false"),
    Index("order_id", "id"),
    Index("order_shop", "shop_id", "id"),
    Index("order_open", "shop_id", "id", postgresql_where=text("finished_at IS NULL AND closed_at IS NULL")),
)

line = Table(
    "line",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("order_id", Uuid, primary_key=True),
    Column("line_no", Integer, CheckConstraint("line_no > 0"), primary_key=True),
    Column("offer_id", Uuid, nullable=False),
    Column("offer_version", Integer, nullable=False),
    Column("sku_id", Uuid, nullable=False),
    Column("product_id", Uuid, nullable=False),
    Column("title", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("art", Text, nullable=False),
    Column("quantity", Integer, CheckConstraint("quantity > 0"), nullable=False),
    Column("measure_amount", BigInteger, CheckConstraint("measure_amount > 0")),
    Column("measure_unit", Text),
    Column("measure_per", BigInteger, CheckConstraint("measure_per > 0")),
    Column("unit_minor", BigInteger, CheckConstraint("unit_minor >= 0"), nullable=False),
    Column("gross", BigInteger, CheckConstraint("gross >= 0"), nullable=False),
    Column("discount", BigInteger, CheckConstraint("discount BETWEEN 0 AND gross"), nullable=False),
    Column("tax", BigInteger, CheckConstraint("tax >= 0"), nullable=False),
    Column("freight", BigInteger, CheckConstraint("freight >= 0"), nullable=False),
    Column("commission_bp", Integer, CheckConstraint("commission_bp BETWEEN 0 AND 10000"), nullable=False),
    Column("attribution", JSONB),
    Column("inputs", JSONB),
    Column("category_ids", JSONB),
    Column("previous_state", Text),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("carrier", Text, CheckConstraint("length(carrier) BETWEEN 1 AND 60")),
    Column("tracking", Text, CheckConstraint("length(tracking) BETWEEN 1 AND 60")),
    Column("part_of", Integer),
    Column("units", Integer),
    Column("first_unit", Integer),
)

allocation = Table(
    "allocation",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("order_id", Uuid, primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("layer", Text, nullable=False),
    Column(
        "funder_kind", Text, CheckConstraint("funder_kind IN ('platform', 'shop', 'brand')"), nullable=False
    ),
    Column("funder_party", Uuid),
    Column("minor", BigInteger, CheckConstraint("minor > 0"), nullable=False),
    info={"append_only": True},
)

history = Table(
    "history",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("order_id", Uuid, primary_key=True),
    Column("version", Integer, CheckConstraint("version > 1"), primary_key=True),
    Column("previous_state", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", _AT, nullable=False),
    Column("actor", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("lines", ARRAY(Integer), nullable=False),
    Column("details", JSONB),
    info={"append_only": True},
)

note = Table(
    "note",
    metadata,
    Column("buyer", Uuid, primary_key=True),
    Column("order_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, CheckConstraint("kind IN ('buyer', 'seller', 'cancellation')"), nullable=False),
    Column("author", Uuid, nullable=False),
    Column("text", Text, CheckConstraint("length(text) BETWEEN 1 AND 2000"), nullable=False),
    Column("written_at", _AT, nullable=False),
    Index("note_author", "author"),
)

draft = Table(
    "draft",
    metadata,
    Column("shop_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("buyer", Uuid, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('open', 'accepted', 'withdrawn')"),
        nullable=False,
        server_default="open",
    ),
    Column("lines", JSONB, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("goods", BigInteger, CheckConstraint("goods >= 0"), nullable=False),
    Column("freight", BigInteger, CheckConstraint("freight >= 0")),
    Column("made_by", Text, nullable=False),
    Column("made_at", _AT, nullable=False),
    Column("expires_at", _AT, CheckConstraint("expires_at > made_at"), nullable=False),
    Column("ended_by", Text),
    Column("ended_at", _AT),
    Column("checkout_id", Uuid),
    Column("note", Text, CheckConstraint("length(note) <= 2000"), nullable=False, server_default=""),
    Index("draft_id", "id"),
    Index("draft_buyer", "buyer", "id"),
    Index("draft_said", "made_by", postgresql_where=text("note <> ''")),
)
