"""Coming in: whoever has shown who they are gets a session, and the guest they were becomes part of them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.user._rules.devices import read_device
from hansa.centers.user._rules.tokens import RANDOM_OCTETS, make_token, token_hash
from hansa.centers.user._service.attempts import known_device
from hansa.centers.user._service.sessions import Sessions, session_span
from hansa.centers.user._store import addresses, kin, parties, privacy, tokens
from hansa.centers.user.errors import RiskRefused, Suspended, WrongCredentials
from hansa.centers.user.events import GuestMerged, SessionStarted
from hansa.centers.user.extensions import ASSESS_RISK, MERGE_GUEST, GuestMerge
from hansa.centers.user.types import (
    TOKEN_ID,
    Accounts,
    Attempt,
    LoggedIn,
    PartyId,
    PartyKind,
    PartyState,
    TokenKind,
)
from hansa.kernel.context import Actor, ActorKind, Ctx
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def enter(tx: Transaction, ctx: Ctx, *, party: PartyId, stronger: str | None = None) -> LoggedIn:
    """Start a session for whoever was shown to be `party`; `stronger` is the password hashed anew.

    A party that was linked to another one enters as that one. Raises `Suspended`, `WrongCredentials` (erased).
    """
    guest = guest_of(ctx)
    root = await kin.root_of(tx, party)
    asked = sorted({party, root} | ({guest} if guest else set()))
    states = await parties.lock_states(tx, asked)
    if PartyState.SUSPENDED in (states.get(party), states.get(root)):
        raise Suspended
    entered = root if states.get(party) is PartyState.MERGED else party
    if states.get(entered) is not PartyState.ACTIVE:
        raise WrongCredentials
    if stronger is not None:
        await parties.put_password(tx, party_id=party, password_hash=stronger, now=ctx.now())
    started = await start_session(tx, ctx, party=entered, kind=PartyKind.PERSON)
    await merge_guest(tx, ctx, entered)
    return started


async def start_session(tx: Transaction, ctx: Ctx, *, party: PartyId, kind: PartyKind) -> LoggedIn:
    """Start a session of a locked or new party."""
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
        proved=kind is PartyKind.PERSON,
        device=read_device(ctx.agent),
    )
    tx.emit(ctx, SessionStarted(party=party, session=session, kind=kind))
    actor_kind = ActorKind.GUEST if kind is PartyKind.GUEST else ActorKind.PERSON
    # Grants are read with the token, at its first use: asking for them is no matter for a transaction.
    return LoggedIn(
        token=token,
        actor=Actor(actor_kind, party, session=session),
        expires_at=expires_at,
        device=known_device(ctx, party) if kind is PartyKind.PERSON else "",
    )


async def merge_guest(tx: Transaction, ctx: Ctx, party: PartyId) -> None:
    """Hand what the acting guest gathered to the party it turned out to be. Happens once, whoever repeats."""
    guest = guest_of(ctx)
    if guest is None or not await parties.mark_merged(tx, guest=guest, party=party):
        return
    forget_after(tx, ctx, await tokens.end_all(tx, party_id=guest, now=ctx.now()))
    taken = ["user.address"] if await addresses.hand_over(tx, guest=guest, party=party) else []
    await parties.drop_person(tx, guest)
    await privacy.drop_export(tx, guest)
    await kin.note(tx, party_id=guest, into=party, kind="merged", by=ctx.actor.label, now=ctx.now())
    (answer,) = await MERGE_GUEST.of_batch(tx, [GuestMerge(ctx, guest, party)])
    if isinstance(answer, Problem):
        raise answer
    tx.emit(ctx, GuestMerged(guest=guest, party=party, taken=(*taken, *answer)))


def guest_of(ctx: Ctx) -> PartyId | None:
    """Return the guest that acts, if one does."""
    is_guest = ctx.actor.kind is ActorKind.GUEST and ctx.actor.party is not None
    return PartyId(ctx.actor.party) if is_guest and ctx.actor.party else None


def forget_after(tx: Transaction, ctx: Ctx, hashes: list[bytes]) -> None:
    """Let this process see a change of tokens as soon as it is committed; the others see it within a second."""
    sessions = ctx.platform.service(Sessions)
    tx.after_commit(lambda: sessions.forget(hashes))


async def assess(ctx: Ctx, action: str, subject: str) -> None:
    """Ask whether an attempt may go on. Raises `RiskRefused`."""
    risk = await ASSESS_RISK.of(ctx)(ctx, Attempt(action=action, subject=subject))
    if not risk.allowed:
        raise RiskRefused(reason=risk.reason)


def visible(party: UUID) -> str:
    """Name a party to the risk point: stable, and no e-mail address."""
    return f"party:{party}"
