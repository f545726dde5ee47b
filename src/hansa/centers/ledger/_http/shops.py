"""Shops' accounts: read by their shops, squared by those who move money at the bank."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.ledger import api
from hansa.centers.ledger._http.shared import LISTING, READING, Cursor, Limit
from hansa.centers.ledger.errors import BalanceDiffers, InsufficientBalance, JournalConflict
from hansa.centers.ledger.types import JOURNAL_ID, AccountClass
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


class ShopBalanceView(msgspec.Struct, frozen=True, kw_only=True):
    """An account of a shop: its balance on the normal side, and how much of it is put by."""

    account_class: AccountClass
    balance_minor: int
    held_minor: int


class ShopBalancesView(msgspec.Struct, frozen=True, kw_only=True):
    """What is between the platform and a shop in one currency."""

    currency: str
    accounts: list[ShopBalanceView]


class StatementEntryView(msgspec.Struct, frozen=True, kw_only=True):
    """What happened (`kind`) about which thing; `minor` and the balance after it on the normal side."""

    seq: int
    journal: str
    kind: str
    reference: UUID
    reverses: str | None
    minor: int
    balance_minor: int
    posted_at: datetime


class StatementView(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what happened within a period, the latest first; the balances are those of the whole period."""

    account_class: AccountClass
    currency: str
    since: datetime
    until: datetime
    opening_minor: int
    closing_minor: int
    items: list[StatementEntryView]
    cursor: str | None


Currency = Annotated[str, Parameter(description="Three capital letters.", pattern="^[A-Z]{3}$")]
Moment = Annotated[datetime, Parameter(description="A moment with its offset, RFC 3339.")]


@get(
    "/ledger/shops/{shop_id:str}/balances",
    summary="Get a shop's balances",
    responses=problems(*READING, Invalid, IdMalformed),
    tags=["ledger"],
)
async def get_shop_balances(ctx: Ctx, shop_id: str, currency: Currency) -> ShopBalancesView:
    """Return what a shop earned, what it owes and its deposit. Needs `ledger.shop.see` in the shop."""
    found = await api.shop_balances(ctx, shop_id=SHOP_ID.read(shop_id), currency=currency)
    return ShopBalancesView(
        currency=currency,
        accounts=[
            ShopBalanceView(account_class=kind, balance_minor=one.minor, held_minor=one.held_minor)
            for kind, one in found.items()
        ],
    )


@get(
    "/ledger/shops/{shop_id:str}/statement",
    summary="Get a shop's statement",
    responses=problems(*LISTING, IdMalformed),
    tags=["ledger"],
)
async def get_shop_statement(
    ctx: Ctx,
    shop_id: str,
    currency: Currency,
    since: Moment,
    until: Moment,
    account_class: AccountClass = AccountClass.SELLER_PAYABLE,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> StatementView:
    """Return what happened from `since` on and before `until`. Needs `ledger.shop.see` in the shop."""
    found = await api.shop_statement(
        ctx,
        shop_id=SHOP_ID.read(shop_id),
        account_class=account_class,
        currency=currency,
        since=since,
        until=until,
        cursor=cursor,
        limit=limit,
    )
    return StatementView(
        account_class=found.account_class,
        currency=found.currency,
        since=found.since,
        until=found.until,
        opening_minor=found.opening_minor,
        closing_minor=found.closing_minor,
        items=[
            StatementEntryView(
                seq=one.seq,
                journal=JOURNAL_ID.show(one.journal),
                kind=one.kind,
                reference=one.reference,
                reverses=JOURNAL_ID.show(one.reverses) if one.reverses else None,
                minor=one.minor,
                balance_minor=one.balance_minor,
                posted_at=one.posted_at,
            )
            for one in found.entries
        ],
        cursor=found.cursor,
    )


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


ROUTES = (get_shop_balances, get_shop_statement, square_shop)
