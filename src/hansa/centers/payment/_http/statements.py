"""Statements over HTTP: the operator has a provider's day held to the books, and looks at what differs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.payment import api
from hansa.centers.payment.errors import (
    DayNotOver,
    ProviderUnknown,
    StatementConflict,
    StatementNotFound,
    StatementUnavailable,
    StatementUnreadable,
)
from hansa.centers.payment.types import STATEMENT_ID, Difference, StatementKind, StatementReport, Verdict
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.money import Money
from hansa.kernel.page import LIMIT_MAX, CursorMalformed, Page
from hansa.kernel.problem import FieldError, Forbidden, Invalid, Unauthenticated

Cursor = Annotated[str | None, Parameter(description="Where the next page starts, as the last one said.")]
Limit = Annotated[int, Parameter(ge=1, le=LIMIT_MAX)]

OPERATING = (Unauthenticated, Forbidden, ProviderUnknown, Invalid)


class StatementView(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a day; the counts are of movements: charges, captures, refunds."""

    id: str
    provider: str
    day: date
    rows: int
    matched: int
    missing_here: int
    missing_there: int
    differs: int
    fees: Sequence[Money]
    reconciled_at: datetime


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """A movement on which the provider and the books differ."""

    kind: StatementKind
    reference: str
    verdict: Verdict
    theirs: Money | None
    ours: Money | None
    found_at: datetime
    cleared_at: datetime | None


@post(
    "/payment-statements/{provider:str}/{day:str}",
    summary="Reconcile a provider's day",
    status_code=200,
    responses=problems(*OPERATING, DayNotOver, StatementConflict, StatementUnavailable, StatementUnreadable),
    tags=["payment"],
)
async def reconcile_day(ctx: Ctx, provider: str, day: str) -> StatementView:
    """Fetch the provider's statement of a day (UTC) and hold it to the books. Needs `payment.statement.import`.

    May be repeated: rows count once, and what has been put right meanwhile is cleared. Nothing is corrected
    by itself.
    """
    return _view(await api.fetch_statement(ctx, provider=provider, day=_day(day)))


@get(
    "/payment-statements/{provider:str}/{day:str}",
    summary="Show a reconciled day",
    responses=problems(*OPERATING, StatementNotFound),
    tags=["payment"],
)
async def show_statement(ctx: Ctx, provider: str, day: str) -> StatementView:
    """Return what came of a day. Needs `payment.statement.read`."""
    return _view(await api.statement(ctx, provider=provider, day=_day(day)))


@get(
    "/payment-statements/{provider:str}/{day:str}/differences",
    summary="List a day's differences",
    responses=problems(*OPERATING, StatementNotFound, CursorMalformed),
    tags=["payment"],
)
async def list_differences(
    ctx: Ctx, provider: str, day: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[DifferenceView]:
    """Return what differs, by kind and reference, cleared ones with their time. Needs `payment.statement.read`."""
    page = await api.differences(ctx, provider=provider, day=_day(day), cursor=cursor, limit=limit)
    return Page([_difference(one) for one in page.items], page.cursor)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(FieldError("day", "malformed", "A day like 2026-11-20")) from None


def _view(told: StatementReport) -> StatementView:
    return StatementView(
        id=STATEMENT_ID.show(told.id),
        provider=told.provider,
        day=told.day,
        rows=told.rows,
        matched=told.matched,
        missing_here=told.missing_here,
        missing_there=told.missing_there,
        differs=told.differs,
        fees=told.fees,
        reconciled_at=told.reconciled_at,
    )


def _difference(one: Difference) -> DifferenceView:
    return DifferenceView(
        kind=one.kind,
        reference=one.reference,
        verdict=one.verdict,
        theirs=_money(one.their_minor, one.their_currency),
        ours=_money(one.our_minor, one.our_currency),
        found_at=one.found_at,
        cleared_at=one.cleared_at,
    )


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)


ROUTES = (reconcile_day, show_statement, list_differences)
