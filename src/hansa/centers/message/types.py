"""What the center hands out and takes in."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime, time
from typing import NewType
from uuid import UUID

import msgspec

from hansa.centers.message._settings import Mail as Mail  # noqa: PLC0414 - handed on, said as mypy wants it
from hansa.centers.message._settings import Security as Security  # noqa: PLC0414 - handed on, said as mypy wants it
from hansa.kernel.ids import IdKind
from hansa.kernel.texts import Texts

NotificationId = NewType("NotificationId", UUID)
ConversationId = NewType("ConversationId", UUID)
ReportId = NewType("ReportId", UUID)
NOTIFICATION_ID = IdKind[NotificationId]("ntf")
CONVERSATION_ID = IdKind[ConversationId]("cnv")
REPORT_ID = IdKind[ReportId]("rpt")


class Channel(enum.StrEnum):
    """A way to reach a party."""

    IN_APP = "in_app"
    EMAIL = "email"


class DeliveryState(enum.StrEnum):
    """How far a notification got on a channel that leads outside."""

    QUEUED = "queued"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    """Not sent on purpose: there is no server for this traffic."""
    UNDELIVERABLE = "undeliverable"
    """The party has no address (any more)."""
    FAILED = "failed"
    """Refused for good by the other side, or not taken for days."""
    BOUNCED = "bounced"
    """Taken at first, and returned by a server further on."""


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of notifications that people choose by: a center or a business names its own.

    `templates` are names, or beginnings of names that end in `*`. Of its `channels` the `mandatory` ones
    cannot be switched off (security mail), and those `off_at_first` have to be asked for.
    """

    name: str
    titles: Texts
    templates: tuple[str, ...]
    channels: tuple[Channel, ...] = (Channel.IN_APP, Channel.EMAIL)
    mandatory: tuple[Channel, ...] = ()
    off_at_first: tuple[Channel, ...] = ()


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a topic reaches the party through a channel. A `fixed` one cannot be changed."""

    channel: Channel
    enabled: bool
    fixed: bool


class TopicChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What a party chose for one topic; `title` is in its language."""

    topic: str
    title: str
    choices: tuple[Choice, ...]


class QuietHours(msgspec.Struct, frozen=True, kw_only=True):
    """When mail that can wait does: every day from `starts` to `ends` of the time zone, over midnight or not."""

    starts: time
    ends: time
    time_zone: str


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """How a party wants to be told things in one business.

    `mail_suppressed` says that mail to the party's address came back, so that no more is sent there.
    """

    topics: tuple[TopicChoices, ...]
    quiet_hours: QuietHours | None
    mail_suppressed: bool


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What a link to unsubscribe is about, and whether the party still gets it."""

    business: str
    topic: str
    title: str
    channel: Channel
    enabled: bool


class MailStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How mail to a party's present address fares: how often in a row it was refused, and whether it is given up.

    `code` is what the last refusal said (RFC 5321, RFC 3463).
    """

    refusals: int
    code: str
    suppressed_at: datetime | None


PICTURE_ID = IdKind[UUID]("media")
"""A picture, as its keeper shows it."""


class ReferenceKind(enum.StrEnum):
    """What something that was told is about: readers go there from it."""

    ORDER = "order"
    DRAFT = "draft"
    PRODUCT = "product"
    SHOP = "shop"
    REVIEW = "review"
    CONVERSATION = "conversation"
    ENDPOINT = "endpoint"


class Reference(msgspec.Struct, frozen=True):
    """What something is about: its kind, and its id as it is shown (`ord_...`)."""

    kind: ReferenceKind
    id: str


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell a party: the template's name, what it needs to know, and what it is `about`.

    `params` are JSON values without anything personal; templates know the recipient's name by themselves.
    Without a `locale` the party's own language is used, as it is at the moment of writing.
    """

    party: UUID
    template: str
    params: Mapping[str, object] = msgspec.field(default_factory=dict)
    locale: str | None = None
    about: Reference | None = None


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one notification in one language, as Jinja sources.

    `text` is read in the app and as the mail's plain part. Without `html` the mail's other part is made from
    the text.
    """

    subject: str
    text: str
    html: str | None = None


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A notification as its reader sees it."""

    subject: str
    text: str
    html: str


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a notification in one language, as a business has them now.

    `version` is 0 while they are the center's own; `parameters` is what they may say.
    """

    name: str
    language: str
    version: int
    words: Template
    parameters: tuple[str, ...]


class WordingVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version that a business published; a withdrawn one gave the center its own words back."""

    version: int
    words: Template
    withdrawn: bool
    published_at: datetime
    published_by: str


class Worded(msgspec.Struct, frozen=True, kw_only=True):
    """A notification there are words for: in which languages, and what the business published of them."""

    name: str
    languages: tuple[str, ...]
    published: dict[str, int]
    """Version by language."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of an inbox."""

    id: NotificationId
    template: str
    subject: str
    text: str
    created_at: datetime
    read_at: datetime | None
    about: Reference | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the log: what came of trying a channel; `code` is the other side's answer, nothing personal."""

    channel: Channel
    outcome: str
    code: str
    at: datetime


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How far a notification got on one channel."""

    party: UUID
    notification: NotificationId
    channel: Channel
    state: DeliveryState
    reason: str
    attempts: tuple[Attempt, ...]


class Side(enum.StrEnum):
    """Who speaks in a conversation. All staff of a shop are one side; the platform only steps in."""

    BUYER = "buyer"
    SHOP = "shop"
    PLATFORM = "platform"


class ConversationState(enum.StrEnum):
    """Whether a conversation goes on. Either side closes and opens it again; who blocked it lifts that."""

    OPEN = "open"
    CLOSED = "closed"
    BLOCKED = "blocked"


class MessageState(enum.StrEnum):
    """Whether what was said can be read."""

    SHOWN = "shown"
    WITHHELD = "withheld"
    """Taken down by the platform after a report."""
    ERASED = "erased"
    """Gone with the person who wrote it, or to whom it was written."""


class ReportReason(enum.StrEnum):
    """Why somebody reports a conversation."""

    ABUSE = "abuse"
    FRAUD = "fraud"
    OFF_PLATFORM = "off_platform"
    """Asked to pay or deal elsewhere."""
    SPAM = "spam"
    OTHER = "other"


class Resolution(enum.StrEnum):
    """What the platform did about a report."""

    DISMISSED = "dismissed"
    WITHHELD = "withheld"
    """The message was taken down."""
    BLOCKED = "blocked"
    """The conversation was ended for both sides."""


class ConversationSubject(msgspec.Struct, frozen=True, kw_only=True):
    """What a conversation is about, as the center that owns it knows it.

    `reference` is its id as it is shown (`ord_...`). Only `buyer` may speak of it with the shop; `None` says
    that anybody may, as of a product.
    """

    kind: str
    reference: str
    title: str
    shop_id: UUID
    buyer: UUID | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is about to say, as moderation sees it."""

    subject_kind: str
    shop_id: UUID
    side: Side
    text: str
    media: tuple[UUID, ...]


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation between a buyer and a shop, as one side sees it; `unread` and `read_up_to` are its own.

    `messages` is the number of the last message: they are numbered from 1.
    """

    id: ConversationId
    subject_kind: str
    subject: str
    title: str
    shop_id: UUID
    side: Side
    state: ConversationState
    blocked_by: Side | None
    messages: int
    unread: int
    read_up_to: int
    read_by_other_up_to: int
    opened_at: datetime
    last_at: datetime


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said. `author` is known to its own side alone; what is not shown is empty."""

    number: int
    side: Side
    author: UUID | None
    text: str
    media: tuple[UUID, ...]
    state: MessageState
    sent_at: datetime


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """A report, and what was said around it, oldest first, with what was taken down: for who deals with it."""

    report: Report
    title: str
    """What the conversation is about."""
    subject: str
    shop_id: UUID
    state: ConversationState
    said: tuple[Message, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report of a conversation, or of one message of it (`number`; 0 is the whole)."""

    id: ReportId
    conversation: ConversationId
    number: int
    side: Side
    reason: ReportReason
    note: str
    reported_at: datetime
    resolution: Resolution | None
    resolved_at: datetime | None
