"""Unpaid checkouts hold stock for nothing: one party has so many open at once, and no more.

How many wait for their payment is counted in the database only for a party that has placed that many here since it
was last counted: for nobody who pays, more than once in so many orders. Several processes let through so many each at
most, before the first of them counts what all of them let through.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from hansa.centers.trade import _store
from hansa.centers.trade._rules.states import UNPAID
from hansa.centers.trade.errors import TooManyUnpaid
from hansa.centers.trade.terms import Checkouts, Deadlines
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.ids import first_id_at
from hansa.kernel.problem import Problem

PARTIES_MAX = 100_000
"""How many parties a process remembers; of those it has forgotten it counts from nothing."""
_A_WHILE = timedelta(minutes=1)
"""By how much the clocks of processes that make ids may differ."""


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A party places a checkout."""

    ctx: Ctx
    buyer: UUID


class OpenCheckouts:
    """What this process knows: how many checkouts a party has open at most, of those placed here."""

    def __init__(self) -> None:
        self._at_most: OrderedDict[UUID, int] = OrderedDict()

    def at_most(self, buyer: UUID) -> int:
        """Return how many of a party's checkouts may be open."""
        return self._at_most.get(buyer, 0)

    def saw(self, buyer: UUID, number: int) -> None:
        """Remember how many may be open."""
        self._at_most[buyer] = number
        self._at_most.move_to_end(buyer)
        if len(self._at_most) > PARTIES_MAX:
            self._at_most.popitem(last=False)


@dataclass(slots=True)
class OpenState:
    """How many checkouts each party of a batch has open at most, those of the batch among them."""

    known: OpenCheckouts | None = None
    number: dict[UUID, int] = field(default_factory=dict)


class UnpaidCheckouts:
    """Trade's part in a batch of placements that refuses a party with too much unpaid."""

    async def lock(self, tx: Transaction, demands: Sequence[Opened]) -> OpenState:
        """Lock nothing: a party that races itself over the bound holds a few more. Count where it may be reached."""
        if not demands:
            return OpenState()
        known = demands[0].ctx.platform.service(OpenCheckouts)
        number = {demand.buyer: known.at_most(demand.buyer) for demand in demands}
        here = Counter(demand.buyer for demand in demands)
        doubtful = [
            one for one in demands if number[one.buyer] + here[one.buyer] > one.ctx.term(Checkouts).unpaid
        ]
        if doubtful:
            # What was quoted before then cannot wait for its payment any more.
            age = max(one.ctx.term(Deadlines).pay + one.ctx.term(Deadlines).quote for one in doubtful)
            buyers = sorted({one.buyer for one in doubtful})
            number |= dict.fromkeys(buyers, 0)
            number |= await _store.open_checkouts(
                tx, buyers, since=first_id_at(age + _A_WHILE), states=sorted(UNPAID)
            )
        return OpenState(known, number)

    def decide(self, state: OpenState, demand: Opened) -> Problem | None:
        """Take it, or refuse with `TooManyUnpaid`."""
        bound = demand.ctx.term(Checkouts).unpaid
        if state.number[demand.buyer] >= bound:
            return TooManyUnpaid(unpaid_max=bound)
        state.number[demand.buyer] += 1
        return None

    def undo(self, state: OpenState, demand: Opened) -> None:
        """Leave it out again."""
        state.number[demand.buyer] -= 1

    async def write(self, tx: Transaction, state: OpenState) -> None:  # noqa: ARG002
        """Write nothing; remember what was taken, or counted. A batch that fails is counted too much, and set right."""
        if state.known is not None:
            for buyer, number in state.number.items():
                state.known.saw(buyer, number)


UNPAID_CHECKOUTS = UnpaidCheckouts()
