"""Signing up, logging in, being a guest, and who one is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hansa.centers.user._rules.email import EmailAddress, read_email
from hansa.centers.user._rules.texts import PASSWORD_RAW_MAX, check_locale, check_password, check_text
from hansa.centers.user._service import attempts, proofs, taken
from hansa.centers.user._service.entering import assess, enter, forget_after, merge_guest, start_session
from hansa.centers.user._service.passwords import Passwords
from hansa.centers.user._store import parties, tokens
from hansa.centers.user.errors import (
    EmailTaken,
    PartyNotFound,
    WrongCredentials,
)
from hansa.centers.user.events import PartySignedUp, SessionEnded
from hansa.centers.user.types import (
    PARTY_ID,
    Accounts,
    LoggedIn,
    Party,
    PartyId,
    PartyKind,
    Purpose,
    TokenKind,
)
from hansa.kernel.context import ActorKind, Ctx
from hansa.kernel.problem import FieldError, Forbidden, Invalid
from hansa.kernel.texts import storable

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

NAME_LETTERS_MAX = 64
PEOPLE_MAX = 10_000
BRING_PEOPLE = "user.party.bring"


async def sign_up(ctx: Ctx, *, email: str, password: str, name: str) -> LoggedIn:
    """Make an account and log it in; a guest who acts becomes part of it.

    Raises `Invalid` (every wrong field at once), `EmailTaken` (its owner is told), `TooManyAttempts` (from networks
    that asked about many taken ones), `RiskRefused`, `Busy`.
    """
    address = read_email(email)
    tidy_name, name_error = check_text("name", name, letters_max=NAME_LETTERS_MAX)
    password_error = check_password(password, email=email)
    if isinstance(address, FieldError) or name_error or password_error:
        wrong = (address if isinstance(address, FieldError) else None, password_error, name_error)
        raise Invalid(*(error for error in wrong if error))
    await assess(ctx, "user.sign_up", address.key_hash().hex())
    counted = await taken.count_sign_up(ctx)
    password_hash = await ctx.platform.service(Passwords).hash(password)
    try:
        async with ctx.transaction() as tx:
            await taken.was_free(tx, counted)
            return await _enrol(tx, ctx, address, name=tidy_name, password_hash=password_hash)
    except EmailTaken:
        await taken.tell_owner(ctx, address)
        raise


async def _enrol(
    tx: Transaction, ctx: Ctx, address: EmailAddress, *, name: str, password_hash: str
) -> LoggedIn:
    party, now = PARTY_ID.new(), ctx.now()
    if not await parties.claim_email(tx, email=address, party_id=party, now=now):
        raise EmailTaken
    await parties.insert_party(tx, ctx, party_id=party, kind=PartyKind.PERSON)
    await parties.put_person(tx, party_id=party, name=name, email=address.shown, now=now)
    await parties.put_password(tx, party_id=party, password_hash=password_hash, now=now)
    tx.emit(ctx, PartySignedUp(party=party, kind=PartyKind.PERSON))
    life = ctx.platform.settings.section(Accounts).proof_life
    await proofs.issue_to_address(tx, ctx, purpose=Purpose.VERIFY_EMAIL, email=address, life=life)
    started = await start_session(tx, ctx, party=party, kind=PartyKind.PERSON)
    await merge_guest(tx, ctx, party)
    return started


async def bring_people(ctx: Ctx, *, people: Mapping[PartyId, str]) -> set[PartyId]:
    """Make parties for people who were known elsewhere, by ids of the caller's making, with their names.

    For moving in from another house: nobody can log in as one of them. Who is there already stays as it is;
    returns who is new. Wants `user.party.bring`. Raises `Invalid`, for more than 10,000 at once too.
    """
    ctx.require(BRING_PEOPLE)
    errors = [] if len(people) <= PEOPLE_MAX else [FieldError("people", "length", f"At most {PEOPLE_MAX}")]
    tidy = {}
    for at, (party, name) in enumerate(people.items()):
        tidy[party], error = check_text(f"people.{at}.name", name, letters_max=NAME_LETTERS_MAX)
        if error is not None:
            errors.append(error)
    if errors:
        raise Invalid(*errors)
    if not tidy:
        return set()
    async with ctx.transaction() as tx:
        added = await parties.insert_people(tx, ctx, tidy)
        tx.emit(ctx, *(PartySignedUp(party=party, kind=PartyKind.PERSON) for party in sorted(added)))
    return added


async def log_in(ctx: Ctx, *, email: str, password: str, device: str = "") -> LoggedIn:
    """Start a session; a guest who acts becomes part of the account.

    `device` is what an earlier log-in from the same browser handed out (`LoggedIn.device`): its tries count for
    themselves, so that nobody keeps the owner out by guessing. Raises `WrongCredentials`, the same and after the same
    work whether the address is known or not; `TooManyAttempts`, `Suspended`, `RiskRefused`, `Busy`.
    """
    address = read_email(email)
    if isinstance(address, FieldError):  # goes the same way as an address nobody has
        address = EmailAddress("", "malformed " + hashlib.sha256(email.encode(errors="replace")).hexdigest())
    await assess(ctx, "user.log_in", address.key_hash().hex())
    tried = await attempts.count_log_in(ctx, address, device=device)
    if len(password) > PASSWORD_RAW_MAX or not storable(password):
        password, known_hash = "", None
    else:
        known_hash = tried.password_hash
    right, stronger = await ctx.platform.service(Passwords).check(password, known_hash)
    if not right or tried.party_id is None:
        raise WrongCredentials
    async with ctx.transaction() as tx:
        await attempts.was_right(tx, tried)
        return await enter(tx, ctx, party=tried.party_id, stronger=stronger)


async def start_guest(ctx: Ctx) -> LoggedIn:
    """Make a party without a name, with a session, so that a cart has an owner."""
    party = PARTY_ID.new()
    async with ctx.transaction() as tx:
        await parties.insert_party(tx, ctx, party_id=party, kind=PartyKind.GUEST)
        return await start_session(tx, ctx, party=party, kind=PartyKind.GUEST)


async def log_out(ctx: Ctx) -> None:
    """End the session that acts; nothing happens when it has ended already. Raises `Unauthenticated`."""
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
    """Return the acting party as it sees itself. Raises `Unauthenticated`, `PartyNotFound`."""
    party = ctx.party()
    async with ctx.transaction() as tx:
        found = await parties.read_party(tx, party)
    if found is None:
        raise PartyNotFound
    return found


async def introduce(ctx: Ctx, *, name: str, email: str | None = None, locale: str | None = None) -> Party:
    """Change what the acting party says about itself; a guest may leave an e-mail address for its mail.

    Raises `Invalid`, `Forbidden` (an account's e-mail address), `PartyNotFound`.
    """
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
