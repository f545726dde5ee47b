from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

from hansa.centers.order import rank_base

STOCKTAKE_RANK = rank_base("inventory") + 1
TRANSFER_RANK = rank_base("inventory") + 2
STOCK_RANK = rank_base("inventory") + 3

metadata = MetaData(schema="inventory")

_AT = DateTime(timezone=True)

stock = Table(
    "stock",
    metadata,
    Column("sku_id", Uuid, primary_key=True),
    Column("place_id", Uuid, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("on_hand", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False, server_default=text("0")),
    Column("allocated", BigInteger, nullable=False, server_default=text("0")),
    Column("safety", BigInteger, nullable=False, server_default=text("0")),
    Column("backorder", BigInteger, nullable=False, server_default=text("0")),
    Column("low_at", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("on_hand >= 0 AND held >= 0 AND allocated >= 0", name="stock_not_negative"),
    CheckConstraint("held + allocated <= on_hand + backorder", name="stock_not_oversold"),
    CheckConstraint("safety >= 0 AND backorder >= 0 AND low_at >= 0", name="stock_limits"),
    Index("stock_place", "place_id", "traffic", "sku_id"),
)

hold = Table(
    "hold",
    metadata,
    Column("sku_id", Uuid, primary_key=True),
    Column("order_id", Uuid, primary_key=True),
    Column("place_id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("expires_at", _AT, nullable=False),
    Column("placed_at", _AT, nullable=False),
    Column("changed_at", _AT, nullable=False),
    CheckConstraint("quantity > 0", name="hold_quantity"),
    CheckConstraint(
        "((previous_state IS NULL AND state = 'held')"
        " OR (previous_state = 'held' AND state IN ('allocated', 'released'))"
        " OR (previous_state = 'allocated' AND state IN ('shipped', 'released'))) IS TRUE",
        name="hold_transition",
    ),
    Index("hold_expiring", "expires_at", postgresql_where=text("state = 'held'")),
)

movement = Table(
    "movement",
    metadata,
    Column("sku_id", Uuid, primary_key=True),
    Column("place_id", Uuid, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("occurred_at", _AT, nullable=False),
    CheckConstraint(
        "(kind IN ('received', 'returned') AND quantity > 0)"
        " OR (kind = 'shipped' AND quantity < 0)"
        " OR (kind = 'adjusted' AND quantity <> 0 AND reason <> '')"
        " OR (kind = 'transferred' AND quantity <> 0 AND reference <> '')",
        name="movement_sign",
    ),
    CheckConstraint(
        "reason IN ('', 'counted', 'broken', 'spoiled', 'lost', 'found', 'used', 'other', 'pushed', 'stocktake')",
        name="movement_reason",
    ),
    Index("movement_noted", "actor", postgresql_where=text("note <> ''")),
    info={"append_only": True, "erasable": ("note",)},
)

stocktake = Table(
    "stocktake",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("place_id", Uuid, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", _AT, nullable=False),
    Column("closed_by", Text),
    Column("closed_at", _AT),
    CheckConstraint(
        "((previous_state IS NULL AND state = 'open')"
        " OR (previous_state = 'open' AND state IN ('approved', 'cancelled'))) IS TRUE",
        name="stocktake_transition",
    ),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="stocktake_closed"),
    Index("stocktake_open", "place_id", "traffic", unique=True, postgresql_where=text("state = 'open'")),
    Index("stocktake_place", "place_id", "traffic", "id"),
)

count = Table(
    "count",
    metadata,
    Column("stocktake_id", Uuid, primary_key=True),
    Column("sku_id", Uuid, primary_key=True),
    Column("nr", Integer, primary_key=True, autoincrement=False),
    Column("business", Text, nullable=False),
    Column("expected", BigInteger, nullable=False),
    Column("counted", BigInteger, nullable=False),
    Column("counted_by", Text, nullable=False),
    Column("counted_at", _AT, nullable=False),
    info={"append_only": True},
)

transfer = Table(
    "transfer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("from_place_id", Uuid, nullable=False),
    Column("to_place_id", Uuid, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("sent_at", _AT, nullable=False),
    Column("closed_by", Text),
    Column("closed_at", _AT),
    CheckConstraint("from_place_id <> to_place_id", name="transfer_places"),
    CheckConstraint(
        "((previous_state IS NULL AND state = 'sent')"
        " OR (previous_state = 'sent' AND state IN ('received', 'recalled'))) IS TRUE",
        name="transfer_transition",
    ),
    CheckConstraint("(state = 'sent') = (closed_at IS NULL)", name="transfer_closed"),
    Index("transfer_from", "from_place_id", "traffic", "id"),
    Index("transfer_to", "to_place_id", "traffic", "id"),
)

transfer_line = Table(
    "transfer_line",
    metadata,
    Column("transfer_id", Uuid, primary_key=True),
    Column("sku_id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("received", BigInteger),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("sent > 0 AND received >= 0", name="transfer_line_quantity"),
    CheckConstraint("received IS NULL OR received = sent OR reason <> ''", name="transfer_line_explained"),
)
