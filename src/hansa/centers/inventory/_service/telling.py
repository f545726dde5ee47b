"""Whom a shop has told that something runs out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.inventory.events import LowStock
from hansa.centers.message import api as message
from hansa.centers.message.types import Notification, Reference, ReferenceKind
from hansa.centers.place import api as place
from hansa.centers.place.types import PlaceId
from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID, Product, ProductId, Sku, SkuId
from hansa.centers.shop import api as shop
from hansa.centers.user import api as user
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope
from hansa.kernel.texts import pick

ADJUST = "inventory.stock.adjust"

Goods = dict[SkuId, tuple[Product, Sku]]


async def tell_of_low_stock(tx: Transaction, low: Sequence[Envelope[LowStock]]) -> None:
    """Tell those who answer for a shop's stock what came down to where the shop wants to know."""
    places = await place.places_within(tx, {PlaceId(one.event.place_id) for one in low})
    shops = {one.id: one.shop_id for one in places.values() if one.shop_id is not None}
    people = await shop.holders_at(tx, set(shops.values()), permission=ADJUST)
    contacts = await user.contacts(tx, sorted({party for found in people.values() for party in found}))
    goods = await _goods(tx, low)
    told: list[tuple[Ctx, Notification]] = []
    for one in low:
        ctx = tx.context(one.business, one.traffic, trace=one.trace)
        shop_id, found = shops.get(PlaceId(one.event.place_id)), goods.get(SkuId(one.event.sku_id))
        if shop_id is None or found is None:
            continue
        for party in people[shop_id]:
            contact = contacts.get(party)
            told.append((ctx, _words(one.event, party, found, contact.locale if contact else ctx.locale)))
    await message.notify_all(tx, told)


async def _goods(tx: Transaction, low: Sequence[Envelope[LowStock]]) -> Goods:
    """Return what is running out: each variant with its product."""
    wanted = {SkuId(one.event.sku_id) for one in low}
    ids: set[ProductId] = set()
    for ctx in {one.business: tx.context(one.business, one.traffic) for one in low}.values():
        ids |= {sku.product_id for sku in (await product.skus(ctx, wanted)).values()}
    pages = await product.catalogued_in(tx, product_ids=sorted(ids))
    return {sku.id: (page.product, sku) for page, _ in pages for sku in page.skus if sku.id in wanted}


def _words(low: LowStock, party: UUID, found: tuple[Product, Sku], locale: str) -> Notification:
    goods, sku = found
    options = pick(product.options_text(goods.options, sku.values), locale) if sku.values else ""
    return Notification(
        party=party,
        template="inventory.low_stock",
        params={
            "goods": " · ".join(filter(None, (pick(goods.titles, locale), options))),
            "left": low.available,
        },
        about=Reference(ReferenceKind.PRODUCT, PRODUCT_ID.show(goods.id)),
    )
