"""Notifications, and how far each got."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hansa.centers.message._tables import DELIVERY_RANK, NOTIFICATION_RANK
from hansa.centers.message.types import Attempt, Channel, Delivery, DeliveryState, NotificationId
from hansa.kernel.context import Traffic
from hansa.kernel.ids import uuid7

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class StoredNotification(msgspec.Struct, frozen=True, kw_only=True):
    """A notification as it is kept: words and names are found when it is read."""

    party_id: UUID
    notification_id: NotificationId
    template: str
    params: dict[str, Any]
    locale: str | None
    business: str
    traffic: Traffic
    in_app: bool
    created_at: datetime
    about_kind: str | None = None
    about_id: str | None = None
    read_at: datetime | None = None


class NewDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """How a notification starts out on a channel that leads outside."""

    party_id: UUID
    notification_id: NotificationId
    channel: Channel
    state: DeliveryState
    reason: str
    at: datetime
    not_before: datetime | None = None


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that waited for its time, which has come."""

    party_id: UUID
    notification_id: NotificationId
    channel: Channel


async def insert_notifications(tx: Transaction, notifications: Sequence[StoredNotification]) -> None:
    """Add notifications, all in one statement."""
    rows = [
        (
            n.party_id,
            n.notification_id,
            n.template,
            msgspec.json.encode(n.params).decode(),
            n.locale,
            n.business,
            n.traffic.value,
            n.in_app,
            n.created_at,
            n.about_kind,
            n.about_id,
        )
        for n in notifications
    ]
    await tx.raw.execute(
        """INSERT INTO message.notification
             (party_id, notification_id, template, params, locale, business, traffic, in_app, created_at,
              about_kind, about_id)
           SELECT party_id, notification_id, template, params::jsonb, locale, business, traffic, in_app, created_at,
                  about_kind, about_id
             FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                         $8::bool[], $9::timestamptz[], $10::text[], $11::text[])
               AS n (party_id, notification_id, template, params, locale, business, traffic, in_app, created_at,
                     about_kind, about_id)""",
        *map(list, zip(*rows, strict=True)),
    )


async def insert_deliveries(tx: Transaction, deliveries: Sequence[NewDelivery]) -> None:
    """Add how notifications start out on their channels, all in one statement."""
    rows = [
        (d.party_id, d.notification_id, d.channel.value, d.state.value, d.reason, d.at, d.not_before)
        for d in deliveries
    ]
    await tx.raw.execute(
        """INSERT INTO message.delivery
             (party_id, notification_id, channel, state, reason, updated_at, not_before, attempts)
           SELECT *, 0 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
                                   $7::timestamptz[])""",
        *map(list, zip(*rows, strict=True)),
    )


async def read_queued(
    tx: Transaction, *, party_id: UUID, notification_id: UUID, channel: Channel
) -> tuple[StoredNotification, int] | None:
    """Read a notification that is to leave through a channel now, and how often it was tried.

    `None` when it left already, or waits for a time that has not come.
    """
    row = await tx.raw.fetchrow(
        """SELECT n.*, d.attempts FROM message.notification n JOIN message.delivery d USING (party_id, notification_id)
            WHERE n.party_id = $1 AND n.notification_id = $2 AND d.channel = $3 AND d.state = 'queued'
              AND d.not_before IS NULL""",
        party_id,
        notification_id,
        channel.value,
    )
    return (_notification(row), row["attempts"]) if row else None


async def record_attempt(
    tx: Transaction,
    *,
    party_id: UUID,
    notification_id: UUID,
    channel: Channel,
    state: DeliveryState,
    outcome: str,
    code: str,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Write what came of an attempt, and where the delivery stands after it; false when it stood elsewhere already."""
    tx.locks(DELIVERY_RANK)
    changed = await tx.raw.fetchval(
        """UPDATE message.delivery
              SET state = $4, reason = $5, attempts = attempts + 1, updated_at = $6, not_before = $7
            WHERE party_id = $1 AND notification_id = $2 AND channel = $3 AND state = 'queued'
           RETURNING true""",
        party_id,
        notification_id,
        channel.value,
        state.value,
        code,
        now,
        not_before,
    )
    await _log(tx, party_id, notification_id, channel, outcome=outcome, code=code, now=now)
    return changed is not None


async def record_bounce(
    tx: Transaction, *, party_id: UUID, notification_id: UUID, channel: Channel, code: str, now: datetime
) -> bool:
    """Write that something sent came back; false when it was never sent, or came back already."""
    tx.locks(DELIVERY_RANK)
    changed = await tx.raw.fetchval(
        """UPDATE message.delivery SET state = 'bounced', reason = $4, updated_at = $5
            WHERE party_id = $1 AND notification_id = $2 AND channel = $3 AND state = 'sent'
           RETURNING true""",
        party_id,
        notification_id,
        channel.value,
        code,
        now,
    )
    if changed is None:
        return False
    await _log(tx, party_id, notification_id, channel, outcome="bounced", code=code, now=now)
    return True


async def _log(
    tx: Transaction,
    party_id: UUID,
    notification_id: UUID,
    channel: Channel,
    *,
    outcome: str,
    code: str,
    now: datetime,
) -> None:
    await tx.raw.execute(
        """INSERT INTO message.delivery_log (party_id, notification_id, log_id, channel, outcome, code, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        party_id,
        notification_id,
        uuid7(),
        channel.value,
        outcome,
        code,
        now,
    )


async def let_leave(tx: Transaction, notification_ids: Sequence[UUID]) -> list[Leaving]:
    """Let deliveries leave that waited for a time; return which."""
    tx.locks(DELIVERY_RANK)
    rows = await tx.raw.fetch(
        """UPDATE message.delivery d SET not_before = NULL
             FROM (SELECT party_id, notification_id, channel FROM message.delivery
                    WHERE notification_id = ANY($1::uuid[]) AND not_before IS NOT NULL
                    ORDER BY party_id, notification_id, channel FOR UPDATE) AS due
            WHERE d.party_id = due.party_id AND d.notification_id = due.notification_id
              AND d.channel = due.channel
           RETURNING d.party_id, d.notification_id, d.channel""",
        list(notification_ids),
    )
    return [msgspec.convert(dict(row), Leaving, strict=False) for row in rows]


async def read_inbox(
    tx: Transaction,
    *,
    party_ids: Sequence[UUID],
    business: str,
    traffic: Traffic,
    before: UUID | None,
    limit: int,
) -> list[StoredNotification]:
    """Read an inbox, newest first."""
    rows = await tx.raw.fetch(
        """SELECT * FROM message.notification
            WHERE party_id = ANY($1::uuid[]) AND business = $2 AND traffic = $3 AND in_app
              AND ($4::uuid IS NULL OR notification_id < $4)
            ORDER BY notification_id DESC LIMIT $5""",
        list(party_ids),
        business,
        traffic.value,
        before,
        limit,
    )
    return [_notification(row) for row in rows]


async def count_unread(
    tx: Transaction, *, party_ids: Sequence[UUID], business: str, traffic: Traffic, limit: int
) -> int:
    """Count what was not read yet, up to a limit."""
    count: int = await tx.raw.fetchval(
        """SELECT count(*) FROM (
             SELECT FROM message.notification
              WHERE party_id = ANY($1::uuid[]) AND business = $2 AND traffic = $3 AND in_app AND read_at IS NULL
              LIMIT $4) AS unread""",
        list(party_ids),
        business,
        traffic.value,
        limit,
    )
    return count


async def mark_read(
    tx: Transaction, *, party_ids: Sequence[UUID], notification_ids: Sequence[UUID], now: datetime
) -> int:
    """Mark what these parties had not read yet as read; return how many that were."""
    tx.locks(NOTIFICATION_RANK)
    rows = await tx.raw.fetch(
        """UPDATE message.notification n SET read_at = $3
             FROM (SELECT party_id, notification_id FROM message.notification
                    WHERE party_id = ANY($1::uuid[]) AND notification_id = ANY($2::uuid[]) AND read_at IS NULL
                    ORDER BY party_id, notification_id FOR UPDATE) AS unread
            WHERE n.party_id = unread.party_id AND n.notification_id = unread.notification_id
           RETURNING n.notification_id""",
        list(party_ids),
        list(notification_ids),
        now,
    )
    return len(rows)


async def read_deliveries(
    tx: Transaction, *, party_id: UUID, notification_id: UUID, limit: int
) -> list[Delivery]:
    """Read how far a notification got on each channel, with the log of attempts, oldest first."""
    standings = await tx.raw.fetch(
        """SELECT channel, state, reason FROM message.delivery
            WHERE party_id = $1 AND notification_id = $2 ORDER BY channel""",
        party_id,
        notification_id,
    )
    attempts = await tx.raw.fetch(
        """SELECT channel, outcome, code, at FROM message.delivery_log
            WHERE party_id = $1 AND notification_id = $2 ORDER BY log_id LIMIT $3""",
        party_id,
        notification_id,
        limit,
    )
    return [
        Delivery(
            party=party_id,
            notification=NotificationId(notification_id),
            channel=Channel(standing["channel"]),
            state=DeliveryState(standing["state"]),
            reason=standing["reason"],
            attempts=tuple(
                msgspec.convert(dict(attempt), Attempt, strict=False)
                for attempt in attempts
                if attempt["channel"] == standing["channel"]
            ),
        )
        for standing in standings
    ]


async def read_all(
    tx: Transaction, *, party_ids: Sequence[UUID], limit: int | None
) -> list[StoredNotification]:
    """Read everything parties were ever told, newest first."""
    rows = await tx.raw.fetch(
        """SELECT * FROM message.notification WHERE party_id = ANY($1::uuid[])
            ORDER BY notification_id DESC LIMIT $2""",
        list(party_ids),
        limit,
    )
    return [_notification(row) for row in rows]


async def deliveries_without_attempt(tx: Transaction, limit: int) -> list[UUID]:
    """Return notifications that count as sent or failed though no attempt is in the log, or that are gone."""
    rows = await tx.raw.fetch(
        """SELECT d.notification_id FROM message.delivery d
            WHERE (d.state IN ('sent', 'failed', 'bounced') AND NOT EXISTS (
                     SELECT FROM message.delivery_log l
                      WHERE l.party_id = d.party_id AND l.notification_id = d.notification_id
                        AND l.channel = d.channel AND l.outcome = d.state))
               OR NOT EXISTS (
                     SELECT FROM message.notification n
                      WHERE n.party_id = d.party_id AND n.notification_id = d.notification_id)
            ORDER BY d.notification_id LIMIT $1""",
        limit,
    )
    return [row["notification_id"] for row in rows]


def _notification(row: Any) -> StoredNotification:
    return msgspec.convert(dict(row), StoredNotification, strict=False)
