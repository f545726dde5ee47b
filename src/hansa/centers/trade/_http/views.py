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
    ORDER_ID,
    Allocation,
    Attribution,
    FulfilmentOption,
    Group,
    Line,
    Measure,
    OrderState,
    Paid,
    PayState,
    Placed,
    Quote,
    QuotedLine,
)

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


class OptionView(msgspec.Struct, frozen=True, kw_only=True):
    """A way of delivery as it was chosen: what was promised, from where, at what price, with which consents."""

    code: str
    promise: str
    price_minor: Minor
    place_id: str
    consents: list[str]
    expires_at: datetime | None
    on_delivery: bool
    counter: bool
    """Whether the buyer takes the goods away in person: they may be received without having been sent."""
    needs_address: bool


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """What will become one order: one shop, one place, one way of delivery."""

    shop_id: str
    place_id: str
    option: str
    on_delivery: bool
    """Whether it is paid for when it is handed over."""
    needs_address: bool
    """Whether it is sent: it is placed only when the quote has an address."""
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


def line_view(line: QuotedLine | Line) -> LineView:
    """Show what a line of a quote or an order is about."""
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
        counter=option.counter,
        needs_address=option.needs_address,
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
        needs_address=group.option.needs_address,
        line_nos=list(group.line_nos),
        goods=group.goods,
        discount=group.discount,
        freight=group.freight,
        tax=group.tax,
        payable=group.payable,
    )
