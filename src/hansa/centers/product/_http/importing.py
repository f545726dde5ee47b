"""Shops import and export their products."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.params import Parameter

from hansa.centers.product import api
from hansa.centers.product._http.views import READING, WRITING, Cursor, Limit
from hansa.centers.product.errors import (
    ImportIncomplete,
    ImportNotFound,
    ImportRunning,
    ImportStateWrong,
)
from hansa.centers.product.types import IMPORT_ID, BadRow, Import, ImportFormat, ImportState
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Invalid

_ROWS = "product,title:en,price_minor,currency\nTP-1,Teapot,12800,CNY\n"


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """An import, and how far it has come. From `flipped` on buyers see all of it; before, nothing."""

    id: str
    shop_id: str
    format: ImportFormat
    state: ImportState
    created_at: datetime
    parts: int
    rows_read: int
    rows_bad: int
    rows_judged: int
    rows_written: int
    rows_settled: int


class BeginImport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the file is written."""

    format: ImportFormat


class AddPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file's text, cut anywhere."""

    text: str


class StartImport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many parts the file has."""

    parts: Annotated[int, msgspec.Meta(ge=1, le=1000)]


class ExportedView(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an export: the parts one after another are the file.

    `rows` of so many `products` are in this part; `products_in_all` is told with the first one.
    """

    text: str
    cursor: str | None
    rows: int
    products: int
    products_in_all: int | None


@post(
    "/shops/{shop_id:str}/imports",
    summary="Begin an import",
    responses=problems(*WRITING, ShopNotFound, ImportRunning),
    tags=["products"],
    opt={"example": {"format": "csv"}},
)
async def begin_import(ctx: Ctx, shop_id: str, data: BeginImport) -> ImportView:
    """Begin an import of products; one at a time. Needs `product.product.create` in the shop."""
    return _view(await api.begin_import(ctx, shop_id=SHOP_ID.read(shop_id), form=data.format))


@get(
    "/shops/{shop_id:str}/imports",
    summary="List a shop's imports",
    responses=problems(*READING, CursorMalformed, Invalid),
    tags=["products"],
)
async def list_imports(ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[ImportView]:
    """Return a shop's imports, the latest first. Needs `product.product.create` in the shop."""
    page = await api.imports(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([_view(one) for one in page.items], page.cursor)


@get(
    "/product-imports/{import_id:str}",
    summary="Show an import",
    responses=problems(*READING, ImportNotFound),
    tags=["products"],
)
async def show_import(ctx: Ctx, import_id: str) -> ImportView:
    """Return how far an import has come. Needs `product.product.create` in the shop."""
    return _view(await api.import_(ctx, IMPORT_ID.read(import_id)))


@put(
    "/product-imports/{import_id:str}/parts/{number:int}",
    summary="Hand in a part of an import",
    responses=problems(*WRITING, ImportNotFound, ImportStateWrong),
    tags=["products"],
    opt={"example": {"text": _ROWS}},
)
async def add_part(ctx: Ctx, import_id: str, number: int, data: AddPart) -> ImportView:
    """Hand in a part, numbered from 1, in any order, again too. Needs `product.product.create` in the shop."""
    return _view(await api.add_part(ctx, import_id=IMPORT_ID.read(import_id), number=number, text=data.text))


@post(
    "/product-imports/{import_id:str}/start",
    summary="Start an import",
    responses=problems(*WRITING, ImportNotFound, ImportStateWrong, ImportIncomplete),
    tags=["products"],
    opt={"example": {"parts": 1}},
)
async def start_import(ctx: Ctx, import_id: str, data: StartImport) -> ImportView:
    """Say that all parts are there; the rest happens by itself. Needs `product.product.create` in the shop."""
    return _view(await api.start_import(ctx, import_id=IMPORT_ID.read(import_id), parts=data.parts))


@post(
    "/product-imports/{import_id:str}/stop",
    summary="Stop an import",
    responses=problems(*READING, ImportNotFound, ImportStateWrong),
    tags=["products"],
)
async def cancel_import(ctx: Ctx, import_id: str) -> ImportView:
    """Stop an import that nobody has seen yet. Needs `product.product.create` in the shop."""
    return _view(await api.cancel_import(ctx, import_id=IMPORT_ID.read(import_id)))


@get(
    "/product-imports/{import_id:str}/bad-rows",
    summary="List the bad rows of an import",
    responses=problems(*READING, ImportNotFound, CursorMalformed, Invalid),
    tags=["products"],
)
async def list_bad_rows(ctx: Ctx, import_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[BadRow]:
    """Return the rows that cannot be imported, and why, by line. Needs `product.product.create` in the shop."""
    return await api.bad_rows(ctx, import_id=IMPORT_ID.read(import_id), cursor=cursor, limit=limit)


@get(
    "/shops/{shop_id:str}/products/export",
    summary="Export a shop's products",
    responses=problems(*READING, CursorMalformed, Invalid),
    tags=["products"],
)
async def export_products(
    ctx: Ctx,
    shop_id: str,
    form: Annotated[ImportFormat, Parameter(description="How the file is written.")] = ImportFormat.JSONL,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ExportedView:
    """Return the next part of a file that an import reads again: products that have a number, the latest first.

    Needs `product.product.edit` in the shop.
    """
    part = await api.export_products(
        ctx, shop_id=SHOP_ID.read(shop_id), form=form, cursor=cursor, limit=limit
    )
    return ExportedView(
        text=part.text,
        cursor=part.cursor,
        rows=part.rows,
        products=part.products,
        products_in_all=part.products_in_all,
    )


def _view(one: Import) -> ImportView:
    return ImportView(
        id=IMPORT_ID.show(one.id),
        shop_id=SHOP_ID.show(one.shop_id),
        format=one.format,
        state=one.state,
        created_at=one.created_at,
        parts=one.parts,
        rows_read=one.rows_read,
        rows_bad=one.rows_bad,
        rows_judged=one.rows_judged,
        rows_written=one.rows_written,
        rows_settled=one.rows_settled,
    )


ROUTES = (
    begin_import,
    list_imports,
    show_import,
    add_part,
    start_import,
    cancel_import,
    list_bad_rows,
    export_products,
)
