"""Signing up, logging in, being a guest, and who one is."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from hansa.centers.user._rules.email import EmailAddress, read_email
from hansa.centers.user._rules.texts import PASSWORD_RAW_MAX, check_locale, check_password, check_text
from hansa.centers.user._rules.tokens import RANDOM_OCTETS, make_token, token_hash
from hansa.centers.user._service.passwords import Passwords
from hansa.centers.user._service.sessions import Sessions, session_span
from hansa.centers.user._store import addresses, parties, tokens
from hansa.centers.user.errors import (
    EmailTaken,
    PartyNotFound,
    RiskRefused,
    Suspended,
    TooManyAttempts,
    WrongCredentials,
)
from hansa.centers.user.events import GuestMerged, PartySignedUp, SessionEnded, SessionStarted
from hansa.centers.user.extensions import ASSESS_RISK, MERGE_GUEST, GuestMerge
from hansa.centers.user.types import (
    PARTY_ID,
    TOKEN_ID,
    Accounts,
    Attempt,
    LoggedIn,
    Party,
    PartyId,
    PartyKind,
    PartyState,
    TokenKind,
)
from hansa.kernel.context import Actor, ActorKind, Ctx
from hansa.kernel.problem import FieldError, Forbidden, Invalid, Problem
from hansa.kernel.texts import storable

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

NAME_LETTERS_MAX = 64


async def sign_up(ctx: Ctx, *, email: str, password: str, name: str) -> LoggedIn:
    """Make an account and log it in; see `user.api`."""
    address = read_email(email)
    tidy_name, name_error = check_text("name", name, letters_max=NAME_LETTERS_MAX)
    password_error = check_password(password, email=email)
    if isinstance(address, FieldError) or name_error or password_error:
        wrong = (address if isinstance(address, FieldError) else None, password_error, name_error)
        raise Invalid(*(error for error in wrong if error))
    await _assess(ctx, "user.sign_up", address)
    password_hash = await ctx.platform.service(Passwords).hash(password)
    party, now = PARTY_ID.new(), ctx.now()
    async with ctx.transaction() as tx:
        if not await parties.claim_email(tx, email=address, party_id=party, now=now):
            raise EmailTaken
        await parties.insert_party(tx, ctx, party_id=party, kind=PartyKind.PERSON)
        await parties.put_person(tx, party_id=party, name=tidy_name, email=address.shown, now=now)
        await parties.put_password(tx, party_id=party, password_hash=password_hash, now=now)
        tx.emit(ctx, PartySignedUp(party=party, kind=PartyKind.PERSON))
        started = await _start_session(tx, ctx, party=party, kind=PartyKind.PERSON)
        await _merge_guest(tx, ctx, party)
    return started


async def log_in(ctx: Ctx, *, email: str, password: str) -> LoggedIn:
    """Start a session for whom e-mail address and password belong to; see `user.api`."""
    address = read_email(email)
    if isinstance(address, FieldError):  # goes the same way as an address nobody has
        address = EmailAddress("", "malformed " + hashlib.sha256(email.encode(errors="replace")).hexdigest())
    await _assess(ctx, "user.log_in", address)
    settings, now = ctx.platform.settings.section(Accounts), ctx.now()
    async with ctx.transaction() as tx:
        facts = await parties.count_attempt(
            tx,
            email_hash=address.key_hash(),
            email_key=address.key,
            now=now,
            window=settings.log_in_window,
        )
    if facts.attempts > settings.log_in_attempts:
        wait = facts.since + settings.log_in_window - now
        raise TooManyAttempts(retry_after_s=max(1, int(wait.total_seconds()) + 1))
    if len(password) > PASSWORD_RAW_MAX or not storable(password):
        password, known_hash = "", None
    else:
        known_hash = facts.password_hash
    right, stronger = await ctx.platform.service(Passwords).check(password, known_hash)
    if not right or facts.party_id is None:
        raise WrongCredentials
    async with ctx.transaction() as tx:
        await parties.forget_attempts(tx, address.key_hash())
        return await _enter(tx, ctx, party=facts.party_id, stronger=stronger)


async def _enter(tx: Transaction, ctx: Ctx, *, party: PartyId, stronger: str | None) -> LoggedIn:
    guest = _guest(ctx)
    states = await parties.lock_states(tx, [party] if guest is None else [party, guest])
    if states.get(party) is PartyState.SUSPENDED:
        raise Suspended
    if states.get(party) is not PartyState.ACTIVE:
        raise WrongCredentials
    if stronger is not None:
        await parties.put_password(tx, party_id=party, password_hash=stronger, now=ctx.now())
    started = await _start_session(tx, ctx, party=party, kind=PartyKind.PERSON)
    await _merge_guest(tx, ctx, party)
    return started


async def start_guest(ctx: Ctx) -> LoggedIn:
    """Make a party without a name, with a session; see `user.api`."""
    party = PARTY_ID.new()
    async with ctx.transaction() as tx:
        await parties.insert_party(tx, ctx, party_id=party, kind=PartyKind.GUEST)
        return await _start_session(tx, ctx, party=party, kind=PartyKind.GUEST)


async def log_out(ctx: Ctx) -> None:
    """End the session that acts; see `user.api`."""
    party, session = PartyId(ctx.party()), ctx.actor.session
    if session is None:
        return
    async with ctx.transaction() as tx:
        ended = await tokens.end_token(
            tx, party_ids=[party], token_id=session, kind=TokenKind.SESSION, now=ctx.now()
        )
        if ended is not None:
            tx.emit(ctx, SessionEnded(party=party, session=ended.token_id))
            forget_after(tx, ctx, [ended.hash])


async def me(ctx: Ctx) -> Party:
    """Return the acting party as it sees itself; see `user.api`."""
    party = ctx.party()
    async with ctx.transaction() as tx:
        found = await parties.read_party(tx, party)
    if found is None:
        raise PartyNotFound
    return found


async def introduce(ctx: Ctx, *, name: str, email: str | None, locale: str | None) -> Party:
    """Change what the acting party says about itself; see `user.api`."""
    party = ctx.party()
    tidy_name, name_error = check_text("name", name, letters_max=NAME_LETTERS_MAX)
    address = read_email(email) if email is not None else None
    email_error = address if isinstance(address, FieldError) else None
    locale_error = check_locale(locale) if locale is not None else None
    if name_error or email_error or locale_error:
        raise Invalid(*(error for error in (name_error, email_error, locale_error) if error))
    if isinstance(address, EmailAddress) and ctx.actor.kind is not ActorKind.GUEST:
        raise Forbidden("An account's e-mail address is not changed this way.")
    async with ctx.transaction() as tx:
        before = await parties.read_party(tx, party)
        if before is None or before.kind is PartyKind.APP:
            raise PartyNotFound
        shown = address.shown if isinstance(address, EmailAddress) else before.email
        await parties.put_person(tx, party_id=party, name=tidy_name, email=shown, now=ctx.now())
        if locale is not None:
            await parties.put_locale(tx, party_id=party, locale=locale)
            forget_after(tx, ctx, await tokens.touch_of(tx, [party]))
        after = await parties.read_party(tx, party)
    if after is None:
        raise PartyNotFound
    return after


def forget_after(tx: Transaction, ctx: Ctx, hashes: list[bytes]) -> None:
    """Let this process see a change of tokens as soon as it is committed; the others see it within a second."""
    sessions = ctx.platform.service(Sessions)
    tx.after_commit(lambda: sessions.forget(hashes))


def _guest(ctx: Ctx) -> PartyId | None:
    is_guest = ctx.actor.kind is ActorKind.GUEST and ctx.actor.party is not None
    return PartyId(ctx.actor.party) if is_guest and ctx.actor.party else None


async def _start_session(tx: Transaction, ctx: Ctx, *, party: PartyId, kind: PartyKind) -> LoggedIn:
    session = TOKEN_ID.new()
    token = make_token(TokenKind.SESSION, secrets.token_bytes(RANDOM_OCTETS))
    expires_at, ends_at = session_span(ctx.platform.settings.section(Accounts), now=ctx.now())
    await tokens.insert_token(
        tx,
        ctx,
        token_hash=token_hash(token),
        token_id=session,
        party_id=party,
        kind=TokenKind.SESSION,
        expires_at=expires_at,
        ends_at=ends_at,
    )
    tx.emit(ctx, SessionStarted(party=party, session=session, kind=kind))
    actor_kind = ActorKind.GUEST if kind is PartyKind.GUEST else ActorKind.PERSON
    # Grants are read with the token, at its first use: asking for them is no matter for a transaction.
    return LoggedIn(token=token, actor=Actor(actor_kind, party, session=session), expires_at=expires_at)


async def _merge_guest(tx: Transaction, ctx: Ctx, party: PartyId) -> None:
    """Hand what the acting guest gathered to the party it turned out to be. Happens once, whoever repeats."""
    guest = _guest(ctx)
    if guest is None or not await parties.mark_merged(tx, guest=guest, party=party):
        return
    forget_after(tx, ctx, await tokens.end_all(tx, party_id=guest, now=ctx.now()))
    taken = ["user.address"] if await addresses.hand_over(tx, guest=guest, party=party) else []
    await parties.drop_person(tx, guest)
    (answer,) = await MERGE_GUEST.of_batch(tx, [GuestMerge(ctx, guest, party)])
    if isinstance(answer, Problem):
        raise answer
    tx.emit(ctx, GuestMerged(guest=guest, party=party, taken=(*taken, *answer)))


async def _assess(ctx: Ctx, action: str, address: EmailAddress) -> None:
    risk = await ASSESS_RISK.of(ctx)(ctx, Attempt(action=action, subject=address.key_hash().hex()))
    if not risk.allowed:
        raise RiskRefused(reason=risk.reason)
