"""Categories with their templates, and the schemas of custom fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hansa.centers.product._store.rows import json_of, row_of
from hansa.centers.product._tables import CATEGORY_RANK
from hansa.centers.product.types import Category, CategoryId, CustomSchema, Field, Target
from hansa.kernel.db import Transaction

_CATEGORY = "id, business, slug, names, parent_id, lineage, position, attributes, version"


async def insert_category(tx: Transaction, new: Category) -> bool:
    """Write a category; False when its slug is taken."""
    tx.locks(CATEGORY_RANK)
    written = await tx.raw.fetchval(
        f"""INSERT INTO product.category ({_CATEGORY}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (business, slug) DO NOTHING RETURNING id""",
        new.id,
        new.business,
        new.slug,
        json_of(new.names),
        new.parent_id,
        list(new.lineage),
        new.position,
        json_of(new.attributes),
        new.version,
    )
    return written is not None


async def categories(tx: Transaction, businesses: Sequence[str]) -> dict[str, tuple[Category, ...]]:
    """Return the categories of each business, parents first, siblings by position."""
    found: dict[str, list[Category]] = {business: [] for business in businesses}
    rows = await tx.raw.fetch(
        f"""SELECT {_CATEGORY} FROM product.category
            WHERE business = ANY($1::text[]) ORDER BY cardinality(lineage), position, id""",
        list(businesses),
    )
    for row in rows:
        found[row["business"]].append(row_of(Category, row))
    return {business: tuple(tree) for business, tree in found.items()}


async def lineages(tx: Transaction, ids: Sequence[CategoryId]) -> dict[CategoryId, tuple[Category, ...]]:
    """Return the way down to each of these categories, itself last."""
    rows = await tx.raw.fetch(
        f"""SELECT {_CATEGORY} FROM product.category
            WHERE id IN (SELECT unnest(lineage) FROM product.category WHERE id = ANY($1::uuid[]))""",
        list(ids),
    )
    known = {row["id"]: row_of(Category, row) for row in rows}
    return {one: tuple(known[step] for step in known[one].lineage) for one in ids if one in known}


async def lock_tree(tx: Transaction, business: str) -> None:
    """Hold a business's tree: templates hang together, so they are changed one at a time."""
    tx.locks(CATEGORY_RANK)
    await tx.raw.execute("SELECT FROM product.category WHERE business = $1 ORDER BY id FOR UPDATE", business)


async def set_attributes(tx: Transaction, category_id: CategoryId, fields: Sequence[Field]) -> Category:
    """Write what a branch of a locked tree adds to the template."""
    row = await tx.raw.fetchrow(
        f"""UPDATE product.category
            SET attributes = $2, version = version + 1, changed_xid = pg_current_xact_id()
            WHERE id = $1 RETURNING {_CATEGORY}""",
        category_id,
        json_of(fields),
    )
    return row_of(Category, row)


async def call_category(
    tx: Transaction, category_id: CategoryId, *, names: Mapping[str, str], position: int
) -> Category:
    """Write how a branch of a locked tree is called, and where it stands among its siblings."""
    row = await tx.raw.fetchrow(
        f"""UPDATE product.category
            SET names = $2, position = $3, version = version + 1, changed_xid = pg_current_xact_id()
            WHERE id = $1 RETURNING {_CATEGORY}""",
        category_id,
        json_of(names),
        position,
    )
    return row_of(Category, row)


async def delete_category(tx: Transaction, category_id: CategoryId) -> bool:
    """Take a branch of a locked tree away; False where something stands in it or hangs on it."""
    gone = await tx.raw.fetchval(
        """DELETE FROM product.category c WHERE c.id = $1
             AND NOT EXISTS (SELECT FROM product.category b WHERE b.parent_id = c.id)
             AND NOT EXISTS (SELECT FROM product.product p WHERE p.category_id = c.id)
           RETURNING true""",
        category_id,
    )
    return gone is not None


async def category_exists(tx: Transaction, category_id: CategoryId, *, business: str) -> bool:
    """Tell whether a business has this category, and have it stay until this transaction ends."""
    found = await tx.raw.fetchval(
        "SELECT true FROM product.category WHERE id = $1 AND business = $2 FOR KEY SHARE",
        category_id,
        business,
    )
    return found is not None


async def custom_schemas(tx: Transaction, businesses: Sequence[str]) -> dict[str, dict[Target, CustomSchema]]:
    """Return the schemas of custom fields of each business."""
    found: dict[str, dict[Target, CustomSchema]] = {business: {} for business in businesses}
    rows = await tx.raw.fetch(
        "SELECT business, target, fields, version FROM product.custom_schema WHERE business = ANY($1::text[])",
        list(businesses),
    )
    for row in rows:
        schema = row_of(CustomSchema, row)
        found[schema.business][schema.target] = schema
    return found


async def put_custom_schema(tx: Transaction, new: CustomSchema) -> bool:
    """Write a schema; False unless its version is the one after what is there (nothing counts as 0)."""
    tx.locks(CATEGORY_RANK)
    written = await tx.raw.fetchval(
        """INSERT INTO product.custom_schema AS s (business, target, fields, version)
           SELECT n.* FROM (SELECT $1::text, $2::text, $3::jsonb, $4::bigint) AS n (business, target, fields, version)
            WHERE n.version = 1 OR EXISTS (
              SELECT FROM product.custom_schema t WHERE t.business = n.business AND t.target = n.target)
           ON CONFLICT (business, target)
           DO UPDATE SET fields = excluded.fields, version = excluded.version,
                         changed_xid = pg_current_xact_id()
           WHERE s.version = excluded.version - 1 RETURNING true""",
        new.business,
        new.target.value,
        json_of(new.fields),
        new.version,
    )
    return written is not None
