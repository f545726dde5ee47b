"""What other centers and faces may ask of `message`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.message._service import choosing, standing, telling, unsubscribing
from hansa.centers.message._service.words import Templates
from hansa.centers.message.types import (
    Channel,
    Delivery,
    Item,
    MailStanding,
    Notification,
    NotificationId,
    Preferences,
    QuietHours,
    Subscription,
)
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

__all__ = [
    "Templates",
    "choose",
    "deliveries",
    "inbox",
    "mail_standing",
    "mark_read",
    "notify",
    "notify_all",
    "preferences",
    "release_address",
    "report_bounce",
    "set_quiet_hours",
    "subscription",
    "unread",
    "unsubscribe",
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
