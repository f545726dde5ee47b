import asyncio
import random
from datetime import timedelta
from uuid import uuid4

import pytest

from hansa.kernel import deadlines
from hansa.kernel.center import Deadline, DeadlineKind
from hansa.kernel.context import Traffic
from hansa.kernel.db import DatabaseUnavailable

pytestmark = pytest.mark.external

HOUR = timedelta(hours=1)


class Closing:
    """A toy kind: closes the sale it is about, if nobody paid for it (deleted it) before."""

    def __init__(self) -> None:
        self.fired: list[Deadline] = []
        self.poison: set = set()
        self.between = None

    @property
    def kinds(self):
        return {"toy.close": DeadlineKind("toy.close", self.fire)}

    async def fire(self, tx, rows):
        self.fired.extend(rows)
        if self.between:
            await self.between()
        if any(row.subject in self.poison for row in rows):
            raise ZeroDivisionError("a sale that cannot be closed")
        subjects = sorted(row.subject for row in rows)
        await tx.raw.fetch("SELECT 1 FROM toy.sale WHERE id = ANY($1) ORDER BY id FOR UPDATE", subjects)
        await tx.raw.execute(
            "UPDATE toy.sale SET business = business || '+closed' WHERE id = ANY($1)", subjects
        )


@pytest.fixture
def closing():
    return Closing()


@pytest.fixture
def sale(platform):
    async def make(*, business="bazaar", due_in=HOUR, traffic=Traffic.SANDBOX):
        subject = uuid4()
        due_at = platform.clocks.now(business, traffic) + due_in
        async with platform.db.transaction() as tx:
            await tx.raw.execute(
                "INSERT INTO toy.sale (id, item, business) VALUES ($1, 'pear', $2)", subject, business
            )
            await deadlines.schedule(tx, [close(subject, business, due_at, traffic)])
        return subject

    return make


def close(subject, business, due_at, traffic=Traffic.SANDBOX):
    return Deadline(kind="toy.close", subject=subject, business=business, traffic=traffic, due_at=due_at)


async def move(platform, business="bazaar", by=HOUR):
    async with platform.db.transaction() as tx:
        await platform.clocks.move(
            tx, business=business, traffic=Traffic.SANDBOX, offset=by + timedelta(seconds=1)
        )


async def closed(platform):
    async with platform.db.transaction() as tx:
        rows = await tx.raw.fetch("SELECT id, business FROM toy.sale WHERE business LIKE '%+closed%'")
    return {row["id"]: row["business"].count("+closed") for row in rows}


async def left(platform):
    async with platform.db.transaction() as tx:
        return await tx.raw.fetchval("SELECT count(*) FROM kernel.deadline")


async def test_a_deadline_fires_once_by_its_own_clock(platform, closing, sale):
    here, elsewhere = await sale(), await sale(business="flagship")
    assert await deadlines.run_due(platform, closing.kinds) == 0

    await move(platform)

    assert await deadlines.run_due(platform, closing.kinds) == 1
    assert await deadlines.run_due(platform, closing.kinds) == 0
    assert await closed(platform) == {here: 1}
    assert elsewhere not in await closed(platform)


async def test_a_clock_set_back_holds_its_deadlines_back(platform, closing, sale):
    await move(platform, by=-2 * HOUR)
    await sale(due_in=HOUR)

    assert await deadlines.run_due(platform, closing.kinds) == 0

    await move(platform, by=timedelta())
    assert await deadlines.run_due(platform, closing.kinds) == 1


async def test_a_cancelled_deadline_never_fires_and_a_moved_one_fires_later(platform, closing, sale):
    cancelled, moved = await sale(), await sale()
    later = platform.clocks.now("bazaar", Traffic.SANDBOX) + 3 * HOUR
    async with platform.db.transaction() as tx:
        await deadlines.cancel(tx, [("toy.close", cancelled)])
        await deadlines.schedule(tx, [close(moved, "bazaar", later)])

    await move(platform)
    assert await deadlines.run_due(platform, closing.kinds) == 0
    await move(platform, by=4 * HOUR)
    assert await deadlines.run_due(platform, closing.kinds) == 1
    assert await closed(platform) == {moved: 1}


async def test_the_last_word_in_a_transaction_counts(platform, closing, sale):
    subject = await sale()
    due_at = platform.clocks.now("bazaar", Traffic.SANDBOX) - HOUR
    async with platform.db.transaction() as tx:
        await deadlines.schedule(tx, [close(subject, "bazaar", due_at)])
        await deadlines.cancel(tx, [("toy.close", subject)])
    assert await left(platform) == 0


async def test_one_that_fails_keeps_its_row_and_the_others_fire(platform, closing, sale):
    subjects = [await sale() for _ in range(9)]
    closing.poison = {subjects[4]}
    await move(platform)

    assert await deadlines.run_due(platform, closing.kinds) == 8

    async with platform.db.transaction() as tx:
        (failure,) = await deadlines.failed(tx)
    assert (failure.deadline.subject, failure.attempts) == (subjects[4], 1)
    assert "cannot be closed" in failure.error
    assert await deadlines.run_due(platform, closing.kinds) == 0
    closing.poison = set()
    async with platform.db.transaction() as tx:
        await deadlines.retry(tx, kind="toy.close", subject=subjects[4])
    assert await deadlines.run_due(platform, closing.kinds) == 1
    assert set(await closed(platform)) == set(subjects)


async def test_paid_while_it_was_firing_means_not_closed(platform, closing, sale):
    paid, unpaid = await sale(), await sale()

    async def pay():
        closing.between = None
        async with platform.db.transaction() as tx:
            await tx.raw.fetch("SELECT 1 FROM toy.sale WHERE id = $1 FOR UPDATE", paid)
            await deadlines.cancel(tx, [("toy.close", paid)])

    closing.between = pay
    await move(platform)

    assert await deadlines.run_due(platform, closing.kinds) == 1
    assert await closed(platform) == {unpaid: 1}


async def test_many_workers_fire_everything_once(platform, closing, sale):
    subjects = [await sale() for _ in range(40)]
    await move(platform)

    fired = await asyncio.gather(*[deadlines.run_due(platform, closing.kinds) for _ in range(4)])

    assert sum(fired) == 40
    assert await closed(platform) == dict.fromkeys(subjects, 1)


async def test_a_connection_lost_while_firing_changes_nothing(platform, closing, sale, terminate):
    subject = await sale()
    await move(platform)

    async def die():
        closing.between = None
        assert await terminate("state = 'idle in transaction'") == 1

    closing.between = die
    with pytest.raises(DatabaseUnavailable):
        await deadlines.run_due(platform, closing.kinds)
    assert await closed(platform) == {}

    assert await deadlines.run_due(platform, closing.kinds) == 1
    assert await closed(platform) == {subject: 1}


async def test_firing_and_cancelling_at_once_never_deadlock(platform, closing, sale):
    subjects = [await sale() for _ in range(60)]
    await move(platform)
    paid: set = set()

    async def payer(mine):
        while mine:
            some = [mine.pop() for _ in range(min(len(mine), 5))]
            async with platform.db.transaction() as tx:
                rows = await tx.raw.fetch(
                    "SELECT id FROM toy.sale WHERE id = ANY($1) AND business = 'bazaar' ORDER BY id FOR UPDATE",
                    some,
                )
                await deadlines.cancel(tx, [("toy.close", row["id"]) for row in rows])
            paid.update(row["id"] for row in rows)

    shuffled = [random.sample(subjects, 60) for _ in range(2)]
    results = await asyncio.gather(
        payer(shuffled[0]),
        payer(shuffled[1]),
        deadlines.run_due(platform, closing.kinds),
        deadlines.run_due(platform, closing.kinds),
        return_exceptions=True,
    )

    assert [r for r in results if isinstance(r, Exception)] == []
    await deadlines.run_due(platform, closing.kinds)
    assert await left(platform) == 0
    once = await closed(platform)
    assert set(once.values()) <= {1}
    assert set(once) | paid == set(subjects)
