"""Exports: a shop's products as rows that an import reads again, page by page."""

from __future__ import annotations

from uuid import UUID

import msgspec

from hansa.centers.product._rules import exporting as rules
from hansa.centers.product._service.products import EDIT_PRODUCT
from hansa.centers.product._service.reading import catalogued_in
from hansa.centers.product._store import catalogue
from hansa.centers.product._store import imports as store
from hansa.centers.product.types import ImportFormat
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.page import checked_limit, decode_cursor, encode_cursor


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an export: the parts one after another are the file.

    `rows` of so many `products` are in this part; `products_in_all` is counted for the first one alone.
    """

    text: str
    cursor: str | None
    rows: int
    products: int
    products_in_all: int | None


async def export_products(
    ctx: Ctx, *, shop_id: ShopId, form: ImportFormat, cursor: str | None = None, limit: int = 100
) -> Exported:
    """Return the next products of a shop that have a number, latest first, with what it asks for them.

    Needs `product.product.edit` in the shop. A CSV file begins with its head line.
    """
    checked_limit(limit)
    ctx.require(EDIT_PRODUCT, of=shop_object(shop_id))
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        kept = await catalogue.products_of_shop(
            tx, shop_id, business=ctx.business, before=before, limit=limit + 1
        )
        shown = [one for one in kept[:limit] if one.code]
        pages = await catalogued_in(tx, product_ids=[one.id for one in shown])
        in_all = await store.count_numbered(tx, shop_id) if cursor is None else None
        columns = [*rules.PLAIN, *await store.columns(tx, shop_id)] if form is ImportFormat.CSV else []
    by_id = {page.product.id: (page, lineage) for page, lineage in pages}
    rows = []
    for one in shown:
        page, lineage = by_id[one.id]
        here = [o for o in page.offers if o.business == ctx.business and o.traffic is ctx.traffic]
        rows += rules.rows_of(one, page.skus, here, category=lineage[-1].slug if lineage else "")
    text = (
        rules.csv_lines(rows, columns, head=cursor is None)
        if form is ImportFormat.CSV
        else rules.json_lines(rows)
    )
    return Exported(
        text=text,
        cursor=encode_cursor(kept[limit - 1].id) if len(kept) > limit else None,
        rows=len(rows),
        products=len(shown),
        products_in_all=in_all,
    )
