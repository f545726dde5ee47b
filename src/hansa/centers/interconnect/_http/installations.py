"""Routes of shops: which apps they let in, and what each may do."""

from __future__ import annotations

import msgspec
from litestar import delete, get, put

from hansa.centers.interconnect import api
from hansa.centers.interconnect._http.views import (
    AppView,
    Cursor,
    InstallationView,
    Limit,
    Scopes,
    Shown,
    app_view,
    installation_view,
)
from hansa.centers.interconnect.errors import (
    AppNotFound,
    ConsentOutdated,
    NotInstalled,
    ScopeNotHeld,
    TooManyApps,
)
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from hansa.kernel.texts import Texts

INSTALLING = (Unauthenticated, Forbidden, IdMalformed, ShopNotFound)


class AskedScopeView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing an app asks for, in words; whether it is yours to give, and whether it is given."""

    scope: str
    means: Texts
    yours: bool
    given: bool


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """What to show before an app is let in. Send `seen` back with the scopes that are given."""

    app: AppView
    shop_id: str
    scopes: list[AskedScopeView]
    seen: str


class Install(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an app is let do, by somebody who saw what it asks for."""

    scopes: Scopes
    seen: str


@get(
    "/shops/{shop_id:str}/apps",
    summary="List a shop's apps",
    responses=problems(*INSTALLING, CursorMalformed, Invalid),
    tags=["apps"],
)
async def list_installed(
    ctx: Ctx, shop_id: Shown, cursor: Cursor = None, limit: Limit = 50
) -> Page[InstallationView]:
    """Return what a shop has installed. Needs `interconnect.app.install` in the shop."""
    page = await api.installed_in(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([installation_view(one, app=known) for one, known in page.items], page.cursor)


@get(
    "/shops/{shop_id:str}/apps/{app_id:str}",
    summary="Show what an app asks for",
    responses=problems(*INSTALLING, AppNotFound),
    tags=["apps"],
)
async def show_consent(ctx: Ctx, shop_id: Shown, app_id: Shown) -> ConsentView:
    """Return what to show before an app is let in. Needs `interconnect.app.install` in the shop."""
    found = await api.consent(ctx, shop_id=SHOP_ID.read(shop_id), app_id=PARTY_ID.read(app_id))
    return ConsentView(
        app=app_view(found.app),
        shop_id=SHOP_ID.show(found.shop_id),
        scopes=[
            AskedScopeView(scope=one.scope, means=one.means, yours=one.yours, given=one.given)
            for one in found.scopes
        ],
        seen=found.seen,
    )


@put(
    "/shops/{shop_id:str}/apps/{app_id:str}",
    summary="Let an app into a shop",
    responses=problems(*INSTALLING, AppNotFound, Invalid, ConsentOutdated, ScopeNotHeld, TooManyApps),
    opt={"example": {"scopes": ["trade.order.read"], "seen": "5f0c3b1f2a9d4e6b8c7a1d20"}},
    tags=["apps"],
)
async def install(ctx: Ctx, shop_id: Shown, app_id: Shown, data: Install) -> InstallationView:
    """Let an app do these things in the shop, in place of what it might before.

    Needs `interconnect.app.install` in the shop, and every scope that is given.
    """
    made = await api.install(
        ctx,
        shop_id=SHOP_ID.read(shop_id),
        app_id=PARTY_ID.read(app_id),
        scopes=data.scopes,
        seen=data.seen,
    )
    return installation_view(made)


@delete(
    "/shops/{shop_id:str}/apps/{app_id:str}",
    summary="Remove an app from a shop",
    responses=problems(*INSTALLING, NotInstalled),
    tags=["apps"],
)
async def uninstall(ctx: Ctx, shop_id: Shown, app_id: Shown) -> None:
    """Remove an app; its tokens for the shop end at once. Needs `interconnect.app.install` in the shop."""
    await api.uninstall(ctx, shop_id=SHOP_ID.read(shop_id), app_id=PARTY_ID.read(app_id))


ROUTES = (list_installed, show_consent, install, uninstall)
