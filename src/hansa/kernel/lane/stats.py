"""What a lane counts. Plain numbers; whoever exports metrics reads them or hangs a hook on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchSeen:
    """One committed batch, for histograms. Times are in seconds."""

    calls: int
    wait_s: float
    """How long its first call had waited when the batch began."""
    work_s: float
    """From BEGIN to the answer of COMMIT."""


@dataclass(slots=True)
class LaneStats:
    """Counters since the lane was made."""

    batches: int = 0
    calls: int = 0
    refused: int = 0
    repeats: int = 0
    """Calls answered from a stored answer, or together with one that was already on its way."""
    busy: int = 0
    """Calls turned away: the queue was full, or they waited too long."""
    dropped: int = 0
    """Calls whose client had gone before their batch began."""
    resent: int = 0
    """Batches sent again after a lost connection, a deadlock, or a key that came in meanwhile."""
    split: int = 0
    """Batches cut in two to find the call that breaks them."""
    failed: int = 0
    """Calls that broke by themselves."""
    on_batch: Callable[[BatchSeen], None] | None = None
