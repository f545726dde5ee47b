"""Looking after people: roles given and taken, suspension, and who did what with whom."""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from hansa.centers.user import api
from hansa.centers.user._service.people import operators_hand_over
from hansa.centers.user.errors import LastOperator, PartyNotFound
from hansa.centers.user.extensions import MAY_ERASE
from hansa.centers.user.types import Act, Role
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

LOOK_AFTER = ("user.party.read", "user.party.suspend")
GIVE = (*LOOK_AFTER, "user.role.grant")


@pytest.fixture
def party():
    return lambda ctx: ctx.actor.party


async def test_somebody_is_found_by_address_and_that_is_kept(house, acting_with, party):
    ada = await house.person("Ada@Example.com")
    mei = acting_with(await house.person("mei@example.com"), *LOOK_AFTER)

    found = await api.party_by_email(mei, email=" ada@example.COM ")
    nobody = await api.party_by_email(mei, email="eve@example.com")
    seen, history = await api.party_by_id(mei, party=party(ada))

    assert (found.id, found.name, found.email_verified, found.roles) == (party(ada), "Ada", False, ())
    assert nobody is None
    assert seen == found
    assert [(one.act, one.by) for one in history] == [(Act.SEEN, f"person:{party(mei)}")]
    kept = await house.rows('SELECT party_id, act, by FROM "user".audit_entry ORDER BY entry_id')
    assert [row["party_id"] for row in kept] == [party(ada), None]  # once an hour
    assert "eve" not in str(kept)
    await house.later(timedelta(hours=1, minutes=1))
    await api.party_by_id(mei, party=party(ada))
    assert len(await house.rows('SELECT FROM "user".audit_entry')) == 3


async def test_only_who_may_finds_people(house, party):
    ada = await house.person()
    for call in (
        partial(api.party_by_email, email="ada@example.com"),
        partial(api.party_by_id, party=party(ada)),
        api.role_holders,
    ):
        with pytest.raises(Forbidden):
            await call(ada)
        with pytest.raises(Unauthenticated):
            await call(house.ctx())
    with pytest.raises(Invalid):
        await api.party_by_email(house.system, email="no address")
    with pytest.raises(PartyNotFound):
        await api.party_by_id(house.system, party=ada.actor.session)


async def test_who_holds_a_role_is_listed_page_by_page(house, party):
    people = [await house.person(f"p{at}@example.com") for at in range(3)]
    for one in people:
        await api.grant_role(house.system, party=party(one), role=Role.SUPPORT, by="cli:root")
    await api.grant_role(house.system, party=party(people[1]), role=Role.FINANCE)

    first = await api.role_holders(house.system, limit=2)
    second = await api.role_holders(house.system, limit=2, cursor=first.cursor)
    finance = await api.role_holders(house.system, role=Role.FINANCE)

    assert [one.id for one in (*first.items, *second.items)] == sorted(party(one) for one in people)
    assert second.cursor is None
    (only,) = finance.items
    assert [(held.role, held.granted_by) for held in only.roles] == [
        (Role.FINANCE, "system"),
        (Role.SUPPORT, "cli:root"),
    ]


async def test_who_holds_a_role_is_suspended_by_nobody_who_could_not_give_it(house, acting_with, party):
    chief = acting_with(await house.person("chief@example.com"), *GIVE)
    helper = acting_with(await house.person("helper@example.com"), *LOOK_AFTER)
    clerk = await house.person("clerk@example.com")
    await api.grant_role(chief, party=party(chief), role=Role.OPERATOR)
    await api.grant_role(chief, party=party(clerk), role=Role.FINANCE)

    for one in (chief, clerk):
        with pytest.raises(Forbidden):
            await api.suspend(helper, party=party(one))
    await api.suspend(chief, party=party(clerk))
    with pytest.raises(Forbidden):  # it would give the role back
        await api.reinstate(helper, party=party(clerk))
    await api.reinstate(chief, party=party(clerk))

    buyer = await house.person("buyer@example.com")
    await api.suspend(helper, party=party(buyer))
    await api.reinstate(helper, party=party(buyer))
    _, history = await api.party_by_id(chief, party=party(buyer))
    assert [(one.act, one.by) for one in history] == [
        (Act.REINSTATED, f"person:{party(helper)}"),
        (Act.SUSPENDED, f"person:{party(helper)}"),
    ]


async def test_the_last_operator_stays(houses, acting_with, party):
    house = await houses(answers=[MAY_ERASE.by(operators_hand_over)])
    chief = acting_with(await house.person("chief@example.com"), *GIVE)
    other = acting_with(await house.person("other@example.com"), *GIVE)
    await api.grant_role(house.system, party=party(chief), role=Role.OPERATOR)

    for ctx in (chief, house.system):
        with pytest.raises(LastOperator):
            await api.revoke_role(ctx, party=party(chief), role=Role.OPERATOR)
        with pytest.raises(LastOperator):
            await api.suspend(ctx, party=party(chief))
    wished = await api.request_erasure(chief)
    assert wished.waits_for == "user.runs_the_house"

    await api.grant_role(chief, party=party(other), role=Role.OPERATOR)
    await api.suspend(chief, party=party(other))
    with pytest.raises(LastOperator):  # who is suspended runs nothing
        await api.revoke_role(chief, party=party(chief), role=Role.OPERATOR)
    await api.reinstate(chief, party=party(other))
    await api.revoke_role(chief, party=party(chief), role=Role.OPERATOR)
    assert (await api.request_erasure(chief)).waits_for is None
    assert [one.id for one in (await api.role_holders(house.system)).items] == [party(other)]


@pytest.mark.parametrize("how", ["revoke", "suspend", "mixed"])
async def test_two_operators_do_not_end_each_other_at_once(houses, party, how):
    here, there = await houses(), await houses()
    for turn in range(6):
        pair = [await here.person(f"{how}{turn}{side}@example.com") for side in "ab"]
        for one in pair:
            await api.grant_role(here.system, party=party(one), role=Role.OPERATOR)
        await _leave_only(here, [party(one) for one in pair])
        revoke = partial(api.revoke_role, role=Role.OPERATOR)
        ways = {
            "revoke": (revoke, revoke),
            "suspend": (api.suspend, api.suspend),
            "mixed": (revoke, api.suspend),
        }

        done = await asyncio.gather(
            ways[how][0](here.system, party=party(pair[0])),
            ways[how][1](there.system, party=party(pair[1])),
            return_exceptions=True,
        )

        assert Counter(type(one).__name__ for one in done) == {"NoneType": 1, "LastOperator": 1}
        async with here.db.transaction() as tx:
            assert await api.count_operators(tx) == 1


async def _leave_only(house, kept):
    for one in (await api.role_holders(house.system, role=Role.OPERATOR)).items:
        if one.id not in kept:
            await api.revoke_role(house.system, party=one.id, role=Role.OPERATOR)


async def test_what_was_done_with_somebody_is_told_with_their_data_but_not_by_whom(house, acting_with, party):
    ada = await house.person()
    mei = acting_with(await house.person("mei@example.com"), *LOOK_AFTER)
    await api.party_by_email(mei, email="ada@example.com")

    told = await api.export_personal_data(ada)

    (entry,) = [one.content for one in told.records if one.kind == "user.audit"]
    assert entry["act"] == "seen"
    assert str(party(mei)) not in str(told)
