"""What happens to an order by itself when a time is over; None when it has moved on, and nothing does."""

from __future__ import annotations

from hansa.centers.trade._rules.states import REFUNDABLE
from hansa.centers.trade._rules.timing import CANCEL_UNSHIPPED, DEADLINES
from hansa.centers.trade._service.moves import TIMED
from hansa.centers.trade._service.step import Step
from hansa.centers.trade._service.steps import advancing, receiving, refunding
from hansa.centers.trade.types import LineState, Order, OrderState
from hansa.kernel.context import Ctx

NEVER_COLLECTED = "not paid on delivery in time"


def unsent(ctx: Ctx, order: Order) -> Step | None:
    """Refund what still waits to be sent: the whole order, or the rest of it. It may be kept back until then."""
    if DEADLINES.get(order.state) != CANCEL_UNSHIPPED or order.due_at is None or order.due_at > ctx.now():
        return None
    if order.paid_at is None:  # to be paid on delivery
        return advancing(ctx, order, OrderState.CLOSED, cause="not sent in time")
    waiting = [line.line_no for line in order.lines if line.state is LineState.WAITING]
    return refunding(ctx, order, cause="not sent in time", lines=waiting) if waiting else None


def unreceived(ctx: Ctx, order: Order) -> Step | None:
    """Take what was sent as received. Lines whose refund is being decided wait for that.

    What is paid on delivery, and of which nobody said that it was paid, counts as not taken in: it is closed.
    """
    if order.state not in TIMED:
        return None
    if order.paid_at is None:
        over = order.due_at is not None and order.due_at <= ctx.now()
        return advancing(ctx, order, OrderState.CLOSED, cause=NEVER_COLLECTED) if over else None
    if not any(line.state is LineState.SHIPPED for line in order.lines):
        return None
    return receiving(ctx, order, cause="receipt taken as confirmed")


def undecided(ctx: Ctx, order: Order) -> Step | None:
    """Refund what waits for somebody's decision."""
    lines = [line.line_no for line in order.lines if line.state is LineState.REFUNDING]
    if not lines or order.state not in REFUNDABLE:
        return None
    return refunding(ctx, order, cause="not decided in time", lines=lines)
