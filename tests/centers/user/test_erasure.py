"""Being forgotten: asked for, taken back, waited for, done; and everything that is held, in one file."""

import asyncio
import json
from datetime import timedelta

import pytest

from hansa.centers.user import api
from hansa.centers.user.errors import (
    ErasureNotFound,
    ExportNotFound,
    ExportNotReady,
    FreshLogInWanted,
    WrongCredentials,
)
from hansa.centers.user.extensions import ERASE, MAY_ERASE
from hansa.centers.user.plug import USER
from hansa.centers.user.types import Address
from hansa.kernel.context import Traffic
from hansa.kernel.deadlines import run_due
from hansa.kernel.extension import Veto
from hansa.kernel.runner import Runner

PASSWORD = "correct horse battery"
DOOR = Address(
    recipient="Ada Lovelace",
    phone="13800138000",
    country="CN",
    region="浙江省",
    city="杭州市",
    street="文一西路 969 号",
)


async def pass_time(house, span):
    """Let time pass for the platform, and what falls due happen."""
    moved = house.clocks.moved().get(("", "sandbox"), (timedelta(), None))[0]
    async with house.db.transaction() as tx:
        await house.clocks.move(tx, business="", traffic=Traffic.SANDBOX, offset=moved + span)
    await run_due(house.platform, {kind.kind: kind for kind in USER.deadlines})


async def test_ada_asks_to_be_forgotten_and_is(house):
    ada = await house.person(name="Ada Lovelace")
    address = await api.add_address(ada, DOOR)
    async with house.db.transaction() as tx:
        version = (await api.freeze_address(tx, ada, address)).version
        name = (await api.pairwise_ids(tx, ada, party_ids=[ada.actor.party]))[ada.actor.party]
    asked = await api.request_erasure(ada)
    assert asked.waits_for is None
    assert await api.request_erasure(ada) == asked  # again: nothing changes

    await pass_time(house, timedelta(days=13, hours=23))
    await api.prove(ada, password=PASSWORD)  # until then everything works
    await pass_time(house, timedelta(hours=2))

    with pytest.raises(WrongCredentials):
        await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)
    assert await house.rows('SELECT 1 FROM "user".token WHERE ended_at IS NULL') == []
    async with house.db.transaction() as tx:
        kept = (await api.frozen_addresses(tx, ada, [version]))[version]
        assert await api.contacts(tx, [ada.actor.party]) == {}
        assert await api.pairwise_ids(tx, ada, party_ids=[ada.actor.party]) == {}
        assert await api.parties_of_pairwise(tx, ada, pairwise_ids=[name]) == {}
    assert (kept.country, kept.recipient, kept.street, kept.phone) == ("CN", "", "", "")
    assert (await house.told())[-1] == "user.party_erased"
    assert await house.verify() == []
    again = await house.person(name="Ada Lovelace")  # the address is free, and leads to nobody's past
    assert again.actor.party != ada.actor.party


async def test_she_stays_after_all(house):
    ada = await house.person()
    with pytest.raises(ErasureNotFound):
        await api.cancel_erasure(ada)
    await api.request_erasure(ada)
    await api.cancel_erasure(ada)
    with pytest.raises(ErasureNotFound):
        await api.erasure(ada)
    await pass_time(house, timedelta(days=30))
    assert (await api.me(ada)).name == "Ada"


async def test_what_is_open_is_waited_for_and_named(houses):
    still_open = [True]

    async def open_orders(tx, commands):
        veto = Veto("trade.order_open", "An order is still on its way.")
        return [veto if still_open[0] else None for _ in commands]

    house = await houses(answers=[MAY_ERASE.by(open_orders)])
    ada = await house.person()
    asked = await api.request_erasure(ada)
    assert (asked.waits_for, asked.reason) == ("trade.order_open", "An order is still on its way.")
    await pass_time(house, timedelta(days=15))
    assert (await api.erasure(ada)).waits_for == "trade.order_open"
    still_open[0] = False
    await pass_time(house, timedelta(hours=25))
    with pytest.raises(WrongCredentials):
        await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)


async def test_every_center_forgets_in_the_same_transaction_and_once_more_later(houses):
    asked, fails = [], [True]

    async def forget(tx, commands):
        asked.extend(command.parties for command in commands)
        if fails[0]:
            raise RuntimeError("not now")
        return [("test.note",) for _ in commands]

    house = await houses(answers=[ERASE.by(forget)])
    guest = await house.guest()
    started = await api.sign_up(guest, email="ada@example.com", password=PASSWORD, name="Ada")
    ada = house.ctx(await house.whoever(started.token))
    await api.request_erasure(ada)
    await pass_time(house, timedelta(days=15))
    assert (
        await api.me(ada)
    ).name == "Ada"  # one center failed: nothing happened anywhere, and it is tried again
    fails[0] = False
    asked.clear()
    async with house.db.transaction() as tx:
        await tx.raw.execute("UPDATE kernel.deadline SET retry_at = NULL")
    await pass_time(house, timedelta())
    assert asked == [(ada.actor.party, guest.actor.party)]
    assert await house.rows("""SELECT 1 FROM "user".party WHERE state <> 'erased'""") == []
    await pass_time(house, timedelta(days=9))  # what was on its way has arrived by now
    assert asked == [(ada.actor.party, guest.actor.party)] * 2


async def test_linked_accounts_are_forgotten_with_the_person(house):
    ada, old = await house.person(), await house.person("old@example.com")
    await api.link_party(ada, code=await api.offer_link(old))
    await api.request_erasure(ada)
    await pass_time(house, timedelta(days=15))
    assert await house.rows('SELECT 1 FROM "user".email_key') == []
    assert await house.verify() == []


async def test_asking_and_taking_back_at_once(house):
    ada = await house.person()
    await api.request_erasure(ada)
    outcomes = await asyncio.gather(*(api.cancel_erasure(ada) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["ErasureNotFound"] * 3 + ["NoneType"]


async def test_everything_that_is_held_comes_in_one_file(house):
    ada, bob = await house.person(name="Ada Lovelace"), await house.person("bob@example.com")
    await api.add_address(ada, DOOR)
    with pytest.raises(ExportNotFound):
        await api.export_state(ada)
    asked = await api.request_export(ada)
    assert (asked.state, (await api.request_export(ada)).requested_at) == ("waiting", asked.requested_at)
    with pytest.raises(ExportNotReady):
        await api.download_export(ada)

    await Runner(house.platform, USER.jobs).run_all()

    assert (await api.export_state(ada)).state == "ready"
    held = json.loads(await api.download_export(ada))
    kinds = {record["kind"] for record in held["records"]}
    assert {"user.account", "user.address", "user.session"} <= kinds
    assert "文一西路 969 号" in json.dumps(held, ensure_ascii=False)
    assert "user.export_ready" in await house.told()
    with pytest.raises(ExportNotFound):
        await api.download_export(bob)
    await house.later(timedelta(hours=1))
    with pytest.raises(FreshLogInWanted):
        await api.download_export(ada)
    await house.later(timedelta(days=8))
    with pytest.raises(ExportNotFound):
        await api.export_state(ada)


async def test_an_export_goes_with_the_person(house):
    ada = await house.person()
    await api.request_export(ada)
    await Runner(house.platform, USER.jobs).run_all()
    await api.request_erasure(ada)
    await pass_time(house, timedelta(days=15))
    assert await house.rows('SELECT 1 FROM "user".export') == []
    await Runner(house.platform, USER.jobs).run_all()
