"""How orders look from outside: where they stand, what happened to them, and what was written on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from hansa.centers.payment.types import PAYMENT_ID
from hansa.centers.place.types import PLACE_ID
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api
from hansa.centers.trade._http.views import LineView, Minor, OptionView, line_view, option_view
from hansa.centers.trade.types import (
    CHECKOUT_ID,
    NOTE_ID,
    ORDER_ID,
    CancelReason,
    HistoryEntry,
    Line,
    LineState,
    Moved,
    Note,
    NoteKind,
    Order,
    OrderState,
)
from hansa.centers.user.types import ADDRESS_VERSION_ID, Address, AddressVersionId, actor_shown
from hansa.kernel.context import Ctx, Traffic


class ParcelView(msgspec.Struct, frozen=True, kw_only=True):
    """What goods were sent in: who carries it, under which number."""

    carrier: str
    tracking: str | None


class OrderLineView(LineView, frozen=True, kw_only=True):
    """A line of an order, and where it stands. `total` is what is paid for it with its share of the freight.

    `part_of` is the line whose pieces these were, before they were sent, received or cancelled by themselves.
    """

    state: LineState
    part_of: int | None
    parcel: ParcelView | None
    freight: Minor
    total: Minor
    refunded: Minor
    """What went, or goes, back to the buyer for it."""
    sku_code: str | None = None
    """The shop's own number of the variant; for the shop, when the order is read."""
    inputs: dict[str, int | str] = msgspec.field(default_factory=dict)
    """What the buyer said of the line (an engraving), when the order is read."""


class SentToView(msgspec.Struct, frozen=True, kw_only=True):
    """Where an order goes. Of a buyer who was forgotten the country is left; everything else is empty then."""

    version: Annotated[str, msgspec.Meta(description="Another one when the order is sent elsewhere.")]
    recipient: str
    phone: str
    country: Annotated[str, msgspec.Meta(description="ISO 3166-1 alpha-2.")]
    region: str
    city: str
    district: str
    street: str
    postcode: str


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
    refunded: Minor
    """What of it went, or goes, back to the buyer."""
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
    address: SentToView | None = None
    """Where it goes, when the order is read: to its buyer, and to who holds `trade.order.address` of its shop."""


class HistoryView(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an order: `actor` is a kind and a party, by its public id."""

    version: int
    previous: OrderState | None
    state: OrderState
    at: datetime
    actor: str
    cause: str
    lines: list[int]
    details: dict[str, int | str]
    reason: CancelReason | None
    """Why it was cancelled, where that was said."""
    text: str
    """What was written about the reason; empty when nothing was, or whoever wrote it was forgotten."""


class NoteView(msgspec.Struct, frozen=True, kw_only=True):
    """Something somebody wrote on an order: the buyer to the seller, or the seller for itself."""

    id: str
    kind: NoteKind
    text: str
    written_at: datetime


def order_line_view(line: Line, *, paid_at: datetime | None) -> OrderLineView:
    """Show a line of an order: as one of a quote, and where it stands."""
    parcel = line.parcel
    return OrderLineView(
        **msgspec.structs.asdict(line_view(line)),
        state=line.state,
        part_of=line.part_of,
        parcel=ParcelView(carrier=parcel.carrier, tracking=parcel.tracking) if parcel else None,
        freight=line.freight,
        total=line.total,
        refunded=line.refunded(paid_at),
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
        refunded=order.refunded,
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
        lines=[order_line_view(line, paid_at=order.paid_at) for line in order.lines],
    )


async def read_views(ctx: Ctx, orders: Sequence[Order]) -> list[OrderView]:
    """Show orders that are read, with where they go and what the shop and the buyer say of their lines.

    What changes an order is answered without: such answers are kept for repeats, and these words are to be
    forgotten with their buyer.
    """
    going = await api.addresses(ctx, orders=orders)
    codes = await api.sku_codes(ctx, orders=orders)
    replace = msgspec.structs.replace
    return [
        replace(
            shown,
            address=_sent_to(order, going[order.id]) if order.id in going else None,
            lines=[
                replace(view, sku_code=codes.get(line.sku_id), inputs=line.inputs)
                for view, line in zip(shown.lines, order.lines, strict=True)
            ],
        )
        for order, shown in ((one, order_view(one)) for one in orders)
    ]


def _sent_to(order: Order, address: Address) -> SentToView:
    assert order.address_version is not None  # noqa: S101 - it has an address
    version = ADDRESS_VERSION_ID.show(AddressVersionId(order.address_version))
    return SentToView(version=version, **msgspec.structs.asdict(address))


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
        actor=actor_shown(entry.actor),
        cause=entry.cause,
        lines=list(entry.lines),
        details=entry.details,
        reason=entry.reason,
        text=entry.text,
    )
