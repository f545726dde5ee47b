"""What an order consists of, by how it travels: parcels, what still has to be sent, what is not coming."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from hansa.centers.trade.types import HistoryEntry, LineState, Order, OrderState
from hansa.centers.trade.types import Line as OrderLine
from hansa.web.parts import Choice, Link, OrderShop
from hansa.web.showing import amount_text, line
from hansa.web.visit import Visit

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
    return tuple(shown) if len(shown) > 1 else tuple(_plain(one) for one in shown)


def _block(
    seen: Visit,
    order: Order,
    seller: Link,
    *,
    title: str,
    state: str,
    at: datetime | None,
    lines: Iterable[OrderLine],
) -> OrderShop:
    return OrderShop(
        shop=seller,
        title=title,
        state=state,
        at=at,
        lines=tuple(line(seen, one, currency=order.currency) for one in lines),
    )


def _plain(block: OrderShop) -> OrderShop:
    """Leave out what the head of the page says already."""
    return OrderShop(shop=block.shop, lines=block.lines, at=block.at)


def parts_there(order: Order) -> tuple[Choice, ...]:
    """Return the lines that may be there while others are not: what can be confirmed by itself."""
    under_way = [one for one in order.lines if one.state is LineState.SHIPPED]
    alone = len(under_way) == 1 and len([one for one in order.lines if one.state is LineState.WAITING]) == 0
    if alone or order.state not in {OrderState.SHIPPED, OrderState.PARTLY_SHIPPED}:
        return ()
    return tuple(Choice(value=str(one.line_no), label=_how_much(one)) for one in under_way)


def _how_much(bought: OrderLine) -> str:
    if bought.measure is not None:
        return f"{bought.title}, {amount_text(bought.measure.amount, bought.measure.unit)}"
    return f"{bought.title} \u00d7 {bought.quantity}"
