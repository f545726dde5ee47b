"""One implementation in a chain, and everything about it that is off the hot path."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import CoroutineType
from typing import Any, Protocol

from hansa.kernel.breaker import Breaker
from hansa.kernel.extension import (
    EffectViolated,
    Extension,
    ExtensionFailed,
    ExtensionPoint,
    OnError,
)
from hansa.kernel.metering import Cell
from hansa.kernel.plan._limit import TimeUp
from hansa.kernel.plan.hearing import DEFAULT, listener
from hansa.kernel.problem import Problem

Call = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Link:
    """An implementation where it stands: `level` is the path that installs it, empty for the platform."""

    extension: Extension
    level: str

    @property
    def name(self) -> str:
        """The implementation's name, unique within its point and business."""
        return self.extension.name


class Gauges(Protocol):
    """Where a (business, traffic class) finds the counters and the breaker of an implementation."""

    def __call__(self, point: str, implementation: str) -> tuple[Cell, Breaker]: ...


class Step:
    """A link at work in one business.

    `fallback` is asked instead of the whole composition when it fails and the policy says so; None means:
    go on with the next. `instead` names those whom the fallback asks.
    """

    __slots__ = ("_clock_ns", "breaker", "budget_ns", "cell", "fallback", "fn", "instead", "name", "point")

    def __init__(
        self,
        point: ExtensionPoint[Any],
        name: str,
        fn: Call,
        *,
        gauge: tuple[Cell, Breaker],
        clock_ns: Callable[[], int],
        fallback: Call | None = None,
        instead: Sequence[str] = (),
    ) -> None:
        self.point = point
        self.name = name
        self.fn = fn
        self.cell, self.breaker = gauge
        self.budget_ns = int(point.budget_ms * 1_000_000)
        self.fallback = fallback
        self.instead = instead
        self._clock_ns = clock_ns

    def refused(self) -> bool:
        """Tell whether a shut breaker keeps this call out; raises when the point must not go on without."""
        if self.breaker.admits(self._clock_ns()):
            return False
        if self.point.on_error is OnError.CLOSED:
            raise ExtensionFailed(point=self.point.name)
        self._absent()
        return True

    def failed(self, error: Exception, took_ns: int) -> None:
        """Count a call that raised. What was refused on purpose passes on; the rest follows the policy."""
        self.cell.add(errors=0 if isinstance(error, Problem) else 1, ns=took_ns)
        if isinstance(error, Problem):
            if self.breaker.shut:
                self.breaker.healed()
            raise error
        self.breaker.failed(self._clock_ns())
        self.cell.alert_ns = -1
        if isinstance(error, EffectViolated):
            raise error
        if self.point.on_error is OnError.CLOSED or self.name == DEFAULT:
            raise ExtensionFailed(point=self.point.name) from error
        self._absent()

    def _absent(self) -> None:
        """Tell whoever listens that the point goes on without it."""
        heard = listener()
        if heard is not None:
            heard.absent(self.point.name, self.name, self.instead if self.fallback else None)

    def ended(self, error: Exception | CancelledError, took_ns: int, time_up: TimeUp) -> None:
        """Count a call under a time limit that raised: a cancellation is its failure if its time was up."""
        if not isinstance(error, CancelledError):
            self.failed(error, took_ns)
        elif time_up:
            time_up.clear()
            self.failed(TimeoutError(f"{self.name} did not come back"), took_ns)
        else:
            self._given_up(took_ns)
            raise error

    def _given_up(self, took_ns: int) -> None:
        """Count a call whose caller was cancelled: no failure of its own, but late when over its budget."""
        self.cell.add(ns=took_ns)
        if took_ns > self.budget_ns:
            self.breaker.failed(self._clock_ns())
        self.cell.alert_ns = -1

    def noted(self, took_ns: int) -> None:
        """Look at a call that is the longest yet, came back late, or was the trial of a shut breaker."""
        cell, breaker = self.cell, self.breaker
        cell.ns_max = max(cell.ns_max, took_ns)
        if took_ns > self.budget_ns:
            breaker.failed(self._clock_ns())
        elif breaker.shut:
            breaker.healed()
        cell.alert_ns = -1 if breaker.shut else min(self.budget_ns, cell.ns_max)

    def refuse_coroutine(self, answer: CoroutineType[Any, Any, Any]) -> None:
        """Say that an implementation of a pure point returned something to await."""
        answer.close()  # or Python warns that it was never awaited
        raise EffectViolated(f"{self.name} answers the pure point {self.point.name} with something to await")
