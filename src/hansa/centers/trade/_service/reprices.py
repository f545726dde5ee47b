"""Trade's second part in a batch of steps: unpaid orders that cost less now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hansa.centers.trade import _store
from hansa.centers.trade._rules.repricing import Repricing
from hansa.centers.trade.events import PriceLowered
from hansa.kernel import deadlines
from hansa.kernel.center import Deadline
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Problem

CLOSE_UNPAID = "trade.close_unpaid"


@dataclass(slots=True)
class RepriceState:
    """The repricings that were taken."""

    taken: list[Repricing] = field(default_factory=list)


class OrderReprices:
    """Store lowered prices. The orders' own part of the batch has locked them and seen that nothing changed."""

    async def lock(self, tx: Transaction, demands: Sequence[Repricing]) -> RepriceState:  # noqa: ARG002
        """Lock nothing more."""
        return RepriceState()

    def decide(self, state: RepriceState, demand: Repricing) -> Problem | None:
        """Take it: there is nothing left to refuse."""
        state.taken.append(demand)
        return None

    def undo(self, state: RepriceState, demand: Repricing) -> None:
        """Leave it out again."""
        state.taken.remove(demand)

    async def write(self, tx: Transaction, state: RepriceState) -> None:
        """Store the amounts; the time to pay goes on, for the new payment."""
        if not state.taken:
            return
        await _store.reprice(tx, state.taken)
        await deadlines.cancel(tx, [(CLOSE_UNPAID, one.order.payment_id) for one in state.taken])
        await deadlines.schedule(
            tx,
            [
                Deadline(
                    kind=CLOSE_UNPAID,
                    subject=one.payment.id,
                    business=one.order.business,
                    traffic=one.order.traffic,
                    due_at=one.pay_by,
                )
                for one in state.taken
            ],
        )
        for one in state.taken:
            tx.emit(one.payment.ctx, _told(one))


def _told(one: Repricing) -> PriceLowered:
    return PriceLowered(
        order_id=one.order.id,
        checkout_id=one.order.checkout_id,
        buyer=one.order.buyer,
        shop_id=one.order.shop_id,
        payment_id=one.payment.id,
        was=one.order.payable,
        payable=one.payable,
        currency=one.order.currency,
    )


REPRICES = OrderReprices()
