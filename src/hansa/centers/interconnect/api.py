"""What other centers and faces may ask of `interconnect`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from hansa.centers.interconnect._rules.catalogue import CATALOGUE
from hansa.centers.interconnect._rules.scopes import SCOPES
from hansa.centers.interconnect._service import (
    apps,
    authorizing,
    endpoints,
    exchanging,
    installing,
    replaying,
)
from hansa.centers.interconnect.types import (
    App,
    Authorization,
    AuthorizationRequest,
    Consent,
    Delivery,
    DeliveryId,
    DeliveryLog,
    DeliveryState,
    Endpoint,
    EndpointId,
    EndpointState,
    EventType,
    Feed,
    Installation,
    IssuedEndpoint,
    Sandbox,
    TokenAnswer,
)
from hansa.centers.shop.types import ShopId
from hansa.centers.user.types import IssuedToken, PartyId, Token, TokenId
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page
from hansa.kernel.texts import Texts


async def register_app(
    ctx: Ctx,
    *,
    name: str,
    scopes: Collection[str],
    about: Texts | None = None,
    homepage: str = "",
    redirect_uris: Sequence[str] = (),
) -> App:
    """Register an app of the acting person, which shops of this business may install.

    `scopes` is the most it will ask for; to `redirect_uris` the authorization code flow sends browsers back.
    Raises `Invalid`, `Unauthenticated`, `Forbidden`, `TooManyTokens`.
    """
    return await apps.register_app(
        ctx, name=name, scopes=scopes, about=about or {}, homepage=homepage, redirect_uris=redirect_uris
    )


async def app(ctx: Ctx, *, app_id: PartyId) -> App:
    """Return an app of this business as anybody sees it. Raises `AppNotFound`."""
    return await apps.app(ctx, app_id)


async def my_apps(ctx: Ctx, *, cursor: str | None = None, limit: int = 20) -> Page[App]:
    """List the acting person's apps in this business, newest first."""
    return await apps.my_apps(ctx, cursor=cursor, limit=limit)


async def change_app(
    ctx: Ctx,
    *,
    app_id: PartyId,
    scopes: Collection[str] | None = None,
    about: Texts | None = None,
    homepage: str | None = None,
    redirect_uris: Sequence[str] | None = None,
) -> App:
    """Change what is given of an app; only its owner may.

    A scope it asks for no more is gone from every installation at once; one it newly asks for is given by
    none until the shop consents again. Raises `Invalid`, `AppNotFound`.
    """
    return await apps.change_app(
        ctx, app_id=app_id, scopes=scopes, about=about, homepage=homepage, redirect_uris=redirect_uris
    )


async def retire_app(ctx: Ctx, *, app_id: PartyId) -> None:
    """End an app with its installations, tokens and endpoints; only its owner may. Raises `AppNotFound`."""
    await apps.retire_app(ctx, app_id=app_id)


async def open_sandbox(ctx: Ctx, *, app_id: PartyId) -> Sandbox:
    """Give an app a shop in sandbox traffic, where it is installed with all it asks for.

    The token acts as the shop's owner, in the sandbox alone. A repeat finds the same shop and issues another
    token. Only the app's owner may, logged in. Raises `AppNotFound`, `Forbidden`, what opening a shop raises.
    """
    return await apps.open_sandbox(ctx, app_id=app_id)


async def consent(ctx: Ctx, *, shop_id: ShopId, app_id: PartyId) -> Consent:
    """Say what an app asks for in a shop, in words. Needs `interconnect.app.install` in the shop.

    Raises `AppNotFound`, `ShopNotFound`.
    """
    return await installing.consent(ctx, shop_id=shop_id, app_id=app_id)


async def install(
    ctx: Ctx, *, shop_id: ShopId, app_id: PartyId, scopes: Collection[str], seen: str
) -> Installation:
    """Let an app do these things in a shop, in place of what it might do before.

    `seen` is the consent's: what was shown when somebody agreed. Needs `interconnect.app.install` and every
    scope given, in the shop. Raises `ConsentOutdated`, `ScopeNotHeld`, `Invalid`, `TooManyApps`, `AppNotFound`.
    """
    return await installing.install(ctx, shop_id=shop_id, app_id=app_id, scopes=scopes, seen=seen)


async def uninstall(ctx: Ctx, *, shop_id: ShopId, app_id: PartyId) -> None:
    """Remove an app from a shop: its tokens there end at once. Needs `interconnect.app.install` in the shop.

    Raises `NotInstalled`.
    """
    await installing.uninstall(ctx, shop_id=shop_id, app_id=app_id)


async def installed_in(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50
) -> Page[tuple[Installation, App]]:
    """List what a shop has installed. Needs `interconnect.app.install` in the shop."""
    return await installing.installed_in(ctx, shop_id=shop_id, cursor=cursor, limit=limit)


async def installations(
    ctx: Ctx, *, app_id: PartyId, cursor: str | None = None, limit: int = 50
) -> Page[Installation]:
    """List where an app is installed; for its owner and for itself. Raises `AppNotFound`."""
    return await installing.installations(ctx, app_id=app_id, cursor=cursor, limit=limit)


def app_scopes() -> Mapping[str, Texts]:
    """Return everything an app may be given in a shop, and what each means."""
    return SCOPES


def event_types() -> tuple[EventType, ...]:
    """Return what endpoints of shops can be told, in the order in which it is listed."""
    return tuple(
        EventType(name=one.name, permission=one.permission, means=one.means)
        for one in CATALOGUE
        if one.permission is not None
    )


def oauth_issuer(ctx: Ctx) -> str:
    """Return the address by which the authorization server of a business names itself (RFC 8414, RFC 9207)."""
    return authorizing.issuer(ctx)


async def describe_authorization(
    ctx: Ctx, *, request: AuthorizationRequest, shop_id: ShopId | None = None
) -> Authorization:
    """Say who sent the acting person here, for what, and for which of their shops; nothing changes by it.

    The page that people are sent to shows this. Raises `Unauthenticated`, `AppNotFound`, `RedirectUnknown` (for
    people alone: nobody is sent anywhere), `AuthorizationRefused` (send the browser to its `redirect_to`),
    and for a shop that is chosen `ShopNotFound`, `Forbidden`.
    """
    return await authorizing.describe(ctx, request, shop_id=shop_id)


async def authorize(
    ctx: Ctx, *, request: AuthorizationRequest, shop_id: ShopId, scopes: Collection[str], seen: str
) -> str:
    """Let an app do these things in a shop, beside what it may already, and return where the browser goes.

    Only a person who logged in. The code in the address is good for a minute, once. `seen` is what was shown.
    Raises as `install` and `describe_authorization`.
    """
    return await authorizing.authorize(ctx, request, shop_id=shop_id, scopes=scopes, seen=seen)


async def refuse_authorization(ctx: Ctx, *, request: AuthorizationRequest) -> str:
    """Return where the browser goes when the acting person says no. Raises as `describe_authorization`."""
    return await authorizing.refuse(ctx, request)


async def rotate_client_secret(ctx: Ctx, *, app_id: PartyId) -> str:
    """Give an app a secret for the token endpoint, in place of the one before; it is shown this once.

    From then on the app shows it with every request there. Only its owner may, logged in. Raises
    `AppNotFound`, `Unauthenticated`, `Forbidden`.
    """
    return await authorizing.rotate_client_secret(ctx, app_id=app_id)


async def exchange_token(ctx: Ctx, *, form: Mapping[str, str], authorization: str = "") -> TokenAnswer:
    """Give an app tokens for a code or a refresh token (RFC 6749), `authorization` being its HTTP Basic header.

    An access token lasts an hour, a refresh token 60 days and one use. One that is used again ends everything
    that came of the authorization. Raises `OAuthRefused`.
    """
    return await exchanging.exchange(ctx, form, authorization=authorization)


async def revoke_authorization(ctx: Ctx, *, form: Mapping[str, str], authorization: str = "") -> None:
    """End an access token; with a refresh token, all that came of its authorization (RFC 7009).

    Raises `OAuthRefused`; a token that is not there is none of it.
    """
    await exchanging.revoke(ctx, form, authorization=authorization)


async def issue_token(
    ctx: Ctx,
    *,
    app_id: PartyId,
    shop_id: ShopId,
    label: str,
    expires_at: datetime,
    scopes: Collection[str] | None = None,
) -> IssuedToken:
    """Issue a token of an app for a shop that installed it, in the shop's traffic class.

    It does what the installation lets the app do, narrowed to `scopes` if given. Only the app's owner may,
    logged in. Raises `NotInstalled`, `AppNotFound`, `Invalid`, `Forbidden`, `TooManyTokens`.
    """
    return await installing.issue_token(
        ctx, app_id=app_id, shop_id=shop_id, label=label, scopes=scopes, expires_at=expires_at
    )


async def rotate_token(
    ctx: Ctx,
    *,
    app_id: PartyId,
    shop_id: ShopId,
    token_id: TokenId,
    expires_at: datetime,
    overlap: timedelta,
) -> IssuedToken:
    """Issue a token in place of another, which ends after `overlap` (at most a week).

    Raises as `issue_token`, and `TokenNotFound`.
    """
    return await installing.rotate_token(
        ctx, app_id=app_id, shop_id=shop_id, token_id=token_id, expires_at=expires_at, overlap=overlap
    )


async def revoke_token(ctx: Ctx, *, app_id: PartyId, shop_id: ShopId, token_id: TokenId) -> None:
    """End a token of an installation at once. Raises `TokenNotFound`, `NotInstalled`, `AppNotFound`."""
    await installing.revoke_token(ctx, app_id=app_id, shop_id=shop_id, token_id=token_id)


async def tokens(ctx: Ctx, *, app_id: PartyId, shop_id: ShopId) -> list[Token]:
    """Return an installation's living tokens, newest first; for the app's owner."""
    return await installing.tokens(ctx, app_id=app_id, shop_id=shop_id)


async def add_endpoint(
    ctx: Ctx,
    *,
    url: str,
    types: Collection[str],
    shop_id: ShopId | None = None,
    app_id: PartyId | None = None,
    description: str = "",
) -> IssuedEndpoint:
    """Have public events sent to a URL from now on, in this business and traffic class.

    An endpoint of a shop needs `interconnect.endpoint.change` and each type's permission there. One of an app
    is told of every shop that installed it, as far as the installation goes; the app itself and its owner may
    add it. Raises `Invalid`, `Forbidden`, `AppNotFound`, `TooManyEndpoints`.
    """
    return await endpoints.add_endpoint(
        ctx, url=url, types=types, shop_id=shop_id, app_id=app_id, description=description
    )


async def endpoint(ctx: Ctx, *, endpoint_id: EndpointId) -> Endpoint:
    """Return an endpoint. Needs `interconnect.endpoint.see` in its shop, or to be its app or the app's owner.

    Raises `EndpointNotFound`, also for one of another traffic class.
    """
    return await endpoints.endpoint(ctx, endpoint_id)


async def list_endpoints(
    ctx: Ctx,
    *,
    shop_id: ShopId | None = None,
    app_id: PartyId | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Endpoint]:
    """List the endpoints of a shop or of an app in this traffic class, oldest first."""
    return await endpoints.list_endpoints(ctx, shop_id=shop_id, app_id=app_id, cursor=cursor, limit=limit)


async def change_endpoint(
    ctx: Ctx,
    *,
    endpoint_id: EndpointId,
    url: str | None = None,
    types: Collection[str] | None = None,
    description: str | None = None,
    state: EndpointState | None = None,
) -> Endpoint:
    """Change what is given of an endpoint; `state` switches it off (`disabled`) and on again (`active`).

    Whoever names another URL must be allowed to see every type that is sent there. Raises `Invalid`,
    `Forbidden`, `EndpointNotFound`.
    """
    return await endpoints.change_endpoint(
        ctx, endpoint_id=endpoint_id, url=url, types=types, description=description, state=state
    )


async def remove_endpoint(ctx: Ctx, *, endpoint_id: EndpointId) -> None:
    """End an endpoint; nothing more is sent there. Raises `EndpointNotFound`."""
    await endpoints.remove_endpoint(ctx, endpoint_id=endpoint_id)


async def rotate_secret(ctx: Ctx, *, endpoint_id: EndpointId, overlap: timedelta) -> IssuedEndpoint:
    """Give an endpoint a new secret; for `overlap` (at most a week) the one before signs too.

    Raises `Invalid`, `EndpointNotFound`.
    """
    return await endpoints.rotate_secret(ctx, endpoint_id=endpoint_id, overlap=overlap)


async def ping(ctx: Ctx, *, endpoint_id: EndpointId) -> DeliveryId:
    """Send a test event to an endpoint, and return its delivery. Raises `EndpointNotFound`, `EndpointStopped`."""
    return await replaying.ping(ctx, endpoint_id=endpoint_id)


async def deliveries(
    ctx: Ctx,
    *,
    endpoint_id: EndpointId,
    state: DeliveryState | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Delivery]:
    """List an endpoint's deliveries, newest first, as far back as they are kept. Raises `EndpointNotFound`."""
    return await replaying.deliveries(ctx, endpoint_id=endpoint_id, state=state, cursor=cursor, limit=limit)


async def delivery(ctx: Ctx, *, endpoint_id: EndpointId, delivery_id: DeliveryId) -> DeliveryLog:
    """Return a delivery, what is sent, and its latest 100 attempts. Raises `EndpointNotFound`, `DeliveryNotFound`."""
    return await replaying.delivery(ctx, endpoint_id=endpoint_id, delivery_id=delivery_id)


async def replay(ctx: Ctx, *, endpoint_id: EndpointId, delivery_id: DeliveryId) -> None:
    """Send a delivery again, under the same `webhook-id`, with all its attempts before it.

    Raises `EndpointNotFound`, `EndpointStopped`, `DeliveryNotFound`.
    """
    await replaying.replay(ctx, endpoint_id=endpoint_id, delivery_id=delivery_id)


async def replay_range(
    ctx: Ctx,
    *,
    endpoint_id: EndpointId,
    since: datetime,
    until: datetime,
    states: Collection[DeliveryState] = (DeliveryState.FAILED, DeliveryState.SKIPPED),
) -> int:
    """Send again what happened from `since` on and before `until`; return how many, 10,000 at a time.

    Raises `Invalid`, `EndpointNotFound`, `EndpointStopped`.
    """
    return await replaying.replay_range(ctx, endpoint_id=endpoint_id, since=since, until=until, states=states)


async def shop_events(
    ctx: Ctx,
    *,
    shop_id: ShopId,
    types: Collection[str] = (),
    cursor: str | None = None,
    limit: int = 50,
) -> Feed:
    """Return public events of a shop in the order they were told, to catch up by, as far back as they are kept.

    Written down is what happens while an endpoint of the shop or an app in it is there to be told. Needs the
    permission of each type in the shop; without `types`, all that the actor may see. Raises `Invalid`,
    `Forbidden`, `CursorMalformed`.
    """
    return await replaying.shop_events(ctx, shop_id=shop_id, types=types, cursor=cursor, limit=limit)
