"""Pictures for conversations: whose they are, and in which one they were shown. Their bytes are kept elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def unsaid(tx: Transaction, parties: Sequence[UUID]) -> int:
    """Count the pictures of a person that no message shows yet."""
    count: int = await tx.raw.fetchval(
        "SELECT count(*) FROM message.picture WHERE party = ANY($1::uuid[]) AND conversation_id IS NULL",
        list(parties),
    )
    return count


async def insert(
    tx: Transaction, media_id: UUID, *, party: UUID, business: str, traffic: str, at: datetime
) -> None:
    """Write whose a picture is."""
    await tx.raw.execute(
        "INSERT INTO message.picture (party, id, business, traffic, uploaded_at) VALUES ($1, $2, $3, $4, $5)",
        party,
        media_id,
        business,
        traffic,
        at,
    )


async def attach(
    tx: Transaction,
    ids: Sequence[UUID],
    *,
    parties: Sequence[UUID],
    business: str,
    traffic: str,
    conversation_id: UUID,
) -> int:
    """Have a conversation show pictures of these parties that no other shows; return how many there were."""
    rows = await tx.raw.fetch(
        """UPDATE message.picture SET conversation_id = $5
           WHERE id = ANY($1::uuid[]) AND party = ANY($2::uuid[]) AND business = $3 AND traffic = $4
             AND conversation_id IS NULL RETURNING id""",
        list(ids),
        list(parties),
        business,
        traffic,
        conversation_id,
    )
    return len(rows)


async def take_unsaid(tx: Transaction, before: datetime, *, limit: int) -> list[UUID]:
    """Strike pictures that were uploaded before, and that no message shows; return them."""
    rows = await tx.raw.fetch(
        """DELETE FROM message.picture p USING (
             SELECT party, id FROM message.picture WHERE conversation_id IS NULL AND uploaded_at < $1
             ORDER BY uploaded_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS old
           WHERE p.party = old.party AND p.id = old.id RETURNING p.id""",
        before,
        limit,
    )
    return [row["id"] for row in rows]


async def take_of_parties(tx: Transaction, parties: Sequence[UUID]) -> list[UUID]:
    """Strike the pictures of parties, and all in their conversations as buyers; return them."""
    rows = await tx.raw.fetch(
        """DELETE FROM message.picture
            WHERE party = ANY($1::uuid[])
               OR conversation_id IN (SELECT conversation_id FROM message.conversation
                                       WHERE buyer = ANY($1::uuid[]))
           RETURNING id""",
        list(parties),
    )
    return [row["id"] for row in rows]


async def of_business(tx: Transaction, business: str) -> list[UUID]:
    """Return all pictures of a business."""
    rows = await tx.raw.fetch("SELECT id FROM message.picture WHERE business = $1", business)
    return [row["id"] for row in rows]
