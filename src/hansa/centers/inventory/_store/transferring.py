"""The statements of goods on the way from place to place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hansa.centers.inventory._tables import TRANSFER_RANK
from hansa.centers.inventory.types import (
    GoodsOnTheWay,
    MovementReason,
    TransferId,
    TransferLine,
    TransferState,
)
from hansa.centers.place.types import PlaceId
from hansa.centers.product.types import SkuId
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.db import Transaction, columns

_HEAD = "id, from_place_id, to_place_id, state, note, sent_by, sent_at, closed_by, closed_at"


async def insert_transfer(tx: Transaction, ctx: Ctx, one: GoodsOnTheWay, *, reference: str) -> None:
    """Write goods that have just left; `reference` is what their movements carry."""
    await tx.raw.execute(
        """INSERT INTO inventory.transfer (id, from_place_id, to_place_id, business, traffic, reference, note, state,
                                           sent_by, sent_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, 'sent', $8, $9)""",
        one.id,
        one.from_place_id,
        one.to_place_id,
        ctx.business,
        ctx.traffic.value,
        reference,
        one.note,
        one.sent_by,
        one.sent_at,
    )
    await tx.raw.execute(
        """INSERT INTO inventory.transfer_line (transfer_id, sku_id, business, sent)
           SELECT $1, l.sku_id, $2, l.sent FROM unnest($3::uuid[], $4::bigint[]) AS l (sku_id, sent)""",
        one.id,
        ctx.business,
        *columns([(line.sku_id, line.sent) for line in one.lines], 2),
    )


async def transfer(tx: Transaction, id_: TransferId, traffic: Traffic) -> GoodsOnTheWay | None:
    """Return goods on the way, or that were, with their lines."""
    row = await tx.raw.fetchrow(
        f"SELECT {_HEAD} FROM inventory.transfer WHERE id = $1 AND traffic = $2", id_, traffic.value
    )
    return _transfer(row, await _lines(tx, id_)) if row else None


async def lock_transfer(tx: Transaction, id_: TransferId, traffic: Traffic) -> GoodsOnTheWay | None:
    """Lock and return goods on the way: they arrive, or are called back, once."""
    tx.locks(TRANSFER_RANK)
    row = await tx.raw.fetchrow(
        f"SELECT {_HEAD} FROM inventory.transfer WHERE id = $1 AND traffic = $2 FOR UPDATE",
        id_,
        traffic.value,
    )
    return _transfer(row, await _lines(tx, id_)) if row else None


async def close_transfer(
    tx: Transaction, one: GoodsOnTheWay, state: TransferState, *, by: str, at: datetime
) -> None:
    """Write what became of locked goods on the way, with what came of each line."""
    await tx.raw.execute(
        """UPDATE inventory.transfer SET previous_state = state, state = $2, closed_by = $3, closed_at = $4
           WHERE id = $1""",
        one.id,
        state.value,
        by,
        at,
    )
    await tx.raw.execute(
        """UPDATE inventory.transfer_line t SET received = l.received, reason = l.reason
             FROM unnest($2::uuid[], $3::bigint[], $4::text[]) AS l (sku_id, received, reason)
            WHERE t.transfer_id = $1 AND t.sku_id = l.sku_id""",
        one.id,
        *columns([(line.sku_id, line.received, str(line.reason)) for line in one.lines], 3),
    )


async def transfers(
    tx: Transaction,
    place_ids: Collection[PlaceId],
    *,
    traffic: Traffic,
    on_the_way: bool,
    before: UUID | None,
    limit: int,
) -> list[GoodsOnTheWay]:
    """Return what left these places or goes to them, the latest first, without lines."""
    rows = await tx.raw.fetch(
        f"""SELECT {_HEAD} FROM inventory.transfer
             WHERE (from_place_id = ANY($1::uuid[]) OR to_place_id = ANY($1::uuid[])) AND traffic = $2
               AND (NOT $3 OR state = 'sent') AND ($4::uuid IS NULL OR id < $4)
             ORDER BY id DESC LIMIT $5""",
        list(place_ids),
        traffic.value,
        on_the_way,
        before,
        limit,
    )
    return [_transfer(row, ()) for row in rows]


async def pieces_on_the_way(
    tx: Transaction, place_id: PlaceId, sku_ids: Sequence[SkuId], traffic: Traffic
) -> dict[SkuId, int]:
    """Return how many pieces of SKUs are on their way to a place; none is absent."""
    rows = await tx.raw.fetch(
        """SELECT l.sku_id, sum(l.sent)::bigint AS sent
             FROM inventory.transfer t JOIN inventory.transfer_line l ON l.transfer_id = t.id
            WHERE t.to_place_id = $1 AND t.traffic = $2 AND t.state = 'sent' AND l.sku_id = ANY($3::uuid[])
            GROUP BY l.sku_id""",
        place_id,
        traffic.value,
        list(sku_ids),
    )
    return {SkuId(row["sku_id"]): row["sent"] for row in rows}


async def _lines(tx: Transaction, id_: TransferId) -> tuple[TransferLine, ...]:
    rows = await tx.raw.fetch(
        "SELECT sku_id, sent, received, reason FROM inventory.transfer_line WHERE transfer_id = $1 ORDER BY sku_id",
        id_,
    )
    return tuple(TransferLine(**dict(row) | {"reason": MovementReason(row["reason"])}) for row in rows)


def _transfer(row: Any, lines: tuple[TransferLine, ...]) -> GoodsOnTheWay:
    return GoodsOnTheWay(**dict(row) | {"state": TransferState(row["state"])}, lines=lines)
