"""Breakers: an implementation that keeps failing or overrunning its budget is left alone for a while.

One breaker per (business, point, implementation). Closed: calls pass. It opens when, within a window,
enough calls failed and they are at least half of all calls of that window. Open: nothing is asked, the
point's error policy answers. After a pause it is half open: one call may try; success closes it, failure
opens it again for twice as long, up to a limit.

Success costs nothing: the share of failures is taken from the meter's own count of calls.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import msgspec

from hansa.kernel.context import Traffic
from hansa.kernel.metering import Cell

NS_PER_S = 1_000_000_000
NEVER = math.inf

BreakerKey = tuple[str, Traffic, str, str]
"""Business, traffic class, point, implementation: a load test in the sandbox shuts nothing off in live."""


class BreakerPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When a breaker opens and for how long: the platform's own settings, the same for everybody."""

    failures_min: float = 5
    window_s: float = 10
    pause_s: float = 5
    pause_s_max: float = 60


class Breaker:
    """The state of one implementation in one business. `shut` is all that a healthy call looks at."""

    __slots__ = (
        "_cell",
        "_failures",
        "_pause_s",
        "_policy",
        "_since_calls",
        "_since_ns",
        "_try_at_ns",
        "shut",
    )

    def __init__(self, policy: BreakerPolicy, cell: Cell) -> None:
        self.shut = False
        self._policy = policy
        self._cell = cell
        self._failures = 0
        self._since_ns = 0
        self._since_calls = 0
        self._pause_s = policy.pause_s
        self._try_at_ns = 0

    def admits(self, now_ns: int) -> bool:
        """Tell whether a call may pass a shut breaker: one trial after each pause."""
        if now_ns < self._try_at_ns:
            return False
        # Whoever tries next waits for this trial's outcome, or a pause if it never tells (a cancelled task).
        self._try_at_ns = now_ns + int(self._pause_s * NS_PER_S)
        return True

    def healed(self) -> None:
        """A trial went well: close, and forget."""
        self.shut = False
        self._failures = 0
        self._pause_s = self._policy.pause_s

    def failed(self, now_ns: int) -> None:
        """A call failed or overran its budget; opens the breaker when that happens too often."""
        policy = self._policy
        if self.shut:
            self._pause_s = min(self._pause_s * 2, policy.pause_s_max)
            self._try_at_ns = now_ns + int(self._pause_s * NS_PER_S)
            return
        if not self._failures or now_ns - self._since_ns > policy.window_s * NS_PER_S:
            self._failures, self._since_ns, self._since_calls = 0, now_ns, self._cell.calls - 1
        self._failures += 1
        calls = self._cell.calls - self._since_calls
        if self._failures >= policy.failures_min and self._failures * 2 >= calls:
            self.shut = True
            self._try_at_ns = now_ns + int(self._pause_s * NS_PER_S)


class Breakers:
    """All breakers of the process. They outlive a plan: publishing does not forgive."""

    def __init__(
        self, policy: BreakerPolicy | None = None, *, clock_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self.policy = policy or BreakerPolicy()
        self.clock_ns = clock_ns
        self._breakers: dict[BreakerKey, Breaker] = {}

    def of(self, key: BreakerKey, cell: Cell) -> Breaker:
        """Return the breaker of an implementation in a business; made when first asked for."""
        breaker = self._breakers.get(key)
        if breaker is None:
            breaker = self._breakers[key] = Breaker(self.policy, cell)
        return breaker

    def never(self, cell: Cell) -> Breaker:
        """Return a breaker that never opens, for defaults: nothing stands behind them."""
        return Breaker(msgspec.structs.replace(self.policy, failures_min=NEVER), cell)

    def shut(self) -> list[BreakerKey]:
        """Return whose breakers are open just now."""
        return [key for key, breaker in self._breakers.items() if breaker.shut]

    def forget(self, business: str) -> None:
        """Drop the breakers of a business that is gone."""
        for key in [key for key in self._breakers if key[0] == business]:
            del self._breakers[key]
