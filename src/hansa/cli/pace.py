"""How quickly something goes on, and how long the rest takes at that."""

from __future__ import annotations

import time
from collections.abc import Callable

from hansa.cli import screen

_TELL_EVERY_S = 5.0
"""How often a line is written where nobody sees a line change."""
_SHOWN_FROM_S = 1.0
"""Before that a rate would be chance."""


class Pace:
    """Follows one step of some work: how much is done of how much (None: nobody knows)."""

    def __init__(
        self, total: int | None, *, of: str = "rows", now: Callable[[], float] = time.monotonic
    ) -> None:
        self._total = total
        self._of = of
        self._now = now
        self._began = now()

    def told(self, done: int) -> str:
        """Say how far it has come: `45,000 of 100,000 rows, 9,000 a second, 6 s left`."""
        said = f"{done:,} of {self._total:,} {self._of}" if self._total else f"{done:,} {self._of}"
        elapsed = self._now() - self._began
        if done and elapsed >= _SHOWN_FROM_S:
            rate = done / elapsed
            said += f", {rate:,.0f} a second"
            if self._total and self._total > done:
                said += f", {_span((self._total - done) / rate)} left"
        return said


def now_and_then(tell: screen.Tell, *, now: Callable[[], float] = time.monotonic) -> screen.Tell:
    """Tell every step where a line changes in place, and else a few."""
    if screen.err.is_terminal:
        return tell
    last = float("-inf")

    def told(step: str) -> None:
        nonlocal last
        if now() - last >= _TELL_EVERY_S:
            last = now()
            tell(step)

    return told


def _span(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 100 else f"{-(-whole // 60)} min"
