"""How trade looks from outside: ids with prefixes, amounts in minor units beside their currency."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from hansa.centers.payment.types import PAYMENT_ID
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID, SKU_ID
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade.types import (
    CHECKOUT_ID,
    NOTE_ID,
    ORDER_ID,
    Allocation,
    Attribution,
    FulfilmentOption,
    Group,
    HistoryEntry,
    Line,
    LineState,
    Measure,
    Moved,
    Note,
    NoteKind,
    Order,
    OrderState,
    Paid,
    PayState,
    Placed,
    Quote,
    QuotedLine,
)
from hansa.kernel.context import Traffic

Minor = Annotated[int, msgspec.Meta(description="Amount in the currency's minor units.")]


class MeasureBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of measured goods is wanted, in whole units of the smallest scale: 350 `g`."""

    amount: Annotated[int, msgspec.Meta(ge=1, le=10**9)]
    unit: Annotated[str, msgspec.Meta(min_length=1, max_length=16)]

    def read(self) -> Measure:
        """Return it as trade takes it."""
        return Measure(self.amount, self.unit)


class MeasureView(msgspec.Struct, frozen=True):
    """How much of measured goods, in whole units of the smallest scale; `unit_minor` is for `per` of them."""

    amount: int
    unit: str
    per: int


class AllocationView(msgspec.Struct, frozen=True):
    """A discount's share on a line: the layer it came from and who bears it."""

    layer: str
    funder: str
    minor: Minor


class AttributionView(msgspec.Struct, frozen=True, kw_only=True):
    """What led to a line."""

    source: str
    referrer: str
    window_ends_at: datetime | None


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a quote or an order. `gross` is the fact; `unit_minor` is for display."""

    line_no: int
    offer_id: str
    sku_id: str
    product_id: str
    title: str
    options: str
    quantity: int
    measure: MeasureView | None
    unit_minor: Minor
    gross: Minor
    discount: Minor
    tax: Minor
    payable: Minor
    allocations: list[AllocationView]
    attribution: AttributionView | None


class OrderLineView(LineView, frozen=True, kw_only=True):
    """A line of an order, and where it stands. `total` is what is paid for it with its share of the freight."""

    state: LineState
    freight: Minor
    total: Minor


class OptionView(msgspec.Struct, frozen=True, kw_only=True):
    """A way of delivery as it was chosen: what was promised, from where, at what price, with which consents."""

    code: str
    promise: str
    price_minor: Minor
    place_id: str
    consents: list[str]
    expires_at: datetime | None
    on_delivery: bool


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """What will become one order: one shop, one place, one way of delivery."""

    shop_id: str
    place_id: str
    option: str
    on_delivery: bool
    """Whether it is paid for when it is handed over."""
    line_nos: list[int]
    goods: Minor
    discount: Minor
    freight: Minor
    tax: Minor
    payable: Minor


class QuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """A quote. Send `token` back to place it; it holds until `expires_at`, its stock is not held yet."""

    token: str
    currency: str
    payable: Minor
    expires_at: datetime
    lines: list[LineView]
    groups: list[GroupView]


class PlacedOrderView(msgspec.Struct, frozen=True, kw_only=True):
    """One order of a checkout that was taken."""

    id: str
    shop_id: str
    payable: Minor


class PlacedView(msgspec.Struct, frozen=True, kw_only=True):
    """A checkout that was taken. Its stock is held until `pay_by`."""

    checkout_id: str
    payment_id: str
    state: OrderState
    currency: str
    payable: Minor
    pay_by: datetime
    orders: list[PlacedOrderView]


class PaidView(msgspec.Struct, frozen=True, kw_only=True):
    """What came of paying: `paid`, or `pending` until the provider knows."""

    payment_id: str
    state: PayState
    orders: list[str]


class MovedView(msgspec.Struct, frozen=True, kw_only=True):
    """An order that moved, and where it stands now."""

    order_id: str
    state: OrderState


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order: one buyer, one shop, one place."""

    id: str
    checkout_id: str
    payment_id: str
    business: str
    traffic: Traffic
    shop_id: str
    place_id: str
    state: OrderState
    version: int
    currency: str
    goods: Minor
    discount: Minor
    freight: Minor
    tax: Minor
    payable: Minor
    option: OptionView
    extended: bool
    returns_s: int
    """How long after receipt goods may be sent back without a reason, in seconds."""
    invoice_wanted: bool
    placed_at: datetime
    due_at: datetime | None
    paid_at: datetime | None
    shipped_at: datetime | None
    finished_at: datetime | None
    closed_at: datetime | None
    lines: list[OrderLineView]


class HistoryView(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an order: `actor` is a kind and a party id."""

    version: int
    previous: OrderState | None
    state: OrderState
    at: datetime
    actor: str
    cause: str
    lines: list[int]
    details: dict[str, int | str]


class NoteView(msgspec.Struct, frozen=True, kw_only=True):
    """Something somebody wrote on an order: the buyer to the seller, or the seller for itself."""

    id: str
    kind: NoteKind
    text: str
    written_at: datetime


def line_view(line: QuotedLine) -> LineView:
    """Show a line of a quote."""
    return LineView(
        line_no=line.line_no,
        offer_id=OFFER_ID.show(line.offer_id),
        sku_id=SKU_ID.show(line.sku_id),
        product_id=PRODUCT_ID.show(line.product_id),
        title=line.title,
        options=line.options,
        quantity=line.quantity,
        measure=measure_view(line.measure),
        unit_minor=line.unit_minor,
        gross=line.gross,
        discount=line.discount,
        tax=line.tax,
        payable=line.payable,
        allocations=[_allocation_view(share) for share in line.allocations],
        attribution=_attribution_view(line.attribution),
    )


def order_line_view(line: Line) -> OrderLineView:
    """Show a line of an order."""
    return OrderLineView(
        line_no=line.line_no,
        offer_id=OFFER_ID.show(line.offer_id),
        sku_id=SKU_ID.show(line.sku_id),
        product_id=PRODUCT_ID.show(line.product_id),
        title=line.title,
        options=line.options,
        quantity=line.quantity,
        measure=measure_view(line.measure),
        unit_minor=line.unit_minor,
        gross=line.gross,
        discount=line.discount,
        tax=line.tax,
        payable=line.payable,
        allocations=[_allocation_view(share) for share in line.allocations],
        attribution=_attribution_view(line.attribution),
        state=line.state,
        freight=line.freight,
        total=line.total,
    )


def quote_view(quote: Quote, *, token: str) -> QuoteView:
    """Show a quote with the token that places it."""
    return QuoteView(
        token=token,
        currency=quote.currency,
        payable=quote.payable,
        expires_at=quote.expires_at,
        lines=[line_view(line) for line in quote.lines],
        groups=[_group_view(group) for group in quote.groups],
    )


def placed_view(placed: Placed) -> PlacedView:
    """Show a checkout that was taken."""
    return PlacedView(
        checkout_id=CHECKOUT_ID.show(placed.checkout_id),
        payment_id=PAYMENT_ID.show(placed.payment_id),
        state=placed.state,
        currency=placed.currency,
        payable=placed.payable,
        pay_by=placed.pay_by,
        orders=[
            PlacedOrderView(id=ORDER_ID.show(one.id), shop_id=SHOP_ID.show(one.shop_id), payable=one.payable)
            for one in placed.orders
        ],
    )


def paid_view(paid: Paid) -> PaidView:
    """Show what came of paying."""
    return PaidView(
        payment_id=PAYMENT_ID.show(paid.payment_id),
        state=paid.state,
        orders=[ORDER_ID.show(order_id) for order_id in paid.orders],
    )


def moved_view(moved: Moved) -> MovedView:
    """Show an order that moved."""
    return MovedView(order_id=ORDER_ID.show(moved.order_id), state=moved.state)


def order_view(order: Order) -> OrderView:
    """Show an order."""
    return OrderView(
        id=ORDER_ID.show(order.id),
        checkout_id=CHECKOUT_ID.show(order.checkout_id),
        payment_id=PAYMENT_ID.show(order.payment_id),
        business=order.business,
        traffic=order.traffic,
        shop_id=SHOP_ID.show(order.shop_id),
        place_id=PLACE_ID.show(order.place_id),
        state=order.state,
        version=order.version,
        currency=order.currency,
        goods=order.goods,
        discount=order.discount,
        freight=order.freight,
        tax=order.tax,
        payable=order.payable,
        option=option_view(order.option),
        extended=order.extended,
        returns_s=order.terms.returns_s,
        invoice_wanted=order.terms.invoice_wanted,
        placed_at=order.placed_at,
        due_at=order.due_at,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        finished_at=order.finished_at,
        closed_at=order.closed_at,
        lines=[order_line_view(line) for line in order.lines],
    )


def option_view(option: FulfilmentOption) -> OptionView:
    """Show a way of delivery."""
    return OptionView(
        code=option.code,
        promise=option.promise,
        price_minor=option.price_minor,
        place_id=PLACE_ID.show(option.place_id),
        consents=list(option.consents),
        expires_at=option.expires_at,
        on_delivery=option.on_delivery,
    )


def note_view(note: Note) -> NoteView:
    """Show a note."""
    return NoteView(id=NOTE_ID.show(note.id), kind=note.kind, text=note.text, written_at=note.written_at)


def history_view(entry: HistoryEntry) -> HistoryView:
    """Show one change of an order."""
    return HistoryView(
        version=entry.version,
        previous=entry.previous,
        state=entry.state,
        at=entry.at,
        actor=entry.actor,
        cause=entry.cause,
        lines=list(entry.lines),
        details=entry.details,
    )


def measure_view(measure: Measure | None) -> MeasureView | None:
    """Show how much of measured goods, nothing of others."""
    return MeasureView(measure.amount, measure.unit, measure.per) if measure else None


def _attribution_view(said: Attribution | None) -> AttributionView | None:
    return (
        AttributionView(source=said.source, referrer=said.referrer, window_ends_at=said.window_ends_at)
        if said
        else None
    )


def _allocation_view(share: Allocation) -> AllocationView:
    return AllocationView(share.layer, share.funder.kind.value, share.minor)


def _group_view(group: Group) -> GroupView:
    return GroupView(
        shop_id=SHOP_ID.show(group.shop_id),
        place_id=PLACE_ID.show(group.place_id),
        option=group.option.code,
        on_delivery=group.option.on_delivery,
        line_nos=list(group.line_nos),
        goods=group.goods,
        discount=group.discount,
        freight=group.freight,
        tax=group.tax,
        payable=group.payable,
    )
