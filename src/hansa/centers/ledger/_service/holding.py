"""Putting amounts by: on the order path by `POST`, elsewhere here. A hold expires by the clock of its business."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from hansa.centers.ledger import _store
from hansa.centers.ledger._rules import posting as _rules
from hansa.centers.ledger._service.posting import HOLD_EXPIRY, POST, decide_each
from hansa.centers.ledger._service.reading import account
from hansa.centers.ledger.errors import HoldMalformed, HoldNotFound
from hansa.centers.ledger.events import HoldEvent, HoldExpired, HoldPlaced, HoldVoided
from hansa.centers.ledger.types import (
    HOLD_ID,
    AccountId,
    Held,
    Hold,
    HoldId,
    HoldState,
    PlacedHold,
    Posting,
)
from hansa.kernel.center import Deadline, DeadlineKind
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Problem

E = TypeVar("E", bound=HoldEvent)

PLACE = "ledger.hold.place"
VOID = "ledger.hold.void"

OPERATORS_HOLD_MAX = timedelta(days=3_650)
"""A date beyond it is a slip of the pen; what shall stay for ever has none."""


async def authorise(tx: Transaction, holds: Sequence[Hold]) -> list[Held | Problem]:
    """Put amounts by, each by itself; one verdict per hold, in the order given."""
    refusals, books = await decide_each(tx, [Posting(ctx=hold.ctx, holds=(hold,)) for hold in holds])
    return [
        refused or Held(id=hold.id, placed_at=books.holds[hold.id].placed_at)
        for refused, hold in zip(refusals, holds, strict=True)
    ]


async def void(tx: Transaction, ctx: Ctx, holds: Sequence[HoldId]) -> list[HoldState | Problem]:
    """Set free what is put by, each by itself; one verdict per hold, in the order given."""
    refusals, books = await decide_each(tx, [Posting(ctx=ctx, voids=(hold,)) for hold in holds])
    return [refused or books.holds[hold].state for refused, hold in zip(refusals, holds, strict=True)]


async def place_hold(
    ctx: Ctx,
    *,
    account_id: AccountId,
    minor: int,
    kind: str,
    reference: UUID,
    expires_at: datetime | None = None,
) -> PlacedHold:
    """Put an amount by, as an operator; see `api.place_hold`."""
    ctx.require(PLACE)
    if expires_at is not None and not ctx.now() < expires_at < ctx.now() + OPERATORS_HOLD_MAX:
        raise HoldMalformed(reason="expiry")
    found = await account(ctx, account_id)
    hold = Hold(
        ctx=ctx,
        id=HOLD_ID.new(),
        account=found.key,
        minor=minor,
        kind=kind,
        reference=reference,
        expires_at=expires_at,
    )
    async with ctx.transaction() as tx:
        (verdict,) = await authorise(tx, [hold])
        if isinstance(verdict, Problem):
            raise verdict
        placed = await _standing(tx, ctx, hold.id)
        tx.emit(ctx, _told(HoldPlaced, placed))
    return placed


async def void_hold(ctx: Ctx, *, hold_id: HoldId) -> PlacedHold:
    """Set an amount free, as an operator; see `api.void_hold`."""
    ctx.require(VOID)
    async with ctx.transaction() as tx:
        before = await _standing(tx, ctx, hold_id)
        (verdict,) = await void(tx, ctx, [hold_id])
        if isinstance(verdict, Problem):
            raise verdict
        after = await _standing(tx, ctx, hold_id)
        if after.state is not before.state:
            tx.emit(ctx, _told(HoldVoided, after))
    return after


async def expire(tx: Transaction, deadlines: Sequence[Deadline]) -> None:
    """Set free what is put by and whose time is up: fired by the clocks."""
    ids = [HoldId(deadline.subject) for deadline in deadlines]
    contexts = {HoldId(one.subject): tx.context(one.business, one.traffic) for one in deadlines}
    postings = {id_: Posting(ctx=ctx, voids=(id_,)) for id_, ctx in contexts.items()}
    books = await POST.lock(tx, list(postings.values()))
    for id_ in ids:
        freed = _rules.expire(books, id_, postings[id_])
        if freed is not None:
            tx.emit(
                contexts[id_],
                HoldExpired(
                    hold=id_,
                    account=freed.account_id,
                    minor=freed.minor,
                    kind=freed.kind,
                    reference=freed.reference,
                ),
            )
    await POST.write(tx, books)


DEADLINES = (DeadlineKind(HOLD_EXPIRY, expire),)


async def _standing(tx: Transaction, ctx: Ctx, hold_id: HoldId) -> PlacedHold:
    found = await _store.hold(tx, ctx, hold_id)
    if found is None:
        raise HoldNotFound(hold=HOLD_ID.show(hold_id))
    return found


def _told(event: type[E], placed: PlacedHold) -> E:
    return event(
        hold=placed.id,
        account=placed.account,
        minor=placed.minor,
        kind=placed.kind,
        reference=placed.reference,
    )
