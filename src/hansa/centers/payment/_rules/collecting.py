"""Money that is paid on delivery, and payments whose outcome is waited for."""

from __future__ import annotations

from hansa.centers.payment._rules.payments import OCCUPIED, WAITING, AttemptRow, Locked, reference_of
from hansa.centers.payment.errors import NotSucceeded, PaymentNotFound
from hansa.centers.payment.events import PaymentCaptured
from hansa.centers.payment.types import (
    ON_DELIVERY,
    PAYMENT_ID,
    AttemptState,
    Facts,
    NewPayment,
    Outcome,
    UnderWay,
)
from hansa.kernel.problem import Problem


def under_way(state: Locked[UnderWay], demand: UnderWay) -> Problem | None:
    """Refuse unless an attempt to charge is undecided, or none is, as was asked."""
    row = state.rows.get(demand.payment_id)
    if row is None or not row.asked_for_in(demand.ctx):
        return PaymentNotFound()
    if row.state not in WAITING or (row.state in OCCUPIED) is not demand.undecided:
        return NotSucceeded(payment=PAYMENT_ID.show(row.id), reason="decided")
    state.take(demand, row, row)
    return None


def collecting(new: NewPayment) -> AttemptRow:
    """Return the one attempt of a payment that is made on delivery."""
    return AttemptRow(
        payment_id=new.id,
        number=1,
        provider=ON_DELIVERY,
        state=AttemptState.STARTED,
        brand=ON_DELIVERY,
        last_four="",
        minor=new.amount.minor,
        taken=False,
        refunded_minor=0,
        provider_reference=None,
        decline_code=None,
        started_at=new.ctx.now(),
        resolved_at=None,
    )


def collected(new: NewPayment) -> Facts:
    """Return that it succeeded: who handed the goods over has the money."""
    return Facts(
        payment_id=new.id,
        attempt=1,
        provider=ON_DELIVERY,
        provider_reference=reference_of(new.id, 1),
        outcome=Outcome.SUCCEEDED,
        minor=new.amount.minor,
        currency=new.amount.currency,
        at=new.ctx.now(),
    )


def captured_on_delivery(new: NewPayment) -> PaymentCaptured:
    """Return what is told of it: the same as of any payment that is there."""
    return PaymentCaptured(
        payment_id=new.id,
        minor=new.amount.minor,
        currency=new.amount.currency,
        orders=tuple(share.order_id for share in new.shares),
        shops=tuple(share.shop_id for share in new.shares),
        minors=tuple(share.minor for share in new.shares),
        on_delivery=True,
    )
