"""The statements of holds: nothing here runs for postings that touch none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from hansa.centers.ledger import _tables as t
from hansa.centers.ledger._rules.holding import StandingHold
from hansa.centers.ledger._store.reading import visible
from hansa.centers.ledger.types import AccountId, HoldId, HoldState, JournalId, PlacedHold
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.db import Transaction

_READ = """
SELECT id, account_id, traffic, business, minor, kind, reference, expires_at, payload_hash, actor, placed_at,
       state, posted_minor, journal_id, resolved_at
FROM ledger.hold WHERE id = ANY($1::uuid[])
"""

_PLACE = """
INSERT INTO ledger.hold (id, account_id, traffic, business, minor, kind, reference, expires_at, payload_hash, actor,
                         placed_at, state)
SELECT n.*, 'held'
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::uuid[], $8::timestamptz[],
            $9::bytea[], $10::text[], $11::timestamptz[]) AS n
ON CONFLICT (id) DO NOTHING RETURNING id
"""

# The state before is taken from the row itself, so that the check on transitions sees what really was.
_RESOLVE = """
UPDATE ledger.hold h
SET previous_state = h.state, state = r.state, posted_minor = r.posted_minor, journal_id = r.journal_id,
    resolved_at = r.resolved_at
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::uuid[], $5::timestamptz[])
  AS r (id, state, posted_minor, journal_id, resolved_at)
WHERE h.id = r.id
"""


async def accounts_of_holds(tx: Transaction, ids: Sequence[HoldId]) -> set[AccountId]:
    """Return the accounts of these holds. A hold never changes its account, so no lock is needed to know it."""
    rows = await tx.raw.fetch("SELECT account_id FROM ledger.hold WHERE id = ANY($1::uuid[])", ids)
    return {row["account_id"] for row in rows}


async def read_holds(tx: Transaction, ids: Collection[HoldId]) -> dict[HoldId, StandingHold]:
    """Read holds whose accounts are locked: nobody else can change them, so they need no lock of their own."""
    rows = await tx.raw.fetch(_READ, list(ids))
    return {row["id"]: StandingHold(**{**row, "state": HoldState(row["state"])}) for row in rows}


async def write_holds(
    tx: Transaction, *, new: Sequence[StandingHold], resolved: Sequence[StandingHold]
) -> set[HoldId]:
    """Write new holds and what became of others; returns the ids of those that were new.

    Where an id is missing from the answer, the transaction must not commit.
    """
    stored: set[HoldId] = set()
    if new:
        rows = [
            (
                one.id,
                one.account_id,
                one.traffic,
                one.business,
                one.minor,
                one.kind,
                one.reference,
                one.expires_at,
                one.payload_hash,
                one.actor,
                one.placed_at,
            )
            for one in new
        ]
        stored = {row["id"] for row in await tx.raw.fetch(_PLACE, *map(list, zip(*rows, strict=True)))}
    if resolved:
        changes = [(r.id, r.state.value, r.posted_minor, r.journal_id, r.resolved_at) for r in resolved]
        await tx.raw.execute(_RESOLVE, *map(list, zip(*changes, strict=True)))
    return stored


async def hold(tx: Transaction, ctx: Ctx, id_: HoldId) -> PlacedHold | None:
    """Return one hold if it belongs to the traffic and business of `ctx`."""
    wanted = select(t.hold).where(t.hold.c.id == id_, *visible(ctx, t.hold.c))
    row = (await tx.conn.execute(wanted)).first()
    return _placed(row) if row else None


async def holds_of_account(
    tx: Transaction, account: AccountId, *, state: HoldState | None, before: UUID | None, limit: int
) -> list[PlacedHold]:
    """Return holds of one account, newest id first."""
    wanted = select(t.hold).where(t.hold.c.account_id == account).order_by(t.hold.c.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(t.hold.c.state == state.value)
    if before is not None:
        wanted = wanted.where(t.hold.c.id < before)
    return [_placed(row) for row in await tx.conn.execute(wanted)]


def _placed(row: Row[Any]) -> PlacedHold:
    return PlacedHold(
        id=HoldId(row.id),
        account=AccountId(row.account_id),
        traffic=Traffic(row.traffic),
        business=row.business,
        minor=row.minor,
        kind=row.kind,
        reference=row.reference,
        expires_at=row.expires_at,
        state=HoldState(row.state),
        posted_minor=row.posted_minor,
        journal=JournalId(row.journal_id) if row.journal_id else None,
        actor=row.actor,
        placed_at=row.placed_at,
        resolved_at=row.resolved_at,
    )
