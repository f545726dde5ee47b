"""What happens to an order by itself, and when: one time runs at once, and the order's state says which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from hansa.centers.trade.types import Order, OrderState

CONFIRM_RECEIPT = "trade.confirm_receipt"
CANCEL_UNSHIPPED = "trade.cancel_unshipped"
REFUND_UNDECIDED = "trade.refund_undecided"
REMIND_TO_COLLECT = "trade.remind_to_collect"

_REMINDED_BEFORE = timedelta(days=14)

DEADLINES: Mapping[OrderState, str] = MappingProxyType(
    {
        OrderState.PAID_ON_HOLD: CANCEL_UNSHIPPED,
        OrderState.AWAITING_SHIPMENT: CANCEL_UNSHIPPED,
        OrderState.PARTLY_SHIPPED: CANCEL_UNSHIPPED,
        OrderState.SHIPPED: CONFIRM_RECEIPT,
        OrderState.SIGNED: CONFIRM_RECEIPT,
    }
)
"""What falls due in a state, at the order's `due_at`."""

_GOES_ON = frozenset(
    {
        (OrderState.AWAITING_SHIPMENT, OrderState.PARTLY_SHIPPED),
        (OrderState.PARTLY_SHIPPED, OrderState.AWAITING_SHIPMENT),
        (OrderState.SHIPPED, OrderState.SIGNED),
    }
)
"""Moves in which the time that runs goes on: sending a part gives no more time for the rest."""


def due_after(
    order: Order, state: OrderState, now: datetime, *, paid: bool = False, renewed: bool = False
) -> datetime | None:
    """Return when something happens by itself to an order that comes to `state` now; None when nothing does.

    The time to send runs from payment, or release, until everything has left or was cancelled; only then the
    one to confirm receipt begins, for what was sent earlier too. What is to be paid on delivery waits, once it
    was sent, to be handed over; that has its time, too, and the one to confirm receipt begins when it is paid:
    `paid` says that it is paid with this move. A time that is over begins anew when the move is `renewed`: lines
    come back that were kept out of it.
    """
    kind = DEADLINES.get(state)
    if kind is None:
        return None
    due_at = order.due_at
    goes_on = state is order.state or (order.state, state) in _GOES_ON
    if due_at is not None and goes_on and not paid and not (renewed and due_at <= now):
        return due_at
    seconds = order.terms.confirm_s if kind == CONFIRM_RECEIPT else order.terms.ship_s
    if kind == CONFIRM_RECEIPT and order.paid_at is None and not paid:
        seconds = order.terms.collect_s
    return now + timedelta(seconds=seconds)


def reminded_at(order: Order, now: datetime) -> datetime:
    """Return when a shop that sends an order now is reminded to say whether it was paid on delivery."""
    allowed = timedelta(seconds=order.terms.collect_s)
    return now + allowed - min(_REMINDED_BEFORE, allowed / 2)
