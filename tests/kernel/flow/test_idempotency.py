import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from hansa.kernel.db import DatabaseUnavailable
from hansa.kernel.idempotency import (
    Answer,
    AnswerLost,
    IdempotencyKey,
    InFlight,
    KeyMalformed,
    KeyReused,
    answer_once,
    forget,
)

pytestmark = pytest.mark.external


@pytest.fixture
def key(platform):
    def make(text="k", *, body=b"{}", route="POST /shops", business="bazaar"):
        return IdempotencyKey.of(platform.context(business), route=route, key=text, body=body)

    return make


async def write_once(db):
    async with db.transaction() as tx:
        await tx.raw.execute("INSERT INTO toy.stock VALUES (gen_random_uuid()::text, 1)")


async def write(db, key, *, work=None, after=None, **options):
    async def once():
        async with db.transaction() as tx:
            if work:
                await work()
            await tx.raw.execute("INSERT INTO toy.stock VALUES (gen_random_uuid()::text, 1)")
        if after:
            await after()
        return Answer(201, b"made")

    answer, _ = await answer_once(db, key, once, **options)
    return answer


async def written(db):
    async with db.transaction() as tx:
        return await tx.raw.fetchval("SELECT count(*) FROM toy.stock")


async def test_a_repeat_gets_the_stored_answer_and_does_nothing(db, key):
    assert await write(db, key()) == await write(db, key()) == Answer(201, b"made")
    assert await written(db) == 1


async def test_another_body_under_the_key_is_refused(db, key):
    await write(db, key())
    with pytest.raises(KeyReused):
        await write(db, key(body=b"[]"))


async def test_the_same_text_elsewhere_is_another_key(db, key):
    await write(db, key())
    await write(db, key(route="POST /places"))
    await write(db, key(business="flagship"))
    assert await written(db) == 3


async def test_two_at_once_happen_once_and_both_are_answered(db, key):
    answers = await asyncio.gather(*[write(db, key()) for _ in range(5)])
    assert set(answers) == {Answer(201, b"made")}
    assert await written(db) == 1


async def test_waiting_for_the_first_ends_with_in_flight(db, key):
    go_on, worked = asyncio.Event(), asyncio.Event()

    async def slow_answer():
        worked.set()
        await go_on.wait()

    first = asyncio.create_task(write(db, key(), after=slow_answer))
    await worked.wait()
    with pytest.raises(InFlight):
        await write(db, key(), wait_s_max=0.1)
    go_on.set()
    assert await first == Answer(201, b"made")
    assert await written(db) == 1


async def test_work_that_breaks_after_it_was_done_is_never_done_twice(db, key):
    async def die():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write(db, key(), after=die)
    status, body = await write(db, key())
    assert (status, json.loads(body)["code"]) == (409, "idempotency.answer_lost")
    assert await written(db) == 1


async def test_a_fault_after_the_work_was_done_invites_nobody_to_do_it_again(db, key):
    async def made_then_failed():
        await write_once(db)
        return Answer(503, b"try again")

    assert await answer_once(db, key(), made_then_failed) == (Answer(503, b"try again"), False)
    again, repeated = await answer_once(db, key(), made_then_failed)
    assert (again.status, repeated) == (409, True)
    assert await written(db) == 1


async def test_an_answer_that_died_with_its_process_is_told_as_lost(db, key):
    died = asyncio.Event()

    async def hang():
        died.set()
        await asyncio.Event().wait()

    first = asyncio.create_task(write(db, key(), after=hang))
    await died.wait()
    first.cancel()  # as kill -9 does, this leaves the key without its answer
    with pytest.raises(asyncio.CancelledError):
        await first

    with pytest.raises(InFlight):
        await write(db, key(), wait_s_max=0.1, work_s_max=60)
    with pytest.raises(AnswerLost):
        await write(db, key(), wait_s_max=0.1, work_s_max=0)
    assert await written(db) == 1


async def test_an_answer_that_cannot_be_kept_is_given_all_the_same(db, key, monkeypatch):
    async def made_and_cut_off():
        await write_once(db)
        monkeypatch.setattr(db, "transaction", unreachable)
        return Answer(201, b"made")

    @asynccontextmanager
    async def unreachable():
        raise DatabaseUnavailable
        yield

    assert await answer_once(db, key(), made_and_cut_off) == (Answer(201, b"made"), False)


async def test_work_that_only_reads_leaves_no_key(db, key):
    async def look():
        async with db.transaction() as tx:
            await tx.raw.fetch("SELECT * FROM toy.stock")
        return Answer(404, b"nothing")

    assert await answer_once(db, key(), look) == (Answer(404, b"nothing"), False)
    assert await write(db, key()) == Answer(201, b"made")


async def test_work_that_fails_leaves_no_key(db, key):
    async def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write(db, key(), work=fail)
    assert await write(db, key()) == Answer(201, b"made")


@pytest.mark.parametrize("text", ["", "x" * 201, "line\nbreak", "nul\0", "snö", "\ud800"])
def test_a_key_that_cannot_be_a_header_is_refused(key, text):
    with pytest.raises(KeyMalformed):
        key(text)


async def test_keys_are_forgotten_after_a_week(platform, key):
    db = platform.db
    await write(db, key("old"))
    await write(db, key("young"))
    async with db.transaction() as tx:
        await tx.raw.execute(
            "UPDATE kernel.idempotency SET created_at = now() - interval '8 days' WHERE scope = $1",
            key("old").scope,
        )

    await forget(platform)

    async with db.transaction() as tx:
        assert await tx.raw.fetchval("SELECT count(*) FROM kernel.idempotency") == 1
