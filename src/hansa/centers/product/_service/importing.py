"""Imports of products: a file comes in parts, is read and judged, written ahead, and shown at once."""

from __future__ import annotations

from uuid import UUID

from hansa.centers.product._service.products import CREATE_PRODUCT
from hansa.centers.product._store import imports as store
from hansa.centers.product.errors import (
    ImportIncomplete,
    ImportNotFound,
    ImportRunning,
    ImportStateWrong,
)
from hansa.centers.product.types import (
    IMPORT_ID,
    BadRow,
    Import,
    ImportFormat,
    ImportId,
    ImportState,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel import jobs
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import storable

JOB = "product.import"

PARTS_MAX = 1_000
PART_MAX = 1_000_000
"""How many characters a part may have."""

_STOPPABLE = frozenset({ImportState.RECEIVING, ImportState.READING, ImportState.WRITING})


async def begin_import(ctx: Ctx, *, shop_id: ShopId, form: ImportFormat) -> Import:
    """Begin an import into a shop; one at a time. Needs `product.product.create` in the shop.

    Raises `ShopNotFound`, `ImportRunning`.
    """
    ctx.require(CREATE_PRODUCT, of=shop_object(shop_id))
    await shop.require_shop(ctx, shop_id)
    new = Import(
        id=IMPORT_ID.new(),
        business=ctx.business,
        traffic=ctx.traffic,
        shop_id=shop_id,
        format=form,
        made_by=ctx.actor.label,
        created_at=ctx.now(),
        state=ImportState.RECEIVING,
        parts=0,
        rows_read=0,
        rows_bad=0,
        rows_judged=0,
        rows_written=0,
        rows_settled=0,
    )
    async with ctx.transaction() as tx:
        if not await store.insert_import(tx, new):
            raise ImportRunning
    return new


async def add_part(ctx: Ctx, *, import_id: ImportId, number: int, text: str) -> Import:
    """Hand in a part of the file, numbered from 1; parts may be cut anywhere and come in any order, again too.

    Needs `product.product.create` in the shop. Raises `Invalid`, `ImportNotFound`, `ImportStateWrong`.
    """
    async with ctx.transaction() as tx:
        await _locked(tx, ctx, import_id, ImportState.RECEIVING)
        errors = []
        if not 1 <= number <= PARTS_MAX:
            errors.append(FieldError("number", "range", f"From 1 to {PARTS_MAX}"))
        if not 1 <= len(text) <= PART_MAX:
            errors.append(FieldError("text", "length", f"From 1 to {PART_MAX} characters"))
        if not storable(text):
            errors.append(FieldError("text", "characters", "This has characters that cannot be kept"))
        if errors:
            raise Invalid(*errors)
        await store.put_part(tx, import_id, number, text)
        return await _read(tx, ctx, import_id)


async def start_import(ctx: Ctx, *, import_id: ImportId, parts: int) -> Import:
    """Say that all parts are there: the rest happens by itself. Needs `product.product.create` in the shop.

    Raises `ImportNotFound`, `ImportStateWrong`, `ImportIncomplete`.
    """
    async with ctx.transaction() as tx:
        await _locked(tx, ctx, import_id, ImportState.RECEIVING)
        there = await store.part_numbers(tx, import_id)
        if not there or there != set(range(1, min(parts, PARTS_MAX + 1) + 1)):
            raise ImportIncomplete(parts=len(there))
        started = await store.move_import(tx, import_id, ImportState.READING)
        await jobs.enqueue(tx, JOB, import_id.bytes)
    return started


async def cancel_import(ctx: Ctx, *, import_id: ImportId) -> Import:
    """Stop an import that nobody has seen yet. Needs `product.product.create` in the shop.

    Raises `ImportNotFound`, `ImportStateWrong`.
    """
    async with ctx.transaction() as tx:
        await _locked(tx, ctx, import_id, *_STOPPABLE)
        stopped = await store.move_import(tx, import_id, ImportState.CANCELLED)
        await jobs.enqueue(tx, JOB, import_id.bytes)
    return stopped


async def import_(ctx: Ctx, import_id: ImportId) -> Import:
    """Return an import with how far it has come. Needs `product.product.create` in the shop.

    Raises `ImportNotFound`.
    """
    async with ctx.transaction() as tx:
        return await _read(tx, ctx, import_id)


async def imports(ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50) -> Page[Import]:
    """List a shop's imports, the latest first. Needs `product.product.create` in the shop."""
    checked_limit(limit)
    ctx.require(CREATE_PRODUCT, of=shop_object(shop_id))
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.imports_of_shop(tx, shop_id, business=ctx.business, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def import_staged(ctx: Ctx, import_id: ImportId) -> bool:
    """Tell whether anything that an import staged or wrote ahead is still there, but for the report of bad rows.

    Needs `product.product.create` in the shop. Raises `ImportNotFound`.
    """
    async with ctx.transaction() as tx:
        await _read(tx, ctx, import_id)
        return await store.staged(tx, import_id)


async def bad_rows(
    ctx: Ctx, *, import_id: ImportId, cursor: str | None = None, limit: int = 50
) -> Page[BadRow]:
    """List the rows that cannot be imported, and why, by line. Needs `product.product.create` in the shop.

    Raises `ImportNotFound`.
    """
    checked_limit(limit)
    after = min(max(decode_cursor(cursor, tuple[int])[0], 0), 2**31 - 1) if cursor else 0
    async with ctx.transaction() as tx:
        await _read(tx, ctx, import_id)
        rows = await store.bad_rows(tx, import_id, after=after, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.line,))


async def _read(tx: Transaction, ctx: Ctx, import_id: ImportId) -> Import:
    found = await store.read_import(tx, import_id)
    if found is None or found.business != ctx.business or found.traffic is not ctx.traffic:
        raise ImportNotFound
    ctx.require(CREATE_PRODUCT, of=shop_object(found.shop_id))
    return found


async def _locked(tx: Transaction, ctx: Ctx, import_id: ImportId, *states: ImportState) -> Import:
    await _read(tx, ctx, import_id)
    locked = await store.lock_import(tx, import_id)
    if locked is None or locked.state not in states:
        raise ImportStateWrong(state=locked.state if locked else None)
    return locked
