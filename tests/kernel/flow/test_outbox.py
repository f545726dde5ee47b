import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.kernel.db import Database
from hansa.kernel.event import Event, Handler
from hansa.kernel.outbox import (
    Courier,
    ParkedState,
    Patience,
    Registry,
    deliver_all,
    discard,
    lags,
    parked,
    replay,
    retain,
    subscribe,
)
from hansa.kernel.outbox._cuts import cuts
from hansa.kernel.problem import NotFound
from house import everything_seen

pytestmark = pytest.mark.external

SOON = Patience(attempts=3, first_s=0.01, factor=1)
UNTIRING = Patience(attempts=1_000, first_s=0.01, factor=1)


class Ripened(Event):
    topic: ClassVar[str] = "toy.ripened"
    pear: UUID
    step: int

    def subject(self) -> UUID:
        return self.pear


class Fell(Event):
    topic: ClassVar[str] = "toy.fell"
    pear: UUID

    def subject(self) -> UUID:
        return self.pear


class Diary:
    """A handler that writes down, in the database and in memory, what it was told."""

    def __init__(self, name="toy.diary") -> None:
        self.name = name
        self.seen: dict[UUID, list[int]] = defaultdict(list)
        self.batches: list[int] = []
        self.bad: set[tuple[UUID, int]] = set()
        self.before = None

    def handler(self):
        return Handler(self.name, (Ripened,), handle=self.handle)

    def sender(self):
        return Handler(self.name, (Ripened,), send=self.send)

    async def handle(self, tx, envelopes):
        self.batches.append(len(envelopes))
        if self.before:
            await self.before()
        for one in envelopes:
            if (one.event.pear, one.event.step) in self.bad:
                raise ZeroDivisionError("worm")
        await tx.raw.executemany(
            "INSERT INTO toy.sale (id, item, business) VALUES ($1, $2, $3)",
            [(uuid4(), f"{one.event.pear}", f"{self.name} {one.event.step}") for one in envelopes],
        )
        tx.after_commit(lambda: self.write(envelopes))

    async def send(self, _platform, envelope):
        if (envelope.event.pear, envelope.event.step) in self.bad:
            raise ConnectionError("the post is closed")
        self.write([envelope])

    def write(self, envelopes) -> None:
        for one in envelopes:
            self.seen[one.event.pear].append(one.event.step)


@pytest.fixture
def diary():
    return Diary()


@pytest.fixture
async def registry(platform, diary):
    made = Registry([Ripened, Fell], [diary.handler()])
    async with platform.db.transaction() as tx:
        await subscribe(tx, made.handlers)
    return made


@pytest.fixture
async def posting(platform, diary):
    made = Registry([Ripened, Fell], [diary.sender()])
    async with platform.db.transaction() as tx:
        await subscribe(tx, made.handlers)
    return made


@pytest.fixture
def tell(platform):
    async def telling(*events, business="bazaar"):
        async with platform.db.transaction() as tx:
            tx.emit(platform.context(business), *events)

    return telling


def ripening(pear, *steps):
    return [Ripened(pear=pear, step=step) for step in steps]


async def all_parked(platform, **which):
    async with platform.db.transaction() as tx:
        return await parked(tx, **which)


async def run_for(courier, until):
    task = asyncio.create_task(courier.run())
    async with asyncio.timeout(20):
        while not until():
            await asyncio.sleep(0.01)
            if task.done():
                break
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def delivered(platform, registry, **options):
    """Deliver what was told, once nobody else's transaction on this server holds it back."""
    await everything_seen(platform)
    return await deliver_all(platform, registry, **options)


async def test_what_was_told_is_delivered_once_in_order_with_where_it_came_from(
    platform, registry, diary, tell
):
    pear = uuid4()
    await tell(*ripening(pear, 1, 2), Fell(pear=pear))
    await tell(*ripening(pear, 3))

    assert await delivered(platform, registry) == 3
    assert await delivered(platform, registry) == 0
    assert diary.seen == {pear: [1, 2, 3]}


async def test_what_is_rolled_back_was_never_told(platform, registry, diary):
    with pytest.raises(ZeroDivisionError):
        async with platform.db.transaction() as tx:
            tx.emit(platform.context("bazaar"), *ripening(uuid4(), 1))
            raise ZeroDivisionError
    assert await delivered(platform, registry) == 0


async def test_nothing_overtakes_a_slow_older_transaction(platform, registry, diary, tell):
    slow, quick = uuid4(), uuid4()
    async with platform.db.transaction() as tx:
        await tx.raw.execute("SELECT pg_current_xact_id()")  # its number is older than the quick one's
        await tell(*ripening(quick, 1))

        assert await deliver_all(platform, registry) == 0  # fenced: the older one may still tell something
        tx.emit(platform.context("bazaar"), *ripening(slow, 1))

    assert await delivered(platform, registry) == 2
    assert list(diary.seen) == [quick, slow]  # in the order they were told, not of their numbers


async def test_overlapping_transactions_on_one_subject_are_told_apart_by_who_held_it_first(
    platform, registry, diary, tell
):
    pear = uuid4()
    async with platform.db.transaction() as tx:
        await tx.raw.execute("SELECT pg_current_xact_id()")
        await tell(*ripening(pear, 1))
        tx.emit(platform.context("bazaar"), *ripening(pear, 2))

    await delivered(platform, registry)
    assert diary.seen == {pear: [1, 2]}


@pytest.mark.parametrize("page", [1, 2, 3, 100])
async def test_the_order_of_a_subject_holds_wherever_a_page_ends(platform, diary, tell, monkeypatch, page):
    monkeypatch.setattr("hansa.kernel.outbox.delivery.HANDLE_MAX", page)
    registry = Registry([Ripened, Fell], [diary.handler()])
    async with platform.db.transaction() as tx:
        await subscribe(tx, registry.handlers)
    pear, others = uuid4(), [uuid4() for _ in range(4)]
    async with platform.db.transaction() as tx:
        await tx.raw.execute("SELECT pg_current_xact_id()")
        async with platform.db.transaction() as between:
            await between.raw.execute("SELECT pg_current_xact_id()")
            await tell(*ripening(others[0], 1))
            await tell(*ripening(pear, 1))
            await tell(*ripening(others[1], 1))
            between.emit(platform.context("bazaar"), *ripening(pear, 2), *ripening(others[2], 1))
        tx.emit(platform.context("bazaar"), *ripening(pear, 3), *ripening(others[3], 1))

    assert await delivered(platform, registry) == 7
    assert diary.seen.pop(pear) == [1, 2, 3]
    assert diary.seen == {one: [1] for one in others}


async def test_events_that_cannot_be_taken_apart_are_set_aside_together_and_tried_in_turn(
    platform, registry, diary, tell
):
    pear, worm = uuid4(), uuid4()
    diary.bad = {(worm, 1)}
    async with platform.db.transaction() as tx:
        await tx.raw.execute("SELECT pg_current_xact_id()")
        await tell(*ripening(worm, 1))
        await tell(*ripening(pear, 1))
        tx.emit(platform.context("bazaar"), *ripening(pear, 2))

    await delivered(platform, registry, patience=Patience(first_s=3600))
    states = {(event.subject, event.state.value) for event in await all_parked(platform)}
    assert states == {(worm, "retrying"), (pear, "retrying"), (pear, "waiting")}

    diary.bad = set()
    await replay_now(platform)
    await delivered(platform, registry)
    assert diary.seen == {pear: [1, 2], worm: [1]}


async def replay_now(platform):
    async with platform.db.transaction() as tx:
        await tx.raw.execute("UPDATE kernel.parked SET retry_at = now() WHERE state = 'retrying'")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30)), max_size=30), st.integers(1, 30))
def test_a_page_may_end_where_no_event_is_taken_before_one_of_its_subject_that_was_told_earlier(told, page):
    names = {name: uuid4() for name in "abc"}
    told_at = [datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=at) for _, at in told]
    events = [(names[name], at) for (name, _), at in zip(told, told_at, strict=True)]
    rows = [SimpleNamespace(subject=subject, told_at=at) for subject, at in events[:page]]
    ahead = {subject: min(at for one, at in events[page:] if one == subject) for subject, _ in events[page:]}

    def fits(end):
        return all(
            before[1] <= after[1] or before[0] != after[0]
            for before in events[:end]
            for after in events[end:]
        )

    assert cuts(rows, ahead) == [end for end in range(1, len(rows) + 1) if fits(end)]


async def test_a_failing_event_steps_aside_with_its_followers_and_the_others_go_on(
    platform, registry, diary, tell
):
    worm, sound = uuid4(), uuid4()
    diary.bad = {(worm, 2)}
    await tell(*ripening(worm, 1, 2, 3), *ripening(sound, 1, 2))

    await delivered(platform, registry)
    await tell(*ripening(worm, 4), *ripening(sound, 3))
    await delivered(platform, registry)

    assert diary.seen == {worm: [1], sound: [1, 2, 3]}
    states = [(event.state.value, event.attempts) for event in await all_parked(platform)]
    assert states == [("retrying", 1), ("waiting", 0), ("waiting", 0)]
    assert "worm" in (await all_parked(platform))[0].error


async def test_a_parked_event_that_recovers_lets_its_followers_through_in_order(
    platform, registry, diary, tell
):
    pear = uuid4()
    diary.bad = {(pear, 1)}
    await tell(*ripening(pear, 1, 2, 3))
    await delivered(platform, registry, patience=UNTIRING)
    diary.bad = set()
    await asyncio.sleep(0.05)
    await delivered(platform, registry, patience=UNTIRING)
    await tell(*ripening(pear, 4))
    await delivered(platform, registry, patience=UNTIRING)

    assert diary.seen == {pear: [1, 2, 3, 4]}
    assert await all_parked(platform) == []


async def test_after_enough_tries_it_stays_parked_until_it_is_replayed(platform, registry, diary, tell):
    pear = uuid4()
    diary.bad = {(pear, 1)}
    await tell(*ripening(pear, 1, 2))
    for _ in range(6):
        await delivered(platform, registry, patience=SOON)
        await asyncio.sleep(0.02)
    (stuck,) = await all_parked(platform, state=ParkedState.PARKED)
    assert stuck.attempts == 3

    diary.bad = set()
    async with platform.db.transaction() as tx:
        await replay(tx, platform.context("bazaar"), handler="toy.diary", event=stuck.id)
    await delivered(platform, registry, patience=SOON)

    assert diary.seen == {pear: [1, 2]}


async def test_discarding_with_a_reason_lets_the_followers_go_on(platform, registry, diary, tell):
    pear = uuid4()
    diary.bad = {(pear, 1)}
    await tell(*ripening(pear, 1, 2, 3))
    await delivered(platform, registry)
    first, *_ = await all_parked(platform, state=ParkedState.RETRYING)
    ctx = platform.context("bazaar")

    async with platform.db.transaction() as tx:
        await discard(tx, ctx, handler="toy.diary", event=first.id, why="the pear is gone")
    await delivered(platform, registry)

    assert diary.seen == {pear: [2, 3]}
    (kept,) = await all_parked(platform)
    assert (kept.state, kept.discarded_why, kept.discarded_by) == (
        ParkedState.DISCARDED,
        "the pear is gone",
        "system",
    )
    with pytest.raises(NotFound):
        async with platform.db.transaction() as tx:
            await discard(tx, ctx, handler="toy.diary", event=first.id, why="twice")


@pytest.mark.parametrize("kind", [Diary.handler, Diary.sender])
async def test_events_of_an_ended_business_reach_nobody_and_hold_up_nobody(platform, diary, tell, kind):
    """Nobody is left to act for: what was still under way is left out, what waited to be tried again is settled."""
    found = Registry([Ripened, Fell], [kind(diary)])
    async with platform.db.transaction() as tx:
        await subscribe(tx, found.handlers)
    pear, plum, fig = uuid4(), uuid4(), uuid4()
    diary.bad = {(pear, 1)}
    await tell(*ripening(pear, 1, 2))
    await delivered(platform, found, patience=UNTIRING)
    assert len(await all_parked(platform)) == 2

    platform.plans.ended.add("bazaar")
    await tell(*ripening(plum, 1))
    await tell(*ripening(fig, 1), business="flagship")
    await replay_now(platform)
    await delivered(platform, found, patience=UNTIRING)

    assert dict(diary.seen) == {fig: [1]}
    assert await all_parked(platform) == []


async def test_an_event_of_an_unknown_version_is_parked_with_the_reason(platform, registry, diary, tell):
    pear = uuid4()
    await tell(*ripening(pear, 1))
    async with platform.db.transaction() as tx:
        await tx.raw.execute("UPDATE kernel.outbox SET version = 9")
    await tell(*ripening(pear, 2))

    await delivered(platform, registry)

    one, behind = await all_parked(platform)
    assert (one.state, one.version) == (ParkedState.PARKED, 9)
    assert "no event toy.ripened v9" in one.error
    assert behind.state is ParkedState.WAITING
    assert diary.seen == {}


async def test_a_payload_that_does_not_fit_is_parked(platform, registry, diary, tell):
    await tell(*ripening(uuid4(), 1))
    async with platform.db.transaction() as tx:
        await tx.raw.execute("""UPDATE kernel.outbox SET payload = payload || '{"step": "one"}'""")

    await delivered(platform, registry)

    (event,) = await all_parked(platform)
    assert "ValidationError" in event.error


async def test_a_new_handler_gets_what_is_told_from_then_on(platform, registry, tell):
    await tell(*ripening(uuid4(), 1))
    newcomer = Diary("toy.newcomer")
    later = uuid4()
    both = Registry([Ripened, Fell], [newcomer.handler()])
    await delivered(platform, both)
    await tell(*ripening(later, 1))

    await delivered(platform, both)

    assert newcomer.seen == {later: [1]}


async def test_sending_keeps_the_order_of_a_subject_and_parks_what_the_world_refuses(
    platform, posting, diary, tell
):
    slow, sound = uuid4(), uuid4()
    diary.bad = {(slow, 2)}
    await tell(*ripening(slow, 1, 2, 3), *ripening(sound, 1, 2, 3))

    await delivered(platform, posting, patience=UNTIRING)
    assert diary.seen == {slow: [1], sound: [1, 2, 3]}
    diary.bad = set()
    await asyncio.sleep(0.05)
    await delivered(platform, posting, patience=UNTIRING)

    assert diary.seen == {slow: [1, 2, 3], sound: [1, 2, 3]}


async def test_two_couriers_deliver_everything_once(platform, registry, diary, tell, url):
    other = type(platform)(Database(url), platform.clocks)
    pears = [uuid4() for _ in range(20)]
    both = [Courier(platform, registry), Courier(other, registry)]
    tasks = [asyncio.create_task(courier.run()) for courier in both]
    for step in range(1, 11):
        await tell(*[Ripened(pear=pear, step=step) for pear in pears])
    async with asyncio.timeout(20):
        while sum(map(len, diary.seen.values())) < 200:
            await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await other.db.close()

    assert diary.seen == {pear: list(range(1, 11)) for pear in pears}


async def test_racing_deliverers_without_claims_still_deliver_once(platform, registry, diary, tell):
    await tell(*ripening(uuid4(), *range(50)))

    await asyncio.gather(*[deliver_all(platform, registry) for _ in range(4)], return_exceptions=True)
    await delivered(platform, registry)

    async with platform.db.transaction() as tx:
        assert await tx.raw.fetchval("SELECT count(*) FROM toy.sale") == 50


async def test_a_courier_whose_connections_are_killed_loses_and_doubles_nothing(
    platform, registry, diary, tell, terminate
):
    pears = [uuid4() for _ in range(10)]
    task = asyncio.create_task(Courier(platform, registry, poll_s=0.02).run())
    for step in range(30):
        await tell(*[Ripened(pear=pear, step=step) for pear in pears])
        if step % 10 == 5:
            await terminate("application_name IN ('hansa', 'hansa courier')")
    async with asyncio.timeout(30):
        while await count_sales(platform) < 300:
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert await count_sales(platform) == 300
    assert all(steps == sorted(steps) for steps in diary.seen.values())


async def count_sales(platform):
    async with platform.db.transaction() as tx:
        return await tx.raw.fetchval("SELECT count(*) FROM toy.sale")


async def test_lag_is_told_and_old_events_go_once_everybody_had_them(platform, registry, diary, tell):
    await tell(*ripening(uuid4(), 1, 2, 3))
    async with platform.db.transaction() as tx:
        (lag,) = await lags(tx, registry)
        await tx.raw.execute("UPDATE kernel.outbox SET told_at = told_at - $1::interval", timedelta(days=8))
    assert (lag.handler, lag.behind) == ("toy.diary", 3)
    platform.centers = [type("Toy", (), {"handlers": list(registry.handlers.values())})]

    await retain(platform)
    assert await delivered(platform, registry) == 3
    await retain(platform)

    async with platform.db.transaction() as tx:
        assert await tx.raw.fetchval("SELECT count(*) FROM kernel.outbox") == 0
        assert (await lags(tx, registry))[0].behind == 0
