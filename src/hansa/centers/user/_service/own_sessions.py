"""The sessions of a person, seen and ended by that person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hansa.centers.user._service import fresh
from hansa.centers.user._service.entering import forget_after
from hansa.centers.user._service.recovery import end_sessions
from hansa.centers.user._store import sessions as store
from hansa.centers.user._store import tokens
from hansa.centers.user.errors import SessionNotFound
from hansa.centers.user.events import SessionEnded
from hansa.centers.user.types import PartyId, SessionShown, TokenId, TokenKind

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx

SESSIONS_SHOWN_MAX = 100


async def list_sessions(ctx: Ctx) -> list[SessionShown]:
    """Return the acting person's living sessions, newest first (at most 100). Raises `Unauthenticated`, `Forbidden`."""
    party = fresh.person(ctx)
    async with ctx.platform.db.reading() as tx:
        return await store.list_sessions(
            tx, party_id=party, acting=ctx.actor.session, now=ctx.now(), limit=SESSIONS_SHOWN_MAX
        )


async def end_session(ctx: Ctx, *, session: TokenId) -> None:
    """End one of the acting person's sessions. Raises `Unauthenticated`, `Forbidden`, `SessionNotFound`."""
    party = PartyId(fresh.person(ctx))
    async with ctx.transaction() as tx:
        ended = await tokens.end_token(
            tx, party_ids=[party], token_id=session, kind=TokenKind.SESSION, now=ctx.now()
        )
        if ended is None:
            raise SessionNotFound
        tx.emit(ctx, SessionEnded(party=party, session=ended.token_id))
        forget_after(tx, ctx, [ended.hash])


async def end_other_sessions(ctx: Ctx) -> int:
    """End every session of the acting person but this one, and return how many. Raises `Unauthenticated`, `Forbidden`."""
    party = PartyId(fresh.person(ctx))
    async with ctx.transaction() as tx:
        return await end_sessions(tx, ctx, party, sparing=ctx.actor.session)
