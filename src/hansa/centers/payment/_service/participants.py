"""Payment's parts in a batch: create, capture, close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from hansa.centers.payment._rules import collecting
from hansa.centers.payment._rules import payments as rules
from hansa.centers.payment._rules.payments import Locked
from hansa.centers.payment._store import payments as store
from hansa.centers.payment.events import PaymentCaptured
from hansa.centers.payment.types import Capture, Close, Collect, NewPayment, UnderWay
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Problem


@dataclass(slots=True)
class Creating:
    """Payments to be written."""

    taken: dict[UUID, NewPayment] = field(default_factory=dict)


class CreateParticipant:
    """Create payments. Nothing is locked: their ids are new, made with the checkout, whose key comes first."""

    async def lock(self, tx: Transaction, demands: Sequence[NewPayment]) -> Creating:  # noqa: ARG002
        """Lock nothing."""
        return Creating()

    def decide(self, state: Creating, demand: NewPayment) -> Problem | None:
        """Take the payment, or refuse it: `PaymentMalformed`."""
        problem = rules.check_new(demand)
        if problem is None:
            state.taken[demand.id] = demand
        return problem

    def undo(self, state: Creating, demand: NewPayment) -> None:
        """Leave the payment out again."""
        state.taken.pop(demand.id, None)

    async def write(self, tx: Transaction, state: Creating) -> None:
        """Write all payments in one statement."""
        if state.taken:
            await store.insert(tx, list(state.taken.values()))


class CaptureParticipant:
    """Capture payments: once each, only what the server asked for, only while somebody waits for it."""

    async def lock(self, tx: Transaction, demands: Sequence[Capture]) -> Locked[Capture]:
        """Lock the payments, in the order of their ids."""
        return Locked(await store.lock(tx, [demand.payment_id for demand in demands]) if demands else {})

    def decide(self, state: Locked[Capture], demand: Capture) -> Problem | None:
        """Take the capture, or refuse it.

        `AlreadyCaptured`: this money is taken, nothing is left to do. `PaymentLate`, `PaymentSurplus`: nobody
        waits for this money; `take_unexpected` it and refund it. `AmountMismatch`, `NotSucceeded`,
        `PaymentNotFound`: the facts do not fit, nothing may be done.
        """
        return rules.capture(state, demand)

    def undo(self, state: Locked[Capture], demand: Capture) -> None:
        """Take back the latest successful `decide` of this demand."""
        state.undo(demand)

    async def write(self, tx: Transaction, state: Locked[Capture]) -> None:
        """Store payments and attempts in one statement; tell of each."""
        await store.capture(tx, [(demand.facts, after.changed_at) for demand, _, after in state.taken])
        for demand, _, row in state.taken:
            tx.emit(
                demand.ctx,
                PaymentCaptured(
                    payment_id=row.id,
                    minor=row.captured_minor,
                    currency=row.currency,
                    orders=row.share_orders,
                    shops=row.share_shops,
                    minors=row.share_minors,
                ),
            )


class CloseParticipant:
    """Close payments that nobody waits for any more."""

    async def lock(self, tx: Transaction, demands: Sequence[Close]) -> Locked[Close]:
        """Lock the payments, in the order of their ids."""
        return Locked(await store.lock(tx, [demand.payment_id for demand in demands]) if demands else {})

    def decide(self, state: Locked[Close], demand: Close) -> Problem | None:
        """Close, or refuse with `AlreadyCaptured`. Closing again is no matter."""
        return rules.close(state, demand)

    def undo(self, state: Locked[Close], demand: Close) -> None:
        """Take back the latest successful `decide` of this demand."""
        state.undo(demand)

    async def write(self, tx: Transaction, state: Locked[Close]) -> None:
        """Store the payments in one statement."""
        await store.update(tx, state.changed())


class UnderWayParticipant:
    """See to it that what the provider has to say about a payment is (not) outstanding, whoever else is told."""

    async def lock(self, tx: Transaction, demands: Sequence[UnderWay]) -> Locked[UnderWay]:
        """Lock the payments, in the order of their ids."""
        return Locked(await store.lock(tx, [demand.payment_id for demand in demands]) if demands else {})

    def decide(self, state: Locked[UnderWay], demand: UnderWay) -> Problem | None:
        """Take it, or refuse it: `PaymentNotFound`, `NotSucceeded` when the payment stands otherwise."""
        return collecting.under_way(state, demand)

    def undo(self, state: Locked[UnderWay], demand: UnderWay) -> None:
        """Take back the latest successful `decide` of this demand."""
        state.undo(demand)

    async def write(self, tx: Transaction, state: Locked[UnderWay]) -> None:
        """Write nothing: a payment knows this by itself."""


class CollectParticipant:
    """Write down what was paid on delivery: a payment with one attempt, captured whole. Its id is new."""

    async def lock(self, tx: Transaction, demands: Sequence[Collect]) -> list[Collect]:  # noqa: ARG002
        """Lock nothing."""
        return []

    def decide(self, state: list[Collect], demand: Collect) -> Problem | None:
        """Take the payment, or refuse it: `PaymentMalformed`."""
        problem = rules.check_new(demand.payment)
        if problem is None:
            state.append(demand)
        return problem

    def undo(self, state: list[Collect], demand: Collect) -> None:
        """Leave it out again."""
        state.remove(demand)

    async def write(self, tx: Transaction, state: list[Collect]) -> None:
        """Write payments, attempts and captures, a statement each; tell of each payment."""
        if state:
            payments = [one.payment for one in state]
            await store.insert(tx, payments)
            await store.begin(tx, [collecting.collecting(payment) for payment in payments])
            await store.capture(tx, [(collecting.collected(one), one.ctx.now()) for one in payments])
            for payment in payments:
                tx.emit(payment.ctx, collecting.captured_on_delivery(payment))


CREATE = CreateParticipant()
CAPTURE = CaptureParticipant()
CLOSE = CloseParticipant()
UNDER_WAY = UnderWayParticipant()
COLLECT = CollectParticipant()
