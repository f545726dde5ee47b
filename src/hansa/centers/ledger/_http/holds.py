"""What is put by on accounts: looked at, placed and set free by operators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import QueryParameter

from hansa.centers.ledger import api
from hansa.centers.ledger._http.shared import LISTING, READING, Cursor, Limit
from hansa.centers.ledger.errors import (
    BalanceTooLarge,
    HoldMalformed,
    HoldNotFound,
    HoldResolved,
    InsufficientBalance,
)
from hansa.centers.ledger.types import ACCOUNT_ID, HOLD_ID, JOURNAL_ID, HoldState, PlacedHold
from hansa.centers.user.types import actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import INT64_MAX
from hansa.kernel.page import Page
from hansa.kernel.problem import Invalid, NotFound


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """An amount put by on an account, in minor units; `posted_minor` of it was taken by `journal`."""

    id: str
    account: str
    minor: int
    kind: str
    reference: UUID
    expires_at: datetime | None
    state: HoldState
    posted_minor: int
    journal: str | None
    actor: str
    placed_at: datetime
    resolved_at: datetime | None


class PlaceHold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount to put by; without `expires_at` until it is resolved."""

    minor: Annotated[int, msgspec.Meta(ge=1, le=INT64_MAX)]
    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    reference: UUID
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


@get(
    "/ledger/accounts/{account_id:str}/holds",
    summary="List an account's holds",
    responses=problems(*LISTING, NotFound, IdMalformed),
    tags=["ledger"],
)
async def list_holds(
    ctx: Ctx,
    account_id: str,
    hold_state: Annotated[
        HoldState | None, QueryParameter(name="state", description="Only holds of this state.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HoldView]:
    """Return what is and was put by on an account, the latest first. Needs `ledger.account.read`."""
    account = await api.account(ctx, account_id=ACCOUNT_ID.read(account_id))
    page = await api.holds(ctx, account_id=account.account, state=hold_state, cursor=cursor, limit=limit)
    return Page([_hold(one) for one in page.items], page.cursor)


@post(
    "/ledger/accounts/{account_id:str}/holds",
    summary="Put an amount by",
    responses=problems(
        *READING, Invalid, NotFound, IdMalformed, HoldMalformed, InsufficientBalance, BalanceTooLarge
    ),
    tags=["ledger"],
    opt={
        "example": {
            "minor": 12_000,
            "kind": "dispute",
            "reference": "019374f4-7d00-7000-8000-000000000000",
            "expires_at": "2027-06-30T00:00:00Z",
        }
    },
)
async def place_hold(ctx: Ctx, account_id: str, data: PlaceHold) -> HoldView:
    """Keep an amount from leaving an account: a lien, a dispute. Needs `ledger.hold.place`."""
    return _hold(
        await api.place_hold(
            ctx,
            account_id=ACCOUNT_ID.read(account_id),
            minor=data.minor,
            kind=data.kind,
            reference=data.reference,
            expires_at=data.expires_at,
        )
    )


@get(
    "/ledger/holds/{hold_id:str}",
    summary="Show a hold",
    responses=problems(*READING, HoldNotFound, IdMalformed),
    tags=["ledger"],
)
async def show_hold(ctx: Ctx, hold_id: str) -> HoldView:
    """Return one hold and what became of it. Needs `ledger.account.read`."""
    return _hold(await api.hold(ctx, hold_id=HOLD_ID.read(hold_id)))


@post(
    "/ledger/holds/{hold_id:str}/void",
    status_code=200,
    summary="Set an amount free",
    responses=problems(*READING, HoldNotFound, IdMalformed, HoldResolved),
    tags=["ledger"],
)
async def void_hold(ctx: Ctx, hold_id: str) -> HoldView:
    """Set free what is put by; safe to repeat. Needs `ledger.hold.void`."""
    return _hold(await api.void_hold(ctx, hold_id=HOLD_ID.read(hold_id)))


def _hold(one: PlacedHold) -> HoldView:
    return HoldView(
        id=HOLD_ID.show(one.id),
        account=ACCOUNT_ID.show(one.account),
        minor=one.minor,
        kind=one.kind,
        reference=one.reference,
        expires_at=one.expires_at,
        state=one.state,
        posted_minor=one.posted_minor,
        journal=JOURNAL_ID.show(one.journal) if one.journal else None,
        actor=actor_shown(one.actor),
        placed_at=one.placed_at,
        resolved_at=one.resolved_at,
    )


ROUTES = (list_holds, place_hold, show_hold, void_hold)
