"""Routes of the authorization code flow: what people are shown and decide, and where programs get tokens.

The token endpoint and revocation speak as their standards say (forms, `application/json` errors), not as the rest of
the API does; so they stand in the server's metadata (RFC 8414) and not in the OpenAPI document.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter, QueryParameter

from hansa.centers.interconnect import api
from hansa.centers.interconnect._http.apps import OWNING
from hansa.centers.interconnect._http.installations import AskedScopeView
from hansa.centers.interconnect._http.views import AppView, Scopes, Shown, app_view
from hansa.centers.interconnect._rules.oauth import read_form
from hansa.centers.interconnect.errors import (
    AppNotFound,
    AuthorizationRefused,
    ConsentOutdated,
    OAuthRefused,
    RedirectUnknown,
    ScopeNotHeld,
    TooManyApps,
)
from hansa.centers.interconnect.types import Authorization, AuthorizationRequest
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from hansa.kernel.texts import Texts

ASKING = (Unauthenticated, AppNotFound, RedirectUnknown, AuthorizationRefused)
GIVING = (Forbidden, IdMalformed, Invalid, ShopNotFound, ConsentOutdated, ScopeNotHeld, TooManyApps)

_TEXT = msgspec.Meta(max_length=2_000)
_ASKED = {
    "client_id": "pty_01jd3x00000000000000000000",
    "redirect_uri": "https://erp.example.com/back",
    "response_type": "code",
    "scope": "trade.order.read",
    "state": "af0ifjsldkj",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}


class AskedBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the app sent the browser with, as it was written there."""

    client_id: Annotated[str, _TEXT]
    redirect_uri: Annotated[str, _TEXT]
    response_type: Annotated[str, _TEXT] = ""
    scope: Annotated[str, _TEXT] = ""
    state: Annotated[str, _TEXT] = ""
    code_challenge: Annotated[str, _TEXT] = ""
    code_challenge_method: Annotated[str, _TEXT] = ""

    def read(self) -> AuthorizationRequest:
        """Return it as the use cases take it."""
        return AuthorizationRequest(**msgspec.structs.asdict(self))


class GrantBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody gives an app, in which shop, after seeing what it asks for."""

    request: AskedBody
    shop_id: Annotated[str, msgspec.Meta(max_length=64)]
    scopes: Scopes
    seen: Annotated[str, msgspec.Meta(max_length=64)]


class ShopChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A shop that an app can be let into."""

    id: str
    name: Texts


class AuthorizationView(msgspec.Struct, frozen=True, kw_only=True):
    """What to show before an app is given anything. Send `seen` back with the scopes that are given."""

    app: AppView
    shops: list[ShopChoice]
    shop_id: str | None
    scopes: list[AskedScopeView]
    returns_to: str
    seen: str


class SentBack(msgspec.Struct, frozen=True):
    """Where the browser goes now."""

    redirect_to: str


class ClientSecretView(msgspec.Struct, frozen=True):
    """How an app shows who it is at the token endpoint; shown this once."""

    client_id: str
    secret: str


class ServerMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """What an authorization server says of itself (RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    scopes_supported: list[str]
    response_types_supported: tuple[str, ...] = ("code",)
    grant_types_supported: tuple[str, ...] = (
        "authorization_code",
        "refresh_token",
    )
    token_endpoint_auth_methods_supported: tuple[str, ...] = (
        "none",
        "client_secret_basic",
        "client_secret_post",
    )
    revocation_endpoint_auth_methods_supported: tuple[str, ...] = (
        "none",
        "client_secret_basic",
        "client_secret_post",
    )
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)
    authorization_response_iss_parameter_supported: bool = True
    ui_locales_supported: list[str]


Text = Annotated[str, Parameter(max_length=2_000)]


@get(
    "/oauth/authorization",
    summary="Show what an app asks for on its way",
    responses=problems(*ASKING, Forbidden, IdMalformed, ShopNotFound, Invalid),
    tags=["apps"],
)
async def show_authorization(
    ctx: Ctx,
    client_id: Text,
    redirect_uri: Text,
    response_type: Text = "",
    asked: Annotated[str, QueryParameter(name="scope", max_length=2_000)] = "",
    oauth_state: Annotated[str, QueryParameter(name="state", max_length=2_000)] = "",
    code_challenge: Text = "",
    code_challenge_method: Text = "",
    shop: Annotated[str | None, Parameter(description="The shop that is chosen.", max_length=64)] = None,
) -> AuthorizationView:
    """Return what to show whom an app sent here, with the query it sent; and, once a shop is chosen, for that shop.

    A request that is wrong is `interconnect.authorization_refused`; its `redirect_to` tells the app.
    """
    request = AuthorizationRequest(
        client_id=client_id,
        redirect_uri=redirect_uri,
        response_type=response_type,
        scope=asked,
        state=oauth_state,
        code_challenge=code_challenge,
        code_challenge_method=code_challenge_method,
    )
    return _view(
        await api.describe_authorization(
            ctx, request=request, shop_id=SHOP_ID.read(shop) if shop is not None else None
        )
    )


@post(
    "/oauth/authorization",
    summary="Let an app in on its way",
    status_code=200,
    responses=problems(*ASKING, *GIVING),
    opt={
        "idempotency": "none",
        "example": {
            "request": _ASKED,
            "shop_id": "shop_01jd3x00000000000000000000",
            "scopes": ["trade.order.read"],
            "seen": "5f0c3b1f2a9d4e6b8c7a1d20",
        },
    },
    tags=["apps"],
)
async def give_authorization(ctx: Ctx, data: GrantBody) -> SentBack:
    """Let an app into a shop, and return where the browser goes with the code.

    Only a person who logged in. Needs `interconnect.app.install` in the shop, and every scope that is given.
    """
    return SentBack(
        await api.authorize(
            ctx,
            request=data.request.read(),
            shop_id=SHOP_ID.read(data.shop_id),
            scopes=data.scopes,
            seen=data.seen,
        )
    )


@post(
    "/oauth/authorization/refusal",
    summary="Refuse an app on its way",
    status_code=200,
    responses=problems(*ASKING, Invalid),
    opt={"idempotency": "none", "example": _ASKED},
    tags=["apps"],
)
async def refuse_authorization(ctx: Ctx, data: AskedBody) -> SentBack:
    """Return where the browser goes when somebody does not let an app in."""
    return SentBack(await api.refuse_authorization(ctx, request=data.read()))


@post(
    "/apps/{app_id:str}/client-secret",
    summary="Give an app a secret",
    responses=problems(*OWNING, Forbidden),
    opt={"idempotency": "none"},
    tags=["apps"],
)
async def rotate_client_secret(ctx: Ctx, app_id: Shown) -> ClientSecretView:
    """Give an app of one's own a secret for the token endpoint, in place of the one before."""
    secret = await api.rotate_client_secret(ctx, app_id=PARTY_ID.read(app_id))
    return ClientSecretView(app_id, secret)


@get("/oauth/metadata", summary="Describe the authorization server", responses=problems(), tags=["apps"])
async def show_metadata(ctx: Ctx) -> ServerMetadata:
    """Return what the authorization server of this business says of itself (RFC 8414)."""
    issuer = api.oauth_issuer(ctx)
    return ServerMetadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/oauth/authorize",
        token_endpoint=f"{issuer}/api/oauth/token",
        revocation_endpoint=f"{issuer}/api/oauth/revocation",
        scopes_supported=list(api.app_scopes()),
        ui_locales_supported=list(ctx.plan.business.languages),
    )


@post("/oauth/token", status_code=200, include_in_schema=False, opt={"idempotency": "none"})
async def exchange_token(ctx: Ctx, request: Request[Any, Any, Any]) -> Response[Any]:
    """Give tokens for a code or a refresh token (RFC 6749, 4.1.3 and 6)."""
    try:
        form = read_form(request.headers.get("content-type", ""), await request.body())
        answer: Any = await api.exchange_token(
            ctx, form=form, authorization=request.headers.get("authorization", "")
        )
    except OAuthRefused as refused:
        return _refused(refused, request)
    return Response(answer, status_code=200, media_type="application/json", headers=_UNSTORED)


@post("/oauth/revocation", status_code=200, include_in_schema=False, opt={"idempotency": "none"})
async def revoke_token(ctx: Ctx, request: Request[Any, Any, Any]) -> Response[Any]:
    """End a token; one that is not there has ended (RFC 7009)."""
    try:
        form = read_form(request.headers.get("content-type", ""), await request.body())
        await api.revoke_authorization(ctx, form=form, authorization=request.headers.get("authorization", ""))
    except OAuthRefused as refused:
        return _refused(refused, request)
    return Response(b"", status_code=200, media_type="application/json", headers=_UNSTORED)


_UNSTORED = {"cache-control": "no-store", "pragma": "no-cache"}


def _refused(refused: OAuthRefused, request: Request[Any, Any, Any]) -> Response[Any]:
    """Answer as RFC 6749, 5.2 says: 401 with the scheme a client came with, when it is not who it says."""
    is_stranger = refused.error == "invalid_client"
    asks = {"www-authenticate": "Basic"} if is_stranger and "authorization" in request.headers else {}
    return Response(
        {"error": refused.error, "error_description": refused.detail},
        status_code=401 if is_stranger else 400,
        media_type="application/json",
        headers=_UNSTORED | asks,
    )


def _view(one: Authorization) -> AuthorizationView:
    return AuthorizationView(
        app=app_view(one.app),
        shops=[ShopChoice(id=SHOP_ID.show(each.id), name=each.name) for each in one.shops],
        shop_id=SHOP_ID.show(one.shop_id) if one.shop_id else None,
        scopes=[
            AskedScopeView(scope=each.scope, means=each.means, yours=each.yours, given=each.given)
            for each in one.scopes
        ],
        returns_to=one.returns_to,
        seen=one.seen,
    )


ROUTES = (
    show_authorization,
    give_authorization,
    refuse_authorization,
    rotate_client_secret,
    show_metadata,
    exchange_token,
    revoke_token,
)
