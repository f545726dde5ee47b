"""What is written: its words, its state, and what moderation did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.review._store.receipts import OrderKey
from hansa.centers.review.types import EntryState, Signal
from hansa.kernel.db import Transaction

Row = Mapping[str, Any]


class NewEntry(msgspec.Struct, frozen=True, array_like=True):
    """A row of `review.entry` as it is written, in the order of the insert's columns."""

    buyer: UUID
    order_id: UUID
    line_no: int
    kind: str
    id: UUID
    business: str
    traffic: str
    shop_id: UUID
    product_id: UUID | None
    author: UUID
    item: int | None
    service: int | None
    delivery: int | None
    body: str
    media: tuple[UUID, ...]
    fingerprint: bytes | None
    state: str
    reasons: tuple[str, ...]
    written_at: datetime
    shown_at: datetime | None


class Said(msgspec.Struct, frozen=True):
    """How much has been said about an order."""

    reviewed: int
    of_buyer: bool


async def insert_entry(tx: Transaction, new: NewEntry) -> bool:
    """Write an entry; False when there is one of its kind already."""
    return (
        await tx.raw.fetchval(
            """INSERT INTO review.entry
                 (buyer, order_id, line_no, kind, id, business, traffic, shop_id, product_id, author, item, service,
                  delivery, body, media, fingerprint, state, reasons, written_at, shown_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
               ON CONFLICT (buyer, order_id, line_no, kind) DO NOTHING RETURNING 1""",
            *(list(value) if isinstance(value, tuple) else value for value in msgspec.structs.astuple(new)),
        )
        is not None
    )


async def insert_signals(tx: Transaction, entry_id: UUID, business: str, signals: Sequence[Signal]) -> None:
    """Keep the signs of fraud that were seen when an entry was written."""
    await tx.raw.execute(
        """INSERT INTO review.signal (entry_id, code, business, weight)
           SELECT $1, code, $2, weight FROM unnest($3::text[], $4::int[]) AS s (code, weight)""",
        entry_id,
        business,
        [one.code for one in signals],
        [one.weight for one in signals],
    )


async def said(tx: Transaction, key: OrderKey) -> Said:
    """Count what was said about a locked order."""
    row = await tx.raw.fetchrow(
        """SELECT count(*) FILTER (WHERE kind = 'review') AS reviewed,
                  coalesce(bool_or(kind = 'of_buyer'), false) AS of_buyer
           FROM review.entry WHERE buyer = $1 AND order_id = $2""",
        *key,
    )
    return Said(row["reviewed"], row["of_buyer"])


async def show_published(tx: Transaction, keys: Sequence[OrderKey], ats: Sequence[datetime]) -> list[Row]:
    """Show what is published about locked orders; return what was not shown before."""
    return list(
        await tx.raw.fetch(
            """UPDATE review.entry e SET shown_at = k.at
               FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS k (buyer, order_id, at)
               WHERE e.buyer = k.buyer AND e.order_id = k.order_id
                 AND e.state = 'published' AND e.shown_at IS NULL
               RETURNING e.*""",
            [buyer for buyer, _ in keys],
            [order_id for _, order_id in keys],
            list(ats),
        )
    )


async def by_id(tx: Transaction, entry_id: UUID) -> Row | None:
    """Return an entry, without locking: its key never changes, its state may."""
    row: Row | None = await tx.raw.fetchrow("SELECT * FROM review.entry WHERE id = $1", entry_id)
    return row


async def decide(
    tx: Transaction,
    row: Row,
    *,
    state: EntryState,
    shown_at: datetime | None,
    at: datetime,
    actor: str,
    reason: str,
) -> Row:
    """Bring a locked entry into another state, and keep who did it and why."""
    changed: Row = await tx.raw.fetchrow(
        """UPDATE review.entry
           SET previous_state = state, state = $5, shown_at = $6, version = version + 1, reported = '{}'
           WHERE buyer = $1 AND order_id = $2 AND line_no = $3 AND kind = $4
           RETURNING *""",
        row["buyer"],
        row["order_id"],
        row["line_no"],
        row["kind"],
        state.value,
        shown_at,
    )
    await tx.raw.execute(
        """INSERT INTO review.decision (entry_id, version, business, previous_state, state, at, actor, reason)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        changed["id"],
        changed["version"],
        changed["business"],
        changed["previous_state"],
        changed["state"],
        at,
        actor,
        reason,
    )
    return changed


async def report(tx: Transaction, row: Row, *, party: UUID, reason: str, at: datetime) -> bool:
    """Keep that somebody reported an entry, and put it before the moderators; False when they did before."""
    new = await tx.raw.fetchval(
        """INSERT INTO review.report (entry_id, party, business, reason, reported_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT DO NOTHING RETURNING 1""",
        row["id"],
        party,
        row["business"],
        reason,
        at,
    )
    if new is None:
        return False
    await tx.raw.execute(
        """UPDATE review.entry SET reported = array_append(reported, $5)
            WHERE buyer = $1 AND order_id = $2 AND line_no = $3 AND kind = $4 AND NOT $5 = ANY(reported)""",
        row["buyer"],
        row["order_id"],
        row["line_no"],
        row["kind"],
        reason,
    )
    return True


async def uphold(tx: Transaction, row: Row, *, at: datetime, actor: str, reason: str) -> Row:
    """Leave a reported entry as it is, and keep who looked at it and why."""
    upheld: Row = await tx.raw.fetchrow(
        """UPDATE review.entry SET reported = '{}', version = version + 1
            WHERE buyer = $1 AND order_id = $2 AND line_no = $3 AND kind = $4 RETURNING *""",
        row["buyer"],
        row["order_id"],
        row["line_no"],
        row["kind"],
    )
    await tx.raw.execute(
        """INSERT INTO review.decision (entry_id, version, business, previous_state, state, at, actor, reason)
           VALUES ($1, $2, $3, $4, $4, $5, $6, $7)""",
        upheld["id"],
        upheld["version"],
        upheld["business"],
        upheld["state"],
        at,
        actor,
        reason,
    )
    return upheld


async def reports_by(tx: Transaction, parties: Sequence[UUID]) -> list[Row]:
    """Return what these parties reported, the oldest first."""
    return list(
        await tx.raw.fetch(
            """SELECT entry_id, business, reason, reported_at FROM review.report
                WHERE party = ANY($1::uuid[]) ORDER BY reported_at""",
            list(parties),
        )
    )


async def take_back(tx: Transaction, row: Row) -> list[Row]:
    """Delete a review of a locked order with what followed it; return all that is gone."""
    return list(
        await tx.raw.fetch(
            """DELETE FROM review.entry
                WHERE buyer = $1 AND order_id = $2 AND line_no = $3 AND kind IN ('review', 'follow_up', 'reply')
               RETURNING *""",
            row["buyer"],
            row["order_id"],
            row["line_no"],
        )
    )


async def decisions(tx: Transaction, entry_id: UUID) -> list[Row]:
    """Return what was decided about an entry, oldest first."""
    return list(
        await tx.raw.fetch("SELECT * FROM review.decision WHERE entry_id = $1 ORDER BY version", entry_id)
    )


async def orders_with_words(tx: Transaction, parties: Sequence[UUID]) -> list[OrderKey]:
    """Return the orders about which there are words of these parties, or, as their buyers, to or about them."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT buyer, order_id FROM review.entry
            WHERE (author = ANY($1::uuid[]) OR buyer = ANY($1::uuid[])) AND NOT erased""",
        list(parties),
    )
    return [(row["buyer"], row["order_id"]) for row in rows]


async def erase_words(tx: Transaction, parties: Sequence[UUID]) -> set[UUID]:
    """Take words and pictures out of what these parties wrote, and of what shops said to or about them as buyers.

    Returns whose that was.
    """
    rows = await tx.raw.fetch(
        """UPDATE review.entry SET body = '', media = '{}', fingerprint = NULL, erased = true
           WHERE (author = ANY($1::uuid[]) OR buyer = ANY($1::uuid[])) AND NOT erased RETURNING author, buyer""",
        list(parties),
    )
    return {party for row in rows for party in (row["author"], row["buyer"])}


async def evidence(
    tx: Transaction,
    *,
    authors: Sequence[UUID],
    shop_id: UUID,
    business: str,
    traffic: str,
    fingerprint: bytes | None,
    since: datetime,
    same_since: datetime,
    count_max: int,
) -> Row:
    """Count what might tell of a made-up review, no further than `count_max` each."""
    row: Row = await tx.raw.fetchrow(
        """SELECT
             (SELECT count(*) FROM (
                SELECT FROM review.entry WHERE author = ANY($1::uuid[]) AND kind = 'review' AND written_at > $6 LIMIT $8) a)
               AS author_recent,
             (SELECT count(*) FROM (
                SELECT FROM review.entry WHERE shop_id = $2 AND business = $3 AND traffic = $4
                   AND kind = 'review' AND written_at > $6 LIMIT $8) s)
               AS shop_recent,
             (SELECT count(*) FROM (
                SELECT FROM review.entry WHERE fingerprint = $5 AND business = $3 AND traffic = $4
                   AND written_at > $7 LIMIT $8) f)
               AS same_text""",
        list(authors),
        shop_id,
        business,
        traffic,
        fingerprint,
        since,
        same_since,
        count_max,
    )
    return row
