"""Cancelling an order as its buyer: which goods are not wanted after all, how many of them, and why."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import (
    AlreadyClosed,
    CancelTooLate,
    IllegalMove,
    LineMoved,
    LineNotFound,
    OrderNotFound,
    PiecesExceeded,
)
from hansa.centers.trade.types import (
    BUYER_REASONS,
    NOTE_LETTERS_MAX,
    ORDER_ID,
    CancelReason,
    LinePart,
    LineState,
    Order,
)
from hansa.kernel.money import Money
from hansa.kernel.problem import Busy, Invalid
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.once import key_of
from hansa.web.parts import Form, Link
from hansa.web.routes.order_view import UNPAID, may_cancel
from hansa.web.routes.orders import acting
from hansa.web.routes.pieces import chosen_pieces, piece_choices
from hansa.web.routes.reasons import chosen_reason, reason_choices
from hansa.web.routes.selling.fields import text_of
from hansa.web.views import CancelPage
from hansa.web.visit import Seen, Visit

_MOVED_ON = (IllegalMove, AlreadyClosed, CancelTooLate, LineMoved, LineNotFound, PiecesExceeded)


@get("/orders/{order_id:str}/cancel")
async def show_cancel(seen: Seen, order_id: str) -> Response[str]:
    """What can be cancelled of an order, and the causes to choose from."""
    order = await _own(seen, order_id)
    if not may_cancel(seen, order):
        return go(seen, seen.at(f"orders/{order_id}"), told="moved_on")
    return show(seen, await _page(seen, order))


@post("/orders/{order_id:str}/cancel")
async def cancel(seen: Seen, order_id: str) -> Response[str]:
    """Close an order that is not paid, with all that was ordered with it; of one that is, take back what is named."""
    fields = await read_form(seen)
    order = await _own(seen, order_id)
    here = seen.at(f"orders/{order_id}")
    reason = chosen_reason(fields, BUYER_REASONS)
    text = text_of(fields, "text", letters_max=NOTE_LETTERS_MAX, required=False)
    lines = _wanted(fields, order)
    if fields.errors or reason is None:
        return show(seen, await _page(seen, order, form=fields.form()), status=422)
    try:
        told = await _cancelled(seen, fields, order, lines=lines, reason=reason, text=text)
    except _MOVED_ON:
        return go(seen, here, told="moved_on")
    except Busy:
        return go(seen, here, told="not_now")
    except Invalid as refused:
        fields.blame_all(refused)
        return show(seen, await _page(seen, order, form=fields.form()), status=422)
    return go(seen, here, told=told)


async def _cancelled(
    seen: Visit,
    fields: Fields,
    order: Order,
    *,
    lines: list[int | LinePart] | None,
    reason: CancelReason,
    text: str,
) -> str:
    """Cancel, and return what the next page says of it."""
    key = key_of(seen, fields, route=f"/orders/{ORDER_ID.show(order.id)}/cancel")
    if order.state in UNPAID:
        await trade.cancel(seen.ctx, checkout_id=order.checkout_id, reason=reason, text=text, key=key)
        return "cancelled"
    await trade.cancel_order(seen.ctx, order_id=order.id, lines=lines, reason=reason, text=text, key=key)
    if order.paid_at is None:
        return "cancelled"
    return "cancelled_in_part" if lines else "cancelled_after_paying"


def _parts(order: Order) -> list[int]:
    """Return the lines that can be cancelled by themselves: there are several pieces, and they are paid for."""
    waiting = [line for line in order.lines if line.state is LineState.WAITING]
    whole = len(waiting) == len(order.lines)
    if order.paid_at is None or (whole and sum(line.quantity for line in waiting) == 1):
        return []
    return [line.line_no for line in waiting]


def _wanted(fields: Fields, order: Order) -> list[int | LinePart] | None:
    """Return what is to be cancelled of it; None for the whole order."""
    parts = _parts(order)
    if not parts:
        return None
    chosen = chosen_pieces(fields, order.lines)
    if not chosen:
        fields.blame("line", "choose")
    everything = len(parts) == len(order.lines) and set(parts) == {
        one for one in chosen if isinstance(one, int)
    }
    return None if everything else chosen


async def _own(seen: Visit, order_id: str) -> Order:
    """Return an order of the visitor's own. Raises `OrderNotFound` for others', also to who may read them."""
    order = await trade.order(acting(seen), order_id=ORDER_ID.read(order_id))
    if order.buyer != seen.ctx.actor.party:
        raise OrderNotFound
    return order


async def _page(seen: Visit, order: Order, *, form: Form | None = None) -> CancelPage:
    _ = seen.gettext
    shown = ORDER_ID.show(order.id)
    parts = set(_parts(order))
    lines = [line for line in order.lines if line.line_no in parts]
    minor = sum(line.total for line in lines) if lines else order.payable
    together = await trade.checkout_orders(seen.ctx, order.checkout_id) if order.state in UNPAID else ()
    return CancelPage(
        chrome=seen.chrome(section="orders", path=seen.at(f"orders/{shown}/cancel")),
        order_id=shown,
        state=order.state.value,
        order=Link(label=_("Back to the order"), url=seen.at(f"orders/{shown}")),
        reasons=reason_choices(_, BUYER_REASONS),
        post_url=seen.at(f"orders/{shown}/cancel"),
        parts=piece_choices(lines, currency=order.currency),
        orders=len(together) or 1,
        back=Money(minor, order.currency) if order.paid_at is not None else None,
        form=form or Form(),
    )


ROUTES = (show_cancel, cancel)
