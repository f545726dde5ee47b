"""Reading the catalogue within the caller's transaction, as it is now: for whoever keeps a copy of it."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.product._rules.prices import offer_at
from hansa.centers.product._store import catalogue as store
from hansa.centers.product._store import categories as category_store
from hansa.centers.product._store import offers as offer_store
from hansa.centers.product.types import Category, CategoryId, Offer, ProductId, ProductPage, SkuId
from hansa.kernel.db import Transaction


async def catalogued_in(
    tx: Transaction, *, product_ids: Sequence[ProductId]
) -> list[tuple[ProductPage, tuple[Category, ...]]]:
    """Return products with all their variants and offers, and the categories they stand in, the topmost first.

    No snapshot is asked: whoever locks its copy first and reads then never writes something older than what is
    there. Offers are of every business, traffic class and state, priced as shops ask at this moment of their clock;
    unknown ids are absent.
    """
    products = await store.read_products(tx, product_ids)
    if not products:
        return []
    variants = await store.skus_of_products(tx, list(products))
    offered: dict[ProductId, list[Offer]] = {}
    ids = [offer_id for _, offer_id in await offer_store.offers_of_products(tx, list(products))]
    for offer in (await offer_store.read_offers(tx, ids)).values():
        now = tx.platform.clocks.now(offer.business, offer.traffic)
        offered.setdefault(offer.product_id, []).append(offer_at(offer, now))
    standing = {one.category_id for one in products.values() if one.category_id is not None}
    lineages = await category_store.lineages(tx, list(standing))
    return [
        (
            ProductPage(
                product=one,
                skus=tuple(variants.get(one.id, ())),
                offers=tuple(offered.get(one.id, ())),
            ),
            lineages.get(one.category_id, ()) if one.category_id is not None else (),
        )
        for one in products.values()
    ]


async def products_of_skus(tx: Transaction, *, sku_ids: Sequence[SkuId]) -> dict[SkuId, ProductId]:
    """Return the products of variants; unknown ids are absent."""
    return {sku_id: one.product_id for sku_id, one in (await store.read_skus(tx, sku_ids)).items()}


async def products_in_all(tx: Transaction) -> int:
    """Return how many products of every business there are: for whoever is about to read them all."""
    return await store.count_products(tx)


async def product_ids_after(
    tx: Transaction, *, after: ProductId | None, limit: int, within: CategoryId | None = None
) -> list[ProductId]:
    """Return ids of products of every business, in their order, those after `after`.

    Of all, or `within` a category and those under it.
    """
    return await store.product_ids_after(tx, after=after, limit=limit, within=within)
