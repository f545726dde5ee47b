"""Which parties are one person: merges of guests, links of accounts, and what outsiders call them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from hansa.centers.user._tables import PAIRWISE_RANK, PARTY_RANK
from hansa.centers.user.types import LINK_EVENT_ID, PairwiseId, PartyId

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def root_of(tx: Transaction, party_id: UUID) -> PartyId:
    """Return the party that somebody turned out to be, at most two steps up; itself when it stands alone."""
    found = await tx.raw.fetchval(
        """SELECT coalesce(above.merged_into, p.merged_into, p.party_id)
             FROM "user".party p LEFT JOIN "user".party above ON above.party_id = p.merged_into
            WHERE p.party_id = $1""",
        party_id,
    )
    return PartyId(found or party_id)


async def note(tx: Transaction, *, party_id: UUID, into: UUID, kind: str, by: str, now: datetime) -> None:
    """Write down that a party became part of another one, or stopped being it."""
    await tx.raw.execute(
        """INSERT INTO "user".link_event (party_id, event_id, into_party, kind, by, at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        party_id,
        LINK_EVENT_ID.new(),
        into,
        kind,
        by,
        now,
    )


async def put_link(tx: Transaction, *, party_id: UUID, into: UUID) -> None:
    """Make a locked account part of another locked one."""
    tx.locks(PARTY_RANK)
    await tx.raw.execute(
        """UPDATE "user".party SET state = 'merged', merged_into = $2 WHERE party_id = $1""", party_id, into
    )


async def drop_link(tx: Transaction, *, party_id: UUID, into: UUID) -> str | None:
    """Let a party stand for itself again and return its kind; `None` when it was no part of `into`."""
    tx.locks(PARTY_RANK)
    kind: str | None = await tx.raw.fetchval(
        """UPDATE "user".party SET state = 'active', merged_into = NULL
            WHERE party_id = $1 AND merged_into = $2 AND state = 'merged' RETURNING kind""",
        party_id,
        into,
    )
    return kind


async def linked_accounts(tx: Transaction, party_id: UUID) -> list[PartyId]:
    """Return the accounts (no guests) that are part of a party."""
    rows = await tx.raw.fetch(
        """SELECT party_id FROM "user".party WHERE merged_into = $1 AND kind = 'person' ORDER BY party_id""",
        party_id,
    )
    return [PartyId(row["party_id"]) for row in rows]


async def pairwise_ids(
    tx: Transaction, *, sector: str, party_ids: Sequence[UUID], now: datetime
) -> dict[UUID, PairwiseId]:
    """Return what outsiders of a sector call these parties; who has no name there yet gets one.

    Erased parties have none: their names were cut and are not made anew.
    """
    wanted = sorted(set(party_ids))
    known = await _read(tx, sector, wanted)
    missing = [party for party in wanted if party not in known]
    if missing:
        tx.locks(PAIRWISE_RANK)
        await tx.raw.execute(
            """INSERT INTO "user".pairwise (sector, party_id, pairwise_id, created_at)
               SELECT $1, w.party_id, w.pairwise_id, $4
                 FROM unnest($2::uuid[], $3::uuid[]) AS w (party_id, pairwise_id)
                 JOIN "user".party p ON p.party_id = w.party_id AND p.state <> 'erased'
                ORDER BY w.party_id
               ON CONFLICT (sector, party_id) DO NOTHING""",
            sector,
            missing,
            [uuid4() for _ in missing],  # nothing of time in it: it would join the sectors up again
            now,
        )
        known |= await _read(tx, sector, missing)
    return known


async def names_of(tx: Transaction, party_ids: Sequence[UUID]) -> dict[str, str]:
    """Return everything outsiders call these parties (one person's), by sector."""
    rows = await tx.raw.fetch(
        """SELECT sector, pairwise_id FROM "user".pairwise WHERE party_id = ANY($1::uuid[])
            ORDER BY party_id DESC LIMIT 1000""",
        list(party_ids),
    )
    return {row["sector"]: str(row["pairwise_id"]) for row in rows}


async def _read(tx: Transaction, sector: str, party_ids: Sequence[UUID]) -> dict[UUID, PairwiseId]:
    rows = await tx.raw.fetch(
        'SELECT party_id, pairwise_id FROM "user".pairwise WHERE sector = $1 AND party_id = ANY($2::uuid[])',
        sector,
        list(party_ids),
    )
    return {row["party_id"]: PairwiseId(row["pairwise_id"]) for row in rows}


async def parties_of_pairwise(
    tx: Transaction, *, sector: str, pairwise_ids: Sequence[UUID]
) -> dict[PairwiseId, PartyId]:
    """Return whom outsiders of a sector mean; what they made up, or heard elsewhere, is absent."""
    rows = await tx.raw.fetch(
        'SELECT pairwise_id, party_id FROM "user".pairwise WHERE sector = $1 AND pairwise_id = ANY($2::uuid[])',
        sector,
        list(pairwise_ids),
    )
    return {PairwiseId(row["pairwise_id"]): PartyId(row["party_id"]) for row in rows}
