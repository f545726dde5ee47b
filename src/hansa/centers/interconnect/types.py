"""What the center hands out and takes in."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Annotated, NewType
from uuid import UUID

import msgspec

from hansa.centers.shop.types import ShopId
from hansa.centers.user.types import PartyId
from hansa.kernel.context import Traffic
from hansa.kernel.ids import IdKind
from hansa.kernel.settings import Section
from hansa.kernel.texts import Texts

EndpointId = NewType("EndpointId", UUID)
MessageId = NewType("MessageId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
AuthorizationId = NewType("AuthorizationId", UUID)

ENDPOINT_ID = IdKind[EndpointId]("hook")
MESSAGE_ID = IdKind[MessageId]("msg")
DELIVERY_ID = IdKind[DeliveryId]("dlv")
AUTHORIZATION_ID = IdKind[AuthorizationId]("azn")


class EndpointState(enum.StrEnum):
    """Whether an endpoint is told anything. `removed` is final."""

    ACTIVE = "active"
    DISABLED = "disabled"
    REMOVED = "removed"


class DeliveryState(enum.StrEnum):
    """How far a delivery has come."""

    DUE = "due"
    """To be sent as soon as there is room."""
    WAITING = "waiting"
    """For its next attempt."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up, after every attempt or with its endpoint."""
    SKIPPED = "skipped"
    """Never sent: its endpoint was disabled when it happened."""


class Outcome(enum.StrEnum):
    """What came of one attempt."""

    DELIVERED = "delivered"
    """Answered 2xx."""
    REFUSED = "refused"
    """Answered something else, a redirect included: none is followed."""
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    """No connection, no name, no valid certificate, or it broke off."""
    FORBIDDEN = "forbidden"
    """The URL or the address behind its name is not one that anything is sent to."""


class App(msgspec.Struct, frozen=True, kw_only=True):
    """A program that shops may install. `scopes` is the most it asks for."""

    id: PartyId
    owner: PartyId
    name: str
    business: str
    about: Texts
    homepage: str
    scopes: tuple[str, ...]
    sandbox_shop: ShopId | None
    registered_at: datetime
    redirect_uris: tuple[str, ...] = ()
    """Where the authorization code flow may send a browser back to."""


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """What an app may do in a shop; its tokens do no more, in the shop's traffic class alone."""

    app_id: PartyId
    shop_id: ShopId
    business: str
    traffic: Traffic
    scopes: tuple[str, ...]
    installed_by: UUID
    installed_at: datetime


class AskedScope(msgspec.Struct, frozen=True, kw_only=True):
    """One thing an app asks for: what it means, whether whoever looks may give it, whether it is given."""

    scope: str
    means: Texts
    yours: bool
    given: bool


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is shown before an app is let into a shop. `seen` says later what was seen."""

    app: App
    shop_id: ShopId
    scopes: tuple[AskedScope, ...]
    seen: str


class AuthorizationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What an app sends a browser with (RFC 6749, 4.1.1; RFC 7636, 4.3), as it was written there."""

    client_id: str
    redirect_uri: str
    response_type: str = ""
    scope: str = ""
    state: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""


class ChoosableShop(msgspec.Struct, frozen=True, kw_only=True):
    """A shop in which whoever looks may let apps in."""

    id: ShopId
    name: Texts


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is shown whom an app sent here: who asks, for what, and for which of their shops.

    `scopes` are what it asks for now, of what it may ask for at all; `yours` and `given` are about `shop_id`,
    and false while no shop is chosen. `returns_to` is the host that the browser goes back to.
    """

    app: App
    shops: tuple[ChoosableShop, ...]
    shop_id: ShopId | None
    scopes: tuple[AskedScope, ...]
    returns_to: str
    seen: str


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the token endpoint answers (RFC 6749, 5.1); `shop_id` says which shop the token is for."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    scope: str
    shop_id: str


class Sandbox(msgspec.Struct, frozen=True, kw_only=True):
    """A shop to try an app in, and a token that acts as its owner there. `secret` is shown this once."""

    shop_id: ShopId
    secret: str
    expires_at: datetime


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where webhooks of a shop, or of every shop that installed an app, are sent."""

    id: EndpointId
    business: str
    traffic: Traffic
    shop_id: ShopId | None
    app_id: PartyId | None
    url: str
    types: tuple[str, ...]
    description: str
    state: EndpointState
    reason: str
    """Why it is disabled; empty otherwise."""
    failing_since: datetime | None
    secret_until: datetime | None
    """Until when the secret before the last rotation signs as well."""
    created_by: UUID
    created_at: datetime
    version: int


class IssuedEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint with its new secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt: when, what came of it, how long it took, and the beginning of what was answered."""

    at: datetime
    outcome: Outcome
    status: int | None
    duration_ms: int
    response: str


class EventType(msgspec.Struct, frozen=True, kw_only=True):
    """A type of public event: what it tells, and what an endpoint must be allowed in a shop to be told it."""

    name: str
    permission: str
    means: Texts


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one endpoint. `attempts` counts all of them, also before a replay."""

    id: DeliveryId
    endpoint_id: EndpointId
    message_id: MessageId
    type: str
    shop_id: ShopId | None
    state: DeliveryState
    attempts: int
    occurred_at: datetime
    created_at: datetime
    settled_at: datetime | None


class DeliveryLog(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery with what is sent and every attempt, oldest first."""

    delivery: Delivery
    payload: str
    attempts: tuple[Attempt, ...]


class Told(msgspec.Struct, frozen=True):
    """A public event in a shop's list: its place in the list, and the event as it is sent."""

    seq: int
    payload: str


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Public events of a shop, oldest first. `cursor` goes on after them, also when there are none yet."""

    items: list[Told]
    cursor: str
    more: bool


class Webhooks(Section, name="webhooks"):
    """How webhooks leave the house."""

    allowed_hosts: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            description="Hosts (`host` or `host:port`) that webhooks may reach though they are private, also without"
            " TLS; for development and tests."
        ),
    ] = ()
    timeout: Annotated[
        timedelta, msgspec.Meta(description="How long a receiver may take, from connecting to answering.")
    ] = timedelta(seconds=15)
    parallel: Annotated[
        int,
        msgspec.Meta(ge=2, le=1000, description="How many requests a worker process has under way at most."),
    ] = 64
    parallel_per_endpoint: Annotated[
        int,
        msgspec.Meta(ge=1, le=100, description="How many of them to one endpoint; one while it fails."),
    ] = 4
    disable_after: Annotated[
        timedelta,
        msgspec.Meta(
            description="How long an endpoint may fail without one success before it is disabled and its owner told."
        ),
    ] = timedelta(days=5)
    keep: Annotated[
        timedelta, msgspec.Meta(description="How long public events, deliveries and attempts are kept.")
    ] = timedelta(days=30)
