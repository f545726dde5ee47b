"""Deadlines: what must happen at a time of one clock is a row, not a sleeping task.

A deadline is `kind` of `subject`, due by the clock of its (business, traffic). Transactions set and drop
deadlines; a worker fires what is due, set-based, and deletes the rows in the same transaction.

**No deadlock, no double firing.** Every transaction touches deadline rows last: setting and dropping is
written when the transaction ends, and the worker reads what is due without a lock, lets the kind's
handler lock and change its own rows in their order, and only then deletes the deadlines it fired. If one
of them is no longer as it was read (paid meanwhile, moved, fired by another worker), the whole firing
rolls back and is done again without it. Two workers may race: one of them commits.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.kernel.center import Deadline, DeadlineKind
from hansa.kernel.context import Traffic
from hansa.kernel.db import DatabaseUnavailable
from hansa.kernel.db.faults import repeatable
from hansa.kernel.problem import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

_log = logging.getLogger("hansa.deadlines")

BATCH_MAX = 256
_RETRY_FIRST_S, _RETRY_S_MAX = 5, 3600
_RACES_MAX = 50  # each one means that another transaction got through


async def schedule(tx: Transaction, deadlines: Iterable[Deadline]) -> None:
    """Set deadlines, replacing those of the same kind and subject. Written when the transaction ends."""
    for deadline in deadlines:
        tx.set_deadline(deadline.subject, deadline.kind, deadline)


async def cancel(tx: Transaction, deadlines: Iterable[tuple[str, UUID]]) -> None:
    """Drop deadlines by (kind, subject); those that are not there are dropped already."""
    for kind, subject in deadlines:
        tx.set_deadline(subject, kind, None)


class _Raced(Exception):
    """Some of the deadlines were no longer as they were read."""

    def __init__(self, left: list[Deadline]) -> None:
        super().__init__(len(left))
        self.left = left


async def run_due(platform: Platform, kinds: Mapping[str, DeadlineKind]) -> int:
    """Fire everything that is due by its own clock; return how many fired.

    One that fails is found by halving, keeps its row with the error, and is tried again later, ever more
    rarely; the others are not held up. Kinds this code does not know stay as they are.
    """
    fired = 0
    for clock in await _due_clocks(platform):
        while due := await _read_due(platform, clock, list(kinds)):
            fired += await _fire_all(platform, kinds, due)
            if len(due) < BATCH_MAX:
                break
    return fired


async def _fire_all(platform: Platform, kinds: Mapping[str, DeadlineKind], due: Sequence[Deadline]) -> int:
    by_kind: dict[str, list[Deadline]] = {}
    for deadline in due:
        by_kind.setdefault(deadline.kind, []).append(deadline)
    return sum([await _fire(platform, kinds[kind], rows) for kind, rows in by_kind.items()])


async def _fire(platform: Platform, kind: DeadlineKind, rows: list[Deadline]) -> int:
    """Fire deadlines of one kind in one transaction, in two halves when that fails."""
    for _ in range(_RACES_MAX):
        try:
            await _fire_once(platform, kind, rows)
        except _Raced as raced:
            rows = raced.left
            if not rows:
                return 0
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a handler may raise anything; it is kept with the deadline
            if repeatable(error):
                continue
            if len(rows) == 1:
                await _postpone(platform, rows[0], error)
                return 0
            middle = len(rows) // 2
            return await _fire(platform, kind, rows[:middle]) + await _fire(platform, kind, rows[middle:])
        else:
            return len(rows)
    return 0  # the next run finds what is still due


async def _fire_once(platform: Platform, kind: DeadlineKind, rows: Sequence[Deadline]) -> None:
    async with platform.db.transaction() as tx:
        await kind.fire(tx, rows)
        # What the handler itself moved on is written after this, so it is not taken for a race.
        gone = await tx.raw.fetch(
            _CLAIM, [row.subject for row in rows], [row.kind for row in rows], [row.due_at for row in rows]
        )
        if len(gone) < len(rows):
            claimed = {row["subject"] for row in gone}
            raise _Raced([row for row in rows if row.subject in claimed])


async def _postpone(platform: Platform, row: Deadline, error: Exception) -> None:
    _log.error("deadline %s of %s failed", row.kind, row.subject, exc_info=error)
    async with platform.db.transaction() as tx:
        pause_s = _RETRY_FIRST_S * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret
        await tx.raw.execute(
            _POSTPONE, row.subject, row.kind, row.due_at, pause_s, float(_RETRY_S_MAX), repr(error)[:2000]
        )


async def _due_clocks(platform: Platform) -> list[tuple[str, Traffic, datetime]]:
    """Return the clocks with something due, and their time."""
    async with platform.db.transaction() as tx:
        rows = await tx.raw.fetch(_CLOCKS)
    found = []
    for row in rows:
        traffic = Traffic(row["traffic"])
        now = platform.clocks.now(row["business"], traffic)
        if row["due_at"] <= now:
            found.append((row["business"], traffic, now))
    return found


async def _read_due(
    platform: Platform, clock: tuple[str, Traffic, datetime], kinds: Sequence[str]
) -> list[Deadline]:
    business, traffic, now = clock
    async with platform.db.transaction() as tx:
        rows = await tx.raw.fetch(_DUE, business, traffic.value, now, kinds, BATCH_MAX)
    return [
        Deadline(kind=kind, subject=subject, business=business, traffic=traffic, due_at=due_at)
        for subject, kind, due_at in rows
    ]


class FailedDeadline(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline whose handler failed, and when it is tried again (real time)."""

    deadline: Deadline
    attempts: int
    retry_at: datetime
    error: str


async def failed(
    tx: Transaction, *, after: tuple[UUID, str] | None = None, limit: int = 50
) -> list[FailedDeadline]:
    """List deadlines that failed, in key order from after (subject, kind)."""
    subject, kind = after or (UUID(int=0), "")
    rows = await tx.raw.fetch(_FAILED, subject, kind, limit)
    return [
        FailedDeadline(
            deadline=Deadline(
                kind=row["kind"],
                subject=row["subject"],
                business=row["business"],
                traffic=Traffic(row["traffic"]),
                due_at=row["due_at"],
            ),
            attempts=row["attempts"],
            retry_at=row["retry_at"],
            error=row["error"],
        )
        for row in rows
    ]


async def retry(tx: Transaction, *, kind: str, subject: UUID) -> None:
    """Have a failed deadline tried again at once. Raises `NotFound`."""
    if await tx.raw.fetchval(_RETRY_NOW, subject, kind) is None:
        raise NotFound


async def retry_failed(
    tx: Transaction, *, subjects: Sequence[UUID] | None = None, kind: str | None = None
) -> list[tuple[str, UUID]]:
    """Have failed deadlines tried again at once: of these subjects, of this kind, or all; return (kind, subject)."""
    rows = await tx.raw.fetch(_RETRY_FAILED, subjects, kind)
    return [(row["kind"], row["subject"]) for row in rows]


async def count_failed(tx: Transaction) -> dict[str, int]:
    """Return how many deadlines failed and are not yet through, by kind."""
    return {row["kind"]: row["deadlines"] for row in await tx.raw.fetch(_COUNT_FAILED)}


async def watch(platform: Platform, kinds: Mapping[str, DeadlineKind], *, poll: timedelta) -> None:
    """Fire what falls due, for ever; clocks may be moved and deadlines set between two looks."""
    while True:
        if not await run_due(platform, kinds):
            await asyncio.sleep(poll.total_seconds())


# A loose index scan: one probe per clock that has deadlines, however many deadlines there are.
_CLOCKS = """
WITH RECURSIVE clock AS (
  (SELECT business, traffic, due_at FROM kernel.deadline ORDER BY business, traffic, due_at LIMIT 1)
  UNION ALL
  SELECT following.* FROM clock, LATERAL (
    SELECT d.business, d.traffic, d.due_at FROM kernel.deadline d
     WHERE (d.business, d.traffic) > (clock.business, clock.traffic)
     ORDER BY d.business, d.traffic, d.due_at LIMIT 1) following)
SELECT business, traffic, due_at FROM clock
"""

_DUE = """
SELECT subject, kind, due_at FROM kernel.deadline
 WHERE business = $1 AND traffic = $2 AND due_at <= $3 AND kind = ANY($4::text[])
   AND (retry_at IS NULL OR retry_at <= now())
 ORDER BY due_at, subject
 LIMIT $5
"""

_CLAIM = """
WITH locked AS MATERIALIZED (
  SELECT d.subject, d.kind
    FROM kernel.deadline d
    JOIN unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS w (subject, kind, due_at)
   USING (subject, kind, due_at)
   ORDER BY d.subject, d.kind
     FOR UPDATE OF d)
DELETE FROM kernel.deadline d USING locked l
 WHERE d.subject = l.subject AND d.kind = l.kind
RETURNING d.subject
"""

_POSTPONE = """
UPDATE kernel.deadline
   SET attempts = attempts + 1, error = $6,
       retry_at = now() + make_interval(secs => least($4::float8 * 2 ^ least(attempts, 20), $5::float8))
 WHERE subject = $1 AND kind = $2 AND due_at = $3
"""

_FAILED = """
SELECT subject, kind, business, traffic, due_at, attempts, retry_at, error FROM kernel.deadline
 WHERE retry_at IS NOT NULL AND (subject, kind) > ($1, $2)
 ORDER BY subject, kind
 LIMIT $3
"""

_RETRY_NOW = "UPDATE kernel.deadline SET retry_at = now() WHERE subject = $1 AND kind = $2 AND retry_at IS NOT NULL RETURNING 1"

_RETRY_FAILED = """
WITH locked AS MATERIALIZED (
  SELECT subject, kind FROM kernel.deadline
   WHERE retry_at IS NOT NULL
     AND ($1::uuid[] IS NULL OR subject = ANY($1)) AND ($2::text IS NULL OR kind = $2)
   ORDER BY subject, kind
     FOR UPDATE)
UPDATE kernel.deadline d SET retry_at = now() FROM locked l
 WHERE d.subject = l.subject AND d.kind = l.kind
RETURNING d.kind, d.subject
"""

_COUNT_FAILED = """
SELECT kind, count(*) AS deadlines FROM kernel.deadline WHERE retry_at IS NOT NULL GROUP BY kind ORDER BY kind
"""
