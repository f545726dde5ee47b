"""Changing what is on hand: under the locks of the stock rows, explained by movements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from hansa.centers.inventory._gate import SoldOutGate
from hansa.centers.inventory._rules import receiving as rules
from hansa.centers.inventory._rules.stock import Level, StockKey
from hansa.centers.inventory._service.reading import AvailabilitySnapshot, PlacedSnapshot
from hansa.centers.inventory._store import holding as store
from hansa.centers.inventory.errors import SkuNotFound
from hansa.centers.inventory.events import LowStock
from hansa.centers.inventory.types import MOVEMENT_ID, Movement, MovementKind, MovementReason, StockLevel
from hansa.centers.place.types import PlaceId
from hansa.centers.product import api as product
from hansa.centers.product.types import SKU_ID, SkuId
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.db import Transaction


def movement(
    ctx: Ctx,
    *,
    sku_id: SkuId,
    place_id: PlaceId,
    kind: MovementKind,
    quantity: int,
    reference: str = "",
    reason: MovementReason = MovementReason.NONE,
    note: str = "",
) -> Movement:
    """Make a movement by the acting party, now."""
    return Movement(
        id=MOVEMENT_ID.new(),
        sku_id=sku_id,
        place_id=place_id,
        traffic=ctx.traffic,
        kind=kind,
        quantity=quantity,
        reference=reference,
        reason=reason,
        note=note.strip(),
        actor=ctx.actor.label,
        occurred_at=ctx.now(),
    )


async def open_and_lock(tx: Transaction, keys: Collection[StockKey]) -> dict[StockKey, Level]:
    """Make the rows that are not there yet, and lock all."""
    await store.open_rows(tx, keys)
    return await store.lock_stock(tx, keys)


async def move(ctx: Ctx, tx: Transaction, moves: Sequence[Movement]) -> list[StockLevel]:
    """Change what is on hand by these movements, all or none; the rows as they then stand, one per movement.

    Raises `StockCommitted`, `StockFull`.
    """
    sums = summed(ctx, moves)
    levels = await open_and_lock(tx, sums)
    for key, quantity in sums.items():
        if problem := rules.refuse(levels[key], quantity):
            raise problem
    await write(ctx, tx, levels, moves)
    return [shown(levels[move.sku_id, move.place_id, ctx.traffic.value]) for move in moves]


def summed(ctx: Ctx, moves: Sequence[Movement]) -> Counter[StockKey]:
    """Return what movements add to each stock row."""
    sums: Counter[StockKey] = Counter()
    for move in moves:
        sums[move.sku_id, move.place_id, ctx.traffic.value] += move.quantity
    return sums


async def write(
    ctx: Ctx, tx: Transaction, levels: Mapping[StockKey, Level], moves: Sequence[Movement]
) -> None:
    """Write movements of locked rows that nothing speaks against, and tell what became low."""
    sums = summed(ctx, moves)
    await store.write_stock(tx, {key: (sums[key], 0, 0) for key in sorted(sums)})
    await store.insert_movements(tx, [_row(ctx, move) for move in moves])
    for key, quantity in sums.items():
        level = levels[key]
        level.on_hand += quantity
        if level.fell_low:
            tx.emit(ctx, LowStock(sku_id=key[0], place_id=key[1], available=level.available))
    forget(ctx, tx, sums)


def forget(ctx: Ctx, tx: Transaction, keys: Collection[StockKey]) -> None:
    """Forget in this process what was known of these rows, once it is committed."""
    gate = ctx.platform.service(SoldOutGate)
    snapshot = ctx.platform.service(AvailabilitySnapshot)
    gone = {(SkuId(sku_id), traffic) for sku_id, _, traffic in keys}
    tx.after_commit(lambda: gate.clear(keys))
    tx.after_commit(lambda: snapshot.forget(gone))
    tx.after_commit(lambda: ctx.platform.service(PlacedSnapshot).forget(keys))


def shown(level: Level) -> StockLevel:
    """Return a row as it stands."""
    sku_id, place_id, traffic = level.key
    return StockLevel(
        sku_id=SkuId(sku_id),
        place_id=PlaceId(place_id),
        traffic=Traffic(traffic),
        on_hand=level.on_hand,
        held=level.held,
        allocated=level.allocated,
        safety=level.safety,
        backorder=level.backorder,
        low_at=level.low_at,
    )


async def require_skus(ctx: Ctx, sku_ids: Sequence[SkuId]) -> None:
    """Raise `SkuNotFound` for what is no SKU."""
    known = await product.skus(ctx, sku_ids)
    for sku_id in sku_ids:
        if sku_id not in known:
            raise SkuNotFound(sku_id=SKU_ID.show(sku_id))


def _row(ctx: Ctx, move: Movement) -> tuple[object, ...]:
    return (
        move.sku_id,
        move.place_id,
        move.traffic.value,
        move.id,
        move.kind.value,
        move.quantity,
        move.reference,
        str(move.reason),
        move.note,
        ctx.business,
        move.actor,
        move.occurred_at,
    )
