"""Jobs: background work enqueued within a transaction, run by `hansa work`.

The queue is PgQueuer's, in the kernel's schema. A job runs at least once: a process that dies leaves its
jobs to another after half a minute, so every job must be repeatable. One that fails is tried again, ever
more slowly; after that it stays, visible, until somebody retries or drops it. Periodic jobs run once over
all processes: whoever moves a job's row on enqueues it, in the same transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NewType

import msgspec
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job as QueuedJob
from pgqueuer.domain.types import Channel
from pgqueuer.domain.types import JobId as QueueId

from hansa.kernel.db.database import driver_connection
from hansa.kernel.db.queue import SETTINGS, queries

if TYPE_CHECKING:
    from hansa.kernel.center import Job
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

JobId = NewType("JobId", int)

_log = logging.getLogger("hansa.jobs")

_TICK_S = 1.0
_POLL = timedelta(seconds=5)  # a queued job is announced; the poll is for what was missed
_ATTEMPTS_MAX = 5
_PAUSE_MAX = timedelta(minutes=10)
_FINISH_S_MAX = 10.0


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
    await queries(tx.raw).requeue_jobs([QueueId(number) for number in found])
    return found


class Runner:
    """Runs jobs in this process."""

    def __init__(
        self,
        platform: Platform,
        jobs: Sequence[Job],
        *,
        together_max: int = 20,
        first_pause: timedelta = timedelta(seconds=2),
    ) -> None:
        self._platform = platform
        self._jobs = jobs
        self._together_max = together_max
        self._first_pause = first_pause

    async def run(self) -> None:
        """Run jobs until cancelled; those under way get a moment to finish, else they are queued again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tick(), name="jobs tick")
            group.create_task(self._work(), name="jobs")

    async def run_all(self) -> None:
        """Run what is due, and what that enqueues, then return: for tests, demos and scripts."""
        await self.enqueue_due()
        await self._work(until_idle=True)

    async def enqueue_due(self) -> list[str]:
        """Enqueue the periodic jobs whose time has come, each once over all processes; return their names."""
        every = {job.name: float(job.every_s) for job in self._jobs if job.every_s is not None}
        async with self._platform.db.transaction() as tx:
            rows = await tx.raw.fetch(_DUE, sorted(every), [every[name] for name in sorted(every)])
            for row in rows:
                await enqueue(tx, row["job"])
        return [row["job"] for row in rows]

    async def _tick(self) -> None:
        while True:
            await self.enqueue_due()
            await asyncio.sleep(_TICK_S)

    async def _work(self, *, until_idle: bool = False) -> None:
        engine = self._platform.db.connections_of_its_own("jobs", 1)
        async with engine.connect() as conn:
            raw = await driver_connection(conn)
            try:
                await self._manage(
                    QueueManager(queries(raw), Channel(SETTINGS.channel)), until_idle=until_idle
                )
            finally:
                raw.terminate()  # it listens; nobody else may get it
                await conn.invalidate()

    async def _manage(self, manager: QueueManager, *, until_idle: bool) -> None:
        for job in self._jobs:
            manager.entrypoint(job.name, on_failure="hold", executor_factory=self._executor)(self._bound(job))
        running = asyncio.create_task(
            manager.run(dequeue_timeout=_POLL, batch_size=10, max_concurrent_tasks=self._together_max)
        )
        try:
            if until_idle:
                await self._idle(running)
                manager.shutdown.set()
            await asyncio.shield(running)
        except asyncio.CancelledError:
            manager.shutdown.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FINISH_S_MAX):
                    await asyncio.shield(running)
            raise
        finally:
            if not running.done():
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    async def _idle(self, running: asyncio.Task[None]) -> None:
        """Wait until none of our jobs is due or under way."""
        names = [job.name for job in self._jobs]
        while not running.done():
            async with self._platform.db.transaction() as tx:
                if not await tx.raw.fetchval(_BUSY, names):
                    return
            await asyncio.sleep(0.02)

    def _executor(self, parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
        return DatabaseRetryEntrypointExecutor(
            parameters=parameters,
            max_attempts=_ATTEMPTS_MAX - 1,
            initial_delay=self._first_pause,
            max_delay=_PAUSE_MAX,
        )

    def _bound(self, job: Job) -> Callable[[QueuedJob], Awaitable[None]]:
        async def run(queued: QueuedJob) -> None:
            try:
                await job.run(self._platform, queued.payload or b"")
            except asyncio.CancelledError as stopped:
                # PgQueuer drops a cancelled job; ours is only interrupted.
                raise RetryRequested(delay=timedelta(), reason="the process was stopped") from stopped
            except Exception:
                _log.exception("the job %s failed and is tried again", job.name)
                raise

        return run


_BUSY = f"""
SELECT EXISTS (SELECT FROM {SETTINGS.qualified.queue_table}
                WHERE entrypoint = ANY($1::text[])
                  AND (status = 'picked' OR (status = 'queued' AND execute_after <= clock_timestamp())))
"""

_COUNT_FAILED = f"""
SELECT entrypoint, count(*) AS jobs FROM {SETTINGS.qualified.queue_table}
 WHERE status = 'failed' GROUP BY entrypoint ORDER BY entrypoint
"""

_LOCK_FAILED = f"""
SELECT id FROM {SETTINGS.qualified.queue_table}
 WHERE status = 'failed' AND ($1::bigint[] IS NULL OR id = ANY($1)) ORDER BY id FOR UPDATE
"""

_DUE = """
WITH every AS (SELECT * FROM unnest($1::text[], $2::float8[]) AS w (job, secs)),
     fresh AS (INSERT INTO kernel.periodic (job, due_at) SELECT job, now() + make_interval(secs => secs) FROM every
                   ON CONFLICT (job) DO NOTHING RETURNING job),
     moved AS (UPDATE kernel.periodic p SET due_at = now() + make_interval(secs => e.secs) FROM every e
                WHERE p.job = e.job AND p.due_at <= now() RETURNING p.job)
SELECT job FROM fresh UNION ALL SELECT job FROM moved
"""
