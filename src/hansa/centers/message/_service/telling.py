"""Telling people: writing notifications down, and reading them in the app."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.message._rules.choosing import channels_for, topic_of
from hansa.centers.message._rules.mail import server_for
from hansa.centers.message._rules.quiet import quiet_until
from hansa.centers.message._service.words import Words, published_words
from hansa.centers.message._store import notifications as store
from hansa.centers.message._store.notifications import NewDelivery, StoredNotification
from hansa.centers.message._store.preferences import Wishes, read_wishes
from hansa.centers.message.errors import TemplateMissing, TemplateUnfit
from hansa.centers.message.events import NotificationQueued
from hansa.centers.message.extensions import CHANNELS, TOPICS
from hansa.centers.message.types import (
    NOTIFICATION_ID,
    Channel,
    Delivery,
    DeliveryState,
    Item,
    Mail,
    Notification,
    NotificationId,
    Reference,
    ReferenceKind,
)
from hansa.centers.user import api as user
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx
from hansa.kernel.deadlines import schedule
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

LEAVE = "message.leave"
READ_DELIVERIES = "message.delivery.read"
MARKED_MAX = 100
UNREAD_CAP = 100
_ATTEMPTS_MAX = 100

Command = tuple[Ctx, Notification]


async def notify(tx: Transaction, commands: Sequence[Command]) -> list[NotificationId]:
    """Write notifications down, of any business and party; see `message.api`."""
    wishes = await read_wishes(tx, [(wish.party, ctx.business, ctx.traffic.value) for ctx, wish in commands])
    words = await published_words(tx, [(ctx.business, wish.template) for ctx, wish in commands])
    stored: list[StoredNotification] = []
    deliveries: list[NewDelivery] = []
    for ctx, wish in commands:
        # Refused here is what nobody could read later: who tells it learns at once, in its own tests.
        words.find(ctx, wish.template, locale=wish.locale or ctx.locale, params=wish.params)
        one, outside = _write_down(ctx, wish, wishes[wish.party, ctx.business, ctx.traffic.value])
        stored.append(one)
        deliveries += outside
        await _send_on(tx, ctx, outside)
    if stored:
        await store.insert_notifications(tx, stored)
    if deliveries:
        await store.insert_deliveries(tx, deliveries)
    return [one.notification_id for one in stored]


def _write_down(ctx: Ctx, wish: Notification, wishes: Wishes) -> tuple[StoredNotification, list[NewDelivery]]:
    """Decide which ways a notification takes: the topic's, the business's, and what the party chose."""
    topic = topic_of(wish.template, TOPICS.of(ctx)(ctx))
    offered = CHANNELS.of(ctx)(ctx, wish.template) or ()
    taken, declined = channels_for(topic, offered, wishes.chosen.get(topic.name, {}))
    one = StoredNotification(
        party_id=wish.party,
        notification_id=NOTIFICATION_ID.new(),
        template=wish.template,
        params=dict(wish.params),
        locale=wish.locale,
        business=ctx.business,
        traffic=ctx.traffic,
        in_app=Channel.IN_APP in taken,
        created_at=ctx.now(),
        about_kind=wish.about.kind.value if wish.about else None,
        about_id=wish.about.id if wish.about else None,
    )
    waits_until = None if topic.mandatory else quiet_until(one.created_at, wishes.quiet)
    outside = [_start(ctx, one, channel, waits_until) for channel in taken if channel is not Channel.IN_APP]
    outside += [
        _suppressed(one, channel, "declined") for channel in declined if channel is not Channel.IN_APP
    ]
    return one, outside


def _start(ctx: Ctx, one: StoredNotification, channel: Channel, waits_until: datetime | None) -> NewDelivery:
    """Queue a notification for a channel, unless nothing may leave for this traffic."""
    if server_for(ctx.traffic, ctx.platform.settings.section(Mail)) is None:
        return _suppressed(one, channel, "no_server")
    return NewDelivery(
        party_id=one.party_id,
        notification_id=one.notification_id,
        channel=channel,
        state=DeliveryState.QUEUED,
        reason="quiet_hours" if waits_until else "",
        at=one.created_at,
        not_before=waits_until,
    )


def _suppressed(one: StoredNotification, channel: Channel, reason: str) -> NewDelivery:
    return NewDelivery(
        party_id=one.party_id,
        notification_id=one.notification_id,
        channel=channel,
        state=DeliveryState.SUPPRESSED,
        reason=reason,
        at=one.created_at,
    )


async def _send_on(tx: Transaction, ctx: Ctx, deliveries: Sequence[NewDelivery]) -> None:
    """Let what is queued leave after commit, or when its time has come."""
    for one in deliveries:
        if one.state is not DeliveryState.QUEUED:
            continue
        if one.not_before is None:
            event = NotificationQueued(
                party=one.party_id, notification=one.notification_id, channel=one.channel
            )
            tx.emit(ctx, event)
        else:
            await schedule(tx, [leaving_at(ctx, one.notification_id, one.not_before)])


def leaving_at(ctx: Ctx, notification_id: UUID, at: datetime) -> Deadline:
    """Return the deadline by which a notification leaves."""
    return Deadline(
        kind=LEAVE, subject=notification_id, business=ctx.business, traffic=ctx.traffic, due_at=at
    )


async def leave(tx: Transaction, due: Sequence[Deadline]) -> None:
    """The quiet hours, or the pause after a server that did not take a mail, are over: it leaves."""
    contexts = {one.subject: tx.context(one.business, one.traffic) for one in due}
    for one in await store.let_leave(tx, list(contexts)):
        event = NotificationQueued(party=one.party_id, notification=one.notification_id, channel=one.channel)
        tx.emit(contexts[one.notification_id], event)


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
        words = await published_words(tx, [(ctx.business, one.template) for one in stored])
    recipient = contact.name if contact else ""
    items = [_item(ctx, words, one, recipient=recipient) for one in stored]
    return page_of(items, limit=limit, key=lambda item: (item.id,))


def _item(ctx: Ctx, words: Words, one: StoredNotification, *, recipient: str) -> Item:
    try:
        written = words.write(
            ctx, name=one.template, params=one.params, locale=one.locale or ctx.locale, recipient=recipient
        )
        subject, text = written.subject, written.text
    except (TemplateMissing, TemplateUnfit):  # its words were taken away since; the rest can still be read
        subject, text = one.template, ""
    return Item(
        id=one.notification_id,
        template=one.template,
        subject=subject,
        text=text,
        created_at=one.created_at,
        read_at=one.read_at,
        about=Reference(ReferenceKind(one.about_kind), one.about_id)
        if one.about_kind and one.about_id
        else None,
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
