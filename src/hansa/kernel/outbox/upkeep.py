"""Looking after the outbox: places of new handlers, how far behind they are, what may be deleted."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec

from hansa.kernel.outbox import _store as store

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.outbox.registry import Registry
    from hansa.kernel.platform import Platform

KEPT_DAYS = 7
_DELETE_AT_ONCE = 5_000
_COUNT_CAP = 10_000


class HandlerLag(msgspec.Struct, frozen=True, kw_only=True):
    """How far a handler is behind. `behind` is counted no further than 10,000."""

    handler: str
    behind: int
    oldest_s: float
    """How long ago its next event was told, in seconds of real time; 0 when it is up to date."""
    retrying: int
    parked: int


async def subscribe(tx: Transaction, handlers: Collection[str]) -> None:
    """Give handlers that are new their place: they get what is told from now on, nothing older.

    Migration does it, and every process before it serves; known handlers keep their place.
    """
    if handlers:
        await store.subscribe(tx, sorted(handlers))


async def lags(tx: Transaction, registry: Registry) -> list[HandlerLag]:
    """Return how far every handler is behind."""
    pairs = [(name, kind.topic) for name, handler in registry.handlers.items() for kind in handler.events]
    rows = await tx.raw.fetch(_LAGS, [name for name, _ in pairs], [topic for _, topic in pairs], _COUNT_CAP)
    return [HandlerLag(**dict(row)) for row in rows]


async def retain(platform: Platform, _: bytes = b"") -> None:
    """Delete events older than seven days that every handler has had; a periodic job."""
    names = [handler.name for center in platform.centers for handler in center.handlers]
    while True:
        async with platform.db.transaction() as tx:
            deleted: int = await tx.raw.fetchval(_RETAIN, names, KEPT_DAYS, _DELETE_AT_ONCE)
        if deleted < _DELETE_AT_ONCE:
            return


_LAGS = """
SELECT s.handler, ahead.behind::int, coalesce(extract(epoch FROM clock_timestamp() - ahead.oldest), 0)::float8 AS oldest_s,
       coalesce(aside.retrying, 0)::int AS retrying, coalesce(aside.parked, 0)::int AS parked
  FROM (SELECT handler, array_agg(topic) AS topics FROM unnest($1::text[], $2::text[]) AS w (handler, topic)
         GROUP BY handler) h
  JOIN kernel.subscription s USING (handler)
  CROSS JOIN LATERAL (
    SELECT count(*) AS behind, min(told_at) AS oldest
      FROM (SELECT told_at FROM kernel.outbox o WHERE (o.xid, o.id) > (s.xid, s.id) AND o.topic = ANY(h.topics)
             ORDER BY o.xid, o.id LIMIT $3) next_ones) ahead
  LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state IN ('retrying', 'waiting')) AS retrying,
           count(*) FILTER (WHERE state = 'parked') AS parked
      FROM kernel.parked p WHERE p.handler = s.handler) aside ON true
 ORDER BY s.handler
"""

# A handler this code no longer has holds nothing back.
_RETAIN = """
WITH slowest AS (SELECT xid, id FROM kernel.subscription WHERE handler = ANY($1::text[]) ORDER BY xid, id LIMIT 1),
     old AS (SELECT o.xid, o.id FROM kernel.outbox o
              WHERE o.told_at < now() - make_interval(days => $2)
                AND o.xid < pg_snapshot_xmin(pg_current_snapshot())
                AND NOT EXISTS (SELECT FROM slowest s WHERE (o.xid, o.id) > (s.xid, s.id))
              ORDER BY o.xid, o.id LIMIT $3),
     gone AS (DELETE FROM kernel.outbox o USING old WHERE o.xid = old.xid AND o.id = old.id RETURNING 1)
SELECT count(*) FROM gone
"""
