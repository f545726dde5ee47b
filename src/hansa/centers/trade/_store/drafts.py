"""Draft orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hansa.centers.trade._rules.rows import Row
from hansa.centers.trade._tables import DRAFT_RANK
from hansa.centers.trade.types import DraftState
from hansa.kernel.db import Transaction


async def insert_draft(
    tx: Transaction,
    *,
    draft_id: UUID,
    shop_id: UUID,
    business: str,
    traffic: str,
    buyer: UUID,
    lines: str,
    currency: str,
    goods: int,
    freight: int | None,
    made_by: str,
    made_at: datetime,
    expires_at: datetime,
    note: str,
) -> None:
    """Write a draft that its buyer may accept."""
    await tx.raw.execute(
        """INSERT INTO trade.draft
             (shop_id, id, business, traffic, buyer, lines, currency, goods, freight, made_by, made_at,
              expires_at, note)
           SELECT $1, $2, $3, $4, $5, n.lines, $7, $8, $9, $10, $11, $12, $13
           FROM unnest(ARRAY[$6]::jsonb[]) AS n (lines)""",
        shop_id,
        draft_id,
        business,
        traffic,
        buyer,
        lines,
        currency,
        goods,
        freight,
        made_by,
        made_at,
        expires_at,
        note,
    )


async def drafts_since(tx: Transaction, *, shop_id: UUID, buyer: UUID, since: datetime) -> int:
    """Count what a shop made for a buyer since a moment, whatever became of it."""
    count: int = await tx.raw.fetchval(
        "SELECT count(*) FROM trade.draft WHERE buyer = $1 AND shop_id = $2 AND made_at > $3",
        buyer,
        shop_id,
        since,
    )
    return count


async def has_ordered(
    tx: Transaction, *, shop_id: UUID, buyers: Sequence[UUID], business: str, traffic: str
) -> bool:
    """Tell whether one of these buyers ever ordered from a shop in this business."""
    found: bool = await tx.raw.fetchval(
        """SELECT EXISTS (SELECT FROM trade."order"
                           WHERE buyer = ANY($1::uuid[]) AND shop_id = $2 AND business = $3 AND traffic = $4)""",
        list(buyers),
        shop_id,
        business,
        traffic,
    )
    return found


async def draft_by_id(tx: Transaction, draft_id: UUID) -> Row | None:
    """Return a draft."""
    row: Row | None = await tx.raw.fetchrow("SELECT * FROM trade.draft WHERE id = $1", draft_id)
    return row


async def lock_drafts(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Lock drafts in key order and return them."""
    tx.locks(DRAFT_RANK)
    rows = await tx.raw.fetch(
        """SELECT d.* FROM trade.draft d
           JOIN unnest($1::uuid[]) AS k (id) ON d.id = k.id ORDER BY d.shop_id, d.id FOR UPDATE OF d""",
        sorted(set(ids)),
    )
    return {row["id"]: row for row in rows}


async def end_drafts(
    tx: Transaction,
    *,
    ids: Sequence[UUID],
    state: DraftState,
    by: Sequence[str],
    at: Sequence[datetime],
    checkouts: Sequence[UUID | None],
) -> None:
    """Store what became of locked drafts."""
    await tx.raw.execute(
        """UPDATE trade.draft d
           SET state = $2, ended_by = n.ended_by, ended_at = n.ended_at, checkout_id = n.checkout_id
           FROM unnest($1::uuid[], $3::text[], $4::timestamptz[], $5::uuid[])
             AS n (id, ended_by, ended_at, checkout_id)
           WHERE d.id = n.id""",
        ids,
        state.value,
        by,
        at,
        checkouts,
    )


async def page_of_drafts(
    tx: Transaction,
    *,
    business: str,
    traffic: str,
    shop_id: UUID | None = None,
    buyers: Sequence[UUID] | None = None,
    before: UUID | None,
    limit: int,
) -> list[Row]:
    """Return the drafts of a shop or for a buyer, newest first, ids below `before`."""
    return list(
        await tx.raw.fetch(
            """SELECT * FROM trade.draft
               WHERE business = $1 AND traffic = $2
                 AND ($3::uuid IS NULL OR shop_id = $3) AND ($4::uuid[] IS NULL OR buyer = ANY($4))
                 AND ($5::uuid IS NULL OR id < $5)
               ORDER BY id DESC LIMIT $6""",
            business,
            traffic,
            shop_id,
            buyers,
            before,
            limit,
        )
    )


async def drafts_of_parties(tx: Transaction, *, buyers: Sequence[UUID], limit: int | None) -> list[Row]:
    """Return the latest drafts for one person's parties in all businesses, for its own personal data."""
    return list(
        await tx.raw.fetch(
            "SELECT * FROM trade.draft WHERE buyer = ANY($1::uuid[]) ORDER BY id DESC LIMIT $2", buyers, limit
        )
    )
