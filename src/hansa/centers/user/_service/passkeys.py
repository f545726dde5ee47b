"""Passkeys: adding, using and removing them (WebAuthn Level 3).

A challenge is made here, kept here, answered once and gone after five minutes. Log-in asks for discoverable keys and
demands that the device verified its user, so a passkey is a whole log-in: no address is typed, none can be guessed.
"""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hansa.centers.user._rules.texts import check_text
from hansa.centers.user._rules.ways import is_last
from hansa.centers.user._service import fresh
from hansa.centers.user._service.entering import assess, enter, visible
from hansa.centers.user._store import identities, parties
from hansa.centers.user._store import passkeys as store
from hansa.centers.user.errors import LastWayIn, PasskeyNotFound, PasskeyRefused, TooManyPasskeys
from hansa.centers.user.events import PasskeyAdded, PasskeyRemoved, PasskeySuspected
from hansa.centers.user.types import (
    CEREMONY_ID,
    PASSKEY_ID,
    Accounts,
    Ceremony,
    CeremonyId,
    LoggedIn,
    PartyId,
    Passkey,
    PasskeyId,
)
from hansa.kernel.problem import Invalid

if TYPE_CHECKING:
    from uuid import UUID

    from webauthn.helpers.structs import (
        PublicKeyCredentialCreationOptions,
        PublicKeyCredentialRequestOptions,
    )

    from hansa.centers.user._store.passkeys import OpenCeremony, StoredPasskey
    from hansa.kernel.context import Ctx

PASSKEYS_MAX = 20
NAME_LETTERS_MAX = 64
_LIFE = timedelta(minutes=5)
_CHALLENGE_OCTETS = 32
_LOCALHOST = "localhost"
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_ADD, _LOG_IN, _PROVE = "add_passkey", "passkey_log_in", "prove"

# What reading a credential that somebody made up may raise, besides the library's own.
_MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, OverflowError)


async def begin_passkey(ctx: Ctx) -> Ceremony:
    """Begin to add a passkey to the acting person's account.

    Raises `Unauthenticated`, `Forbidden`, `FreshLogInWanted`, `TooManyPasskeys`.
    """
    party = fresh.person(ctx)
    async with ctx.platform.db.reading() as tx:
        await fresh.demand_fresh(tx, ctx)
        known = await store.credential_ids(tx, party)
        me = await parties.read_party(tx, party)
    if len(known) >= PASSKEYS_MAX:
        raise TooManyPasskeys
    shown = (me.email or me.name) if me else ""
    options = generate_registration_options(
        rp_id=passkey_domain(ctx),
        rp_name=ctx.plan.business.text(ctx.locale.partition("-")[0]),
        user_id=party.bytes,
        user_name=shown,
        user_display_name=me.name if me else "",
        challenge=secrets.token_bytes(_CHALLENGE_OCTETS),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return await _begin(ctx, _ADD, options, party=party)


async def add_passkey(ctx: Ctx, *, ceremony: CeremonyId, credential: dict[str, Any], name: str) -> PasskeyId:
    """Add the passkey that the browser made for a ceremony.

    Raises `Invalid` (the name), `Unauthenticated`, `Forbidden`, `FreshLogInWanted`, `PasskeyRefused` (another
    challenge, origin or person, or a key somebody has), `TooManyPasskeys`.
    """
    party, passkey = PartyId(fresh.person(ctx)), PASSKEY_ID.new()
    tidy_name, error = check_text("name", name, letters_max=NAME_LETTERS_MAX)
    if error is not None:
        raise Invalid(error)
    opened = await _answered(ctx, ceremony, _ADD)
    if opened.party_id != party:
        raise PasskeyRefused
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=opened.challenge,
            expected_rp_id=passkey_domain(ctx),
            expected_origin=_origins(ctx),
            require_user_verification=True,
        )
    except _MALFORMED as error_in_it:
        raise PasskeyRefused from error_in_it
    async with ctx.transaction() as tx:
        await fresh.demand_fresh(tx, ctx)
        await parties.lock_states(tx, [party])
        if len(await store.credential_ids(tx, party)) >= PASSKEYS_MAX:
            raise TooManyPasskeys
        added = await store.insert_passkey(
            tx,
            passkey_id=passkey,
            party_id=party,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=tidy_name,
            backed_up=made.credential_backed_up,
            now=ctx.now(),
        )
        if not added:
            raise PasskeyRefused
        tx.emit(ctx, PasskeyAdded(party=party, passkey=passkey))
    return passkey


async def passkeys(ctx: Ctx) -> list[Passkey]:
    """Return the acting person's passkeys, the oldest first (at most 20). Raises `Unauthenticated`, `Forbidden`."""
    party = fresh.person(ctx)
    async with ctx.platform.db.reading() as tx:
        return await store.list_passkeys(tx, party)


async def rename_passkey(ctx: Ctx, *, passkey: PasskeyId, name: str) -> None:
    """Give a passkey another name. Raises `Invalid`, `Unauthenticated`, `Forbidden`, `PasskeyNotFound`."""
    party = fresh.person(ctx)
    tidy_name, error = check_text("name", name, letters_max=NAME_LETTERS_MAX)
    if error is not None:
        raise Invalid(error)
    async with ctx.transaction() as tx:
        if not await store.rename(tx, party_id=party, passkey_id=passkey, name=tidy_name):
            raise PasskeyNotFound


async def remove_passkey(ctx: Ctx, *, passkey: PasskeyId) -> None:
    """Forget a passkey, never the last way in.

    Raises `Unauthenticated`, `Forbidden`, `FreshLogInWanted`, `PasskeyNotFound`, `LastWayIn`.
    """
    party = PartyId(fresh.person(ctx))
    async with ctx.transaction() as tx:
        await fresh.demand_fresh(tx, ctx)
        await parties.lock_states(tx, [party])  # two removals at once: one after the other
        ways = await identities.count_ways(tx, party)
        if not await store.remove(tx, party_id=party, passkey_id=passkey):
            raise PasskeyNotFound
        if is_last(passwords=ways.passwords, passkeys=ways.passkeys, identities=ways.identities):
            raise LastWayIn
        tx.emit(ctx, PasskeyRemoved(party=party, passkey=passkey))


async def begin_passkey_log_in(ctx: Ctx) -> Ceremony:
    """Begin a log-in with whichever passkey the device offers. It asks for no address, so it tells of none."""
    return await _begin(ctx, _LOG_IN, _request(ctx), party=None)


async def log_in_with_passkey(ctx: Ctx, *, ceremony: CeremonyId, credential: dict[str, Any]) -> LoggedIn:
    """Start a session for whose passkey signed a ceremony's challenge; a guest who acts becomes part of the account.

    Raises `PasskeyRefused`, `Suspended`, `WrongCredentials` (the account was erased), `RiskRefused`.
    """
    found = await _signed(ctx, ceremony, _LOG_IN, credential)
    await assess(ctx, "user.log_in", visible(found.party_id))
    async with ctx.transaction() as tx:
        return await enter(tx, ctx, party=PartyId(found.party_id))


async def begin_passkey_proof(ctx: Ctx) -> Ceremony:
    """Begin to prove again who acts in this session. Raises `Unauthenticated`, `Forbidden`."""
    return await _begin(ctx, _PROVE, _request(ctx), party=fresh.person(ctx))


async def prove_with_passkey(ctx: Ctx, *, ceremony: CeremonyId, credential: dict[str, Any]) -> None:
    """Prove again, by passkey, who acts in this session. Raises `Unauthenticated`, `Forbidden`, `PasskeyRefused`."""
    party = fresh.person(ctx)
    found = await _signed(ctx, ceremony, _PROVE, credential)
    if found.party_id != party:
        raise PasskeyRefused
    async with ctx.transaction() as tx:
        await fresh.note_proved(tx, ctx)


async def _begin(
    ctx: Ctx,
    kind: str,
    options: PublicKeyCredentialCreationOptions | PublicKeyCredentialRequestOptions,
    *,
    party: UUID | None,
) -> Ceremony:
    ceremony, now = CEREMONY_ID.new(), ctx.now()
    async with ctx.transaction() as tx:
        await store.insert_ceremony(
            tx,
            ceremony_id=ceremony,
            kind=kind,
            party_id=party,
            challenge=options.challenge,
            now=now,
            expires_at=now + _LIFE,
        )
    return Ceremony(id=ceremony, options=json.loads(options_to_json(options)), expires_at=now + _LIFE)


async def _answered(ctx: Ctx, ceremony: CeremonyId, kind: str) -> OpenCeremony:
    """Use a challenge up, in a transaction of its own: a wrong answer uses it up as well."""
    async with ctx.transaction() as tx:
        opened = await store.take_ceremony(tx, ceremony_id=ceremony, kind=kind)
    if opened is None or ctx.now() >= opened.expires_at:
        raise PasskeyRefused
    return opened


async def _signed(ctx: Ctx, ceremony: CeremonyId, kind: str, credential: dict[str, Any]) -> StoredPasskey:
    """Return the passkey that signed a ceremony's challenge."""
    opened = await _answered(ctx, ceremony, kind)
    try:
        credential_id = base64url_to_bytes(credential["rawId"])
    except _MALFORMED as error:
        raise PasskeyRefused from error
    async with ctx.platform.db.reading() as tx:
        found = await store.find_passkey(tx, credential_id)
    if found is None:
        raise PasskeyRefused
    try:
        proved = verify_authentication_response(
            credential=credential,
            expected_challenge=opened.challenge,
            expected_rp_id=passkey_domain(ctx),
            expected_origin=_origins(ctx),
            credential_public_key=found.public_key,
            credential_current_sign_count=0,  # the counter is ours to judge, in one statement with moving it on
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise PasskeyRefused from error
    async with ctx.transaction() as tx:
        counted = await store.count_on(
            tx,
            credential_id=credential_id,
            sign_count=proved.new_sign_count,
            backed_up=proved.credential_backed_up,
            now=ctx.now(),
        )
        if not counted:
            tx.emit(ctx, PasskeySuspected(party=PartyId(found.party_id), passkey=found.passkey_id))
    if not counted:
        raise PasskeyRefused
    return found


def _request(ctx: Ctx) -> PublicKeyCredentialRequestOptions:
    return generate_authentication_options(
        rp_id=passkey_domain(ctx),
        challenge=secrets.token_bytes(_CHALLENGE_OCTETS),
        user_verification=UserVerificationRequirement.REQUIRED,
    )


def passkey_domain(ctx: Ctx) -> str:
    """Return the domain that passkeys belong to: they work on its pages and on those of its subdomains.

    A bare address can have none (WebAuthn 3, 5.1.3), so a house on this machine has `localhost`.
    """
    settings = ctx.platform.settings
    named = settings.section(Accounts).passkey_domain or urlsplit(settings.url()).hostname or _LOCALHOST
    return _LOCALHOST if named in _LOOPBACK else named


def _origins(ctx: Ctx) -> list[str]:
    settings = ctx.platform.settings
    if given := settings.section(Accounts).passkey_origins:
        return list(given)
    url = urlsplit(settings.url())
    origins = [f"{url.scheme}://{url.netloc}"]
    if url.hostname in _LOOPBACK:
        origins.append(f"{url.scheme}://{_LOCALHOST}" + (f":{url.port}" if url.port else ""))
    return origins
