"""Every SQL statement of the outbox's readers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    import asyncpg

    from hansa.kernel.db import Transaction

NO_ID = UUID(int=0)

# asyncpg has no type for transaction numbers; they travel as text.
_EVENT = """o.xid::text, o.id, o.topic, o.version, o.subject, o.business, o.traffic, o.entity, o.actor, o.trace,
            o.occurred_at, o.payload::text, o.told_at"""


class Place(NamedTuple):
    """A reader's place: everything up to and including it was delivered or parked."""

    xid: int
    id: UUID


class Row(NamedTuple):
    """An event as it is stored."""

    xid: int
    id: UUID
    topic: str
    version: int
    subject: UUID
    business: str
    traffic: str
    entity: str
    actor: str
    trace: str
    occurred_at: datetime
    payload: str
    told_at: datetime

    @property
    def place(self) -> Place:
        """Where a reader stands after this event."""
        return Place(self.xid, self.id)


async def subscribe(tx: Transaction, handlers: Sequence[str]) -> None:
    """Give new handlers their place: everything told by transactions not yet over, and later ones."""
    await tx.raw.execute(
        """INSERT INTO kernel.subscription (handler, xid, id)
           SELECT h, pg_snapshot_xmin(pg_current_snapshot()), $2 FROM unnest($1::text[]) AS w (h) ORDER BY h
               ON CONFLICT (handler) DO NOTHING""",
        sorted(handlers),
        NO_ID,
    )


async def places(tx: Transaction, handlers: Sequence[str]) -> dict[str, Place]:
    """Return where handlers stand."""
    rows = await tx.raw.fetch(
        "SELECT handler, xid::text, id FROM kernel.subscription WHERE handler = ANY($1::text[])", handlers
    )
    return {row["handler"]: Place(int(row["xid"]), row["id"]) for row in rows}


async def head(tx: Transaction) -> tuple[Place, int]:
    """Return the place of the latest event, and the fence."""
    row = await tx.raw.fetchrow(
        """SELECT last.xid::text AS xid, last.id, pg_snapshot_xmin(pg_current_snapshot())::text AS fence
             FROM (SELECT) one LEFT JOIN LATERAL
                  (SELECT xid, id FROM kernel.outbox ORDER BY xid DESC, id DESC LIMIT 1) last ON true"""
    )
    place = Place(int(row["xid"]), row["id"]) if row["xid"] else Place(0, NO_ID)
    return place, int(row["fence"])


async def read(
    tx: Transaction, after: Place, topics: Sequence[str], limit: int
) -> tuple[list[Row], Place, bool]:
    """Return the next events below the fence, the place that the fence is at, and whether there may be more."""
    rows = await tx.raw.fetch(_READ, str(after.xid), after.id, topics, limit)
    fence = Place(int(rows[0]["fence"]), NO_ID)
    events = [_row(tuple(row)[1:]) for row in rows if row["id"] is not None]
    return events, max(fence, after), len(events) == limit


async def told_ahead(
    tx: Transaction, rows: Sequence[Row], fence: Place, topics: Sequence[str], limit: int
) -> dict[UUID, datetime]:
    """Return, by subject of a page, when the first of its events that follow the page was told.

    Looks at the next `limit` events of whatever topic, below the fence that the page was read with.
    """
    last, subjects = rows[-1].place, list({row.subject for row in rows})
    found = await tx.raw.fetch(_AHEAD, str(last.xid), last.id, str(fence.xid), limit, topics, subjects)
    return {row["subject"]: row["told_at"] for row in found}


async def move(tx: Transaction, handler: str, *, before: Place, after: Place) -> bool:
    """Move a handler's place on, and hold it until the transaction ends; False when it stood elsewhere."""
    return bool(
        await tx.raw.fetchval(
            """UPDATE kernel.subscription SET xid = $4::text::xid8, id = $5, moved_at = now()
                WHERE handler = $1 AND xid = $2::text::xid8 AND id = $3 RETURNING true""",
            handler,
            str(before.xid),
            before.id,
            str(after.xid),
            after.id,
        )
    )


async def hold(tx: Transaction, handler: str) -> None:
    """Hold a handler's place: whoever delivers or settles something parked does it one at a time."""
    await tx.raw.execute("SELECT FROM kernel.subscription WHERE handler = $1 FOR UPDATE", handler)


async def blocked(tx: Transaction, handler: str, subjects: Sequence[UUID]) -> set[UUID]:
    """Return the subjects of which an earlier event is still parked for the handler."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT subject FROM kernel.parked
            WHERE handler = $1 AND subject = ANY($2::uuid[]) AND state <> 'discarded'""",
        handler,
        subjects,
    )
    return {row["subject"] for row in rows}


async def park(
    tx: Transaction, handler: str, row: Row, *, state: str, error: str, retry_s: float = 0
) -> None:
    """Set an event aside for a handler."""
    await tx.raw.execute(
        """INSERT INTO kernel.parked (handler, xid, id, topic, version, subject, business, traffic, entity, actor,
                                      trace, occurred_at, payload, told_at, state, error, attempts, retry_at)
           VALUES ($1, $2::text::xid8, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text::jsonb, $14, $15, $16,
                   CASE $15 WHEN 'retrying' THEN 1 ELSE 0 END,
                   CASE $15 WHEN 'retrying' THEN now() + make_interval(secs => $17) END)""",
        handler,
        str(row.xid),
        *row[1:],
        state,
        error,
        retry_s,
    )


async def due(tx: Transaction) -> set[str]:
    """Return the handlers with a parked event whose next try is due."""
    rows = await tx.raw.fetch(
        "SELECT DISTINCT handler FROM kernel.parked WHERE state = 'retrying' AND retry_at <= now()"
    )
    return {row["handler"] for row in rows}


async def next_retry(tx: Transaction, handler: str) -> tuple[Row, int] | None:
    """Return one parked event whose next try is due, and how often it was tried."""
    row = await tx.raw.fetchrow(
        f"""SELECT {_EVENT}, o.attempts FROM kernel.parked o
             WHERE handler = $1 AND state = 'retrying' AND retry_at <= now()
             ORDER BY retry_at, told_at LIMIT 1""",
        handler,
    )
    return (_row(tuple(row)[:-1]), row["attempts"]) if row else None


async def settle(tx: Transaction, handler: str, row: Row) -> bool:
    """Remove a parked event that was delivered, and let the next of its subject try; False when it is gone."""
    gone = await tx.raw.fetchval(
        "DELETE FROM kernel.parked WHERE handler = $1 AND id = $2 AND state = 'retrying' RETURNING true",
        handler,
        row.id,
    )
    if gone:
        await release(tx, handler, row.subject)
    return bool(gone)


async def release(tx: Transaction, handler: str, subject: UUID) -> None:
    """Let the first event that waits behind a settled one have its try."""
    await tx.raw.execute(
        """UPDATE kernel.parked p SET state = 'retrying', retry_at = now()
             FROM (SELECT id FROM kernel.parked WHERE handler = $1 AND subject = $2 AND state = 'waiting'
                    ORDER BY told_at, id LIMIT 1) following
            WHERE p.handler = $1 AND p.id = following.id""",
        handler,
        subject,
    )


async def failed_again(
    tx: Transaction, handler: str, event: UUID, *, error: str, retry_s: float | None
) -> None:
    """Note another failure; without a time for the next try the event stays parked until somebody acts."""
    await tx.raw.execute(
        """UPDATE kernel.parked
              SET attempts = attempts + 1, error = $3, state = CASE WHEN $4::float8 IS NULL THEN 'parked' ELSE state END,
                  retry_at = now() + make_interval(secs => $4::float8)
            WHERE handler = $1 AND id = $2 AND state = 'retrying'""",
        handler,
        event,
        error,
        retry_s,
    )


def _row(values: tuple[Any, ...] | asyncpg.Record) -> Row:
    return Row(int(values[0]), *values[1:])


_AHEAD = """
SELECT subject, min(told_at) AS told_at
  FROM (SELECT topic, subject, told_at FROM kernel.outbox
         WHERE (xid, id) > ($1::text::xid8, $2::uuid) AND xid < $3::text::xid8
         ORDER BY xid, id
         LIMIT $4) o
 WHERE topic = ANY($5::text[]) AND subject = ANY($6::uuid[])
 GROUP BY subject
"""

_READ = f"""
SELECT f.xmin::text AS fence, e.*
  FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) f
  LEFT JOIN LATERAL (
    SELECT {_EVENT} FROM kernel.outbox o
     WHERE (o.xid, o.id) > ($1::text::xid8, $2::uuid) AND o.xid < f.xmin AND o.topic = ANY($3::text[])
     ORDER BY o.xid, o.id
     LIMIT $4) e ON true
"""
