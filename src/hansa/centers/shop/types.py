from __future__ import annotations

import enum
from datetime import datetime
from typing import NewType
from uuid import UUID

import msgspec

from hansa.kernel.context import Traffic
from hansa.kernel.ids import IdKind
from hansa.kernel.term import Term
from hansa.kernel.texts import Texts

ShopId = NewType("ShopId", UUID)
SHOP_ID = IdKind[ShopId]("shop")


class ShopStatus(enum.StrEnum):
    """Where a shop stands. Only an active shop sells."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """A shop. `owner` is a party; `entity` is the legal entity that sells; `version` grows with each change."""

    id: ShopId
    slug: str
    name: Texts
    business: str
    traffic: Traffic
    """The traffic class it was opened in; it is listed in no other."""
    owner: UUID
    entity: str
    status: ShopStatus
    opened_at: datetime
    version: int

    @property
    def object(self) -> str:
        """How permissions name this shop: `shop:<uuid>`."""
        return shop_object(self.id)


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """A party that acts for a shop, and what it may do there (`product.offer.price`, ...)."""

    shop_id: ShopId
    party: UUID
    permissions: tuple[str, ...]
    added_at: datetime


class Commission(Term, frozen=True, kw_only=True):
    """What the platform keeps of a sale: `basis_points` (hundredths of a percent) of what the line fetched."""

    basis_points: int = 0


def shop_object(shop_id: UUID) -> str:
    """How permissions name a shop: `ctx.require("product.offer.price", of=shop_object(shop_id))`."""
    return f"shop:{shop_id}"
