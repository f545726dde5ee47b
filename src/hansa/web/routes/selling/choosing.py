"""Choosing of what the shop has on sale: by words, or by its own number."""

from __future__ import annotations

from collections.abc import Collection

from hansa.centers.product import api as product
from hansa.centers.product.types import OFFER_ID, OfferId
from hansa.centers.search import api as search
from hansa.centers.search.types import Filters
from hansa.kernel.problem import Invalid
from hansa.web.routes.measuring import priced_for
from hansa.web.routes.selling.desk import Desk
from hansa.web.routes.selling.naming import pages
from hansa.web.selling import ChosenGood
from hansa.web.showing import picture

_FOUND = 8
_QUERY_MAX = 100


async def on_sale(at: Desk, query: str, *, taken: Collection[OfferId]) -> tuple[ChosenGood, ...]:
    """Return what the shop has on sale and a search finds, variant by variant, but what is taken already."""
    query = query.strip()[:_QUERY_MAX]
    try:
        found = await search.search(at.ctx, query=query, filters=Filters(shop=at.shop.id), limit=_FOUND)
    except Invalid:
        return ()
    ids = [hit.product_id for hit in found.hits]
    if query:
        key = (at.shop.id, query)
        coded = await product.skus(at.ctx, (await product.skus_by_code(at.ctx, [key])).get(key, []))
        ids = [*{sku.product_id: None for sku in coded.values()}, *ids]
    known = await pages(at, ids)
    wanted = [
        offer.id
        for product_id in dict.fromkeys(ids)
        if product_id in known
        for offer in known[product_id].offers
        if offer.shop_id == at.shop.id and offer.active and offer.id not in taken
    ][: 2 * _FOUND]
    offers = await product.offers(at.ctx, wanted)
    return tuple(
        ChosenGood(
            offer=OFFER_ID.show(offer.id),
            name=offer.title_in(at.ctx.locale),
            option=offer.options_in(at.ctx.locale),
            price=offer.price,
            per=priced_for(offer),
            picture=picture(offer.art),
        )
        for offer_id in wanted
        if (offer := offers.get(offer_id)) and offer.active
    )
