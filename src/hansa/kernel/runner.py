"""Running jobs: what a worker does with the queue of `hansa.kernel.jobs`, by PgQueuer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job as QueuedJob
from pgqueuer.domain.types import Channel

from hansa.kernel.db.database import driver_connection
from hansa.kernel.db.queue import CHANNEL, QUEUE_TABLE, queries
from hansa.kernel.jobs import enqueue

if TYPE_CHECKING:
    import asyncpg

    from hansa.kernel.center import Job
    from hansa.kernel.platform import Platform

_log = logging.getLogger("hansa.jobs")
_of_pgqueuer = logging.getLogger("pgqueuer")

_TICK_S = 1.0
_POLL = timedelta(seconds=5)  # a queued job is announced; the poll is for what was missed
_ATTEMPTS_MAX = 5
_PAUSE_MAX = timedelta(minutes=10)
_FINISH_S_MAX = 10.0


class OfAClosedConnection(logging.Filter):
    """Leaves out what PgQueuer says over and over, with tracebacks, while its connection is gone: that is said once."""

    def __init__(self, raw: asyncpg.Connection[Any]) -> None:
        super().__init__()
        self._raw = raw

    def filter(self, _record: logging.LogRecord) -> bool:
        """Tell whether a line is heard."""
        return not self._raw.is_closed()


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
            unheard = OfAClosedConnection(raw)
            _of_pgqueuer.addFilter(unheard)
            try:
                await self._manage(QueueManager(queries(raw), Channel(CHANNEL)), until_idle=until_idle)
            finally:
                _of_pgqueuer.removeFilter(unheard)
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
SELECT EXISTS (SELECT FROM {QUEUE_TABLE}
                WHERE entrypoint = ANY($1::text[])
                  AND (status = 'picked' OR (status = 'queued' AND execute_after <= clock_timestamp())))
"""

_DUE = """
WITH every AS (SELECT * FROM unnest($1::text[], $2::float8[]) AS w (job, secs)),
     fresh AS (INSERT INTO kernel.periodic (job, due_at) SELECT job, now() + make_interval(secs => secs) FROM every
                   ON CONFLICT (job) DO NOTHING RETURNING job),
     moved AS (UPDATE kernel.periodic p SET due_at = now() + make_interval(secs => e.secs) FROM every e
                WHERE p.job = e.job AND p.due_at <= now() RETURNING p.job)
SELECT job FROM fresh UNION ALL SELECT job FROM moved
"""
