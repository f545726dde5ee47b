"""Reports of other amounts over HTTP: which are not accounted for, and what somebody found out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post

from hansa.centers.payment import api
from hansa.centers.payment._http.refunds import Cursor, Limit
from hansa.centers.payment.errors import OddAmountNotFound, OddAmountSettled
from hansa.centers.payment.types import PAYMENT_ID, OddAmount
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated


class SettleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which report it was, as the list names it, and what was found out: a ticket, a statement's row."""

    payment_id: Annotated[str, msgspec.Meta(max_length=100)]
    provider: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    event_id: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class OddAmountView(msgspec.Struct, frozen=True, kw_only=True):
    """A report of another amount than was asked for, in minor units; `reference` says what became of it."""

    payment_id: str
    provider: str
    event_id: str
    reported_minor: int
    reported_currency: str
    asked_minor: int
    asked_currency: str
    received_at: datetime
    reference: str | None
    settled_at: datetime | None


@get(
    "/payment-odd-amounts",
    summary="List reports of other amounts",
    responses=problems(Unauthenticated, Forbidden, CursorMalformed, Invalid),
    tags=["payment"],
)
async def list_odd_amounts(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[OddAmountView]:
    """Return what providers reported otherwise and nobody has accounted for. Needs `payment.payment.read`."""
    page = await api.odd_amounts(ctx, cursor=cursor, limit=limit)
    return Page([_view(one) for one in page.items], page.cursor)


@post(
    "/payment-odd-amounts/settle",
    summary="Account for a report of another amount",
    status_code=200,
    opt={
        "example": {
            "payment_id": "pay_01jd3x00000000000000000000",
            "provider": "acme",
            "event_id": "evt_17",
            "reference": "their ticket 4711",
        }
    },
    responses=problems(Unauthenticated, Forbidden, IdMalformed, Invalid, OddAmountNotFound, OddAmountSettled),
    tags=["payment"],
)
async def settle_odd_amount(ctx: Ctx, data: SettleBody) -> OddAmountView:
    """Say what became of it; `hansa verify` tells of it no more. Needs `payment.amount.settle`."""
    return _view(
        await api.settle_odd_amount(
            ctx,
            payment_id=PAYMENT_ID.read(data.payment_id),
            provider=data.provider,
            event_id=data.event_id,
            reference=data.reference,
        )
    )


def _view(one: OddAmount) -> OddAmountView:
    told = {name: getattr(one, name) for name in one.__struct_fields__ if name != "payment_id"}
    return OddAmountView(payment_id=PAYMENT_ID.show(one.payment_id), **told)


ROUTES = (list_odd_amounts, settle_odd_amount)
