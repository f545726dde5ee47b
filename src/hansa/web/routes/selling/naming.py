"""What variants are called, where only their ids are known: as stock and agreed orders keep them."""

from __future__ import annotations

from collections.abc import Collection

from hansa.centers.product import api as product
from hansa.centers.product.types import (
    MEDIA_ID,
    PRODUCT_ID,
    MediaId,
    Product,
    ProductId,
    ProductPage,
    Sku,
    SkuId,
)
from hansa.kernel.texts import pick
from hansa.web.parts import Part, Picture
from hansa.web.routes.selling.desk import Desk
from hansa.web.showing import picture


class Named(Part, frozen=True, kw_only=True):
    """A variant as people know it."""

    name: str
    option: str
    code: str
    picture: Picture
    url: str
    ours: bool
    """Whether the shop keeps the product, or offers it beside others."""


async def pages(at: Desk, ids: Collection[ProductId]) -> dict[ProductId, ProductPage]:
    """Return products with their variants and what is offered of them, in one look."""
    if not ids:
        return {}
    async with at.ctx.transaction() as tx:
        found = await product.catalogued_in(tx, product_ids=list(ids))
    return {page.product.id: page for page, _ in found}


async def named(at: Desk, ids: Collection[SkuId]) -> dict[SkuId, Named]:
    """Return what variants are called; those that are gone are absent."""
    skus = await product.skus(at.ctx, ids)
    known = await pages(at, {sku.product_id for sku in skus.values()})
    return {id_: name(at, known[sku.product_id], sku) for id_, sku in skus.items() if sku.product_id in known}


def name(at: Desk, page: ProductPage, sku: Sku) -> Named:
    """Return what one variant is called."""
    language = at.ctx.locale
    kept = page.product.shop_id == at.shop.id
    options = product.options_text(page.product.options, sku.values)
    return Named(
        name=pick(page.product.titles, language),
        option=pick(options, language) if options else "",
        code=sku.code,
        picture=picture(sku.art) if sku.art else shown_picture(at, page.product),
        url=at.at(f"goods/{PRODUCT_ID.show(sku.product_id)}")
        if kept and at.may("product.product.edit")
        else "",
        ours=kept or any(offer.shop_id == at.shop.id and offer.sku_id == sku.id for offer in page.offers),
    )


def shown_picture(at: Desk, one: Product) -> Picture:
    """Return the first photograph of a product, or what is drawn of it."""
    return Picture(url=photo(at, one.pictures[0])) if one.pictures else picture(one.art)


def photo(at: Desk, media_id: MediaId, *, form: str = "thumb") -> str:
    """Return the address of a photograph; its bytes never change."""
    return f"{at.seen.prefix}/api/pictures/{MEDIA_ID.show(media_id)}/{form}"
