"""Passkeys, used by an authenticator made of a few lines: it signs as WebAuthn says, or as a thief would."""

import asyncio
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from centers.user.authenticator import PRESENT, VERIFIED, Authenticator, b64
from hansa.centers.user import api
from hansa.centers.user.errors import (
    LastWayIn,
    PasskeyNotFound,
    PasskeyRefused,
    Suspended,
    TooManyPasskeys,
)
from hansa.centers.user.types import PASSKEY_ID
from hansa.kernel.problem import Invalid


async def enrol(ctx, device, name="Phone"):
    begun = await api.begin_passkey(ctx)
    return await api.add_passkey(ctx, ceremony=begun.id, credential=device.make(begun.options), name=name)


async def log_in(house, device):
    begun = await api.begin_passkey_log_in(house.ctx())
    return await api.log_in_with_passkey(
        house.ctx(), ceremony=begun.id, credential=device.sign(begun.options)
    )


async def test_ada_adds_two_passkeys_and_comes_in_with_either(house):
    ada = await house.person()
    phone, key = Authenticator(), Authenticator(counts=False)
    await enrol(ada, phone, " My  phone ")
    begun = await api.begin_passkey(ada)
    assert [one["id"] for one in begun.options["excludeCredentials"]] == [b64(phone.id)]
    await api.add_passkey(ada, ceremony=begun.id, credential=key.make(begun.options), name="Key")

    for device in (phone, key, phone, key):
        started = await log_in(house, device)
        assert started.actor.party == ada.actor.party
        assert (await house.whoever(started.token)).party == ada.actor.party

    shown = await api.passkeys(ada)
    assert [one.name for one in shown] == ["My phone", "Key"]
    assert all(one.used_at for one in shown)
    assert (await house.told()).count("user.passkey_added") == 2


async def test_a_guests_cart_comes_along_with_a_passkey_too(house):
    ada, device = await house.person(), Authenticator()
    await enrol(ada, device)
    guest = await house.guest()
    begun = await api.begin_passkey_log_in(guest)
    await api.log_in_with_passkey(guest, ceremony=begun.id, credential=device.sign(begun.options))
    assert "user.guest_merged" in await house.told()


async def test_a_challenge_is_answered_once(houses):
    one, other = await houses(), await houses()
    ada, device = await one.person(), Authenticator(counts=False)  # only the challenge is in the thief's way
    await enrol(ada, device)
    begun = await api.begin_passkey_log_in(one.ctx())
    answer = device.sign(begun.options)
    outcomes = await asyncio.gather(
        *(
            api.log_in_with_passkey(house.ctx(), ceremony=begun.id, credential=answer)
            for house in [one, other] * 3
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["LoggedIn"] + ["PasskeyRefused"] * 5


async def test_a_challenge_does_not_wait_for_ever(house):
    ada, device = await house.person(), Authenticator()
    await enrol(ada, device)
    begun = await api.begin_passkey_log_in(house.ctx())
    await house.later(timedelta(minutes=5))
    with pytest.raises(PasskeyRefused):
        await api.log_in_with_passkey(house.ctx(), ceremony=begun.id, credential=device.sign(begun.options))


async def test_a_challenge_of_one_ceremony_is_none_of_another(house):
    ada, device = await house.person(), Authenticator()
    await enrol(ada, device)
    proof = await api.begin_passkey_proof(ada)
    with pytest.raises(PasskeyRefused):
        await api.log_in_with_passkey(house.ctx(), ceremony=proof.id, credential=device.sign(proof.options))
    one, other = await api.begin_passkey_log_in(house.ctx()), await api.begin_passkey_log_in(house.ctx())
    with pytest.raises(PasskeyRefused):
        await api.log_in_with_passkey(house.ctx(), ceremony=one.id, credential=device.sign(other.options))


async def test_a_copied_key_is_noticed_when_the_counter_goes_back(house):
    ada, device = await house.person(), Authenticator()
    await enrol(ada, device)
    for _ in range(3):
        await log_in(house, device)
    device.count = 1  # the thief copied it some time ago
    with pytest.raises(PasskeyRefused):
        await log_in(house, device)
    assert (await house.told())[-1] == "user.passkey_suspected"


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://hansa.example.evil"},
        {"flags": PRESENT},  # somebody touched it; nobody was verified
        {"flags": VERIFIED},
    ],
)
async def test_an_answer_from_elsewhere_is_refused(house, wrong):
    ada, device = await house.person(), Authenticator()
    with pytest.raises(PasskeyRefused):
        await enrol(ada, Authenticator(**wrong))
    await enrol(ada, device)
    for name, value in wrong.items():
        setattr(device, name, value)
    with pytest.raises(PasskeyRefused):
        await log_in(house, device)


async def test_the_user_is_asked_for_before_anything_is_done(house):
    """Who only touched the device is refused at every step, before a key, a session or a proof is made of it."""
    ada, device = await house.person(), Authenticator(flags=PRESENT)
    begun = await api.begin_passkey(ada)
    assert begun.options["authenticatorSelection"]["userVerification"] == "required"
    with pytest.raises(PasskeyRefused):
        await api.add_passkey(ada, ceremony=begun.id, credential=device.make(begun.options), name="Phone")
    assert not await api.passkeys(ada)
    device.flags = PRESENT | VERIFIED
    with pytest.raises(PasskeyRefused):  # the ceremony is over, whoever comes back verified
        await api.add_passkey(ada, ceremony=begun.id, credential=device.make(begun.options), name="Phone")
    await enrol(ada, device)

    device.flags = PRESENT
    sessions = len(await api.list_sessions(ada))
    coming, proving = await api.begin_passkey_log_in(house.ctx()), await api.begin_passkey_proof(ada)
    assert coming.options["userVerification"] == proving.options["userVerification"] == "required"
    with pytest.raises(PasskeyRefused):
        await api.log_in_with_passkey(house.ctx(), ceremony=coming.id, credential=device.sign(coming.options))
    with pytest.raises(PasskeyRefused):
        await api.prove_with_passkey(ada, ceremony=proving.id, credential=device.sign(proving.options))
    assert len(await api.list_sessions(ada)) == sessions
    (kept,) = await api.passkeys(ada)
    assert kept.used_at is None
    (row,) = await house.rows('SELECT sign_count FROM "user".passkey')
    assert row["sign_count"] == 0

    device.flags = PRESENT | VERIFIED
    assert (await log_in(house, device)).actor.party == ada.actor.party


async def test_another_key_signs_for_nobody(house):
    ada, device = await house.person(), Authenticator()
    await enrol(ada, device)
    device.key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(PasskeyRefused):
        await log_in(house, device)
    with pytest.raises(PasskeyRefused):
        await log_in(house, Authenticator())  # never seen


@pytest.mark.parametrize(
    "made_up",
    [
        {},
        {"rawId": 3},
        {"rawId": "é"},
        {"rawId": ""},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30"}},
    ],
)
async def test_nonsense_is_refused_and_no_fault(house, made_up):
    ada = await house.person()
    begun = await api.begin_passkey(ada)
    with pytest.raises(PasskeyRefused):
        await api.add_passkey(ada, ceremony=begun.id, credential=made_up, name="x")
    begun = await api.begin_passkey_log_in(house.ctx())
    with pytest.raises(PasskeyRefused):
        await api.log_in_with_passkey(house.ctx(), ceremony=begun.id, credential=made_up)


async def test_nobody_adds_a_passkey_for_somebody_else_or_takes_theirs(house):
    ada, mallory, device = await house.person(), await house.person("m@example.com"), Authenticator()
    begun = await api.begin_passkey(ada)
    with pytest.raises(PasskeyRefused):
        await api.add_passkey(mallory, ceremony=begun.id, credential=device.make(begun.options), name="x")
    passkey = await enrol(ada, device)
    with pytest.raises(PasskeyRefused):
        await enrol(mallory, device)  # the same credential
    for act in (
        api.remove_passkey(mallory, passkey=passkey),
        api.rename_passkey(mallory, passkey=passkey, name="mine"),
        api.remove_passkey(ada, passkey=PASSKEY_ID.new()),
    ):
        with pytest.raises(PasskeyNotFound):
            await act


async def test_a_passkey_is_renamed_and_removed_but_never_the_last_way_in(house):
    ada, one, other = await house.person(), Authenticator(), Authenticator()
    first, second = await enrol(ada, one), await enrol(ada, other)
    await api.rename_passkey(ada, passkey=first, name="Old phone")
    with pytest.raises(Invalid):
        await api.rename_passkey(ada, passkey=first, name="\0")
    async with house.db.transaction() as tx:  # she has no password, as if she had come from an issuer
        await tx.raw.execute('DELETE FROM "user".password')

    removals = await asyncio.gather(
        api.remove_passkey(ada, passkey=first),
        api.remove_passkey(ada, passkey=second),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in removals) == ["LastWayIn", "NoneType"]
    (left,) = await api.passkeys(ada)
    with pytest.raises(LastWayIn):
        await api.remove_passkey(ada, passkey=left.id)


async def test_there_is_an_end_to_passkeys(house):
    ada = await house.person()
    for _ in range(20):
        await enrol(ada, Authenticator())
    with pytest.raises(TooManyPasskeys):
        await api.begin_passkey(ada)


async def test_a_suspended_person_does_not_come_in_by_passkey(house):
    ada, device = await house.person(), Authenticator()
    await enrol(ada, device)
    await api.suspend(house.system, party=ada.actor.party)
    with pytest.raises(Suspended):
        await log_in(house, device)


async def test_a_passkey_proves_again_who_acts(house):
    ada, bob, device = await house.person(), await house.person("bob@example.com"), Authenticator()
    await enrol(ada, device)
    await house.later(timedelta(hours=1))
    begun = await api.begin_passkey_proof(bob)
    with pytest.raises(PasskeyRefused):  # Ada's key proves nothing about Bob
        await api.prove_with_passkey(bob, ceremony=begun.id, credential=device.sign(begun.options))
    begun = await api.begin_passkey_proof(ada)
    await api.prove_with_passkey(ada, ceremony=begun.id, credential=device.sign(begun.options))
    await api.set_password(ada, password="another good password")
