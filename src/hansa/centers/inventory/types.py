from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, NewType
from uuid import UUID

import msgspec

from hansa.centers.place.types import PlaceId
from hansa.centers.product.types import SkuId
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.ids import IdKind
from hansa.kernel.problem import Problem

MovementId = NewType("MovementId", UUID)
MOVEMENT_ID = IdKind[MovementId]("move")
StocktakeId = NewType("StocktakeId", UUID)
STOCKTAKE_ID = IdKind[StocktakeId]("stocktake")
TransferId = NewType("TransferId", UUID)
TRANSFER_ID = IdKind[TransferId]("transfer")

NOTE_MAX = 500

QUANTITY_MAX = 1_000_000_000
"""The most that one command moves, and one stock row holds: sums of it stay far below 64 bits."""

Quantity = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]
_NO_PIECES: Mapping[HoldKey, int] = MappingProxyType({})


class HoldState(enum.StrEnum):
    """What became of the goods put by for an order."""

    HELD = "held"
    """Put by until the order is paid or its time is up."""
    ALLOCATED = "allocated"
    """Paid; waiting to be sent."""
    SHIPPED = "shipped"
    """Gone."""
    RELEASED = "released"
    """Back among what can be sold."""


class StockStep(enum.StrEnum):
    """What can be done with holds that exist."""

    ALLOCATE = "allocate"
    SHIP = "ship"
    RELEASE = "release"


class MovementKind(enum.StrEnum):
    """Why the quantity on hand changed."""

    RECEIVED = "received"
    ADJUSTED = "adjusted"
    SHIPPED = "shipped"
    RETURNED = "returned"
    TRANSFERRED = "transferred"


class HoldLine(msgspec.Struct, frozen=True):
    """A line that wants goods put by: so many of one SKU at one place, for one order."""

    order_id: UUID
    line_no: int
    sku_id: SkuId
    place_id: PlaceId
    quantity: int


class HoldKey(msgspec.Struct, frozen=True, order=True):
    """One hold: what an order has put by of one SKU at one place (its lines of it are summed)."""

    order_id: UUID
    sku_id: SkuId
    place_id: PlaceId


@dataclass(frozen=True, slots=True)
class HoldDemand:
    """What a placement asks: all of these lines, or nothing. Its orders share one expiry."""

    ctx: Ctx
    lines: tuple[HoldLine, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StockDemand:
    """What a payment, a shipment or a cancellation asks for the holds of its orders.

    Keys and not order ids, because stock and holds are distributed by SKU: with the key every statement
    knows where its rows are. An order's lines name them; repeated keys count once.
    """

    ctx: Ctx
    holds: tuple[HoldKey, ...]


@dataclass(frozen=True, slots=True)
class MoveDemand:
    """A `StockDemand` that names its step: for lanes whose calls do different things to stock.

    A hold that has a number of `pieces` here takes the step with so many of them; the rest stay put by. A part
    is taken each time it is asked for, so whoever asks sees to it that it asks once.
    """

    ctx: Ctx
    step: StockStep
    holds: tuple[HoldKey, ...]
    pieces: Mapping[HoldKey, int] = field(default_factory=lambda: _NO_PIECES)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Goods that came in: `kind` is `received` from a supplier or `returned` by a buyer."""

    sku_id: SkuId
    place_id: PlaceId
    quantity: Quantity
    kind: MovementKind = MovementKind.RECEIVED
    reference: str = ""
    """What they came with: a delivery note, an order."""


class MovementReason(enum.StrEnum):
    """Why the quantity on hand changed, beyond its kind: for good, so never in anybody's own words."""

    NONE = ""
    """Its kind says it all."""
    COUNTED = "counted"
    BROKEN = "broken"
    SPOILED = "spoiled"
    LOST = "lost"
    FOUND = "found"
    USED = "used"
    """By the shop itself: a sample, the window, a gift."""
    OTHER = "other"
    PUSHED = "pushed"
    """A program said what is on hand."""
    STOCKTAKE = "stocktake"
    """Counted on a sheet, which `reference` names."""


ADJUSTMENT_REASONS = frozenset(MovementReason) - {
    MovementReason.NONE,
    MovementReason.PUSHED,
    MovementReason.STOCKTAKE,
}
"""What whoever corrects by hand may say."""


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """A correction of the quantity on hand by `difference`, which is not zero, for a reason.

    `note` is what somebody adds in their own words; it goes when they are forgotten.
    """

    sku_id: SkuId
    place_id: PlaceId
    difference: int
    reason: MovementReason
    note: str = ""


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """Goods that went from one place to another, at once."""

    sku_id: SkuId
    from_place_id: PlaceId
    to_place_id: PlaceId
    quantity: Quantity
    note: str = ""


class StockLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How far a stock row may be sold.

    `safety` pieces are kept back, `backorder` pieces may be promised before they come in, and at `low_at`
    left or fewer the seller is told (0: only when it is sold out).
    """

    sku_id: SkuId
    place_id: PlaceId
    safety: int = 0
    backorder: int = 0
    low_at: int = 0


class StockPush(msgspec.Struct, frozen=True, kw_only=True):
    """What a seller's own program says is on hand: of a SKU by its id, or by the seller's `code`."""

    place_id: PlaceId
    on_hand: int
    sku_id: SkuId | None = None
    code: str = ""


class PushOutcome(enum.StrEnum):
    """What became of one row of a push."""

    SET = "set"
    UNCHANGED = "unchanged"
    LIMITED = "limited"
    """Orders were promised more: on hand is as low as it can be, so that nothing more is sold."""
    REFUSED = "refused"


class StockLevel(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of one SKU at one place: of `on_hand`, `held` and `allocated` are spoken for."""

    sku_id: SkuId
    place_id: PlaceId
    traffic: Traffic
    on_hand: int
    held: int
    allocated: int
    safety: int = 0
    backorder: int = 0
    low_at: int = 0

    @property
    def available(self) -> int:
        """What can still be sold."""
        return max(self.on_hand + self.backorder - self.safety - self.held - self.allocated, 0)


class PushVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one row of a push: where it was refused `problem` says why, else `level` is as it is now."""

    outcome: PushOutcome
    level: StockLevel | None = None
    problem: Problem | None = None


class StocktakeState(enum.StrEnum):
    """Where a stocktake stands."""

    OPEN = "open"
    APPROVED = "approved"
    """The differences were posted."""
    CANCELLED = "cancelled"
    """Nothing was posted."""


class Stocktake(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet on which a place is counted."""

    id: StocktakeId
    place_id: PlaceId
    state: StocktakeState
    note: str
    opened_by: str
    opened_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one SKU: so many pieces."""

    sku_id: SkuId
    counted: int


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a sheet: the `nr`-th count of a SKU, with what was on hand at that moment."""

    sku_id: SkuId
    nr: int
    expected: int
    counted: int
    counted_by: str
    counted_at: datetime

    @property
    def difference(self) -> int:
        """What was found beyond what was expected; below zero what is missing."""
        return self.counted - self.expected


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How far a sheet has come, by the latest count of each SKU.

    Of `counted` SKUs `off` differ from what was expected: `found` pieces too many and `lost` too few.
    `uncounted` ones the place keeps and nobody has counted.
    """

    counted: int
    off: int
    found: int
    lost: int
    uncounted: int


class TransferState(enum.StrEnum):
    """Where goods stand that were sent to another place."""

    SENT = "sent"
    """On the way: at no place, and not for sale."""
    RECEIVED = "received"
    RECALLED = "recalled"
    """Back where they came from."""


class SentLine(msgspec.Struct, frozen=True, kw_only=True):
    """So many pieces of a SKU that go along."""

    sku_id: SkuId
    quantity: Quantity


class ArrivedLine(msgspec.Struct, frozen=True, kw_only=True):
    """So many pieces of a SKU that came; where they are not as many as were sent, `reason` says why."""

    sku_id: SkuId
    received: int
    reason: MovementReason = MovementReason.NONE


class TransferLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of goods on the way; `received` is None until they came."""

    sku_id: SkuId
    sent: int
    received: int | None = None
    reason: MovementReason = MovementReason.NONE

    @property
    def difference(self) -> int:
        """What came beyond what was sent; below zero what is missing."""
        return 0 if self.received is None else self.received - self.sent


class GoodsOnTheWay(msgspec.Struct, frozen=True, kw_only=True):
    """Goods that were sent from one place of a shop to another."""

    id: TransferId
    from_place_id: PlaceId
    to_place_id: PlaceId
    state: TransferState
    note: str
    sent_by: str
    sent_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None
    lines: tuple[TransferLine, ...] = ()


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the quantity on hand. Append-only: on hand is the sum of all movements."""

    id: MovementId
    sku_id: SkuId
    place_id: PlaceId
    traffic: Traffic
    kind: MovementKind
    quantity: int
    """Signed: what came in, less what went."""
    reference: str
    reason: MovementReason
    note: str
    """What whoever did it added; empty once they are forgotten."""
    actor: str
    occurred_at: datetime
