from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from hansa.centers.place.types import PlaceId
from hansa.centers.product.types import OfferId, ProductId, SkuId
from hansa.centers.shop.types import ShopId
from hansa.centers.trade.types.ids import CheckoutId, NoteId, OrderId
from hansa.centers.trade.types.quotes import Allocation, Attribution, FulfilmentOption, Measure
from hansa.centers.trade.types.states import LineState, OrderState
from hansa.kernel.context import Traffic


class PlacedOrder(msgspec.Struct, frozen=True):
    """One order of a checkout that was taken."""

    id: OrderId
    shop_id: ShopId
    payable: int


class Placed(msgspec.Struct, frozen=True):
    """A checkout that was taken: its orders, its payment, and until when it must be paid."""

    checkout_id: CheckoutId
    payment_id: UUID
    orders: tuple[PlacedOrder, ...]
    payable: int
    currency: str
    state: OrderState
    pay_by: datetime


class PayState(enum.StrEnum):
    """What came of paying."""

    PAID = "paid"
    PENDING = "pending"


class Paid(msgspec.Struct, frozen=True):
    """What came of paying a checkout."""

    payment_id: UUID
    state: PayState
    orders: tuple[OrderId, ...] = ()


class Moved(msgspec.Struct, frozen=True):
    """An order that moved, and where it stands now."""

    order_id: OrderId
    state: OrderState


class StandingCheckout(msgspec.Struct, frozen=True):
    """A checkout that was placed: its payment, and where each of its orders stands."""

    payment_id: UUID
    orders: tuple[Moved, ...]


class LinePart(msgspec.Struct, frozen=True):
    """So many pieces of a line."""

    line_no: int
    quantity: int


CARRIER_LETTERS_MAX = 60
TRACKING_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z ./_-]{0,59}$"
CarrierName = Annotated[str, msgspec.Meta(min_length=1, max_length=CARRIER_LETTERS_MAX)]
TrackingNumber = Annotated[str, msgspec.Meta(pattern=TRACKING_PATTERN)]


class Parcel(msgspec.Struct, frozen=True):
    """Who carries goods that were sent, and the number under which the carrier tells where they are."""

    carrier: CarrierName
    tracking: TrackingNumber | None = None


class CancelReason(enum.StrEnum):
    """Why an order is cancelled."""

    CHANGED_MIND = "changed_mind"
    ORDERED_BY_MISTAKE = "ordered_by_mistake"
    WRONG_ADDRESS = "wrong_address"
    FOUND_CHEAPER = "found_cheaper"
    TAKES_TOO_LONG = "takes_too_long"
    OUT_OF_STOCK = "out_of_stock"
    PRICE_WRONG = "price_wrong"
    CANNOT_DELIVER = "cannot_deliver"
    AGREED = "agreed"
    """Buyer and seller agreed on it."""
    OTHER = "other"


_BOTH = frozenset({CancelReason.AGREED, CancelReason.OTHER})
BUYER_REASONS = _BOTH | {
    CancelReason.CHANGED_MIND,
    CancelReason.ORDERED_BY_MISTAKE,
    CancelReason.WRONG_ADDRESS,
    CancelReason.FOUND_CHEAPER,
    CancelReason.TAKES_TOO_LONG,
}
"""What a buyer may give as a reason."""
SELLER_REASONS = _BOTH | {CancelReason.OUT_OF_STOCK, CancelReason.PRICE_WRONG, CancelReason.CANNOT_DELIVER}
"""What a seller may give as a reason."""


class Line(msgspec.Struct, frozen=True):
    """A line of an order: what was bought, who bears which discount, and where it stands."""

    line_no: int
    offer_id: OfferId
    sku_id: SkuId
    product_id: ProductId
    title: str
    options: str
    art: str
    quantity: int
    unit_minor: int
    gross: int
    discount: int
    tax: int
    freight: int
    """Its stored share of the order's freight."""
    commission_bp: int
    """The platform's commission on its net revenue, in basis points, as it was when the order was placed."""
    state: LineState = LineState.WAITING
    previous: LineState | None = None
    measure: Measure | None = None
    allocations: tuple[Allocation, ...] = ()
    attribution: Attribution | None = None
    parcel: Parcel | None = None
    """What it was sent in, where that was said."""
    inputs: dict[str, int | str] = {}
    """What the buyer said of it (an engraving), for buyer and shop; it goes when the buyer is forgotten."""
    part_of: int | None = None
    """The line whose pieces these were, before they were sent, received or cancelled by themselves."""
    units: int = 0
    """How many pieces the line had before it was divided; 0 when it never was."""
    first_unit: int = 0
    """Which of these pieces come before these."""

    @property
    def wanted(self) -> int:
        """How much it is, as stock counts it: pieces, or units of the smallest scale."""
        return self.measure.amount if self.measure else self.quantity

    @property
    def payable(self) -> int:
        """What the buyer pays for the line, freight apart."""
        return self.gross - self.discount + self.tax

    @property
    def total(self) -> int:
        """What the buyer pays for the line with its share of the freight."""
        return self.payable + self.freight

    def refunded(self, paid_at: datetime | None) -> int:
        """Return what went, or goes, back to the buyer for the line, when its order was paid then, if it was."""
        return self.total if self.state is LineState.REFUNDED and paid_at is not None else 0


class Earnings(msgspec.Struct, frozen=True, kw_only=True):
    """What lines bring their shop, in minor units: what others bear of a discount is paid to it all the same."""

    goods: int
    borne: int
    """What the shop itself bears of discounts."""
    commission: int
    freight: int

    @property
    def to_shop(self) -> int:
        """What the shop is credited with once the lines are received."""
        return self.goods - self.borne - self.commission + self.freight


class HeldForShop(msgspec.Struct, frozen=True, kw_only=True):
    """What buyers have paid a shop for and not received yet, in one currency: it is in escrow until then."""

    currency: str
    orders: int
    paid: int
    """What buyers have paid for it, tax and freight included."""
    to_shop: int
    """What the shop is credited with once all of it is received."""


class FrozenTerms(msgspec.Struct, frozen=True):
    """The business's terms as they were when the order was placed: they bind it whatever comes later."""

    pay_s: int
    ship_s: int
    confirm_s: int
    extension_s: int
    cancel_s: int
    returns_s: int
    """How long after receipt goods may be sent back without a reason."""
    invoice_wanted: bool
    decide_s: int
    """How long a refund may wait to be decided on."""
    collect_s: int
    """How long what is paid on delivery may be on its way before it counts as not taken in."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order: one buyer, one shop, one place."""

    id: OrderId
    checkout_id: CheckoutId
    payment_id: UUID
    business: str
    traffic: Traffic
    entity: str
    buyer: UUID
    shop_id: ShopId
    seller: UUID
    place_id: PlaceId
    state: OrderState
    version: int
    currency: str
    goods: int
    discount: int
    freight: int
    tax: int
    option: FulfilmentOption
    terms: FrozenTerms
    placed_at: datetime
    due_at: datetime | None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    finished_at: datetime | None = None
    closed_at: datetime | None = None
    address_version: UUID | None = None
    seller_version: UUID | None = None
    """The legal entity that sells, as it stood when the order was placed."""
    extended: bool = False
    """Whether the buyer has had the time to confirm receipt extended; that goes once."""
    lines: tuple[Line, ...] = ()

    @property
    def payable(self) -> int:
        """What the buyer pays for the order, in minor units."""
        return self.goods - self.discount + self.freight + self.tax

    @property
    def refunded(self) -> int:
        """What of it went, or goes, back to the buyer, in minor units."""
        return sum(line.refunded(self.paid_at) for line in self.lines)


class OrderSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows a shop's orders, all of it together; what is left out narrows nothing."""

    state: OrderState | None = None
    order_id: OrderId | None = None
    buyer: UUID | None = None
    code: str = ""
    """The shop's own number of a variant that is in the order."""
    placed_from: datetime | None = None
    placed_before: datetime | None = None


class HistoryEntry(msgspec.Struct, frozen=True):
    """One change of an order: what, when, by whom and why. What leaves the state as it is repeats it."""

    version: int
    previous: OrderState | None
    state: OrderState
    at: datetime
    actor: str
    cause: str
    lines: tuple[int, ...] = ()
    """The lines it concerns; none when it concerns the order as a whole."""
    details: dict[str, int | str] = {}
    """Figures and ids of the change, never anything personal."""
    reason: CancelReason | None = None
    """Why it was cancelled, where that was said."""
    text: str = ""
    """What was written about the reason; it is a note, and goes with whoever wrote it."""


class NoteKind(enum.StrEnum):
    """Who wrote a note, and so who reads it."""

    BUYER = "buyer"
    """From the buyer to the seller; both read it."""
    SELLER = "seller"
    """The seller's own; the buyer never sees it."""
    CANCELLATION = "cancellation"
    """Why it was cancelled, in the words of whoever did; both read it, in the history."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something somebody wrote on an order."""

    id: NoteId
    kind: NoteKind
    text: str
    author: UUID
    written_at: datetime


class Explanation(msgspec.Struct, frozen=True):
    """Why an order is as it is, read from what was stored when it was placed; nothing is run again."""

    order: Order
    history: tuple[HistoryEntry, ...]
    generation: int
    plan_hash: str
    decisions: tuple[Decision, ...]


class Decision(msgspec.Struct, frozen=True):
    """One question that was asked for an order: the point, and who answered it, in the order asked.

    `failed` were asked and failed, or were left alone by their breaker; others answered in their place.
    """

    point: str
    answered_by: tuple[str, ...]
    failed: tuple[str, ...] = ()
