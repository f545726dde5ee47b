"""How a center takes part in a lane: lock, decide, write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.problem import Problem

D_contra = TypeVar("D_contra", contravariant=True)
S = TypeVar("S")


class Participant(Protocol[D_contra, S]):
    """A center's part in a batch. A program drives its participants in the order of the centers.

    A demand is what one call asks of the center (all lines of one order together) and carries its own
    `ctx`. The state is whatever the center read, changed in memory by `decide` and stored by `write`.
    """

    async def lock(self, tx: Transaction, demands: Sequence[D_contra]) -> S:
        """Read and lock every row the demands touch: one set-based statement per table, in lock order."""
        ...

    def decide(self, state: S, demand: D_contra) -> Problem | None:
        """Take the demand into the state, whole, or return why not and leave the state as it was. Pure."""
        ...

    def undo(self, state: S, demand: D_contra) -> None:
        """Take back the latest successful `decide` of this demand: a later participant refused the call."""
        ...

    async def write(self, tx: Transaction, state: S) -> None:
        """Store what was decided: merged updates, one set-based statement per table; emit events."""
        ...


async def drive(
    tx: Transaction,
    participants: Sequence[Participant[Any, Any]],
    demands: Sequence[Sequence[Any]],
) -> list[Problem | None]:
    """Take a batch of calls through the participants: each call whole or not at all, in arrival order.

    `demands[call][participant]` is what the call asks of that participant, None when nothing. Returns one
    verdict per call: None when it was taken, else the problem of the participant that refused it.
    """
    states = [
        await participant.lock(tx, [asked[at] for asked in demands if asked[at] is not None])
        for at, participant in enumerate(participants)
    ]
    verdicts = [_decide_whole(participants, states, asked) for asked in demands]
    for participant, state in zip(participants, states, strict=True):
        await participant.write(tx, state)
    return verdicts


def _decide_whole(
    participants: Sequence[Participant[Any, Any]],
    states: Sequence[Any],
    asked: Sequence[Any],
) -> Problem | None:
    taken: list[int] = []
    for at, participant in enumerate(participants):
        demand = asked[at]
        if demand is None:
            continue
        problem = participant.decide(states[at], demand)
        if problem is not None:
            for back in reversed(taken):
                participants[back].undo(states[back], asked[back])
            return problem
        taken.append(at)
    return None
