from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import Parameter

from hansa.centers.ledger.errors import InsufficientBalance
from hansa.centers.payment.errors import AlreadyCaptured
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api
from hansa.centers.trade._http.views import (
    HistoryView,
    MovedView,
    OrderView,
    history_view,
    moved_view,
    order_view,
)
from hansa.centers.trade.errors import AlreadyClosed, IllegalMove, OrderNotFound
from hansa.centers.trade.types import CHECKOUT_ID, ORDER_ID, OrderState
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
    opt={"idempotency": "lane"},
    responses=problems(*MOVING, InsufficientBalance),
)
async def receive_order(ctx: Ctx, key: IdempotencyKey | None, order_id: str) -> MovedView:
    """Say that the goods have arrived: the seller is credited, the commission taken."""
    return moved_view(await api.receive(ctx, order_id=ORDER_ID.read(order_id), key=key))


@post(
    "/orders/{order_id:str}/ship",
    summary="Ship an order",
    status_code=200,
    opt={"idempotency": "lane"},
    responses=problems(*MOVING),
)
async def ship_order(ctx: Ctx, key: IdempotencyKey | None, order_id: str) -> MovedView:
    """Say that the goods have left. Needs `trade.order.ship` of the shop."""
    return moved_view(await api.ship(ctx, order_id=ORDER_ID.read(order_id), key=key))


@post(
    "/checkouts/{checkout_id:str}/cancel",
    summary="Cancel an unpaid checkout",
    status_code=200,
    opt={"idempotency": "lane"},
    responses=problems(*MOVING, AlreadyCaptured),
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
