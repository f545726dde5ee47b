"""The lane's queue: bounded, first in first out per business, fair between businesses.

Deficit round robin (Shreedhar and Varghese, 1995) with a cost of one per call: in every round a business
may send as many calls as its weight says. When the queue is full, the business that waits with the most
calls for its weight gives up its newest one to a business that waits with fewer, so that a flood cannot
keep the others out at the door either.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar


class Queued(Protocol):
    """What can stand in the queue."""

    @property
    def since(self) -> float:
        """When it came, in seconds of a monotonic clock."""
        ...


T = TypeVar("T", bound=Queued)

_WEIGHT_MIN = 0.01  # a business nobody gave a weight must still get through


class QueueFull(Exception):
    """There is no place, and nobody who should give one up."""


class _Line(Generic[T]):
    """What one business waits with."""

    __slots__ = ("business", "credit", "topped", "waiting", "weight")

    def __init__(self, business: str, weight: float) -> None:
        self.business = business
        self.weight = max(weight, _WEIGHT_MIN)
        self.waiting: deque[T] = deque()
        self.credit = 0.0
        self.topped = False


def evenly(_: str) -> float:
    """Give every business the same weight."""
    return 1.0


class FairQueue(Generic[T]):
    """Items waiting by business. Not thread-safe, no waiting of its own: pure bookkeeping."""

    def __init__(self, *, length_max: int, weight_of: Callable[[str], float] = evenly) -> None:
        self._length_max = length_max
        self._weight_of = weight_of
        self._lines: dict[str, _Line[T]] = {}
        self._turns: deque[_Line[T]] = deque()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def lengths(self) -> dict[str, int]:
        """Return how many items each business waits with."""
        return {business: len(line.waiting) for business, line in self._lines.items()}

    def push(self, business: str, item: T) -> T | None:
        """Append an item; returns one that had to give its place up, if any. Raises `QueueFull`."""
        pushed_out = self._make_room(business) if self._length >= self._length_max else None
        line = self._lines.get(business)
        if line is None:
            line = self._lines[business] = _Line(business, self._weight_of(business))
            self._turns.append(line)
        line.waiting.append(item)
        self._length += 1
        return pushed_out

    def take(self, count: int) -> list[T]:
        """Remove and return up to `count` items, each business its share, each in its order."""
        taken: list[T] = []
        turns = self._turns
        while turns and (room := count - len(taken)) > 0:
            line = turns[0]
            waiting = line.waiting
            if len(turns) == 1:  # nobody to be fair to
                share = min(room, len(waiting))
            else:
                if not line.topped:
                    line.credit += line.weight
                    line.topped = True
                share = min(room, len(waiting), int(line.credit))
                line.credit -= share
            taken.extend([waiting.popleft() for _ in range(share)])
            if not waiting:
                self._close(line)
            elif line.credit < 1:
                line.topped = False
                turns.rotate(-1)
        self._length -= len(taken)
        return taken

    def take_before(self, since: float) -> Iterator[T]:
        """Remove and yield the items that have waited since before that moment."""
        for line in list(self._lines.values()):
            while line.waiting and line.waiting[0].since < since:
                self._length -= 1
                yield line.waiting.popleft()
            if not line.waiting:
                self._close(line)

    def _make_room(self, business: str) -> T:
        line = self._lines.get(business)
        waiting = len(line.waiting) if line else 0
        weight = line.weight if line else max(self._weight_of(business), _WEIGHT_MIN)
        longest = max(self._lines.values(), key=_load, default=None)
        if longest is None or (waiting + 1) / weight > _load(longest) or longest is line:
            raise QueueFull
        item = longest.waiting.pop()
        self._length -= 1
        if not longest.waiting:
            self._close(longest)
        return item

    def _close(self, line: _Line[T]) -> None:
        """Forget an empty line, and its credit: being away earns nothing."""
        del self._lines[line.business]
        if self._turns[0] is line:
            self._turns.popleft()
        else:
            self._turns.remove(line)


def _load(line: _Line[T]) -> float:
    return len(line.waiting) / line.weight
