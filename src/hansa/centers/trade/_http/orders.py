from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.ledger.errors import InsufficientBalance
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api
from hansa.centers.trade._http.order_views import (
    HistoryView,
    MovedView,
    OrderView,
    history_view,
    moved_view,
    order_view,
)
from hansa.centers.trade.errors import (
    AlreadyClosed,
    AlreadyExtended,
    CancelTooLate,
    IllegalMove,
    LineMoved,
    LineNotFound,
    LinesTogether,
    OrderNotFound,
)
from hansa.centers.trade.types import CHECKOUT_ID, LINES_MAX, ORDER_ID, OrderState
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]
OnlyState = Annotated[OrderState | None, Parameter(description="Only orders in this state.")]

MOVING = (Unauthenticated, Forbidden, OrderNotFound, IdMalformed, IllegalMove, AlreadyClosed)
OF_LINES = (Invalid, LineNotFound, LineMoved, LinesTogether)


class LinesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which lines are meant; without any, all that can be."""

    lines: (
        Annotated[
            list[Annotated[int, msgspec.Meta(ge=1, le=LINES_MAX)]],
            msgspec.Meta(min_length=1, max_length=LINES_MAX, description="Numbers of lines."),
        ]
        | None
    ) = None


@get(
    "/orders",
    summary="List the buyer's orders",
    responses=problems(Unauthenticated, CursorMalformed, Invalid),
)
async def list_orders(
    ctx: Ctx, order_state: OnlyState = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[OrderView]:
    """Return the acting buyer's orders in this business, newest first."""
    page = await api.orders(ctx, state=order_state, cursor=cursor, limit=limit)
    return Page([order_view(one) for one in page.items], page.cursor)


@get("/orders/{order_id:str}", summary="Get an order", responses=problems(OrderNotFound, IdMalformed))
async def get_order(ctx: Ctx, order_id: str) -> OrderView:
    """Return an order to its buyer, to staff of its shop, or to an operator."""
    return order_view(await api.order(ctx, order_id=ORDER_ID.read(order_id)))


@get(
    "/orders/{order_id:str}/history",
    summary="Get an order's history",
    responses=problems(OrderNotFound, IdMalformed),
)
async def get_history(ctx: Ctx, order_id: str) -> list[HistoryView]:
    """Return every change of an order, oldest first, with who made it and why."""
    order = await api.order(ctx, order_id=ORDER_ID.read(order_id))
    return [history_view(entry) for entry in await api.history(ctx, order=order)]


@post(
    "/orders/{order_id:str}/receive",
    summary="Confirm receipt",
    status_code=200,
    opt={"example": {"lines": [1]}, "idempotency": "lane"},
    responses=problems(*MOVING, *OF_LINES, InsufficientBalance),
)
async def receive_order(
    ctx: Ctx, key: IdempotencyKey | None, order_id: str, data: LinesBody | None = None
) -> MovedView:
    """Say that the goods, or some lines, have arrived: the seller is credited for them, commission taken."""
    return moved_view(
        await api.receive(ctx, order_id=ORDER_ID.read(order_id), lines=data.lines if data else None, key=key)
    )


@post(
    "/orders/{order_id:str}/ship",
    summary="Ship an order",
    status_code=200,
    opt={"example": {"lines": [1]}, "idempotency": "lane"},
    responses=problems(*MOVING, *OF_LINES),
)
async def ship_order(
    ctx: Ctx, key: IdempotencyKey | None, order_id: str, data: LinesBody | None = None
) -> MovedView:
    """Say that the goods, or some lines, have left. Needs `trade.order.ship` of the shop."""
    return moved_view(
        await api.ship(ctx, order_id=ORDER_ID.read(order_id), lines=data.lines if data else None, key=key)
    )


class CollectBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who collected: a courier, or the shop itself when none is named."""

    courier_id: str | None = None


@post(
    "/orders/{order_id:str}/collect",
    summary="Collect what is paid on delivery",
    status_code=200,
    opt={"example": {}, "idempotency": "lane"},
    responses=problems(*MOVING, Invalid),
)
async def collect_order(
    ctx: Ctx, key: IdempotencyKey | None, order_id: str, data: CollectBody | None = None
) -> MovedView:
    """Say that the order was handed over and paid. Needs `trade.order.collect` of the shop.

    What a courier collected is recorded by the platform (`trade.order.drive`).
    """
    courier = data.courier_id if data else None
    return moved_view(
        await api.collect(
            ctx,
            order_id=ORDER_ID.read(order_id),
            courier=PARTY_ID.read(courier) if courier else None,
            key=key,
        )
    )


@post(
    "/orders/{order_id:str}/give-up-delivery",
    summary="Close an order that was not taken in on delivery",
    status_code=200,
    opt={"idempotency": "lane"},
    responses=problems(*MOVING),
)
async def give_up_delivery(ctx: Ctx, key: IdempotencyKey | None, order_id: str) -> MovedView:
    """Close what was sent to be paid on delivery and came back. Needs `trade.order.collect` of the shop."""
    return moved_view(await api.give_up_delivery(ctx, order_id=ORDER_ID.read(order_id), key=key))


@post(
    "/orders/{order_id:str}/extend",
    summary="Extend the time to confirm receipt",
    status_code=200,
    opt={"idempotency": "lane"},
    responses=problems(*MOVING, AlreadyExtended),
)
async def extend_receipt(ctx: Ctx, key: IdempotencyKey | None, order_id: str) -> MovedView:
    """Give the buyer of a shipped order more time, once."""
    return moved_view(await api.extend_receipt(ctx, order_id=ORDER_ID.read(order_id), key=key))


@post(
    "/orders/{order_id:str}/cancel",
    summary="Cancel a paid order",
    status_code=200,
    opt={"idempotency": "lane"},
    responses=problems(*MOVING, CancelTooLate, LineMoved, InsufficientBalance),
)
async def cancel_order(ctx: Ctx, key: IdempotencyKey | None, order_id: str) -> MovedView:
    """Take back a paid order that was not sent: what was paid goes back.

    Its buyer may for a while after paying; staff with `trade.order.cancel` of the shop until it is sent.
    """
    return moved_view(await api.cancel_order(ctx, order_id=ORDER_ID.read(order_id), key=key))


@post(
    "/checkouts/{checkout_id:str}/cancel",
    summary="Cancel an unpaid checkout",
    status_code=200,
    opt={"idempotency": "lane"},
    responses=problems(*MOVING),
)
async def cancel_checkout(ctx: Ctx, key: IdempotencyKey | None, checkout_id: str) -> list[MovedView]:
    """Close all orders of an unpaid checkout; their stock is free again."""
    moved = await api.cancel(ctx, checkout_id=CHECKOUT_ID.read(checkout_id), key=key)
    return [moved_view(one) for one in moved]


@get(
    "/shops/{shop_id:str}/orders",
    summary="List a shop's orders",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, CursorMalformed, Invalid),
)
async def list_shop_orders(
    ctx: Ctx, shop_id: str, order_state: OnlyState = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[OrderView]:
    """Return a shop's orders, newest first. Needs `trade.order.read` of the shop."""
    page = await api.shop_orders(
        ctx, shop_id=SHOP_ID.read(shop_id), state=order_state, cursor=cursor, limit=limit
    )
    return Page([order_view(one) for one in page.items], page.cursor)
