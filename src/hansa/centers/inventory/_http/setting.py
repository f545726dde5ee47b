"""Stock as sellers' own programs set it, its limits, and transfers between places."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post, put

from hansa.centers.inventory import api
from hansa.centers.inventory._http.shared import LINE, SELLING, StockView, shown_stock
from hansa.centers.inventory.errors import StockCommitted, StockFull
from hansa.centers.inventory.types import (
    NOTE_MAX,
    QUANTITY_MAX,
    PushOutcome,
    PushVerdict,
    Quantity,
    StockLimits,
    StockPush,
    Transfer,
)
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.types import SKU_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems

Count = Annotated[int, msgspec.Meta(ge=0, le=QUANTITY_MAX)]
_PLACE = "place_01jd3x00000000000000000000"


class PushLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is on hand of a SKU at a place, named by `sku_id` or by `code`, the seller's own for it."""

    place_id: str
    on_hand: Count
    sku_id: str | None = None
    code: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Push(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is on hand, each row for itself."""

    rows: Annotated[list[PushLine], msgspec.Meta(min_length=1, max_length=1_000)]
    note: Annotated[str, msgspec.Meta(max_length=NOTE_MAX)] = ""


class PushVerdictView(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a row: as it is now, or the code of the problem it was refused with."""

    outcome: PushOutcome
    stock: StockView | None
    problem: str | None


class LimitsLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far a stock row may be sold; what is left out is 0."""

    sku_id: str
    place_id: str
    safety: Count = 0
    backorder: Count = 0
    low_at: Count = 0


class SetLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits to set, all or none."""

    limits: Annotated[list[LimitsLine], msgspec.Meta(min_length=1, max_length=1_000)]


class TransferLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods that went from one place to another."""

    sku_id: str
    from_place_id: str
    to_place_id: str
    quantity: Quantity
    note: str = ""


class Transfers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Transfers to book, all or none."""

    transfers: Annotated[list[TransferLine], msgspec.Meta(min_length=1, max_length=1_000)]


@put(
    "/stock",
    summary="Set stock in bulk",
    responses=problems(*SELLING),
    tags=["stock"],
    opt={"example": {"rows": [{"place_id": _PLACE, "code": "TEAPOT-2", "on_hand": 24}], "note": "nightly"}},
)
async def push_stock(ctx: Ctx, data: Push) -> list[PushVerdictView]:
    """Set what is on hand to what your own system says; one verdict per row, in their order.

    A row that cannot be set refuses itself alone. `limited` means that orders were promised more: on hand is
    then as low as it can be, so that nothing more is sold. Safe to repeat. Needs `inventory.stock.adjust` in
    the shop of each place.
    """
    verdicts = await api.push_stock(
        ctx,
        rows=[
            StockPush(
                place_id=PLACE_ID.read(row.place_id),
                on_hand=row.on_hand,
                sku_id=SKU_ID.read(row.sku_id) if row.sku_id is not None else None,
                code=row.code,
            )
            for row in data.rows
        ],
        note=data.note,
    )
    return [_verdict(one) for one in verdicts]


@put(
    "/stock/limits",
    summary="Set how far stock may be sold",
    responses=problems(*SELLING, StockCommitted),
    tags=["stock"],
    opt={"example": {"limits": [LINE | {"safety": 2, "backorder": 0, "low_at": 5}]}},
)
async def set_limits(ctx: Ctx, data: SetLimits) -> list[StockView]:
    """Set safety stock, backorders and when to tell that stock is low. Needs `inventory.stock.limit` in the shop."""
    levels = await api.set_limits(
        ctx,
        limits=[
            StockLimits(
                sku_id=SKU_ID.read(one.sku_id),
                place_id=PLACE_ID.read(one.place_id),
                safety=one.safety,
                backorder=one.backorder,
                low_at=one.low_at,
            )
            for one in data.limits
        ],
    )
    return [shown_stock(level) for level in levels]


@post(
    "/stock/transfers",
    summary="Book goods to another place",
    responses=problems(*SELLING, StockCommitted, StockFull),
    tags=["stock"],
    opt={
        "example": {
            "transfers": [
                {
                    "sku_id": LINE["sku_id"],
                    "from_place_id": _PLACE,
                    "to_place_id": "place_01jd3x00000000000000000001",
                    "quantity": 6,
                    "note": "to the shop window",
                }
            ]
        }
    },
)
async def transfer(ctx: Ctx, data: Transfers) -> list[StockView]:
    """Book goods from place to place; two rows per transfer. Needs `inventory.stock.adjust` in both shops."""
    levels = await api.transfer(
        ctx,
        transfers=[
            Transfer(
                sku_id=SKU_ID.read(one.sku_id),
                from_place_id=PLACE_ID.read(one.from_place_id),
                to_place_id=PLACE_ID.read(one.to_place_id),
                quantity=one.quantity,
                note=one.note,
            )
            for one in data.transfers
        ],
    )
    return [shown_stock(level) for level in levels]


def _verdict(one: PushVerdict) -> PushVerdictView:
    return PushVerdictView(
        outcome=one.outcome,
        stock=shown_stock(one.level) if one.level else None,
        problem=one.problem.code if one.problem else None,
    )


ROUTES = (push_stock, set_limits, transfer)
