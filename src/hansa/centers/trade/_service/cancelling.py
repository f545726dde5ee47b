"""Cancel: before payment, or after it and before anything has left, as a whole or in part, for a reason."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hansa.centers.payment.errors import AlreadyCaptured
from hansa.centers.shop.types import shop_object
from hansa.centers.trade._rules.rows import NewNote
from hansa.centers.trade._rules.states import TRANSITIONS
from hansa.centers.trade._service.moves import refusal
from hansa.centers.trade._service.moving import READINGS_MAX, lane_of, submit
from hansa.centers.trade._service.paysteps import closing
from hansa.centers.trade._service.reading import checkout_orders, load_order
from hansa.centers.trade._service.step import Step
from hansa.centers.trade._service.steps import SENT_FROM, Lines, advancing, refunding
from hansa.centers.trade.errors import CancelTooLate, IllegalMove, LineMoved, OrderChanged
from hansa.centers.trade.types import (
    BUYER_REASONS,
    NOTE_ID,
    NOTE_LETTERS_MAX,
    SELLER_REASONS,
    CancelReason,
    CheckoutId,
    Moved,
    NoteKind,
    Order,
    OrderId,
    OrderState,
)
from hansa.kernel.context import Ctx
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.problem import Busy, FieldError, Invalid
from hansa.kernel.texts import plain_errors

PERMISSION = "trade.order.cancel"
BY_SELLER = "cancelled by the seller"
WAITING = frozenset({OrderState.PAID_ON_HOLD, OrderState.AWAITING_SHIPMENT})
"""Nothing was sent, or nothing should have been."""


class Cause(msgspec.Struct, frozen=True):
    """Why something is cancelled: a reason, and what was written about it."""

    reason: CancelReason | None = None
    text: str = ""


async def cancel(
    ctx: Ctx,
    *,
    checkout_id: CheckoutId,
    reason: CancelReason | None = None,
    text: str = "",
    key: IdempotencyKey | None = None,
) -> tuple[Moved, ...]:
    """Close an unpaid checkout at its buyer's wish: every order, its stock and its payment.

    Raises `OrderNotFound`, `Invalid` for a reason that is a seller's, `IllegalMove` when it is paid already,
    `AlreadyClosed`.
    """
    cause = _checked(Cause(reason, text.strip()), staff=False)
    for _ in range(READINGS_MAX):
        orders = await checkout_orders(ctx, checkout_id)
        details, notes = _told(ctx, orders, cause)
        call = closing(ctx, orders, key, cause="cancelled by the buyer", details=details, notes=notes)
        if key is None:
            for order in orders:
                if (problem := refusal(order.state, call.moves)) is not None:
                    raise problem
        try:
            return await lane_of(ctx).submit(call)
        except OrderChanged:
            continue  # a lower price, or a provider's word, came first
        except AlreadyCaptured:
            state = (await checkout_orders(ctx, checkout_id))[0].state
            raise IllegalMove(state=state, wanted=OrderState.CLOSED, may=sorted(TRANSITIONS[state])) from None
    raise Busy


async def cancel_order(
    ctx: Ctx,
    *,
    order_id: OrderId,
    lines: Lines = None,
    reason: CancelReason | None = None,
    text: str = "",
    key: IdempotencyKey | None = None,
) -> Moved:
    """Take back a paid order that was not sent, or what is named of it: what was paid for it goes back.

    `lines` are numbers of lines, or so many pieces of them, that still wait; their stock is free. One that was to
    be paid on delivery is closed, as a whole. The seller may (`trade.order.cancel` of the shop) until it is sent;
    the buyer for a while after paying (`Deadlines.cancel`). Raises `OrderNotFound`, `Invalid`, `IllegalMove`,
    `CancelTooLate`, `LineMoved`, `LineNotFound`, `PiecesExceeded`, `TooManyParts`.
    """

    async def read() -> Order:
        return await load_order(ctx, order_id, permission=PERMISSION)

    def step(order: Order) -> Step:
        staff = ctx.may(PERMISSION, of=shop_object(order.shop_id))
        cause = _checked(Cause(reason, text.strip()), staff=staff)
        if not staff and order.paid_at is not None:
            late_s = (ctx.now() - order.paid_at).total_seconds()
            if late_s > order.terms.cancel_s:
                raise CancelTooLate
        if lines is None:
            _nothing_sent(order)
        details, notes = _told(ctx, (order,), cause)
        by = BY_SELLER if staff else "cancelled by the buyer"
        if lines is None and order.paid_at is None and order.state is OrderState.AWAITING_SHIPMENT:
            # It was to be paid on delivery.
            return advancing(ctx, order, OrderState.CLOSED, key, cause=by, details=details, notes=notes)
        return refunding(
            ctx, order, key, cause=by, lines=lines, among=SENT_FROM, details=details, notes=notes
        )

    return await submit(ctx, read, step, key=key)


def _checked(cause: Cause, *, staff: bool) -> Cause:
    """Refuse what somebody cannot give as a reason."""
    if cause.reason is not None and cause.reason not in (SELLER_REASONS if staff else BUYER_REASONS):
        raise Invalid(FieldError("reason", "not_yours", "This is a reason of the other side"))
    if errors := plain_errors("text", cause.text, length_max=NOTE_LETTERS_MAX, required=False):
        raise Invalid(*errors)
    if cause.text and cause.reason is None:
        raise Invalid(FieldError("reason", "missing", "Say which reason the words are about"))
    return cause


def _told(
    ctx: Ctx, orders: Sequence[Order], cause: Cause
) -> tuple[dict[str, int | str], tuple[NewNote, ...]]:
    """Return what the history keeps of a reason, and the words about it, which can be forgotten."""
    if cause.reason is None:
        return {}, ()
    details: dict[str, int | str] = {"reason": cause.reason.value}
    if not cause.text:
        return details, ()
    note_id = NOTE_ID.new()
    notes = tuple(
        NewNote(
            order.buyer, order.id, note_id, NoteKind.CANCELLATION.value, ctx.author(), cause.text, ctx.now()
        )
        for order in orders
    )
    return details | {"note": NOTE_ID.show(note_id)}, notes


def _nothing_sent(order: Order) -> None:
    """Refuse to cancel what has left in part, or waits for somebody's decision."""
    if order.state in WAITING and (
        elsewhere := [line for line in order.lines if line.state not in SENT_FROM]
    ):
        raise LineMoved(lines=[{"line_no": line.line_no, "state": line.state} for line in elsewhere])
    if order.state in {OrderState.PARTLY_SHIPPED, OrderState.SHIPPED, OrderState.SIGNED}:
        raise IllegalMove(state=order.state, wanted=OrderState.REFUNDED, may=sorted(TRANSITIONS[order.state]))
