"""The stock's routes: buyers see what is there, sellers take goods in, correct and look back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.inventory import api
from hansa.centers.inventory._http.shared import LINE, SELLING, Cursor, Limit, StockView, shown_stock
from hansa.centers.inventory.errors import StockCommitted, StockFull
from hansa.centers.inventory.types import (
    MOVEMENT_ID,
    Adjustment,
    Movement,
    MovementKind,
    MovementReason,
    Quantity,
    Receipt,
)
from hansa.centers.place import api as place
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.types import SKU_ID
from hansa.centers.user.types import actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Invalid

SHOWN_MAX = 99
"""What buyers are told at most: how much a seller has beyond that is the seller's own affair."""
SKUS_ASKED_MAX = 100


class AvailabilityView(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a SKU can be sold, over all places; 99 means 99 or more."""

    sku_id: str
    available: int


class MovementView(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the quantity on hand, signed."""

    id: str
    kind: MovementKind
    quantity: int
    reference: str
    reason: MovementReason
    note: str
    actor: str
    occurred_at: datetime


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods that came in."""

    sku_id: str
    place_id: str
    quantity: Quantity
    kind: MovementKind = MovementKind.RECEIVED
    reference: str = ""


class AdjustmentLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A correction by a difference that is not zero."""

    sku_id: str
    place_id: str
    difference: int
    reason: MovementReason
    note: str = ""


class Receive(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods to take in, all or none."""

    receipts: Annotated[list[ReceiptLine], msgspec.Meta(min_length=1, max_length=1_000)]


class Adjust(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Corrections to make, all or none."""

    adjustments: Annotated[list[AdjustmentLine], msgspec.Meta(min_length=1, max_length=1_000)]


@get(
    "/availability",
    summary="Show what is available",
    responses=problems(IdMalformed, Invalid),
    tags=["stock"],
)
async def show_availability(
    ctx: Ctx,
    sku: Annotated[
        list[str], Parameter(description="SKUs, repeated.", min_items=1, max_items=SKUS_ASKED_MAX)
    ],
) -> list[AvailabilityView]:
    """Return how many of each SKU can be sold, about a second old; only placing an order decides."""
    ids = [SKU_ID.read(one) for one in sku]
    found = await api.availability(ctx, ids)
    places = await place.places(ctx, {place_id for kept in found.values() for place_id in kept})
    here = {place_id for place_id, one in places.items() if one.business == ctx.business}
    return [
        AvailabilityView(
            sku_id=SKU_ID.show(sku_id),
            available=min(sum(n for at, n in found.get(sku_id, {}).items() if at in here), SHOWN_MAX),
        )
        for sku_id in dict.fromkeys(ids)
    ]


@post(
    "/stock/receipts",
    summary="Take goods in",
    responses=problems(*SELLING, StockFull),
    tags=["stock"],
    opt={"example": {"receipts": [LINE | {"quantity": 24, "reference": "delivery 7"}]}},
)
async def receive_stock(ctx: Ctx, data: Receive) -> list[StockView]:
    """Add to what is on hand. Needs `inventory.stock.receive` in the shop of each place."""
    levels = await api.receive_stock(
        ctx,
        receipts=[
            Receipt(
                sku_id=SKU_ID.read(line.sku_id),
                place_id=PLACE_ID.read(line.place_id),
                quantity=line.quantity,
                kind=line.kind,
                reference=line.reference,
            )
            for line in data.receipts
        ],
    )
    return [shown_stock(level) for level in levels]


@post(
    "/stock/adjustments",
    summary="Correct stock",
    responses=problems(*SELLING, StockCommitted, StockFull),
    tags=["stock"],
    opt={"example": {"adjustments": [LINE | {"difference": -1, "reason": "broken", "note": "in the box"}]}},
)
async def adjust(ctx: Ctx, data: Adjust) -> list[StockView]:
    """Correct what is on hand, for a reason. Needs `inventory.stock.adjust` in the shop of each place."""
    levels = await api.adjust(
        ctx,
        adjustments=[
            Adjustment(
                sku_id=SKU_ID.read(line.sku_id),
                place_id=PLACE_ID.read(line.place_id),
                difference=line.difference,
                reason=line.reason,
                note=line.note,
            )
            for line in data.adjustments
        ],
    )
    return [shown_stock(level) for level in levels]


@get(
    "/places/{place_id:str}/stock",
    summary="List a place's stock",
    responses=problems(*SELLING, CursorMalformed),
    tags=["stock"],
)
async def list_stock(ctx: Ctx, place_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[StockView]:
    """Return what there is at a place. Needs `inventory.stock.see` in its shop."""
    page = await api.stock_of_place(ctx, place_id=PLACE_ID.read(place_id), cursor=cursor, limit=limit)
    return Page([shown_stock(level) for level in page.items], page.cursor)


@get(
    "/places/{place_id:str}/stock/{sku_id:str}/movements",
    summary="List a stock's movements",
    responses=problems(*SELLING, CursorMalformed),
    tags=["stock"],
)
async def list_movements(
    ctx: Ctx, place_id: str, sku_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[MovementView]:
    """Return why the quantity on hand changed, newest first. Needs `inventory.stock.see` in the shop."""
    page = await api.movements(
        ctx, sku_id=SKU_ID.read(sku_id), place_id=PLACE_ID.read(place_id), cursor=cursor, limit=limit
    )
    return Page([_movement(movement) for movement in page.items], page.cursor)


def _movement(movement: Movement) -> MovementView:
    return MovementView(
        id=MOVEMENT_ID.show(movement.id),
        kind=movement.kind,
        quantity=movement.quantity,
        reference=movement.reference,
        reason=movement.reason,
        note=movement.note,
        actor=actor_shown(movement.actor),
        occurred_at=movement.occurred_at,
    )


ROUTES = (show_availability, receive_stock, adjust, list_stock, list_movements)
