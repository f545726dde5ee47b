"""The tree of goods with its templates, and a business's own fields."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.product._rules import fields as rules
from hansa.centers.product._rules.products import category_errors
from hansa.centers.product._service.snapshots import (
    CategorySnapshot,
    CustomSnapshot,
    custom_fields_of,
    tree_of,
)
from hansa.centers.product._store import categories as store
from hansa.centers.product.errors import (
    CategoryInUse,
    CategoryNotFound,
    CategorySlugTaken,
    CategoryTreeFull,
    SchemaChangedSince,
)
from hansa.centers.product.events import CategoryRenamed
from hansa.centers.product.types import CATEGORY_ID, Category, CategoryId, CustomSchema, Field, Target
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Invalid
from hansa.kernel.texts import Texts

EDIT_CATEGORIES = "product.category.edit"
EDIT_CUSTOM_FIELDS = "product.custom_field.edit"

CATEGORIES_MAX = 5_000
DEPTH_MAX = 8


async def add_category(
    ctx: Ctx,
    *,
    slug: str,
    names: Texts,
    parent_id: CategoryId | None = None,
    position: int = 0,
    attributes: Sequence[Field] = (),
) -> Category:
    """Add a branch to the business's tree of goods. Needs `product.category.edit`.

    Raises `Invalid`, `CategoryNotFound` (of the parent), `CategorySlugTaken`, `CategoryTreeFull`.
    """
    ctx.require(EDIT_CATEGORIES)
    if errors := category_errors(slug=slug, names=names):
        raise Invalid(*errors)
    new_id = CATEGORY_ID.new()
    async with ctx.transaction() as tx:
        tree = {one.id: one for one in await _locked_tree(tx, ctx)}
        parent = tree.get(parent_id) if parent_id else None
        if parent_id and parent is None:
            raise CategoryNotFound
        lineage = (*(parent.lineage if parent else ()), new_id)
        if len(tree) >= CATEGORIES_MAX or len(lineage) > DEPTH_MAX:
            raise CategoryTreeFull(categories_max=CATEGORIES_MAX, depth_max=DEPTH_MAX)
        taken = [field.code for step in lineage[:-1] for field in tree[step].attributes]
        if errors := rules.schema_errors("attributes", attributes, taken=taken):
            raise Invalid(*errors)
        new = Category(
            id=new_id,
            business=ctx.business,
            slug=slug,
            names=names,
            parent_id=parent_id,
            lineage=lineage,
            position=position,
            attributes=tuple(attributes),
        )
        if not await store.insert_category(tx, new):
            raise CategorySlugTaken(slug=slug)
        _forget_tree(tx, ctx)
    return new


async def call_category(
    ctx: Ctx,
    *,
    category_id: CategoryId,
    names: Texts | None = None,
    position: int | None = None,
    seen_version: int | None = None,
) -> Category:
    """Call a branch otherwise, or place it elsewhere among its siblings. Needs `product.category.edit`.

    Its slug stays: programs know it by that. Raises `Invalid`, `CategoryNotFound`, `SchemaChangedSince`.
    """
    ctx.require(EDIT_CATEGORIES)
    async with ctx.transaction() as tx:
        before = _found(await _locked_tree(tx, ctx), category_id)
        if seen_version is not None and seen_version != before.version:
            raise SchemaChangedSince(version=before.version)
        called = before.names if names is None else names
        if errors := category_errors(slug=before.slug, names=called):
            raise Invalid(*errors)
        after = await store.call_category(
            tx, category_id, names=called, position=before.position if position is None else position
        )
        if after.names != before.names:
            tx.emit(ctx, CategoryRenamed(category_id=category_id))
        _forget_tree(tx, ctx)
    return after


async def remove_category(ctx: Ctx, *, category_id: CategoryId) -> None:
    """Take a branch away that nothing stands in. Needs `product.category.edit`.

    Raises `CategoryNotFound`, `CategoryInUse` where products of any state or other branches hang on it.
    """
    ctx.require(EDIT_CATEGORIES)
    async with ctx.transaction() as tx:
        _found(await _locked_tree(tx, ctx), category_id)
        if not await store.delete_category(tx, category_id):
            raise CategoryInUse
        _forget_tree(tx, ctx)


async def set_attributes(
    ctx: Ctx, *, category_id: CategoryId, attributes: Sequence[Field], seen_version: int | None = None
) -> Category:
    """Say which fields a branch adds to the template of its products. Needs `product.category.edit`.

    Products that are there stay as they are; what is edited or published next must fit. Raises `Invalid`,
    also for a field that a branch above or below has, `CategoryNotFound`, `SchemaChangedSince`.
    """
    ctx.require(EDIT_CATEGORIES)
    async with ctx.transaction() as tx:
        tree = await _locked_tree(tx, ctx)
        before = _found(tree, category_id)
        if seen_version is not None and seen_version != before.version:
            raise SchemaChangedSince(version=before.version)
        related = [one for one in tree if category_id in one.lineage or one.id in before.lineage]
        taken = [field.code for one in related if one.id != category_id for field in one.attributes]
        if errors := rules.schema_errors("attributes", attributes, taken=taken):
            raise Invalid(*errors)
        after = await store.set_attributes(tx, category_id, attributes)
        _forget_tree(tx, ctx)
    return after


async def template(ctx: Ctx, category_id: CategoryId) -> tuple[Field, ...]:
    """Return the fields that a product of this category has, topmost branch first.

    Raises `CategoryNotFound`.
    """
    tree = await tree_of(ctx)
    if all(one.id != category_id for one in tree):
        raise CategoryNotFound
    return rules.template(tree, category_id)


async def set_custom_fields(
    ctx: Ctx, *, target: Target, fields: Sequence[Field], seen_version: int
) -> CustomSchema:
    """Register the business's own fields of products or SKUs. Needs `product.custom_field.edit`.

    `seen_version` is that of the schema it replaces, 0 where there is none. Raises `Invalid`,
    `SchemaChangedSince`.
    """
    ctx.require(EDIT_CUSTOM_FIELDS)
    if errors := rules.schema_errors("fields", fields, facets=False):
        raise Invalid(*errors)
    new = CustomSchema(
        business=ctx.business, target=target, fields=tuple(fields), version=max(seen_version, 0) + 1
    )
    async with ctx.transaction() as tx:
        if not await store.put_custom_schema(tx, new):
            there = (await store.custom_schemas(tx, [ctx.business]))[ctx.business].get(target)
            raise SchemaChangedSince(version=there.version if there else 0)
        snapshot = ctx.platform.service(CustomSnapshot)
        tx.after_commit(lambda: snapshot.forget([ctx.business]))
    return new


async def custom_schema(ctx: Ctx, target: Target) -> CustomSchema:
    """Return the business's custom fields, those of businesses above it among them; the version is its own."""
    found = await ctx.platform.service(CustomSnapshot).get([ctx.business])
    own = found.get(ctx.business, {}).get(target)
    return CustomSchema(
        business=ctx.business,
        target=target,
        fields=await custom_fields_of(ctx, target),
        version=own.version if own else 0,
    )


def _found(tree: Sequence[Category], category_id: CategoryId) -> Category:
    for one in tree:
        if one.id == category_id:
            return one
    raise CategoryNotFound


async def _locked_tree(tx: Transaction, ctx: Ctx) -> tuple[Category, ...]:
    await store.lock_tree(tx, ctx.business)
    return (await store.categories(tx, [ctx.business]))[ctx.business]


def _forget_tree(tx: Transaction, ctx: Ctx) -> None:
    snapshot = ctx.platform.service(CategorySnapshot)
    tx.after_commit(lambda: snapshot.forget([ctx.business]))
