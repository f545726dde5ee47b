"""Buyers look: the list, a product, who offers a GTIN."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import Parameter

from hansa.centers.product import api
from hansa.centers.product._http.views import (
    Cursor,
    Limit,
    ListedView,
    ProductView,
    SkuView,
    listed_view,
    product_view,
    sku_view,
)
from hansa.centers.product.errors import CategoryNotFound, ProductNotFound
from hansa.centers.product.types import CATEGORY_ID, PRODUCT_ID, Sort
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Invalid


@get(
    "/products",
    summary="List products",
    responses=problems(CursorMalformed, Invalid, CategoryNotFound, IdMalformed),
    tags=["products"],
)
async def list_products(
    ctx: Ctx,
    q: Annotated[str, Parameter(description="Words that occur in the title.", max_length=100)] = "",
    category: Annotated[str | None, Parameter(description="Only under this category.")] = None,
    shop: Annotated[str | None, Parameter(description="Only what this shop offers.")] = None,
    sort: Annotated[Sort, Parameter(description="The order.")] = Sort.NEWEST,
    cursor: Cursor = None,
    limit: Limit = 24,
) -> Page[ListedView]:
    """Return what is on sale; the first page has a count, capped at 1,000."""
    page = await api.list_products(
        ctx,
        query=q,
        category=CATEGORY_ID.read(category) if category else None,
        shop_id=SHOP_ID.read(shop) if shop else None,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )
    return Page([listed_view(one) for one in page.items], page.cursor, page.count)


@get(
    "/products/{product_id:str}",
    summary="Show a product",
    responses=problems(IdMalformed, ProductNotFound),
    tags=["products"],
)
async def show_product(ctx: Ctx, product_id: str) -> ProductView:
    """Return a product, its variants, and what is offered of it here."""
    page = await api.product(ctx, PRODUCT_ID.read(product_id))
    return product_view(page.product, page.skus, page.offers)


@get(
    "/skus/by-gtin/{gtin:str}",
    summary="Find variants by GTIN",
    responses=problems(CursorMalformed, Invalid),
    tags=["products"],
)
async def find_skus(ctx: Ctx, gtin: str, cursor: Cursor = None, limit: Limit = 50) -> Page[SkuView]:
    """Return the variants in the catalogue that have a GTIN, so that one more shop can offer them."""
    page = await api.skus_by_gtin(ctx, gtin=gtin, cursor=cursor, limit=limit)
    return Page([sku_view(one) for one in page.items], page.cursor)


ROUTES = (list_products, show_product, find_skus)
