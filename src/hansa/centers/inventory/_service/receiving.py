"""Goods come in, are corrected, and go from place to place; how far they may be sold."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.inventory._rules import receiving as rules
from hansa.centers.inventory._service.moving import forget, move, movement, open_and_lock, require_skus, shown
from hansa.centers.inventory._service.reading import require_of_places
from hansa.centers.inventory._store import holding as store
from hansa.centers.inventory.events import LimitsSet, StockAdjusted, StockReceived, StockTransferred
from hansa.centers.inventory.types import (
    MOVEMENT_ID,
    Adjustment,
    MovementKind,
    Receipt,
    StockLevel,
    StockLimits,
    Transfer,
)
from hansa.kernel.context import Ctx
from hansa.kernel.problem import Invalid


async def receive_stock(ctx: Ctx, *, receipts: Sequence[Receipt]) -> list[StockLevel]:
    """Take goods in, all or none; the stock rows as they then stand, one per receipt.

    Needs `inventory.stock.receive` in the shop of each place. Raises `SkuNotFound`, `StockFull`.
    """
    if errors := rules.receipt_errors(receipts):
        raise Invalid(*errors)
    await require_of_places(ctx, "inventory.stock.receive", [one.place_id for one in receipts])
    await require_skus(ctx, [one.sku_id for one in receipts])
    moves = [
        movement(
            ctx,
            sku_id=one.sku_id,
            place_id=one.place_id,
            kind=one.kind,
            quantity=one.quantity,
            reference=one.reference,
        )
        for one in receipts
    ]
    async with ctx.transaction() as tx:
        levels = await move(ctx, tx, moves)
        for one in receipts:
            tx.emit(ctx, StockReceived(sku_id=one.sku_id, place_id=one.place_id, quantity=one.quantity))
    return levels


async def adjust(ctx: Ctx, *, adjustments: Sequence[Adjustment]) -> list[StockLevel]:
    """Correct what is on hand for a reason, all or none; the stock rows as they then stand.

    Needs `inventory.stock.adjust` in the shop of each place. Raises `SkuNotFound`, `StockCommitted`, `StockFull`.
    """
    if errors := rules.adjustment_errors(adjustments):
        raise Invalid(*errors)
    await require_of_places(ctx, "inventory.stock.adjust", [one.place_id for one in adjustments])
    await require_skus(ctx, [one.sku_id for one in adjustments])
    moves = [
        movement(
            ctx,
            sku_id=one.sku_id,
            place_id=one.place_id,
            kind=MovementKind.ADJUSTED,
            quantity=one.difference,
            reason=one.reason,
            note=one.note,
        )
        for one in adjustments
    ]
    async with ctx.transaction() as tx:
        levels = await move(ctx, tx, moves)
        for one in adjustments:
            tx.emit(ctx, StockAdjusted(sku_id=one.sku_id, place_id=one.place_id, difference=one.difference))
    return levels


async def transfer(ctx: Ctx, *, transfers: Sequence[Transfer]) -> list[StockLevel]:
    """Book goods from one place to another, all or none; where they came from and went to, as that then stands.

    Both movements of a transfer carry its reference. Needs `inventory.stock.adjust` in the shops of both
    places. Raises `SkuNotFound`, `StockCommitted`, `StockFull`.
    """
    places = [place for one in transfers for place in (one.from_place_id, one.to_place_id)]
    await require_of_places(ctx, "inventory.stock.adjust", places)
    if errors := rules.transfer_errors(transfers):
        raise Invalid(*errors)
    await require_skus(ctx, [one.sku_id for one in transfers])
    moves = []
    for one in transfers:
        reference = MOVEMENT_ID.show(MOVEMENT_ID.new())
        moves += [
            movement(
                ctx,
                sku_id=one.sku_id,
                place_id=place,
                kind=MovementKind.TRANSFERRED,
                quantity=quantity,
                reference=reference,
                note=one.note,
            )
            for place, quantity in ((one.from_place_id, -one.quantity), (one.to_place_id, one.quantity))
        ]
    async with ctx.transaction() as tx:
        levels = await move(ctx, tx, moves)
        for one in transfers:
            tx.emit(
                ctx,
                StockTransferred(
                    sku_id=one.sku_id,
                    place_id=one.from_place_id,
                    to_place_id=one.to_place_id,
                    quantity=one.quantity,
                ),
            )
    return levels


async def set_limits(ctx: Ctx, *, limits: Sequence[StockLimits]) -> list[StockLevel]:
    """Set how far stock may be sold, all or none; the stock rows as they then stand.

    A safety stock above what is left is no error: nothing more is sold. Needs `inventory.stock.limit` in the
    shop of each place. Raises `SkuNotFound`, and `StockCommitted` for a backorder below what is promised.
    """
    if errors := rules.limit_errors(limits):
        raise Invalid(*errors)
    await require_of_places(ctx, "inventory.stock.limit", [one.place_id for one in limits])
    await require_skus(ctx, [one.sku_id for one in limits])
    wanted = {(one.sku_id, one.place_id, ctx.traffic.value): one for one in limits}
    async with ctx.transaction() as tx:
        levels = await open_and_lock(tx, wanted.keys())
        for key, one in wanted.items():
            if problem := rules.refuse_limits(levels[key], one):
                raise problem
            level = levels[key]
            level.safety, level.backorder, level.low_at = one.safety, one.backorder, one.low_at
            tx.emit(
                ctx,
                LimitsSet(
                    sku_id=one.sku_id,
                    place_id=one.place_id,
                    safety=one.safety,
                    backorder=one.backorder,
                    low_at=one.low_at,
                ),
            )
        await store.write_limits(
            tx, {key: (one.safety, one.backorder, one.low_at) for key, one in wanted.items()}
        )
        forget(ctx, tx, wanted.keys())
    return [shown(levels[key]) for key in wanted]
