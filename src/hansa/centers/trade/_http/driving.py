"""What the platform decides about orders that are under way: keeping them back, and refunding them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post

from hansa.centers.trade import api
from hansa.centers.trade._http.order_views import MovedView, moved_view
from hansa.centers.trade._http.orders import (
    LineNo,
    LinesBody,
    PiecesBody,
    parts_of,
)
from hansa.centers.trade.errors import (
    AlreadyClosed,
    IllegalMove,
    LineMoved,
    LineNotFound,
    OrderChanged,
    OrderNotFound,
    PiecesExceeded,
    TooManyParts,
)
from hansa.centers.trade.types import LINE_NUMBERS_MAX, ORDER_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

MOVING = (Unauthenticated, Forbidden, OrderNotFound, IdMalformed, IllegalMove, AlreadyClosed, OrderChanged)
OF_LINES = (Invalid, LineNotFound, LineMoved, PiecesExceeded, TooManyParts)
_LINES = msgspec.Meta(min_length=1, max_length=LINE_NUMBERS_MAX)


class ToDecideBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which lines, or pieces of them, are kept back."""

    lines: Annotated[list[LineNo | PiecesBody], _LINES]


class DecidedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which lines go on."""

    lines: Annotated[list[LineNo], _LINES]


@post(
    "/orders/{order_id:str}/hold",
    summary="Keep a paid order back",
    status_code=200,
    responses=problems(*MOVING),
)
async def hold_order(ctx: Ctx, order_id: str) -> MovedView:
    """Keep a paid order from being sent while something is looked into. Needs `trade.order.drive`."""
    return moved_view(
        await api.hold(ctx, order_id=ORDER_ID.read(order_id), cause="kept back by the platform")
    )


@post(
    "/orders/{order_id:str}/release",
    summary="Let an order go on that was kept back",
    status_code=200,
    responses=problems(*MOVING),
)
async def release_order(ctx: Ctx, order_id: str) -> MovedView:
    """Let it be sent; the time to send begins. Needs `trade.order.drive`."""
    moved = await api.release(ctx, order_id=ORDER_ID.read(order_id), cause="let go on by the platform")
    return moved_view(moved)


@post(
    "/orders/{order_id:str}/refund-decision",
    summary="Keep lines back while their refund is decided",
    status_code=200,
    opt={"example": {"lines": [1]}},
    responses=problems(*MOVING, *OF_LINES),
)
async def start_refund(ctx: Ctx, order_id: str, data: ToDecideBody) -> MovedView:
    """Neither sent, received nor paid out until it is decided, or refunded in the time there is for it.

    Needs `trade.order.refund`.
    """
    order, lines = ORDER_ID.read(order_id), parts_of(data.lines)
    return moved_view(
        await api.start_refund(ctx, order_id=order, lines=lines, cause="refund looked into by the platform")
    )


@post(
    "/orders/{order_id:str}/refund-decline",
    summary="Let lines go on whose refund was declined",
    status_code=200,
    opt={"example": {"lines": [1]}},
    responses=problems(*MOVING, *OF_LINES),
)
async def decline_refund(ctx: Ctx, order_id: str, data: DecidedBody) -> MovedView:
    """Let lines go on from where they stood. Needs `trade.order.refund`."""
    order = ORDER_ID.read(order_id)
    return moved_view(
        await api.decline_refund(
            ctx, order_id=order, lines=data.lines, cause="refund declined by the platform"
        )
    )


@post(
    "/orders/{order_id:str}/refund",
    summary="Refund an order, or lines of it",
    status_code=200,
    opt={"example": {"lines": [{"line_no": 1, "quantity": 1}]}},
    responses=problems(*MOVING, *OF_LINES),
)
async def refund_order(ctx: Ctx, order_id: str, data: LinesBody | None = None) -> MovedView:
    """Give back what was paid for lines, or for all that are not received yet. Needs `trade.order.refund`.

    Stock that was not sent is free; what was sent comes back by a receipt into stock.
    """
    lines = parts_of(data.lines) if data is not None and data.lines is not None else None
    order = ORDER_ID.read(order_id)
    return moved_view(
        await api.refund_lines(ctx, order_id=order, lines=lines, cause="refunded by the platform")
    )


ROUTES = (hold_order, release_order, start_refund, decline_refund, refund_order)
