"""What an order consists of, by how it travels: parcels, what still has to be sent, what is not coming."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from hansa.centers.trade.types import ORDER_ID, HistoryEntry, LineState, Order, OrderState
from hansa.centers.trade.types import Line as OrderLine
from hansa.web.parts import Action, Link, OrderShop, Parcel, PieceChoice
from hansa.web.routes.carriers import where_followed
from hansa.web.routes.pieces import piece_choices
from hansa.web.showing import line
from hansa.web.visit import Visit

_PARTLY_THERE = frozenset({OrderState.SHIPPED, OrderState.PARTLY_SHIPPED, OrderState.SIGNED})
_COMING = frozenset({LineState.SHIPPED, LineState.RECEIVED})
_BACK = (LineState.REFUNDING, LineState.REFUNDED)


def blocks(seen: Visit, order: Order, history: Sequence[HistoryEntry], seller: Link) -> tuple[OrderShop, ...]:
    """Return the lines as they travel: each parcel with its lines, then what waits, then what is not coming.

    What travels together, or not at all yet, is one block without a name.
    """
    _ = seen.gettext
    left = {one.line_no: one for one in order.lines}
    made: list[tuple[str, str, datetime | None, list[OrderLine]]] = []
    for sent in (one for one in history if one.cause == "shipped"):
        numbers = sent.lines or tuple(left)
        parcel = [left.pop(no) for no in numbers if no in left and left[no].state in _COMING]
        if parcel:
            there = all(one.state is LineState.RECEIVED for one in parcel)
            made.append(("parcel", "received" if there else "shipped", sent.at, parcel))
    at_counter = [one for one in left.values() if one.state is LineState.RECEIVED]
    waiting = [one for one in left.values() if one.state is LineState.WAITING]
    sent_from = order.state in {OrderState.PARTLY_SHIPPED, OrderState.AWAITING_SHIPMENT}
    for name, state, lines in (
        ("there", "received", at_counter),
        ("waiting", "awaiting_shipment" if sent_from else "", waiting),
        *((one.value, one.value, [each for each in left.values() if each.state is one]) for one in _BACK),
        ("closed", "", [one for one in left.values() if one.state is LineState.CLOSED]),
    ):
        if lines:
            made.append((name, state, None, lines))
    parcels = sum(name == "parcel" for name, *_rest in made)
    words = {
        "there": _("You have it"),
        "waiting": _("Still to be sent"),
        "refunding": _("Being decided about"),
        "refunded": _("Not coming"),
        "closed": "",
    }
    shown = []
    for number, (name, state, at, lines) in enumerate(made, start=1):
        title = words.get(name, "")
        if name == "parcel":
            told = {"number": number, "all": parcels}
            title = (_("Parcel %(number)s") if waiting else _("Parcel %(number)s of %(all)s")) % told
        shown.append(_block(seen, order, seller, title=title, state=state, at=at, lines=lines))
    if len(shown) > 1:
        return tuple(shown)
    return tuple(OrderShop(shop=one.shop, lines=one.lines, at=one.at, parcel=one.parcel) for one in shown)


def _block(
    seen: Visit,
    order: Order,
    seller: Link,
    *,
    title: str,
    state: str,
    at: datetime | None,
    lines: Sequence[OrderLine],
) -> OrderShop:
    """Show one block. A parcel that is under way can be confirmed by itself, by whoever bought it."""
    own = order.buyer == seen.ctx.actor.party
    under_way = all(one.state is LineState.SHIPPED for one in lines)
    return OrderShop(
        shop=seller,
        title=title,
        state=state,
        at=at,
        lines=tuple(line(seen, one, currency=order.currency) for one in lines),
        parcel=parcel_shown(lines),
        receive=_there(seen, order, lines) if own and under_way and divisible(order) else None,
    )


def _there(seen: Visit, order: Order, lines: Sequence[OrderLine]) -> Action:
    return Action(
        label=seen.gettext("This parcel is there"),
        url=seen.at(f"orders/{ORDER_ID.show(order.id)}/receive"),
        icon="package-check",
        fields=(("part", "yes"), *((f"line-{one.line_no}", "yes") for one in lines)),
    )


def parcel_shown(lines: Iterable[OrderLine]) -> Parcel | None:
    """Return what these lines were sent in, where that was said."""
    sent_in = next((one.parcel for one in lines if one.parcel is not None), None)
    if sent_in is None:
        return None
    return Parcel(carrier=sent_in.carrier, number=sent_in.tracking or "", url=where_followed(sent_in))


def divisible(order: Order) -> bool:
    """Tell whether some of an order can be confirmed before the rest: what was paid for and is under way."""
    return order.state in _PARTLY_THERE and order.paid_at is not None


def parts_there(order: Order) -> tuple[PieceChoice, ...]:
    """Return the lines that may be there while others are not: what can be confirmed by itself."""
    under_way = [one for one in order.lines if one.state is LineState.SHIPPED]
    waiting = any(one.state is LineState.WAITING for one in order.lines)
    alone = sum(one.quantity for one in under_way) == 1 and not waiting
    if alone or not divisible(order):
        return ()
    return piece_choices(under_way, currency=order.currency)
