"""How a center takes part in a lane: lock, decide, write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

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
