"""What a center adds to the house, as one readable declaration; every center's `plug.py` makes one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from hansa.kernel.context import Traffic
    from hansa.kernel.db import Transaction
    from hansa.kernel.event import Event, Handler
    from hansa.kernel.extension import Extension, ExtensionPoint
    from hansa.kernel.platform import Platform
    from hansa.kernel.settings import Section
    from hansa.kernel.term import Term


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must happen at a time of one clock: `kind` of `subject`, in business and traffic."""

    kind: str
    subject: UUID
    business: str
    traffic: Traffic
    due_at: datetime


Routes = Sequence[Any]
"""Litestar route handlers and controllers; the kernel's plans know nothing of the web."""

FireDeadlines = Callable[["Transaction", Sequence[Deadline]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DeadlineKind:
    """A kind of deadline and who acts when it falls due: set-based, inside the given transaction."""

    kind: str
    fire: FireDeadlines


@dataclass(frozen=True, slots=True)
class Job:
    """Background work, enqueued within a transaction and run at least once, so it must be repeatable.

    `every_s` makes it run by itself at that interval, once over all processes.
    """

    name: str
    run: Callable[[Platform, bytes], Awaitable[None]]
    every_s: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One audit of `hansa verify`: returns a sentence per violation, naming the first bad row."""

    name: str
    run: Callable[[Transaction], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What a center hands out for analysis: rows of its own, nothing personal, under a name of their own.

    With `follows`, the rows of what events tell of: `query` takes those ids as `$1::uuid[]`, found in the
    payloads of these topics under these names, and `everything` lists all ids, for the first time. Rows have
    an `id_column`: all rows of an id are handed out together, and replace what was handed out of it before.
    Without `follows`, `query` returns the whole (small) table, anew each time.
    """

    name: str
    query: str
    follows: Mapping[str, str] = field(default_factory=dict)
    everything: str = ""
    id_column: str = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Center:
    """A center's declaration. Order in `app.CENTERS` is the order of the centers, and of their locks."""

    name: str
    tables: MetaData
    migrations: Path
    points: Sequence[ExtensionPoint[Any]] = ()
    answers: Sequence[Extension] = ()
    """Answers to points of centers below, installed for every business."""
    terms: Sequence[type[Term]] = ()
    events: Sequence[type[Event]] = ()
    handlers: Sequence[Handler[Any]] = ()
    deadlines: Sequence[DeadlineKind] = ()
    jobs: Sequence[Job] = ()
    loops: Mapping[str, Callable[[Platform], Awaitable[None]]] = field(default_factory=dict)
    """What every worker process keeps going, by name; one that fails is started again."""
    routes: Callable[[], Routes] = tuple
    """Returns Litestar route handlers and controllers, mounted under `/api`. Asked by what serves them alone."""
    permissions: Sequence[str] = ()
    platform_permissions: Sequence[str] = ()
    """Those of `permissions` that are asked of the platform as a whole and never of one object."""
    settings: Sequence[type[Section]] = ()
    checks: Sequence[Check] = ()
    exports: Sequence[Export] = ()
    starts: Sequence[Callable[[Platform], Awaitable[None]]] = ()
    """Called once per process before it serves: to register lanes, load snapshots."""
