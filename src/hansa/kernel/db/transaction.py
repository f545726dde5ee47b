from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hansa.kernel.context import SYSTEM
from hansa.kernel.idempotency import current_claim
from hansa.kernel.ids import uuid7
from hansa.kernel.telling import INSERT_EVENTS

if TYPE_CHECKING:
    import asyncpg
    from sqlalchemy.ext.asyncio import AsyncConnection

    from hansa.kernel.center import Deadline
    from hansa.kernel.context import Ctx, Traffic
    from hansa.kernel.event import Event
    from hansa.kernel.platform import Platform


class LockOrderViolated(RuntimeError):
    """A transaction asked for a lock of a lower rank than it already holds: a bug that could deadlock."""


class Transaction:
    """One open transaction: a Core connection, the same connection raw, and the events to tell.

    `conn` is SQLAlchemy Core's, for ordinary statements; `raw` is the asyncpg connection under it, for
    set-based SQL. Both are inside the same transaction from the first statement on.
    """

    def __init__(
        self, conn: AsyncConnection, raw: asyncpg.Connection[Any], platform: Platform | None = None
    ) -> None:
        self.conn = conn
        self.raw = raw
        self.told = False
        """Whether events were written."""
        self._platform = platform
        self._rank = 0
        self._depth = 0
        self._events: list[tuple[Ctx, Event, datetime]] = []
        self._deadlines: dict[tuple[UUID, str], Deadline | None] = {}
        self._after_commit: list[Callable[[], object]] = []

    @property
    def platform(self) -> Platform:
        """The platform this transaction belongs to. Raises `RuntimeError` on a database without one."""
        if self._platform is None:
            raise RuntimeError("this transaction's database serves no platform")
        return self._platform

    @property
    def has_something_to_tell(self) -> bool:
        """Whether events or deadlines wait to be written."""
        return bool(self._events or self._deadlines)

    def context(self, business: str, traffic: Traffic, *, trace: str = "") -> Ctx:
        """Make the platform's own context for a business: how a handler acts on an event or a deadline."""
        ctx = self.platform.context(business, traffic=traffic, actor=SYSTEM)
        return replace(ctx, trace=trace) if trace else ctx

    def locks(self, rank: int) -> None:
        """Announce that rows of the table with this rank are about to be locked, in key order.

        Ranks only rise within a transaction (global lock order: rank of the table, then key); raises
        `LockOrderViolated` when they would fall.
        """
        if rank < self._rank:
            raise LockOrderViolated(f"rank {rank} asked for after rank {self._rank}")
        self._rank = rank

    def emit(self, ctx: Ctx, *events: Event) -> None:
        """Tell facts: written to the outbox in this transaction, delivered after it commits."""
        now = ctx.now()
        self._events.extend([(ctx, event, now) for event in events])

    def set_deadline(self, subject: UUID, kind: str, deadline: Deadline | None) -> None:
        """Set or drop one deadline when the transaction ends; see `hansa.kernel.deadlines`."""
        self._deadlines[subject, kind] = deadline

    def after_commit(self, call: Callable[[], object]) -> None:
        """Run `call` once the transaction has committed; for in-process caches and wake-ups only."""
        self._after_commit.append(call)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Try something that may fail alone: an exception undoes it, with what it told, and goes on.

        Locks taken inside count for the lock order even when it is undone.
        """
        self._depth += 1
        name = f"s{self._depth}"
        events, waiting, deadlines = len(self._events), len(self._after_commit), dict(self._deadlines)
        await self.raw.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            del self._events[events:], self._after_commit[waiting:]
            self._deadlines = deadlines
            if not self.raw.is_closed():
                await self.raw.execute(f"ROLLBACK TO SAVEPOINT {name}")
            raise
        finally:
            self._depth -= 1
        await self.raw.execute(f"RELEASE SAVEPOINT {name}")

    async def flush(self) -> None:
        """Write the deadlines and events that were told. Called by whoever commits, just before."""
        await self.flush_deadlines()
        if self._events:
            await self.raw.execute(INSERT_EVENTS, self.take_events())
        claim = current_claim()
        if claim is not None:
            await claim.mark(self)

    def committed(self) -> None:
        """Run what waits for the commit. Called by whoever commits, just after."""
        for call in self._after_commit:
            call()

    def take_events(self) -> list[tuple[Any, ...]]:
        """Return what was told as the parameter of `INSERT_EVENTS`, for whoever writes it along with their own."""
        encode = msgspec.json.encode
        rows = [
            (
                uuid7(),
                event.topic,
                event.version,
                event.subject(),
                ctx.business,
                ctx.traffic.value,
                ctx.entity,
                ctx.actor.label,
                ctx.trace,
                occurred_at,
                encode(event).decode(),
            )
            for ctx, event, occurred_at in self._events
        ]
        self._events.clear()
        self.told = self.told or bool(rows)
        return rows

    async def flush_deadlines(self) -> None:
        """Write deadlines last of all locks, in key order.

        Every transaction does, the one that fires them too: so a deadline's row is never held by
        somebody who still waits for another row, and cannot be part of a deadlock.
        """
        if not self._deadlines:
            return
        wanted = sorted(self._deadlines.items())
        self._deadlines = {}
        dropped = [key for key, deadline in wanted if deadline is None]
        kept = [deadline for _, deadline in wanted if deadline is not None]
        if dropped:
            await self.raw.execute(_DELETE_DEADLINES, *_columns(dropped))
        if kept:
            rows = [(d.subject, d.kind, d.business, d.traffic.value, d.due_at) for d in kept]
            await self.raw.execute(_UPSERT_DEADLINES, rows)


def _columns(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    return zip(*rows, strict=True)


_DELETE_DEADLINES = """
WITH locked AS MATERIALIZED (
  SELECT d.subject, d.kind
    FROM kernel.deadline d JOIN unnest($1::uuid[], $2::text[]) AS w (subject, kind) USING (subject, kind)
   ORDER BY d.subject, d.kind
     FOR UPDATE OF d)
DELETE FROM kernel.deadline d USING locked l WHERE d.subject = l.subject AND d.kind = l.kind
"""

_UPSERT_DEADLINES = """
INSERT INTO kernel.deadline AS d (subject, kind, business, traffic, due_at)
SELECT * FROM unnest($1::kernel.new_deadline[])
    ON CONFLICT (subject, kind) DO UPDATE
   SET business = excluded.business, traffic = excluded.traffic, due_at = excluded.due_at,
       attempts = 0, retry_at = NULL, error = NULL
"""
