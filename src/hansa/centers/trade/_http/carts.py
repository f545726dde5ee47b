from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, put

from hansa.centers.product.types import OFFER_ID
from hansa.centers.trade import api
from hansa.centers.trade.errors import CartFull, OfferUnavailable
from hansa.centers.trade.types import QUANTITY_MAX, CartLine
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Invalid, Unauthenticated


class CartLineView(msgspec.Struct, frozen=True):
    """An offer the buyer means to buy, and how many."""

    offer_id: str
    quantity: int
    added_at: datetime


class CartLineBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many the cart should hold; zero takes the offer out."""

    quantity: Annotated[int, msgspec.Meta(ge=0, le=QUANTITY_MAX)]


@get("/cart", summary="Get the cart", responses=problems(Unauthenticated))
async def get_cart(ctx: Ctx) -> list[CartLineView]:
    """Return the acting buyer's cart in this business, oldest line first."""
    return _view(await api.cart(ctx))


@put(
    "/cart/{offer_id:str}",
    summary="Set a line of the cart",
    responses=problems(Unauthenticated, Invalid, IdMalformed, OfferUnavailable, CartFull),
    opt={"example": {"quantity": 2}},
)
async def put_cart_line(ctx: Ctx, offer_id: str, data: CartLineBody) -> list[CartLineView]:
    """Set how many of an offer the cart holds, and return the cart."""
    return _view(await api.put_in_cart(ctx, offer_id=OFFER_ID.read(offer_id), quantity=data.quantity))


def _view(lines: Sequence[CartLine]) -> list[CartLineView]:
    return [CartLineView(OFFER_ID.show(line.offer_id), line.quantity, line.added_at) for line in lines]
