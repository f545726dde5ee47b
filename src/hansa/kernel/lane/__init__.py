"""The lane: calls that queue up while the previous commit is in flight are committed together.

Owns the queue, the transaction, idempotency keys and every verdict's way back; knows nothing of what is
decided. A center gives it a program; centers below take part as `Participant`s.

Invariants:
    - a call commits whole or not at all, and its waiter learns which, or that it is not known yet;
    - an acknowledged call is committed; the same key is never committed twice;
    - calls of one business are decided in the order they came; no business starves another.
"""

from hansa.kernel.lane.commit import LaneProgram
from hansa.kernel.lane.drive import Part, decide_whole
from hansa.kernel.lane.fair import FairQueue
from hansa.kernel.lane.lane import CallFailed, Lane, Unsettled
from hansa.kernel.lane.participant import Participant
from hansa.kernel.lane.stats import BatchSeen, LaneStats
from hansa.kernel.lane.waiting import LaneCall

__all__ = [
    "BatchSeen",
    "CallFailed",
    "FairQueue",
    "Lane",
    "LaneCall",
    "LaneProgram",
    "LaneStats",
    "Part",
    "Participant",
    "Unsettled",
    "decide_whole",
]
