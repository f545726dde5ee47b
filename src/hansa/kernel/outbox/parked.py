"""Parked events: seen, tried again, or given up with a reason."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.kernel.context import Traffic
from hansa.kernel.outbox import _store as store
from hansa.kernel.problem import NotFound

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction

DISCARD = "platform.outbox.settle"
"""The permission to replay and discard parked events."""


class ParkedState(enum.StrEnum):
    """Where a parked event stands."""

    RETRYING = "retrying"
    WAITING = "waiting"
    """Behind an earlier event of the same subject."""
    PARKED = "parked"
    """Tried often enough; somebody has to look."""
    DISCARDED = "discarded"


class ParkedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event one handler could not take."""

    handler: str
    id: UUID
    topic: str
    version: int
    subject: UUID
    business: str
    traffic: Traffic
    occurred_at: datetime
    state: ParkedState
    attempts: int
    retry_at: datetime | None
    error: str
    parked_at: datetime
    discarded_by: str | None
    discarded_why: str | None


async def parked(
    tx: Transaction,
    *,
    handler: str | None = None,
    state: ParkedState | None = None,
    events: Sequence[UUID] | None = None,
    after: tuple[str, UUID] | None = None,
    limit: int = 50,
) -> list[ParkedEvent]:
    """List parked events by (handler, event id), after that key; only those of `events` where they are given."""
    after_handler, after_id = after or ("", store.NO_ID)
    named = state.value if state else None
    rows = await tx.raw.fetch(_LIST, handler, named, after_handler, after_id, limit, events)
    return [msgspec.convert(dict(row), ParkedEvent) for row in rows]


async def replay(tx: Transaction, ctx: Ctx, *, handler: str, event: UUID) -> None:
    """Have a parked event tried again at once, as if for the first time. Raises `NotFound`, `Forbidden`."""
    ctx.require(DISCARD)
    await store.hold(tx, handler)
    if await tx.raw.fetchval(_REPLAY, handler, event) is None:
        raise NotFound


async def replay_all(tx: Transaction, ctx: Ctx, *, handler: str | None = None) -> int:
    """Have everything that stays parked tried again at once, of one handler if named; return how many events.

    Raises `Forbidden`.
    """
    ctx.require(DISCARD)
    await tx.raw.execute(_HOLD, handler)
    return len(await tx.raw.fetch(_REPLAY_ALL, handler))


async def discard(
    tx: Transaction, ctx: Ctx, *, handler: str, event: UUID, why: str, by: str | None = None
) -> None:
    """Give up on an event for one handler; the later ones of its subject go on.

    It stays, with the reason and who gave it up: the actor, or `by` where the actor stands for somebody else.
    Raises `NotFound`, `Forbidden`.
    """
    ctx.require(DISCARD)
    await store.hold(tx, handler)
    subject = await tx.raw.fetchval(_DISCARD, handler, event, by or ctx.actor.label, why)
    if subject is None:
        raise NotFound
    await store.release(tx, handler, subject)


_LIST = """
SELECT handler, id, topic, version, subject, business, traffic, occurred_at, state, attempts, retry_at, error,
       parked_at, discarded_by, discarded_why
  FROM kernel.parked
 WHERE ($1::text IS NULL OR handler = $1) AND ($2::text IS NULL OR state = $2) AND (handler, id) > ($3, $4)
   AND ($6::uuid[] IS NULL OR id = ANY($6))
 ORDER BY handler, id
 LIMIT $5
"""

_REPLAY = """
UPDATE kernel.parked SET state = 'retrying', attempts = 0, retry_at = now()
 WHERE handler = $1 AND id = $2 AND state IN ('retrying', 'parked')
RETURNING true
"""

_HOLD = """
SELECT FROM kernel.subscription WHERE $1::text IS NULL OR handler = $1 ORDER BY handler FOR UPDATE
"""

_REPLAY_ALL = """
UPDATE kernel.parked SET state = 'retrying', attempts = 0, retry_at = now()
 WHERE state = 'parked' AND ($1::text IS NULL OR handler = $1)
RETURNING true
"""

_DISCARD = """
UPDATE kernel.parked SET state = 'discarded', retry_at = NULL, discarded_by = $3, discarded_why = $4
 WHERE handler = $1 AND id = $2 AND state IN ('retrying', 'parked')
RETURNING subject
"""
