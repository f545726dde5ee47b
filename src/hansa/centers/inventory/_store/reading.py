"""The statements that read stock and its movements."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.inventory._rules.stock import StockKey
from hansa.centers.inventory.types import Movement, MovementId, MovementKind, MovementReason, StockLevel
from hansa.centers.place.types import PlaceId
from hansa.centers.product.types import SkuId
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction, columns


async def available(
    tx: Transaction, keys: Sequence[tuple[SkuId, str]]
) -> dict[tuple[SkuId, str], dict[PlaceId, int]]:
    """Return what is available, per (SKU, traffic class) and place; unlocked."""
    found: dict[tuple[SkuId, str], dict[PlaceId, int]] = {key: {} for key in keys}
    rows = await tx.raw.fetch(
        """SELECT s.sku_id, s.traffic, s.place_id,
                  greatest(s.on_hand + s.backorder - s.safety - s.held - s.allocated, 0) AS available
           FROM unnest($1::uuid[], $2::text[]) AS k (sku_id, traffic)
           JOIN inventory.stock s USING (sku_id, traffic)""",
        *columns(keys, 2),
    )
    for sku_id, traffic, place_id, left in rows:
        found[sku_id, traffic][place_id] = left
    return found


async def available_at(tx: Transaction, keys: Sequence[StockKey]) -> dict[StockKey, int]:
    """Return what is available in these stock rows; one that does not exist is absent; unlocked."""
    rows = await tx.raw.fetch(
        """SELECT s.sku_id, s.place_id, s.traffic,
                  greatest(s.on_hand + s.backorder - s.safety - s.held - s.allocated, 0) AS available
           FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS k (sku_id, place_id, traffic)
           JOIN inventory.stock s USING (sku_id, place_id, traffic)""",
        *columns(keys, 3),
    )
    return {(sku_id, place_id, traffic): left for sku_id, place_id, traffic, left in rows}


async def stock_of_place(
    tx: Transaction, *, place_id: PlaceId, traffic: Traffic, after: UUID | None, limit: int
) -> list[StockLevel]:
    """Return what there is at a place, by SKU id, those after `after`."""
    rows = await tx.raw.fetch(
        """SELECT sku_id, on_hand, held, allocated, safety, backorder, low_at FROM inventory.stock
           WHERE place_id = $1 AND traffic = $2 AND ($3::uuid IS NULL OR sku_id > $3)
           ORDER BY sku_id LIMIT $4""",
        place_id,
        traffic.value,
        after,
        limit,
    )
    return [StockLevel(place_id=place_id, traffic=traffic, **row) for row in rows]


async def stock_of_skus(
    tx: Transaction, *, sku_ids: Sequence[SkuId], place_ids: Sequence[PlaceId], traffic: Traffic
) -> list[StockLevel]:
    """Return what there is of SKUs at places, by SKU id and place id; what was never kept there is absent."""
    rows = await tx.raw.fetch(
        """SELECT sku_id, place_id, on_hand, held, allocated, safety, backorder, low_at FROM inventory.stock
           WHERE sku_id = ANY($1::uuid[]) AND place_id = ANY($2::uuid[]) AND traffic = $3
           ORDER BY sku_id, place_id""",
        list(sku_ids),
        list(place_ids),
        traffic.value,
    )
    return [StockLevel(traffic=traffic, **row) for row in rows]


async def movements(
    tx: Transaction, *, sku_id: SkuId, place_id: PlaceId, traffic: Traffic, before: UUID | None, limit: int
) -> list[Movement]:
    """Return the movements of one stock row, newest first, those before `before`."""
    rows = await tx.raw.fetch(
        """SELECT id, kind, quantity, reference, reason, note, actor, occurred_at FROM inventory.movement
           WHERE sku_id = $1 AND place_id = $2 AND traffic = $3 AND ($4::uuid IS NULL OR id < $4)
           ORDER BY id DESC LIMIT $5""",
        sku_id,
        place_id,
        traffic.value,
        before,
        limit,
    )
    return [
        Movement(
            id=MovementId(row["id"]),
            sku_id=sku_id,
            place_id=place_id,
            traffic=traffic,
            kind=MovementKind(row["kind"]),
            quantity=row["quantity"],
            reference=row["reference"],
            reason=MovementReason(row["reason"]),
            note=row["note"],
            actor=row["actor"],
            occurred_at=row["occurred_at"],
        )
        for row in rows
    ]
