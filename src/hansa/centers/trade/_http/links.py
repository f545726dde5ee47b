"""Routes of the link in a guest's mail: the order it leads to, and its receipt."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import Parameter

from hansa.centers.ledger.errors import InsufficientBalance
from hansa.centers.trade import api
from hansa.centers.trade._http.order_views import MovedView, OrderView, moved_view, read_views
from hansa.centers.trade.errors import AlreadyClosed, IllegalMove, OrderNotFound
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems

Mailed = Annotated[str, Parameter(max_length=200, description="What stands in the mailed address.")]


@get("/order-links/{order_link:str}", summary="Get a linked order", responses=problems(OrderNotFound))
async def get_linked_order(ctx: Ctx, order_link: Mailed) -> OrderView:
    """Return the order that a guest's mail leads to, without logging in. Where it goes is left out: mail is passed on."""
    (shown,) = await read_views(ctx, [await api.linked_order(ctx, link=order_link)])
    return shown


@post(
    "/order-links/{order_link:str}/receive",
    summary="Confirm receipt of a linked order",
    status_code=200,
    opt={"idempotency": "none"},
    responses=problems(OrderNotFound, IllegalMove, AlreadyClosed, InsufficientBalance),
)
async def receive_linked_order(ctx: Ctx, order_link: Mailed) -> MovedView:
    """Say that the goods of a linked order have arrived, as its buyer does; what has moved on is refused."""
    return moved_view(await api.receive_linked(ctx, link=order_link))
