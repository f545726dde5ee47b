from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post, put

from hansa.centers.product.types import OFFER_ID
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api
from hansa.centers.trade._http.views import (
    MeasureBody,
    MeasureView,
    Minor,
    QuoteView,
    measure_view,
    quote_view,
)
from hansa.centers.trade.errors import (
    CartChanged,
    CartEmpty,
    CartFull,
    CouponsPayAll,
    LimitExceeded,
    MixedCurrencies,
    NoPlaceServes,
    OfferUnavailable,
)
from hansa.centers.trade.types import LINES_MAX, NOTE_LETTERS_MAX, QUANTITY_MAX, CartChange, CartLine
from hansa.centers.user.errors import AddressNotFound
from hansa.centers.user.types import ADDRESS_ID, OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Invalid, Unauthenticated


class CartLineView(msgspec.Struct, frozen=True):
    """An offer the buyer means to buy, and how many."""

    offer_id: str
    quantity: int
    added_at: datetime
    unit_minor: Minor
    selected: bool
    saved: bool
    measure: MeasureView | None


class CartLineBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many the cart should hold; zero takes the offer out.

    `selected` says whether it goes along at the next checkout, `saved` puts it aside for later. Measured goods
    have quantity 1 and a measure.
    """

    quantity: Annotated[int, msgspec.Meta(ge=0, le=QUANTITY_MAX)]
    measure: MeasureBody | None = None
    selected: bool | None = None
    saved: bool | None = None


class CartNoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to write to the shop; nothing takes it back."""

    text: Annotated[str, msgspec.Meta(max_length=NOTE_LETTERS_MAX)]


class ReviewedLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the cart, and what changed since it was put there."""

    line: CartLineView
    shop_id: str | None
    changes: list[CartChange]


class ReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """A cart looked at again, and what its owner writes to which shop."""

    lines: list[ReviewedLineView]
    notes: dict[str, str]


class CartQuoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it goes. `options` chooses a way of delivery per shop id where the first is not wanted."""

    address_id: str | None = None
    options: Annotated[dict[str, str], msgspec.Meta(max_length=LINES_MAX)] = {}


@get("/cart", summary="Get the cart", responses=problems(Unauthenticated))
async def get_cart(ctx: Ctx) -> list[CartLineView]:
    """Return the acting buyer's cart in this business, oldest line first."""
    return _view(await api.cart(ctx))


@put(
    "/cart/{offer_id:str}",
    summary="Set a line of the cart",
    responses=problems(Unauthenticated, Invalid, IdMalformed, OfferUnavailable, CartFull),
    opt={"own": OwnScope.BUY, "example": {"quantity": 2}},
)
async def put_cart_line(ctx: Ctx, offer_id: str, data: CartLineBody) -> list[CartLineView]:
    """Set how many of an offer the cart holds, and return the cart."""
    return _view(
        await api.put_in_cart(
            ctx,
            offer_id=OFFER_ID.read(offer_id),
            quantity=data.quantity,
            measure=data.measure.read() if data.measure else None,
            selected=data.selected,
            saved=data.saved,
        )
    )


@get("/cart/review", summary="Look at the cart again", responses=problems(Unauthenticated))
async def review_cart(ctx: Ctx) -> ReviewView:
    """Return each line with what changed since it was put there: price, sold out, withdrawn, limited."""
    reviewed = await api.review_cart(ctx)
    return ReviewView(
        lines=[
            ReviewedLineView(
                line=_view([one.line])[0],
                shop_id=SHOP_ID.show(one.shop_id) if one.shop_id else None,
                changes=list(one.changes),
            )
            for one in reviewed.lines
        ],
        notes={SHOP_ID.show(shop_id): text for shop_id, text in reviewed.notes.items()},
    )


@put(
    "/cart/notes/{shop_id:str}",
    summary="Write to a shop with the next order",
    status_code=204,
    opt={"own": OwnScope.BUY, "example": {"text": "Please wrap it as a present."}},
    responses=problems(Unauthenticated, Invalid, IdMalformed, ShopNotFound),
)
async def put_cart_note(ctx: Ctx, shop_id: str, data: CartNoteBody) -> None:
    """Keep what goes to a shop with the next order there."""
    await api.write_to_shop(ctx, shop_id=SHOP_ID.read(shop_id), text=data.text)


@post(
    "/cart/quote",
    summary="Quote the chosen lines of the cart",
    status_code=200,
    opt={"own": OwnScope.BUY, "example": {}, "idempotency": "none"},
    responses=problems(
        Unauthenticated,
        Invalid,
        IdMalformed,
        CartEmpty,
        CartChanged,
        AddressNotFound,
        OfferUnavailable,
        MixedCurrencies,
        NoPlaceServes,
        CouponsPayAll,
        LimitExceeded,
    ),
)
async def quote_cart(ctx: Ctx, data: CartQuoteBody) -> QuoteView:
    """Quote what is chosen, if it is all as its owner last saw it; else say what changed about which line."""
    quote = await api.quote_cart(
        ctx,
        address_id=ADDRESS_ID.read(data.address_id) if data.address_id else None,
        options={SHOP_ID.read(shop_id): code for shop_id, code in data.options.items()},
    )
    return quote_view(quote, token=api.seal(ctx, quote))


def _view(lines: Sequence[CartLine]) -> list[CartLineView]:
    return [
        CartLineView(
            OFFER_ID.show(line.offer_id),
            line.quantity,
            line.added_at,
            line.unit_minor,
            line.selected,
            line.saved,
            measure_view(line.measure),
        )
        for line in lines
    ]
