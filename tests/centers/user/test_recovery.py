"""Verifying and changing an address, getting in again with a new password, and who may do that."""

import asyncio
from datetime import timedelta

import pytest

from hansa.centers.user import api
from hansa.centers.user.errors import (
    EmailTaken,
    FreshLogInWanted,
    ProofInvalid,
    SessionNotFound,
    TooManyAttempts,
    WrongCredentials,
)
from hansa.centers.user.types import OwnScope, Purpose
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

PASSWORD = "correct horse battery"
ANOTHER = "staple of another kind"
NOBODYS = "not.a.secret"


async def test_ada_verifies_her_address_once(house):
    ada = await house.person()
    assert not (await api.ways_in(ada)).email_verified
    mail = await house.latest(Purpose.VERIFY_EMAIL)
    assert (mail.email, mail.name, mail.business) == ("ada@example.com", "Ada", "bazaar")

    await api.verify_email(house.ctx(), secret=mail.secret)  # on another device, not logged in

    assert (await api.ways_in(ada)).email_verified
    with pytest.raises(ProofInvalid):
        await api.verify_email(house.ctx(), secret=mail.secret)
    await api.request_verification(ada)  # verified already: nothing is mailed
    assert await house.mails() == []
    assert (await house.told())[-1] == "user.email_verified"


async def test_a_new_link_ends_the_one_before(house):
    ada = await house.person()
    first = await house.latest(Purpose.VERIFY_EMAIL)
    await api.request_verification(ada)
    second = await house.latest(Purpose.VERIFY_EMAIL)
    with pytest.raises(ProofInvalid):
        await api.verify_email(house.ctx(), secret=first.secret)
    await api.verify_email(house.ctx(), secret=second.secret)


@pytest.mark.parametrize("made_up", ["", NOBODYS, "a" * 500, "é", "\0", "AAAA"])
async def test_a_secret_that_was_made_up_proves_nothing(house, made_up):
    for use in (api.verify_email, api.change_email, api.restore_email):
        with pytest.raises(ProofInvalid):
            await use(house.ctx(), secret=made_up)
    with pytest.raises(ProofInvalid):
        await api.reset_password(house.ctx(), secret=made_up, password=ANOTHER)


async def test_a_link_is_good_for_what_it_was_mailed_for_alone(house):
    await house.person()
    mail = await house.latest(Purpose.VERIFY_EMAIL)
    with pytest.raises(ProofInvalid):
        await api.reset_password(house.ctx(), secret=mail.secret, password=ANOTHER)
    await api.verify_email(house.ctx(), secret=mail.secret)  # and it was not used up by that


async def test_a_link_expires(house):
    await house.person()
    mail = await house.latest(Purpose.VERIFY_EMAIL)
    await house.later(timedelta(days=2))
    with pytest.raises(ProofInvalid):
        await api.verify_email(house.ctx(), secret=mail.secret)
    assert await house.mails() == []  # and is not mailed late


async def test_no_secret_stands_in_the_database(house):
    """The outbox, its parked events and every table hold a proof's id, from which no secret follows without the key."""
    await house.person()
    await api.request_password_reset(house.ctx(), email="ada@example.com")
    secrets = [mail.secret for mail in await house.mails()]
    assert len(secrets) == 2
    everything = str(await house.rows("SELECT o::text FROM kernel.outbox o"))
    everything += str(await house.rows('SELECT p::text FROM "user".proof p'))
    assert not any(secret in everything for secret in secrets)


async def test_a_forgotten_password_is_set_anew(house):
    ada = await house.person()
    elsewhere = (await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)).token
    await api.request_password_reset(house.ctx(), email=" ADA@example.com ")
    mail = await house.latest(Purpose.RESET_PASSWORD)
    assert mail.email == "ada@example.com"  # as its owner wrote it
    with pytest.raises(Invalid):
        await api.reset_password(house.ctx(), secret=mail.secret, password="short")

    await api.reset_password(house.ctx(), secret=mail.secret, password=ANOTHER)

    assert await house.whoever(elsewhere) is None
    assert await house.rows("""SELECT 1 FROM "user".token WHERE ended_at IS NULL""") == []
    with pytest.raises(WrongCredentials):
        await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)
    again = await api.log_in(house.ctx(), email="ada@example.com", password=ANOTHER)
    assert again.actor.party == ada.actor.party
    assert (await api.ways_in(house.ctx(again.actor))).email_verified  # whoever reads its mail owns it
    with pytest.raises(ProofInvalid):
        await api.reset_password(house.ctx(), secret=mail.secret, password=ANOTHER)


async def test_one_reset_link_used_twice_at_once(houses):
    one, other = await houses(), await houses()
    await one.person()
    await api.request_password_reset(one.ctx(), email="ada@example.com")
    mail = await one.latest(Purpose.RESET_PASSWORD)
    outcomes = await asyncio.gather(
        *(
            api.reset_password(house.ctx(), secret=mail.secret, password=f"{ANOTHER} {at}")
            for at, house in enumerate([one, other] * 3)
        ),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] + ["ProofInvalid"] * 5
    winner = next(at for at, outcome in enumerate(outcomes) if outcome is None)
    await api.log_in(one.ctx(), email="ada@example.com", password=f"{ANOTHER} {winner}")


async def test_asking_for_a_reset_does_not_tell_whether_there_is_an_account(house):
    await house.person()
    before = await house.told()
    answers = [
        await api.request_password_reset(house.ctx(), email=email)
        for email in ("ada@example.com", "nobody@example.com")
    ]
    assert answers == [None, None]
    assert (await house.told())[len(before) :] == ["user.proof_issued"] * 2  # the same work, too
    assert [mail.email for mail in await house.mails(Purpose.RESET_PASSWORD)] == ["ada@example.com"]


async def test_resets_are_limited_for_known_and_unknown_addresses_alike(house):
    await house.person()
    for email in ("ada@example.com", "nobody@example.com"):
        for _ in range(5):
            await api.request_password_reset(house.ctx(), email=email)
        with pytest.raises(TooManyAttempts):
            await api.request_password_reset(house.ctx(), email=email)
    await house.later(timedelta(hours=1, seconds=1))
    await api.request_password_reset(house.ctx(), email="ada@example.com")


async def test_whoever_signed_up_with_somebody_elses_address_is_out_when_its_owner_comes(house):
    mallory = await house.person()  # with Ada's address, never verified
    planted = await api.issue_token(
        mallory, label="later", grants=(), expires_at=mallory.now() + timedelta(days=300)
    )
    await api.request_password_reset(house.ctx(), email="ada@example.com")
    mail = await house.latest(Purpose.RESET_PASSWORD)
    await api.reset_password(house.ctx(), secret=mail.secret, password=ANOTHER)
    assert await house.whoever(planted.secret) is None


async def test_a_verified_owner_keeps_programs_running_through_a_reset(house):
    ada = await house.person()
    await api.verify_email(house.ctx(), secret=(await house.latest(Purpose.VERIFY_EMAIL)).secret)
    erp = await api.issue_token(ada, label="ERP", grants=(), expires_at=ada.now() + timedelta(days=300))
    await api.request_password_reset(house.ctx(), email="ada@example.com")
    mail = await house.latest(Purpose.RESET_PASSWORD)
    await api.reset_password(house.ctx(), secret=mail.secret, password=ANOTHER)
    assert await house.whoever(erp.secret) is not None


async def test_an_address_changes_once_the_new_one_answers(house):
    ada = await house.person()
    await api.request_email_change(ada, email="ada@new.example")
    assert (await api.me(ada)).email == "ada@example.com"
    mail = await house.latest(Purpose.CHANGE_EMAIL)
    assert mail.email == "ada@new.example"

    await api.change_email(house.ctx(), secret=mail.secret)

    assert (await api.me(ada)).email == "ada@new.example"
    await api.log_in(house.ctx(), email="ada@new.example", password=PASSWORD)
    with pytest.raises(WrongCredentials):
        await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)
    warned = await house.latest(Purpose.RESTORE_EMAIL)
    assert warned.email == "ada@example.com"
    assert await house.verify() == []


async def test_an_address_that_was_stolen_is_taken_back(house):
    ada = await house.person()
    await api.request_email_change(ada, email="mallory@example.com")
    await api.change_email(house.ctx(), secret=(await house.latest(Purpose.CHANGE_EMAIL)).secret)
    token = (await api.log_in(house.ctx(), email="mallory@example.com", password=PASSWORD)).token

    await api.restore_email(house.ctx(), secret=(await house.latest(Purpose.RESTORE_EMAIL)).secret)

    assert await house.whoever(token) is None
    with pytest.raises(WrongCredentials):
        await api.log_in(house.ctx(), email="mallory@example.com", password=PASSWORD)
    await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)


async def test_an_address_that_somebody_has_is_not_taken_and_not_told_beforehand(house):
    await house.person("bob@example.com", name="Bob")
    ada = await house.person()
    await api.request_email_change(ada, email="BOB@example.com")  # the answer tells nothing
    mail = await house.latest(Purpose.CHANGE_EMAIL)  # Bob reads it, and may be curious
    with pytest.raises(EmailTaken):
        await api.change_email(house.ctx(), secret=mail.secret)
    assert (await api.me(ada)).email == "ada@example.com"


async def test_the_ways_in_change_only_for_somebody_who_just_proved_who_they_are(house):
    ada = await house.person()
    await house.later(timedelta(minutes=16))
    for refused in (
        api.set_password(ada, password=ANOTHER),
        api.request_email_change(ada, email="ada@new.example"),
        api.request_erasure(ada),
        api.request_export(ada),
        api.begin_passkey(ada),
        api.offer_link(ada),
    ):
        with pytest.raises(FreshLogInWanted):
            await refused
    with pytest.raises(WrongCredentials):
        await api.prove(ada, password="wrong")

    await api.prove(ada, password=PASSWORD)

    other = (await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)).token
    await api.set_password(ada, password=ANOTHER)
    assert await house.whoever(other) is None  # the others end
    assert len(await api.list_sessions(ada)) == 1
    await api.log_in(house.ctx(), email="ada@example.com", password=ANOTHER)


async def test_proving_is_not_a_way_to_guess(house):
    ada = await house.person()
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            await api.prove(ada, password="wrong")
    with pytest.raises(TooManyAttempts):
        await api.prove(ada, password=PASSWORD)


async def test_guests_and_programs_have_no_ways_in_to_change(house):
    guest = await house.guest()
    ada = await house.person()
    until = ada.now() + timedelta(days=1)
    issued = await api.issue_token(ada, label="x", grants=(OwnScope.CHANGE,), expires_at=until)
    program = house.ctx(await house.whoever(issued.secret))
    for use in (api.request_verification, api.list_sessions, api.ways_in, api.begin_passkey):
        with pytest.raises(Forbidden):
            await use(guest)
        with pytest.raises(Unauthenticated):
            await use(house.ctx())
    with pytest.raises(Forbidden):
        await api.set_password(program, password=ANOTHER)
    with pytest.raises(FreshLogInWanted):
        await api.set_password(program.at_route(OwnScope.CHANGE), password=ANOTHER)


async def test_sessions_are_seen_and_ended_one_by_one_or_all(house):
    ada = await house.person()
    phone = (await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)).token
    tablet = (await api.log_in(house.ctx(), email="ada@example.com", password=PASSWORD)).token
    mallory = await house.person("mallory@example.com")
    shown = await api.list_sessions(ada)
    assert [session.acting for session in shown] == [False, False, True]
    with pytest.raises(SessionNotFound):
        await api.end_session(mallory, session=shown[0].id)  # not hers

    await api.end_session(ada, session=shown[0].id)
    assert await house.whoever(tablet) is None
    assert await house.whoever(phone) is not None
    assert await api.end_other_sessions(ada) == 1
    assert await house.whoever(phone) is None
    assert [session.acting for session in await api.list_sessions(ada)] == [True]
