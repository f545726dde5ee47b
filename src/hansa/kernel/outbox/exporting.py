"""Handing events out for analysis: in their order, below the fence, straight from the database to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hansa.kernel.outbox._store import NO_ID, Place

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

BEGINNING = Place(0, NO_ID)
"""Before every event."""


async def fence(tx: Transaction) -> Place:
    """Return the place below which nothing is added any more."""
    xmin: str = await tx.raw.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
    return Place(int(xmin), NO_ID)


async def copy_events(tx: Transaction, file: Path, *, after: Place, before: Place, limit: int) -> Place:
    """Write the next events to a CSV file with a head line; return the place they lead to: `before` at the end."""
    end = await tx.raw.fetchrow(
        """SELECT xid::text, id FROM kernel.outbox
           WHERE (xid, id) > ($1::text::xid8, $2::uuid) AND xid < $3::text::xid8
           ORDER BY xid, id OFFSET $4 LIMIT 1""",
        str(after.xid),
        after.id,
        str(before.xid),
        limit - 1,
    )
    last = Place(int(end["xid"]), end["id"]) if end else before
    await tx.raw.copy_from_query(
        """SELECT xid::text AS xid, id, topic, version, subject, business, traffic, entity, actor, trace,
                  occurred_at, told_at, payload
           FROM kernel.outbox
           WHERE (xid, id) > ($1::text::xid8, $2::uuid) AND (xid, id) <= ($3::text::xid8, $4::uuid)
           ORDER BY xid, id""",
        str(after.xid),
        after.id,
        str(last.xid),
        last.id,
        output=file,
        format="csv",
        header=True,
    )
    return last
