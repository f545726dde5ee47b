"""Logging in at an issuer (OpenID Connect, authorization code with PKCE), and linking such log-ins to accounts."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hansa.centers.user._rules import oidc
from hansa.centers.user._rules.oidc import Opening
from hansa.centers.user._rules.texts import check_text
from hansa.centers.user._rules.ways import is_last
from hansa.centers.user._service import fresh
from hansa.centers.user._service.accounts import NAME_LETTERS_MAX
from hansa.centers.user._service.entering import assess, enter, merge_guest, start_session
from hansa.centers.user._service.issuers import Issuers, names_unknown_key
from hansa.centers.user._store import identities as store
from hansa.centers.user._store import parties, passkeys, proofs
from hansa.centers.user._store.identities import Visit
from hansa.centers.user.errors import (
    IdentityNotFound,
    IdentityTaken,
    IssuerRefused,
    LastWayIn,
    LinkWanted,
)
from hansa.centers.user.events import IdentityLinked, IdentityUnlinked, PartySignedUp
from hansa.centers.user.types import (
    IDENTITY_ID,
    PARTY_ID,
    Accounts,
    IdentityId,
    IssuerVisit,
    LoggedIn,
    PartyId,
    PartyKind,
    WaysIn,
)
from hansa.kernel.context import PLATFORM_BUSINESS, Traffic
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import storable

if TYPE_CHECKING:
    from uuid import UUID

    from hansa.centers.user._rules.email import EmailAddress
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction

_log = logging.getLogger("hansa.user")
_LIFE = timedelta(minutes=15)
_LETTERS_MAX = 4096


class _Raced(Exception):
    """Somebody linked this log-in at the same moment."""


async def begin_issuer_log_in(ctx: Ctx, *, issuer: str, return_url: str) -> IssuerVisit:
    """Begin a log-in at an issuer; the browser comes back to `return_url`, a page of ours.

    Raises `Invalid`, `IssuerUnknown`, `IssuerUnavailable`.
    """
    return await _begin(ctx, issuer=issuer, return_url=return_url, party=None)


async def begin_identity_link(ctx: Ctx, *, issuer: str, return_url: str) -> IssuerVisit:
    """Begin to link a log-in at an issuer to the acting person's account.

    Raises what `begin_issuer_log_in` does, and `Unauthenticated`, `Forbidden`, `FreshLogInWanted`.
    """
    party = fresh.person(ctx)
    async with ctx.platform.db.reading() as tx:
        await fresh.demand_fresh(tx, ctx)
    return await _begin(ctx, issuer=issuer, return_url=return_url, party=party)


async def log_in_at_issuer(
    ctx: Ctx, *, state: str, code: str, binding: str, iss: str | None = None
) -> LoggedIn:
    """Start a session for whoever came back from an issuer; an account is made at the first log-in.

    A log-in that is linked opens its account. One that is not opens an account with the same e-mail address
    only by the explicit rule (`issuers_link_verified`), else it is `LinkWanted`: an owner links it from inside.
    Raises `IssuerRefused` (state, binding, nonce, signature, audience, time), `IssuerUnavailable`, `Suspended`,
    `WrongCredentials` (the account was erased), `RiskRefused`.
    """
    issuer, claims = await _came_back(ctx, state=state, code=code, binding=binding, iss=iss, party=None)
    subject = sha256(f"{issuer} {claims['sub']}".encode()).hexdigest()
    await assess(ctx, "user.log_in", subject)
    try:
        return await _enter(ctx, issuer, claims)
    except _Raced:  # its account is there now
        return await _enter(ctx, issuer, claims)


async def link_identity(
    ctx: Ctx, *, state: str, code: str, binding: str, iss: str | None = None
) -> IdentityId:
    """Link the log-in somebody came back with to the acting person's account; linked already, nothing happens.

    Raises `Unauthenticated`, `Forbidden`, `FreshLogInWanted`, `IssuerRefused`, `IssuerUnavailable`,
    `IdentityTaken` (it opens another account).
    """
    party = PartyId(fresh.person(ctx))
    issuer, claims = await _came_back(ctx, state=state, code=code, binding=binding, iss=iss, party=party)
    identity = IDENTITY_ID.new()
    async with ctx.transaction() as tx:
        await fresh.demand_fresh(tx, ctx)
        added = await store.insert_identity(
            tx, identity_id=identity, issuer=issuer, subject=claims["sub"], party_id=party, now=ctx.now()
        )
        if not added and await store.find_identity(tx, issuer=issuer, subject=claims["sub"]) != party:
            raise IdentityTaken
        if added:
            tx.emit(ctx, IdentityLinked(party=party, identity=identity, issuer=issuer))
    return identity


async def unlink_identity(ctx: Ctx, *, identity: IdentityId) -> None:
    """Unlink a log-in from the acting person's account, never the last way in.

    Raises `Unauthenticated`, `Forbidden`, `FreshLogInWanted`, `IdentityNotFound`, `LastWayIn`.
    """
    party = PartyId(fresh.person(ctx))
    async with ctx.transaction() as tx:
        await fresh.demand_fresh(tx, ctx)
        issuer = (await store.lock_identities(tx, party)).get(identity)
        if issuer is None:
            raise IdentityNotFound
        await parties.lock_states(tx, [party])
        ways = await store.count_ways(tx, party)
        if is_last(passwords=ways.passwords, passkeys=ways.passkeys, identities=ways.identities):
            raise LastWayIn
        await store.remove_locked(tx, party_id=party, identity_id=identity)
        tx.emit(ctx, IdentityUnlinked(party=party, identity=identity, issuer=issuer))


async def ways_in(ctx: Ctx) -> WaysIn:
    """Return how the acting person can log in. Raises `Unauthenticated`, `Forbidden`."""
    party = fresh.person(ctx)
    async with ctx.platform.db.reading() as tx:
        return WaysIn(
            password=(await store.count_ways(tx, party)).passwords > 0,
            email_verified=await proofs.is_verified(tx, party),
            passkeys=tuple(await passkeys.list_passkeys(tx, party)),
            identities=tuple(await store.list_identities(tx, party)),
        )


async def _begin(ctx: Ctx, *, issuer: str, return_url: str, party: UUID | None) -> IssuerVisit:
    home = ctx.platform.settings.url()
    ours = return_url == home or return_url.startswith(f"{home}/")
    if not ours or len(return_url) > _LETTERS_MAX or not storable(return_url) or "#" in return_url:
        raise Invalid(FieldError("return_url", "foreign", "One comes back to a page of this house."))
    state, nonce, binding = (secrets.token_urlsafe(32) for _ in range(3))
    verifier, now = secrets.token_urlsafe(48), ctx.now()
    url = await ctx.platform.service(Issuers).log_in_url(
        issuer, return_url=return_url, state=state, nonce=nonce, verifier=verifier
    )
    visit = Visit(issuer, party, nonce, verifier, return_url, now + _LIFE)
    async with ctx.transaction() as tx:
        await store.insert_visit(tx, state_hash=_state_hash(state, binding), visit=visit, now=now)
    return IssuerVisit(url=url, binding=binding, expires_at=visit.expires_at)


async def _came_back(
    ctx: Ctx, *, state: str, code: str, binding: str, iss: str | None, party: UUID | None
) -> tuple[str, dict[str, Any]]:
    """Return which issuer somebody came back from, and what it says of them; the visit is used up."""
    if not code or len(code) > _LETTERS_MAX or not (storable(state) and storable(code) and storable(binding)):
        raise IssuerRefused
    async with ctx.transaction() as tx:
        visit = await store.take_visit(tx, _state_hash(state, binding))
    if visit is None or visit.party_id != party or ctx.now() >= visit.expires_at:
        raise IssuerRefused
    issuers = ctx.platform.service(Issuers)
    given = await issuers.redeem(
        visit.issuer, code=code, verifier=visit.verifier, return_url=visit.return_url, iss=iss
    )
    claims: dict[str, Any] | None = None
    for again in (False, True):
        keys, identifier = await issuers.keys(visit.issuer, again=again)
        try:
            claims = oidc.read_id_token(
                given.id_token,
                keys,
                issuer=identifier,
                client_id=issuers.issuer(visit.issuer).client_id,
                nonce=visit.nonce,
                access_token=given.access_token,
                now=ctx.platform.clocks.now(PLATFORM_BUSINESS, Traffic.LIVE),  # the issuer's clock is real
            )
        except oidc.TokenWrong as wrong:
            if not again and names_unknown_key(wrong):
                continue
            _log.warning(
                "a log-in from issuer %s was refused: %s", visit.issuer, type(wrong.__cause__).__name__
            )
            raise IssuerRefused from wrong
        break
    if claims is None:
        raise IssuerRefused
    return visit.issuer, claims


async def _enter(ctx: Ctx, issuer: str, claims: dict[str, Any]) -> LoggedIn:
    now, email = ctx.now(), oidc.verified_email(claims)
    async with ctx.transaction() as tx:
        party = await store.find_identity(tx, issuer=issuer, subject=claims["sub"])
        if party is not None:
            await store.note_used(tx, issuer=issuer, subject=claims["sub"], now=now)
            return await enter(tx, ctx, party=party)
        owner = await proofs.owner_of(tx, email.key) if email else None
        decided = oidc.opening(
            has_email=email is not None,
            account_exists=owner is not None,
            account_verified=owner is not None and owner.verified,
            issuer_trusted=issuer in ctx.platform.settings.section(Accounts).issuers_link_verified,
        )
        if decided is Opening.ASK_OWNER:
            raise LinkWanted
        if owner is not None:
            await _link(tx, ctx, issuer, claims, owner.party_id)
            return await enter(tx, ctx, party=owner.party_id)
        return await _sign_up(tx, ctx, issuer, claims, email)


async def _sign_up(
    tx: Transaction, ctx: Ctx, issuer: str, claims: dict[str, Any], email: EmailAddress | None
) -> LoggedIn:
    party, now = PARTY_ID.new(), ctx.now()
    if email is not None:
        if not await parties.claim_email(tx, email=email, party_id=party, now=now):
            raise _Raced
        await proofs.verify_email(tx, key=email.key, party_id=party, now=now)
    await _link(tx, ctx, issuer, claims, party)
    await parties.insert_party(tx, ctx, party_id=party, kind=PartyKind.PERSON)
    name, error = check_text("name", str(claims.get("name") or ""), letters_max=NAME_LETTERS_MAX)
    await parties.put_person(
        tx, party_id=party, name="" if error else name, email=email.shown if email else "", now=now
    )
    tx.emit(ctx, PartySignedUp(party=party, kind=PartyKind.PERSON))
    started = await start_session(tx, ctx, party=party, kind=PartyKind.PERSON)
    await merge_guest(tx, ctx, party)
    return started


async def _link(tx: Transaction, ctx: Ctx, issuer: str, claims: dict[str, Any], party: PartyId) -> None:
    identity = IDENTITY_ID.new()
    added = await store.insert_identity(
        tx, identity_id=identity, issuer=issuer, subject=claims["sub"], party_id=party, now=ctx.now()
    )
    if not added:
        raise _Raced
    tx.emit(ctx, IdentityLinked(party=party, identity=identity, issuer=issuer))


def _state_hash(state: str, binding: str) -> bytes:
    return sha256(f"{state} {binding}".encode()).digest()


def issuers(ctx: Ctx) -> list[str]:
    """Return the names of the issuers one can log in with."""
    return ctx.platform.service(Issuers).names()
