"""Categories, products and their variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from hansa.centers.product._rules import option_key
from hansa.centers.product._tables import CATEGORY_RANK, PRODUCT_RANK
from hansa.centers.product.types import Category, CategoryId, Product, ProductId, Sku, SkuId
from hansa.centers.shop.types import ShopId
from hansa.kernel.db import Transaction

T = TypeVar("T")

_PRODUCT = "id, business, shop_id, category_id, titles, descriptions, options, art, created_at, version"
_SKU = "id, product_id, values, code, gtin, art, position"


async def insert_category(tx: Transaction, new: Category) -> bool:
    """Write a category; False when its slug is taken."""
    tx.locks(CATEGORY_RANK)
    written = await tx.raw.fetchval(
        """INSERT INTO product.category (id, business, slug, names, parent_id, lineage, position)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (business, slug) DO NOTHING RETURNING id""",
        new.id,
        new.business,
        new.slug,
        _json(new.names),
        new.parent_id,
        list(new.lineage),
        new.position,
    )
    return written is not None


async def categories(tx: Transaction, businesses: Sequence[str]) -> dict[str, tuple[Category, ...]]:
    """Return the categories of each business, parents first, siblings by position."""
    found: dict[str, list[Category]] = {business: [] for business in businesses}
    rows = await tx.raw.fetch(
        """SELECT id, business, slug, names, parent_id, lineage, position FROM product.category
           WHERE business = ANY($1::text[]) ORDER BY cardinality(lineage), position, id""",
        list(businesses),
    )
    for row in rows:
        found[row["business"]].append(_of(Category, row))
    return {business: tuple(tree) for business, tree in found.items()}


async def insert_product(tx: Transaction, new: Product) -> None:
    """Write a product."""
    await tx.raw.execute(
        f"INSERT INTO product.product ({_PRODUCT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        new.id,
        new.business,
        new.shop_id,
        new.category_id,
        _json(new.titles),
        _json(new.descriptions),
        _json(new.options),
        new.art,
        new.created_at,
        new.version,
    )


async def insert_skus(tx: Transaction, skus: Sequence[Sku]) -> None:
    """Write the variants of a product."""
    rows = [
        (
            sku.id,
            sku.product_id,
            _json(sku.values),
            option_key(sku.values),
            sku.code,
            sku.gtin,
            sku.art,
            sku.position,
        )
        for sku in skus
    ]
    await tx.raw.execute(
        """INSERT INTO product.sku (id, product_id, values, option_key, code, gtin, art, position)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[], $4::text[], $5::text[], $6::text[],
                                $7::text[], $8::int[])""",
        *zip(*rows, strict=True),
    )


async def lock_products(tx: Transaction, ids: Sequence[ProductId]) -> dict[ProductId, Product]:
    """Return products, locked in key order: with them, everything under them."""
    tx.locks(PRODUCT_RANK)
    rows = await tx.raw.fetch(
        f"SELECT {_PRODUCT} FROM product.product WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE",
        list(ids),
    )
    return {row["id"]: _product(row) for row in rows}


async def update_product(tx: Transaction, changed: Product) -> None:
    """Write a locked product anew."""
    await tx.raw.execute(
        """UPDATE product.product
           SET category_id = $2, titles = $3, descriptions = $4, art = $5, version = $6,
               changed_xid = pg_current_xact_id()
           WHERE id = $1""",
        changed.id,
        changed.category_id,
        _json(changed.titles),
        _json(changed.descriptions),
        changed.art,
        changed.version,
    )


async def touch_products(tx: Transaction, ids: Sequence[ProductId]) -> None:
    """Tell every process's snapshot that something under these locked products changed."""
    await tx.raw.execute(
        "UPDATE product.product SET changed_xid = pg_current_xact_id() WHERE id = ANY($1::uuid[])", list(ids)
    )


async def read_products(tx: Transaction, ids: Sequence[ProductId]) -> dict[ProductId, Product]:
    """Return the products that exist among these ids."""
    rows = await tx.raw.fetch(f"SELECT {_PRODUCT} FROM product.product WHERE id = ANY($1::uuid[])", list(ids))
    return {row["id"]: _product(row) for row in rows}


async def skus_of_products(tx: Transaction, ids: Sequence[ProductId]) -> dict[ProductId, list[Sku]]:
    """Return the variants of each product, in their order."""
    found: dict[ProductId, list[Sku]] = {}
    rows = await tx.raw.fetch(
        f"SELECT {_SKU} FROM product.sku WHERE product_id = ANY($1::uuid[]) ORDER BY product_id, position, id",
        list(ids),
    )
    for row in rows:
        found.setdefault(row["product_id"], []).append(_of(Sku, row))
    return found


async def read_skus(tx: Transaction, ids: Sequence[SkuId]) -> dict[SkuId, Sku]:
    """Return the variants that exist among these ids."""
    rows = await tx.raw.fetch(f"SELECT {_SKU} FROM product.sku WHERE id = ANY($1::uuid[])", list(ids))
    return {row["id"]: _of(Sku, row) for row in rows}


async def products_of_shop(
    tx: Transaction, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[Product]:
    """Return the products that a shop keeps, newest first, ids below `before`."""
    rows = await tx.raw.fetch(
        f"""SELECT {_PRODUCT} FROM product.product
            WHERE shop_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3""",
        shop_id,
        before,
        limit,
    )
    return [_product(row) for row in rows]


async def category_exists(tx: Transaction, category_id: CategoryId, *, business: str) -> bool:
    """Tell whether a business has this category."""
    return bool(
        await tx.raw.fetchval(
            "SELECT EXISTS (SELECT FROM product.category WHERE id = $1 AND business = $2)",
            category_id,
            business,
        )
    )


def _product(row: Mapping[str, Any]) -> Product:
    return _of(Product, row)


def _of(kind: type[T], row: Mapping[str, Any]) -> T:
    return msgspec.convert(dict(row), kind)


def _json(value: Any) -> str:
    # A JSON column is written as text; it is read decoded.
    return msgspec.json.encode(value).decode()
