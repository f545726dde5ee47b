"""Routes of public events: the catalogue, a shop's list to catch up by, deliveries and their replay."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.interconnect import api
from hansa.centers.interconnect._http.endpoints import OWNING
from hansa.centers.interconnect._http.views import (
    Cursor,
    DeliveryLogView,
    DeliveryView,
    Limit,
    Shown,
    delivery_view,
    log_view,
)
from hansa.centers.interconnect._rules.catalogue import CATALOGUE
from hansa.centers.interconnect.errors import DeliveryNotFound, EndpointStopped
from hansa.centers.interconnect.types import DELIVERY_ID, ENDPOINT_ID, DeliveryState
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user.types import OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from hansa.kernel.texts import Texts

State = Annotated[DeliveryState | None, Parameter(description="Only deliveries in this state.")]


class TypeView(msgspec.Struct, frozen=True, kw_only=True):
    """A type of public event: what it tells, what one must be allowed in the shop, and how `data` looks."""

    type: str
    version: int
    means: Texts
    permission: str | None
    data: dict[str, Any]


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """A public event, as webhooks carry it. `data` is by type and version."""

    id: str
    type: str
    version: int
    timestamp: datetime
    business: str
    traffic: str
    shop_id: str | None
    data: dict[str, Any]


class FeedView(msgspec.Struct, frozen=True, kw_only=True):
    """Events of a shop, oldest first. Keep `cursor` and ask with it next time; `more` says there are more now."""

    items: list[EventView]
    cursor: str
    more: bool


class Replay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to send again: what happened from `since` on and before `until`, of deliveries in these states."""

    since: Annotated[datetime, msgspec.Meta(tz=True)]
    until: Annotated[datetime, msgspec.Meta(tz=True)]
    states: Annotated[tuple[DeliveryState, ...], msgspec.Meta(min_length=1, max_length=3)] = (
        DeliveryState.FAILED,
        DeliveryState.SKIPPED,
    )


class ReplayedView(msgspec.Struct, frozen=True):
    """How many are sent again; at 10,000 there may be more: ask once more."""

    count: int


@get("/webhooks/types", summary="List types of events", responses=problems(), tags=["webhooks"])
async def list_types() -> list[TypeView]:
    """Return every type of public event with the schema of its `data`."""
    return [
        TypeView(
            type=one.name,
            version=one.version,
            means=one.means,
            permission=one.permission,
            data=msgspec.json.schema(one.data),
        )
        for one in CATALOGUE
    ]


@get(
    "/shops/{shop_id:str}/events",
    summary="Catch up with a shop's events",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, ShopNotFound, Invalid, CursorMalformed),
    tags=["webhooks"],
)
async def list_events(
    ctx: Ctx,
    shop_id: Shown,
    event_type: Annotated[
        list[str] | None,
        Parameter(description="Only these types, repeated; else all that may be seen.", max_items=50),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> FeedView:
    """Return what happened in a shop, oldest first, as webhooks carry it. Needs each type's permission there."""
    feed = await api.shop_events(
        ctx, shop_id=SHOP_ID.read(shop_id), types=event_type or (), cursor=cursor, limit=limit
    )
    return FeedView(
        items=[msgspec.json.decode(one.payload, type=EventView) for one in feed.items],
        cursor=feed.cursor,
        more=feed.more,
    )


@get(
    "/webhooks/endpoints/{endpoint_id:str}/deliveries",
    summary="List an endpoint's deliveries",
    responses=problems(*OWNING, CursorMalformed, Invalid),
    tags=["webhooks"],
)
async def list_deliveries(
    ctx: Ctx, endpoint_id: Shown, delivery_state: State = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[DeliveryView]:
    """Return what was sent, newest first, as far back as it is kept."""
    page = await api.deliveries(
        ctx, endpoint_id=ENDPOINT_ID.read(endpoint_id), state=delivery_state, cursor=cursor, limit=limit
    )
    return Page([delivery_view(one) for one in page.items], page.cursor)


@get(
    "/webhooks/endpoints/{endpoint_id:str}/deliveries/{delivery_id:str}",
    summary="Show a delivery",
    responses=problems(*OWNING, DeliveryNotFound),
    tags=["webhooks"],
)
async def show_delivery(ctx: Ctx, endpoint_id: Shown, delivery_id: Shown) -> DeliveryLogView:
    """Return a delivery, what is sent, and every attempt."""
    found = await api.delivery(
        ctx, endpoint_id=ENDPOINT_ID.read(endpoint_id), delivery_id=DELIVERY_ID.read(delivery_id)
    )
    return log_view(found)


@post(
    "/webhooks/endpoints/{endpoint_id:str}/deliveries/{delivery_id:str}/replay",
    summary="Send a delivery again",
    status_code=204,
    responses=problems(*OWNING, DeliveryNotFound, EndpointStopped),
    tags=["webhooks"],
    opt={"own": OwnScope.CHANGE},
)
async def replay(ctx: Ctx, endpoint_id: Shown, delivery_id: Shown) -> None:
    """Send an event once more, under the same `webhook-id`."""
    await api.replay(
        ctx, endpoint_id=ENDPOINT_ID.read(endpoint_id), delivery_id=DELIVERY_ID.read(delivery_id)
    )


@post(
    "/webhooks/endpoints/{endpoint_id:str}/replay",
    summary="Send a span again",
    status_code=200,
    responses=problems(*OWNING, Invalid, EndpointStopped),
    opt={
        "own": OwnScope.CHANGE,
        "example": {"since": "2026-11-20T00:00:00Z", "until": "2026-11-22T00:00:00Z"},
    },
    tags=["webhooks"],
)
async def replay_range(ctx: Ctx, endpoint_id: Shown, data: Replay) -> ReplayedView:
    """Send again what happened in a span and was not delivered, or in the states that are named."""
    count = await api.replay_range(
        ctx,
        endpoint_id=ENDPOINT_ID.read(endpoint_id),
        since=data.since,
        until=data.until,
        states=data.states,
    )
    return ReplayedView(count)


ROUTES = (list_types, list_events, list_deliveries, show_delivery, replay, replay_range)
