"""The time limit of an IO point: an implementation that does not come back is given up.

Most calls end without waiting for anything, and a timer costs several times what such a call does. So the
first step of a chain is taken by hand, and only one that waits then is driven under timers: one for each
implementation that waits, found by what the chain is waiting for. A chain whose code holds no `await` at all
cannot wait, and is called as it is.
"""

from __future__ import annotations

import asyncio
import dis
import inspect
from collections.abc import Callable, Generator
from types import CoroutineType, FunctionType, coroutine
from typing import Any

from hansa.kernel.extension import TIME_LIMIT_BUDGETS, TIME_LIMIT_S_MIN, ExtensionPoint

Call = Callable[..., Any]
TimeUp = list[str]
"""Shared by a chain and who drives it: holds a word while what the chain waits for is being given up."""


class Instead:
    """What a limited chain returns to have another composition asked, whose implementations have limits of their own."""

    __slots__ = ("call",)

    def __init__(self, call: Call) -> None:
        self.call = call


def limit_s(point: ExtensionPoint[Any]) -> float:
    """Return how long an implementation of an IO point may wait."""
    return max(point.budget_ms * TIME_LIMIT_BUDGETS / 1_000, TIME_LIMIT_S_MIN)


def can_wait(fn: Call) -> bool:
    """Tell whether a call may wait for something: everything may but a coroutine function without `await`."""
    if not isinstance(fn, FunctionType) or not inspect.iscoroutinefunction(fn):
        return True
    return any(step.opname == "SEND" for step in dis.get_instructions(fn))


@coroutine
def driven(
    chain: CoroutineType[Any, Any, Any], waits_for: Any, time_up: TimeUp, limit_s: float
) -> Generator[Any, Any, Any]:
    """Drive a chain on that has taken its first step and waits for `waits_for`.

    An implementation that waits longer than `limit_s` is cancelled, and `time_up` tells the chain that this
    was why. Who cancels the caller is obeyed, also in the same moment.
    """
    timer = _Timer(time_up, limit_s)
    try:
        while True:
            timer.at_work(chain.cr_await)
            try:
                sent = yield waits_for
            except GeneratorExit:
                chain.close()
                raise
            except BaseException as thrown:  # noqa: BLE001 - it belongs to the chain, which lets it out again
                timer.thrown()
                step: Callable[[Any], Any] = chain.throw
                sent = thrown
            else:
                step = chain.send
            try:
                waits_for = step(sent)
            except StopIteration as done:
                return done.value
    finally:
        timer.stop()


class _Timer:
    """One timer for whichever implementation waits; it starts anew with each."""

    __slots__ = ("_cancelled_before", "_handle", "_limit_s", "_task", "_time_up", "_waiting")

    def __init__(self, time_up: TimeUp, limit_s: float) -> None:
        task: asyncio.Task[Any] | None = asyncio.current_task()
        assert task is not None  # noqa: S101 - nothing waits outside a task
        self._task = task
        self._cancelled_before = task.cancelling()
        self._time_up = time_up
        self._limit_s = limit_s
        self._waiting: object = None
        self._handle: asyncio.TimerHandle | None = None

    def at_work(self, waiting: object) -> None:
        """Note what the chain waits for; the time runs from when it began to."""
        if waiting is self._waiting:
            return
        self.stop()
        self._time_up.clear()
        self._waiting = waiting
        self._handle = self._task.get_loop().call_later(self._limit_s, self._ring)

    def thrown(self) -> None:
        """Tell the chain's cancellation by this timer from one that the caller is to obey."""
        if self._time_up and self._task.uncancel() > self._cancelled_before:
            self._time_up.clear()

    def stop(self) -> None:
        """Ring no more."""
        if self._handle is not None:
            self._handle.cancel()

    def _ring(self) -> None:
        self._time_up.append("time is up")
        self._task.cancel()
