from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, MetaData, Table, Text, Uuid, text

from hansa.centers.order import rank_base

STOCK_RANK = rank_base("inventory") + 1

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
    CheckConstraint("on_hand >= 0 AND held >= 0 AND allocated >= 0", name="stock_not_negative"),
    CheckConstraint("held + allocated <= on_hand", name="stock_not_oversold"),
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
        "(previous_state IS NULL AND state = 'held')"
        " OR (previous_state = 'held' AND state IN ('allocated', 'released'))"
        " OR (previous_state = 'allocated' AND state IN ('shipped', 'released'))",
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
    Column("business", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("occurred_at", _AT, nullable=False),
    CheckConstraint(
        "(kind IN ('received', 'returned') AND quantity > 0)"
        " OR (kind = 'shipped' AND quantity < 0)"
        " OR (kind = 'adjusted' AND quantity <> 0 AND reason <> '')",
        name="movement_sign",
    ),
    info={"append_only": True},
)
