"""Squaring shops' accounts, for those who move money at the bank."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import post

from hansa.centers.ledger import api
from hansa.centers.ledger._http.shared import READING
from hansa.centers.ledger.errors import BalanceDiffers, InsufficientBalance, JournalConflict
from hansa.centers.ledger.types import JOURNAL_ID
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import INT64_MAX, Money
from hansa.kernel.problem import Invalid


class SquareBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the bank moved: to the shop, or below zero from it; and under which reference."""

    paid_minor: Annotated[int, msgspec.Meta(ge=-INT64_MAX, le=INT64_MAX)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class SquaredView(msgspec.Struct, frozen=True, kw_only=True):
    """The journal that stands in the books since then."""

    journal: str
    occurred_at: datetime


@post(
    "/ledger/shops/{shop_id:str}/squaring",
    summary="Square a shop's account",
    responses=problems(*READING, Invalid, IdMalformed, BalanceDiffers, InsufficientBalance, JournalConflict),
    tags=["ledger"],
    opt={"example": {"paid_minor": 95000, "currency": "CNY", "reference": "bank transfer 2026-11-22/17"}},
)
async def square_shop(ctx: Ctx, shop_id: str, data: SquareBody) -> SquaredView:
    """Say that a shop was paid what it earned less what it owes. Needs `ledger.shop.square`."""
    posted = await api.square_shop(
        ctx,
        shop_id=SHOP_ID.read(shop_id),
        paid=Money(data.paid_minor, data.currency),
        reference=data.reference,
    )
    return SquaredView(journal=JOURNAL_ID.show(posted.id), occurred_at=posted.occurred_at)


ROUTES = (square_shop,)
