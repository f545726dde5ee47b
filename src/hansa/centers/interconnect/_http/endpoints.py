"""Routes of webhook endpoints: added, changed, tested, given new secrets, removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
from litestar import delete, get, patch, post
from litestar.params import Parameter

from hansa.centers.interconnect import api
from hansa.centers.interconnect._http.views import (
    Cursor,
    EndpointView,
    Limit,
    OverlapS,
    Shown,
    Types,
    endpoint_view,
)
from hansa.centers.interconnect.errors import (
    AppNotFound,
    EndpointNotFound,
    EndpointStopped,
    TooManyEndpoints,
)
from hansa.centers.interconnect.types import DELIVERY_ID, ENDPOINT_ID, EndpointState
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user.types import PARTY_ID, OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

OWNING = (Unauthenticated, IdMalformed, EndpointNotFound)
NAMING = (Unauthenticated, Forbidden, IdMalformed, Invalid, ShopNotFound, AppNotFound)

Url = Annotated[
    str,
    msgspec.Meta(
        max_length=3000, description="Where to send; https.", examples=["https://erp.example.com/hooks"]
    ),
]
Description = Annotated[str, msgspec.Meta(max_length=1000, description="What it is for.")]


class NewEndpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An endpoint of a shop, or of an app (which is told of every shop that installed it)."""

    url: Url
    types: Types
    shop_id: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    app_id: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    description: Description = ""


class EndpointChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of an endpoint; `state` switches it off (`disabled`) and on again (`active`)."""

    url: Url | None = None
    types: Types | None = None
    description: Description | None = None
    state: EndpointState | None = None


class SecretRotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a secret is replaced."""

    overlap_s: OverlapS = 86_400


class PingView(msgspec.Struct, frozen=True):
    """A test event on its way."""

    delivery_id: str


_EXAMPLE = {
    "url": "https://erp.example.com/hooks",
    "types": ["order.moved", "stock.changed"],
    "shop_id": "shop_01jd3x00000000000000000000",
}


@post(
    "/webhooks/endpoints",
    summary="Add a webhook endpoint",
    responses=problems(*NAMING, TooManyEndpoints),
    opt={"own": OwnScope.CHANGE, "idempotency": "none", "example": _EXAMPLE},
    tags=["webhooks"],
)
async def add_endpoint(ctx: Ctx, data: NewEndpoint) -> EndpointView:
    """Have events sent to a URL from now on; the secret they are signed with is shown this once."""
    made = await api.add_endpoint(
        ctx,
        url=data.url,
        types=data.types,
        shop_id=SHOP_ID.read(data.shop_id) if data.shop_id is not None else None,
        app_id=PARTY_ID.read(data.app_id) if data.app_id is not None else None,
        description=data.description,
    )
    return endpoint_view(made.endpoint, secret=made.secret)


@get(
    "/webhooks/endpoints",
    summary="List webhook endpoints",
    responses=problems(*NAMING, CursorMalformed),
    tags=["webhooks"],
)
async def list_endpoints(
    ctx: Ctx,
    shop: Annotated[str | None, Parameter(description="Those of this shop.", max_length=64)] = None,
    app: Annotated[str | None, Parameter(description="Those of this app.", max_length=64)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EndpointView]:
    """Return the endpoints of a shop or of an app in this traffic class, oldest first."""
    page = await api.list_endpoints(
        ctx,
        shop_id=SHOP_ID.read(shop) if shop is not None else None,
        app_id=PARTY_ID.read(app) if app is not None else None,
        cursor=cursor,
        limit=limit,
    )
    return Page([endpoint_view(one) for one in page.items], page.cursor)


@get(
    "/webhooks/endpoints/{endpoint_id:str}",
    summary="Show a webhook endpoint",
    responses=problems(*OWNING),
    tags=["webhooks"],
)
async def show_endpoint(ctx: Ctx, endpoint_id: Shown) -> EndpointView:
    """Return an endpoint, without its secret."""
    return endpoint_view(await api.endpoint(ctx, endpoint_id=ENDPOINT_ID.read(endpoint_id)))


@patch(
    "/webhooks/endpoints/{endpoint_id:str}",
    summary="Change a webhook endpoint",
    responses=problems(*OWNING, Forbidden, Invalid),
    opt={"own": OwnScope.CHANGE, "example": {"types": ["order.moved"], "state": "active"}},
    tags=["webhooks"],
)
async def change_endpoint(ctx: Ctx, endpoint_id: Shown, data: EndpointChange) -> EndpointView:
    """Change what is given of an endpoint; what it missed while it was off can be replayed."""
    changed = await api.change_endpoint(
        ctx,
        endpoint_id=ENDPOINT_ID.read(endpoint_id),
        url=data.url,
        types=data.types,
        description=data.description,
        state=data.state,
    )
    return endpoint_view(changed)


@delete(
    "/webhooks/endpoints/{endpoint_id:str}",
    summary="Remove a webhook endpoint",
    responses=problems(*OWNING),
    tags=["webhooks"],
    opt={"own": OwnScope.CHANGE},
)
async def remove_endpoint(ctx: Ctx, endpoint_id: Shown) -> None:
    """End an endpoint; nothing more is sent there."""
    await api.remove_endpoint(ctx, endpoint_id=ENDPOINT_ID.read(endpoint_id))


@post(
    "/webhooks/endpoints/{endpoint_id:str}/secret",
    summary="Rotate an endpoint's secret",
    responses=problems(*OWNING, Invalid),
    opt={"own": OwnScope.CHANGE, "idempotency": "none", "example": {"overlap_s": 3600}},
    tags=["webhooks"],
)
async def rotate_secret(ctx: Ctx, endpoint_id: Shown, data: SecretRotation) -> EndpointView:
    """Make a new secret, shown this once; for the overlap every event is signed with both."""
    made = await api.rotate_secret(
        ctx, endpoint_id=ENDPOINT_ID.read(endpoint_id), overlap=timedelta(seconds=data.overlap_s)
    )
    return endpoint_view(made.endpoint, secret=made.secret)


@post(
    "/webhooks/endpoints/{endpoint_id:str}/ping",
    summary="Send a test event",
    responses=problems(*OWNING, EndpointStopped),
    tags=["webhooks"],
    opt={"own": OwnScope.CHANGE},
)
async def ping(ctx: Ctx, endpoint_id: Shown) -> PingView:
    """Send an event of type `ping`; look at its delivery to see what came of it."""
    return PingView(DELIVERY_ID.show(await api.ping(ctx, endpoint_id=ENDPOINT_ID.read(endpoint_id))))


ROUTES = (
    add_endpoint,
    list_endpoints,
    show_endpoint,
    change_endpoint,
    remove_endpoint,
    rotate_secret,
    ping,
)
