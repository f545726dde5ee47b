"""What this process remembers of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from hansa.centers.product._store import catalogue, categories
from hansa.centers.product._store import offers as offer_store
from hansa.centers.product.types import (
    Category,
    CustomSchema,
    Field,
    OfferId,
    Product,
    ProductId,
    Sku,
    SkuId,
    Target,
)
from hansa.kernel.business import levels
from hansa.kernel.context import Ctx
from hansa.kernel.db import Database, Transaction
from hansa.kernel.snapshot import Snapshot, changes_of


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
                return await read_catalogued(tx, ids)

        super().__init__(load=load, changed=changes_of(db, "product.product", "id"), entries_max=20_000)


class CategorySnapshot(Snapshot[str, tuple[Category, ...]]):
    """The trees of categories by business, at most a second old."""

    def __init__(self, db: Database) -> None:
        async def load(businesses: Sequence[str]) -> Mapping[str, tuple[Category, ...]]:
            async with db.reading() as tx:
                return await categories.categories(tx, businesses)

        super().__init__(load=load, changed=changes_of(db, "product.category", "business"), entries_max=1_000)


class CustomSnapshot(Snapshot[str, Mapping[Target, CustomSchema]]):
    """The schemas of custom fields by business, at most a second old."""

    def __init__(self, db: Database) -> None:
        async def load(businesses: Sequence[str]) -> Mapping[str, Mapping[Target, CustomSchema]]:
            async with db.reading() as tx:
                return await categories.custom_schemas(tx, businesses)

        super().__init__(
            load=load, changed=changes_of(db, "product.custom_schema", "business"), entries_max=1_000
        )


class SkuSnapshot(Snapshot[SkuId, Sku]):
    """The variants this process has met. Their options never change, so an old one is as good as new."""

    def __init__(self, db: Database) -> None:
        async def load(ids: Sequence[SkuId]) -> Mapping[SkuId, Sku]:
            async with db.reading() as tx:
                return await catalogue.read_skus(tx, ids)

        super().__init__(load=load, age_max_s=60)


SNAPSHOTS = (ProductSnapshot, CategorySnapshot, CustomSnapshot, SkuSnapshot)


async def tree_of(ctx: Ctx) -> tuple[Category, ...]:
    """Return the business's tree of goods, parents first, siblings by position; at most 5,000."""
    found = await ctx.platform.service(CategorySnapshot).get([ctx.business])
    return found.get(ctx.business, ())


async def custom_fields_of(ctx: Ctx, target: Target) -> tuple[Field, ...]:
    """Return the custom fields of the context's business: those of the businesses above it come first."""
    lineage = levels(ctx.business)
    known = await ctx.platform.service(CustomSnapshot).get(lineage)
    schemas = [known.get(business, {}).get(target) for business in lineage]
    # What a business says of a field replaces what stands above.
    by_code = {field.code: field for schema in schemas if schema for field in schema.fields}
    return tuple(by_code.values())


async def read_catalogued(tx: Transaction, ids: Sequence[ProductId]) -> dict[ProductId, Catalogued]:
    """Read products with their variants and offers as they are now."""
    products = await catalogue.read_products(tx, ids)
    variants = await catalogue.skus_of_products(tx, list(products))
    offered: dict[ProductId, list[OfferId]] = {}
    for product_id, offer_id in await offer_store.offers_of_products(tx, list(products)):
        offered.setdefault(product_id, []).append(offer_id)
    return {
        product_id: Catalogued(one, tuple(variants.get(product_id, ())), tuple(offered.get(product_id, ())))
        for product_id, one in products.items()
    }
