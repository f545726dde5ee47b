"""Apps as their developers keep them: registered, changed, tried in a sandbox, retired."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

import httpx

from hansa.centers.interconnect._rules import scopes as rules
from hansa.centers.interconnect._rules.oauth import redirect_errors
from hansa.centers.interconnect._service.endpoints import remove_endpoints_of
from hansa.centers.interconnect._store import apps as store
from hansa.centers.interconnect._store import authorizations
from hansa.centers.interconnect._store.apps import StoredApp
from hansa.centers.interconnect._store.endpoints import forget_descriptions, forget_shops
from hansa.centers.interconnect.errors import AppNotFound
from hansa.centers.interconnect.events import (
    AppChanged,
    AppInstalled,
    AppRegistered,
    AppRetired,
    AppUninstalled,
    AuthorizationEnded,
)
from hansa.centers.interconnect.types import App, Installation, Sandbox
from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import ShopId, shop_object
from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID, PartyId
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import Texts, text_errors

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

ABOUT_LETTERS_MAX = 1000
_HOMEPAGE_LETTERS_MAX = 500
_SANDBOX_TOKEN_LASTS = timedelta(days=90)


async def register_app(
    ctx: Ctx,
    *,
    name: str,
    scopes: Collection[str],
    about: Texts,
    homepage: str,
    redirect_uris: Sequence[str] = (),
) -> App:
    """Register an app; see `interconnect.api`."""
    owner = PartyId(ctx.party())
    _check(scopes, about, homepage, redirect_uris)
    async with ctx.transaction() as tx:
        app_id = await user.add_app(tx, ctx, name=name)
        new = StoredApp(
            id=app_id,
            owner=owner,
            business=ctx.business,
            about=about,
            homepage=homepage,
            scopes=rules.tidy(scopes),
            sandbox_shop=None,
            registered_at=ctx.now(),
            redirect_uris=tuple(dict.fromkeys(redirect_uris)),
        )
        await store.insert_app(tx, new)
        tx.emit(ctx, AppRegistered(app_id=app_id, owner=owner, scopes=new.scopes))
        return (await named(tx, {app_id: new}))[app_id]


async def app(ctx: Ctx, app_id: PartyId) -> App:
    """Return an app of this business; see `interconnect.api`."""
    async with ctx.transaction() as tx:
        return await require_app(tx, ctx, app_id)


async def my_apps(ctx: Ctx, *, cursor: str | None, limit: int) -> Page[App]:
    """Return the acting party's apps in this business; see `interconnect.api`."""
    owner, limit = ctx.party(), checked_limit(limit)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        stored = await store.apps_of(tx, owner=owner, business=ctx.business, before=before, limit=limit + 1)
        known = await named(tx, {one.id: one for one in stored})
    return page_of([known[one.id] for one in stored if one.id in known], limit=limit, key=lambda a: (a.id,))


async def change_app(
    ctx: Ctx,
    *,
    app_id: PartyId,
    scopes: Collection[str] | None,
    about: Texts | None,
    homepage: str | None,
    redirect_uris: Sequence[str] | None = None,
) -> App:
    """Change what an app asks for and says of itself; see `interconnect.api`."""
    async with ctx.transaction() as tx:
        await user.grants_changed(tx, ctx, [app_id])  # user's rows come first in the lock order
        before = await _own_locked(tx, ctx, app_id)
        await user.demand_session(tx, ctx)
        wanted = before.scopes if scopes is None else scopes
        told = before.about if about is None else about
        page = before.homepage if homepage is None else homepage
        backs = before.redirect_uris if redirect_uris is None else tuple(dict.fromkeys(redirect_uris))
        _check(wanted, told, page, backs)
        tidied = rules.tidy(wanted)
        await store.put_app(tx, app_id, about=told, homepage=page, scopes=tidied, redirect_uris=backs)
        for one in await store.narrow_installations(tx, app_id=app_id, scopes=tidied, now=ctx.now()):
            _tell_changed(tx, ctx, one)
        await end_with_installations(tx, ctx, [app_id])
        tx.emit(ctx, AppChanged(app_id=app_id, scopes=tidied))
    return await app(ctx, app_id)


async def retire_app(ctx: Ctx, *, app_id: PartyId) -> None:
    """End an app everywhere; see `interconnect.api`."""
    async with ctx.transaction() as tx:
        tokens = await store.token_ids(tx, app_id=app_id, shop_id=None)
        found = (await store.read_apps(tx, [app_id])).get(app_id)
        require_owner(ctx, found)
        await user.demand_session(tx, ctx)
        await user.end_app_tokens(tx, ctx, app=app_id, token_ids=tokens, at=ctx.now())
        await user.grants_changed(tx, ctx, [app_id])
        await retire(tx, ctx, [app_id])


async def retire(
    tx: Transaction,
    ctx: Ctx,
    app_ids: Collection[PartyId],
    *,
    forgetting: Sequence[UUID] = (),
    owned: Mapping[ShopId, UUID] = MappingProxyType({}),
) -> tuple[list[PartyId], list[UUID]]:
    """End apps, with their installations and endpoints, in the caller's transaction; return those that lived.

    What the parties in `forgetting` wrote about endpoints goes too, and the endpoints of the shops they `owned`;
    returned second is who had any.
    """
    over = await store.retire(tx, list(app_ids), now=ctx.now())
    for one in await store.end_installations(tx, app_ids=over, shop_id=None, now=ctx.now()):
        tx.emit(installed_at(ctx, one), AppUninstalled(app_id=one.app_id, shop_id=one.shop_id))
    wrote = await forget_descriptions(tx, forgetting) if forgetting else []
    wrote += [owned[ShopId(one)] for one in await forget_shops(tx, list(owned))] if owned else []
    await remove_endpoints_of(tx, ctx, over)
    await end_with_installations(tx, ctx, over)
    tx.emit(ctx, *(AppRetired(app_id=one) for one in over))
    return over, wrote


async def open_sandbox(ctx: Ctx, *, app_id: PartyId) -> Sandbox:
    """Give an app a shop to be tried in; see `interconnect.api`."""
    owner = PartyId(ctx.party())
    found = await app(ctx, app_id)
    require_owner(ctx, found)
    sandbox = ctx.platform.context(
        ctx.business, traffic=Traffic.SANDBOX, actor=ctx.actor, locale=ctx.locale, trace=ctx.trace
    )
    shop_id = await _sandbox_shop(sandbox, found)
    permissions = sorted({one for center in ctx.platform.centers for one in center.permissions})
    expires_at = sandbox.now() + _SANDBOX_TOKEN_LASTS
    async with ctx.transaction() as tx:
        await user.demand_session(tx, ctx)
        issued = await user.issue_token_for(
            tx,
            sandbox,
            party=owner,
            label=f"sandbox {PARTY_ID.show(app_id)}",
            grants=[f"{one}@{shop_object(shop_id)}" for one in permissions],
            expires_at=expires_at,
        )
        await user.grants_changed(tx, ctx, [app_id])
        locked = await _own_locked(tx, ctx, app_id)
        await store.put_sandbox(tx, app_id, shop_id)
        new = Installation(
            app_id=app_id,
            shop_id=shop_id,
            business=ctx.business,
            traffic=Traffic.SANDBOX,
            scopes=locked.scopes,
            installed_by=owner,
            installed_at=sandbox.now(),
        )
        await store.put_installation(tx, new)
        tx.emit(sandbox, AppInstalled(app_id=app_id, shop_id=shop_id, scopes=new.scopes))
    return Sandbox(shop_id=shop_id, secret=issued.secret, expires_at=expires_at)


async def require_app(tx: Transaction, ctx: Ctx, app_id: PartyId) -> App:
    """Return an app of the context's business, or raise `AppNotFound`."""
    stored = (await store.read_apps(tx, [app_id])).get(app_id)
    if stored is None or stored.business != ctx.business:
        raise AppNotFound
    known = await named(tx, {app_id: stored})
    if app_id not in known:
        raise AppNotFound
    return known[app_id]


def require_owner(ctx: Ctx, found: App | StoredApp | None) -> None:
    """Raise what `Ctx.party` raises, or `AppNotFound`, unless the acting party owns this app of the business."""
    if found is None or found.business != ctx.business or found.owner != ctx.party():
        raise AppNotFound


async def named(tx: Transaction, stored: Mapping[PartyId, StoredApp]) -> dict[PartyId, App]:
    """Give apps the names that `user` keeps; one whose party is gone is absent."""
    cards = await user.apps_by_id(tx, list(stored))
    return {
        app_id: App(
            id=app_id,
            owner=one.owner,
            name=cards[app_id].name,
            business=one.business,
            about=one.about,
            homepage=one.homepage,
            scopes=one.scopes,
            sandbox_shop=one.sandbox_shop,
            registered_at=one.registered_at,
            redirect_uris=one.redirect_uris,
        )
        for app_id, one in stored.items()
        if app_id in cards
    }


def installed_at(ctx: Ctx, one: Installation) -> Ctx:
    """Return the context in which something happens to an installation: in its own traffic class."""
    return ctx.platform.context(one.business, traffic=one.traffic, actor=ctx.actor, trace=ctx.trace)


async def _sandbox_shop(sandbox: Ctx, found: App) -> ShopId:
    """Return the app's shop in the sandbox, opened when there is none; a repeat finds the one before."""
    slug = f"sandbox-{found.id.hex}"
    try:
        there = await shop.shop_by_slug(sandbox, slug=slug)
    except ShopNotFound:
        name = {"en": f"Sandbox of {found.name}", "zh": f"{found.name} 的沙盒"}
        there = await shop.open_shop(sandbox, slug=slug, name=name, owner=found.owner)
    if there.owner != found.owner:
        raise AppNotFound
    return there.id


async def _own_locked(tx: Transaction, ctx: Ctx, app_id: PartyId) -> StoredApp:
    found = await store.lock_app(tx, app_id)
    require_owner(ctx, found)
    if found is None:
        raise AppNotFound
    return found


async def end_with_installations(tx: Transaction, ctx: Ctx, app_ids: Sequence[PartyId]) -> None:
    """End what apps were granted by shops that have them no more."""
    for one in await authorizations.end_uninstalled(tx, app_ids, now=ctx.now()):
        where = ctx.platform.context(one.business, traffic=one.traffic, actor=ctx.actor, trace=ctx.trace)
        tx.emit(
            where,
            AuthorizationEnded(
                app_id=one.app_id, shop_id=one.shop_id, authorization_id=one.id, reason="uninstalled"
            ),
        )


def _tell_changed(tx: Transaction, ctx: Ctx, one: Installation) -> None:
    where = installed_at(ctx, one)
    if one.scopes:
        tx.emit(where, AppInstalled(app_id=one.app_id, shop_id=one.shop_id, scopes=one.scopes))
    else:
        tx.emit(where, AppUninstalled(app_id=one.app_id, shop_id=one.shop_id))


def _check(scopes: Collection[str], about: Texts, homepage: str, redirect_uris: Sequence[str]) -> None:
    errors = rules.scope_errors(scopes, among=rules.SCOPES) + redirect_errors(redirect_uris)
    errors += text_errors("about", about, length_max=ABOUT_LETTERS_MAX, required=False)
    if homepage and not _is_page(homepage):
        errors.append(FieldError("homepage", "malformed", "A page looks like https://example.com"))
    if errors:
        raise Invalid(*errors)


def _is_page(text: str) -> bool:
    """Tell whether a text is a link that a page may show: https, and nothing hidden in it."""
    if len(text) > _HOMEPAGE_LETTERS_MAX or not text.isprintable() or " " in text:
        return False
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return False
    return url.scheme == "https" and bool(url.host) and not url.userinfo
