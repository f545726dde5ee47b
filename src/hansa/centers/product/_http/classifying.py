"""The tree of goods with its templates, and the business's own fields."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, patch, post, put

from hansa.centers.product import api
from hansa.centers.product._http.views import READING, WRITING, CategoryView, category_view
from hansa.centers.product.errors import (
    CategoryInUse,
    CategoryNotFound,
    CategorySlugTaken,
    CategoryTreeFull,
    SchemaChangedSince,
)
from hansa.centers.product.types import CATEGORY_ID, Field, Target
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Invalid
from hansa.kernel.texts import Texts

_MATERIAL = {
    "code": "material",
    "names": {"en": "Material", "zh": "材质"},
    "kind": "choice",
    "required": True,
    "facet": True,
    "choices": [{"code": "clay", "names": {"en": "Clay", "zh": "陶土"}}],
}
_VERSION = msgspec.Meta(ge=0, le=2**62)


class AddCategory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A branch to be added to the tree of goods."""

    slug: Annotated[str, msgspec.Meta(examples=["tea-ware"])]
    names: Texts
    parent_id: str | None = None
    position: Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)] = 0
    attributes: list[Field] = []


class CallCategory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a branch is called, and its place among its siblings; what is left out stays."""

    names: Texts | None = None
    position: Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)] | None = None
    seen_version: Annotated[int, _VERSION] | None = None


class SetAttributes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields that a branch adds to the template; with `seen_version` only if it is as it was seen."""

    attributes: list[Field]
    seen_version: Annotated[int, _VERSION] | None = None


class SetCustomFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The business's own fields; `seen_version` is that of the schema they replace, 0 where there is none."""

    fields: list[Field]
    seen_version: Annotated[int, _VERSION]


class CustomSchemaView(msgspec.Struct, frozen=True, kw_only=True):
    """A business's own fields of products or SKUs; those of the businesses above it come first."""

    target: Target
    fields: tuple[Field, ...]
    version: int


@get("/categories", summary="List categories", responses=problems(), tags=["products"])
async def list_categories(ctx: Ctx) -> list[CategoryView]:
    """Return the business's tree of goods, parents before children; at most 5,000."""
    return [category_view(one) for one in await api.categories(ctx)]


@post(
    "/categories",
    summary="Add a category",
    responses=problems(*WRITING, CategoryNotFound, CategorySlugTaken, CategoryTreeFull),
    tags=["products"],
    opt={"example": {"slug": "tea-ware", "names": {"en": "Tea ware", "zh": "茶器"}}},
)
async def add_category(ctx: Ctx, data: AddCategory) -> CategoryView:
    """Add a branch to the tree of goods. Needs `product.category.edit`."""
    return category_view(
        await api.add_category(
            ctx,
            slug=data.slug,
            names=data.names,
            parent_id=CATEGORY_ID.read(data.parent_id) if data.parent_id else None,
            position=data.position,
            attributes=data.attributes,
        )
    )


@patch(
    "/categories/{category_id:str}",
    summary="Call a category otherwise",
    responses=problems(*WRITING, CategoryNotFound, SchemaChangedSince),
    tags=["products"],
    opt={"example": {"names": {"en": "Tea things", "zh": "茶具"}, "seen_version": 1}},
)
async def call_category(ctx: Ctx, category_id: str, data: CallCategory) -> CategoryView:
    """Call a branch otherwise, or place it elsewhere among its siblings. Needs `product.category.edit`.

    Lists and filters say the new name at once; what is found by it follows within moments.
    """
    return category_view(
        await api.call_category(
            ctx,
            category_id=CATEGORY_ID.read(category_id),
            names=data.names,
            position=data.position,
            seen_version=data.seen_version,
        )
    )


@delete(
    "/categories/{category_id:str}",
    summary="Take a category away",
    responses=problems(*READING, CategoryNotFound, CategoryInUse),
    tags=["products"],
)
async def remove_category(ctx: Ctx, category_id: str) -> None:
    """Take a branch away that no product and no other branch hangs on. Needs `product.category.edit`."""
    await api.remove_category(ctx, category_id=CATEGORY_ID.read(category_id))


@get(
    "/categories/{category_id:str}/template",
    summary="Show the template of a category",
    responses=problems(IdMalformed, CategoryNotFound),
    tags=["products"],
)
async def show_template(ctx: Ctx, category_id: str) -> list[Field]:
    """Return the fields that products of a category have: its own and those of every branch above it."""
    return list(await api.template(ctx, CATEGORY_ID.read(category_id)))


@put(
    "/categories/{category_id:str}/attributes",
    summary="Set what a category adds to the template",
    responses=problems(*WRITING, CategoryNotFound, SchemaChangedSince),
    tags=["products"],
    opt={"example": {"attributes": [_MATERIAL], "seen_version": 1}},
)
async def set_attributes(ctx: Ctx, category_id: str, data: SetAttributes) -> CategoryView:
    """Replace the fields that a branch adds to the template of its products. Needs `product.category.edit`."""
    return category_view(
        await api.set_attributes(
            ctx,
            category_id=CATEGORY_ID.read(category_id),
            attributes=data.attributes,
            seen_version=data.seen_version,
        )
    )


@get(
    "/custom-fields", summary="Show the business's own fields", responses=problems(Invalid), tags=["products"]
)
async def show_custom_fields(ctx: Ctx) -> list[CustomSchemaView]:
    """Return the business's own fields of products and of SKUs."""
    found = [await api.custom_schema(ctx, target) for target in Target]
    return [CustomSchemaView(target=one.target, fields=one.fields, version=one.version) for one in found]


@put(
    "/custom-fields/products",
    summary="Set the business's own fields of products",
    responses=problems(*WRITING, SchemaChangedSince),
    tags=["products"],
    opt={
        "example": {"fields": [{"code": "kiln", "names": {"en": "Kiln"}, "kind": "text"}], "seen_version": 0}
    },
)
async def set_product_fields(ctx: Ctx, data: SetCustomFields) -> CustomSchemaView:
    """Replace the business's own fields of products. Needs `product.custom_field.edit`."""
    return await _set(ctx, Target.PRODUCT, data)


@put(
    "/custom-fields/skus",
    summary="Set the business's own fields of SKUs",
    responses=problems(*WRITING, SchemaChangedSince),
    tags=["products"],
    opt={
        "example": {
            "fields": [{"code": "shelf", "names": {"en": "Shelf"}, "kind": "text"}],
            "seen_version": 0,
        }
    },
)
async def set_sku_fields(ctx: Ctx, data: SetCustomFields) -> CustomSchemaView:
    """Replace the business's own fields of SKUs. Needs `product.custom_field.edit`."""
    return await _set(ctx, Target.SKU, data)


async def _set(ctx: Ctx, target: Target, data: SetCustomFields) -> CustomSchemaView:
    await api.set_custom_fields(ctx, target=target, fields=data.fields, seen_version=data.seen_version)
    now = await api.custom_schema(ctx, target)
    return CustomSchemaView(target=target, fields=now.fields, version=now.version)


ROUTES = (
    list_categories,
    add_category,
    call_category,
    remove_category,
    show_template,
    set_attributes,
    show_custom_fields,
    set_product_fields,
    set_sku_fields,
)
