"""What changes about an order without moving it: notes, where it goes, what it costs."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, post, put

from hansa.centers.trade import api
from hansa.centers.trade._http.order_views import NoteView, OrderView, note_view, order_view
from hansa.centers.trade.errors import (
    AddressChangesPrice,
    AlreadyClosed,
    IllegalMove,
    LineNotFound,
    NoteNotFound,
    OrderNotFound,
    PriceNotLowered,
    TooManyNotes,
)
from hansa.centers.trade.types import LINES_MAX, NOTE_ID, ORDER_ID, NoteText
from hansa.centers.user.errors import AddressNotFound
from hansa.centers.user.types import ADDRESS_ID, OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import INT64_MAX
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

OfAnOrder = (Unauthenticated, OrderNotFound, IdMalformed)
Amount = Annotated[int, msgspec.Meta(ge=0, le=INT64_MAX)]


class NoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to write."""

    text: NoteText


class AddressBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it goes instead: an address of the buyer's book."""

    address_id: str


class LineOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much comes off one line, in minor units."""

    line_no: Annotated[int, msgspec.Meta(ge=1, le=LINES_MAX)]
    off_minor: Amount


class PriceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What comes off: of the order as a whole, of single lines, and what the freight is now. In minor units."""

    off_minor: Amount = 0
    lines: Annotated[list[LineOff], msgspec.Meta(max_length=LINES_MAX)] = []
    freight: Amount | None = None


@get("/orders/{order_id:str}/notes", summary="List an order's notes", responses=problems(*OfAnOrder))
async def list_notes(ctx: Ctx, order_id: str) -> list[NoteView]:
    """Return the notes on an order: to its buyer those it wrote, to staff of its shop all."""
    return [note_view(one) for one in await api.notes(ctx, order_id=ORDER_ID.read(order_id))]


@post(
    "/orders/{order_id:str}/notes",
    summary="Write a note on an order",
    opt={"own": OwnScope.BUY, "example": {"text": "Please leave it with the neighbours."}},
    responses=problems(*OfAnOrder, Forbidden, Invalid, TooManyNotes),
)
async def write_note(ctx: Ctx, order_id: str, data: NoteBody) -> NoteView:
    """Write as its buyer, to the seller; or as staff with `trade.order.note`, for the shop alone."""
    return note_view(await api.add_note(ctx, order_id=ORDER_ID.read(order_id), text=data.text))


@delete(
    "/orders/{order_id:str}/notes/{note_id:str}",
    summary="Take back a note",
    responses=problems(*OfAnOrder, NoteNotFound),
    opt={"own": OwnScope.BUY},
)
async def remove_note(ctx: Ctx, order_id: str, note_id: str) -> None:
    """Take back a note of one's own."""
    await api.remove_note(ctx, order_id=ORDER_ID.read(order_id), note_id=NOTE_ID.read(note_id))


@put(
    "/orders/{order_id:str}/address",
    summary="Send an order to another address",
    opt={"own": OwnScope.BUY, "example": {"address_id": "adr_01jd3x00000000000000000000"}},
    responses=problems(*OfAnOrder, AddressNotFound, AddressChangesPrice, IllegalMove, AlreadyClosed),
)
async def redirect_order(ctx: Ctx, order_id: str, data: AddressBody) -> OrderView:
    """Change where an order goes, while nothing of it was sent, and where that costs the same. Its buyer's alone."""
    return order_view(
        await api.redirect(ctx, order_id=ORDER_ID.read(order_id), address_id=ADDRESS_ID.read(data.address_id))
    )


@post(
    "/orders/{order_id:str}/lower-price",
    summary="Lower the price of an unpaid order",
    status_code=200,
    opt={"example": {"off_minor": 500}, "idempotency": "lane"},
    responses=problems(
        *OfAnOrder, Forbidden, Invalid, LineNotFound, PriceNotLowered, IllegalMove, AlreadyClosed
    ),
)
async def lower_price(ctx: Ctx, key: IdempotencyKey | None, order_id: str, data: PriceBody) -> OrderView:
    """Let an unpaid order cost less; its payment is made anew. Needs `trade.order.price` of the shop."""
    return order_view(
        await api.lower_price(
            ctx,
            order_id=ORDER_ID.read(order_id),
            off_minor=data.off_minor,
            line_offs={line.line_no: line.off_minor for line in data.lines},
            freight=data.freight,
            key=key,
        )
    )
