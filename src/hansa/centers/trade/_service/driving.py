"""How trade drives the other centers: each call says what it asks of whom; the lane decides it whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from hansa.kernel.db import Transaction
from hansa.kernel.lane import Part, Participant, decide_whole
from hansa.kernel.problem import Problem


class Asking(Protocol):
    """A call with one demand per participant of its program, None where it asks nothing."""

    @property
    def demands(self) -> tuple[Any, ...]:
        """What it asks, in the order of the participants."""
        ...


async def drive(
    tx: Transaction, participants: Sequence[Participant[Any, Any]], calls: Sequence[Asking]
) -> list[Problem | None]:
    """Take calls through the participants in the order of the centers; None for each that was taken."""
    parts = [
        Part(participant, [call.demands[at] for call in calls]) for at, participant in enumerate(participants)
    ]
    return await decide_whole(tx, parts, refused=[None] * len(calls))
