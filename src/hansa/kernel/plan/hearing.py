"""Hearing who answers: what of a question's answering the plan alone does not tell.

Who is asked stands in the plan, the same for all orders of a business. What a call adds is rare: another than
the first answered a FIRST point, or an implementation failed or was left alone by its breaker, and the point
went on without it. Only that is noted, and only within `hearing`, so that a call through the plan costs what
it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

DEFAULT = "default"
"""The name under which a point's default is counted and explained."""


class Heard:
    """What was heard of calls within one `hearing`, point by point."""

    __slots__ = ("_absent", "_answered")

    def __init__(self) -> None:
        self._answered: dict[str, str] = {}
        self._absent: dict[str, list[tuple[str, Sequence[str] | None]]] = {}

    def answered(self, point: str, name: str) -> None:
        """Note who of several answered a FIRST point."""
        self._answered[point] = name

    def absent(self, point: str, name: str, instead: Sequence[str] | None) -> None:
        """Note that an implementation gave no answer; `instead` is the whole chain asked in place of this one."""
        self._absent.setdefault(point, []).append((name, instead))

    def who(self, point: str, asked: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return who answered a point whose chain is `asked`, and who failed or was left alone."""
        answered, failed = tuple(asked), []
        for name, instead in self._absent.get(point, ()):
            failed.append(name)
            left = instead if instead is not None else [other for other in answered if other != name]
            answered = tuple(left)
        if point in self._answered:
            answered = (self._answered[point],)
        return answered or (DEFAULT,), tuple(dict.fromkeys(failed))


_heard: ContextVar[Heard | None] = ContextVar("hansa_heard", default=None)

listener = _heard.get
"""Returns who listens just now, or None."""


@contextmanager
def hearing() -> Iterator[Heard]:
    """Hear who answers the calls within the block, awaited ones included."""
    heard = Heard()
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)
