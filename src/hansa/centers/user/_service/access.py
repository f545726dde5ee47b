"""API tokens and apps: which programs may act, and how far."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.user._rules.grants import is_covered, is_permission, show_grant
from hansa.centers.user._rules.texts import check_text
from hansa.centers.user._rules.tokens import RANDOM_OCTETS, make_token, token_hash
from hansa.centers.user._service.accounts import NAME_LETTERS_MAX
from hansa.centers.user._service.entering import forget_after
from hansa.centers.user._service.sessions import api_span
from hansa.centers.user._store import parties, tokens
from hansa.centers.user.errors import GrantNotHeld, PartyNotFound, TokenNotFound, TooManyTokens
from hansa.centers.user.events import PartySignedUp, TokenIssued, TokenRevoked
from hansa.centers.user.types import (
    PARTY_ID,
    TOKEN_ID,
    IssuedToken,
    OwnScope,
    PartyId,
    PartyKind,
    Token,
    TokenId,
    TokenKind,
)
from hansa.kernel.context import ActorKind, Ctx
from hansa.kernel.problem import FieldError, Forbidden, Invalid

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

TOKENS_MAX = 50
APPS_MAX = 50
GRANTS_MAX = 100


async def register_app(ctx: Ctx, *, name: str) -> PartyId:
    """Make a party for a program of the acting person; it may do what its tokens carry and its owner holds.

    Raises `Invalid`, `Forbidden`, `TooManyTokens`.
    """
    async with ctx.transaction() as tx:
        return await add_app(tx, ctx, name=name)


async def add_app(tx: Transaction, ctx: Ctx, *, name: str) -> PartyId:
    """As `register_app`, in the caller's transaction."""
    owner, app = ctx.party(), PARTY_ID.new()
    tidy_name, error = check_text("name", name, letters_max=NAME_LETTERS_MAX)
    if error is not None:
        raise Invalid(error)
    if ctx.actor.kind is not ActorKind.PERSON:
        raise Forbidden("Only a person registers an app.")
    await parties.lock_states(tx, [owner])
    if len(await tokens.apps_of(tx, owner)) >= APPS_MAX:
        raise TooManyTokens
    await parties.insert_party(tx, ctx, party_id=app, kind=PartyKind.APP)
    await parties.insert_app(tx, party_id=app, owner=owner, name=tidy_name)
    tx.emit(ctx, PartySignedUp(party=app, kind=PartyKind.APP))
    return app


async def issue_token(
    ctx: Ctx, *, label: str, grants: Sequence[str], expires_at: datetime, app: PartyId | None = None
) -> IssuedToken:
    """Issue an API token for the business and traffic of `ctx`; its secret is shown this once.

    It acts as the person (or as `app`, one of its apps), with those of `grants` that the person holds at
    the time of each use. Raises `Invalid`, `GrantNotHeld`, `PartyNotFound`, `TooManyTokens`, `Forbidden`.
    """
    owner, now = ctx.party(), ctx.now()
    if ctx.actor.kind is ActorKind.GUEST:
        raise Forbidden("Only somebody with an account issues tokens: a guest's session is meant to end.")
    tidy_label = check_wish(label, grants, expires_at, now=now)
    wanted = sorted(set(grants))
    held = ctx.actor.grants | (frozenset(OwnScope) if app is None else frozenset())
    missing = [show_grant(grant) for grant in wanted if not is_covered(grant, held)]
    if missing:
        raise GrantNotHeld(grants=missing)
    async with ctx.transaction() as tx:
        await parties.lock_states(tx, [owner])
        mine = [owner, *await tokens.apps_of(tx, owner)]
        await demand_session(tx, ctx)
        if app is not None and app not in mine:
            raise PartyNotFound
        if len(await tokens.list_api_tokens(tx, party_ids=mine, now=now, limit=TOKENS_MAX)) >= TOKENS_MAX:
            raise TooManyTokens
        return await issue(
            tx, ctx, party=app or PartyId(owner), label=tidy_label, grants=wanted, expires_at=expires_at
        )


def check_wish(label: str, grants: Sequence[str], expires_at: datetime, *, now: datetime) -> str:
    """Return the label, tidied, of a token that may be asked for; raise `Invalid` with every wrong field."""
    tidy_label, label_error = check_text("label", label, letters_max=NAME_LETTERS_MAX)
    errors = [label_error] if label_error else []
    errors += _wrong_grants(grants)
    if not api_span(expires_at, now=now):
        errors.append(FieldError("expires_at", "range", "From now to two years ahead."))
    if errors:
        raise Invalid(*errors)
    return tidy_label


async def issue(
    tx: Transaction, ctx: Ctx, *, party: PartyId, label: str, grants: Sequence[str], expires_at: datetime
) -> IssuedToken:
    """Make and keep a token that somebody may have; its secret leaves with the answer alone."""
    secret, token = make_token(TokenKind.API, secrets.token_bytes(RANDOM_OCTETS)), TOKEN_ID.new()
    await tokens.insert_token(
        tx,
        ctx,
        token_hash=token_hash(secret),
        token_id=token,
        party_id=party,
        kind=TokenKind.API,
        label=label,
        grants=grants,
        expires_at=expires_at,
        ends_at=expires_at,
    )
    tx.emit(ctx, TokenIssued(party=party, token=token, grants=tuple(grants)))
    shown = Token(
        id=token,
        kind=TokenKind.API,
        label=label,
        grants=tuple(grants),
        business=ctx.business,
        traffic=ctx.traffic,
        created_at=ctx.now(),
        expires_at=expires_at,
    )
    return IssuedToken(secret=secret, token=shown)


async def revoke_token(ctx: Ctx, *, token_id: TokenId) -> None:
    """End one of the acting person's API tokens. Raises `TokenNotFound`."""
    owner = ctx.party()
    async with ctx.transaction() as tx:
        mine = [owner, *await tokens.apps_of(tx, owner)]
        ended = await tokens.end_token(
            tx, party_ids=mine, token_id=token_id, kind=TokenKind.API, now=ctx.now()
        )
        if ended is None:
            raise TokenNotFound
        tx.emit(ctx, TokenRevoked(party=ended.party_id, token=token_id))
        forget_after(tx, ctx, [ended.hash])


async def list_tokens(ctx: Ctx) -> list[Token]:
    """Return the acting person's living API tokens, its apps' too, newest first; there are at most 50."""
    owner = ctx.party()
    async with ctx.transaction() as tx:
        mine = [owner, *await tokens.apps_of(tx, owner)]
        return await tokens.list_api_tokens(tx, party_ids=mine, now=ctx.now(), limit=TOKENS_MAX)


async def grants_changed(tx: Transaction, ctx: Ctx, party_ids: Sequence[UUID]) -> None:
    """Tell, in the same transaction, that answers to `user.grants` about these parties have changed."""
    forget_after(tx, ctx, await tokens.touch_of(tx, party_ids))


async def demand_session(tx: Transaction, ctx: Ctx) -> None:
    """Refuse an actor that did not log in: a token that leaked must not make others. Raises `Forbidden`."""
    if ctx.actor.kind is ActorKind.SYSTEM:
        return
    is_session = ctx.actor.session is not None and await tokens.is_session(
        tx, party_id=ctx.party(), token_id=ctx.actor.session
    )
    if not is_session:
        raise Forbidden("Tokens are issued by somebody who logged in.")


def _wrong_grants(grants: Sequence[str]) -> list[FieldError]:
    if len(grants) > GRANTS_MAX:
        return [FieldError("grants", "too_many", f"At most {GRANTS_MAX}.")]
    return [
        FieldError(f"grants.{at}", "malformed", "A permission looks like trade.order.ship.")
        for at, grant in enumerate(grants)
        if not is_permission(grant)
    ]
