from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.kernel.event import Event


class AppEvent(Event, frozen=True, kw_only=True):
    """Something happened to an app."""

    app_id: UUID

    def subject(self) -> UUID:
        """Return the app's party."""
        return self.app_id


class AppRegistered(AppEvent, frozen=True, kw_only=True):
    """Somebody registered an app that shops may install."""

    topic: ClassVar[str] = "interconnect.app_registered"

    owner: UUID
    scopes: tuple[str, ...]


class AppChanged(AppEvent, frozen=True, kw_only=True):
    """What an app asks for or says of itself changed."""

    topic: ClassVar[str] = "interconnect.app_changed"

    scopes: tuple[str, ...]


class AppRetired(AppEvent, frozen=True, kw_only=True):
    """An app is over: nobody has it any more."""

    topic: ClassVar[str] = "interconnect.app_retired"


class AppInstalled(AppEvent, frozen=True, kw_only=True):
    """A shop let an app in, or changed what it may do there."""

    topic: ClassVar[str] = "interconnect.app_installed"

    shop_id: UUID
    scopes: tuple[str, ...]


class AppUninstalled(AppEvent, frozen=True, kw_only=True):
    """A shop removed an app; its tokens for the shop ended with that."""

    topic: ClassVar[str] = "interconnect.app_uninstalled"

    shop_id: UUID


class AuthorizationGranted(AppEvent, frozen=True, kw_only=True):
    """Somebody sent a browser back to an app with a code: it gets tokens for the shop by itself from then on."""

    topic: ClassVar[str] = "interconnect.authorization_granted"

    shop_id: UUID
    authorization_id: UUID
    scopes: tuple[str, ...]


class AuthorizationEnded(AppEvent, frozen=True, kw_only=True):
    """An app gets no more tokens by an authorization, and those it had end: revoked, or something was used twice."""

    topic: ClassVar[str] = "interconnect.authorization_ended"

    shop_id: UUID
    authorization_id: UUID
    reason: str


class EndpointEvent(Event, frozen=True, kw_only=True):
    """Something happened to a webhook endpoint, of a shop or of an app."""

    endpoint_id: UUID
    shop_id: UUID | None
    app_id: UUID | None

    def subject(self) -> UUID:
        """Return the endpoint."""
        return self.endpoint_id


class EndpointAdded(EndpointEvent, frozen=True, kw_only=True):
    """An endpoint was added; it is told what happens from now on."""

    topic: ClassVar[str] = "interconnect.endpoint_added"


class EndpointDisabled(EndpointEvent, frozen=True, kw_only=True):
    """An endpoint is told nothing any more: it failed for too long, said it is gone, or was switched off."""

    topic: ClassVar[str] = "interconnect.endpoint_disabled"

    reason: str


class EndpointEnabled(EndpointEvent, frozen=True, kw_only=True):
    """A disabled endpoint is told again what happens from now on."""

    topic: ClassVar[str] = "interconnect.endpoint_enabled"


class EndpointRemoved(EndpointEvent, frozen=True, kw_only=True):
    """An endpoint is over."""

    topic: ClassVar[str] = "interconnect.endpoint_removed"


class SecretRotated(EndpointEvent, frozen=True, kw_only=True):
    """An endpoint has a new secret; for a while both sign."""

    topic: ClassVar[str] = "interconnect.secret_rotated"


EVENTS: tuple[type[Event], ...] = (
    AppRegistered,
    AppChanged,
    AppRetired,
    AppInstalled,
    AppUninstalled,
    AuthorizationGranted,
    AuthorizationEnded,
    EndpointAdded,
    EndpointDisabled,
    EndpointEnabled,
    EndpointRemoved,
    SecretRotated,
)
