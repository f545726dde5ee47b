from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from hansa.kernel.ids import uuid7

if TYPE_CHECKING:
    import asyncpg
    from sqlalchemy.ext.asyncio import AsyncConnection

    from hansa.kernel.context import Ctx
    from hansa.kernel.event import Event


class LockOrderViolated(RuntimeError):
    """A transaction asked for a lock of a lower rank than it already holds: a bug that could deadlock."""


class Transaction:
    """One open transaction: a Core connection, the same connection raw, and the events to tell.

    `conn` is SQLAlchemy Core's, for ordinary statements; `raw` is the asyncpg connection under it, for
    set-based SQL. Both are inside the same transaction from the first statement on.
    """

    def __init__(self, conn: AsyncConnection, raw: asyncpg.Connection[Any]) -> None:
        self.conn = conn
        self.raw = raw
        self._rank = 0
        self._events: list[tuple[Ctx, Event, datetime]] = []
        self._after_commit: list[Callable[[], object]] = []

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
        self._events.extend((ctx, event, now) for event in events)

    def after_commit(self, call: Callable[[], object]) -> None:
        """Run `call` once the transaction has committed; for in-process caches and wake-ups only."""
        self._after_commit.append(call)

    async def flush(self) -> None:
        """Write what was told to the outbox. Called by whoever commits, just before."""
        if not self._events:
            return
        rows = [
            (
                uuid7(),
                type(event).topic,
                type(event).version,
                event.subject(),
                ctx.business,
                ctx.traffic.value,
                ctx.entity,
                ctx.actor.label,
                ctx.trace,
                occurred_at,
                msgspec.json.encode(event).decode(),
            )
            for ctx, event, occurred_at in self._events
        ]
        self._events.clear()
        await self.raw.execute(_INSERT_EVENTS, *map(list, zip(*rows, strict=True)))

    def committed(self) -> None:
        """Run what waits for the commit. Called by whoever commits, just after."""
        for call in self._after_commit:
            call()


_INSERT_EVENTS = """
INSERT INTO kernel.outbox
  (id, topic, version, subject, business, traffic, entity, actor, trace, occurred_at, payload)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::text[], $10::timestamptz[], $11::jsonb[])
"""
