"""Routes of developers: their apps, the sandbox, and the tokens of installations."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import delete, get, patch, post

from hansa.centers.interconnect import api
from hansa.centers.interconnect._http.views import (
    AppTokenView,
    AppView,
    Cursor,
    Ends,
    InstallationView,
    Limit,
    OverlapS,
    Redirects,
    Scopes,
    Shown,
    app_view,
    installation_view,
    token_view,
)
from hansa.centers.interconnect.errors import AppNotFound, NotInstalled
from hansa.centers.shop.errors import ShopNotAdmitted, SlugTaken
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user.errors import PartyNotFound, TokenNotFound, TooManyTokens
from hansa.centers.user.types import PARTY_ID, TOKEN_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from hansa.kernel.texts import Texts

OWNING = (Unauthenticated, AppNotFound, IdMalformed)
ISSUING = (*OWNING, NotInstalled, Invalid, Forbidden, PartyNotFound, TooManyTokens)

_ABOUT = {"en": "Follows orders and pushes stock", "zh": "跟踪订单并同步库存"}
_ASKED = ["trade.order.read", "inventory.stock.adjust"]


class NewApp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An app to be registered for the acting person."""

    name: Annotated[str, msgspec.Meta(max_length=200, description="What shops call it.")]
    scopes: Scopes
    about: Texts = {}
    homepage: Annotated[str, msgspec.Meta(max_length=500, description="An https page about it.")] = ""
    redirect_uris: Redirects = []


class AppChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of an app; what is left out stays."""

    scopes: Scopes | None = None
    about: Texts | None = None
    homepage: Annotated[str, msgspec.Meta(max_length=500)] | None = None
    redirect_uris: Redirects | None = None


class SandboxView(msgspec.Struct, frozen=True, kw_only=True):
    """A shop to try an app in, and a token that acts as its owner there, shown this once."""

    shop_id: str
    secret: str
    expires_at: datetime


class NewAppToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token for an installation; without scopes it carries all that was granted."""

    label: Annotated[str, msgspec.Meta(max_length=200, description="What the token is for.")]
    expires_at: Ends
    scopes: Scopes | None = None


class TokenRotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a token is replaced."""

    expires_at: Ends
    overlap_s: OverlapS = 86_400


@post(
    "/apps",
    summary="Register an app that shops may install",
    responses=problems(Invalid, Unauthenticated, Forbidden, TooManyTokens),
    opt={"example": {"name": "Warehouse ERP", "scopes": _ASKED, "about": _ABOUT}},
    tags=["apps"],
)
async def register_app(ctx: Ctx, data: NewApp) -> AppView:
    """Register an app with the most it will ask for. Shops of this business may install it."""
    made = await api.register_app(
        ctx,
        name=data.name,
        scopes=data.scopes,
        about=data.about,
        homepage=data.homepage,
        redirect_uris=data.redirect_uris,
    )
    return app_view(made)


@get(
    "/apps",
    summary="List one's own apps",
    responses=problems(Unauthenticated, CursorMalformed, Invalid),
    tags=["apps"],
)
async def list_apps(ctx: Ctx, cursor: Cursor = None, limit: Limit = 20) -> Page[AppView]:
    """Return the acting person's apps in this business, newest first."""
    page = await api.my_apps(ctx, cursor=cursor, limit=limit)
    return Page([app_view(one) for one in page.items], page.cursor)


@get("/apps/{app_id:str}", summary="Show an app", responses=problems(AppNotFound, IdMalformed), tags=["apps"])
async def show_app(ctx: Ctx, app_id: Shown) -> AppView:
    """Return an app as anybody sees it."""
    return app_view(await api.app(ctx, app_id=PARTY_ID.read(app_id)))


@patch(
    "/apps/{app_id:str}",
    summary="Change an app",
    responses=problems(*OWNING, Invalid),
    opt={"example": {"scopes": _ASKED}},
    tags=["apps"],
)
async def change_app(ctx: Ctx, app_id: Shown, data: AppChange) -> AppView:
    """Change an app of one's own. What it asks for no more, every installation loses at once."""
    changed = await api.change_app(
        ctx,
        app_id=PARTY_ID.read(app_id),
        scopes=data.scopes,
        about=data.about,
        homepage=data.homepage,
        redirect_uris=data.redirect_uris,
    )
    return app_view(changed)


@delete("/apps/{app_id:str}", summary="Retire an app", responses=problems(*OWNING), tags=["apps"])
async def retire_app(ctx: Ctx, app_id: Shown) -> None:
    """End an app of one's own everywhere: installations, tokens, webhook endpoints."""
    await api.retire_app(ctx, app_id=PARTY_ID.read(app_id))


@post(
    "/apps/{app_id:str}/sandbox",
    summary="Open an app's sandbox",
    responses=problems(*OWNING, Forbidden, Invalid, PartyNotFound, TooManyTokens, ShopNotAdmitted, SlugTaken),
    opt={"idempotency": "none"},
    tags=["apps"],
)
async def open_sandbox(ctx: Ctx, app_id: Shown) -> SandboxView:
    """Make a shop in sandbox traffic with the app installed, and a token that acts as its owner there."""
    made = await api.open_sandbox(ctx, app_id=PARTY_ID.read(app_id))
    return SandboxView(shop_id=SHOP_ID.show(made.shop_id), secret=made.secret, expires_at=made.expires_at)


@get(
    "/apps/{app_id:str}/installations",
    summary="List where an app is installed",
    responses=problems(*OWNING, CursorMalformed, Invalid),
    tags=["apps"],
)
async def list_installations(
    ctx: Ctx, app_id: Shown, cursor: Cursor = None, limit: Limit = 50
) -> Page[InstallationView]:
    """Return the shops that installed an app, for its owner and for itself."""
    page = await api.installations(ctx, app_id=PARTY_ID.read(app_id), cursor=cursor, limit=limit)
    return Page([installation_view(one) for one in page.items], page.cursor)


@get(
    "/apps/{app_id:str}/installations/{shop_id:str}/tokens",
    summary="List an installation's tokens",
    responses=problems(*OWNING, NotInstalled),
    tags=["apps"],
)
async def list_tokens(ctx: Ctx, app_id: Shown, shop_id: Shown) -> list[AppTokenView]:
    """Return the living tokens of an app for a shop (at most 50), for the app's owner."""
    found = await api.tokens(ctx, app_id=PARTY_ID.read(app_id), shop_id=SHOP_ID.read(shop_id))
    return [token_view(one) for one in found]


@post(
    "/apps/{app_id:str}/installations/{shop_id:str}/tokens",
    summary="Issue an installation's token",
    responses=problems(*ISSUING),
    opt={"idempotency": "none", "example": {"label": "warehouse", "expires_at": "2027-06-30T00:00:00Z"}},
    tags=["apps"],
)
async def issue_token(ctx: Ctx, app_id: Shown, shop_id: Shown, data: NewAppToken) -> AppTokenView:
    """Issue a token of an app for a shop that installed it; its secret is shown this once."""
    issued = await api.issue_token(
        ctx,
        app_id=PARTY_ID.read(app_id),
        shop_id=SHOP_ID.read(shop_id),
        label=data.label,
        scopes=data.scopes,
        expires_at=data.expires_at,
    )
    return token_view(issued.token, secret=issued.secret)


@post(
    "/apps/{app_id:str}/installations/{shop_id:str}/tokens/{token_id:str}/rotation",
    summary="Rotate an installation's token",
    responses=problems(*ISSUING, TokenNotFound),
    opt={"idempotency": "none", "example": {"expires_at": "2027-06-30T00:00:00Z", "overlap_s": 3600}},
    tags=["apps"],
)
async def rotate_token(
    ctx: Ctx, app_id: Shown, shop_id: Shown, token_id: Shown, data: TokenRotation
) -> AppTokenView:
    """Issue a token in place of another, which ends after the overlap."""
    issued = await api.rotate_token(
        ctx,
        app_id=PARTY_ID.read(app_id),
        shop_id=SHOP_ID.read(shop_id),
        token_id=TOKEN_ID.read(token_id),
        expires_at=data.expires_at,
        overlap=timedelta(seconds=data.overlap_s),
    )
    return token_view(issued.token, secret=issued.secret)


@delete(
    "/apps/{app_id:str}/installations/{shop_id:str}/tokens/{token_id:str}",
    summary="Revoke an installation's token",
    responses=problems(*OWNING, NotInstalled, TokenNotFound),
    tags=["apps"],
)
async def revoke_token(ctx: Ctx, app_id: Shown, shop_id: Shown, token_id: Shown) -> None:
    """End a token at once; every process knows within about a second."""
    await api.revoke_token(
        ctx,
        app_id=PARTY_ID.read(app_id),
        shop_id=SHOP_ID.read(shop_id),
        token_id=TOKEN_ID.read(token_id),
    )


ROUTES = (
    register_app,
    list_apps,
    show_app,
    change_app,
    retire_app,
    open_sandbox,
    list_installations,
    list_tokens,
    issue_token,
    rotate_token,
    revoke_token,
)
