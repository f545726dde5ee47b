"""Trade's third part in a batch of steps: orders that were paid on delivery know the payment that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hansa.centers.payment.types import Collect
from hansa.centers.trade import _store
from hansa.centers.trade._rules.rows import OrderKey
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Problem


@dataclass(frozen=True, slots=True)
class Collected:
    """An order that is locked, and the payment that was made of what was collected for it."""

    order: OrderKey
    collect: Collect


class OrderCollections:
    """Store which payment paid for an order. Its own part of the batch has locked it."""

    async def lock(self, tx: Transaction, demands: Sequence[Collected]) -> list[Collected]:  # noqa: ARG002
        """Lock nothing more."""
        return []

    def decide(self, state: list[Collected], demand: Collected) -> Problem | None:
        """Take it: there is nothing left to refuse."""
        state.append(demand)
        return None

    def undo(self, state: list[Collected], demand: Collected) -> None:
        """Leave it out again."""
        state.remove(demand)

    async def write(self, tx: Transaction, state: list[Collected]) -> None:
        """Store the payments' ids with their orders: refunds come out of them."""
        if state:
            await _store.set_payments(
                tx, keys=[one.order for one in state], payments=[one.collect.payment.id for one in state]
            )


COLLECTIONS = OrderCollections()
