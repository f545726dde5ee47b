"""How the outside world looks from outside: ids with prefixes; secrets where they were just made, and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar.params import Parameter

from hansa.centers.interconnect.types import (
    DELIVERY_ID,
    ENDPOINT_ID,
    MESSAGE_ID,
    App,
    Attempt,
    Delivery,
    DeliveryLog,
    DeliveryState,
    Endpoint,
    EndpointState,
    Installation,
    Outcome,
)
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user.types import PARTY_ID, TOKEN_ID, Token
from hansa.kernel.context import Traffic
from hansa.kernel.texts import Texts

Shown = Annotated[str, Parameter(max_length=64, description="The id, as it was given.")]
Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]
Scopes = Annotated[
    list[str],
    msgspec.Meta(max_length=50, description="Permissions, without a shop.", examples=[["trade.order.read"]]),
]
Redirects = Annotated[
    list[str],
    msgspec.Meta(
        max_length=20,
        description="Where browsers may be sent back to in the authorization code flow: https, or a loopback address.",
        examples=[["https://erp.example.com/back"]],
    ),
]
Types = Annotated[
    list[str],
    msgspec.Meta(max_length=50, description="Types of public events.", examples=[["order.moved"]]),
]
OverlapS = Annotated[
    int, msgspec.Meta(ge=0, le=604_800, description="For how long both are good, in seconds.")
]
Ends = Annotated[datetime, msgspec.Meta(tz=True, description="When it ends, at most two years ahead.")]


class AppView(msgspec.Struct, frozen=True, kw_only=True):
    """An app as anybody sees it. `scopes` is the most it asks for."""

    id: str
    name: str
    about: Texts
    homepage: str
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    registered_at: datetime


class InstallationView(msgspec.Struct, frozen=True, kw_only=True):
    """What an app may do in a shop, in the shop's traffic class."""

    app_id: str
    shop_id: str
    traffic: Traffic
    scopes: tuple[str, ...]
    installed_at: datetime
    app: AppView | None = None


class AppTokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token of an installation. `secret` is there only where it was just issued."""

    id: str
    label: str
    scopes: tuple[str, ...]
    business: str
    traffic: Traffic
    created_at: datetime
    expires_at: datetime
    secret: str | None = None


class EndpointView(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook endpoint. `secret` is there only where it was just made."""

    id: str
    shop_id: str | None
    app_id: str | None
    traffic: Traffic
    url: str
    types: tuple[str, ...]
    description: str
    state: EndpointState
    reason: str
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    version: int
    secret: str | None = None


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to an endpoint; `message_id` is its `webhook-id`."""

    id: str
    message_id: str
    type: str
    shop_id: str | None
    state: DeliveryState
    attempts: int
    occurred_at: datetime
    created_at: datetime
    settled_at: datetime | None


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt, with the beginning of what was answered or what went wrong."""

    at: datetime
    outcome: Outcome
    status: int | None
    duration_ms: int
    response: str


class DeliveryLogView(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery with what is sent, and its latest 100 attempts, oldest first."""

    delivery: DeliveryView
    payload: dict[str, Any]
    attempts: list[AttemptView]


def app_view(one: App) -> AppView:
    """Show an app."""
    return AppView(
        id=PARTY_ID.show(one.id),
        name=one.name,
        about=one.about,
        homepage=one.homepage,
        scopes=one.scopes,
        redirect_uris=one.redirect_uris,
        registered_at=one.registered_at,
    )


def installation_view(one: Installation, *, app: App | None = None) -> InstallationView:
    """Show an installation, with its app where the reader does not know it."""
    return InstallationView(
        app_id=PARTY_ID.show(one.app_id),
        shop_id=SHOP_ID.show(one.shop_id),
        traffic=one.traffic,
        scopes=one.scopes,
        installed_at=one.installed_at,
        app=app_view(app) if app else None,
    )


def token_view(one: Token, *, secret: str | None = None) -> AppTokenView:
    """Show a token of an installation."""
    return AppTokenView(
        id=TOKEN_ID.show(one.id),
        label=one.label,
        scopes=tuple(grant.partition("@")[0] for grant in one.grants),
        business=one.business,
        traffic=one.traffic,
        created_at=one.created_at,
        expires_at=one.expires_at,
        secret=secret,
    )


def endpoint_view(one: Endpoint, *, secret: str | None = None) -> EndpointView:
    """Show an endpoint."""
    return EndpointView(
        id=ENDPOINT_ID.show(one.id),
        shop_id=SHOP_ID.show(one.shop_id) if one.shop_id else None,
        app_id=PARTY_ID.show(one.app_id) if one.app_id else None,
        traffic=one.traffic,
        url=one.url,
        types=one.types,
        description=one.description,
        state=one.state,
        reason=one.reason,
        failing_since=one.failing_since,
        old_secret_until=one.secret_until,
        created_at=one.created_at,
        version=one.version,
        secret=secret,
    )


def delivery_view(one: Delivery) -> DeliveryView:
    """Show a delivery."""
    return DeliveryView(
        id=DELIVERY_ID.show(one.id),
        message_id=MESSAGE_ID.show(one.message_id),
        type=one.type,
        shop_id=SHOP_ID.show(one.shop_id) if one.shop_id else None,
        state=one.state,
        attempts=one.attempts,
        occurred_at=one.occurred_at,
        created_at=one.created_at,
        settled_at=one.settled_at,
    )


def log_view(one: DeliveryLog) -> DeliveryLogView:
    """Show a delivery with its attempts."""
    return DeliveryLogView(
        delivery=delivery_view(one.delivery),
        payload=msgspec.json.decode(one.payload, type=dict[str, Any]),
        attempts=[_attempt(attempt) for attempt in one.attempts],
    )


def _attempt(one: Attempt) -> AttemptView:
    return AttemptView(
        at=one.at,
        outcome=one.outcome,
        status=one.status,
        duration_ms=one.duration_ms,
        response=one.response,
    )
