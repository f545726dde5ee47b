"""Staged changes: whoever proposed them takes them back, the operator decides."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec
from litestar import get, post

from hansa.centers.product import api
from hansa.centers.product._http.views import (
    READING,
    WRITING,
    ChangeView,
    Cursor,
    EditedView,
    Limit,
    change_view,
    edited_view,
)
from hansa.centers.product.errors import ChangeDecided, ChangeNotFound, ChangeOutdated
from hansa.centers.product.types import CHANGE_ID, ChangeState
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Invalid


class Verdict(enum.StrEnum):
    """What is decided of a change."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision on a change; declining takes a reason, which the shop reads."""

    verdict: Verdict
    reason: Annotated[str, msgspec.Meta(examples=["The title names another brand"])] = ""


@get(
    "/product-changes",
    summary="List changes that wait",
    responses=problems(*READING, CursorMalformed, Invalid),
    tags=["products"],
)
async def list_waiting(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[ChangeView]:
    """Return the business's changes that wait for a decision, the oldest first. Needs `product.change.decide`."""
    page = await api.waiting_changes(ctx, cursor=cursor, limit=limit)
    return Page([change_view(one) for one in page.items], page.cursor)


@get(
    "/shops/{shop_id:str}/product-changes",
    summary="List a shop's changes that wait",
    responses=problems(*READING, CursorMalformed, Invalid),
    tags=["products"],
)
async def list_waiting_of_shop(
    ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[ChangeView]:
    """Return the changes of a shop's products that wait for a decision, the oldest first.

    Needs `product.product.edit` in the shop, or `product.change.decide`.
    """
    page = await api.shop_waiting_changes(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([change_view(one) for one in page.items], page.cursor)


@get(
    "/product-changes/{change_id:str}",
    summary="Show a change",
    responses=problems(*READING, ChangeNotFound),
    tags=["products"],
)
async def show_change(ctx: Ctx, change_id: str) -> ChangeView:
    """Return a change with what stood there before. Needs `product.product.edit` in its shop or `product.change.decide`."""
    return change_view(await api.change(ctx, CHANGE_ID.read(change_id)))


@post(
    "/product-changes/{change_id:str}/decision",
    summary="Decide a change",
    responses=problems(*WRITING, ChangeNotFound, ChangeDecided, ChangeOutdated),
    tags=["products"],
    opt={"example": {"verdict": "declined", "reason": "The title names another brand"}},
)
async def decide_change(ctx: Ctx, change_id: str, data: Decision) -> EditedView:
    """Confirm or decline a change that waits. Needs `product.change.decide`."""
    return edited_view(
        await api.decide_change(
            ctx, change_id=CHANGE_ID.read(change_id), state=ChangeState(data.verdict), reason=data.reason
        )
    )


@post(
    "/product-changes/{change_id:str}/withdrawal",
    summary="Withdraw a change",
    responses=problems(*READING, ChangeNotFound, ChangeDecided),
    tags=["products"],
)
async def withdraw_change(ctx: Ctx, change_id: str) -> EditedView:
    """Take back a change that waits. Needs `product.product.edit` in the shop of its product."""
    return edited_view(await api.withdraw_change(ctx, change_id=CHANGE_ID.read(change_id)))


ROUTES = (list_waiting, list_waiting_of_shop, show_change, decide_change, withdraw_change)
