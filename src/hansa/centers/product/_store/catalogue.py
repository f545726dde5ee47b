"""Products and their variants."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from hansa.centers.product._rules.products import option_key
from hansa.centers.product._store.rows import json_of, row_of
from hansa.centers.product._tables import PRODUCT_RANK
from hansa.centers.product.errors import ProductCodeTaken
from hansa.centers.product.types import CategoryId, Product, ProductId, ProductState, Sku, SkuId
from hansa.centers.shop.types import ShopId
from hansa.kernel.db import Transaction

_PRODUCT = """id, business, shop_id, category_id, titles, descriptions, options, art, created_at, version, state,
              code, attributes, custom, measure, pictures"""
_SKU = "id, product_id, values, code, gtin, art, position, custom"


async def insert_products(
    tx: Transaction, products: Sequence[Product], *, import_id: UUID | None = None
) -> None:
    """Write products; those of an import are seen by nobody until it flips. Raises `ProductCodeTaken`."""
    rows = [
        (
            one.id,
            one.business,
            one.shop_id,
            one.category_id,
            json_of(one.titles),
            json_of(one.descriptions),
            json_of(one.options),
            one.art,
            one.created_at,
            one.version,
            one.state.value,
            one.code,
            json_of(one.attributes),
            json_of(one.custom),
            json_of(one.measure) if one.measure else None,
            ",".join(map(str, one.pictures)),
        )
        for one in products
    ]
    try:
        await tx.raw.execute(_INSERT_PRODUCTS, *zip(*rows, strict=True), import_id)
    except asyncpg.UniqueViolationError as taken:
        raise ProductCodeTaken from taken


# An array of arrays does not travel, so the ids of pictures come as one text each.
_INSERT_PRODUCTS = f"""
INSERT INTO product.product ({_PRODUCT}, import_id)
SELECT id, business, shop_id, category_id, titles, descriptions, options, art, created_at, version, state, code,
       attributes, custom, measure, string_to_array(pictures, ',')::uuid[], $17
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::jsonb[], $6::jsonb[], $7::jsonb[], $8::text[],
              $9::timestamptz[], $10::bigint[], $11::text[], $12::text[], $13::jsonb[], $14::jsonb[],
              $15::jsonb[], $16::text[])
    AS n (id, business, shop_id, category_id, titles, descriptions, options, art, created_at, version, state,
          code, attributes, custom, measure, pictures)
"""


async def insert_skus(tx: Transaction, skus: Sequence[Sku]) -> None:
    """Write variants."""
    rows = [
        (
            sku.id,
            sku.product_id,
            json_of(sku.values),
            option_key(sku.values),
            sku.code,
            sku.gtin,
            sku.art,
            sku.position,
            json_of(sku.custom),
        )
        for sku in skus
    ]
    await tx.raw.execute(
        """INSERT INTO product.sku (id, product_id, values, option_key, code, gtin, art, position, custom)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[], $4::text[], $5::text[], $6::text[],
                                $7::text[], $8::int[], $9::jsonb[])""",
        *zip(*rows, strict=True),
    )


async def lock_products(tx: Transaction, ids: Sequence[ProductId]) -> dict[ProductId, Product]:
    """Return products, locked in key order: with them, everything under them."""
    tx.locks(PRODUCT_RANK)
    rows = await tx.raw.fetch(
        f"SELECT {_PRODUCT} FROM product.product WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE",
        list(ids),
    )
    return {row["id"]: row_of(Product, row) for row in rows}


async def update_product(tx: Transaction, changed: Product) -> None:
    """Write a locked product anew."""
    await tx.raw.execute(
        """UPDATE product.product
           SET category_id = $2, titles = $3, descriptions = $4, art = $5, attributes = $6, custom = $7,
               pictures = $8, options = $9, version = $10, previous_state = state, state = $11,
               changed_xid = pg_current_xact_id()
           WHERE id = $1""",
        changed.id,
        changed.category_id,
        json_of(changed.titles),
        json_of(changed.descriptions),
        changed.art,
        json_of(changed.attributes),
        json_of(changed.custom),
        list(changed.pictures),
        json_of(changed.options),
        changed.version,
        changed.state.value,
    )


async def touch_products(tx: Transaction, ids: Sequence[ProductId]) -> None:
    """Tell every process's snapshot that something under these locked products changed."""
    await tx.raw.execute(
        "UPDATE product.product SET changed_xid = pg_current_xact_id() WHERE id = ANY($1::uuid[])", list(ids)
    )


async def read_products(tx: Transaction, ids: Sequence[ProductId]) -> dict[ProductId, Product]:
    """Return the products that exist among these ids."""
    rows = await tx.raw.fetch(
        f"SELECT {_PRODUCT} FROM product.product_now WHERE id = ANY($1::uuid[])", list(ids)
    )
    return {row["id"]: row_of(Product, row) for row in rows}


async def skus_of_products(tx: Transaction, ids: Sequence[ProductId]) -> dict[ProductId, list[Sku]]:
    """Return the variants of each product, in their order."""
    found: dict[ProductId, list[Sku]] = {}
    rows = await tx.raw.fetch(
        f"SELECT {_SKU} FROM product.sku WHERE product_id = ANY($1::uuid[]) ORDER BY product_id, position, id",
        list(ids),
    )
    for row in rows:
        found.setdefault(row["product_id"], []).append(row_of(Sku, row))
    return found


async def read_skus(tx: Transaction, ids: Sequence[SkuId]) -> dict[SkuId, Sku]:
    """Return the variants that exist among these ids."""
    rows = await tx.raw.fetch(
        f"""SELECT {_SKU} FROM product.sku s WHERE id = ANY($1::uuid[])
               AND EXISTS (SELECT FROM product.product_now p WHERE p.id = s.product_id)""",
        list(ids),
    )
    return {row["id"]: row_of(Sku, row) for row in rows}


async def skus_by_gtin(
    tx: Transaction, gtin: str, *, business: str, after: UUID | None, limit: int
) -> list[Sku]:
    """Return the variants of published products with this GTIN, the oldest first, ids above `after`."""
    rows = await tx.raw.fetch(
        f"""SELECT {_SKU} FROM product.sku s
            WHERE gtin = $1 AND ($4::uuid IS NULL OR id > $4) AND EXISTS (
              SELECT FROM product.product_now p
              WHERE p.id = s.product_id AND p.business = $2 AND p.state = $5)
            ORDER BY id LIMIT $3""",
        gtin,
        business,
        limit,
        after,
        ProductState.PUBLISHED.value,
    )
    return [row_of(Sku, row) for row in rows]


async def skus_by_code(tx: Transaction, codes: Collection[tuple[UUID, str]]) -> list[tuple[UUID, str, UUID]]:
    """Return (shop, code, SKU) of the variants that shops keep under these codes of their own."""
    rows = await tx.raw.fetch(
        """SELECT w.shop_id, w.code, s.id FROM unnest($1::uuid[], $2::text[]) AS w (shop_id, code)
           JOIN product.sku s ON s.code = w.code AND s.code <> ''
           JOIN product.product_now p ON p.id = s.product_id AND p.shop_id = w.shop_id
           ORDER BY s.id""",
        [shop_id for shop_id, _ in codes],
        [code for _, code in codes],
    )
    return [tuple(row) for row in rows]


async def products_of_shop(
    tx: Transaction,
    shop_id: ShopId,
    *,
    business: str,
    before: UUID | None,
    limit: int,
    state: ProductState | None = None,
) -> list[Product]:
    """Return the products that a shop keeps in its business, newest first, ids below `before`."""
    rows = await tx.raw.fetch(
        f"""SELECT {_PRODUCT} FROM product.product_now
            WHERE shop_id = $1 AND business = $5 AND ($2::uuid IS NULL OR id < $2) AND ($4::text IS NULL OR state = $4)
            ORDER BY id DESC LIMIT $3""",
        shop_id,
        before,
        limit,
        state.value if state else None,
        business,
    )
    return [row_of(Product, row) for row in rows]


async def count_products(tx: Transaction) -> int:
    """Return how many products there are, of every business: whoever asks is about to read them all."""
    return int(await tx.raw.fetchval("SELECT count(*) FROM product.product_now"))


async def product_ids_after(
    tx: Transaction, *, after: ProductId | None, limit: int, within: CategoryId | None = None
) -> list[ProductId]:
    """Return ids of products in their order, those after `after`; of all, or of a category and those under it."""
    rows = await tx.raw.fetch(
        """SELECT id FROM product.product_now
           WHERE ($1::uuid IS NULL OR id > $1)
             AND ($3::uuid IS NULL OR category_id IN (SELECT c.id FROM product.category c WHERE $3 = ANY(c.lineage)))
           ORDER BY id LIMIT $2""",
        after,
        limit,
        within,
    )
    return [row["id"] for row in rows]
