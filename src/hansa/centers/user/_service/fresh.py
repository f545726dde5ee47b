"""Step-up: the ways into an account change only under a session whose holder proved just now who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hansa.centers.user._rules.texts import PASSWORD_RAW_MAX
from hansa.centers.user._service.passwords import Passwords
from hansa.centers.user._store import parties, sessions
from hansa.centers.user.errors import FreshLogInWanted, TooManyAttempts, WrongCredentials
from hansa.centers.user.types import Accounts
from hansa.kernel.context import ActorKind, Ctx
from hansa.kernel.problem import Forbidden, Unauthenticated
from hansa.kernel.texts import storable

if TYPE_CHECKING:
    from uuid import UUID

    from hansa.kernel.db import Transaction


def person(ctx: Ctx) -> UUID:
    """Return the acting person's party. Raises `Unauthenticated`, and `Forbidden` for guests and apps."""
    party = ctx.party()
    if ctx.actor.kind is not ActorKind.PERSON:
        raise Forbidden("Only somebody with an account does this, not a guest and no program.")
    return party


def somebody(ctx: Ctx) -> UUID:
    """Return the acting person's or guest's party. Raises `Unauthenticated`, and `Forbidden` for apps."""
    party = ctx.party()
    if ctx.actor.kind not in (ActorKind.PERSON, ActorKind.GUEST):
        raise Forbidden("Only people do this, and no program.")
    return party


async def demand_own(tx: Transaction, ctx: Ctx) -> None:
    """Demand a fresh log-in of a person, and of a guest its living session: it has nothing else to prove itself by.

    Raises `Unauthenticated`, `FreshLogInWanted`.
    """
    if ctx.actor.kind is not ActorKind.GUEST:
        await demand_fresh(tx, ctx)
        return
    party, session = ctx.party(), ctx.actor.session
    if session is None or await sessions.read_proved(tx, party_id=party, token_id=session) is None:
        raise Unauthenticated


async def demand_fresh(tx: Transaction, ctx: Ctx) -> None:
    """Raise `FreshLogInWanted` unless the acting session's holder proved lately who they are.

    An API token never did: one that leaked must not change the ways in. The platform itself may.
    """
    if ctx.actor.kind is ActorKind.SYSTEM:
        return
    party, session = person(ctx), ctx.actor.session
    proved = await sessions.read_proved(tx, party_id=party, token_id=session) if session else None
    if proved is None or proved.proved_at is None:
        raise FreshLogInWanted
    now = ctx.platform.clocks.now(proved.business, proved.traffic)
    if now - proved.proved_at > ctx.platform.settings.section(Accounts).fresh_log_in:
        raise FreshLogInWanted


async def prove(ctx: Ctx, *, password: str) -> None:
    """Prove again, by password, who acts in this session; a passkey does as well (`prove_with_passkey`).

    Raises `Unauthenticated`, `Forbidden` (no session of a person), `WrongCredentials`, `TooManyAttempts`, `Busy`.
    """
    party = person(ctx)
    settings, now = ctx.platform.settings.section(Accounts), ctx.now()
    async with ctx.transaction() as tx:
        facts = await parties.count_attempt_of_party(
            tx, party_id=party, now=now, window=settings.log_in_window
        )
    if facts.attempts > settings.log_in_attempts:
        wait = facts.since + settings.log_in_window - now
        raise TooManyAttempts(retry_after_s=max(1, int(wait.total_seconds()) + 1))
    readable = len(password) <= PASSWORD_RAW_MAX and storable(password)
    known = facts.password_hash if readable else None
    right, _ = await ctx.platform.service(Passwords).check(password if readable else "", known)
    if not right:
        raise WrongCredentials
    async with ctx.transaction() as tx:
        await parties.forget_attempts(tx, parties.party_subject(party))
        await note_proved(tx, ctx)


async def note_proved(tx: Transaction, ctx: Ctx) -> None:
    """Note in the acting session that its holder has just proved who they are. Raises `Unauthenticated`."""
    party, session = person(ctx), ctx.actor.session
    proved = await sessions.read_proved(tx, party_id=party, token_id=session) if session else None
    if proved is None or session is None:
        raise Unauthenticated
    now = ctx.platform.clocks.now(proved.business, proved.traffic)
    await sessions.put_proved(tx, party_id=party, token_id=session, now=now)
