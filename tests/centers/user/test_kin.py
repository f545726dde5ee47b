"""One person under several ids: guests, linked accounts, and names that outsiders know them by."""

import asyncio
from datetime import timedelta

import pytest

from hansa.centers.user import api
from hansa.centers.user.errors import (
    FreshLogInWanted,
    LinkRefused,
    PartyNotFound,
    ProofInvalid,
    WrongCredentials,
)
from hansa.centers.user.types import PARTY_ID, Role
from hansa.kernel.problem import Forbidden

PASSWORD = "correct horse battery"


async def kin(house, party):
    async with house.db.reading() as tx:
        return await api.merged_guests(tx, party)


async def names(house, parties, *, app=None, ctx=None):
    async with house.db.transaction() as tx:
        return await api.pairwise_ids(tx, ctx or house.ctx(), party_ids=parties, app=app)


async def test_two_accounts_become_one_and_two_again(house):
    old_guest = await house.guest()
    old = await api.sign_up(old_guest, email="old@example.com", password=PASSWORD, name="Ada")
    old_ctx = house.ctx(await house.whoever(old.token))
    ada = await house.person()

    linked = await api.link_party(ada, code=await api.offer_link(old_ctx))

    assert linked == old_ctx.actor.party
    assert await house.whoever(old.token) is None  # its sessions ended
    assert set(await kin(house, ada.actor.party)) == {old_guest.actor.party, linked}  # its guests come too
    again = await api.log_in(house.ctx(), email="old@example.com", password=PASSWORD)
    assert again.actor.party == ada.actor.party  # its ways in lead here
    async with house.db.reading() as tx:
        found = await api.contacts(tx, [linked, old_guest.actor.party])
    assert {contact.email for contact in found.values()} == {"ada@example.com"}
    assert await api.linked_parties(ada) == [linked]
    assert await house.verify() == []

    await api.unlink_party(ada, party=linked)

    assert await kin(house, ada.actor.party) == []
    assert await kin(house, linked) == [old_guest.actor.party]  # as it was
    back = await api.log_in(house.ctx(), email="old@example.com", password=PASSWORD)
    assert back.actor.party == linked
    history = await house.rows('SELECT kind FROM "user".link_event ORDER BY event_id')
    assert [row["kind"] for row in history] == ["merged", "linked", "unlinked"]
    assert [topic for topic in await house.told() if "link" in topic] == [
        "user.party_linked",
        "user.party_unlinked",
    ]


async def test_a_guest_stays_part_of_who_it_turned_out_to_be(house):
    """It has no way in: let go, it would take what it ordered where nobody can follow."""
    ada, guest = await house.person(), await house.guest()
    await api.log_in(guest, email="ada@example.com", password=PASSWORD)

    with pytest.raises(LinkRefused) as refused:
        await api.unlink_party(ada, party=guest.actor.party)

    assert refused.value.extras == {"reason": "guest"}
    assert await kin(house, ada.actor.party) == [guest.actor.party]
    history = await house.rows('SELECT kind FROM "user".link_event ORDER BY event_id')
    assert [row["kind"] for row in history] == ["merged"]


async def test_nobody_is_linked_against_their_will(house):
    ada, bob = await house.person(), await house.person("bob@example.com")
    for made_up in ("", "x" * 100, await api.offer_link(bob) + "x"):
        with pytest.raises(ProofInvalid):
            await api.link_party(ada, code=made_up)
    code = await api.offer_link(bob)
    await house.later(timedelta(minutes=11))
    with pytest.raises(ProofInvalid):
        await api.link_party(ada, code=code)
    with pytest.raises(PartyNotFound):
        await api.unlink_party(ada, party=bob.actor.party)
    with pytest.raises(Forbidden):
        await api.offer_link(await house.guest())


async def test_an_account_with_power_or_parts_of_its_own_is_not_taken_in(house):
    ada, bob, eve = [await house.person(f"{name}@example.com") for name in ("ada", "bob", "eve")]
    with pytest.raises(LinkRefused):
        await api.link_party(ada, code=await api.offer_link(ada))
    await api.grant_role(house.system, party=bob.actor.party, role=Role.SUPPORT)
    with pytest.raises(LinkRefused):
        await api.link_party(ada, code=await api.offer_link(bob))
    await api.revoke_role(house.system, party=bob.actor.party, role=Role.SUPPORT)
    await api.link_party(bob, code=await api.offer_link(eve))
    with pytest.raises(LinkRefused):
        await api.link_party(ada, code=await api.offer_link(bob))


async def test_two_accounts_that_take_each_other_in_at_once(house):
    ada, bob = await house.person(), await house.person("bob@example.com")
    to_ada, to_bob = await api.offer_link(bob), await api.offer_link(ada)
    outcomes = await asyncio.gather(
        api.link_party(ada, code=to_ada), api.link_party(bob, code=to_bob), return_exceptions=True
    )
    # The other finds its own account taken in, or itself logged out by that.
    assert sum(isinstance(outcome, LinkRefused | FreshLogInWanted) for outcome in outcomes) == 1
    assert len(await house.rows("""SELECT 1 FROM "user".party WHERE state = 'merged'""")) == 1


async def test_whoever_is_suspended_does_not_come_in_through_a_linked_account(house):
    ada, old = await house.person(), await house.person("old@example.com")
    await api.link_party(ada, code=await api.offer_link(old))
    await api.suspend(house.system, party=ada.actor.party)
    with pytest.raises(Exception, match="suspended"):
        await api.log_in(house.ctx(), email="old@example.com", password=PASSWORD)
    with pytest.raises(WrongCredentials):
        await api.log_in(house.ctx(), email="old@example.com", password="wrong")


async def test_outsiders_know_a_person_by_another_name_each(house):
    ada, bob = (await house.person()).actor.party, (await house.person("bob@example.com")).actor.party
    shipper, adviser = PARTY_ID.new(), PARTY_ID.new()

    for_business = await names(house, [ada, bob])
    for_shipper = await names(house, [ada, bob], app=shipper)
    for_adviser = await names(house, [ada], app=adviser)

    everybodys = [*for_business.values(), *for_shipper.values(), *for_adviser.values()]
    assert len(set(everybodys)) == 5
    assert not {ada, bob} & set(everybodys)
    assert {name.version for name in everybodys} == {4}  # no time in it that two outsiders could compare
    assert await names(house, [bob, ada, ada]) == for_business  # and stable
    async with house.db.reading() as tx:
        meant = await api.parties_of_pairwise(
            tx, house.ctx(), pairwise_ids=list(for_shipper.values()), app=shipper
        )
        heard = await api.parties_of_pairwise(
            tx, house.ctx(), pairwise_ids=list(for_shipper.values()), app=adviser
        )
    assert meant == {name: party for party, name in for_shipper.items()}
    assert heard == {}  # what one outsider knows is nothing to the other


async def test_two_processes_name_the_same_people_at_once(houses):
    one, other = await houses(), await houses()
    parties = [(await one.guest()).actor.party for _ in range(20)]
    found = await asyncio.gather(*(names(house, parties) for house in [one, other] * 3))
    assert all(answer == found[0] for answer in found)
    assert len(set(found[0].values())) == 20
