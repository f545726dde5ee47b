"""Goods go from one place to another and are on the way for a while: they leave, and arrive with what is wrong.

What is on the way is in no stock row, so nothing of it is sold. What arrives is booked as it was sent; what is missing
or came beyond it is an adjustment at the place where it was found out, with its reason: so the movements of a transfer
cancel each other out, and what was lost stands where lost goods always stand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

import msgspec

from hansa.centers.inventory._rules import transferring as rules
from hansa.centers.inventory._service.moving import move, movement, require_skus
from hansa.centers.inventory._service.reading import require_of_places
from hansa.centers.inventory._store import transferring as store
from hansa.centers.inventory.errors import SkuNotFound, TransferClosed, TransferNotFound
from hansa.centers.inventory.events import StockArrived, StockRecalled, StockSent
from hansa.centers.inventory.types import (
    TRANSFER_ID,
    ArrivedLine,
    GoodsOnTheWay,
    Movement,
    MovementKind,
    SentLine,
    TransferId,
    TransferLine,
    TransferState,
)
from hansa.centers.place import api as place
from hansa.centers.place.types import PlaceId
from hansa.centers.product.types import SkuId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid

SEND = "inventory.stock.adjust"
RECEIVE = "inventory.stock.receive"
SEE = "inventory.stock.see"


async def send_stock(
    ctx: Ctx, *, from_place_id: PlaceId, to_place_id: PlaceId, lines: Sequence[SentLine], note: str = ""
) -> GoodsOnTheWay:
    """Send goods from one place to another of the same owner, all lines or none: they leave at once.

    Needs `inventory.stock.adjust` in the shop of the place they leave. Raises `Invalid`, `SkuNotFound`,
    `StockCommitted` where orders were promised what is to go.
    """
    await require_of_places(ctx, SEND, [from_place_id])
    errors = rules.sent_errors(lines, note=note)
    if from_place_id == to_place_id:
        errors.append(FieldError("to_place_id", "same", "Goods move to another place"))
    if errors:
        raise Invalid(*errors)
    await _require_same_owner(ctx, from_place_id, to_place_id)
    await require_skus(ctx, [one.sku_id for one in lines])
    sent = GoodsOnTheWay(
        id=TRANSFER_ID.new(),
        from_place_id=from_place_id,
        to_place_id=to_place_id,
        state=TransferState.SENT,
        note=note.strip(),
        sent_by=ctx.actor.label,
        sent_at=ctx.now(),
        lines=tuple(TransferLine(sku_id=one.sku_id, sent=one.quantity) for one in lines),
    )
    async with ctx.transaction() as tx:
        await store.insert_transfer(tx, ctx, sent, reference=TRANSFER_ID.show(sent.id))
        await move(ctx, tx, [_moved(ctx, sent, from_place_id, one, -one.sent) for one in sent.lines])
        for one in sent.lines:
            tx.emit(
                ctx,
                StockSent(
                    sku_id=one.sku_id,
                    place_id=from_place_id,
                    transfer_id=sent.id,
                    to_place_id=to_place_id,
                    quantity=one.sent,
                ),
            )
    return sent


async def receive_transfer(
    ctx: Ctx, *, transfer_id: TransferId, lines: Sequence[ArrivedLine] = ()
) -> GoodsOnTheWay:
    """Take in goods that were on the way; `lines` name what came otherwise than it was sent, each with its reason.

    Needs `inventory.stock.receive` in the shop of the place they come to. Raises `TransferNotFound`,
    `TransferClosed`, `Invalid`, `StockFull`.
    """
    known = await _required(ctx, RECEIVE, transfer_id, lambda goods: [goods.to_place_id])
    if errors := rules.arrived_errors(known.lines, lines):
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        sent = await _locked(tx, ctx, transfer_id)
        came = msgspec.structs.replace(sent, lines=tuple(rules.as_arrived(sent.lines, lines)))
        moves = [_moved(ctx, came, came.to_place_id, one, one.sent) for one in came.lines]
        moves += [
            movement(
                ctx,
                sku_id=one.sku_id,
                place_id=came.to_place_id,
                kind=MovementKind.ADJUSTED,
                quantity=one.difference,
                reference=TRANSFER_ID.show(came.id),
                reason=one.reason,
            )
            for one in came.lines
            if one.difference
        ]
        closed = await _close(tx, ctx, came, TransferState.RECEIVED)
        await move(ctx, tx, moves)
        for one in came.lines:
            tx.emit(
                ctx,
                StockArrived(
                    sku_id=one.sku_id,
                    place_id=came.to_place_id,
                    transfer_id=came.id,
                    from_place_id=came.from_place_id,
                    sent=one.sent,
                    received=one.sent + one.difference,
                ),
            )
    return closed


async def recall_transfer(ctx: Ctx, *, transfer_id: TransferId) -> GoodsOnTheWay:
    """Call goods back that are on the way: they are where they came from again.

    Needs `inventory.stock.adjust` in the shop of the place they left. Raises `TransferNotFound`, `TransferClosed`,
    `StockFull`.
    """
    await _required(ctx, SEND, transfer_id, lambda goods: [goods.from_place_id])
    async with ctx.transaction() as tx:
        sent = await _locked(tx, ctx, transfer_id)
        closed = await _close(tx, ctx, sent, TransferState.RECALLED)
        await move(ctx, tx, [_moved(ctx, sent, sent.from_place_id, one, one.sent) for one in sent.lines])
        for one in sent.lines:
            tx.emit(
                ctx,
                StockRecalled(
                    sku_id=one.sku_id,
                    place_id=sent.from_place_id,
                    transfer_id=sent.id,
                    quantity=one.sent,
                ),
            )
    return closed


async def transfer_by_id(ctx: Ctx, *, transfer_id: TransferId) -> GoodsOnTheWay:
    """Return goods that are or were on the way. Needs `inventory.stock.see` in the shop. Raises `TransferNotFound`."""
    return await _required(ctx, SEE, transfer_id, lambda goods: [goods.from_place_id, goods.to_place_id])


async def transfers(
    ctx: Ctx,
    *,
    place_ids: Collection[PlaceId],
    on_the_way: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[GoodsOnTheWay]:
    """List what left these places or goes to them, the latest first, without lines; perhaps only what is on the way.

    Needs `inventory.stock.see` in the shop of each. Raises `SkuNotFound` for a place that is not there.
    """
    checked_limit(limit)
    await require_of_places(ctx, SEE, place_ids)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.platform.db.reading() as tx:
        rows = await store.transfers(
            tx, place_ids, traffic=ctx.traffic, on_the_way=on_the_way, before=before, limit=limit + 1
        )
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def pieces_on_the_way(ctx: Ctx, *, place_id: PlaceId, sku_ids: Sequence[SkuId]) -> dict[SkuId, int]:
    """Return how many pieces of SKUs are on their way to a place. Needs `inventory.stock.see` in its shop."""
    await require_of_places(ctx, SEE, [place_id])
    async with ctx.platform.db.reading() as tx:
        return await store.pieces_on_the_way(tx, place_id, sku_ids, ctx.traffic)


async def _require_same_owner(ctx: Ctx, *place_ids: PlaceId) -> None:
    """Raise `SkuNotFound` for places of two owners: what is another's is not there."""
    found = await place.places(ctx, place_ids)
    if len({(one.business, one.traffic, one.shop_id) for one in found.values()}) != 1 or len(found) < len(
        place_ids
    ):
        raise SkuNotFound


async def _required(
    ctx: Ctx,
    permission: str,
    transfer_id: TransferId,
    ends: Callable[[GoodsOnTheWay], Collection[PlaceId]],
) -> GoodsOnTheWay:
    """Return goods on the way, for who holds the permission in the shop of the places that it is about."""
    async with ctx.platform.db.reading() as tx:
        found = await store.transfer(tx, transfer_id, ctx.traffic)
    if found is None:
        ctx.require(permission)  # who may nothing anywhere learns nothing
        raise TransferNotFound
    try:
        await require_of_places(ctx, permission, ends(found))
    except SkuNotFound:  # places of another business: what is between them is not here either
        raise TransferNotFound from None
    return found


async def _locked(tx: Transaction, ctx: Ctx, transfer_id: TransferId) -> GoodsOnTheWay:
    found = await store.lock_transfer(tx, transfer_id, ctx.traffic)
    if found is None:
        raise TransferNotFound
    if found.state is not TransferState.SENT:
        raise TransferClosed(state=found.state.value)
    return found


async def _close(tx: Transaction, ctx: Ctx, one: GoodsOnTheWay, state: TransferState) -> GoodsOnTheWay:
    by, at = ctx.actor.label, ctx.now()
    await store.close_transfer(tx, one, state, by=by, at=at)
    return msgspec.structs.replace(one, state=state, closed_by=by, closed_at=at)


def _moved(ctx: Ctx, goods: GoodsOnTheWay, place_id: PlaceId, line: TransferLine, quantity: int) -> Movement:
    return movement(
        ctx,
        sku_id=line.sku_id,
        place_id=place_id,
        kind=MovementKind.TRANSFERRED,
        quantity=quantity,
        reference=TRANSFER_ID.show(goods.id),
        note=goods.note if quantity < 0 else "",  # it is the words of who sent them
    )
