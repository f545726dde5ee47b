"""Facts about notifications and conversations. They carry ids and nothing that anybody wrote."""

from __future__ import annotations

from typing import ClassVar
from uuid import NAMESPACE_OID, UUID, uuid5

from hansa.centers.message.types import (
    Channel,
    ConversationId,
    ConversationState,
    NotificationId,
    ReportId,
    ReportReason,
    Resolution,
    Side,
)
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


class ConversationStarted(Event, frozen=True, kw_only=True):
    """A buyer and a shop speak of something, `reference` by its shown id, for the first time."""

    topic: ClassVar[str] = "message.conversation_started"
    conversation: ConversationId
    buyer: UUID
    shop_id: UUID
    reference: str

    def subject(self) -> UUID:
        """Return the conversation."""
        return self.conversation


class MessagePosted(Event, frozen=True, kw_only=True):
    """Somebody said something: the message of this number."""

    topic: ClassVar[str] = "message.message_posted"
    conversation: ConversationId
    number: int
    side: Side
    buyer: UUID
    shop_id: UUID

    def subject(self) -> UUID:
        """Return the conversation."""
        return self.conversation


class ConversationMoved(Event, frozen=True, kw_only=True):
    """A conversation was closed, blocked, or opened again, by this side."""

    topic: ClassVar[str] = "message.conversation_moved"
    conversation: ConversationId
    state: ConversationState
    by: Side

    def subject(self) -> UUID:
        """Return the conversation."""
        return self.conversation


class ConversationReported(Event, frozen=True, kw_only=True):
    """A side reported a conversation, or one message of it (`number`; 0 is the whole)."""

    topic: ClassVar[str] = "message.conversation_reported"
    report: ReportId
    conversation: ConversationId
    number: int
    side: Side
    reason: ReportReason

    def subject(self) -> UUID:
        """Return the conversation."""
        return self.conversation


class ReportSettled(Event, frozen=True, kw_only=True):
    """The platform dealt with a report."""

    topic: ClassVar[str] = "message.report_settled"
    report: ReportId
    conversation: ConversationId
    resolution: Resolution

    def subject(self) -> UUID:
        """Return the conversation."""
        return self.conversation


class TemplatePublished(Event, frozen=True, kw_only=True):
    """A business says something in its own words now, or no longer (`withdrawn`)."""

    topic: ClassVar[str] = "message.template_published"
    name: str
    language: str
    number: int
    """The version of the words."""
    withdrawn: bool

    def subject(self) -> UUID:
        """Return an id of the name and language: their versions are told in order."""
        return uuid5(NAMESPACE_OID, f"message.template/{self.name}/{self.language}")


EVENTS = (
    NotificationQueued,
    AddressSuppressed,
    ConversationStarted,
    MessagePosted,
    ConversationMoved,
    ConversationReported,
    ReportSettled,
    TemplatePublished,
)
