"""Shops price: what they keep, and what others keep in the catalogue."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post, put

from hansa.centers.product import api
from hansa.centers.product._http.views import PRICE, READING, WRITING, Cursor, Limit, OfferView, offer_view
from hansa.centers.product.errors import OfferChangedSince, OfferExists, OfferNotFound, SkuUnknown
from hansa.centers.product.types import OFFER_ID, SKU_ID
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.money import Money
from hansa.kernel.page import CursorMalformed, Page


class SetPrice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price; with `seen_version` only if the offer is still as it was seen."""

    price: Annotated[Money, msgspec.Meta(examples=[{"minor": 12800, "currency": "EUR"}])]
    list_price: Money | None = None
    seen_version: int | None = None


class MakeOffer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One more shop's price for a variant in the catalogue."""

    sku_id: str
    price: Money
    list_price: Money | None = None


@put(
    "/offers/{offer_id:str}/price",
    summary="Set a price",
    responses=problems(*WRITING, OfferNotFound, OfferChangedSince),
    tags=["products"],
    opt={"example": {"price": PRICE, "seen_version": 3}},
)
async def set_price(ctx: Ctx, offer_id: str, data: SetPrice) -> OfferView:
    """Set what a shop asks, which also puts the offer on sale. Needs `product.offer.price` in the shop."""
    return offer_view(
        await api.set_price(
            ctx,
            offer_id=OFFER_ID.read(offer_id),
            price=data.price,
            list_price=data.list_price,
            seen_version=data.seen_version,
        )
    )


@post(
    "/offers/{offer_id:str}/withdrawal",
    summary="Withdraw an offer",
    responses=problems(*READING, OfferNotFound),
    tags=["products"],
)
async def withdraw_offer(ctx: Ctx, offer_id: str) -> OfferView:
    """Take an offer off sale. Needs `product.offer.withdraw` in the shop."""
    return offer_view(await api.withdraw_offer(ctx, offer_id=OFFER_ID.read(offer_id)))


@post(
    "/shops/{shop_id:str}/offers",
    summary="Offer a variant of the catalogue",
    responses=problems(*WRITING, ShopNotFound, SkuUnknown, OfferExists),
    tags=["products"],
    opt={"example": {"sku_id": "sku_01jd3x00000000000000000000", "price": PRICE}},
)
async def make_offer(ctx: Ctx, shop_id: str, data: MakeOffer) -> OfferView:
    """Offer what another shop keeps in the catalogue too. Needs `product.offer.price` in the shop."""
    return offer_view(
        await api.make_offer(
            ctx,
            shop_id=SHOP_ID.read(shop_id),
            sku_id=SKU_ID.read(data.sku_id),
            price=data.price,
            list_price=data.list_price,
        )
    )


@get(
    "/shops/{shop_id:str}/offers-beside",
    summary="List offers of what others keep",
    responses=problems(*READING, CursorMalformed),
    tags=["products"],
)
async def list_beside(ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[OfferView]:
    """Return what a shop offers of other shops' products. Needs `product.offer.price` in the shop."""
    page = await api.offers_beside(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([offer_view(one) for one in page.items], page.cursor)


ROUTES = (set_price, withdraw_offer, make_offer, list_beside)
