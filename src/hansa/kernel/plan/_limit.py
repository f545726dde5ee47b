"""The time limit of an IO point: an implementation that does not come back is given up.

Most calls end without waiting for anything, and a timer costs several times what such a call does. So the
first step of an implementation is taken by hand, and only one that waits then is put under a timer. One
whose code holds no `await` at all cannot wait, and is called as it is.
"""

from __future__ import annotations

import asyncio
import dis
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Generator
from time import perf_counter_ns
from types import CoroutineType, FunctionType, coroutine
from typing import Any

from hansa.kernel.extension import TIME_LIMIT_BUDGETS, ExtensionPoint

Call = Callable[..., Any]
GivenUp = Callable[[int], None]
"""Told how long (nanoseconds) a call took that its caller cancelled."""


def limited(point: ExtensionPoint[Any], fn: Call, given_up: GivenUp) -> Call:
    """Return `fn` with the time limit of its point: it raises `TimeoutError` once that has passed.

    Who cancels the caller is obeyed, after `given_up` was told.
    """
    if not _can_wait(fn):
        return fn
    limit_s = point.budget_ms * TIME_LIMIT_BUDGETS / 1_000

    async def ask(*args: Any, **named: Any) -> Any:
        called = fn(*args, **named)
        if called.__class__ is not CoroutineType:
            called = _as_coroutine(called)
        begun = perf_counter_ns()
        try:
            first = called.send(None)
        except StopIteration as done:
            return done.value
        try:
            async with asyncio.timeout(limit_s):
                return await _resumed(called, first)
        except asyncio.CancelledError:
            given_up(perf_counter_ns() - begun)
            raise

    return ask


def _can_wait(fn: Call) -> bool:
    """Tell whether a call may wait for something: everything may but a coroutine function without `await`."""
    if not isinstance(fn, FunctionType) or not inspect.iscoroutinefunction(fn):
        return True
    return any(step.opname == "SEND" for step in dis.get_instructions(fn))


async def _as_coroutine(waiting: Awaitable[Any]) -> Any:
    return await waiting


@coroutine
def _resumed(called: Coroutine[Any, Any, Any], first: Any) -> Generator[Any, Any, Any]:
    """Go on with a coroutine that has taken its first step; `first` is what it waits for."""
    try:
        yield first
    except GeneratorExit:
        called.close()
        raise
    except BaseException as thrown:  # noqa: BLE001 - it belongs to the coroutine, which lets it out again
        try:
            then = called.throw(thrown)
        except StopIteration as done:
            return done.value
        return (yield from _resumed(called, then))
    return (yield from called)
