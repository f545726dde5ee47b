"""What other centers and faces may ask of `message`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.message._service import telling
from hansa.centers.message._service.words import Templates
from hansa.centers.message.types import Delivery, Item, Notification, NotificationId
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

__all__ = ["Templates", "deliveries", "inbox", "mark_read", "notify", "notify_all", "unread"]


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
