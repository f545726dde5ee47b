"""Pictures for reviews: whose they are, and which entry shows them. Their bytes are kept by product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hansa.centers.product.types import MediaId
from hansa.kernel.db import Transaction


async def unused(tx: Transaction, parties: Sequence[UUID]) -> int:
    """Count the pictures of a person that no entry shows yet."""
    count: int = await tx.raw.fetchval(
        "SELECT count(*) FROM review.picture WHERE party = ANY($1::uuid[]) AND entry_id IS NULL",
        list(parties),
    )
    return count


async def insert(
    tx: Transaction, media_id: MediaId, *, party: UUID, business: str, traffic: str, at: datetime
) -> None:
    """Write whose a picture is."""
    await tx.raw.execute(
        "INSERT INTO review.picture (party, id, business, traffic, uploaded_at) VALUES ($1, $2, $3, $4, $5)",
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
    entry_id: UUID,
) -> int:
    """Have an entry show pictures of these parties that no other shows; return how many there were."""
    rows = await tx.raw.fetch(
        """UPDATE review.picture SET entry_id = $5
           WHERE id = ANY($1::uuid[]) AND party = ANY($2::uuid[]) AND business = $3 AND traffic = $4
             AND entry_id IS NULL RETURNING id""",
        list(ids),
        list(parties),
        business,
        traffic,
        entry_id,
    )
    return len(rows)


async def take_unused(tx: Transaction, before: datetime, *, limit: int) -> list[MediaId]:
    """Strike pictures that were uploaded before, and that no entry shows; return them."""
    rows = await tx.raw.fetch(
        """DELETE FROM review.picture p USING (
             SELECT party, id FROM review.picture WHERE entry_id IS NULL AND uploaded_at < $1
             ORDER BY uploaded_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS old
           WHERE p.party = old.party AND p.id = old.id RETURNING p.id""",
        before,
        limit,
    )
    return [row["id"] for row in rows]


async def take_of_parties(tx: Transaction, parties: Sequence[UUID]) -> list[MediaId]:
    """Strike all pictures of parties; return them."""
    rows = await tx.raw.fetch(
        "DELETE FROM review.picture WHERE party = ANY($1::uuid[]) RETURNING id", list(parties)
    )
    return [row["id"] for row in rows]


async def take_of_entries(tx: Transaction, entry_ids: Sequence[UUID]) -> list[MediaId]:
    """Strike the pictures that entries show; return them."""
    rows = await tx.raw.fetch(
        "DELETE FROM review.picture WHERE entry_id = ANY($1::uuid[]) RETURNING id", list(entry_ids)
    )
    return [row["id"] for row in rows]


async def of_businesses(tx: Transaction, businesses: Sequence[str]) -> list[MediaId]:
    """Return all pictures for reviews of these businesses."""
    rows = await tx.raw.fetch(
        "SELECT id FROM review.picture WHERE business = ANY($1::text[])", list(businesses)
    )
    return [row["id"] for row in rows]
