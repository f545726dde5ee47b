"""Staged changes of products, and their history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from hansa.centers.product._store.rows import json_of, row_of
from hansa.centers.product.types import Change, ChangeId, ChangeState, HistoryEntry, ProductId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.ids import uuid7

_CHANGE = """id, business, product_id, shop_id, kind, edit, before, note, state, proposed_by, proposed_at,
             decided_by, decided_at, reason"""


async def insert_change(tx: Transaction, new: Change) -> bool:
    """Write a pending change of a locked product; False when another one is pending."""
    written = await tx.raw.fetchval(
        """INSERT INTO product.change (id, business, product_id, shop_id, kind, edit, before, note, state,
                                       proposed_by, proposed_at, reason)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9, $10, '')
           ON CONFLICT (product_id) WHERE state = 'pending' DO NOTHING RETURNING id""",
        new.id,
        new.business,
        new.product_id,
        new.shop_id,
        new.kind.value,
        json_of(new.edit),
        json_of(new.before),
        new.note,
        new.proposed_by,
        new.proposed_at,
    )
    return written is not None


async def decide_change(
    tx: Transaction, ctx: Ctx, change_id: ChangeId, *, state: ChangeState, reason: str
) -> Change:
    """End a pending change of a locked product."""
    row = await tx.raw.fetchrow(
        f"""UPDATE product.change
            SET previous_state = state, state = $2, decided_by = $3, decided_at = $4, reason = $5
            WHERE id = $1 AND state = 'pending' RETURNING {_CHANGE}""",
        change_id,
        state.value,
        ctx.actor.label,
        ctx.now(),
        reason,
    )
    return row_of(Change, row)


async def read_change(tx: Transaction, change_id: ChangeId) -> Change | None:
    """Return a change, or None."""
    row = await tx.raw.fetchrow(f"SELECT {_CHANGE} FROM product.change WHERE id = $1", change_id)
    return row_of(Change, row) if row else None


async def decided_by_others(tx: Transaction, ids: Collection[ChangeId]) -> set[ChangeId]:
    """Return the changes among these that somebody else than their proposer decided."""
    rows = await tx.raw.fetch(
        "SELECT id FROM product.change WHERE id = ANY($1::uuid[]) AND decided_by <> proposed_by", list(ids)
    )
    return {ChangeId(row["id"]) for row in rows}


async def pending_change(tx: Transaction, product_id: ProductId) -> Change | None:
    """Return the change of a product that waits, or None."""
    row = await tx.raw.fetchrow(
        f"SELECT {_CHANGE} FROM product.change WHERE product_id = $1 AND state = 'pending'", product_id
    )
    return row_of(Change, row) if row else None


async def waiting_changes(
    tx: Transaction, business: str, *, after: UUID | None, limit: int, shop_id: UUID | None = None
) -> list[Change]:
    """Return the changes of a business, or of one shop in it, that wait, the oldest first, ids above `after`."""
    rows = await tx.raw.fetch(
        f"""SELECT {_CHANGE} FROM product.change
            WHERE business = $1 AND state = 'pending' AND ($2::uuid IS NULL OR id > $2)
              AND ($4::uuid IS NULL OR shop_id = $4) ORDER BY id LIMIT $3""",
        business,
        after,
        limit,
        shop_id,
    )
    return [row_of(Change, row) for row in rows]


async def changes_of_product(
    tx: Transaction, product_id: ProductId, *, before: UUID | None, limit: int
) -> list[Change]:
    """Return the changes of a product, the latest first, ids below `before`."""
    rows = await tx.raw.fetch(
        f"""SELECT {_CHANGE} FROM product.change
            WHERE product_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3""",
        product_id,
        before,
        limit,
    )
    return [row_of(Change, row) for row in rows]


async def remember(
    tx: Transaction, ctx: Ctx, action: str, details: Mapping[ProductId, Mapping[str, Any]]
) -> None:
    """Write into the history of each product what was done to it, and by whom."""
    if details:
        await tx.raw.execute(
            """INSERT INTO product.history (product_id, id, actor, at, action, detail)
               SELECT product_id, id, $3, $4, $5, detail
                 FROM unnest($1::uuid[], $2::uuid[], $6::jsonb[]) AS n (product_id, id, detail)""",
            list(details),
            [uuid7() for _ in details],
            ctx.actor.label,
            ctx.now(),
            action,
            [json_of(detail) for detail in details.values()],
        )


async def history(
    tx: Transaction, product_id: ProductId, *, before: UUID | None, limit: int
) -> Sequence[HistoryEntry]:
    """Return what was done to a product, the latest first, ids below `before`."""
    rows = await tx.raw.fetch(
        """SELECT id, actor, at, action, detail FROM product.history
           WHERE product_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3""",
        product_id,
        before,
        limit,
    )
    return [row_of(HistoryEntry, row) for row in rows]
