"""Jobs: background work enqueued within a transaction, run by the worker (`hansa.kernel.runner`).

The queue is PgQueuer's, in the kernel's schema. A job runs at least once: a process that dies leaves its
jobs to another after half a minute, so every job must be repeatable. One that fails is tried again, ever
more slowly; after that it stays, visible, until somebody retries or drops it. Periodic jobs run once over
all processes: whoever moves a job's row on enqueues it, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NewType, cast

import msgspec

from hansa.kernel.db.queue import QUEUE_TABLE, queries

if TYPE_CHECKING:
    from pgqueuer.domain.types import JobId as QueueId

    from hansa.kernel.db import Transaction

JobId = NewType("JobId", int)


class FailedJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that failed as often as it may."""

    id: JobId
    name: str
    payload: bytes
    attempts: int
    enqueued_at: datetime


async def enqueue(
    tx: Transaction, name: str, payload: bytes = b"", *, after: timedelta | None = None
) -> JobId:
    """Have a job run once this transaction has committed, `after` a while if given (real time)."""
    (number,) = await queries(tx.raw).enqueue([name], [payload], [0], [after])
    return JobId(int(number))


async def failed(tx: Transaction, *, limit: int = 50) -> list[FailedJob]:
    """List the jobs that failed for good, the latest first."""
    return [
        FailedJob(
            id=JobId(int(job.id)),
            name=str(job.entrypoint),
            payload=job.payload or b"",
            attempts=job.attempts,
            enqueued_at=job.created,
        )
        for job in await queries(tx.raw).list_failed_jobs(limit)
    ]


async def count_failed(tx: Transaction) -> dict[str, int]:
    """Return how many jobs failed for good, by name."""
    return {row["entrypoint"]: row["jobs"] for row in await tx.raw.fetch(_COUNT_FAILED)}


async def retry(tx: Transaction, ids: Sequence[JobId] | None = None) -> list[JobId]:
    """Have failed jobs tried again, as if for the first time: these, or all. Returns those that had failed."""
    rows = await tx.raw.fetch(_LOCK_FAILED, ids)
    found = [JobId(row["id"]) for row in rows]
    await queries(tx.raw).requeue_jobs(cast("list[QueueId]", found))
    return found


_COUNT_FAILED = f"""
SELECT entrypoint, count(*) AS jobs FROM {QUEUE_TABLE}
 WHERE status = 'failed' GROUP BY entrypoint ORDER BY entrypoint
"""

_LOCK_FAILED = f"""
SELECT id FROM {QUEUE_TABLE}
 WHERE status = 'failed' AND ($1::bigint[] IS NULL OR id = ANY($1)) ORDER BY id FOR UPDATE
"""
