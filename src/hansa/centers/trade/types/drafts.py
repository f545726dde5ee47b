from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

import msgspec

from hansa.centers.product.types import OfferId
from hansa.centers.shop.types import ShopId
from hansa.centers.trade.types.ids import CheckoutId, DraftId, Quantity
from hansa.centers.trade.types.quotes import Measure


class DraftState(enum.StrEnum):
    """Where a draft order stands."""

    OPEN = "open"
    """Its buyer may accept it until it expires."""
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class DraftLine(msgspec.Struct, frozen=True):
    """What a shop offers to sell to one buyer: so many, at an agreed price of one in minor units.

    Measured goods have quantity 1 and a measure, and the price of `measure.per` of its units. `gross` is what the
    line costs, a fact once the draft is made; what a request says of it is not read.
    """

    offer_id: OfferId
    quantity: Quantity
    unit_minor: int
    measure: Measure | None = None
    gross: int = 0


class DraftOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order that a shop's staff made for a buyer, at agreed prices. Nothing is held until it is accepted."""

    id: DraftId
    business: str
    shop_id: ShopId
    buyer: UUID
    state: DraftState
    lines: tuple[DraftLine, ...]
    currency: str
    goods: int
    freight: int | None
    """Agreed freight in minor units; None for what the chosen way of delivery costs."""
    made_by: str
    made_at: datetime
    expires_at: datetime
    checkout_id: CheckoutId | None = None
    note: str = ""
    """What the shop says to the buyer with it."""
