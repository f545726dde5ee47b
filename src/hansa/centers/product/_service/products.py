"""Creating products, and reading them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from hansa.centers.product._rules import products as rules
from hansa.centers.product._rules.fields import template, value_errors
from hansa.centers.product._rules.prices import measure_errors
from hansa.centers.product._rules.variants import expand, matrix_errors
from hansa.centers.product._service.offers import new_offer, offer_changed, offers, sold_in, stopped
from hansa.centers.product._service.snapshots import (
    ProductSnapshot,
    SkuSnapshot,
    custom_fields_of,
    tree_of,
)
from hansa.centers.product._service.staging import propose_publishing, tell_proposed
from hansa.centers.product._store import catalogue as store
from hansa.centers.product._store import categories as category_store
from hansa.centers.product._store import changes as change_store
from hansa.centers.product._store import media as media_store
from hansa.centers.product._store import offers as offer_store
from hansa.centers.product.errors import CategoryNotFound, PicturesUnknown, ProductNotFound
from hansa.centers.product.events import ProductCreated
from hansa.centers.product.types import (
    MEDIA_ID,
    PRODUCT_ID,
    SKU_ID,
    CategoryId,
    FieldValues,
    Matrix,
    Measure,
    MediaId,
    NewProduct,
    NewSku,
    Offer,
    OfferId,
    Option,
    Product,
    ProductId,
    ProductPage,
    ProductReview,
    ProductState,
    Sku,
    SkuId,
    Target,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import Texts

CREATE_PRODUCT = "product.product.create"
EDIT_PRODUCT = "product.product.edit"


def variants(options: Sequence[Option], matrix: Matrix) -> list[NewSku]:
    """Return every variant that options make together, as a matrix prices them. Raises `Invalid`."""
    if errors := matrix_errors(options, matrix):
        raise Invalid(*errors)
    return expand(options, matrix)


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
    code: str = "",
    attributes: FieldValues | None = None,
    custom: FieldValues | None = None,
    measure: Measure | None = None,
    pictures: Sequence[MediaId] = (),
    draft: bool = False,
) -> ProductPage:
    """Create a product with its variants, and an offer of each, on sale at once unless it is a draft.

    Needs `product.product.create` in the shop. A product without options has one SKU with no values. Where
    the business reviews new products, it is a draft that waits for the decision. Raises `Invalid` with every
    wrong field, `ShopNotFound`, `CategoryNotFound`, `ProductCodeTaken`, `PicturesUnknown`.
    """
    ctx.require(CREATE_PRODUCT, of=shop_object(shop_id))
    waits = ctx.term(ProductReview).new_products
    new = NewProduct(
        titles=titles,
        skus=skus,
        options=options,
        descriptions=descriptions or {},
        category_id=category_id,
        art=art,
        code=code,
        attributes=attributes or {},
        custom=custom or {},
        measure=measure,
        pictures=tuple(pictures),
    )
    if errors := await new_product_errors(ctx, new, complete=not draft):
        raise Invalid(*errors)
    await shop.require_shop(ctx, shop_id)
    async with ctx.transaction() as tx:
        suspended = await stopped(tx, [shop_id])
        if category_id and not await category_store.category_exists(tx, category_id, business=ctx.business):
            raise CategoryNotFound
        await require_pictures(tx, shop_id, new.pictures)
        (page,) = await write_products(
            tx, ctx, shop_id, [new], sells=not suspended, published=not (draft or waits)
        )
        if waits and not draft:
            tell_proposed(tx, ctx, await propose_publishing(tx, ctx, page.product, note=""))
    return page


async def new_product_errors(ctx: Ctx, new: NewProduct, *, complete: bool) -> list[FieldError]:
    """Say what is wrong with a product to be made, by the template of its category and the custom fields."""
    fields = template(await tree_of(ctx), new.category_id)
    errors = rules.product_errors(
        titles=new.titles,
        descriptions=new.descriptions,
        art=new.art,
        options=new.options,
        skus=new.skus,
        custom=await custom_fields_of(ctx, Target.SKU),
    )
    errors += _unsold(ctx, "skus", new.skus)
    errors += rules.code_errors("code", new.code)
    errors += value_errors("attributes", fields, new.attributes, complete=complete)
    custom = await custom_fields_of(ctx, Target.PRODUCT)
    errors += value_errors("custom", custom, new.custom, complete=complete)
    errors += measure_errors(new.measure) if new.measure else []
    errors += rules.picture_errors(new.pictures)
    return errors


def _unsold(ctx: Ctx, field: str, skus: Sequence[NewSku]) -> list[FieldError]:
    """Say which variants are in a currency that the business does not sell in."""
    return rules.sold_errors(
        [(f"{field}.{at}.price", sku.price) for at, sku in enumerate(skus)], sold_in(ctx)
    )


def product_of(ctx: Ctx, shop_id: ShopId, new: NewProduct, *, published: bool) -> Product:
    """Write down a new product of a shop."""
    return Product(
        id=PRODUCT_ID.new(),
        business=ctx.business,
        shop_id=shop_id,
        category_id=new.category_id,
        titles=new.titles,
        descriptions=new.descriptions,
        options=tuple(new.options),
        art=new.art,
        created_at=ctx.now(),
        version=1,
        state=ProductState.PUBLISHED if published else ProductState.DRAFT,
        code=new.code,
        attributes=new.attributes,
        custom=new.custom,
        measure=new.measure,
        pictures=new.pictures,
    )


def new_sku(product_id: ProductId, position: int, new: NewSku) -> Sku:
    """Write down a new variant."""
    return Sku(
        id=SKU_ID.new(),
        product_id=product_id,
        values=new.values,
        code=new.code,
        gtin=new.gtin,
        art=new.art,
        position=position,
        custom=new.custom,
    )


async def require_pictures(tx: Transaction, shop_id: ShopId, pictures: Sequence[MediaId]) -> None:
    """See that a shop has these pictures. Raises `PicturesUnknown`."""
    if pictures and (unknown := await media_store.unknown_pictures(tx, shop_id, pictures)):
        raise PicturesUnknown(pictures=[MEDIA_ID.show(one) for one in unknown])


async def product(ctx: Ctx, product_id: ProductId) -> ProductPage:
    """Return a product with its variants and what is offered of it here, at most about a second old.

    Raises `ProductNotFound`, also for one that is not published or was never offered in this business and
    traffic class, unless the caller may edit it.
    """
    found = (await ctx.platform.service(ProductSnapshot).get([product_id])).get(product_id)
    if found is None:
        raise ProductNotFound
    here = await offers(ctx, found.offer_ids)
    own = found.product.business == ctx.business and ctx.may(
        EDIT_PRODUCT, of=shop_object(found.product.shop_id)
    )
    if not own and (not here or found.product.state is not ProductState.PUBLISHED):
        raise ProductNotFound
    return ProductPage(
        product=found.product,
        skus=found.skus,
        offers=tuple(here[offer_id] for offer_id in found.offer_ids if offer_id in here),
    )


async def products_of_shop(
    ctx: Ctx,
    *,
    shop_id: ShopId,
    state: ProductState | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Product]:
    """List what a shop keeps in the catalogue, newest first. Needs `product.product.edit` in the shop."""
    checked_limit(limit)
    ctx.require(EDIT_PRODUCT, of=shop_object(shop_id))
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.products_of_shop(
            tx, shop_id, business=ctx.business, before=before, limit=limit + 1, state=state
        )
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def skus(ctx: Ctx, ids: Collection[SkuId]) -> dict[SkuId, Sku]:
    """Return variants by id; unknown ids are absent."""
    return await ctx.platform.service(SkuSnapshot).get(ids)


async def skus_by_gtin(ctx: Ctx, *, gtin: str, cursor: str | None = None, limit: int = 50) -> Page[Sku]:
    """Find the variants in the catalogue that have a GTIN, so that one more shop can offer them.

    Raises `Invalid` for what is no GTIN.
    """
    checked_limit(limit)
    if not rules.gtin_valid(gtin):
        raise Invalid(FieldError("gtin", "check_digit", "A GTIN's last digit must fit"))
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.skus_by_gtin(tx, gtin, business=ctx.business, after=after, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def skus_by_code(
    ctx: Ctx, codes: Collection[tuple[ShopId, str]]
) -> dict[tuple[ShopId, str], list[SkuId]]:
    """Return the SKUs that shops keep under codes of their own; a code nobody uses is not in the answer.

    More than one when a shop gave several variants the same code.
    """
    found: dict[tuple[ShopId, str], list[SkuId]] = {}
    async with ctx.platform.db.reading() as tx:
        for shop_id, code, sku_id in await store.skus_by_code(tx, set(codes)):
            found.setdefault((ShopId(shop_id), code), []).append(SkuId(sku_id))
    return found


async def write_products(
    tx: Transaction,
    ctx: Ctx,
    shop_id: ShopId,
    new: Sequence[NewProduct],
    *,
    sells: bool,
    published: bool,
) -> list[ProductPage]:
    """Write new products of a shop, their variants and their offers, and tell of them."""
    products = [product_of(ctx, shop_id, one, published=published) for one in new]
    skus = {
        product.id: tuple(new_sku(product.id, at, sku) for at, sku in enumerate(one.skus))
        for product, one in zip(products, new, strict=True)
    }
    new_offers = [
        new_offer(
            ctx,
            shop_id=shop_id,
            product_id=product.id,
            sku_id=sku.id,
            price=wanted.price,
            list_price=wanted.list_price,
            unpublished=not published,
            suspended=not sells,
        )
        for product, one in zip(products, new, strict=True)
        for sku, wanted in zip(skus[product.id], one.skus, strict=True)
    ]
    await store.insert_products(tx, products)
    await store.insert_skus(tx, [sku for made in skus.values() for sku in made])
    await offer_store.insert_offers(tx, new_offers)
    await offer_store.refresh_listing(tx, [product.id for product in products])
    await change_store.remember(
        tx, ctx, "created", {product.id: {"state": product.state.value} for product in products}
    )
    read = await offer_store.read_offers(tx, [OfferId(offer.id) for offer in new_offers])
    offered: dict[ProductId, list[Offer]] = {}
    for row in new_offers:
        offered.setdefault(ProductId(row.product_id), []).append(read[OfferId(row.id)])
    for product in products:
        tx.emit(
            ctx,
            ProductCreated(
                product_id=product.id,
                shop_id=product.shop_id,
                category_id=product.category_id,
                skus=tuple(sku.id for sku in skus[product.id]),
                published=published,
            ),
            *(offer_changed(offer) for offer in offered[product.id]),
        )
    return [
        ProductPage(product=product, skus=skus[product.id], offers=tuple(offered[product.id]))
        for product in products
    ]
