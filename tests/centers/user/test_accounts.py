"""People sign up, log in, come as guests and go."""

import asyncio
from datetime import timedelta

import pytest

from hansa.centers.user import api
from hansa.centers.user._service.passwords import Passwords
from hansa.centers.user.errors import (
    EmailTaken,
    PartyNotFound,
    RiskRefused,
    Suspended,
    TooManyAttempts,
    WrongCredentials,
)
from hansa.centers.user.extensions import ASSESS_RISK, GRANTS, MERGE_GUEST, PERSONAL_DATA, Grant
from hansa.centers.user.types import Accounts, Address, PersonalRecord, Risk, Role
from hansa.kernel.context import ActorKind
from hansa.kernel.problem import Busy, Forbidden, Invalid, Unauthenticated

PASSWORD = "correct horse battery"
DOOR = Address(
    recipient="Ada",
    phone="13800138000",
    country="CN",
    region="浙江省",
    city="杭州市",
    street="文一西路 969 号",
)


async def test_ada_signs_up_logs_out_and_logs_in_again(house):
    first = await api.sign_up(house.ctx(), email=" Ada@Example.com", password=PASSWORD, name="Ada  L.")
    ada = house.ctx(await house.whoever(first.token))
    assert ada.actor.kind is ActorKind.PERSON
    me = await api.me(ada)
    assert (me.name, me.email) == ("Ada L.", "Ada@example.com")

    await api.log_out(ada)
    assert await house.whoever(first.token) is None
    await api.log_out(ada)  # again: nothing happens

    second = await api.log_in(house.ctx(), email="ADA@EXAMPLE.COM", password=PASSWORD)
    assert (await house.whoever(second.token)).party == ada.actor.party
    assert await house.told() == [
        "user.party_signed_up", "user.proof_issued", "user.session_started",
        "user.session_ended", "user.session_started",
    ]  # fmt: skip
    assert await house.verify() == []


async def test_every_wrong_field_is_named_at_once(house):
    with pytest.raises(Invalid) as refused:
        await api.sign_up(house.ctx(), email="ada", password="x", name="\0")
    assert {error.field for error in refused.value.errors} == {"email", "password", "name"}


async def test_two_sign_ups_with_one_address_at_once(houses):
    one, other = await houses(), await houses()
    attempts = [
        api.sign_up(house.ctx(), email=email, password=PASSWORD, name="Ada")
        for house, email in [(one, "ada@example.com"), (other, "ADA@example.com")] * 4
    ]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EmailTaken"] * 7 + ["LoggedIn"]
    assert len(await one.rows('SELECT 1 FROM "user".party')) == 1
    assert await one.verify() == []


async def test_a_wrong_password_and_an_unknown_address_look_the_same(house):
    await house.person()
    problems = []
    for email, password in [
        ("ada@example.com", "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("no address at all", PASSWORD),
        ("ada@example.com", "x" * 5000),
        ("ada@example.com", "\ud800"),
        ("\ud800", PASSWORD),
        ("ada\0@example.com", PASSWORD),
    ]:
        with pytest.raises(WrongCredentials) as refused:
            await api.log_in(house.ctx(), email=email, password=password)
        problems.append(refused.value.to_json())
    assert len(set(problems)) == 1


async def test_an_unknown_address_costs_as_many_hashes_as_a_known_one(house, monkeypatch):
    await house.person()
    passwords, hashed = house.platform.service(Passwords), list[str]()
    verify = passwords._hasher.verify_and_update

    def counted(password, password_hash):
        hashed.append(password_hash)
        return verify(password, password_hash)

    monkeypatch.setattr(passwords._hasher, "verify_and_update", counted)
    for email in ("ada@example.com", "nobody@example.com", "no address at all"):
        with pytest.raises(WrongCredentials):
            await api.log_in(house.ctx(), email=email, password="wrong password")
    assert len(hashed) == 3
    assert len({stored.rpartition("$")[0].rpartition("$")[0] for stored in hashed}) == 1  # the same cost
    assert len({len(stored) for stored in hashed}) == 1  # and of the same size


async def test_guessing_is_stopped_also_when_done_all_at_once(house):
    await house.person()
    guesses = [api.log_in(house.ctx(), email="ada@example.com", password=f"guess {n} {n}") for n in range(12)]
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == (
        ["TooManyAttempts"] * 7 + ["WrongCredentials"] * 5
    )
    with pytest.raises(TooManyAttempts) as refused:
        await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)
    assert 0 < refused.value.extras["retry_after_s"] <= 15 * 60 + 1

    await house.later(timedelta(minutes=16))
    assert (await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)).token


async def test_the_right_password_starts_the_count_anew(house):
    await house.person()
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(WrongCredentials):
                await api.log_in(house.ctx(), email="ada@example.com", password="wrong password")
        await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)


async def test_a_weak_hash_is_replaced_at_the_next_log_in(houses):
    await (await houses()).person()
    stronger = await houses(settings=Accounts(hash_memory_kib=128, hash_passes=2))
    (before,) = await stronger.rows('SELECT hash FROM "user".password')
    await api.log_in(stronger.ctx(), email="ada@example.com", password=PASSWORD)
    (after,) = await stronger.rows('SELECT hash FROM "user".password')
    assert "m=64,t=1" in before["hash"]
    assert "m=128,t=2" in after["hash"]
    await api.log_in(stronger.ctx(), email="ada@example.com", password=PASSWORD)


async def test_hashing_leaves_the_event_loop_free(houses):
    house = await houses(settings=Accounts(hash_memory_kib=65_536, hash_passes=3))
    running = asyncio.ensure_future(house.platform.service(Passwords).hash(PASSWORD))
    turns = 0
    while not running.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10


async def test_too_many_hashes_at_once_are_refused_and_not_queued_for_ever(house):
    passwords = house.platform.service(Passwords)
    outcomes = await asyncio.gather(
        *(passwords.hash(f"{PASSWORD} {n}") for n in range(100)), return_exceptions=True
    )
    kinds = {kind: sum(type(outcome) is kind for outcome in outcomes) for kind in (str, Busy)}
    assert kinds == {str: 66, Busy: 34}
    assert await passwords.hash(PASSWORD)


async def test_the_risk_point_can_refuse_and_never_sees_the_address(houses):
    asked = []

    async def no_log_ins(ctx, attempt) -> Risk:
        asked.append(attempt)
        return Risk(allowed=attempt.action != "user.log_in", reason="test.no_log_ins")

    house = await houses(answers=[ASSESS_RISK.by(no_log_ins)])
    await house.person()
    with pytest.raises(RiskRefused) as refused:
        await api.log_in(house.ctx(), email="Ada@example.com", password=PASSWORD)
    assert refused.value.extras["reason"] == "test.no_log_ins"
    assert asked[0].subject == asked[1].subject
    assert "ada" not in asked[0].subject


async def test_a_guests_things_come_along_at_log_in_once(houses):
    merges = []

    async def take_the_cart(tx, commands):
        merges.extend(commands)
        return [("trade.cart",) for _ in commands]

    house = await houses(answers=[MERGE_GUEST.by(take_the_cart)])
    ada = await house.person()
    arrived = await api.start_guest(house.ctx())
    guest = house.ctx(arrived.actor)
    assert guest.actor.kind is ActorKind.GUEST
    await api.add_address(guest, DOOR)
    await api.introduce(guest, name="Somebody", email="somebody@example.com")
    assert await house.whoever(arrived.token)

    logged_in = await asyncio.gather(
        *(api.log_in(guest, email="ada@example.com", password=PASSWORD) for _ in range(3))
    )
    assert {started.actor.party for started in logged_in} == {ada.actor.party}
    assert [(merge.guest, merge.party) for merge in merges] == [(guest.actor.party, ada.actor.party)]
    assert await house.whoever(arrived.token) is None
    assert [entry.address.recipient for entry in await api.addresses(ada)] == ["Ada"]
    assert await api.addresses(guest) == []
    async with house.db.transaction() as tx:
        assert await api.merged_guests(tx, ada.actor.party) == [guest.actor.party]
        reached = await api.contacts(tx, [guest.actor.party])
    assert reached[guest.actor.party].email == "ada@example.com"
    (merged,) = await house.rows("SELECT payload FROM kernel.outbox WHERE topic = 'user.guest_merged'")
    assert merged["payload"]["taken"] == ["user.address", "trade.cart"]
    assert await house.verify() == []


async def test_a_guest_signs_up_and_keeps_the_address(house):
    guest = await house.guest()
    await api.add_address(guest, DOOR)
    started = await api.sign_up(guest, email="ada@example.com", password=PASSWORD, name="Ada")
    assert len(await api.addresses(house.ctx(started.actor))) == 1
    assert "user.guest_merged" in await house.told()


async def test_a_merge_that_fails_leaves_the_guest_as_it_was(houses):
    async def cannot(tx, commands):
        raise RuntimeError("the cart is on fire")

    house = await houses(answers=[MERGE_GUEST.by(cannot)])
    arrived = await api.start_guest(house.ctx())
    guest = house.ctx(arrived.actor)
    with pytest.raises(Exception, match=r"not answering|on fire"):
        await api.sign_up(guest, email="ada@example.com", password=PASSWORD, name="Ada")
    assert await house.whoever(arrived.token)
    assert await house.rows('SELECT 1 FROM "user".email_key') == []


async def test_a_guest_may_leave_an_address_but_an_account_keeps_its_own(house):
    guest = await house.guest()
    me = await api.introduce(guest, name="Grace", email="grace@example.com", locale="zh-Hans")
    assert (me.email, me.locale) == ("grace@example.com", "zh-Hans")
    async with house.db.transaction() as tx:
        contacts = await api.contacts(tx, [guest.actor.party])
    assert contacts[guest.actor.party].email == "grace@example.com"

    ada = await house.person()
    with pytest.raises(Forbidden):
        await api.introduce(ada, name="Ada", email="other@example.com")
    assert (await api.introduce(ada, name="Ada King")).name == "Ada King"
    # A guest's address logs nobody in and takes it from nobody.
    await house.person("grace@example.com", name="Grace H.")


async def test_a_suspended_person_neither_acts_nor_logs_in(houses, acting_with):
    one, other = await houses(), await houses()
    started = await api.sign_up(one.ctx(), email="ada@example.com", password=PASSWORD, name="Ada")
    ada = await other.whoever(started.token)
    with pytest.raises(Forbidden):
        await api.suspend(acting_with(await one.person("eve@example.com")), party=ada.party)
    await api.suspend(one.system, party=ada.party)
    assert await one.whoever(started.token) is None
    with pytest.raises(Suspended):
        await api.log_in(one.ctx(), email="ada@example.com", password=PASSWORD)
    with pytest.raises(WrongCredentials):
        await api.log_in(one.ctx(), email="ada@example.com", password="wrong password")
    await api.reinstate(one.system, party=ada.party)
    assert await one.whoever(started.token)
    with pytest.raises(PartyNotFound):
        await api.suspend(one.system, party=one.system.actor.party or ada.session)


async def test_roles_carry_permissions_and_centers_add_theirs(houses):
    async def staff_of_a_shop(ctx, parties):
        of_one_shop = "shop.staff.manage@shop:00000000-0000-0000-0000-000000000001"
        return [Grant(party, of_one_shop) for party in parties]

    house = await houses(answers=[GRANTS.by(staff_of_a_shop)])
    await house.operator()
    started = await api.sign_up(house.ctx(), email="ada@example.com", password=PASSWORD, name="Ada")
    before = len(await house.told())
    ada = await house.whoever(started.token)
    assert ada.grants == {"shop.staff.manage@shop:00000000-0000-0000-0000-000000000001"}
    await api.grant_role(house.system, party=ada.party, role=Role.OPERATOR)
    assert {"user.role.grant", "user.party.suspend", "platform.outbox.settle"} <= (
        await house.whoever(started.token)
    ).grants
    await api.grant_role(house.system, party=ada.party, role=Role.OPERATOR)  # again: nothing happens
    await api.revoke_role(house.system, party=ada.party, role=Role.OPERATOR)
    assert "user.role.grant" not in (await house.whoever(started.token)).grants
    assert (await house.told())[before:] == ["user.role_granted", "user.role_revoked"]


async def test_a_person_sees_everything_that_is_held(houses):
    async def held_by_trade(ctx, party):
        return [PersonalRecord(kind="trade.order", content={"note": "ring twice"})]

    house = await houses(answers=[PERSONAL_DATA.by(held_by_trade)])
    ada = await house.person()
    address_id = await api.add_address(ada, DOOR)
    await api.remove_address(ada, address_id=address_id)
    data = await api.export_personal_data(ada)
    kinds = [record.kind for record in data.records]
    assert kinds == ["user.account", "user.address", "user.session", "trade.order"]
    assert data.records[0].content["email"] == "ada@example.com"


async def test_events_and_problems_hold_nothing_personal(house):
    guest = await house.guest()
    await api.introduce(guest, name="Ada Lovelace", email="ada@example.com")
    ada = house.ctx(
        (await api.sign_up(guest, email="ada@example.com", password=PASSWORD, name="Ada Lovelace")).actor
    )
    await api.add_address(ada, DOOR)
    with pytest.raises(EmailTaken) as refused:
        await api.sign_up(house.ctx(), email="ada@example.com", password=PASSWORD, name="Ada")
    told = str(await house.rows("SELECT * FROM kernel.outbox")) + refused.value.to_json().decode()
    for personal in ("ada@", "Ada", "Lovelace", "example", "13800138000", "杭州", PASSWORD):
        assert personal not in told


async def test_who_is_nobody_is_asked_to_log_in(house):
    with pytest.raises(Unauthenticated):
        await api.me(house.ctx())
    with pytest.raises(Unauthenticated):
        await api.log_out(house.ctx())
