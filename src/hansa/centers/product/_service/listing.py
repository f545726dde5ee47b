from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from hansa.centers.product._rules.products import search_patterns
from hansa.centers.product._service.offers import offers
from hansa.centers.product._service.snapshots import tree_of
from hansa.centers.product._store import offers as store
from hansa.centers.product._store.offers import ListQuery
from hansa.centers.product.errors import CategoryNotFound
from hansa.centers.product.types import CategoryId, Listed, Sort
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Ctx
from hansa.kernel.page import COUNT_CAP, CursorMalformed, Page, checked_limit, decode_cursor, encode_cursor


async def list_products(
    ctx: Ctx,
    *,
    query: str = "",
    category: CategoryId | None = None,
    shop_id: ShopId | None = None,
    sort: Sort = Sort.NEWEST,
    cursor: str | None = None,
    limit: int = 24,
) -> Page[Listed]:
    """List what is on sale in the context's business and traffic class.

    `query` must occur in a title, word by word, in any language; a category brings those under it.
    Prices are as the business answers, order by price is by what shops set. The first page has a count,
    capped at `COUNT_CAP`. Raises `Invalid`, `CategoryNotFound`, `CursorMalformed`.
    """
    checked_limit(limit)
    price_after, product_after = _after(cursor, sort)
    patterns = search_patterns(query)
    if patterns is None:
        return Page([], count=0)
    asked = ListQuery(
        business=ctx.business,
        traffic=ctx.traffic,
        category_ids=await _under(ctx, category) if category else None,
        shop_id=shop_id,
        patterns=patterns,
        sort=sort,
        price_after=price_after,
        product_after=product_after,
    )
    async with ctx.transaction() as tx:
        rows = await store.list_products(tx, asked, limit=limit + 1)
        count = await store.count_products(tx, asked, count_max=COUNT_CAP) if cursor is None else None
    shown = rows[:limit]
    return Page(
        await _listed(ctx, shown),
        encode_cursor(sort, shown[-1]["price_minor"], shown[-1]["product_id"]) if len(rows) > limit else None,
        count,
    )


def _after(cursor: str | None, sort: Sort) -> tuple[int | None, UUID | None]:
    if cursor is None:
        return None, None
    made_for, price, product = decode_cursor(cursor, tuple[Sort, int, UUID])
    if made_for is not sort:
        raise CursorMalformed
    return (None if sort is Sort.NEWEST else price), product


async def _under(ctx: Ctx, category: CategoryId) -> list[UUID]:
    """Return a category and all below it."""
    found = [one.id for one in await tree_of(ctx) if category in one.lineage]
    if not found:
        raise CategoryNotFound
    return list(found)


async def _listed(ctx: Ctx, rows: Sequence[Mapping[str, Any]]) -> list[Listed]:
    """Show each row by its cheapest offer; what cannot be priced just now is left out."""
    priced = await offers(ctx, [row["offer_id"] for row in rows])
    return [
        Listed(
            id=row["product_id"],
            shop_id=offer.shop_id,
            category_id=row["category_id"],
            titles=offer.titles,
            art=offer.art,
            price=offer.price,
            list_price=offer.list_price,
            offer_id=offer.id,
            offers=row["offers"],
            measure=offer.measure,
        )
        for row in rows
        if (offer := priced.get(row["offer_id"])) is not None and offer.active
    ]
