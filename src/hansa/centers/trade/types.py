from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, NewType
from uuid import UUID

import msgspec

from hansa.centers.place.types import PlaceId
from hansa.centers.product.types import OfferId, ProductId, SkuId
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Traffic
from hansa.kernel.ids import IdKind

CheckoutId = NewType("CheckoutId", UUID)
OrderId = NewType("OrderId", UUID)
CHECKOUT_ID = IdKind[CheckoutId]("chk")
ORDER_ID = IdKind[OrderId]("ord")

LINES_MAX = 500
QUANTITY_MAX = 1_000_000
Quantity = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]


class OrderState(enum.StrEnum):
    """Where an order stands (after Taobao's trade states, with names of our own)."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAYMENT_PENDING = "payment_pending"
    """The provider has the money's promise but not its word."""
    PAID_ON_HOLD = "paid_on_hold"
    """Paid, but must not be sent yet: a group is forming, a check is running."""
    AWAITING_SHIPMENT = "awaiting_shipment"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    SIGNED = "signed"
    """Handed over against cash on delivery; the money is on its way."""
    FINISHED = "finished"
    REFUNDED = "refunded"
    """Closed after payment; the money went back."""
    CLOSED = "closed"
    """Closed before payment."""


class FunderKind(enum.StrEnum):
    """Who bears a discount."""

    PLATFORM = "platform"
    SHOP = "shop"
    BRAND = "brand"


class Funder(msgspec.Struct, frozen=True, array_like=True):
    """Who bears a discount: a kind, and the party where there are several of the kind."""

    kind: FunderKind
    party: UUID | None = None


class Allocation(msgspec.Struct, frozen=True, array_like=True):
    """A discount's share on one line: the layer it came from, who bears it, how much (minor units, > 0)."""

    layer: str
    funder: Funder
    minor: int


class Measure(msgspec.Struct, frozen=True, array_like=True):
    """How much of measured goods: whole units of the smallest scale (`1250`, `"g"`)."""

    amount: int
    unit: str


class Attribution(msgspec.Struct, frozen=True):
    """What led to a line: immutable; shares of commission refer to it."""

    source: str
    referrer: str = ""
    place_id: UUID | None = None
    creator: UUID | None = None
    token: str = ""
    window_ends_at: datetime | None = None


class LineRequest(msgspec.Struct, frozen=True):
    """What a buyer wants: an offer and how many; measured goods have quantity 1 and a measure.

    `inputs` are a business's own facts about the line, read by its extensions only.
    """

    offer_id: OfferId
    quantity: Quantity = 1
    measure: Measure | None = None
    attribution: Attribution | None = None
    inputs: dict[str, int | str] = {}


class QuotedLine(msgspec.Struct, frozen=True, array_like=True):
    """A priced line. Its `gross` is the fact; `unit_minor` is for display. Amounts in minor units."""

    line_no: int
    offer_id: OfferId
    offer_version: int
    sku_id: SkuId
    product_id: ProductId
    shop_id: ShopId
    title: str
    options: str
    art: str
    quantity: int
    unit_minor: int
    gross: int
    place_id: PlaceId | None = None
    measure: Measure | None = None
    allocations: tuple[Allocation, ...] = ()
    tax: int = 0
    attribution: Attribution | None = None
    inputs: dict[str, int | str] = {}

    @property
    def discount(self) -> int:
        """The sum of what funders bear."""
        return sum(share.minor for share in self.allocations)

    @property
    def payable(self) -> int:
        """What the buyer pays for the line, freight apart."""
        return self.gross - self.discount + self.tax


class FulfilmentOption(msgspec.Struct, frozen=True, array_like=True):
    """A way to get a group of lines to the buyer. `consents` must be given before it may be chosen."""

    code: str
    price_minor: int
    place_id: PlaceId
    promise: str = ""
    consents: tuple[str, ...] = ()
    expires_at: datetime | None = None


class Group(msgspec.Struct, frozen=True, array_like=True):
    """Lines that become one order: one shop, one place, one way of delivery. Amounts in minor units."""

    shop_id: ShopId
    place_id: PlaceId
    option: FulfilmentOption
    line_nos: tuple[int, ...]
    goods: int
    discount: int
    freight: int
    tax: int

    @property
    def payable(self) -> int:
        """What the buyer pays for the order."""
        return self.goods - self.discount + self.freight + self.tax


class Quote(msgspec.Struct, frozen=True, array_like=True):
    """A binding offer to one buyer until `expires_at`; `id` becomes the checkout's id when it is placed."""

    id: CheckoutId
    business: str
    traffic: Traffic
    buyer: UUID
    generation: int
    currency: str
    lines: tuple[QuotedLine, ...]
    groups: tuple[Group, ...]
    quoted_at: datetime
    expires_at: datetime
    address_version: UUID | None = None

    @property
    def payable(self) -> int:
        """What the buyer pays in all, in minor units."""
        return sum(group.payable for group in self.groups)


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


class Line(msgspec.Struct, frozen=True):
    """A line of an order as it was placed."""

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
    measure: Measure | None = None
    allocations: tuple[Allocation, ...] = ()

    @property
    def payable(self) -> int:
        """What the buyer pays for the line, freight apart."""
        return self.gross - self.discount + self.tax


class FrozenTerms(msgspec.Struct, frozen=True):
    """The business's terms as they were when the order was placed: they bind it whatever comes later."""

    pay_s: int
    confirm_s: int
    commission_bp: int


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
    lines: tuple[Line, ...] = ()

    @property
    def payable(self) -> int:
        """What the buyer pays for the order, in minor units."""
        return self.goods - self.discount + self.freight + self.tax


class HistoryEntry(msgspec.Struct, frozen=True):
    """One change of an order: what, when, by whom and why."""

    version: int
    previous: OrderState | None
    state: OrderState
    at: datetime
    actor: str
    cause: str


class CartLine(msgspec.Struct, frozen=True):
    """An offer a buyer means to buy."""

    offer_id: OfferId
    quantity: int
    added_at: datetime
    unit_minor: int | None = None
    """The price of one when the line was last put, in minor units; None for lines older than this record."""


class Explanation(msgspec.Struct, frozen=True):
    """Why an order is as it is, read from what was stored when it was placed; nothing is run again."""

    order: Order
    history: tuple[HistoryEntry, ...]
    generation: int
    plan_hash: str
    decisions: tuple[Decision, ...]


class Decision(msgspec.Struct, frozen=True):
    """One question that was asked for an order: the point, who answered, and the answer in short."""

    point: str
    answered_by: tuple[str, ...]
    answer: str = ""
