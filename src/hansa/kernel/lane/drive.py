"""Driving the centers that take part in a batch: lock in their order, decide whole calls, write in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hansa.kernel.lane.participant import Participant

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.problem import Problem

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Part(Generic[D]):
    """One center's part in a batch: what each call, by its place in the batch, demands of it.

    None stands for a call that asks nothing of this center.
    """

    participant: Participant[D, Any]
    demands: Sequence[D | None]


async def decide_whole(
    tx: Transaction, parts: Sequence[Part[Any]], *, refused: Sequence[Problem | None]
) -> list[Problem | None]:
    """Decide a batch; return one verdict per call, None where it was taken by every center it asks.

    `parts` stand in the order of the centers, which is the order of the locks. `refused` has one entry
    per call; one that is refused already is left out. Calls are decided in the order they came; a call
    is taken whole or leaves no trace, and a later, smaller one may still fit.
    """
    verdicts = list(refused)
    live = [place for place, problem in enumerate(verdicts) if problem is None]
    states = [
        await part.participant.lock(tx, [d for place in live if (d := part.demands[place]) is not None])
        for part in parts
    ]
    seats = [(part.participant, part.demands, state) for part, state in zip(parts, states, strict=True)]
    for place in live:
        verdicts[place] = _decide_one(seats, place)
    if any(verdict is None for verdict in verdicts):
        for participant, _, state in seats:
            await participant.write(tx, state)
    return verdicts


_Seat = tuple[Participant[Any, Any], Sequence[Any], Any]


def _decide_one(seats: Sequence[_Seat], place: int) -> Problem | None:
    """Ask each center in order; when one refuses, those before it take their marks back, last first."""
    for step, (participant, demands, state) in enumerate(seats):
        demand = demands[place]
        if demand is None:
            continue
        problem = participant.decide(state, demand)
        if problem is not None:
            for earlier, its_demands, its_state in reversed(seats[:step]):
                if its_demands[place] is not None:
                    earlier.undo(its_state, its_demands[place])
            return problem
    return None
