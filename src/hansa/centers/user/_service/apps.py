"""Apps as whoever lets them in sees them: their tokens are issued and ended by the center that knows who installed them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.user._service.access import TOKENS_MAX, check_wish, issue
from hansa.centers.user._service.entering import forget_after
from hansa.centers.user._store import apps, parties, tokens
from hansa.centers.user.errors import PartyNotFound, TooManyTokens
from hansa.centers.user.events import TokenRevoked
from hansa.centers.user.types import App, IssuedToken, PartyId, PartyState, Token, TokenId
from hansa.kernel.context import Ctx

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def apps_by_id(tx: Transaction, app_ids: Sequence[UUID]) -> dict[PartyId, App]:
    """Return apps with their owners; who is none is absent."""
    return await apps.read_apps(tx, app_ids)


async def issue_token_for(
    tx: Transaction,
    ctx: Ctx,
    *,
    party: PartyId,
    label: str,
    grants: Sequence[str],
    expires_at: datetime,
    among: Sequence[UUID] | None = None,
) -> IssuedToken:
    """Issue a token to a person or an app, for the business and traffic of `ctx`; its secret is shown this once.

    It does those of `grants` that the party (or the app's owner) holds at the time of each use. Whoever calls
    has seen that the actor may have it. 50 live at once: of the party, or `among` these. Raises `Invalid`,
    `PartyNotFound`, `TooManyTokens`.
    """
    tidy_label = check_wish(label, grants, expires_at, now=ctx.now())
    if (await parties.lock_states(tx, [party])).get(party) is not PartyState.ACTIVE:
        raise PartyNotFound
    living = await tokens.list_api_tokens(tx, party_ids=[party], now=ctx.now(), limit=TOKENS_MAX, among=among)
    if len(living) >= TOKENS_MAX:
        raise TooManyTokens
    return await issue(
        tx, ctx, party=party, label=tidy_label, grants=sorted(set(grants)), expires_at=expires_at
    )


async def end_app_tokens(
    tx: Transaction, ctx: Ctx, *, app: PartyId, token_ids: Sequence[UUID], at: datetime
) -> list[TokenId]:
    """Let an app's tokens end at `at` at the latest, at once when that is not ahead; return those that lived.

    Whoever calls has seen that the actor may.
    """
    now = ctx.now()
    touched = await apps.shorten(tx, party_id=app, token_ids=token_ids, at=at, now=now)
    if at <= now:
        tx.emit(ctx, *(TokenRevoked(party=app, token=one.token_id) for one in touched))
    forget_after(tx, ctx, [one.hash for one in touched])
    return [one.token_id for one in touched]


async def app_tokens(
    tx: Transaction, ctx: Ctx, app: PartyId, *, among: Sequence[UUID] | None = None
) -> list[Token]:
    """Return an app's living tokens, all or `among` these, newest first, at most 50."""
    return await tokens.list_api_tokens(tx, party_ids=[app], now=ctx.now(), limit=TOKENS_MAX, among=among)
