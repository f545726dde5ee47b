"""What the routes of shops take and show."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import Parameter

from hansa.centers.shop.errors import ShopNotFound, ShopOver
from hansa.centers.shop.types import SELLER_ID, SHOP_ID, LegalEntity, Reason, Seller, Shop, ShopStatus
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from hansa.kernel.texts import Texts

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]
Reasons = Annotated[list[Reason], msgspec.Meta(max_length=20)]

WRITING = (Unauthenticated, Forbidden, IdMalformed, ShopNotFound, ShopOver)
LISTING = (Unauthenticated, Forbidden, IdMalformed, CursorMalformed, Invalid)
DECIDING = (Unauthenticated, Forbidden, IdMalformed, ShopNotFound)

NAME = {"en": "Celadon House", "zh": "青瓷馆"}


class ShopView(msgspec.Struct, frozen=True, kw_only=True):
    """A shop as buyers see it."""

    id: str
    slug: str
    name: Texts
    status: ShopStatus
    sells: bool
    """Whether it makes new sales."""
    opened_at: datetime


class OwnShopView(ShopView, frozen=True, kw_only=True):
    """A shop as those see it who act for it, and the platform."""

    owner: UUID
    version: int
    submission: int
    submitted_at: datetime | None


class SellerView(msgspec.Struct, frozen=True, kw_only=True):
    """The legal entity that sells, in one version."""

    id: str
    version: int
    entity: LegalEntity
    stated_at: datetime


def shop_view(shop: Shop) -> ShopView:
    """Show a shop to anybody."""
    return ShopView(**_of(shop))


def own_shop_view(shop: Shop) -> OwnShopView:
    """Show a shop to those who act for it."""
    return OwnShopView(
        **_of(shop),
        owner=shop.owner,
        version=shop.version,
        submission=shop.submission,
        submitted_at=shop.submitted_at,
    )


def seller_view(seller: Seller) -> SellerView:
    """Show a version of a legal entity."""
    return SellerView(
        id=SELLER_ID.show(seller.id),
        version=seller.version,
        entity=seller.entity,
        stated_at=seller.stated_at,
    )


def _of(shop: Shop) -> dict[str, Any]:
    return {
        "id": SHOP_ID.show(shop.id),
        "slug": shop.slug,
        "name": shop.name,
        "status": shop.status,
        "sells": shop.sells,
        "opened_at": shop.opened_at,
    }
