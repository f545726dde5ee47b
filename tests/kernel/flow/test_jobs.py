import asyncio
from datetime import timedelta

import pytest

from hansa.kernel import jobs
from hansa.kernel import runner as runner_of_jobs
from hansa.kernel.center import Job
from hansa.kernel.db.presence import Presence
from hansa.kernel.runner import Runner
from hansa.kernel.worker import keep_going

pytestmark = pytest.mark.external


class Work:
    def __init__(self) -> None:
        self.done: list[bytes] = []
        self.bad: set[bytes] = set()
        self.hold: asyncio.Event | None = None
        self.begun = asyncio.Event()

    async def run(self, _platform, payload: bytes) -> None:
        self.begun.set()
        if self.hold:
            await self.hold.wait()
        if payload in self.bad:
            raise ZeroDivisionError("no")
        self.done.append(payload)

    def jobs(self, every_s=None):
        return [Job("toy.work", self.run, every_s=every_s)]


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def runner(platform, work):
    return Runner(platform, work.jobs(), first_pause=timedelta())


async def test_a_job_runs_when_its_transaction_commits_and_only_then(platform, work, runner):
    with pytest.raises(ZeroDivisionError):
        async with platform.db.transaction() as tx:
            await jobs.enqueue(tx, "toy.work", b"never")
            raise ZeroDivisionError
    async with platform.db.transaction() as tx:
        await jobs.enqueue(tx, "toy.work", b"one")
        await jobs.enqueue(tx, "toy.work", b"later", after=timedelta(hours=1))

    await runner.run_all()

    assert work.done == [b"one"]


async def test_a_job_that_keeps_failing_stays_visible_and_can_be_retried(platform, work, runner, caplog):
    work.bad = {b"hard"}
    async with platform.db.transaction() as tx:
        await jobs.enqueue(tx, "toy.work", b"hard")
    async with asyncio.timeout(20):
        while True:
            await runner.run_all()
            async with platform.db.transaction() as tx:
                found = await jobs.failed(tx)
            if found:
                break

    assert [(job.name, job.payload) for job in found] == [("toy.work", b"hard")]
    assert "the job toy.work failed" in caplog.text
    work.bad = set()
    async with platform.db.transaction() as tx:
        await jobs.retry(tx, [job.id for job in found])
    await runner.run_all()
    assert work.done == [b"hard"]
    async with platform.db.transaction() as tx:
        assert await jobs.failed(tx) == []


async def test_a_periodic_job_is_enqueued_once_over_all_processes(platform, work):
    runners = [Runner(platform, work.jobs(every_s=3600)) for _ in range(4)]

    won = await asyncio.gather(*[runner.enqueue_due() for runner in runners])

    assert sorted(won) == [[], [], [], ["toy.work"]]
    await runners[0].run_all()
    assert work.done == [b""]
    async with platform.db.transaction() as tx:
        await tx.raw.execute("UPDATE kernel.periodic SET due_at = now()")
    await runners[1].run_all()
    assert work.done == [b"", b""]


async def test_a_job_interrupted_by_the_end_of_the_process_runs_again(platform, work, runner, monkeypatch):
    monkeypatch.setattr(runner_of_jobs, "_FINISH_S_MAX", 0.05)
    work.hold = asyncio.Event()
    async with platform.db.transaction() as tx:
        await jobs.enqueue(tx, "toy.work", b"long")
    task = asyncio.create_task(runner.run())
    await asyncio.wait_for(work.begun.wait(), 10)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert work.done == []
    work.hold = None
    await runner.run_all()

    assert work.done == [b"long"]


async def test_a_loop_that_fails_is_started_again_and_one_that_ends_is_not():
    runs = 0

    async def loop():
        nonlocal runs
        runs += 1
        if runs < 3:
            raise ZeroDivisionError

    await keep_going("toy", loop, presence=Presence())

    assert runs == 3
