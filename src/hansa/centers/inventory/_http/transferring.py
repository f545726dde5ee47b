"""Goods on the way from place to place over HTTP: they are sent, arrive, or are called back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.inventory import api
from hansa.centers.inventory._http.shared import LINE, SELLING, Cursor, Limit
from hansa.centers.inventory.errors import StockCommitted, StockFull, TransferClosed, TransferNotFound
from hansa.centers.inventory.types import (
    QUANTITY_MAX,
    TRANSFER_ID,
    ArrivedLine,
    GoodsOnTheWay,
    MovementReason,
    Quantity,
    SentLine,
    TransferLine,
    TransferState,
)
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.types import SKU_ID
from hansa.centers.user.types import actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.page import CursorMalformed, Page

OnTheWay = Annotated[bool, Parameter(description="Only what has not arrived yet.")]


class TransferLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of goods on the way; `received` is null until they came, `reason` says why it is not what was sent."""

    sku_id: str
    sent: int
    received: int | None
    reason: MovementReason


class TransferView(msgspec.Struct, frozen=True, kw_only=True):
    """Goods that were sent from one place to another; lists leave the lines out."""

    id: str
    from_place_id: str
    to_place_id: str
    state: TransferState
    note: str
    sent_by: str
    sent_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    lines: list[TransferLineView]


class SentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many pieces of a SKU."""

    sku_id: str
    quantity: Quantity


class SendStock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be sent, and where; the note stands beside its movements."""

    to_place_id: str
    lines: Annotated[list[SentBody], msgspec.Meta(min_length=1, max_length=1_000)]
    note: Annotated[str, msgspec.Meta(max_length=400)] = ""


class ArrivedBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of a SKU otherwise than it was sent, and why."""

    sku_id: str
    received: Annotated[int, msgspec.Meta(ge=0, le=QUANTITY_MAX)]
    reason: MovementReason = MovementReason.NONE


class ReceiveTransfer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came otherwise; what is not named came as it was sent."""

    lines: Annotated[list[ArrivedBody], msgspec.Meta(max_length=1_000)] = []


_KNOWN = (*SELLING, TransferNotFound)


@post(
    "/places/{place_id:str}/transfers",
    summary="Send goods to another place",
    responses=problems(*SELLING, StockCommitted, StockFull),
    tags=["stock"],
    opt={
        "example": {
            "to_place_id": LINE["place_id"],
            "lines": [{"sku_id": LINE["sku_id"], "quantity": 12}],
            "note": "for the weekend",
        }
    },
)
async def send_stock(ctx: Ctx, place_id: str, data: SendStock) -> TransferView:
    """Send goods to another place of the shop; they are on the way until they are taken in there.

    Needs `inventory.stock.adjust` in its shop.
    """
    sent = await api.send_stock(
        ctx,
        from_place_id=PLACE_ID.read(place_id),
        to_place_id=PLACE_ID.read(data.to_place_id),
        lines=[SentLine(sku_id=SKU_ID.read(one.sku_id), quantity=one.quantity) for one in data.lines],
        note=data.note,
    )
    return _shown(sent)


@get(
    "/places/{place_id:str}/transfers",
    summary="List goods that left a place or go there",
    responses=problems(*SELLING, CursorMalformed),
    tags=["stock"],
)
async def list_transfers(
    ctx: Ctx,
    place_id: str,
    on_the_way: OnTheWay = False,  # noqa: FBT002 - Litestar passes parameters by name
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TransferView]:
    """Return them, the latest first. Needs `inventory.stock.see` in the place's shop."""
    page = await api.transfers(
        ctx, place_ids=[PLACE_ID.read(place_id)], on_the_way=on_the_way, cursor=cursor, limit=limit
    )
    return Page([_shown(one) for one in page.items], page.cursor)


@get(
    "/transfers/{transfer_id:str}",
    summary="Show goods on the way",
    responses=problems(*_KNOWN),
    tags=["stock"],
)
async def show_transfer(ctx: Ctx, transfer_id: str) -> TransferView:
    """Return goods that are or were on the way, with their lines. Needs `inventory.stock.see` in the shop."""
    return _shown(await api.transfer_by_id(ctx, transfer_id=TRANSFER_ID.read(transfer_id)))


@post(
    "/transfers/{transfer_id:str}/receipt",
    status_code=200,
    summary="Take in goods that were on the way",
    responses=problems(*_KNOWN, TransferClosed, StockCommitted, StockFull),
    tags=["stock"],
    opt={"example": {"lines": [{"sku_id": LINE["sku_id"], "received": 11, "reason": "broken"}]}},
)
async def receive_transfer(ctx: Ctx, transfer_id: str, data: ReceiveTransfer) -> TransferView:
    """Book what came, at the place it was sent to. Needs `inventory.stock.receive` in its shop."""
    came = await api.receive_transfer(
        ctx,
        transfer_id=TRANSFER_ID.read(transfer_id),
        lines=[
            ArrivedLine(sku_id=SKU_ID.read(one.sku_id), received=one.received, reason=one.reason)
            for one in data.lines
        ],
    )
    return _shown(came)


@post(
    "/transfers/{transfer_id:str}/recall",
    status_code=200,
    summary="Call goods back",
    responses=problems(*_KNOWN, TransferClosed, StockFull),
    tags=["stock"],
)
async def recall_transfer(ctx: Ctx, transfer_id: str) -> TransferView:
    """Book goods that are on the way where they came from. Needs `inventory.stock.adjust` in its shop."""
    return _shown(await api.recall_transfer(ctx, transfer_id=TRANSFER_ID.read(transfer_id)))


def _shown(one: GoodsOnTheWay) -> TransferView:
    return TransferView(
        id=TRANSFER_ID.show(one.id),
        from_place_id=PLACE_ID.show(one.from_place_id),
        to_place_id=PLACE_ID.show(one.to_place_id),
        state=one.state,
        note=one.note,
        sent_by=actor_shown(one.sent_by),
        sent_at=one.sent_at,
        closed_by=actor_shown(one.closed_by) if one.closed_by else None,
        closed_at=one.closed_at,
        lines=[_line(line) for line in one.lines],
    )


def _line(one: TransferLine) -> TransferLineView:
    return TransferLineView(
        sku_id=SKU_ID.show(one.sku_id), sent=one.sent, received=one.received, reason=one.reason
    )


ROUTES = (send_stock, list_transfers, show_transfer, receive_transfer, recall_transfer)
