"""A call in the lane, and everybody who waits for its answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.idempotency import IdempotencyKey


class LaneCall(Protocol):
    """What every call of a lane carries besides its command."""

    @property
    def ctx(self) -> Ctx:
        """The command's context; its business decides whose turn it is."""
        ...

    @property
    def key(self) -> IdempotencyKey | None:
        """The key it can be repeated under. Without one, the program must make repeats harmless by id."""
        ...


C = TypeVar("C", bound=LaneCall)
V = TypeVar("V")


class Waiting(Generic[C, V]):
    """One call on its way. More than one request may wait for it: repeats under the same key join."""

    __slots__ = ("_first", "_more", "call", "key", "since", "turn")
    since: float

    def __init__(self, call: C, turn: int, since: float, first: asyncio.Future[V | Problem]) -> None:
        self.call = call
        self.key = call.key
        self.turn = turn
        self.since = since
        self._first = first
        self._more: list[asyncio.Future[V | Problem]] | None = None

    def join(self, future: asyncio.Future[V | Problem]) -> None:
        """Wait for this call's answer as well."""
        if self._more is None:
            self._more = []
        self._more.append(future)

    def answer(self, verdict: V | Problem) -> None:
        """Hand the verdict to everybody still waiting."""
        if not self._first.done():
            self._first.set_result(verdict)
        if self._more is not None:
            for future in self._more:
                if not future.done():
                    future.set_result(verdict)

    @property
    def deserted(self) -> bool:
        """Whether everybody who waited has gone."""
        return self._first.done() and (self._more is None or all(future.done() for future in self._more))


def in_turn(waiting: Waiting[Any, Any]) -> int:
    """Sort key: the order the calls came in."""
    return waiting.turn
