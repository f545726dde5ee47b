"""Conversations, and what was said in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hansa.centers.message._tables import CONVERSATION_RANK, SAID_RANK
from hansa.centers.message.types import ConversationId, ConversationState, MessageState, Side
from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class StoredConversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as it is kept, with both sides' marks."""

    conversation_id: ConversationId
    business: str
    traffic: Traffic
    reference: str
    subject_kind: str
    title: str
    buyer: UUID
    shop_id: UUID
    state: ConversationState
    blocked_by: Side | None
    last_number: int
    buyer_read: int
    shop_read: int
    buyer_unread: int
    shop_unread: int
    buyer_told_at: datetime | None
    shop_told_at: datetime | None
    opened_at: datetime
    last_at: datetime


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said, as it is kept."""

    conversation_id: ConversationId
    number: int
    side: Side
    author: UUID
    text: str
    media: tuple[UUID, ...]
    state: MessageState
    sent_at: datetime


class OwnWords(msgspec.Struct, frozen=True, kw_only=True):
    """Something a party said or was told in a conversation of its own, for the party itself."""

    reference: str
    business: str
    side: Side
    text: str
    sent_at: datetime


async def open_conversation(tx: Transaction, new: StoredConversation) -> tuple[StoredConversation, bool]:
    """Return the conversation of these two about this, locked, and whether it is new."""
    tx.locks(CONVERSATION_RANK)
    made = await tx.raw.fetchval(
        """INSERT INTO message.conversation
             (conversation_id, business, traffic, reference, subject_kind, title, buyer, shop_id, state,
              last_number, buyer_read, shop_read, buyer_unread, shop_unread, opened_at, last_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', 0, 0, 0, 0, 0, $9, $9)
           ON CONFLICT (buyer, shop_id, reference, business, traffic) DO NOTHING
           RETURNING conversation_id""",
        new.conversation_id,
        new.business,
        new.traffic.value,
        new.reference,
        new.subject_kind,
        new.title,
        new.buyer,
        new.shop_id,
        new.opened_at,
    )
    row = await tx.raw.fetchrow(
        """SELECT * FROM message.conversation
            WHERE buyer = $1 AND shop_id = $2 AND reference = $3 AND business = $4 AND traffic = $5
              FOR UPDATE""",
        new.buyer,
        new.shop_id,
        new.reference,
        new.business,
        new.traffic.value,
    )
    return _conversation(row), made is not None


async def read_conversation(tx: Transaction, conversation_id: UUID) -> StoredConversation | None:
    """Read a conversation."""
    row = await tx.raw.fetchrow(
        "SELECT * FROM message.conversation WHERE conversation_id = $1", conversation_id
    )
    return _conversation(row) if row else None


async def lock_conversation(tx: Transaction, conversation_id: UUID) -> StoredConversation | None:
    """Read a conversation, to change it."""
    tx.locks(CONVERSATION_RANK)
    row = await tx.raw.fetchrow(
        "SELECT * FROM message.conversation WHERE conversation_id = $1 FOR UPDATE", conversation_id
    )
    return _conversation(row) if row else None


async def list_conversations(
    tx: Transaction,
    *,
    business: str,
    traffic: Traffic,
    buyers: Sequence[UUID] = (),
    shop_id: UUID | None = None,
    unread: bool,
    before: tuple[datetime, UUID] | None,
    limit: int,
    reference: str | None = None,
) -> list[StoredConversation]:
    """Read the conversations of buyers, or of a shop, about one thing or all, that with the latest message first."""
    mine = "buyer = ANY($3::uuid[])" if shop_id is None else "shop_id = $3"
    marked = "buyer_unread" if shop_id is None else "shop_unread"
    rows = await tx.raw.fetch(
        f"""SELECT * FROM message.conversation
             WHERE business = $1 AND traffic = $2 AND {mine}
               AND (NOT $4 OR {marked} > 0)
               AND ($5::timestamptz IS NULL OR (last_at, conversation_id) < ($5, $6))
               AND ($8::text IS NULL OR reference = $8)
             ORDER BY last_at DESC, conversation_id DESC LIMIT $7""",
        business,
        traffic.value,
        list(buyers) if shop_id is None else shop_id,
        unread,
        before[0] if before else None,
        before[1] if before else None,
        limit,
        reference,
    )
    return [_conversation(row) for row in rows]


async def count_unread(
    tx: Transaction,
    *,
    business: str,
    traffic: Traffic,
    buyers: Sequence[UUID] = (),
    shop_id: UUID | None = None,
    limit: int,
) -> int:
    """Count the conversations with something unread, up to a limit."""
    mine = "buyer = ANY($3::uuid[])" if shop_id is None else "shop_id = $3"
    marked = "buyer_unread" if shop_id is None else "shop_unread"
    count: int = await tx.raw.fetchval(
        f"""SELECT count(*) FROM (
              SELECT FROM message.conversation
               WHERE business = $1 AND traffic = $2 AND {mine} AND {marked} > 0 LIMIT $4) AS unread""",
        business,
        traffic.value,
        list(buyers) if shop_id is None else shop_id,
        limit,
    )
    return count


async def add_said(tx: Transaction, new: Said) -> StoredConversation:
    """Add the next message of a locked conversation: its side has read everything, the other has one more to read."""
    tx.locks(SAID_RANK)
    await tx.raw.execute(
        """INSERT INTO message.said (conversation_id, number, side, author, text, media, state, sent_at)
           VALUES ($1, $2, $3, $4, $5, $6, 'shown', $7)""",
        new.conversation_id,
        new.number,
        new.side.value,
        new.author,
        new.text,
        list(new.media),
        new.sent_at,
    )
    own, other = _columns(new.side)
    row = await tx.raw.fetchrow(
        f"""UPDATE message.conversation
               SET last_number = $2, last_at = $3, {own}_read = $2, {own}_unread = 0, {own}_told_at = NULL,
                   {other}_unread = {other}_unread + 1
             WHERE conversation_id = $1 RETURNING *""",
        new.conversation_id,
        new.number,
        new.sent_at,
    )
    return _conversation(row)


async def note_told(tx: Transaction, conversation_id: UUID, side: Side, now: datetime) -> None:
    """Write that a side was told of what it has not read."""
    await tx.raw.execute(
        f"UPDATE message.conversation SET {side.value}_told_at = $2 WHERE conversation_id = $1",
        conversation_id,
        now,
    )


async def set_read(tx: Transaction, conversation_id: UUID, side: Side, up_to: int) -> StoredConversation:
    """Write how far a side has read a locked conversation; marks only move on."""
    own, other = _columns(side)
    row = await tx.raw.fetchrow(
        f"""UPDATE message.conversation
               SET {own}_read = $2, {own}_told_at = NULL,
                   {own}_unread = (SELECT count(*) FROM message.said
                                    WHERE conversation_id = $1 AND number > $2 AND side = $3)
             WHERE conversation_id = $1 RETURNING *""",
        conversation_id,
        up_to,
        other,
    )
    return _conversation(row)


async def set_state(
    tx: Transaction, conversation_id: UUID, state: ConversationState, *, blocked_by: Side | None
) -> StoredConversation:
    """Move a locked conversation to another state; the database refuses an illegal transition."""
    row = await tx.raw.fetchrow(
        """UPDATE message.conversation SET previous_state = state, state = $2, blocked_by = $3
            WHERE conversation_id = $1 RETURNING *""",
        conversation_id,
        state.value,
        blocked_by.value if blocked_by else None,
    )
    return _conversation(row)


async def read_said(tx: Transaction, conversation_id: UUID, *, before: int | None, limit: int) -> list[Said]:
    """Read what was said, the latest first."""
    rows = await tx.raw.fetch(
        """SELECT * FROM message.said WHERE conversation_id = $1 AND ($2::bigint IS NULL OR number < $2)
            ORDER BY number DESC LIMIT $3""",
        conversation_id,
        before,
        limit,
    )
    return [msgspec.convert(dict(row), Said, strict=False) for row in rows]


async def last_of_side(tx: Transaction, conversation_id: UUID, side: Side) -> int:
    """Return the number of a side's latest message; zero when it said nothing yet."""
    number: int | None = await tx.raw.fetchval(
        "SELECT max(number) FROM message.said WHERE conversation_id = $1 AND side = $2",
        conversation_id,
        side.value,
    )
    return number or 0


async def times_of_said(
    tx: Transaction, author: UUID, *, now: datetime, window: timedelta, limit: int
) -> list[datetime]:
    """Return when a party wrote lately, the latest first."""
    rows = await tx.raw.fetch(
        """SELECT sent_at FROM message.said WHERE author = $1 AND sent_at > $2
            ORDER BY sent_at DESC LIMIT $3""",
        author,
        now - window,
        limit,
    )
    return [row["sent_at"] for row in rows]


async def times_of_started(
    tx: Transaction, author: UUID, *, now: datetime, window: timedelta, limit: int
) -> list[datetime]:
    """Return when a party wrote the first words of a conversation lately, the latest first."""
    rows = await tx.raw.fetch(
        """SELECT sent_at FROM message.said WHERE author = $1 AND sent_at > $2 AND number = 1
            ORDER BY sent_at DESC LIMIT $3""",
        author,
        now - window,
        limit,
    )
    return [row["sent_at"] for row in rows]


async def withhold(tx: Transaction, conversation_id: UUID, number: int) -> None:
    """Take a message down; what is erased stays so."""
    tx.locks(SAID_RANK)
    await tx.raw.execute(
        """UPDATE message.said SET state = 'withheld'
            WHERE conversation_id = $1 AND number = $2 AND state = 'shown'""",
        conversation_id,
        number,
    )


async def erase_said(tx: Transaction, parties: Sequence[UUID]) -> set[UUID]:
    """Empty what these parties wrote, and all that was said in their conversations as buyers; return whose that was."""
    tx.locks(SAID_RANK)
    rows = await tx.raw.fetch(
        """WITH theirs AS (
             SELECT s.conversation_id, s.number, s.author, c.buyer
               FROM message.said s JOIN message.conversation c USING (conversation_id)
              WHERE s.state <> 'erased' AND (s.author = ANY($1::uuid[]) OR c.buyer = ANY($1::uuid[]))
              ORDER BY s.conversation_id, s.number FOR UPDATE OF s),
           gone AS (
             UPDATE message.said s SET text = '', media = '{}', state = 'erased'
               FROM theirs t WHERE t.conversation_id = s.conversation_id AND t.number = s.number
             RETURNING t.author, t.buyer)
           SELECT DISTINCT author, buyer FROM gone""",
        list(parties),
    )
    return {party for row in rows for party in (row["author"], row["buyer"])}


async def words_of(tx: Transaction, parties: Sequence[UUID], *, limit: int | None) -> list[OwnWords]:
    """Read what parties wrote, and what was written to them as buyers, the latest first."""
    rows = await tx.raw.fetch(
        """SELECT c.reference, c.business, s.side, s.text, s.sent_at
             FROM message.said s JOIN message.conversation c USING (conversation_id)
            WHERE s.state <> 'erased' AND (s.author = ANY($1::uuid[]) OR c.buyer = ANY($1::uuid[]))
            ORDER BY s.sent_at DESC LIMIT $2""",
        list(parties),
        limit,
    )
    return [msgspec.convert(dict(row), OwnWords, strict=False) for row in rows]


async def that_do_not_add_up(tx: Transaction, limit: int) -> list[UUID]:
    """Return conversations whose counts and marks are not those of what was said in them."""
    rows = await tx.raw.fetch(
        """SELECT c.conversation_id
             FROM message.conversation c
             LEFT JOIN LATERAL (
               SELECT count(*) AS messages, coalesce(max(number), 0) AS last,
                      count(*) FILTER (WHERE side = 'shop' AND number > c.buyer_read) AS to_buyer,
                      count(*) FILTER (WHERE side = 'buyer' AND number > c.shop_read) AS to_shop
                 FROM message.said s WHERE s.conversation_id = c.conversation_id) AS found ON true
            WHERE (found.messages, found.last, found.to_buyer, found.to_shop)
                  IS DISTINCT FROM (c.last_number::bigint, c.last_number, c.buyer_unread::bigint, c.shop_unread::bigint)
            ORDER BY c.conversation_id LIMIT $1""",
        limit,
    )
    return [row["conversation_id"] for row in rows]


def _columns(side: Side) -> tuple[str, str]:
    """Return the names of a side's own columns and of the other's."""
    return ("buyer", "shop") if side is Side.BUYER else ("shop", "buyer")


def _conversation(row: Any) -> StoredConversation:
    return msgspec.convert(dict(row), StoredConversation, strict=False)


async def has_spoken(
    tx: Transaction, *, shop_id: UUID, parties: Sequence[UUID], business: str, traffic: Traffic
) -> bool:
    """Tell whether one of these parties has a conversation with a shop in this business."""
    found: bool = await tx.raw.fetchval(
        """SELECT EXISTS (SELECT FROM message.conversation
                           WHERE buyer = ANY($1::uuid[]) AND shop_id = $2 AND business = $3 AND traffic = $4)""",
        list(parties),
        shop_id,
        business,
        traffic.value,
    )
    return found
