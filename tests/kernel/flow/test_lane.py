import asyncio
import os
import random
from collections import Counter

import pytest

from hansa.kernel.db.turns import Turns
from hansa.kernel.idempotency import InFlight, KeyReused
from hansa.kernel.lane import CallFailed, Unsettled
from hansa.kernel.lane import commit as committing
from hansa.kernel.lane import lane as lane_module
from hansa.kernel.problem import Busy, Problem

pytestmark = pytest.mark.external


async def outcomes(*calls):
    return await asyncio.gather(*calls, return_exceptions=True)


def names(results) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


async def persist(shop, lane, key: str) -> str:
    """Do what a client does: repeat under the same key for as long as the outcome is not certain."""
    while True:
        try:
            return await lane.submit(shop.call(key=key))
        except (Unsettled, Busy):
            await asyncio.sleep(0.01)


async def test_calls_that_queue_up_are_committed_together_each_with_its_own_verdict(shop, lanes):
    await shop.stock(pear=30)
    lane = await lanes()

    results = await outcomes(*[lane.submit(shop.call()) for _ in range(100)])

    assert names(results) == {"str": 30, "SoldOut": 70}
    assert len(shop.batches) <= 2
    assert await shop.sold() == [r for r in results if isinstance(r, str)]


async def test_calls_of_a_business_are_decided_in_the_order_they_came(shop, lanes):
    await shop.stock(pear=1000)
    lane = await lanes(batch_max=16)
    calls = [shop.call() for _ in range(200)]

    await outcomes(*[lane.submit(call) for call in calls])

    assert await shop.sold() == [str(call.id) for call in calls]


async def test_a_poisoned_call_gets_its_own_error_and_the_others_commit(shop, lanes):
    await shop.stock(pear=100, plum=100)
    shop.hurt["mouldy"] = ZeroDivisionError("no such thing")
    lane = await lanes()
    calls = [shop.call("mouldy" if n in {3, 40} else "pear") for n in range(64)]

    results = await outcomes(*[lane.submit(call) for call in calls])

    assert names(results) == {"str": 62, "CallFailed": 2}
    assert isinstance(results[3], CallFailed)
    assert len(await shop.sold()) == 62


async def test_a_problem_raised_by_the_program_reaches_its_call_alone(shop, lanes):
    await shop.stock(pear=100)
    shop.hurt["mouldy"] = KeyReused()
    lane = await lanes()

    results = await outcomes(*[lane.submit(shop.call(i)) for i in ("pear", "mouldy", "pear")])

    assert [type(r) for r in results] == [str, KeyReused, str]


async def test_a_row_the_database_refuses_is_found_by_cutting_the_batch(shop, lanes):
    await shop.stock(pear=100)
    lane = await lanes()
    good, bad = shop.call(), shop.call()
    await lane.submit(bad)  # the same id once more is a duplicate key

    results = await outcomes(lane.submit(good), lane.submit(bad))

    assert [type(r) for r in results] == [str, CallFailed]


async def test_a_repeat_under_the_same_key_returns_the_stored_answer(shop, lanes):
    await shop.stock(pear=100)
    lane = await lanes()

    first = await lane.submit(shop.call(key="k"))

    assert await lane.submit(shop.call(key="k")) == first
    assert await shop.sold() == [first]


async def test_the_same_key_with_another_body_is_refused(shop, lanes):
    await shop.stock(pear=100)
    lane = await lanes()

    await lane.submit(shop.call(key="k"))

    with pytest.raises(KeyReused):
        await lane.submit(shop.call(key="k", body=b"another"))
    at_once = await outcomes(*[lane.submit(shop.call(key="q", body=b)) for b in (b"1", b"2")])
    assert names(at_once) == {"str": 1, "KeyReused": 1}


async def test_a_refused_call_leaves_no_key_and_may_succeed_later(shop, lanes):
    await shop.stock(pear=0)
    lane = await lanes()
    with pytest.raises(Problem, match="Sold out"):
        await lane.submit(shop.call(key="k"))
    async with shop.platform.db.transaction() as tx:
        await tx.raw.execute("UPDATE toy.stock SET left_over = 1")

    assert await lane.submit(shop.call(key="k")) in await shop.sold()


async def test_one_key_many_times_at_once_in_two_lanes_happens_once(shop, lanes):
    await shop.stock(pear=100)
    one, other = await lanes(), await lanes()

    for round_ in range(20):
        results = await outcomes(
            *[lane.submit(shop.call(key=f"k{round_}")) for lane in (one, other, one, other)]
        )
        assert len(set(results)) == 1

    assert len(await shop.sold()) == 20


async def test_keys_crossing_between_two_lanes_never_deadlock(shop, lanes):
    await shop.stock(pear=10_000)
    one, other = await lanes(), await lanes()
    keys = [f"k{n}" for n in range(64)]

    for round_ in range(10):
        forward = [one.submit(shop.call(key=f"{round_}{key}")) for key in keys]
        backward = [other.submit(shop.call(key=f"{round_}{key}")) for key in reversed(keys)]
        results = await outcomes(*forward, *backward)
        assert all(isinstance(r, str) for r in results)

    assert len(await shop.sold()) == 640


async def test_backends_killed_again_and_again_lose_nothing_and_double_nothing(shop, lanes, terminate):
    await shop.stock(pear=100_000)
    lane = await lanes(batch_max=32)
    acknowledged: list[str] = []
    stop = asyncio.Event()

    async def buyer(number: int) -> None:
        for n in range(200):
            acknowledged.append(await persist(shop, lane, f"{number}-{n}"))

    async def killer() -> int:
        killed = seen = 0
        while not stop.is_set():
            await asyncio.sleep(random.uniform(0.01, 0.05))
            if lane.stats.batches > seen:  # on a slow machine nothing would ever get through
                seen = lane.stats.batches
                killed += await terminate("application_name = 'hansa lane toy'")
        return killed

    kills = asyncio.create_task(killer())
    await asyncio.gather(*[buyer(n) for n in range(16)])
    stop.set()

    assert await kills > 3
    assert lane.stats.resent > 0
    sold = await shop.sold()
    assert len(sold) == len(set(acknowledged)) == 3200
    assert set(sold) == set(acknowledged)


async def test_a_commit_whose_answer_was_lost_is_found_by_its_key(shop, lanes, monkeypatch):
    await shop.stock(pear=10)
    lane = await lanes()
    lost = 0

    class Cut:
        """A connection that dies right after the server has committed."""

        def __init__(self, raw):
            self._raw = raw

        def __getattr__(self, name):
            return getattr(self._raw, name)

        async def execute(self, sql, *args, **more):
            nonlocal lost
            result = await self._raw.execute(sql, *args, **more)
            if sql == "COMMIT" and not lost:
                lost += 1
                self._raw.terminate()
                raise ConnectionResetError
            return result

    whole = committing.Committer.commit

    async def commit(self, tx, batch):
        tx.raw = Cut(tx.raw)
        return await whole(self, tx, batch)

    monkeypatch.setattr(committing.Committer, "commit", commit)
    results = await outcomes(*[lane.submit(shop.call(key=f"k{n}")) for n in range(5)])

    assert lost == 1
    assert sorted(results) == sorted(await shop.sold())
    assert len(results) == 5


async def test_a_flood_in_one_business_does_not_starve_another(shop, lanes):
    await shop.stock(pear=100_000)
    lane = await lanes(batch_max=20, queue_max=500)
    flood = [asyncio.ensure_future(lane.submit(shop.call(business="flood"))) for _ in range(500)]
    quiet = [asyncio.ensure_future(lane.submit(shop.call(business="quiet"))) for _ in range(10)]

    assert names(await outcomes(*quiet)) == {"str": 10}
    assert sum(call.done() for call in flood) < 100
    # The queue was full: the newest of the flood made room.
    assert names(await outcomes(*flood)) == {"str": 490, "Busy": 10}


async def test_a_full_queue_says_busy_and_when_to_come_back(shop, lanes):
    await shop.stock(pear=100)
    lane = await lanes(queue_max=10)

    results = await outcomes(*[lane.submit(shop.call()) for _ in range(15)])

    assert names(results) == {"str": 10, "Busy": 5}
    assert next(r for r in results if isinstance(r, Busy)).retry_after_s >= 1


async def test_a_waiter_that_leaves_before_the_batch_begins_takes_its_call_along(shop, lanes):
    await shop.stock(pear=100)
    lane = await lanes()
    stays = asyncio.ensure_future(lane.submit(shop.call(key="stays")))
    leaves = asyncio.ensure_future(lane.submit(shop.call(key="leaves")))
    shared = asyncio.ensure_future(lane.submit(shop.call(key="shared")))
    joined = asyncio.ensure_future(lane.submit(shop.call(key="shared")))
    await asyncio.sleep(0)
    leaves.cancel()
    shared.cancel()

    sold = {await stays, await joined}

    assert set(await shop.sold()) == sold
    assert lane.stats.dropped == 1


async def test_a_waiter_that_leaves_while_the_batch_is_under_way_finds_the_answer_later(shop, lanes):
    await shop.stock(pear=100)
    lane = await lanes()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_tx, _calls) -> None:
        begun.set()
        await go_on.wait()

    shop.before = hold
    waiter = asyncio.ensure_future(lane.submit(shop.call(key="k")))
    await begun.wait()
    waiter.cancel()
    repeat = asyncio.ensure_future(lane.submit(shop.call(key="k")))
    await asyncio.sleep(0)
    go_on.set()

    assert [await repeat] == await shop.sold()


async def test_waiting_too_long_is_told_apart_from_not_begun(shop, lanes):
    await shop.stock(pear=100)
    lane = await lanes(wait_s_max=0.2, batch_max=1)
    go_on = asyncio.Event()

    async def hold(_tx, _calls) -> None:
        await go_on.wait()

    shop.before = hold
    under_way, not_begun = await outcomes(lane.submit(shop.call(key="1")), lane.submit(shop.call(key="2")))
    go_on.set()

    assert (type(under_way), type(not_begun)) == (Unsettled, Busy)
    shop.before = None
    assert [await lane.submit(shop.call(key="1"))] == await shop.sold()


async def test_a_key_held_by_a_stuck_process_is_in_flight_and_the_others_go_on(shop, lanes, monkeypatch):
    await shop.stock(pear=100, plum=100)
    monkeypatch.setitem(lane_module._SESSION, "lock_timeout", "200ms")
    lane = await lanes()
    stuck = shop.call("plum", key="stuck")

    async with shop.platform.db.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO kernel.idempotency VALUES ($1, $2, 'bazaar', 'sandbox', 200, '')",
            stuck.key.scope,
            stuck.key.body,
        )
        results = await outcomes(lane.submit(shop.call(key="free")), lane.submit(stuck))

    assert [type(r) for r in results] == [str, InFlight]


async def test_a_batch_that_met_a_lock_for_too_long_is_tried_once_more_before_it_is_cut(
    shop, lanes, monkeypatch
):
    await shop.stock(pear=100, plum=100)
    monkeypatch.setitem(lane_module._SESSION, "lock_timeout", "100ms")
    lane = await lanes()
    calls = [shop.call("plum" if n == 7 else "pear") for n in range(32)]
    met = asyncio.Event()

    async def notice(_tx, _calls) -> None:
        if lane.stats.resent or lane.stats.split:
            met.set()

    shop.before = notice
    async with shop.platform.db.transaction() as tx:
        await tx.raw.execute("UPDATE toy.stock SET left_over = 50 WHERE item = 'plum'")
        waiting = asyncio.gather(*[lane.submit(call) for call in calls])
        await met.wait()
    await waiting

    assert len(await shop.sold()) == 32
    assert (lane.stats.resent, lane.stats.split) == (1, 0)


async def test_while_one_lane_works_the_calls_of_another_gather(shop, lanes):
    await shop.stock(pear=100)
    first, second = await lanes(), await lanes()
    go_on = asyncio.Event()

    async def hold(_tx, _calls) -> None:
        shop.before = None
        await go_on.wait()

    shop.before = hold
    working = asyncio.create_task(first.submit(shop.call()))
    while not shop.batches:
        await asyncio.sleep(0)
    gathering = []
    for _ in range(20):
        gathering.append(asyncio.create_task(second.submit(shop.call())))
        await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(working, *gathering)

    assert [len(batch) for batch in shop.batches] == [1, 20]


async def test_a_lane_that_waited_for_its_turn_for_too_long_goes_ahead(shop, lanes):
    await shop.stock(pear=100)
    shop.platform.db.turns = Turns(patience_s=0.05)
    first, second = await lanes(), await lanes()
    go_on = asyncio.Event()

    async def hold(_tx, _calls) -> None:
        shop.before = None
        await go_on.wait()

    shop.before = hold
    working = asyncio.create_task(first.submit(shop.call()))
    while not shop.batches:
        await asyncio.sleep(0)
    ahead = await second.submit(shop.call())
    assert await shop.sold() == [ahead]
    go_on.set()

    assert await working in await shop.sold()


async def test_the_plan_check_refuses_single_calls_but_not_repeats(shop, lanes):
    await shop.stock(pear=100)
    retired: set[str] = set()

    class PlanRetired(Problem):
        code = "toy.plan_retired"
        status = 409

    async def check(_tx, calls):
        return [PlanRetired() if call.ctx.business in retired else None for call in calls]

    lane = await lanes(check=check)
    first = await lane.submit(shop.call(key="k", business="old"))
    retired.add("old")

    results = await outcomes(
        lane.submit(shop.call(business="old")),
        lane.submit(shop.call(business="new")),
        lane.submit(shop.call(key="k", business="old")),
    )

    assert [type(r).__name__ for r in results] == ["PlanRetired", "str", "str"]
    assert results[2] == first


async def test_stopping_drains_what_waits_and_refuses_what_comes(shop):
    await shop.stock(pear=100)
    lane = shop.lane(batch_max=8)
    await lane.start()
    waiting = [asyncio.ensure_future(lane.submit(shop.call())) for _ in range(40)]
    await asyncio.sleep(0)

    await lane.stop()

    assert names(await outcomes(*waiting)) == {"str": 40}
    with pytest.raises(Busy):
        await lane.submit(shop.call())


@pytest.mark.skipif(
    bool(os.environ.get("HANSA_TEST_DATABASE_URL")), reason="a server that is not ours is not ours to stop"
)
async def test_a_server_that_is_away_for_a_moment_is_waited_for(shop, lanes, server):
    await shop.stock(pear=100)
    lane = await lanes()
    await lane.submit(shop.call())

    await asyncio.to_thread(server.stop)
    waiting = [asyncio.ensure_future(lane.submit(shop.call(key=f"k{n}"))) for n in range(5)]
    await asyncio.sleep(0.3)
    await asyncio.to_thread(server.start)

    assert names(await outcomes(*waiting)) == {"str": 5}
    assert len(await shop.sold()) == 6
