"""What inventory's routes have in common."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar.params import Parameter

from hansa.centers.inventory.errors import SkuNotFound
from hansa.centers.inventory.types import StockLevel
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.types import SKU_ID
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]

SELLING = (Unauthenticated, Forbidden, IdMalformed, SkuNotFound, Invalid)

LINE = {"sku_id": "sku_01jd3x00000000000000000000", "place_id": "place_01jd3x00000000000000000000"}


class StockView(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of a SKU at a place: of `on_hand`, `held` and `allocated` are spoken for.

    `safety` pieces are kept back, `backorder` pieces may be promised before they come in.
    """

    sku_id: str
    place_id: str
    on_hand: int
    held: int
    allocated: int
    available: int
    safety: int
    backorder: int
    low_at: int


def shown_stock(level: StockLevel) -> StockView:
    """Show one stock row."""
    return StockView(
        sku_id=SKU_ID.show(level.sku_id),
        place_id=PLACE_ID.show(level.place_id),
        on_hand=level.on_hand,
        held=level.held,
        allocated=level.allocated,
        available=level.available,
        safety=level.safety,
        backorder=level.backorder,
        low_at=level.low_at,
    )
