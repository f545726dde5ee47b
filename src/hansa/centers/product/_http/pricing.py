"""Shops keep price lists, with the time for which they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post, put

from hansa.centers.product import api
from hansa.centers.product._http.views import PRICE, READING, WRITING, Cursor, Limit
from hansa.centers.product.errors import (
    OfferNotFound,
    PriceListChangedSince,
    PriceListFull,
    PriceListNotFound,
)
from hansa.centers.product.types import OFFER_ID, PRICE_LIST_ID, OfferPrice, PriceList
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.money import Money
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Invalid
from hansa.kernel.texts import Texts

_LIST = {
    "names": {"en": "Harvest festival", "zh": "丰收节"},
    "starts_at": "2026-09-23T00:00:00Z",
    "ends_at": "2026-09-26T00:00:00Z",
    "priority": 10,
}
_PRICES = [{"offer_id": "offer_01jd3x00000000000000000000", "price": PRICE}]

Seen = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class PriceListView(msgspec.Struct, frozen=True, kw_only=True):
    """A price list: when it holds, and which wins where several do."""

    id: str
    shop_id: str
    names: Texts
    starts_at: datetime
    ends_at: datetime | None
    priority: int
    version: int


class OfferPriceView(msgspec.Struct, frozen=True, kw_only=True):
    """What a price list asks for an offer."""

    offer_id: str
    price: Money


class NewPriceList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price list: from `starts_at` on, until before `ends_at`, or for good."""

    names: Texts
    starts_at: Aware
    ends_at: Aware | None = None
    priority: Annotated[int, msgspec.Meta(ge=-1000, le=1000)] = 0


class ChangePriceList(NewPriceList, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price list as it is to be; with `seen_version` only if it is as it was seen."""

    seen_version: Seen | None = None


class OfferPriceWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price for an offer of the shop."""

    offer_id: str
    price: Money


class SetPrices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices to be put into a list, up to 1,000."""

    prices: list[OfferPriceWanted]
    seen_version: Seen | None = None


class DropPrices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Offers to be taken out of a list."""

    offer_ids: Annotated[list[str], msgspec.Meta(max_length=1000)]
    seen_version: Seen | None = None


@post(
    "/shops/{shop_id:str}/price-lists",
    summary="Create a price list",
    responses=problems(*WRITING, ShopNotFound, PriceListFull),
    tags=["products"],
    opt={"example": _LIST},
)
async def create_price_list(ctx: Ctx, shop_id: str, data: NewPriceList) -> PriceListView:
    """Begin a list of prices for some time. Needs `product.offer.price` in the shop."""
    return _view(
        await api.create_price_list(
            ctx,
            shop_id=SHOP_ID.read(shop_id),
            names=data.names,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            priority=data.priority,
        )
    )


@get(
    "/shops/{shop_id:str}/price-lists",
    summary="List a shop's price lists",
    responses=problems(*READING, CursorMalformed, Invalid),
    tags=["products"],
)
async def list_price_lists(
    ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[PriceListView]:
    """Return a shop's price lists, the latest first. Needs `product.offer.price` in the shop."""
    page = await api.price_lists(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([_view(one) for one in page.items], page.cursor)


@get(
    "/price-lists/{price_list_id:str}",
    summary="Show a price list",
    responses=problems(*READING, PriceListNotFound),
    tags=["products"],
)
async def show_price_list(ctx: Ctx, price_list_id: str) -> PriceListView:
    """Return a price list. Needs `product.offer.price` in its shop."""
    return _view(await api.price_list(ctx, PRICE_LIST_ID.read(price_list_id)))


@put(
    "/price-lists/{price_list_id:str}",
    summary="Change a price list",
    responses=problems(*WRITING, PriceListNotFound, PriceListChangedSince),
    tags=["products"],
    opt={"example": _LIST | {"seen_version": 1}},
)
async def change_price_list(ctx: Ctx, price_list_id: str, data: ChangePriceList) -> PriceListView:
    """Say anew when a list holds and what it is called. Needs `product.offer.price` in its shop."""
    return _view(
        await api.change_price_list(
            ctx,
            price_list_id=PRICE_LIST_ID.read(price_list_id),
            names=data.names,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            priority=data.priority,
            seen_version=data.seen_version,
        )
    )


@get(
    "/price-lists/{price_list_id:str}/prices",
    summary="List the prices of a list",
    responses=problems(*READING, PriceListNotFound, CursorMalformed, Invalid),
    tags=["products"],
)
async def list_prices(
    ctx: Ctx, price_list_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[OfferPriceView]:
    """Return what a list asks, by offer. Needs `product.offer.price` in its shop."""
    page = await api.prices_of_list(
        ctx, price_list_id=PRICE_LIST_ID.read(price_list_id), cursor=cursor, limit=limit
    )
    return Page(
        [OfferPriceView(offer_id=OFFER_ID.show(one.offer_id), price=one.price) for one in page.items],
        page.cursor,
    )


@put(
    "/price-lists/{price_list_id:str}/prices",
    summary="Put prices into a list",
    responses=problems(*WRITING, PriceListNotFound, PriceListChangedSince, PriceListFull, OfferNotFound),
    tags=["products"],
    opt={"example": {"prices": _PRICES, "seen_version": 1}},
)
async def set_prices(ctx: Ctx, price_list_id: str, data: SetPrices) -> PriceListView:
    """Put prices in, in place of those for the same offers. Needs `product.offer.price` in its shop."""
    return _view(
        await api.set_prices(
            ctx,
            price_list_id=PRICE_LIST_ID.read(price_list_id),
            prices=[OfferPrice(OFFER_ID.read(one.offer_id), one.price) for one in data.prices],
            seen_version=data.seen_version,
        )
    )


@post(
    "/price-lists/{price_list_id:str}/removals",
    summary="Take offers out of a price list",
    responses=problems(*WRITING, PriceListNotFound, PriceListChangedSince),
    tags=["products"],
    opt={"example": {"offer_ids": ["offer_01jd3x00000000000000000000"]}},
)
async def drop_prices(ctx: Ctx, price_list_id: str, data: DropPrices) -> PriceListView:
    """Take offers out; those it does not name are out already. Needs `product.offer.price` in its shop."""
    return _view(
        await api.drop_prices(
            ctx,
            price_list_id=PRICE_LIST_ID.read(price_list_id),
            offer_ids=[OFFER_ID.read(one) for one in data.offer_ids],
            seen_version=data.seen_version,
        )
    )


@post(
    "/price-lists/{price_list_id:str}/clearing",
    summary="Clear a price list",
    responses=problems(*READING, PriceListNotFound),
    tags=["products"],
)
async def clear_price_list(ctx: Ctx, price_list_id: str) -> PriceListView:
    """Take every offer out of a list: what it asked is asked no more. Needs `product.offer.price` in its shop."""
    return _view(await api.clear_price_list(ctx, price_list_id=PRICE_LIST_ID.read(price_list_id)))


def _view(one: PriceList) -> PriceListView:
    return PriceListView(
        id=PRICE_LIST_ID.show(one.id),
        shop_id=SHOP_ID.show(one.shop_id),
        names=one.names,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        priority=one.priority,
        version=one.version,
    )


ROUTES = (
    create_price_list,
    list_price_lists,
    show_price_list,
    change_price_list,
    list_prices,
    set_prices,
    drop_prices,
    clear_price_list,
)
