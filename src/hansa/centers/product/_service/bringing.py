"""Many at once: products and offers that another house had before, moved in by whoever has the right to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from hansa.centers.product._rules.products import price_errors, sold_errors
from hansa.centers.product._service.offers import PRICE_OFFER, follow_up, new_offer, settle, sold_in, stopped
from hansa.centers.product._service.products import (
    CREATE_PRODUCT,
    new_product_errors,
    require_pictures,
    write_products,
)
from hansa.centers.product._service.snapshots import tree_of
from hansa.centers.product._store import catalogue
from hansa.centers.product._store import offers as store
from hansa.centers.product.errors import CategoryNotFound, OfferExists, SkuUnknown
from hansa.centers.product.types import (
    NewOffer,
    NewProduct,
    OfferId,
    Product,
    ProductId,
    ProductPage,
    ProductReview,
    ProductState,
    SkuId,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import FieldError, Invalid

BATCH_MAX = 1_000


async def create_products(
    ctx: Ctx, *, shop_id: ShopId, products: Sequence[NewProduct], draft: bool = False
) -> list[ProductPage]:
    """Create up to 1,000 products of a shop at once, all or none; a page each, in the order given.

    As `create_product`, but where the business reviews new products they are drafts that nobody was asked
    about. Raises `Invalid` with every wrong field of every product, `ShopNotFound`, `CategoryNotFound`,
    `ProductCodeTaken`, `PicturesUnknown`.
    """
    ctx.require(CREATE_PRODUCT, of=shop_object(shop_id))
    errors = _batch_errors("products", len(products))
    published = not (draft or ctx.term(ProductReview).new_products)
    for at, new in enumerate(products):
        errors += [
            FieldError(f"products.{at}.{wrong.field}", wrong.code, wrong.message)
            for wrong in await new_product_errors(ctx, new, complete=published)
        ]
    if errors:
        raise Invalid(*errors)
    known = {category.id for category in await tree_of(ctx)}
    if any(new.category_id is not None and new.category_id not in known for new in products):
        raise CategoryNotFound
    await shop.require_shop(ctx, shop_id)
    async with ctx.transaction() as tx:
        suspended = await stopped(tx, [shop_id])
        await require_pictures(tx, shop_id, [one for new in products for one in new.pictures])
        return await write_products(tx, ctx, shop_id, products, sells=not suspended, published=published)


async def make_offers(ctx: Ctx, *, offers: Sequence[NewOffer]) -> list[OfferId]:
    """Offer up to 1,000 SKUs of the catalogue in shops, all or none; their ids, in the order given.

    As `make_offer` for each. Needs `product.offer.price` in every shop. Raises `Invalid`, `ShopNotFound`,
    `SkuUnknown`, `OfferExists`.
    """
    for shop_id in {one.shop_id for one in offers}:
        ctx.require(PRICE_OFFER, of=shop_object(shop_id))
    errors = _batch_errors("offers", len(offers))
    for at, one in enumerate(offers):
        errors += price_errors(one.price, one.list_price, field=f"offers.{at}.")
    errors = errors or sold_errors(
        [(f"offers.{at}.price", one.price) for at, one in enumerate(offers)], sold_in(ctx)
    )
    if errors:
        raise Invalid(*errors)
    sellers = {one.shop_id for one in offers}
    await _require_sellers(ctx, sellers)
    async with ctx.transaction() as tx:
        suspended = await stopped(tx, sellers)
        products = await _products_of(tx, {one.sku_id for one in offers})
        await settle(tx, ctx, sorted({product.id for product in products.values()}))
        rows = []
        for one in offers:
            product = products[one.sku_id]
            published = product.state is ProductState.PUBLISHED
            if product.business != ctx.business or not (published or product.shop_id == one.shop_id):
                raise SkuUnknown
            row = new_offer(
                ctx,
                shop_id=one.shop_id,
                product_id=product.id,
                sku_id=one.sku_id,
                price=one.price,
                list_price=one.list_price,
                unpublished=not published,
                suspended=one.shop_id in suspended,
            )
            rows.append(row)
        if not await store.insert_offers(tx, rows):
            raise OfferExists
        ids = [OfferId(row.id) for row in rows]
        await follow_up(tx, ctx, ids, sorted({ProductId(row.product_id) for row in rows}))
    return ids


async def offers_by_sku(
    ctx: Ctx, wanted: Collection[tuple[ShopId, SkuId]]
) -> dict[tuple[ShopId, SkuId], OfferId]:
    """Return which offers shops have of SKUs in this business and traffic class; what none has is absent."""
    async with ctx.platform.db.reading() as tx:
        return await store.offers_by_sku(tx, wanted, business=ctx.business, traffic=ctx.traffic)


async def _require_sellers(ctx: Ctx, shop_ids: Collection[ShopId]) -> None:
    found = await shop.shops(ctx, shop_ids)
    for shop_id in shop_ids:
        one = found.get(shop_id)
        if one is None or (one.business, one.traffic) != (ctx.business, ctx.traffic):
            raise ShopNotFound


async def _products_of(tx: Transaction, sku_ids: Iterable[SkuId]) -> dict[SkuId, Product]:
    """Lock the products of SKUs and return them by SKU."""
    skus = await catalogue.read_skus(tx, sorted(sku_ids))
    locked = await catalogue.lock_products(tx, sorted({sku.product_id for sku in skus.values()}))
    if len(skus) < len(set(sku_ids)) or any(sku.product_id not in locked for sku in skus.values()):
        raise SkuUnknown
    return {sku_id: locked[sku.product_id] for sku_id, sku in skus.items()}


def _batch_errors(field: str, count: int) -> list[FieldError]:
    return [] if 1 <= count <= BATCH_MAX else [FieldError(field, "length", f"From 1 to {BATCH_MAX} at once")]
