"""Shops keep their products: create, edit, publish, archive."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get, patch, post
from litestar.params import HeaderParameter, Parameter

from hansa.centers.product import api
from hansa.centers.product._http.views import (
    READING,
    TEAPOT,
    WRITING,
    ChangeView,
    Cursor,
    EditedView,
    KeptView,
    Limit,
    ProductView,
    change_view,
    edited_view,
    kept_view,
    product_view,
)
from hansa.centers.product.errors import (
    CategoryNotFound,
    ChangePending,
    PicturesUnknown,
    ProductChangedSince,
    ProductCodeTaken,
    ProductNotFound,
    ProductStateWrong,
)
from hansa.centers.product.types import (
    CATEGORY_ID,
    MEDIA_ID,
    PRODUCT_ID,
    FieldValues,
    HistoryEntry,
    Matrix,
    Measure,
    NewSku,
    Option,
    ProductEdit,
    ProductState,
)
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user.types import actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.http.errors import PreconditionFailed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import Texts

_PRICE = {"minor": 12800, "currency": "CNY"}
_EDITING = (*WRITING, ProductNotFound, PreconditionFailed, ProductStateWrong, ChangePending)

IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description="The ETag under which the product was seen; refused when somebody changed it since.",
        max_length=40,
    ),
]


class CreateProduct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product with its variants and their prices, each named (`skus`) or all that the options make (`matrix`)."""

    titles: Annotated[Texts, msgspec.Meta(examples=[TEAPOT])]
    descriptions: Texts = {}
    category_id: str | None = None
    options: list[Option] = []
    skus: list[NewSku] = []
    matrix: Matrix | None = None
    art: Annotated[str, msgspec.Meta(examples=["teapot celadon mist"])] = ""
    code: str = ""
    attributes: FieldValues = {}
    custom: FieldValues = {}
    measure: Measure | None = None
    pictures: list[str] = []
    draft: bool = False


class EditProduct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a product; what is left out stays. `note` is for whoever reviews it."""

    titles: Texts | None = None
    descriptions: Texts | None = None
    category_id: str | None = None
    art: str | None = None
    attributes: FieldValues | None = None
    custom: FieldValues | None = None
    pictures: list[str] | None = None
    options: list[Option] | None = None
    add_skus: list[NewSku] | None = None
    note: str = ""


@post(
    "/shops/{shop_id:str}/products",
    summary="Create a product",
    responses=problems(*WRITING, ShopNotFound, CategoryNotFound, ProductCodeTaken, PicturesUnknown),
    tags=["products"],
    opt={"example": {"titles": TEAPOT, "skus": [{"price": _PRICE}], "art": "teapot celadon mist"}},
)
async def create_product(ctx: Ctx, shop_id: str, data: CreateProduct) -> ProductView:
    """Create a product with its variants, on sale at once or as a draft. Needs `product.product.create` in the shop."""
    if data.matrix and data.skus:
        raise Invalid(FieldError("matrix", "both", "Either name each variant or give a matrix"))
    page = await api.create_product(
        ctx,
        shop_id=SHOP_ID.read(shop_id),
        titles=data.titles,
        descriptions=data.descriptions,
        category_id=CATEGORY_ID.read(data.category_id) if data.category_id else None,
        options=data.options,
        skus=api.variants(data.options, data.matrix) if data.matrix else data.skus,
        art=data.art,
        code=data.code,
        attributes=data.attributes,
        custom=data.custom,
        measure=data.measure,
        pictures=[MEDIA_ID.read(one) for one in data.pictures],
        draft=data.draft,
    )
    return product_view(page.product, page.skus, page.offers)


@get(
    "/shops/{shop_id:str}/products",
    summary="List the products a shop keeps",
    responses=problems(*READING, CursorMalformed, Invalid),
    tags=["products"],
)
async def list_kept(
    ctx: Ctx,
    shop_id: str,
    only: Annotated[ProductState | None, Parameter(description="Only those in this state.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[KeptView]:
    """Return what a shop keeps, on sale or not. Needs `product.product.edit` in the shop."""
    page = await api.products_of_shop(
        ctx, shop_id=SHOP_ID.read(shop_id), state=only, cursor=cursor, limit=limit
    )
    return Page([kept_view(one) for one in page.items], page.cursor)


@patch(
    "/products/{product_id:str}",
    summary="Edit a product",
    responses=problems(*_EDITING, CategoryNotFound, PicturesUnknown),
    tags=["products"],
    opt={"example": {"titles": TEAPOT}},
)
async def edit_product(
    ctx: Ctx, product_id: str, data: EditProduct, if_match: IfMatch = None
) -> Response[EditedView]:
    """Change what is given: a draft at once, what is published by a staged change, which may wait for a review.

    Needs `product.product.edit` in the shop that keeps it.
    """
    edit = ProductEdit(
        titles=data.titles,
        descriptions=data.descriptions,
        category_id=CATEGORY_ID.read(data.category_id) if data.category_id else None,
        art=data.art,
        attributes=data.attributes,
        custom=data.custom,
        pictures=None if data.pictures is None else tuple(MEDIA_ID.read(one) for one in data.pictures),
        options=None if data.options is None else tuple(data.options),
        add_skus=None if data.add_skus is None else tuple(data.add_skus),
    )
    try:
        edited = await api.edit_product(
            ctx,
            product_id=PRODUCT_ID.read(product_id),
            edit=edit,
            seen_version=_seen(if_match),
            note=data.note,
        )
    except ProductChangedSince as since:
        raise PreconditionFailed(current=_etag(since.extras["version"])) from None
    return _with_etag(edited_view(edited))


@post(
    "/products/{product_id:str}/publication",
    summary="Publish a draft",
    responses=problems(*_EDITING),
    tags=["products"],
)
async def publish_product(ctx: Ctx, product_id: str, if_match: IfMatch = None) -> Response[EditedView]:
    """Put a draft before buyers, or have it wait for a review. Needs `product.product.edit` in its shop."""
    try:
        edited = await api.publish_product(
            ctx, product_id=PRODUCT_ID.read(product_id), seen_version=_seen(if_match)
        )
    except ProductChangedSince as since:
        raise PreconditionFailed(current=_etag(since.extras["version"])) from None
    return _with_etag(edited_view(edited))


@post(
    "/products/{product_id:str}/archiving",
    summary="Archive a product",
    responses=problems(*READING, ProductNotFound, ProductStateWrong, ChangePending),
    tags=["products"],
)
async def archive_product(ctx: Ctx, product_id: str) -> KeptView:
    """Take a product away from buyers, whoever offers it. Needs `product.product.edit` in its shop."""
    return kept_view(await api.archive_product(ctx, product_id=PRODUCT_ID.read(product_id)))


@post(
    "/products/{product_id:str}/redrafting",
    summary="Make an archived product a draft",
    responses=problems(*READING, ProductNotFound, ProductStateWrong, ChangePending),
    tags=["products"],
)
async def redraft_product(ctx: Ctx, product_id: str) -> KeptView:
    """Begin again with an archived product. Needs `product.product.edit` in its shop."""
    return kept_view(await api.redraft_product(ctx, product_id=PRODUCT_ID.read(product_id)))


@get(
    "/products/{product_id:str}/changes",
    summary="List a product's changes",
    responses=problems(*READING, ProductNotFound, CursorMalformed, Invalid),
    tags=["products"],
)
async def list_changes(
    ctx: Ctx, product_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[ChangeView]:
    """Return what was staged, the latest first. Needs `product.product.edit` in its shop or `product.change.decide`."""
    page = await api.changes_of_product(
        ctx, product_id=PRODUCT_ID.read(product_id), cursor=cursor, limit=limit
    )
    return Page([change_view(one) for one in page.items], page.cursor)


@get(
    "/products/{product_id:str}/history",
    summary="Show what was done to a product",
    responses=problems(*READING, ProductNotFound, CursorMalformed, Invalid),
    tags=["products"],
)
async def show_history(
    ctx: Ctx, product_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[HistoryEntry]:
    """Return who did what, the latest first. Needs `product.product.edit` in its shop or `product.change.decide`."""
    page = await api.product_history(ctx, product_id=PRODUCT_ID.read(product_id), cursor=cursor, limit=limit)
    shown = [msgspec.structs.replace(one, actor=actor_shown(one.actor)) for one in page.items]
    return msgspec.structs.replace(page, items=shown)


def _etag(version: int) -> str:
    return f'"{version}"'


def _with_etag(view: EditedView) -> Response[EditedView]:
    return Response(view, headers={"ETag": _etag(view.version)})


def _seen(if_match: str | None) -> int | None:
    """Return the version that an If-Match names; none of ours matches nothing."""
    if if_match is None or if_match.strip() == "*":
        return None
    version = if_match.strip().strip('"')
    return int(version) if version.isascii() and version.isdigit() and len(version) < 19 else 0


ROUTES = (
    create_product,
    list_kept,
    edit_product,
    publish_product,
    archive_product,
    redraft_product,
    list_changes,
    show_history,
)
