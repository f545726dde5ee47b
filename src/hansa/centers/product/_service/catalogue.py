from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from hansa.centers.product import _rules as rules
from hansa.centers.product._service.offers import OfferSnapshot, new_offer, offer_changed, offers
from hansa.centers.product._store import catalogue as store
from hansa.centers.product._store import offers as offer_store
from hansa.centers.product.errors import (
    CategoryNotFound,
    CategorySlugTaken,
    CategoryTreeFull,
    ProductNotFound,
)
from hansa.centers.product.events import ProductCreated, ProductEdited
from hansa.centers.product.types import (
    CATEGORY_ID,
    PRODUCT_ID,
    SKU_ID,
    Category,
    CategoryId,
    NewSku,
    OfferId,
    Option,
    Product,
    ProductId,
    ProductPage,
    Sku,
    SkuId,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.db import Database, Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import Invalid
from hansa.kernel.snapshot import Snapshot, changes_of
from hansa.kernel.texts import Texts

CREATE_PRODUCT = "product.product.create"
EDIT_PRODUCT = "product.product.edit"
EDIT_CATEGORIES = "product.category.edit"

CATEGORIES_MAX = 5_000
DEPTH_MAX = 8


class Catalogued(msgspec.Struct, frozen=True):
    """A product with its variants and the ids of all its offers, of whatever business."""

    product: Product
    skus: tuple[Sku, ...]
    offer_ids: tuple[OfferId, ...]


class ProductSnapshot(Snapshot[ProductId, Catalogued]):
    """The products this process has met, at most a second old."""

    def __init__(self, db: Database) -> None:
        async def load(ids: Sequence[ProductId]) -> Mapping[ProductId, Catalogued]:
            async with db.reading() as tx:
                return await _read(tx, ids)

        super().__init__(load=load, changed=changes_of(db, "product.product", "id"), entries_max=20_000)


class CategorySnapshot(Snapshot[str, tuple[Category, ...]]):
    """The trees of categories by business, at most a second old."""

    def __init__(self, db: Database) -> None:
        async def load(businesses: Sequence[str]) -> Mapping[str, tuple[Category, ...]]:
            async with db.reading() as tx:
                return await store.categories(tx, businesses)

        super().__init__(load=load, changed=changes_of(db, "product.category", "business"), entries_max=1_000)


class SkuSnapshot(Snapshot[SkuId, Sku]):
    """The variants this process has met. Their options never change, so an old one is as good as new."""

    def __init__(self, db: Database) -> None:
        async def load(ids: Sequence[SkuId]) -> Mapping[SkuId, Sku]:
            async with db.reading() as tx:
                return await store.read_skus(tx, ids)

        super().__init__(load=load, age_max_s=60)


async def add_category(
    ctx: Ctx, *, slug: str, names: Texts, parent_id: CategoryId | None = None, position: int = 0
) -> Category:
    """Add a branch to the business's tree of goods. Needs `product.category.edit`.

    Raises `Invalid`, `CategoryNotFound` (of the parent), `CategorySlugTaken`, `CategoryTreeFull`.
    """
    ctx.require(EDIT_CATEGORIES)
    if errors := rules.category_errors(slug=slug, names=names):
        raise Invalid(*errors)
    new_id = CATEGORY_ID.new()
    async with ctx.transaction() as tx:
        tree = {c.id: c for c in (await store.categories(tx, [ctx.business]))[ctx.business]}
        parent = tree.get(parent_id) if parent_id else None
        if parent_id and parent is None:
            raise CategoryNotFound
        lineage = (*(parent.lineage if parent else ()), new_id)
        if len(tree) >= CATEGORIES_MAX or len(lineage) > DEPTH_MAX:
            raise CategoryTreeFull(categories_max=CATEGORIES_MAX, depth_max=DEPTH_MAX)
        new = Category(
            id=new_id,
            business=ctx.business,
            slug=slug,
            names=names,
            parent_id=parent_id,
            lineage=lineage,
            position=position,
        )
        if not await store.insert_category(tx, new):
            raise CategorySlugTaken(slug=slug)
        snapshot = ctx.platform.service(CategorySnapshot)
        tx.after_commit(lambda: snapshot.forget([ctx.business]))
    return new


async def categories(ctx: Ctx) -> tuple[Category, ...]:
    """Return the business's tree of goods, parents first, siblings by position; at most 5,000."""
    found = await ctx.platform.service(CategorySnapshot).get([ctx.business])
    return found.get(ctx.business, ())


async def create_product(
    ctx: Ctx,
    *,
    shop_id: ShopId,
    titles: Texts,
    skus: Sequence[NewSku],
    options: Sequence[Option] = (),
    descriptions: Texts | None = None,
    category_id: CategoryId | None = None,
    art: str = "",
) -> ProductPage:
    """Create a product with its variants, and an offer of each, on sale at once.

    Needs `product.product.create` in the shop. A product without options has one SKU with no values.
    Raises `Invalid` with every wrong field, `ShopNotFound`, `CategoryNotFound`.
    """
    ctx.require(CREATE_PRODUCT, of=shop_object(shop_id))
    if errors := rules.product_errors(
        titles=titles, descriptions=descriptions or {}, art=art, options=options, skus=skus
    ):
        raise Invalid(*errors)
    await shop.require_shop(ctx, shop_id)
    product = Product(
        id=PRODUCT_ID.new(),
        business=ctx.business,
        shop_id=shop_id,
        category_id=category_id,
        titles=titles,
        descriptions=descriptions or {},
        options=tuple(options),
        art=art,
        created_at=ctx.now(),
        version=1,
    )
    variants = [_sku(product.id, at, sku) for at, sku in enumerate(skus)]
    made = [
        new_offer(
            ctx,
            shop_id=shop_id,
            product_id=product.id,
            sku_id=variant.id,
            price=sku.price,
            list_price=sku.list_price,
        )
        for variant, sku in zip(variants, skus, strict=True)
    ]
    async with ctx.transaction() as tx:
        await _require_category(tx, ctx, category_id)
        await store.insert_product(tx, product)
        await store.insert_skus(tx, variants)
        await offer_store.insert_offers(tx, made)
        await offer_store.refresh_listing(tx, [product.id])
        read = await offer_store.read_offers(tx, [OfferId(offer.id) for offer in made])
        tx.emit(
            ctx,
            ProductCreated(
                product_id=product.id,
                shop_id=shop_id,
                category_id=category_id,
                skus=tuple(variant.id for variant in variants),
            ),
            *(offer_changed(read[OfferId(offer.id)]) for offer in made),
        )
    return ProductPage(
        product=product, skus=tuple(variants), offers=tuple(read[OfferId(offer.id)] for offer in made)
    )


async def edit_product(
    ctx: Ctx,
    *,
    product_id: ProductId,
    titles: Texts | None = None,
    descriptions: Texts | None = None,
    category_id: CategoryId | None = None,
    art: str | None = None,
) -> Product:
    """Change what is given of a product; what is None stays. Needs `product.product.edit` in its shop.

    Raises `ProductNotFound`, `Invalid`, `CategoryNotFound`.
    """
    async with ctx.transaction() as tx:
        before = (await store.read_products(tx, [product_id])).get(product_id)
        if before is None or before.business != ctx.business:
            raise ProductNotFound
        ctx.require(EDIT_PRODUCT, of=shop_object(before.shop_id))
        await _require_category(tx, ctx, category_id)
        before = (await store.lock_products(tx, [product_id]))[product_id]
        after = msgspec.structs.replace(
            before,
            titles=before.titles if titles is None else titles,
            descriptions=before.descriptions if descriptions is None else descriptions,
            category_id=category_id or before.category_id,
            art=before.art if art is None else art,
            version=before.version + 1,
        )
        if errors := rules.product_errors(
            titles=after.titles, descriptions=after.descriptions, art=after.art
        ):
            raise Invalid(*errors)
        await store.update_product(tx, after)
        await offer_store.touch_offers(tx, product_id)
        await offer_store.refresh_listing(tx, [product_id])
        tx.emit(ctx, ProductEdited(product_id=product_id, shop_id=after.shop_id))
        tx.after_commit(lambda: ctx.platform.service(ProductSnapshot).forget([product_id]))
        changed = [offer_id for _, offer_id in await offer_store.offers_of_products(tx, [product_id])]
        tx.after_commit(lambda: ctx.platform.service(OfferSnapshot).forget(changed))
    return after


async def product(ctx: Ctx, product_id: ProductId) -> ProductPage:
    """Return a product with its variants and what is offered of it here, at most about a second old.

    Raises `ProductNotFound`, also for one that was never offered in this business and traffic class,
    unless the caller may edit it.
    """
    found = (await ctx.platform.service(ProductSnapshot).get([product_id])).get(product_id)
    if found is None:
        raise ProductNotFound
    here = await offers(ctx, found.offer_ids)
    own = found.product.business == ctx.business and ctx.may(
        EDIT_PRODUCT, of=shop_object(found.product.shop_id)
    )
    if not here and not own:
        raise ProductNotFound
    return ProductPage(
        product=found.product,
        skus=found.skus,
        offers=tuple(here[offer_id] for offer_id in found.offer_ids if offer_id in here),
    )


async def products_of_shop(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50
) -> Page[Product]:
    """List what a shop keeps in the catalogue, newest first. Needs `product.product.edit` in the shop."""
    checked_limit(limit)
    ctx.require(EDIT_PRODUCT, of=shop_object(shop_id))
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.products_of_shop(tx, shop_id, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def skus(ctx: Ctx, ids: Collection[SkuId]) -> dict[SkuId, Sku]:
    """Return variants by id; unknown ids are absent."""
    return await ctx.platform.service(SkuSnapshot).get(ids)


async def _require_category(tx: Transaction, ctx: Ctx, category_id: CategoryId | None) -> None:
    if category_id and not await store.category_exists(tx, category_id, business=ctx.business):
        raise CategoryNotFound


async def _read(tx: Transaction, ids: Sequence[ProductId]) -> dict[ProductId, Catalogued]:
    products = await store.read_products(tx, ids)
    variants = await store.skus_of_products(tx, list(products))
    offered: dict[ProductId, list[OfferId]] = {}
    for product_id, offer_id in await offer_store.offers_of_products(tx, list(products)):
        offered.setdefault(product_id, []).append(offer_id)
    return {
        product_id: Catalogued(one, tuple(variants.get(product_id, ())), tuple(offered.get(product_id, ())))
        for product_id, one in products.items()
    }


def _sku(product_id: ProductId, position: int, new: NewSku) -> Sku:
    return Sku(
        id=SKU_ID.new(),
        product_id=product_id,
        values=new.values,
        code=new.code,
        gtin=new.gtin,
        art=new.art,
        position=position,
    )
