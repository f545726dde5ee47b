"""People as whoever looks after them sees them: who is who, who holds which role, and what was done with whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user.types import (
    AUDIT_ENTRY_ID,
    Act,
    AuditEntry,
    HeldRole,
    PartyId,
    PartyOnFile,
    Role,
)

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

_SEEN_ONCE_IN = timedelta(hours=1)


async def party_of_email(tx: Transaction, key: str) -> PartyId | None:
    """Return who logs in with an e-mail address, by its key."""
    found = await tx.raw.fetchval('SELECT party_id FROM "user".email_key WHERE key = $1', key)
    return PartyId(found) if found else None


async def on_file(tx: Transaction, party_ids: Sequence[UUID]) -> list[PartyOnFile]:
    """Read parties with the roles they hold, in the order of their ids."""
    rows = await tx.raw.fetch(
        """SELECT p.party_id AS id, p.kind, p.state, p.created_at,
                  coalesce(n.name, a.name, '') AS name, coalesce(n.email, '') AS email,
                  EXISTS (SELECT FROM "user".email_key k
                           WHERE k.party_id = p.party_id AND k.verified_at IS NOT NULL) AS email_verified
             FROM "user".party p
             LEFT JOIN "user".person n ON n.party_id = p.party_id
             LEFT JOIN "user".app a ON a.party_id = p.party_id
            WHERE p.party_id = ANY($1::uuid[])
            ORDER BY p.party_id""",
        list(party_ids),
    )
    held = await _roles(tx, [row["id"] for row in rows])
    return [
        msgspec.convert(dict(row) | {"roles": held.get(row["id"], ())}, PartyOnFile, strict=False)
        for row in rows
    ]


async def _roles(tx: Transaction, party_ids: Sequence[UUID]) -> dict[UUID, tuple[HeldRole, ...]]:
    rows = await tx.raw.fetch(
        """SELECT party_id, role, granted_by, granted_at FROM "user".role
            WHERE party_id = ANY($1::uuid[]) ORDER BY party_id, role""",
        list(party_ids),
    )
    held: dict[UUID, tuple[HeldRole, ...]] = {}
    for row in rows:
        one = HeldRole(role=Role(row["role"]), granted_by=row["granted_by"], granted_at=row["granted_at"])
        held[row["party_id"]] = (*held.get(row["party_id"], ()), one)
    return held


async def holders(tx: Transaction, *, role: Role | None, after: UUID | None, limit: int) -> list[PartyId]:
    """Return who holds a role, or any; in the order of their ids, from behind `after`."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT party_id FROM "user".role
            WHERE ($1::text IS NULL OR role = $1) AND ($2::uuid IS NULL OR party_id > $2)
            ORDER BY party_id LIMIT $3""",
        role.value if role else None,
        after,
        limit,
    )
    return [PartyId(row["party_id"]) for row in rows]


async def operators(tx: Transaction) -> list[PartyId]:
    """Return the people who run the house and can act."""
    rows = await tx.raw.fetch(
        """SELECT p.party_id FROM "user".role r JOIN "user".party p ON p.party_id = r.party_id
            WHERE r.role = $1 AND p.kind = 'person' AND p.state = 'active' ORDER BY p.party_id""",
        Role.OPERATOR.value,
    )
    return [PartyId(row["party_id"]) for row in rows]


async def has_role(tx: Transaction, party_id: UUID) -> bool:
    """Tell whether a party holds any role."""
    found: bool = await tx.raw.fetchval(
        'SELECT EXISTS (SELECT FROM "user".role WHERE party_id = $1)', party_id
    )
    return found


async def note(
    tx: Transaction, *, party_id: UUID | None, act: Act, by: str, now: datetime, role: Role | None = None
) -> None:
    """Keep what was done with a party, and by whom; without a party, somebody was looked for and not found."""
    await tx.raw.execute(
        """INSERT INTO "user".audit_entry (entry_id, party_id, act, role, by, at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        AUDIT_ENTRY_ID.new(),
        party_id,
        act.value,
        role.value if role else None,
        by,
        now,
    )


async def note_seen(tx: Transaction, *, party_id: UUID | None, by: str, now: datetime) -> None:
    """Keep that somebody looked; who looks at the same person again within the hour adds nothing."""
    known = party_id is not None and await tx.raw.fetchval(
        """SELECT EXISTS (SELECT FROM "user".audit_entry
                           WHERE party_id = $1 AND act = 'seen' AND by = $2 AND at > $3)""",
        party_id,
        by,
        now - _SEEN_ONCE_IN,
    )
    if not known:
        await note(tx, party_id=party_id, act=Act.SEEN, by=by, now=now)


async def entries(tx: Transaction, party_id: UUID, *, limit: int | None) -> list[AuditEntry]:
    """Return what was done with a party, the latest first."""
    rows = await tx.raw.fetch(
        """SELECT act, role, by, at FROM "user".audit_entry WHERE party_id = $1
            ORDER BY entry_id DESC LIMIT $2""",
        party_id,
        limit,
    )
    return [msgspec.convert(dict(row), AuditEntry, strict=False) for row in rows]


async def own_entries(tx: Transaction, party_id: UUID, *, limit: int | None) -> list[dict[str, object]]:
    """Return what was done with a party, the latest first, as it is told itself: without who did it."""
    return [
        {"act": one.act, "role": one.role, "at": one.at} for one in await entries(tx, party_id, limit=limit)
    ]
