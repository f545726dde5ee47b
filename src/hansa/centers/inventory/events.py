from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.kernel.event import Event


class StockEvent(Event, frozen=True, kw_only=True):
    """Something happened to the stock of a SKU at a place; the traffic class is the envelope's."""

    sku_id: UUID
    place_id: UUID

    def subject(self) -> UUID:
        """Return the SKU's id."""
        return self.sku_id


class StockReceived(StockEvent, frozen=True, kw_only=True):
    """Goods came in."""

    topic: ClassVar[str] = "inventory.stock_received"

    quantity: int


class StockAdjusted(StockEvent, frozen=True, kw_only=True):
    """The quantity on hand was corrected by `difference`."""

    topic: ClassVar[str] = "inventory.stock_adjusted"

    difference: int


class SoldOut(StockEvent, frozen=True, kw_only=True):
    """The last available piece was put by for an order."""

    topic: ClassVar[str] = "inventory.sold_out"


class BackInStock(StockEvent, frozen=True, kw_only=True):
    """What orders gave back can be sold again, after there was nothing left."""

    topic: ClassVar[str] = "inventory.back_in_stock"

    available: int


class HoldExpired(StockEvent, frozen=True, kw_only=True):
    """A hold outlived its time by so much that inventory took it back itself."""

    topic: ClassVar[str] = "inventory.hold_expired"

    order_id: UUID
    quantity: int


class LowStock(StockEvent, frozen=True, kw_only=True):
    """What can be sold came down to where the seller wants to know."""

    topic: ClassVar[str] = "inventory.low_stock"

    available: int


class StockTransferred(StockEvent, frozen=True, kw_only=True):
    """Goods went from this place to another."""

    topic: ClassVar[str] = "inventory.stock_transferred"

    to_place_id: UUID
    quantity: int


class StockSent(StockEvent, frozen=True, kw_only=True):
    """Goods left this place for another; until they arrive they are nowhere for sale."""

    topic: ClassVar[str] = "inventory.stock_sent"

    transfer_id: UUID
    to_place_id: UUID
    quantity: int


class StockArrived(StockEvent, frozen=True, kw_only=True):
    """Goods that were `sent` to this place came: `received` of them, more or fewer where something was wrong."""

    topic: ClassVar[str] = "inventory.stock_arrived"

    transfer_id: UUID
    from_place_id: UUID
    sent: int
    received: int


class StockRecalled(StockEvent, frozen=True, kw_only=True):
    """Goods that had left this place are back: they were called back on the way."""

    topic: ClassVar[str] = "inventory.stock_recalled"

    transfer_id: UUID
    quantity: int


class LimitsSet(StockEvent, frozen=True, kw_only=True):
    """How far this stock may be sold was changed."""

    topic: ClassVar[str] = "inventory.limits_set"

    safety: int
    backorder: int
    low_at: int


class StocktakeApproved(Event, frozen=True, kw_only=True):
    """A place was counted, and the differences were posted: so many lines, pieces found and pieces lost."""

    topic: ClassVar[str] = "inventory.stocktake_approved"

    stocktake_id: UUID
    place_id: UUID
    lines: int
    found: int
    lost: int

    def subject(self) -> UUID:
        """Return the stocktake's id."""
        return self.stocktake_id


EVENTS = (
    StockReceived,
    StockAdjusted,
    SoldOut,
    BackInStock,
    HoldExpired,
    LowStock,
    StockTransferred,
    StockSent,
    StockArrived,
    StockRecalled,
    LimitsSet,
    StocktakeApproved,
)
