"""Whether the running task is inside a transaction, so that nothing slow or outside is asked there."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

Holder = asyncio.Task[object] | None

scope: ContextVar[Holder] = ContextVar("hansa_transaction", default=None)
"""The task that opened the innermost transaction. Tasks started inside one inherit the value but are not it."""


def enter() -> Holder:
    """Mark the running task as inside a transaction; returns what `leave` puts back."""
    before = scope.get()
    scope.set(asyncio.current_task())
    return before


def leave(before: Holder) -> None:
    """End what `enter` began. By value, not by token: a fixture may open in one context, close in another."""
    scope.set(before)


def in_transaction() -> bool:
    """Tell whether the running task holds an open transaction."""
    holder = scope.get()
    return holder is not None and holder is asyncio.current_task()
