"""The account's e-mail address and password: verifying, changing, taking back, and getting in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hansa.centers.user._rules.email import EmailAddress, read_email
from hansa.centers.user._rules.texts import check_password
from hansa.centers.user._service import proofs
from hansa.centers.user._service.entering import forget_after
from hansa.centers.user._service.fresh import demand_fresh, person
from hansa.centers.user._service.passwords import Passwords
from hansa.centers.user._store import identities, parties, passkeys, sessions
from hansa.centers.user._store import proofs as store
from hansa.centers.user.errors import EmailMissing, EmailTaken, ProofInvalid
from hansa.centers.user.events import EmailChanged, EmailVerified, PasswordChanged, SessionEnded
from hansa.centers.user.types import Accounts, PartyId, PartyState, Purpose
from hansa.kernel.problem import FieldError, Invalid

if TYPE_CHECKING:
    from uuid import UUID

    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction

_LINKS_TO_THE_ADDRESS = (Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL, Purpose.RESET_PASSWORD)


async def request_verification(ctx: Ctx) -> None:
    """Mail a link that verifies the acting person's own address; nothing happens when it is verified.

    Raises `Unauthenticated`, `Forbidden`, `EmailMissing`, `TooManyAttempts`.
    """
    party = person(ctx)
    async with ctx.transaction() as tx:
        await proofs.count(tx, ctx, about=str(party))
        email = await _own_email(tx, party)
        if not await store.is_verified(tx, party):
            life = ctx.platform.settings.section(Accounts).proof_life
            await proofs.issue(
                tx, ctx, party=PartyId(party), purpose=Purpose.VERIFY_EMAIL, email=email, life=life
            )


async def verify_email(ctx: Ctx, *, secret: str) -> None:
    """Verify the address a link was mailed to; whoever opens the link need not be logged in.

    Raises `ProofInvalid`, also when the account has another address by now.
    """
    found, party = await proofs.look(ctx, secret, purpose=Purpose.VERIFY_EMAIL)
    async with ctx.transaction() as tx:
        if not await store.verify_email(tx, key=found.email_key, party_id=party, now=ctx.now()):
            raise ProofInvalid
        await proofs.use_up(tx, found)
        tx.emit(ctx, EmailVerified(party=party))


async def request_email_change(ctx: Ctx, *, email: str) -> None:
    """Mail a link to a new address; the account keeps the old one until the link is opened.

    The answer does not tell whether somebody has that address. Raises `Invalid`, `Unauthenticated`,
    `Forbidden`, `FreshLogInWanted`, `TooManyAttempts`.
    """
    party, address = person(ctx), read_email(email)
    if isinstance(address, FieldError):
        raise Invalid(address)
    async with ctx.transaction() as tx:
        await proofs.count(tx, ctx, about=str(party))
        await demand_fresh(tx, ctx)
        life = ctx.platform.settings.section(Accounts).proof_life
        await proofs.issue(
            tx, ctx, party=PartyId(party), purpose=Purpose.CHANGE_EMAIL, email=address, life=life
        )


async def change_email(ctx: Ctx, *, secret: str) -> None:
    """Take the new address that a link was mailed to, verified by that; the old one is mailed a way back.

    Raises `ProofInvalid`, `EmailTaken`.
    """
    found, party = await proofs.look(ctx, secret, purpose=Purpose.CHANGE_EMAIL)
    async with ctx.transaction() as tx:
        old = await _email_of(tx, party)
        await _move(tx, ctx, party, EmailAddress(found.email, found.email_key))
        await proofs.use_up(tx, found)
        await store.drop_proofs(tx, [party], _LINKS_TO_THE_ADDRESS)
        if old is not None and old.key != found.email_key:
            life = ctx.platform.settings.section(Accounts).restore_life
            await proofs.issue(tx, ctx, party=party, purpose=Purpose.RESTORE_EMAIL, email=old, life=life)
        tx.emit(ctx, EmailChanged(party=party))


async def restore_email(ctx: Ctx, *, secret: str) -> None:
    """Take an address back that somebody changed the account away from: every session and API token ends.

    Whoever changed it may know the password, so the way in is a new one. Raises `ProofInvalid`, `EmailTaken`.
    """
    found, party = await proofs.look(ctx, secret, purpose=Purpose.RESTORE_EMAIL)
    async with ctx.transaction() as tx:
        await _move(tx, ctx, party, EmailAddress(found.email, found.email_key))
        await end_sessions(tx, ctx, party, tokens_too=True)
        await proofs.use_up(tx, found)
        await store.drop_proofs(tx, [party], _LINKS_TO_THE_ADDRESS)
        tx.emit(ctx, EmailChanged(party=party, restored=True))


async def request_password_reset(ctx: Ctx, *, email: str) -> None:
    """Mail a link that sets a new password, if somebody logs in with this address.

    Answer and work are the same either way. Raises `Invalid` (no address at all), `TooManyAttempts` (counted for
    every address alike).
    """
    address = read_email(email)
    if isinstance(address, FieldError):
        raise Invalid(address)
    async with ctx.transaction() as tx:
        await proofs.count(tx, ctx, about=address.key)
        life = ctx.platform.settings.section(Accounts).reset_life
        await proofs.issue_to_address(tx, ctx, purpose=Purpose.RESET_PASSWORD, email=address, life=life)


async def reset_password(ctx: Ctx, *, secret: str, password: str) -> None:
    """Set a new password by a mailed link; every session ends, and the address is verified by it.

    An account whose address was never verified was perhaps made by somebody else: its passkeys, linked log-ins
    and API tokens go, so that nobody waits inside. Raises `Invalid`, `ProofInvalid`, `Busy`.
    """
    found, party = await proofs.look(ctx, secret, purpose=Purpose.RESET_PASSWORD)
    error = check_password(password, email=found.email)
    if error is not None:
        raise Invalid(error)
    password_hash = await ctx.platform.service(Passwords).hash(password)
    async with ctx.transaction() as tx:
        was_verified = await store.is_verified(tx, party)
        if not await store.verify_email(tx, key=found.email_key, party_id=party, now=ctx.now()):
            raise ProofInvalid
        if not was_verified:
            await identities.drop_all(tx, [party])
        states = await parties.lock_states(tx, [party])
        if states.get(party) is PartyState.ERASED:
            raise ProofInvalid
        await parties.put_password(tx, party_id=party, password_hash=password_hash, now=ctx.now())
        await end_sessions(tx, ctx, party, tokens_too=not was_verified)
        if not was_verified:
            await passkeys.drop_all(tx, [party])
        await proofs.use_up(tx, found)
        await store.drop_proofs(tx, [party], (Purpose.RESET_PASSWORD,))
        tx.emit(ctx, PasswordChanged(party=party, reset=True))


async def set_password(ctx: Ctx, *, password: str) -> None:
    """Set the acting person's password; the other sessions end.

    Raises `Invalid`, `Unauthenticated`, `Forbidden`, `FreshLogInWanted`, `Busy`.
    """
    party = PartyId(person(ctx))
    async with ctx.platform.db.reading() as tx:
        await demand_fresh(tx, ctx)
        email = await _email_of(tx, party)
    error = check_password(password, email=email.shown if email else "")
    if error is not None:
        raise Invalid(error)
    password_hash = await ctx.platform.service(Passwords).hash(password)
    async with ctx.transaction() as tx:
        await demand_fresh(tx, ctx)
        await parties.lock_states(tx, [party])
        await parties.put_password(tx, party_id=party, password_hash=password_hash, now=ctx.now())
        await end_sessions(tx, ctx, party, sparing=ctx.actor.session)
        await store.drop_proofs(tx, [party], (Purpose.RESET_PASSWORD,))
        tx.emit(ctx, PasswordChanged(party=party, reset=False))


async def end_sessions(
    tx: Transaction, ctx: Ctx, party: PartyId, *, sparing: UUID | None = None, tokens_too: bool = False
) -> int:
    """End a party's sessions and tell so; see the store. Returns how many."""
    ended = await sessions.end_sessions(
        tx, party_id=party, now=ctx.now(), sparing=sparing, tokens_too=tokens_too
    )
    tx.emit(ctx, *(SessionEnded(party=one.party_id, session=one.token_id) for one in ended))
    forget_after(tx, ctx, [one.hash for one in ended])
    return len(ended)


async def _move(tx: Transaction, ctx: Ctx, party: PartyId, email: EmailAddress) -> None:
    if not await store.move_email(tx, party_id=party, email=email, now=ctx.now()):
        raise EmailTaken
    if (await parties.lock_states(tx, [party])).get(party) in (None, PartyState.ERASED):
        raise ProofInvalid


async def _own_email(tx: Transaction, party: UUID) -> EmailAddress:
    email = await _email_of(tx, party)
    if email is None:
        raise EmailMissing
    return email


async def _email_of(tx: Transaction, party: UUID) -> EmailAddress | None:
    found = await parties.read_party(tx, party)
    address = read_email(found.email) if found is not None and found.email else None
    return address if isinstance(address, EmailAddress) else None
