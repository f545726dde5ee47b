from __future__ import annotations

import enum
from datetime import datetime

import msgspec

from hansa.centers.product.types import OfferId
from hansa.centers.shop.types import ShopId
from hansa.centers.trade.types.quotes import Measure


class CartLine(msgspec.Struct, frozen=True):
    """An offer a buyer means to buy."""

    offer_id: OfferId
    quantity: int
    added_at: datetime
    unit_minor: int
    """The price of one, or of `measure.per` units, when the line was last put, in minor units."""
    selected: bool = True
    """Whether it goes along at the next checkout."""
    saved: bool = False
    """Put aside for later: it stays in the cart and is never bought by the way."""
    measure: Measure | None = None
    """How much of measured goods; their quantity is 1."""

    @property
    def wanted(self) -> int:
        """How much is wanted, as stock and limits count it: pieces, or units of the smallest scale."""
        return self.measure.amount if self.measure else self.quantity


class ChangeKind(enum.StrEnum):
    """What became different about a line of a cart since it was put there."""

    PRICE = "price_changed"
    WITHDRAWN = "withdrawn"
    SOLD_OUT = "sold_out"
    """There is less than wanted; `available` says how much."""
    LIMITED = "limited"
    """This buyer may have fewer than wanted; `available` says how many."""
    MEASURE = "measure_changed"
    """It is sold by another measure now, or not in this amount."""


class CartChange(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is no longer as the buyer saw it. Amounts in minor units."""

    kind: ChangeKind
    was_minor: int | None = None
    now_minor: int | None = None
    available: int | None = None

    @property
    def hinders(self) -> bool:
        """Whether the line cannot be bought as it stands; a changed price alone does not hinder."""
        return self.kind is not ChangeKind.PRICE


class ReviewedLine(msgspec.Struct, frozen=True):
    """A line of a cart, whose it is, and what changed."""

    line: CartLine
    shop_id: ShopId | None
    """None when the offer does not exist here any more."""
    changes: tuple[CartChange, ...] = ()


class ReviewedCart(msgspec.Struct, frozen=True):
    """A cart looked at again: each line with what changed, and what the buyer wrote to each shop."""

    lines: tuple[ReviewedLine, ...]
    notes: dict[ShopId, str]

    @property
    def chosen(self) -> tuple[ReviewedLine, ...]:
        """The lines that go along at checkout."""
        return tuple(one for one in self.lines if one.line.selected and not one.line.saved)


class Limit(msgspec.Struct, frozen=True):
    """So many of an offer, and no more, may one buyer have, in all or since a moment. Of several answers each holds.

    Trade counts what the buyer has bought, as the guest it was too: not what was closed or refunded. Of measured
    goods it counts units of their smallest scale.
    """

    offer_id: OfferId
    quantity: int
    since: datetime | None = None
