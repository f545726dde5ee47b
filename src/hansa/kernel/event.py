"""Events: facts in the past tense, written with the change they tell of and delivered after commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar
from uuid import UUID

import msgspec

from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact. `topic` is `<center>.<what_happened>`; its fields are its schema.

    Within a version fields are only added, with defaults; `personal` names fields that may hold
    something about a person (party ids need not be named: they are pseudonyms that `user` can cut).
    """

    topic: ClassVar[str]
    version: ClassVar[int] = 1
    personal: ClassVar[frozenset[str]] = frozenset()

    def subject(self) -> UUID:
        """Return the id of what this is about; events of one subject reach a handler in order."""
        raise NotImplementedError


E = TypeVar("E", bound=Event)


class Envelope(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """An event as a handler receives it, with where it came from."""

    id: UUID
    business: str
    traffic: Traffic
    entity: str
    actor: str
    trace: str
    occurred_at: datetime
    event: E


Handle = Callable[["Transaction", Sequence[Envelope[E]]], Awaitable[None]]
Send = Callable[["Platform", Envelope[E]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handler(Generic[E]):
    """A subscriber, under a stable name: deliveries are remembered under it.

    Exactly one of the two is given: `handle` works inside a transaction that also records the delivery
    (exactly once); `send` talks to the outside world after commit (at least once, so it passes the
    event's id on).
    """

    name: str
    events: tuple[type[E], ...]
    handle: Handle[E] | None = None
    send: Send[E] | None = None
