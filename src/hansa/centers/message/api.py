"""What other centers and faces may ask of `message`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.message._service import (
    choosing,
    listening,
    moderating,
    picturing,
    standing,
    talking,
    telling,
    unsubscribing,
    wording,
)
from hansa.centers.message._service.words import Templates
from hansa.centers.message.types import (
    Channel,
    Conversation,
    ConversationId,
    ConversationState,
    Delivery,
    Item,
    MailStanding,
    Message,
    Notification,
    NotificationId,
    Preferences,
    QuietHours,
    Rendered,
    Report,
    Reported,
    ReportId,
    ReportReason,
    Resolution,
    Subscription,
    Template,
    Worded,
    Wording,
    WordingVersion,
)
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

__all__ = [
    "Templates",
    "admit_picture",
    "buyer_in",
    "choose",
    "conversation",
    "conversations",
    "deliveries",
    "has_spoken",
    "inbox",
    "mail_standing",
    "mark_conversation_read",
    "mark_read",
    "messages",
    "move_conversation",
    "notify",
    "notify_all",
    "own_picture",
    "post",
    "preferences",
    "preview_template",
    "publish_template",
    "release_address",
    "report_bounce",
    "report_conversation",
    "reported",
    "reports",
    "resolve_report",
    "set_quiet_hours",
    "start_conversation",
    "subscription",
    "template",
    "template_versions",
    "templates",
    "unread",
    "unread_conversations",
    "unsubscribe",
    "unsubscribe_page",
    "withdraw_template",
]


async def notify(tx: Transaction, ctx: Ctx, notifications: Sequence[Notification]) -> list[NotificationId]:
    """Tell parties something, in the transaction in which it happens; mail leaves after commit.

    Raises `TemplateMissing` and `TemplateUnfit` when nobody could read it.
    """
    return await telling.notify(tx, [(ctx, notification) for notification in notifications])


async def notify_all(tx: Transaction, commands: Sequence[tuple[Ctx, Notification]]) -> list[NotificationId]:
    """As `notify`, for commands of many businesses: one statement for all of them."""
    return await telling.notify(tx, commands)


async def inbox(ctx: Ctx, *, cursor: str | None = None, limit: int = 20) -> Page[Item]:
    """Return what the acting party was told in this business, newest first, in the language of `ctx`.

    Raises `Unauthenticated`, `Invalid` (limit), `CursorMalformed`.
    """
    return await telling.inbox(ctx, cursor=cursor, limit=limit)


async def unread(ctx: Ctx) -> int:
    """Count what the acting party has not read yet in this business, no further than 100."""
    return await telling.unread(ctx)


async def mark_read(ctx: Ctx, ids: Sequence[NotificationId]) -> int:
    """Mark up to 100 notifications as read; return how many were not yet. Others' ids count for nothing."""
    return await telling.mark_read(ctx, ids)


async def deliveries(ctx: Ctx, *, party: UUID, notification_id: NotificationId) -> list[Delivery]:
    """Return how far a notification got on each channel outside. Wants `message.delivery.read`."""
    return await telling.deliveries(ctx, party=party, notification_id=notification_id)


async def preferences(ctx: Ctx) -> Preferences:
    """Return how the acting party wants to be told things in this business."""
    return await choosing.preferences(ctx)


async def choose(ctx: Ctx, *, topic: str, channel: Channel, enabled: bool) -> None:
    """Switch a channel of a topic on or off for the acting party, in this business and traffic.

    Raises `TopicUnknown`, and `PreferenceFixed` for what cannot be switched off.
    """
    await choosing.choose(ctx, topic=topic, channel=channel, enabled=enabled)


async def set_quiet_hours(ctx: Ctx, quiet: QuietHours | None) -> None:
    """Say when mail to the acting party waits, if it can; `None` for never. Raises `Invalid`."""
    await choosing.set_quiet_hours(ctx, quiet)


async def subscription(ctx: Ctx, *, token: str) -> Subscription:
    """Return what a link to unsubscribe is about. Raises `TokenInvalid`, `TopicUnknown`."""
    return await unsubscribing.subscription(ctx, token=token)


async def unsubscribe(ctx: Ctx, *, token: str) -> Subscription:
    """End what a link to unsubscribe is about; asked again, nothing more happens.

    Raises `TokenInvalid`, `TopicUnknown`.
    """
    return await unsubscribing.unsubscribe(ctx, token=token)


def unsubscribe_page(ctx: Ctx, *, token: str) -> str:
    """Return the address of the page for people about a link: it shows `subscription`, and offers to end it."""
    return unsubscribing.page_of_link(ctx, token)


async def mail_standing(ctx: Ctx, *, party: UUID) -> MailStanding:
    """Return how mail to a party's present address fares. Wants `message.delivery.read`."""
    return await standing.mail_standing(ctx, party=party)


async def release_address(ctx: Ctx, *, party: UUID) -> None:
    """Let mail go to a party again whose address was given up. Wants `message.address.release`."""
    await standing.release_address(ctx, party=party)


async def report_bounce(ctx: Ctx, *, message_id: str, status: str) -> None:
    """Take note that a mail came back after it was taken, with its status by RFC 3463.

    Wants `message.bounce.report`. Raises `Invalid`, `BounceUnknown`.
    """
    await standing.report_bounce(ctx, message_id=message_id, status=status)


async def start_conversation(
    ctx: Ctx, *, subject: str, text: str, media: Sequence[UUID] = ()
) -> Conversation:
    """Say something about what `subject` names (`ord_...`, `prod_...`), for the first time or again.

    A buyer and a shop have one conversation about one thing. Of an order, its buyer starts it or staff that
    may answer for the shop; of a product, anybody. Raises `Invalid`, `SubjectUnknown`, `MessageRefused`,
    `ConversationClosed`, `TooManyMessages`.
    """
    return await talking.start(ctx, reference=subject, text=text, media=media)


async def post(
    ctx: Ctx,
    *,
    conversation_id: ConversationId,
    text: str,
    media: Sequence[UUID] = (),
    seen: int | None = None,
) -> Message:
    """Say something in a conversation; `media` are pictures that the writer uploaded before.

    With `seen`, the number of the last message the writer saw, it is refused when a colleague has written
    since. Raises `Invalid`, `ConversationNotFound`, `ConversationClosed`, `AnsweredMeanwhile`,
    `MessageRefused`, `TooManyMessages`.
    """
    return await talking.post(ctx, conversation_id=conversation_id, text=text, media=media, seen=seen)


async def admit_picture(ctx: Ctx, *, subject: str) -> None:
    """See that the acting party may bring one more picture to speak of `subject`, before its bytes are taken in.

    Of an order its buyer and whoever answers for the shop may; of what is on sale whoever has an account. For the
    center that keeps bytes, which then says `own_picture`. Raises `SubjectUnknown`, `TooManyUnsaid`, `Unauthenticated`.
    """
    await picturing.admit_picture(ctx, subject=subject)


async def own_picture(tx: Transaction, ctx: Ctx, media_id: UUID) -> None:
    """Write down that a picture that was taken in is the acting party's; what no message shows in a day is removed."""
    await picturing.own_picture(tx, ctx, media_id)


async def conversations(
    ctx: Ctx,
    *,
    shop_id: UUID | None = None,
    unread: bool = False,
    subject: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[Conversation]:
    """List the acting buyer's conversations in this business, or a shop's, the one with the latest message first.

    Those about one `subject` alone, an order or a product by its id as it is shown, if it is named. A shop's want `message.conversation.answer` in the shop. Raises `Invalid` (limit), `CursorMalformed`.
    """
    return await listening.conversations(
        ctx, shop_id=shop_id, unread=unread, subject=subject, cursor=cursor, limit=limit
    )


async def has_spoken(tx: Transaction, ctx: Ctx, *, shop_id: UUID, parties: Sequence[UUID]) -> bool:
    """Tell whether one of these parties has a conversation with a shop in this business, open or not."""
    return await listening.has_spoken(tx, ctx, shop_id=shop_id, parties=parties)


async def unread_conversations(ctx: Ctx, *, shop_id: UUID | None = None) -> int:
    """Count conversations with something unread, the acting buyer's or a shop's, no further than 100."""
    return await listening.unread_conversations(ctx, shop_id=shop_id)


async def conversation(ctx: Ctx, *, conversation_id: ConversationId) -> Conversation:
    """Return a conversation to its buyer, or to who may answer for its shop. Raises `ConversationNotFound`."""
    return await listening.conversation(ctx, conversation_id=conversation_id)


async def buyer_in(ctx: Ctx, *, conversation_id: ConversationId) -> UUID:
    """Return with whom a shop talks, to who may answer for it: for what the shop then makes for that party.

    Raises `ConversationNotFound`, also for the buyer itself.
    """
    return await listening.buyer_in(ctx, conversation_id=conversation_id)


async def messages(
    ctx: Ctx, *, conversation_id: ConversationId, cursor: str | None = None, limit: int = 20
) -> Page[Message]:
    """Return what was said, the latest first. Raises `ConversationNotFound`, `Invalid`, `CursorMalformed`."""
    return await listening.messages(ctx, conversation_id=conversation_id, cursor=cursor, limit=limit)


async def mark_conversation_read(ctx: Ctx, *, conversation_id: ConversationId, up_to: int) -> Conversation:
    """Say that the actor's side has read up to a message; a mark only moves on. Staff share one mark.

    Raises `ConversationNotFound`, `Invalid`.
    """
    return await listening.mark_read(ctx, conversation_id=conversation_id, up_to=up_to)


async def move_conversation(
    ctx: Ctx, *, conversation_id: ConversationId, state: ConversationState
) -> Conversation:
    """Close, block or open a conversation. Raises `ConversationNotFound`, `StateUnchangeable`."""
    return await talking.set_state(ctx, conversation_id=conversation_id, state=state)


async def report_conversation(
    ctx: Ctx,
    *,
    conversation_id: ConversationId,
    reason: ReportReason,
    number: int = 0,
    note: str = "",
) -> Report:
    """Report a conversation to the platform, or one message of it; a side's report that waits is not doubled.

    Raises `ConversationNotFound`, `Invalid`.
    """
    return await moderating.report(
        ctx, conversation_id=conversation_id, number=number, reason=reason, note=note
    )


async def reports(
    ctx: Ctx, *, waiting: bool = True, cursor: str | None = None, limit: int = 20
) -> Page[Report]:
    """List the business's reports that wait (or those dealt with), oldest first.

    Wants `message.conversation.moderate`.
    """
    return await moderating.reports(ctx, waiting=waiting, cursor=cursor, limit=limit)


async def reported(ctx: Ctx, *, report_id: ReportId) -> Reported:
    """Return a report with what was said around it, also what was taken down; of authors the side alone.

    Wants `message.conversation.moderate`. Raises `ReportNotFound`.
    """
    return await moderating.reported(ctx, report_id=report_id)


async def resolve_report(ctx: Ctx, *, report_id: ReportId, resolution: Resolution) -> Report:
    """Deal with a report: dismiss it, take the message down, or end the conversation for both sides.

    Wants `message.conversation.moderate`. Raises `ReportNotFound`, `ReportResolved`, `Invalid`.
    """
    return await moderating.resolve(ctx, report_id=report_id, resolution=resolution)


async def templates(ctx: Ctx, *, cursor: str | None = None, limit: int = 20) -> Page[Worded]:
    """List the notifications there are words for, by name. Wants `message.template.publish` of the business."""
    return await wording.templates(ctx, cursor=cursor, limit=limit)


async def template(ctx: Ctx, *, name: str, language: str) -> Wording:
    """Return the words of a notification in this business as they are now, and what they may say.

    Wants `message.template.publish` of the business. Raises `TemplateUnknown`.
    """
    return await wording.template(ctx, name=name, language=language)


async def preview_template(
    ctx: Ctx, *, name: str, language: str, words: Template, params: Mapping[str, object]
) -> Rendered:
    """Return what words would look like with these parameters; nothing is published.

    Wants `message.template.publish` of the business. Raises `TemplateUnknown`, `Invalid`.
    """
    return await wording.preview(ctx, name=name, language=language, words=words, params=params)


async def publish_template(ctx: Ctx, *, name: str, language: str, words: Template, version: int) -> Wording:
    """Say a notification in the business's own words from now on; `version` is that which they change, or 0.

    Businesses below inherit them. They may say what the center's own words say, and no more. Wants
    `message.template.publish` of the business. Raises `TemplateUnknown`, `Invalid`, `TemplateChangedSince`.
    """
    return await wording.publish(ctx, name=name, language=language, words=words, version=version)


async def withdraw_template(ctx: Ctx, *, name: str, language: str) -> None:
    """Go back to the center's own words. Wants `message.template.publish` of the business.

    Raises `TemplateUnknown`, `TemplateChangedSince`.
    """
    await wording.withdraw(ctx, name=name, language=language)


async def template_versions(
    ctx: Ctx, *, name: str, language: str, cursor: str | None = None, limit: int = 20
) -> Page[WordingVersion]:
    """List what the business published of a notification, the latest first.

    Wants `message.template.publish` of the business. Raises `TemplateUnknown`.
    """
    return await wording.versions(ctx, name=name, language=language, cursor=cursor, limit=limit)
