"""Facts about notifications. They carry ids and nothing personal."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.centers.message.types import Channel, NotificationId
from hansa.kernel.event import Event


class NotificationQueued(Event, frozen=True, kw_only=True):
    """A notification waits to leave through a channel; the center itself sends it."""

    topic: ClassVar[str] = "message.notification_queued"
    party: UUID
    notification: NotificationId
    channel: Channel

    def subject(self) -> UUID:
        """Return the notification: one that cannot leave holds up no other."""
        return self.notification


class AddressSuppressed(Event, frozen=True, kw_only=True):
    """Mail to a party's address came back too often, or the address is gone: no more is sent there."""

    topic: ClassVar[str] = "message.address_suppressed"
    party: UUID

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


EVENTS = (NotificationQueued, AddressSuppressed)
