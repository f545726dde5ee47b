"""Log-ins at issuers that open accounts, and visits there that have not come back yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user._tables import IDENTITY_RANK
from hansa.centers.user.types import LinkedIdentity, PartyId

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class Visit(msgspec.Struct, frozen=True):
    """Somebody went to an issuer to log in, or (with a party) to link that log-in to an account."""

    issuer: str
    party_id: UUID | None
    nonce: str
    verifier: str
    return_url: str
    expires_at: datetime


class Ways(msgspec.Struct, frozen=True):
    """How many ways lead into an account."""

    passwords: int
    passkeys: int
    identities: int


async def insert_visit(tx: Transaction, *, state_hash: bytes, visit: Visit, now: datetime) -> None:
    """Remember a visit until it comes back."""
    await tx.raw.execute(
        """INSERT INTO "user".issuer_visit (state_hash, issuer, party_id, nonce, verifier, return_url, created_at,
                                            expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        state_hash,
        visit.issuer,
        visit.party_id,
        visit.nonce,
        visit.verifier,
        visit.return_url,
        now,
        visit.expires_at,
    )


async def take_visit(tx: Transaction, state_hash: bytes) -> Visit | None:
    """Use a visit up, whatever comes of it. Two at once: one waits and gets `None`."""
    row = await tx.raw.fetchrow(
        """DELETE FROM "user".issuer_visit WHERE state_hash = $1
           RETURNING issuer, party_id, nonce, verifier, return_url, expires_at""",
        state_hash,
    )
    return msgspec.convert(dict(row), Visit) if row else None


async def drop_old_visits(tx: Transaction, *, before: datetime) -> None:
    """Forget visits that never came back."""
    await tx.raw.execute('DELETE FROM "user".issuer_visit WHERE created_at < $1', before)


async def note_used(tx: Transaction, *, issuer: str, subject: str, now: datetime) -> None:
    """Note that a log-in was used, and hold it until the transaction ends."""
    tx.locks(IDENTITY_RANK)
    await tx.raw.execute(
        'UPDATE "user".identity SET used_at = $3 WHERE issuer = $1 AND subject = $2', issuer, subject, now
    )


async def find_identity(tx: Transaction, *, issuer: str, subject: str) -> PartyId | None:
    """Return whose a log-in at an issuer is."""
    found = await tx.raw.fetchval(
        'SELECT party_id FROM "user".identity WHERE issuer = $1 AND subject = $2', issuer, subject
    )
    return PartyId(found) if found is not None else None


async def insert_identity(
    tx: Transaction, *, identity_id: UUID, issuer: str, subject: str, party_id: UUID, now: datetime
) -> bool:
    """Link a log-in to a party; false when it is somebody's. Two at once: one waits and gets false."""
    tx.locks(IDENTITY_RANK)
    added = await tx.raw.fetchval(
        """INSERT INTO "user".identity (issuer, subject, identity_id, party_id, linked_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (issuer, subject) DO NOTHING RETURNING identity_id""",
        issuer,
        subject,
        identity_id,
        party_id,
        now,
    )
    return added is not None


async def list_identities(tx: Transaction, party_id: UUID) -> list[LinkedIdentity]:
    """Read the log-ins linked to a party, the oldest first; use cases keep them few."""
    rows = await tx.raw.fetch(
        """SELECT identity_id AS id, issuer, linked_at, used_at FROM "user".identity
            WHERE party_id = $1 ORDER BY identity_id LIMIT 100""",
        party_id,
    )
    return [msgspec.convert(dict(row), LinkedIdentity) for row in rows]


async def lock_identities(tx: Transaction, party_id: UUID) -> dict[UUID, str]:
    """Lock the log-ins linked to a party, so that none goes meanwhile; return their issuers by id."""
    tx.locks(IDENTITY_RANK)
    rows = await tx.raw.fetch(
        """SELECT identity_id, issuer FROM "user".identity WHERE party_id = $1
            ORDER BY issuer, subject FOR UPDATE""",
        party_id,
    )
    return {row["identity_id"]: row["issuer"] for row in rows}


async def remove_locked(tx: Transaction, *, party_id: UUID, identity_id: UUID) -> None:
    """Unlink a locked log-in of a party."""
    await tx.raw.execute(
        'DELETE FROM "user".identity WHERE party_id = $1 AND identity_id = $2', party_id, identity_id
    )


async def drop_all(tx: Transaction, party_ids: Sequence[UUID]) -> None:
    """Unlink every log-in of these parties."""
    tx.locks(IDENTITY_RANK)
    await tx.raw.execute('DELETE FROM "user".identity WHERE party_id = ANY($1::uuid[])', list(party_ids))


async def count_ways(tx: Transaction, party_id: UUID) -> Ways:
    """Count the ways into an account."""
    row = await tx.raw.fetchrow(
        """SELECT (SELECT count(*) FROM "user".password p JOIN "user".email_key k USING (party_id)
                    WHERE p.party_id = $1) AS passwords,
                  (SELECT count(*) FROM "user".passkey WHERE party_id = $1) AS passkeys,
                  (SELECT count(*) FROM "user".identity WHERE party_id = $1) AS identities""",
        party_id,
    )
    return msgspec.convert(dict(row or {}), Ways)
