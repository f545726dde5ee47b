"""Guests: what is held about them they may have and have erased, and nobody who left is remembered for ever."""

import asyncio
import json
from datetime import timedelta

import msgspec
import pytest

from centers.user.conftest import CHEAP
from hansa.centers.user import api
from hansa.centers.user._rules.tokens import token_hash
from hansa.centers.user._service.sessions import Sessions
from hansa.centers.user.errors import ErasureNotFound
from hansa.centers.user.extensions import ERASE, MAY_ERASE
from hansa.centers.user.plug import USER
from hansa.centers.user.types import Address
from hansa.kernel.context import GUEST, Traffic
from hansa.kernel.deadlines import run_due
from hansa.kernel.extension import Veto
from hansa.kernel.problem import Forbidden, Unauthenticated
from hansa.kernel.runner import Runner

PASSWORD = "correct horse battery"
DOOR = Address(
    recipient="Zoe Zephyr",
    phone="13800138000",
    country="CN",
    region="浙江省",
    city="杭州市",
    street="文一西路 969 号",
)
NAMED = """SELECT party_id FROM "user".person UNION SELECT party_id FROM "user".address"""
ERASED = """SELECT party_id FROM "user".party WHERE state = 'erased'"""


async def visitor(house, name="Zoe Zephyr"):
    """A guest who left a name and an address."""
    guest = await house.guest()
    await api.introduce(guest, name=name, email=f"{name[:3].lower()}@example.com")
    await api.add_address(guest, DOOR)
    return guest


async def pass_time(house, span):
    """Let time pass for the platform, and what falls due happen."""
    moved = house.clocks.moved().get(("", "sandbox"), (timedelta(), None))[0]
    async with house.db.transaction() as tx:
        await house.clocks.move(tx, business="", traffic=Traffic.SANDBOX, offset=moved + span)
    await run_due(house.platform, {kind.kind: kind for kind in USER.deadlines})


async def tidy(house):
    """What a running process does by itself: forget guests who left."""
    (job,) = [job for job in USER.jobs if job.name == "user.forget_guests"]
    await job.run(house.platform, b"")


async def parties(house, sql):
    return {row["party_id"] for row in await house.rows(sql)}


async def test_a_guest_takes_along_what_is_held(house):
    guest = await visitor(house)

    await api.request_export(guest)
    await Runner(house.platform, USER.jobs).run_all()

    held = json.loads(await api.download_export(guest))
    assert "Zoe Zephyr" in json.dumps(held)
    assert "文一西路 969 号" in json.dumps(held, ensure_ascii=False)


async def test_a_guest_asks_to_be_forgotten_and_is(house):
    guest, other = await visitor(house), await visitor(house, "Max Meyer")
    asked = await api.request_erasure(guest)
    assert await api.erasure(guest) == asked
    await api.cancel_erasure(guest)
    with pytest.raises(ErasureNotFound):
        await api.erasure(guest)

    await api.request_erasure(guest)
    await pass_time(house, timedelta(days=15))

    assert await parties(house, ERASED) == {guest.party()}
    assert await parties(house, NAMED) == {other.party()}
    assert await house.rows('SELECT 1 FROM "user".token WHERE ended_at IS NULL') != []
    assert await house.verify() == []


async def test_only_the_guests_own_living_session_asks(house):
    guest = await visitor(house)
    await api.request_export(guest)
    await Runner(house.platform, USER.jobs).run_all()
    await api.log_out(guest)

    for ask in (api.request_export, api.download_export, api.request_erasure):
        with pytest.raises(Unauthenticated):
            await ask(guest)
        with pytest.raises(Unauthenticated):
            await ask(house.ctx(GUEST))


async def test_an_app_asks_for_nothing(house):
    ada = await house.person()
    app = await api.register_app(ada, name="Till")
    acting = ada.with_(actor=msgspec.structs.replace(ada.actor, kind="app", party=app))

    for ask in (api.request_export, api.request_erasure):
        with pytest.raises(Forbidden):
            await ask(acting)


async def test_who_logs_in_is_no_guest_any_more_whatever_the_guest_wished(house):
    guest = await visitor(house)
    await api.request_export(guest)
    await Runner(house.platform, USER.jobs).run_all()
    await api.request_erasure(guest)

    started = await api.sign_up(guest, email="ada@example.com", password=PASSWORD, name="Ada")
    ada = house.ctx(await house.whoever(started.token))

    assert await house.rows('SELECT 1 FROM "user".export') == []  # it is the account's to ask for
    with pytest.raises(ErasureNotFound):
        await api.erasure(ada)
    await pass_time(house, timedelta(days=15))
    assert await parties(house, ERASED) == set()
    assert [one.address for one in await api.addresses(ada)] == [DOOR]
    assert await house.rows('SELECT 1 FROM "user".erasure') == []


async def test_guests_who_left_are_forgotten_and_nobody_else(house):
    ada, gone = await house.person(), await visitor(house)
    await house.later(timedelta(days=80))
    stays = await visitor(house, "Max Meyer")
    await tidy(house)
    assert await parties(house, ERASED) == set()

    await house.later(timedelta(days=91))
    await tidy(house)
    await tidy(house)

    assert await parties(house, ERASED) == {gone.party()}
    assert await parties(house, NAMED) == {ada.party(), stays.party()}
    assert (await house.told()).count("user.party_erased") == 1
    assert await house.verify() == []


async def test_who_comes_back_is_kept_however_long_ago_it_began(house):
    began = await api.start_guest(house.ctx())
    for days in (29, 58, 87, 116):
        await house.later(timedelta(days=days))
        house.platform.service(Sessions).forget([token_hash(began.token)])
        assert await house.whoever(began.token) is not None

    await tidy(house)

    assert await parties(house, ERASED) == set()


async def test_the_last_visit_is_remembered_as_long_as_it_counts(house):
    began = await api.start_guest(house.ctx())
    await Runner(house.platform, USER.jobs).run_all()
    assert await house.whoever(began.token) is not None
    # Real time: the guest began long ago, was here 70 days ago, and that session is dead by far.
    await house.rows("""UPDATE "user".party SET created_at = now() - interval '200 days' RETURNING 1""")
    await house.rows(
        """UPDATE "user".token SET created_at = now() - interval '200 days', seen_at = now() - interval '70 days',
                  expires_at = now() - interval '40 days', ends_at = now() - interval '20 days' RETURNING 1"""
    )
    await run_job(house, "user.forget_unneeded")

    await tidy(house)
    assert await parties(house, ERASED) == set()

    await house.rows("""UPDATE "user".token SET seen_at = now() - interval '91 days' RETURNING 1""")
    await tidy(house)
    assert await parties(house, ERASED) == {began.actor.party}
    await run_job(house, "user.forget_unneeded")
    assert await house.rows('SELECT 1 FROM "user".token') == []


async def run_job(house, name):
    (job,) = [job for job in USER.jobs if job.name == name]
    await job.run(house.platform, b"")


async def test_what_is_open_is_waited_for(houses):
    still_open = [True]

    async def open_orders(tx, commands):
        veto = Veto("trade.order_open", "An order is still on its way.")
        return [veto if still_open[0] else None for _ in commands]

    house = await houses(answers=[MAY_ERASE.by(open_orders)])
    guest = await visitor(house)
    await house.later(timedelta(days=91))
    await tidy(house)
    assert await parties(house, ERASED) == set()

    still_open[0] = False
    await tidy(house)
    assert await parties(house, ERASED) == {guest.party()}


async def test_the_operator_says_how_long(houses):
    house = await houses(settings=msgspec.structs.replace(CHEAP, guest_kept=timedelta(days=7)))
    guest = await visitor(house)
    await house.later(timedelta(days=8))

    await tidy(house)

    assert await parties(house, ERASED) == {guest.party()}
    assert await house.whoever("hss_nobody") is None
    assert await house.rows('SELECT 1 FROM "user".token WHERE ended_at IS NULL') == []


async def test_many_are_forgotten_in_batches_by_two_processes_and_each_once(houses):
    asked = []

    async def forget(tx, commands):
        asked.append([party for command in commands for party in command.parties])
        return [() for _ in commands]

    one = await houses(answers=[ERASE.by(forget)])
    other = await houses(answers=[ERASE.by(forget)])
    guests = {(await one.guest()).party() for _ in range(250)}
    await one.later(timedelta(days=91))
    async with other.db.transaction() as tx:
        await other.clocks.refresh(tx)

    await asyncio.gather(tidy(one), tidy(other))

    assert await parties(one, ERASED) == guests
    assert sorted(party for batch in asked for party in batch) == sorted(guests)
    assert max(len(batch) for batch in asked) <= 100
    assert (await one.told()).count("user.party_erased") == 250
    await pass_time(one, timedelta(days=9))  # what was on its way has arrived by now
    assert len([party for batch in asked for party in batch]) == 500


async def test_whoever_acts_while_the_job_runs_is_not_forgotten(house):
    guest = await visitor(house)
    await house.later(timedelta(days=91))
    signed_up = api.sign_up(guest, email="ada@example.com", password=PASSWORD, name="Ada")

    await asyncio.gather(tidy(house), signed_up, return_exceptions=True)

    (state,) = await house.rows('SELECT state FROM "user".party WHERE party_id = $1', guest.party())
    erased = await parties(house, ERASED)
    assert state["state"] in {"merged", "erased"}
    assert erased <= {guest.party()}
    assert await house.verify() == []
