"""Logging in at an issuer, against one of our own that tells the truth or does not."""

import asyncio
import time
from datetime import timedelta

import pytest

from centers.user.issuer import OwnIssuer
from hansa.centers.user import api
from hansa.centers.user._service.issuers import Issuers
from hansa.centers.user.errors import (
    FreshLogInWanted,
    IdentityNotFound,
    IdentityTaken,
    IssuerRefused,
    IssuerUnavailable,
    IssuerUnknown,
    LastWayIn,
    LinkWanted,
    Suspended,
)
from hansa.centers.user.types import IDENTITY_ID, Accounts, Purpose
from hansa.kernel.problem import Invalid
from hansa.kernel.settings import Secret

PASSWORD = "correct horse battery"
BACK = "http://127.0.0.1:8000/bazaar/login/back"


@pytest.fixture
async def acme():
    issuer = await OwnIssuer().start()
    yield issuer
    await issuer.stop()


def trusting(acme, *, linking=()):
    return Accounts(
        hash_memory_kib=64,
        hash_passes=1,
        issuers=(f"acme={acme.url}#hansa",),
        issuer_secrets=Secret("acme=shared secret"),
        issuers_link_verified=linking,
    )


@pytest.fixture
async def house(houses, acme):
    return await houses(settings=trusting(acme))


async def go(house, acme, ctx=None):
    """Go to the issuer, agree, and come back."""
    ctx = ctx or house.ctx()
    begun = await api.begin_issuer_log_in(ctx, issuer="acme", return_url=BACK)
    return await api.log_in_at_issuer(ctx, binding=begun.binding, **acme.agree(begun.url))


async def link(acme, ctx):
    begun = await api.begin_identity_link(ctx, issuer="acme", return_url=BACK)
    return await api.link_identity(ctx, binding=begun.binding, **acme.agree(begun.url))


async def verified_person(house):
    ada = await house.person()
    await api.verify_email(house.ctx(), secret=(await house.latest(Purpose.VERIFY_EMAIL)).secret)
    return ada


async def test_the_first_log_in_makes_an_account_and_the_next_ones_open_it(house, acme):
    first = await go(house, acme)
    again = await go(house, acme)
    assert first.actor.party == again.actor.party
    ada = house.ctx(await house.whoever(first.token))
    me = await api.me(ada)
    assert (me.name, me.email) == ("Ada", "ada@example.com")
    ways = await api.ways_in(ada)
    assert (ways.password, ways.email_verified, [one.issuer for one in ways.identities]) == (
        False,
        True,
        ["acme"],
    )
    assert acme.asked.count("GET /keys") == 1  # asked once, remembered
    assert api.issuers(house.ctx()) == ["acme"]
    assert await house.verify() == []


async def test_a_guests_cart_comes_along(house, acme):
    guest = await house.guest()
    await go(house, acme, guest)
    assert "user.guest_merged" in await house.told()


async def test_two_first_log_ins_at_once_make_one_account(houses, acme):
    one, other = await houses(settings=trusting(acme)), await houses(settings=trusting(acme))
    started = await asyncio.gather(*(go(house, acme) for house in [one, other] * 3))
    assert len({session.actor.party for session in started}) == 1
    assert len(await one.rows("""SELECT 1 FROM "user".party WHERE kind = 'person'""")) == 1


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another one"},
        {"aud": "somebody else"},
        {"aud": ["hansa", "somebody else"]},  # and no `azp`
        {"aud": ["hansa", "x"], "azp": "x"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": timedelta(hours=-1)},
        {"exp": None},
        {"iat": timedelta(hours=1)},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a\0b"},
        {"sub": "x" * 256},
    ],
    ids=str,
)
async def test_a_token_that_does_not_hold_opens_nothing(house, acme, lie):
    acme.lie = {
        claim: int(time.time() + said.total_seconds()) if isinstance(said, timedelta) else said
        for claim, said in lie.items()
    }
    with pytest.raises(IssuerRefused):
        await go(house, acme)
    assert await house.rows('SELECT 1 FROM "user".party') == []


@pytest.mark.parametrize("alg", ["none", "HS256"])
async def test_nobody_signs_in_the_issuers_name(house, acme, alg):
    acme.alg = alg
    with pytest.raises(IssuerRefused):
        await go(house, acme)


async def test_another_key_under_a_known_name_is_noticed(house, acme):
    forged = acme.new_key()
    acme.signs_with, acme.header = forged, {"kid": acme.keys[0].kid}
    with pytest.raises(IssuerRefused):
        await go(house, acme)


async def test_an_issuer_rotates_its_keys(houses, acme):
    house = await houses(settings=trusting(acme))
    now = [1000.0]
    house.platform.add(Issuers(trusting(acme), monotonic=lambda: now[0]))
    first = await go(house, acme)
    acme.keys = [acme.new_key()]
    with pytest.raises(IssuerRefused):  # asked a moment ago: an unknown key must not make us ask without end
        await go(house, acme)
    now[0] += 11
    assert (await go(house, acme)).actor.party == first.actor.party


async def test_what_comes_back_is_used_once_and_by_whoever_began(house, acme):
    begun = await api.begin_issuer_log_in(house.ctx(), issuer="acme", return_url=BACK)
    back = acme.agree(begun.url)
    other = await api.begin_issuer_log_in(house.ctx(), issuer="acme", return_url=BACK)
    for wrong in (
        {**back, "binding": other.binding},  # somebody was sent to finish another's log-in
        {**back, "binding": ""},
        {**back, "binding": "\0"},
        {**back, "binding": begun.binding, "state": "made up"},
        {**back, "binding": begun.binding, "code": ""},
    ):
        with pytest.raises(IssuerRefused):
            await api.log_in_at_issuer(house.ctx(), **wrong)
    outcomes = await asyncio.gather(
        *(api.log_in_at_issuer(house.ctx(), binding=begun.binding, **back) for _ in range(4)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["IssuerRefused"] * 3 + ["LoggedIn"]


async def test_a_visit_does_not_wait_for_ever(house, acme):
    begun = await api.begin_issuer_log_in(house.ctx(), issuer="acme", return_url=BACK)
    await house.later(timedelta(minutes=15))
    with pytest.raises(IssuerRefused):
        await api.log_in_at_issuer(house.ctx(), binding=begun.binding, **acme.agree(begun.url))


async def test_an_answer_from_another_issuer_is_refused(house, acme):
    acme.metadata = {"authorization_response_iss_parameter_supported": True}
    for iss, fits in ((None, False), ("http://evil.example", False), (acme.url, True)):
        begun = await api.begin_issuer_log_in(house.ctx(), issuer="acme", return_url=BACK)
        coming = api.log_in_at_issuer(house.ctx(), binding=begun.binding, iss=iss, **acme.agree(begun.url))
        if fits:
            assert (await coming).token
        else:
            with pytest.raises(IssuerRefused):
                await coming


async def test_one_comes_back_to_this_house_alone(house, acme):
    for elsewhere in ("https://evil.example/", "http://127.0.0.1:8000.evil.example/", "/login", f"{BACK}#x"):
        with pytest.raises(Invalid):
            await api.begin_issuer_log_in(house.ctx(), issuer="acme", return_url=elsewhere)
    with pytest.raises(IssuerUnknown):
        await api.begin_issuer_log_in(house.ctx(), issuer="nobody", return_url=BACK)


async def test_an_issuer_that_does_not_answer_is_a_problem_and_no_fault(house, acme):
    acme.status = 500
    with pytest.raises(IssuerUnavailable):
        await api.begin_issuer_log_in(house.ctx(), issuer="acme", return_url=BACK)
    acme.status, acme.metadata = 200, {"issuer": "http://127.0.0.1:1"}
    with pytest.raises(IssuerUnavailable):
        await api.begin_issuer_log_in(house.ctx(), issuer="acme", return_url=BACK)
    acme.metadata = {"token_endpoint": "ftp://127.0.0.1/"}
    with pytest.raises(IssuerUnavailable):
        await api.begin_issuer_log_in(house.ctx(), issuer="acme", return_url=BACK)


async def test_an_account_is_not_opened_by_an_address_alone(house, acme):
    ada = await verified_person(house)
    with pytest.raises(LinkWanted):
        await go(house, acme)
    await link(acme, ada)  # from inside, it is
    assert (await go(house, acme)).actor.party == ada.actor.party


async def test_a_trusted_issuers_verified_address_opens_the_account_that_verified_it_too(houses, acme):
    house = await houses(settings=trusting(acme, linking=("acme",)))
    mallory = await house.person()  # Ada's address, never verified
    with pytest.raises(LinkWanted):
        await go(house, acme)
    await api.verify_email(house.ctx(), secret=(await house.latest(Purpose.VERIFY_EMAIL)).secret)
    acme.claims["email_verified"] = False
    other = await go(house, acme)  # an address that the issuer only repeats is nobody's
    assert other.actor.party != mallory.actor.party
    assert (await api.me(house.ctx(await house.whoever(other.token)))).email == ""
    acme.claims |= {"email_verified": True, "sub": "another-ada"}
    assert (await go(house, acme)).actor.party == mallory.actor.party


@pytest.mark.parametrize("said", ["true", 1, None])
async def test_verified_means_true_and_nothing_like_it(houses, acme, said):
    house = await houses(settings=trusting(acme, linking=("acme",)))
    ada = await verified_person(house)
    acme.claims["email_verified"] = said
    assert (await go(house, acme)).actor.party != ada.actor.party


async def test_a_log_in_is_linked_unlinked_and_never_the_last_way_in(house, acme):
    started = await go(house, acme)
    ada = house.ctx(await house.whoever(started.token))
    (only,) = (await api.ways_in(ada)).identities
    with pytest.raises(LastWayIn):
        await api.unlink_identity(ada, identity=only.id)
    await api.set_password(ada, password=PASSWORD)
    with pytest.raises(IdentityNotFound):
        await api.unlink_identity(ada, identity=IDENTITY_ID.new())
    await api.unlink_identity(ada, identity=only.id)
    assert (await api.ways_in(ada)).identities == ()
    assert (await house.told())[-1] == "user.identity_unlinked"
    await link(acme, ada)
    await link(acme, ada)  # again: nothing happens
    assert len((await api.ways_in(ada)).identities) == 1


async def test_a_log_in_opens_one_account(house, acme):
    ada, bob = await house.person("a@example.com"), await house.person("b@example.com")
    await link(acme, ada)
    with pytest.raises(IdentityTaken):
        await link(acme, bob)
    (mine,) = (await api.ways_in(ada)).identities
    with pytest.raises(IdentityNotFound):
        await api.unlink_identity(bob, identity=mine.id)


async def test_linking_wants_a_fresh_log_in_and_the_one_who_began(house, acme):
    ada, bob = await house.person("a@example.com"), await house.person("b@example.com")
    begun = await api.begin_identity_link(ada, issuer="acme", return_url=BACK)
    with pytest.raises(IssuerRefused):
        await api.link_identity(bob, binding=begun.binding, **acme.agree(begun.url))
    begun = await api.begin_identity_link(ada, issuer="acme", return_url=BACK)
    with pytest.raises(IssuerRefused):  # a link is no log-in
        await api.log_in_at_issuer(house.ctx(), binding=begun.binding, **acme.agree(begun.url))
    await house.later(timedelta(hours=1))
    with pytest.raises(FreshLogInWanted):
        await api.begin_identity_link(ada, issuer="acme", return_url=BACK)


async def test_a_suspended_person_does_not_come_in_through_an_issuer(house, acme):
    started = await go(house, acme)
    await api.suspend(house.system, party=started.actor.party)
    with pytest.raises(Suspended):
        await go(house, acme)
