"""Refunds over HTTP: what providers refused, and how it was given back all the same."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.payment import api
from hansa.centers.payment.errors import RefundNotFound, RefundNotRefused, RefundReturned, RefundTooLarge
from hansa.centers.payment.types import PAYMENT_ID, REFUND_ID, Refund, RefundState
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import Money
from hansa.kernel.page import LIMIT_MAX, CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

Cursor = Annotated[str | None, Parameter(description="Where the next page starts, as the last one said.")]
Limit = Annotated[int, Parameter(ge=1, le=LIMIT_MAX)]


class ReturnBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the money went back: the number of the bank transfer, the receipt."""

    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class RefundView(msgspec.Struct, frozen=True, kw_only=True):
    """A refund: what was asked for, what its provider refused, and what of that went back by hand."""

    id: str
    payment_id: str
    state: RefundState
    amount: Money
    refused: Money
    by_hand: Money
    by_hand_reference: str | None
    reason: str
    requested_at: datetime
    resolved_at: datetime | None


@get(
    "/payment-refunds/refused",
    summary="List refused refunds",
    responses=problems(Unauthenticated, Forbidden, CursorMalformed, Invalid),
    tags=["payment"],
)
async def list_refused(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[RefundView]:
    """Return what providers refused to give back and nobody has since. Needs `payment.payment.read`."""
    page = await api.refused_refunds(ctx, cursor=cursor, limit=limit)
    return Page([_view(one) for one in page.items], page.cursor)


@post(
    "/payment-refunds/{refund_id:str}/return-by-hand",
    summary="Record that a refused refund was given back",
    status_code=200,
    opt={"example": {"reference": "bank transfer 2026-11-22/17"}},
    responses=problems(
        Unauthenticated,
        Forbidden,
        IdMalformed,
        Invalid,
        RefundNotFound,
        RefundNotRefused,
        RefundReturned,
        RefundTooLarge,
    ),
    tags=["payment"],
)
async def return_by_hand(ctx: Ctx, refund_id: str, data: ReturnBody) -> RefundView:
    """Say how the money went back that its provider refused to give. Needs `payment.refund.return`."""
    return _view(await api.return_by_hand(ctx, refund_id=REFUND_ID.read(refund_id), reference=data.reference))


def _view(one: Refund) -> RefundView:
    return RefundView(
        id=REFUND_ID.show(one.id),
        payment_id=PAYMENT_ID.show(one.payment_id),
        state=one.state,
        amount=Money(one.minor, one.currency),
        refused=Money(one.refused_minor, one.currency),
        by_hand=Money(one.by_hand_minor, one.currency),
        by_hand_reference=one.by_hand_reference,
        reason=one.reason,
        requested_at=one.requested_at,
        resolved_at=one.resolved_at,
    )


ROUTES = (list_refused, return_by_hand)
