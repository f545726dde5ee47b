"""The lane, deadlines and ordinary transactions over the same rows at the same time."""

import asyncio
import random
from datetime import timedelta

import pytest

from hansa.kernel import deadlines
from hansa.kernel.center import Deadline, DeadlineKind
from hansa.kernel.db import Database, LockOrderViolated
from hansa.kernel.problem import Problem

ITEMS = [f"i{n}" for n in range(8)]


async def test_selling_cancelling_and_closing_at_once_never_deadlock_and_conserve_stock(
    shop, lanes, platform
):
    await shop.stock(**dict.fromkeys(ITEMS, 40))

    async def set_deadlines(tx, calls):
        now = calls[0].ctx.now()
        due = [
            Deadline(
                kind="toy.close",
                subject=call.id,
                business=call.ctx.business,
                traffic=call.ctx.traffic,
                due_at=now + timedelta(seconds=random.choice([-1, 3600])),
            )
            for call in calls
        ]
        await deadlines.schedule(tx, due)

    async def put_back(tx, subjects):
        """Lock stock, then sales, each by key: the order everybody keeps."""
        rows = await tx.raw.fetch("SELECT id, item FROM toy.sale WHERE id = ANY($1)", subjects)
        items = sorted({row["item"] for row in rows})
        await tx.raw.fetch("SELECT FROM toy.stock WHERE item = ANY($1) ORDER BY item FOR UPDATE", items)
        gone = await tx.raw.fetch("DELETE FROM toy.sale WHERE id = ANY($1) RETURNING item", subjects)
        for row in gone:
            await tx.raw.execute(
                "UPDATE toy.stock SET left_over = left_over + 1 WHERE item = $1", row["item"]
            )

    async def close(tx, rows):
        await put_back(tx, sorted(row.subject for row in rows))

    shop.after = set_deadlines
    one, other = await lanes(), await lanes(workers=2)
    kinds = {"toy.close": DeadlineKind("toy.close", close)}
    sold: list[str] = []

    async def buyer(lane):
        for _ in range(60):
            try:
                sold.append(await lane.submit(shop.call(random.choice(ITEMS))))
            except Problem:
                await asyncio.sleep(0.001)

    async def canceller():
        for _ in range(30):
            await asyncio.sleep(0.005)
            some = sorted(random.sample(sold, min(3, len(sold))))
            async with platform.db.transaction() as tx:
                await put_back(tx, some)
                await deadlines.cancel(tx, [("toy.close", subject) for subject in some])

    async def closer():
        for _ in range(15):
            await deadlines.run_due(platform, kinds)
            await asyncio.sleep(0.01)

    await asyncio.gather(*[buyer(lane) for lane in (one, other) * 8], canceller(), closer(), closer())

    async with platform.db.transaction() as tx:
        sales = await tx.raw.fetchval("SELECT count(*) FROM toy.sale")
        pieces = await tx.raw.fetchval("SELECT sum(left_over) FROM toy.stock")
        deadlocks = await tx.raw.fetchval(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
    assert sales + pieces == 8 * 40
    assert deadlocks == 0


async def test_locks_out_of_order_are_a_bug_told_at_once(db):
    async with db.transaction() as tx:
        tx.locks(200)
        tx.locks(200)
        with pytest.raises(LockOrderViolated):
            tx.locks(100)


async def test_a_savepoint_undoes_what_was_tried_and_what_it_told(db):
    async with db.transaction() as tx:
        await tx.raw.execute("INSERT INTO toy.stock VALUES ('kept', 1)")
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint():
                await tx.raw.execute("INSERT INTO toy.stock VALUES ('undone', 1)")
                tx.after_commit(lambda: pytest.fail("it was undone"))
                raise ZeroDivisionError
        async with tx.savepoint():
            await tx.raw.execute("INSERT INTO toy.stock VALUES ('also kept', 1)")
    async with db.transaction() as tx:
        assert await tx.raw.fetchval("SELECT array_agg(item ORDER BY item) FROM toy.stock") == [
            "also kept",
            "kept",
        ]


async def test_dead_connections_in_the_pool_are_replaced_unnoticed(db, terminate):
    async def use():
        async with db.transaction() as tx:
            await tx.raw.execute("SELECT pg_sleep(0.02)")

    await asyncio.gather(*[use() for _ in range(8)])
    assert await terminate("application_name = 'hansa'") == 8

    await asyncio.gather(*[use() for _ in range(16)])


async def test_a_transaction_cancelled_anywhere_leaves_no_open_one_behind(url):
    db = Database(url, connections_max=2)

    async def work():
        async with db.transaction() as tx:
            await tx.raw.execute("INSERT INTO toy.stock VALUES (gen_random_uuid()::text, 1)")
            await tx.raw.execute("SELECT pg_sleep(0.003)")

    for delay_ms in range(12):
        task = asyncio.create_task(work())
        await asyncio.sleep(delay_ms / 1000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with db.transaction() as tx:
        await tx.raw.execute("LOCK TABLE toy.stock IN ACCESS EXCLUSIVE MODE NOWAIT")
    await db.close()
