"""The statements of stocktakes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hansa.centers.inventory._tables import STOCKTAKE_RANK
from hansa.centers.inventory.types import (
    Count,
    Counted,
    Stocktake,
    StocktakeId,
    StocktakeState,
    Tally,
)
from hansa.centers.place.types import PlaceId
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.db import Transaction

_STOCKTAKE = "id, place_id, state, note, opened_by, opened_at, closed_by, closed_at"

# What is expected is what is on hand at the moment of the count: what is sold or comes in later is not its affair.
_COUNT = """
INSERT INTO inventory.count (stocktake_id, sku_id, nr, business, expected, counted, counted_by, counted_at)
SELECT $1, c.sku_id,
       1 + coalesce((SELECT max(nr) FROM inventory.count k WHERE k.stocktake_id = $1 AND k.sku_id = c.sku_id), 0),
       $4, coalesce(s.on_hand, 0), c.counted, $5, $6
FROM unnest($2::uuid[], $3::bigint[]) AS c (sku_id, counted)
LEFT JOIN inventory.stock s ON s.sku_id = c.sku_id AND s.place_id = $7 AND s.traffic = $8
RETURNING sku_id, nr, expected, counted, counted_by, counted_at
"""

_LATEST = """
SELECT * FROM (
  SELECT DISTINCT ON (sku_id) sku_id, nr, expected, counted, counted_by, counted_at FROM inventory.count
  WHERE stocktake_id = $1 AND ($2::uuid IS NULL OR sku_id > $2) ORDER BY sku_id, nr DESC) AS latest
WHERE NOT $4 OR counted <> expected ORDER BY sku_id LIMIT $3
"""

_TALLY = """
SELECT count(*) AS counted, count(*) FILTER (WHERE counted <> expected) AS off,
       coalesce(sum(greatest(counted - expected, 0)), 0)::bigint AS found,
       coalesce(sum(greatest(expected - counted, 0)), 0)::bigint AS lost,
       (SELECT count(*) FROM inventory.stock s
         WHERE s.place_id = $2 AND s.traffic = $3
           AND NOT EXISTS (SELECT FROM inventory.count c
                            WHERE c.stocktake_id = $1 AND c.sku_id = s.sku_id)) AS uncounted
FROM (SELECT DISTINCT ON (sku_id) counted, expected FROM inventory.count
       WHERE stocktake_id = $1 ORDER BY sku_id, nr DESC) AS latest
"""


async def insert_stocktake(tx: Transaction, ctx: Ctx, one: Stocktake) -> StocktakeId | None:
    """Write a new sheet; where the place has one that is open, write nothing and return that one's id."""
    written = await tx.raw.fetchval(
        """INSERT INTO inventory.stocktake (id, place_id, business, traffic, note, state, opened_by, opened_at)
           VALUES ($1, $2, $3, $4, $5, 'open', $6, $7)
           ON CONFLICT (place_id, traffic) WHERE state = 'open' DO NOTHING RETURNING id""",
        one.id,
        one.place_id,
        ctx.business,
        ctx.traffic.value,
        one.note,
        one.opened_by,
        one.opened_at,
    )
    if written:
        return None
    other: UUID | None = await tx.raw.fetchval(
        "SELECT id FROM inventory.stocktake WHERE place_id = $1 AND traffic = $2 AND state = 'open'",
        one.place_id,
        ctx.traffic.value,
    )
    return StocktakeId(other or UUID(int=0))


async def stocktake(tx: Transaction, id_: StocktakeId, traffic: Traffic) -> Stocktake | None:
    """Return one sheet."""
    row = await tx.raw.fetchrow(
        f"SELECT {_STOCKTAKE} FROM inventory.stocktake WHERE id = $1 AND traffic = $2", id_, traffic.value
    )
    return _stocktake(row) if row else None


async def lock_stocktake(tx: Transaction, id_: StocktakeId, traffic: Traffic) -> Stocktake | None:
    """Lock and return one sheet: who counts, approves and cancels does it one at a time."""
    tx.locks(STOCKTAKE_RANK)
    row = await tx.raw.fetchrow(
        f"SELECT {_STOCKTAKE} FROM inventory.stocktake WHERE id = $1 AND traffic = $2 FOR UPDATE",
        id_,
        traffic.value,
    )
    return _stocktake(row) if row else None


async def stocktakes(
    tx: Transaction, *, place_id: PlaceId, traffic: Traffic, before: UUID | None, limit: int
) -> list[Stocktake]:
    """Return the sheets of a place, the latest first."""
    rows = await tx.raw.fetch(
        f"""SELECT {_STOCKTAKE} FROM inventory.stocktake
            WHERE place_id = $1 AND traffic = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4""",
        place_id,
        traffic.value,
        before,
        limit,
    )
    return [_stocktake(row) for row in rows]


async def close_stocktake(
    tx: Transaction, id_: StocktakeId, state: StocktakeState, *, by: str, at: datetime
) -> None:
    """Close a locked sheet. The state before is taken from the row itself, which its check refuses if closed."""
    await tx.raw.execute(
        """UPDATE inventory.stocktake SET previous_state = state, state = $2, closed_by = $3, closed_at = $4
           WHERE id = $1""",
        id_,
        state.value,
        by,
        at,
    )


async def insert_counts(
    tx: Transaction, ctx: Ctx, sheet: Stocktake, counted: Sequence[Counted]
) -> list[Count]:
    """Write counts on a locked sheet, each with what is on hand now."""
    rows = await tx.raw.fetch(
        _COUNT,
        sheet.id,
        [one.sku_id for one in counted],
        [one.counted for one in counted],
        ctx.business,
        ctx.actor.label,
        ctx.now(),
        sheet.place_id,
        ctx.traffic.value,
    )
    by_sku = {row["sku_id"]: Count(**row) for row in rows}
    return [by_sku[one.sku_id] for one in counted]


async def counts(
    tx: Transaction, id_: StocktakeId, *, differing: bool = False, after: UUID | None, limit: int
) -> list[Count]:
    """Return the latest count of each SKU on a sheet, by SKU id; if `differing`, where it is not what was expected."""
    return [Count(**row) for row in await tx.raw.fetch(_LATEST, id_, after, limit, differing)]


async def tally(tx: Transaction, sheet: Stocktake, traffic: Traffic) -> Tally:
    """Sum up a sheet."""
    row = await tx.raw.fetchrow(_TALLY, sheet.id, sheet.place_id, traffic.value)
    return Tally(**row)


async def uncounted(
    tx: Transaction, sheet: Stocktake, traffic: Traffic, *, after: UUID | None, limit: int
) -> list[UUID]:
    """Return the SKUs that the place keeps and nobody has counted yet, by id."""
    rows = await tx.raw.fetch(
        """SELECT s.sku_id FROM inventory.stock s
           WHERE s.place_id = $1 AND s.traffic = $2 AND ($3::uuid IS NULL OR s.sku_id > $3)
             AND NOT EXISTS (SELECT FROM inventory.count c WHERE c.stocktake_id = $4 AND c.sku_id = s.sku_id)
           ORDER BY s.sku_id LIMIT $5""",
        sheet.place_id,
        traffic.value,
        after,
        sheet.id,
        limit,
    )
    return [row["sku_id"] for row in rows]


def _stocktake(row: Any) -> Stocktake:
    return Stocktake(**{**row, "state": StocktakeState(row["state"])})
