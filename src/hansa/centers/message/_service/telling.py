"""Telling people: writing notifications down, and reading them in the app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.message import _store as store
from hansa.centers.message._rules.mail import server_for
from hansa.centers.message._rules.rendering import Renderer
from hansa.centers.message._service.words import find_words, write
from hansa.centers.message._store import NewDelivery, StoredNotification
from hansa.centers.message.errors import TemplateMissing, TemplateUnfit
from hansa.centers.message.events import NotificationQueued
from hansa.centers.message.extensions import CHANNELS
from hansa.centers.message.types import (
    NOTIFICATION_ID,
    Channel,
    Delivery,
    DeliveryState,
    Item,
    Mail,
    Notification,
    NotificationId,
)
from hansa.centers.user import api as user
from hansa.centers.user.types import PersonalRecord
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

READ_DELIVERIES = "message.delivery.read"
MARKED_MAX = 100
UNREAD_CAP = 100
_ATTEMPTS_MAX = 100
_EXPORTED_MAX = 10_000

Command = tuple[Ctx, Notification]


async def notify(tx: Transaction, commands: Sequence[Command]) -> list[NotificationId]:
    """Write notifications down, of any business and party; see `message.api`."""
    stored: list[StoredNotification] = []
    deliveries: list[NewDelivery] = []
    for ctx, wish in commands:
        _check(ctx, wish)
        channels = CHANNELS.of(ctx)(ctx, wish.template) or ()
        one = StoredNotification(
            party_id=wish.party,
            notification_id=NOTIFICATION_ID.new(),
            template=wish.template,
            params=dict(wish.params),
            locale=wish.locale,
            business=ctx.business,
            traffic=ctx.traffic,
            in_app=Channel.IN_APP in channels,
            created_at=ctx.now(),
        )
        stored.append(one)
        outside = [_start(ctx, one, channel) for channel in channels if channel is not Channel.IN_APP]
        deliveries += outside
        tx.emit(
            ctx,
            *(
                NotificationQueued(party=d.party_id, notification=d.notification_id, channel=d.channel)
                for d in outside
                if d.state is DeliveryState.QUEUED
            ),
        )
    if stored:
        await store.insert_notifications(tx, stored)
    if deliveries:
        await store.insert_deliveries(tx, deliveries)
    return [one.notification_id for one in stored]


def _start(ctx: Ctx, one: StoredNotification, channel: Channel) -> NewDelivery:
    """Queue a notification for a channel, unless nothing may leave for this traffic."""
    leaves = server_for(ctx.traffic, ctx.platform.settings.section(Mail)) is not None
    return NewDelivery(
        party_id=one.party_id,
        notification_id=one.notification_id,
        channel=channel,
        state=DeliveryState.QUEUED if leaves else DeliveryState.SUPPRESSED,
        reason="" if leaves else "no_server",
        at=one.created_at,
    )


def _check(ctx: Ctx, wish: Notification) -> None:
    """Refuse what nobody could read later: the center that tells it learns at once, in its own tests."""
    template, _ = find_words(ctx, wish.template, locale=wish.locale or ctx.locale)
    missing = ctx.platform.service(Renderer).needs(template) - wish.params.keys()
    if missing:
        raise TemplateUnfit(template=wish.template, missing=sorted(missing))


async def inbox(ctx: Ctx, *, cursor: str | None, limit: int) -> Page[Item]:
    """Read the acting party's inbox; see `message.api`."""
    party, limit = ctx.party(), checked_limit(limit)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor is not None else None
    async with ctx.transaction() as tx:
        stored = await store.read_inbox(
            tx,
            party_ids=[party, *await user.merged_guests(tx, party)],
            business=ctx.business,
            traffic=ctx.traffic,
            before=before,
            limit=limit + 1,
        )
        contact = (await user.contacts(tx, [party])).get(party)
    recipient = contact.name if contact else ""
    items = [_item(ctx, one, recipient=recipient) for one in stored]
    return page_of(items, limit=limit, key=lambda item: (item.id,))


def _item(ctx: Ctx, one: StoredNotification, *, recipient: str) -> Item:
    try:
        words = write(
            ctx, name=one.template, params=one.params, locale=one.locale or ctx.locale, recipient=recipient
        )
        subject, text = words.subject, words.text
    except (TemplateMissing, TemplateUnfit):  # its words were taken away since; the rest can still be read
        subject, text = one.template, ""
    return Item(
        id=one.notification_id,
        template=one.template,
        subject=subject,
        text=text,
        created_at=one.created_at,
        read_at=one.read_at,
    )


async def unread(ctx: Ctx) -> int:
    """Count what the acting party has not read; see `message.api`."""
    party = ctx.party()
    async with ctx.transaction() as tx:
        return await store.count_unread(
            tx,
            party_ids=[party, *await user.merged_guests(tx, party)],
            business=ctx.business,
            traffic=ctx.traffic,
            limit=UNREAD_CAP,
        )


async def mark_read(ctx: Ctx, ids: Sequence[NotificationId]) -> int:
    """Mark notifications of the acting party as read; see `message.api`."""
    party = ctx.party()
    if len(ids) > MARKED_MAX:
        raise Invalid(FieldError("ids", "too_many", f"At most {MARKED_MAX}."))
    async with ctx.transaction() as tx:
        return await store.mark_read(
            tx,
            party_ids=[party, *await user.merged_guests(tx, party)],
            notification_ids=ids,
            now=ctx.now(),
        )


async def deliveries(ctx: Ctx, *, party: UUID, notification_id: NotificationId) -> list[Delivery]:
    """Read how far a notification got; see `message.api`."""
    ctx.require(READ_DELIVERIES)
    async with ctx.transaction() as tx:
        return await store.read_deliveries(
            tx, party_id=party, notification_id=notification_id, limit=_ATTEMPTS_MAX
        )


async def told_to(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: everything the party was ever told."""
    async with ctx.transaction() as tx:
        stored = await store.read_all(
            tx, party_ids=[party, *await user.merged_guests(tx, party)], limit=_EXPORTED_MAX
        )
    return [
        PersonalRecord(
            kind="message.notification",
            content={
                "template": one.template,
                "params": one.params,
                "business": one.business,
                "created_at": one.created_at.isoformat(),
                "read_at": one.read_at.isoformat() if one.read_at else None,
            },
        )
        for one in stored
    ]
