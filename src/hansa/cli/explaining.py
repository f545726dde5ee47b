"""An order's explanation, as people read it and as scripts do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.payment.types import PAYMENT_ID
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID, SKU_ID
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade.types import (
    CHECKOUT_ID,
    ORDER_ID,
    Allocation,
    Explanation,
    HistoryEntry,
    Line,
    Order,
)
from hansa.centers.user.types import ADDRESS_VERSION_ID, PARTY_ID
from hansa.kernel.ids import IdKind
from hansa.kernel.money import Money
from hansa.kernel.spans import in_words

_KINDS: dict[str, IdKind[Any]] = {
    "id": ORDER_ID,
    "checkout_id": CHECKOUT_ID,
    "payment_id": PAYMENT_ID,
    "buyer": PARTY_ID,
    "seller": PARTY_ID,
    "party": PARTY_ID,
    "shop_id": SHOP_ID,
    "place_id": PLACE_ID,
    "offer_id": OFFER_ID,
    "sku_id": SKU_ID,
    "product_id": PRODUCT_ID,
    "address_version": ADDRESS_VERSION_ID,
}
_PARTY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def labelled(value: Any, name: str = "") -> Any:
    """Return an explanation as plain values, every field under its name and every id as the API shows it."""
    if isinstance(value, UUID):
        return _KINDS[name].show(value) if name in _KINDS else str(value)
    if isinstance(value, msgspec.Struct):
        return {field: labelled(getattr(value, field), field) for field in value.__struct_fields__}
    if isinstance(value, tuple | list):
        return [labelled(one, name) for one in value]
    if name == "actor":
        return _actor(value)
    return value


def prose(told: Explanation) -> str:
    """Return an explanation as lines to read."""
    return "\n".join(
        [*_placed(told), *_answers(told), *_lines(told.order), *_money(told.order), *_history(told)]
    )


def _placed(told: Explanation) -> Iterator[str]:
    order = told.order
    terms = order.terms
    yield f"Order {ORDER_ID.show(order.id)}: {order.state}."
    yield (
        f"Placed on {_when(order.placed_at)} by {_actor(told.history[0].actor)} in {order.business}"
        f" ({order.traffic}), of checkout {CHECKOUT_ID.show(order.checkout_id)}."
    )
    yield f"Buyer {PARTY_ID.show(order.buyer)}, shop {SHOP_ID.show(order.shop_id)}, books of {order.entity}."
    yield f"Decided under generation {told.generation} of the plan, {told.plan_hash}."
    yield (
        f"Terms it keeps: pay within {_span(terms.pay_s)}, ship within {_span(terms.ship_s)}, confirm within"
        f" {_span(terms.confirm_s)} (once {_span(terms.extension_s)} longer), cancel within"
        f" {_span(terms.cancel_s)}, return within {_span(terms.returns_s)}."
    )


def _answers(told: Explanation) -> Iterator[str]:
    yield ""
    yield "Who answered:"
    width = max(len(decision.point) for decision in told.decisions)
    for decision in told.decisions:
        failed = f"; {', '.join(decision.failed)} failed or was left alone" if decision.failed else ""
        yield f"  {decision.point:{width}}  {', '.join(decision.answered_by)}{failed}"
    option = told.order.option
    yield (
        f"So it is served from {PLACE_ID.show(told.order.place_id)}, by the way {option.code!r}"
        f"{', paid on delivery' if option.on_delivery else ''}, freight {_sum(told.order, told.order.freight)}."
    )


def _lines(order: Order) -> Iterator[str]:
    yield ""
    yield "Lines:"
    for line in order.lines:
        yield from _line(order, line)


def _line(order: Order, line: Line) -> Iterator[str]:
    what = f"{line.title} {line.options}".strip()
    if line.measure:
        much = f"{line.measure.amount} {line.measure.unit}, {_sum(order, line.unit_minor)} for {line.measure.per}"
    else:
        much = f"{line.quantity} at {_sum(order, line.unit_minor)}"
    yield f"  {line.line_no}. {what} ({SKU_ID.show(line.sku_id)}): {much} = {_sum(order, line.gross)}, {line.state}"
    for share in line.allocations:
        yield f"     {share.layer}: -{_sum(order, share.minor)}, borne by {_funder(share)}"
    if line.tax:
        yield f"     tax: +{_sum(order, line.tax)}"
    if line.freight:
        yield f"     share of the freight: +{_sum(order, line.freight)}"
    yield f"     the buyer pays {_sum(order, line.total)}; the platform's commission is {line.commission_bp / 100:g} %"


def _money(order: Order) -> Iterator[str]:
    yield ""
    yield (
        f"Money: goods {_sum(order, order.goods)} - discounts {_sum(order, order.discount)}"
        f" + freight {_sum(order, order.freight)} + tax {_sum(order, order.tax)}"
        f" = {_sum(order, order.payable)}, by payment {PAYMENT_ID.show(order.payment_id)},"
        f" {'paid on ' + _when(order.paid_at) if order.paid_at else 'not paid'}."
    )


def _history(told: Explanation) -> Iterator[str]:
    yield ""
    yield "What happened:"
    for entry in told.history:
        yield f"  {_when(entry.at)}  {_move(entry)}, by {_actor(entry.actor)}: {entry.cause}{_details(entry)}"
    if told.order.due_at:
        yield f"The next deadline is {_when(told.order.due_at)}."


def _move(entry: HistoryEntry) -> str:
    if entry.previous in (None, entry.state):
        return str(entry.state)
    return f"{entry.previous} -> {entry.state}"


def _details(entry: HistoryEntry) -> str:
    facts = [f"{name} {value}" for name, value in entry.details.items()]
    if entry.lines:
        facts.append(f"lines {', '.join(map(str, entry.lines))}")
    if entry.reason:
        facts.append(f"because {entry.reason}")
    return f" ({'; '.join(facts)})" if facts else ""


def _actor(label: str) -> str:
    """Return who acted as histories name them, with the party's id as the API shows it."""
    return _PARTY.sub(lambda found: PARTY_ID.show(UUID(found[0])), label)


def _funder(share: Allocation) -> str:
    party = share.funder.party
    return f"{share.funder.kind} {PARTY_ID.show(party)}" if party else f"the {share.funder.kind}"


def _sum(order: Order, minor: int) -> str:
    return str(Money(minor, order.currency))


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _span(seconds: int) -> str:
    return in_words(timedelta(seconds=seconds))
