"""Letting apps into shops: shown, consented to, installed, removed, and the tokens that come with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.interconnect._rules import scopes as rules
from hansa.centers.interconnect._service.apps import (
    end_with_installations,
    installed_at,
    named,
    require_app,
    require_owner,
)
from hansa.centers.interconnect._store import apps as store
from hansa.centers.interconnect.errors import (
    ConsentOutdated,
    NotInstalled,
    ScopeNotHeld,
    TooManyApps,
)
from hansa.centers.interconnect.events import AppInstalled, AppUninstalled
from hansa.centers.interconnect.types import App, AskedScope, Consent, Installation
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import Shop, ShopId, shop_object
from hansa.centers.user import api as user
from hansa.centers.user.errors import TokenNotFound
from hansa.centers.user.extensions import Grant
from hansa.centers.user.types import IssuedToken, PartyId, Token, TokenId
from hansa.kernel.context import ActorKind, Ctx
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Forbidden, Invalid

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

INSTALL = "interconnect.app.install"
APPS_PER_SHOP_MAX = 50
OVERLAP_MAX = timedelta(days=7)


async def consent(ctx: Ctx, *, shop_id: ShopId, app_id: PartyId) -> Consent:
    """Say what an app asks for in a shop; see `interconnect.api`."""
    where = shop_object(shop_id)
    ctx.require(INSTALL, of=where)
    await shop.require_shop(ctx, shop_id)
    async with ctx.transaction() as tx:
        found = await require_app(tx, ctx, app_id)
        there = await store.read_installation(tx, app_id=app_id, shop_id=shop_id)
    given = there.scopes if there else ()
    return Consent(
        app=found,
        shop_id=shop_id,
        scopes=tuple(
            AskedScope(
                scope=scope,
                means=rules.SCOPES[scope],
                yours=ctx.may(scope, of=where),
                given=scope in given,
            )
            for scope in found.scopes
        ),
        seen=rules.digest(found.scopes),
    )


async def install(
    ctx: Ctx, *, shop_id: ShopId, app_id: PartyId, scopes: Collection[str], seen: str
) -> Installation:
    """Let an app into a shop; see `interconnect.api`."""
    where = shop_object(shop_id)
    ctx.require(INSTALL, of=where)
    if ctx.actor.kind not in {ActorKind.PERSON, ActorKind.SYSTEM}:
        raise Forbidden("Only a person lets an app in.")
    place = await shop.require_shop(ctx, shop_id)
    async with ctx.transaction() as tx:
        return await let_in(tx, ctx, place, app_id=app_id, scopes=scopes, seen=seen)


async def let_in(
    tx: Transaction,
    ctx: Ctx,
    place: Shop,
    *,
    app_id: PartyId,
    scopes: Collection[str],
    seen: str,
    kept: Collection[str] = (),
) -> Installation:
    """Let an app into a shop in the caller's transaction; `kept` is what it may do already, and goes on doing.

    Nobody gives what they do not hold. Raises as `install`.
    """
    await user.grants_changed(tx, ctx, [app_id])  # user's rows come first in the lock order
    locked = await store.lock_app(tx, app_id)
    found = await require_app(tx, ctx, app_id)
    if locked is None or seen != rules.digest(locked.scopes):
        raise ConsentOutdated
    if errors := rules.scope_errors(scopes, among=found.scopes):
        raise Invalid(*errors)
    if missing := [scope for scope in rules.tidy(scopes) if not ctx.may(scope, of=place.object)]:
        raise ScopeNotHeld(scopes=missing)
    if await store.count_installed(tx, place.id, besides=app_id) >= APPS_PER_SHOP_MAX:
        raise TooManyApps(apps_max=APPS_PER_SHOP_MAX)
    new = Installation(
        app_id=app_id,
        shop_id=place.id,
        business=place.business,
        traffic=place.traffic,
        scopes=rules.tidy([*scopes, *(scope for scope in kept if scope in found.scopes)]),
        installed_by=ctx.actor.author or found.owner,
        installed_at=ctx.now(),
    )
    await store.put_installation(tx, new)
    tx.emit(installed_at(ctx, new), AppInstalled(app_id=app_id, shop_id=place.id, scopes=new.scopes))
    return new


async def uninstall(ctx: Ctx, *, shop_id: ShopId, app_id: PartyId) -> None:
    """Remove an app from a shop, and end its tokens there; see `interconnect.api`."""
    ctx.require(INSTALL, of=shop_object(shop_id))
    await shop.require_shop(ctx, shop_id)
    async with ctx.transaction() as tx:
        tokens = await store.token_ids(tx, app_id=app_id, shop_id=shop_id)
        await user.end_app_tokens(tx, ctx, app=app_id, token_ids=tokens, at=ctx.now())
        await user.grants_changed(tx, ctx, [app_id])
        ended = await store.end_installations(tx, app_ids=[app_id], shop_id=shop_id, now=ctx.now())
        if not ended:
            raise NotInstalled
        await end_with_installations(tx, ctx, [app_id])
        tx.emit(installed_at(ctx, ended[0]), AppUninstalled(app_id=app_id, shop_id=shop_id))


async def installed_in(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None, limit: int
) -> Page[tuple[Installation, App]]:
    """List what a shop has installed; see `interconnect.api`."""
    ctx.require(INSTALL, of=shop_object(shop_id))
    await shop.require_shop(ctx, shop_id)
    limit = checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.installations_of_shop(tx, shop_id, after=after, limit=limit + 1)
        known = await named(tx, await store.read_apps(tx, [one.app_id for one in rows]))
    pairs = [(one, known[one.app_id]) for one in rows if one.app_id in known]
    return page_of(pairs, limit=limit, key=lambda pair: (pair[0].app_id,))


async def installations(ctx: Ctx, *, app_id: PartyId, cursor: str | None, limit: int) -> Page[Installation]:
    """List where an app is installed, for its owner and itself; see `interconnect.api`."""
    limit = checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        found = await require_app(tx, ctx, app_id)
        if ctx.actor.party != app_id:
            require_owner(ctx, found)
        rows = await store.installations_of_app(tx, app_id, after=after, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.shop_id,))


async def issue_token(
    ctx: Ctx,
    *,
    app_id: PartyId,
    shop_id: ShopId,
    label: str,
    scopes: Collection[str] | None,
    expires_at: datetime,
) -> IssuedToken:
    """Issue a token for an installation; see `interconnect.api`."""
    async with ctx.transaction() as tx:
        there = await _own_installation(tx, ctx, app_id=app_id, shop_id=shop_id)
        wanted = there.scopes if scopes is None else tuple(scopes)
        if errors := rules.scope_errors(wanted, among=there.scopes):
            raise Invalid(*errors)
        await user.demand_session(tx, ctx)
        return await _issue(tx, ctx, there, label=label, scopes=wanted, expires_at=expires_at)


async def rotate_token(
    ctx: Ctx,
    *,
    app_id: PartyId,
    shop_id: ShopId,
    token_id: TokenId,
    expires_at: datetime,
    overlap: timedelta,
) -> IssuedToken:
    """Issue a token in place of another, which goes on for a while; see `interconnect.api`."""
    if not timedelta() <= overlap <= OVERLAP_MAX:
        raise Invalid(FieldError("overlap_s", "range", f"From 0 to {OVERLAP_MAX // timedelta(seconds=1)}"))
    async with ctx.transaction() as tx:
        there = await _own_installation(tx, ctx, app_id=app_id, shop_id=shop_id)
        where = installed_at(ctx, there)
        before = await _living(tx, where, app_id=app_id, shop_id=shop_id)
        if token_id not in before:
            raise TokenNotFound
        await user.demand_session(tx, ctx)
        kept = [grant.partition("@")[0] for grant in before[token_id].grants]
        issued = await _issue(
            tx,
            ctx,
            there,
            label=before[token_id].label,
            scopes=[scope for scope in kept if scope in there.scopes],
            expires_at=expires_at,
        )
        await user.end_app_tokens(tx, where, app=app_id, token_ids=[token_id], at=where.now() + overlap)
    return issued


async def revoke_token(ctx: Ctx, *, app_id: PartyId, shop_id: ShopId, token_id: TokenId) -> None:
    """End a token of an installation at once; see `interconnect.api`."""
    async with ctx.transaction() as tx:
        there = await _own_installation(tx, ctx, app_id=app_id, shop_id=shop_id)
        where = installed_at(ctx, there)
        if token_id not in await _living(tx, where, app_id=app_id, shop_id=shop_id):
            raise TokenNotFound
        await user.end_app_tokens(tx, where, app=app_id, token_ids=[token_id], at=where.now())


async def tokens(ctx: Ctx, *, app_id: PartyId, shop_id: ShopId) -> list[Token]:
    """Return an installation's living tokens; see `interconnect.api`."""
    async with ctx.transaction() as tx:
        there = await _own_installation(tx, ctx, app_id=app_id, shop_id=shop_id)
        living = await _living(tx, installed_at(ctx, there), app_id=app_id, shop_id=shop_id)
    return list(living.values())


async def grants_of_installations(ctx: Ctx, parties: Sequence[UUID]) -> Sequence[Grant]:
    """Answer `user.grants`: what apps may do in the shops that installed them, in this traffic class alone."""
    async with ctx.transaction() as tx:
        found = await store.granted_to(tx, parties, business=ctx.business, traffic=ctx.traffic.value)
    return [
        Grant(app_id, f"{scope}@{shop_object(shop_id)}", ctx.traffic)
        for app_id, shop_id, scopes in found
        for scope in scopes
    ]


async def _own_installation(tx: Transaction, ctx: Ctx, *, app_id: PartyId, shop_id: ShopId) -> Installation:
    require_owner(ctx, await require_app(tx, ctx, app_id))
    there = await store.read_installation(tx, app_id=app_id, shop_id=shop_id)
    if there is None:
        raise NotInstalled
    return there


async def _living(tx: Transaction, where: Ctx, *, app_id: PartyId, shop_id: ShopId) -> dict[TokenId, Token]:
    mine = await store.token_ids(tx, app_id=app_id, shop_id=shop_id)
    return {one.id: one for one in await user.app_tokens(tx, where, app_id, among=mine)}


async def _issue(
    tx: Transaction,
    ctx: Ctx,
    there: Installation,
    *,
    label: str,
    scopes: Collection[str],
    expires_at: datetime,
) -> IssuedToken:
    where = installed_at(ctx, there)
    issued = await user.issue_token_for(
        tx,
        where,
        party=there.app_id,
        label=label,
        grants=[f"{scope}@{shop_object(there.shop_id)}" for scope in scopes],
        expires_at=expires_at,
        among=await store.token_ids(tx, app_id=there.app_id, shop_id=there.shop_id),
    )
    await store.insert_token(
        tx, app_id=there.app_id, shop_id=there.shop_id, token_id=issued.token.id, now=where.now()
    )
    return issued
