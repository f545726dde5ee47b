"""Stocktakes: a place is counted while it goes on selling, and the differences are posted.

What is expected is frozen line by line at the moment of the count, and what is posted is the difference: so
whatever is sold, sent or taken in between count and approval stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.inventory._rules import receiving as rules
from hansa.centers.inventory._service.moving import movement, open_and_lock, require_skus, write
from hansa.centers.inventory._service.reading import require_of_places
from hansa.centers.inventory._store import counting as store
from hansa.centers.inventory.errors import (
    SkuNotFound,
    StocktakeBlocked,
    StocktakeClosed,
    StocktakeNotFound,
    StocktakeOpen,
)
from hansa.centers.inventory.events import StockAdjusted, StocktakeApproved
from hansa.centers.inventory.types import (
    QUANTITY_MAX,
    STOCKTAKE_ID,
    Count,
    Counted,
    MovementKind,
    MovementReason,
    Stocktake,
    StocktakeId,
    StocktakeState,
    Tally,
)
from hansa.centers.place.types import PlaceId
from hansa.centers.product.types import SKU_ID, SkuId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import plain_errors

COUNT = "inventory.stock.count"
ADJUST = "inventory.stock.adjust"

LINES_MAX = 50_000
"""Of one sheet: what is posted at once."""


async def open_stocktake(ctx: Ctx, *, place_id: PlaceId, note: str = "") -> Stocktake:
    """Begin to count a place; one sheet at a time. Needs `inventory.stock.count` in its shop.

    Raises `SkuNotFound` for a place that is not there, `StocktakeOpen`.
    """
    if errors := plain_errors("note", note, length_max=400, required=False):
        raise Invalid(*errors)
    await require_of_places(ctx, COUNT, [place_id])
    one = Stocktake(
        id=STOCKTAKE_ID.new(),
        place_id=place_id,
        state=StocktakeState.OPEN,
        note=note,
        opened_by=ctx.actor.label,
        opened_at=ctx.now(),
    )
    async with ctx.transaction() as tx:
        other = await store.insert_stocktake(tx, ctx, one)
        if other is not None:
            raise StocktakeOpen(stocktake_id=STOCKTAKE_ID.show(other))
    return one


async def count(ctx: Ctx, *, stocktake_id: StocktakeId, counted: Sequence[Counted]) -> list[Count]:
    """Write down what was found, with what is on hand at this moment; a SKU counted again counts anew.

    Needs `inventory.stock.count` in the place's shop. Raises `StocktakeNotFound`, `StocktakeClosed`,
    `SkuNotFound`, `Invalid`.
    """
    if errors := _count_errors(counted):
        raise Invalid(*errors)
    await _required(ctx, COUNT, stocktake_id)
    await require_skus(ctx, [one.sku_id for one in counted])
    async with ctx.transaction() as tx:
        sheet = await _locked(tx, ctx, stocktake_id)
        return await store.insert_counts(tx, ctx, sheet, counted)


async def approve_stocktake(ctx: Ctx, *, stocktake_id: StocktakeId) -> Stocktake:
    """Post every difference that was found, all or none, and close the sheet. What nobody counted stays.

    Needs `inventory.stock.adjust` in the place's shop. Raises `StocktakeNotFound`, `StocktakeClosed`,
    `StocktakeBlocked` where orders were promised more than there is.
    """
    await _required(ctx, ADJUST, stocktake_id)
    async with ctx.transaction() as tx:
        sheet = await _locked(tx, ctx, stocktake_id)
        lines = await store.counts(tx, stocktake_id, after=None, limit=LINES_MAX)
        off = [line for line in lines if line.difference]
        moves = [
            movement(
                ctx,
                sku_id=line.sku_id,
                place_id=sheet.place_id,
                kind=MovementKind.ADJUSTED,
                quantity=line.difference,
                reference=STOCKTAKE_ID.show(sheet.id),
                reason=MovementReason.STOCKTAKE,
            )
            for line in off
        ]
        keys = {(line.sku_id, sheet.place_id, ctx.traffic.value): line for line in off}
        levels = await open_and_lock(tx, keys.keys())
        blocked = [line for key, line in keys.items() if rules.refuse(levels[key], line.difference)]
        if blocked:
            raise StocktakeBlocked(lines=[{"sku_id": SKU_ID.show(line.sku_id)} for line in blocked[:100]])
        await write(ctx, tx, levels, moves)
        for one in moves:
            tx.emit(ctx, StockAdjusted(sku_id=one.sku_id, place_id=one.place_id, difference=one.quantity))
        tx.emit(
            ctx,
            StocktakeApproved(
                stocktake_id=sheet.id,
                place_id=sheet.place_id,
                lines=len(lines),
                found=sum(max(line.difference, 0) for line in off),
                lost=sum(max(-line.difference, 0) for line in off),
            ),
        )
        return await _close(tx, ctx, sheet, StocktakeState.APPROVED)


async def cancel_stocktake(ctx: Ctx, *, stocktake_id: StocktakeId) -> Stocktake:
    """Close a sheet without posting anything. Needs `inventory.stock.count` in the place's shop.

    Raises `StocktakeNotFound`, `StocktakeClosed`.
    """
    await _required(ctx, COUNT, stocktake_id)
    async with ctx.transaction() as tx:
        return await _close(tx, ctx, await _locked(tx, ctx, stocktake_id), StocktakeState.CANCELLED)


async def stocktake(ctx: Ctx, *, stocktake_id: StocktakeId) -> Stocktake:
    """Return one sheet. Needs `inventory.stock.count` in the place's shop; raises `StocktakeNotFound`."""
    return await _required(ctx, COUNT, stocktake_id)


async def stocktakes(
    ctx: Ctx, *, place_id: PlaceId, cursor: str | None = None, limit: int = 50
) -> Page[Stocktake]:
    """List the sheets of a place, the latest first. Needs `inventory.stock.count` in its shop."""
    checked_limit(limit)
    await require_of_places(ctx, COUNT, [place_id])
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.stocktakes(
            tx, place_id=place_id, traffic=ctx.traffic, before=before, limit=limit + 1
        )
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def tally(ctx: Ctx, *, stocktake_id: StocktakeId) -> Tally:
    """Sum up a sheet as it stands. Needs `inventory.stock.count` in the place's shop; raises `StocktakeNotFound`."""
    sheet = await _required(ctx, COUNT, stocktake_id)
    async with ctx.transaction() as tx:
        return await store.tally(tx, sheet, ctx.traffic)


async def counts(
    ctx: Ctx,
    *,
    stocktake_id: StocktakeId,
    differing: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Count]:
    """List the latest count of each SKU, by SKU id; if `differing`, where it is not what was expected.

    Needs `inventory.stock.count` in the place's shop.
    """
    checked_limit(limit)
    await _required(ctx, COUNT, stocktake_id)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.counts(tx, stocktake_id, differing=differing, after=after, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.sku_id,))


async def uncounted(
    ctx: Ctx, *, stocktake_id: StocktakeId, cursor: str | None = None, limit: int = 50
) -> Page[SkuId]:
    """List what the place keeps and nobody has counted yet. Needs `inventory.stock.count` in its shop.

    It does not say how many are expected: who counts should not know.
    """
    checked_limit(limit)
    sheet = await _required(ctx, COUNT, stocktake_id)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.uncounted(tx, sheet, ctx.traffic, after=after, limit=limit + 1)
    return page_of([SkuId(row) for row in rows], limit=limit, key=lambda sku_id: (sku_id,))


async def _required(ctx: Ctx, permission: str, stocktake_id: StocktakeId) -> Stocktake:
    async with ctx.transaction() as tx:
        sheet = await store.stocktake(tx, stocktake_id, ctx.traffic)
    if sheet is None:
        ctx.require(permission)  # who may nothing anywhere learns nothing
        raise StocktakeNotFound
    try:
        await require_of_places(ctx, permission, [sheet.place_id])
    except SkuNotFound:  # a place of another business: its sheets are not here either
        raise StocktakeNotFound from None
    return sheet


async def _locked(tx: Transaction, ctx: Ctx, stocktake_id: StocktakeId) -> Stocktake:
    sheet = await store.lock_stocktake(tx, stocktake_id, ctx.traffic)
    if sheet is None:
        raise StocktakeNotFound
    if sheet.state is not StocktakeState.OPEN:
        raise StocktakeClosed(state=sheet.state)
    return sheet


async def _close(tx: Transaction, ctx: Ctx, sheet: Stocktake, state: StocktakeState) -> Stocktake:
    await store.close_stocktake(tx, sheet.id, state, by=ctx.actor.label, at=ctx.now())
    closed = await store.stocktake(tx, sheet.id, ctx.traffic)
    return closed or sheet


def _count_errors(counted: Sequence[Counted]) -> list[FieldError]:
    errors = rules.batch_errors("counts", len(counted))
    if len({one.sku_id for one in counted}) < len(counted):
        errors.append(FieldError("counts", "twice", "Name each SKU once"))
    for at, one in enumerate(counted):
        if not 0 <= one.counted <= QUANTITY_MAX:
            errors.append(FieldError(f"counts.{at}.counted", "range", f"From 0 to {QUANTITY_MAX}"))
    return errors
