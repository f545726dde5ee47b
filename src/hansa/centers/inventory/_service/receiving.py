from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hansa.centers.inventory import _store as store
from hansa.centers.inventory._gate import SoldOutGate
from hansa.centers.inventory._rules import receiving as rules
from hansa.centers.inventory._rules.stock import StockKey
from hansa.centers.inventory._service.reading import AvailabilitySnapshot, require_of_places
from hansa.centers.inventory.errors import SkuNotFound
from hansa.centers.inventory.events import StockAdjusted, StockReceived
from hansa.centers.inventory.types import (
    MOVEMENT_ID,
    Adjustment,
    Movement,
    MovementKind,
    Receipt,
    StockLevel,
)
from hansa.centers.product import api as product
from hansa.centers.product.types import SKU_ID, SkuId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Invalid


async def receive_stock(ctx: Ctx, *, receipts: Sequence[Receipt]) -> list[StockLevel]:
    """Take goods in; see `api.receive_stock`."""
    if errors := rules.receipt_errors(receipts):
        raise Invalid(*errors)
    await require_of_places(ctx, "inventory.stock.receive", [one.place_id for one in receipts])
    await _require_skus(ctx, [one.sku_id for one in receipts])
    moves = [
        _movement(ctx, one, kind=one.kind, quantity=one.quantity, reference=one.reference, reason="")
        for one in receipts
    ]
    async with ctx.transaction() as tx:
        levels = await _move(ctx, tx, moves)
        for one in receipts:
            tx.emit(ctx, StockReceived(sku_id=one.sku_id, place_id=one.place_id, quantity=one.quantity))
    return levels


async def adjust(ctx: Ctx, *, adjustments: Sequence[Adjustment]) -> list[StockLevel]:
    """Correct what is on hand; see `api.adjust`."""
    if errors := rules.adjustment_errors(adjustments):
        raise Invalid(*errors)
    await require_of_places(ctx, "inventory.stock.adjust", [one.place_id for one in adjustments])
    await _require_skus(ctx, [one.sku_id for one in adjustments])
    moves = [
        _movement(
            ctx, one, kind=MovementKind.ADJUSTED, quantity=one.difference, reference="", reason=one.reason
        )
        for one in adjustments
    ]
    async with ctx.transaction() as tx:
        levels = await _move(ctx, tx, moves)
        for one in adjustments:
            tx.emit(ctx, StockAdjusted(sku_id=one.sku_id, place_id=one.place_id, difference=one.difference))
    return levels


async def _move(ctx: Ctx, tx: Transaction, moves: Sequence[Movement]) -> list[StockLevel]:
    """Change what is on hand by these movements, all or none."""
    sums: Counter[StockKey] = Counter()
    for move in moves:
        sums[move.sku_id, move.place_id, ctx.traffic.value] += move.quantity
    await store.open_rows(tx, sums.keys())
    levels = await store.lock_stock(tx, sums.keys())
    for key, quantity in sums.items():
        if problem := rules.refuse(levels[key], quantity):
            raise problem
    await store.write_stock(tx, {key: (sums[key], 0, 0) for key in sorted(sums)})
    await store.insert_movements(tx, [_row(ctx, move) for move in moves])
    gate = ctx.platform.service(SoldOutGate)
    snapshot = ctx.platform.service(AvailabilitySnapshot)
    tx.after_commit(lambda: gate.clear(sums))
    tx.after_commit(lambda: snapshot.forget((move.sku_id, ctx.traffic.value) for move in moves))
    return [
        StockLevel(
            sku_id=move.sku_id,
            place_id=move.place_id,
            traffic=ctx.traffic,
            on_hand=levels[key].on_hand + sums[key],
            held=levels[key].held,
            allocated=levels[key].allocated,
        )
        for move in moves
        for key in [(move.sku_id, move.place_id, ctx.traffic.value)]
    ]


async def _require_skus(ctx: Ctx, sku_ids: Sequence[SkuId]) -> None:
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
        move.reason,
        ctx.business,
        move.actor,
        move.occurred_at,
    )


def _movement(
    ctx: Ctx,
    one: Receipt | Adjustment,
    *,
    kind: MovementKind,
    quantity: int,
    reference: str,
    reason: str,
) -> Movement:
    return Movement(
        id=MOVEMENT_ID.new(),
        sku_id=one.sku_id,
        place_id=one.place_id,
        traffic=ctx.traffic,
        kind=kind,
        quantity=quantity,
        reference=reference,
        reason=reason,
        actor=ctx.actor.label,
        occurred_at=ctx.now(),
    )
