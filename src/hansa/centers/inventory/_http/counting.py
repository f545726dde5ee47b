"""Stocktakes over HTTP: open a sheet, count, count again, approve or cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.inventory import api
from hansa.centers.inventory._http.shared import LINE, SELLING, Cursor, Limit
from hansa.centers.inventory.errors import (
    StocktakeBlocked,
    StocktakeClosed,
    StocktakeNotFound,
    StocktakeOpen,
)
from hansa.centers.inventory.types import (
    QUANTITY_MAX,
    STOCKTAKE_ID,
    Count,
    Counted,
    Stocktake,
    StocktakeState,
)
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.types import SKU_ID
from hansa.centers.user.types import actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Unauthenticated

Differing = Annotated[bool, Parameter(description="Only where it is not what was expected.")]
COUNTING = (Unauthenticated, Forbidden, IdMalformed, StocktakeNotFound)


class StocktakeView(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet on which a place is counted."""

    id: str
    place_id: str
    state: StocktakeState
    note: str
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None


class CountView(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a SKU, and what was on hand at that moment; `nr` says how often it was counted."""

    sku_id: str
    nr: int
    expected: int
    counted: int
    difference: int
    counted_by: str
    counted_at: datetime


class TallyView(msgspec.Struct, frozen=True, kw_only=True):
    """How far a sheet has come: SKUs counted, those that are off, pieces too many and too few, SKUs still to count."""

    counted: int
    off: int
    found: int
    lost: int
    uncounted: int


class OpenStocktake(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sheet to open; the note stays on it, and goes when whoever wrote it is forgotten."""

    note: Annotated[str, msgspec.Meta(max_length=400)] = ""


class CountLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many pieces were found."""

    sku_id: str
    counted: Annotated[int, msgspec.Meta(ge=0, le=QUANTITY_MAX)]


class WriteCounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Counts to write down, all or none."""

    counts: Annotated[list[CountLine], msgspec.Meta(min_length=1, max_length=1_000)]


@post(
    "/places/{place_id:str}/stocktakes",
    summary="Begin a stocktake",
    responses=problems(*SELLING, StocktakeOpen),
    tags=["stock"],
    opt={"example": {"note": "end of the year"}},
)
async def open_stocktake(ctx: Ctx, place_id: str, data: OpenStocktake) -> StocktakeView:
    """Open a sheet for a place; it goes on selling. Needs `inventory.stock.count` in its shop."""
    return _sheet(await api.open_stocktake(ctx, place_id=PLACE_ID.read(place_id), note=data.note))


@get(
    "/places/{place_id:str}/stocktakes",
    summary="List a place's stocktakes",
    responses=problems(*SELLING, CursorMalformed),
    tags=["stock"],
)
async def list_stocktakes(
    ctx: Ctx, place_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[StocktakeView]:
    """Return the sheets of a place, the latest first. Needs `inventory.stock.count` in its shop."""
    page = await api.stocktakes(ctx, place_id=PLACE_ID.read(place_id), cursor=cursor, limit=limit)
    return Page([_sheet(one) for one in page.items], page.cursor)


@get(
    "/stocktakes/{stocktake_id:str}",
    summary="Show a stocktake",
    responses=problems(*COUNTING, *SELLING),
    tags=["stock"],
)
async def show_stocktake(ctx: Ctx, stocktake_id: str) -> StocktakeView:
    """Return one sheet. Needs `inventory.stock.count` in the place's shop."""
    return _sheet(await api.stocktake(ctx, stocktake_id=STOCKTAKE_ID.read(stocktake_id)))


@post(
    "/stocktakes/{stocktake_id:str}/counts",
    summary="Write down counts",
    responses=problems(*COUNTING, *SELLING, StocktakeClosed),
    tags=["stock"],
    opt={"example": {"counts": [{"sku_id": LINE["sku_id"], "counted": 23}]}},
)
async def write_counts(ctx: Ctx, stocktake_id: str, data: WriteCounts) -> list[CountView]:
    """Write down what was found; a SKU counted again counts anew. Needs `inventory.stock.count` in the shop."""
    written = await api.count(
        ctx,
        stocktake_id=STOCKTAKE_ID.read(stocktake_id),
        counted=[Counted(sku_id=SKU_ID.read(one.sku_id), counted=one.counted) for one in data.counts],
    )
    return [_count(one) for one in written]


@get(
    "/stocktakes/{stocktake_id:str}/counts",
    summary="List what was counted",
    responses=problems(*COUNTING, *SELLING, CursorMalformed),
    tags=["stock"],
)
async def list_counts(
    ctx: Ctx,
    stocktake_id: str,
    differing: Differing = False,  # noqa: FBT002 - Litestar passes parameters by name
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CountView]:
    """Return the latest count of each SKU. Needs `inventory.stock.count` in the place's shop."""
    page = await api.counts(
        ctx, stocktake_id=STOCKTAKE_ID.read(stocktake_id), differing=differing, cursor=cursor, limit=limit
    )
    return Page([_count(one) for one in page.items], page.cursor)


@get(
    "/stocktakes/{stocktake_id:str}/tally",
    summary="Sum up a stocktake",
    responses=problems(*COUNTING, *SELLING),
    tags=["stock"],
)
async def show_tally(ctx: Ctx, stocktake_id: str) -> TallyView:
    """Return how much was counted and how far it is off. Needs `inventory.stock.count` in the place's shop."""
    one = await api.tally(ctx, stocktake_id=STOCKTAKE_ID.read(stocktake_id))
    return TallyView(
        counted=one.counted, off=one.off, found=one.found, lost=one.lost, uncounted=one.uncounted
    )


@get(
    "/stocktakes/{stocktake_id:str}/uncounted",
    summary="List what is still to be counted",
    responses=problems(*COUNTING, *SELLING, CursorMalformed),
    tags=["stock"],
)
async def list_uncounted(ctx: Ctx, stocktake_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[str]:
    """Return the SKUs nobody has counted yet, without how many. Needs `inventory.stock.count` in the shop."""
    page = await api.uncounted(ctx, stocktake_id=STOCKTAKE_ID.read(stocktake_id), cursor=cursor, limit=limit)
    return Page([SKU_ID.show(one) for one in page.items], page.cursor)


@post(
    "/stocktakes/{stocktake_id:str}/approval",
    status_code=200,
    summary="Approve a stocktake",
    responses=problems(*COUNTING, *SELLING, StocktakeClosed, StocktakeBlocked),
    tags=["stock"],
)
async def approve_stocktake(ctx: Ctx, stocktake_id: str) -> StocktakeView:
    """Post the differences and close the sheet. Needs `inventory.stock.adjust` in the place's shop."""
    return _sheet(await api.approve_stocktake(ctx, stocktake_id=STOCKTAKE_ID.read(stocktake_id)))


@post(
    "/stocktakes/{stocktake_id:str}/cancellation",
    status_code=200,
    summary="Cancel a stocktake",
    responses=problems(*COUNTING, *SELLING, StocktakeClosed),
    tags=["stock"],
)
async def cancel_stocktake(ctx: Ctx, stocktake_id: str) -> StocktakeView:
    """Close the sheet without posting anything. Needs `inventory.stock.count` in the place's shop."""
    return _sheet(await api.cancel_stocktake(ctx, stocktake_id=STOCKTAKE_ID.read(stocktake_id)))


def _sheet(one: Stocktake) -> StocktakeView:
    return StocktakeView(
        id=STOCKTAKE_ID.show(one.id),
        place_id=PLACE_ID.show(one.place_id),
        state=one.state,
        note=one.note,
        opened_by=actor_shown(one.opened_by),
        opened_at=one.opened_at,
        closed_by=actor_shown(one.closed_by) if one.closed_by else None,
        closed_at=one.closed_at,
    )


def _count(one: Count) -> CountView:
    return CountView(
        sku_id=SKU_ID.show(one.sku_id),
        nr=one.nr,
        expected=one.expected,
        counted=one.counted,
        difference=one.difference,
        counted_by=actor_shown(one.counted_by),
        counted_at=one.counted_at,
    )


ROUTES = (
    open_stocktake,
    list_stocktakes,
    show_stocktake,
    write_counts,
    list_counts,
    show_tally,
    list_uncounted,
    approve_stocktake,
    cancel_stocktake,
)
