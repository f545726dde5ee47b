"""Exports and erasures: what was asked for, and what goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hansa.centers.user._store.parties import party_subject
from hansa.centers.user._tables import (
    ADDRESS_RANK,
    ATTEMPT_RANK,
    EMAIL_KEY_RANK,
    IDENTITY_RANK,
    PAIRWISE_RANK,
    PARTY_RANK,
    PASSKEY_RANK,
    PROOF_RANK,
    TOKEN_RANK,
)
from hansa.centers.user.types import Erasing, ExportState
from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class StoredErasure(msgspec.Struct, frozen=True):
    """An erasure that was asked for, or has happened (`erased_at`)."""

    party_id: UUID
    parties: tuple[UUID, ...]
    traffic: Traffic
    erased_at: datetime | None


async def insert_erasure(
    tx: Transaction, *, party_id: UUID, traffic: Traffic, now: datetime, due_at: datetime
) -> bool:
    """Note that somebody wants to be forgotten; false when that is noted already."""
    added = await tx.raw.fetchval(
        """INSERT INTO "user".erasure (party_id, parties, traffic, requested_at, due_at) VALUES ($1, '{}', $2, $3, $4)
           ON CONFLICT (party_id) DO NOTHING RETURNING party_id""",
        party_id,
        traffic.value,
        now,
        due_at,
    )
    return added is not None


async def note_erasures(tx: Transaction, wanted: Sequence[tuple[UUID, Traffic, datetime]]) -> None:
    """Note erasures (party, traffic, now) that nobody asked for and that happen now; one that was asked for stays as it is."""
    await tx.raw.execute(
        """INSERT INTO "user".erasure (party_id, parties, traffic, requested_at, due_at)
           SELECT w.party_id, '{}', w.traffic, w.now, w.now
             FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS w (party_id, traffic, now)
            ORDER BY w.party_id
           ON CONFLICT (party_id) DO NOTHING""",
        [party for party, _, _ in wanted],
        [traffic.value for _, traffic, _ in wanted],
        [now for _, _, now in wanted],
    )


async def drop_erasures_of_merged_guests(tx: Transaction, party_ids: Sequence[UUID]) -> set[UUID]:
    """Take back the erasures of locked guests who turned out to be somebody; return whose they were."""
    rows = await tx.raw.fetch(
        """DELETE FROM "user".erasure e USING "user".party p
            WHERE p.party_id = e.party_id AND p.kind = 'guest' AND p.state = 'merged'
              AND e.erased_at IS NULL AND e.party_id = ANY($1::uuid[])
           RETURNING e.party_id""",
        list(party_ids),
    )
    return {row["party_id"] for row in rows}


async def read_erasure(tx: Transaction, party_id: UUID) -> Erasing | None:
    """Read an erasure that was asked for and has not happened."""
    row = await tx.raw.fetchrow(
        """SELECT requested_at, due_at, waits_for, reason FROM "user".erasure
            WHERE party_id = $1 AND erased_at IS NULL""",
        party_id,
    )
    return msgspec.convert(dict(row), Erasing) if row else None


async def read_erasures(tx: Transaction, party_ids: Sequence[UUID]) -> list[StoredErasure]:
    """Read erasures, asked for or done, locked against being taken back."""
    rows = await tx.raw.fetch(
        """SELECT party_id, parties, traffic, erased_at FROM "user".erasure WHERE party_id = ANY($1::uuid[])
            ORDER BY party_id FOR UPDATE""",
        list(party_ids),
    )
    return [msgspec.convert(dict(row), StoredErasure, strict=False) for row in rows]


async def drop_erasure(tx: Transaction, party_id: UUID) -> bool:
    """Take an erasure back that has not happened; false when there is none."""
    gone = await tx.raw.fetchval(
        'DELETE FROM "user".erasure WHERE party_id = $1 AND erased_at IS NULL RETURNING party_id', party_id
    )
    return gone is not None


async def put_waiting(tx: Transaction, waiting: Sequence[tuple[UUID, str | None, str | None]]) -> None:
    """Note what erasures wait for: (party, code, sentence)."""
    await tx.raw.execute(
        """UPDATE "user".erasure e SET waits_for = w.code, reason = w.reason
             FROM unnest($1::uuid[], $2::text[], $3::text[]) AS w (party_id, code, reason)
            WHERE e.party_id = w.party_id""",
        *(list(column) for column in zip(*waiting, strict=True)),
    )


async def put_erased(tx: Transaction, done: Sequence[tuple[UUID, Sequence[UUID]]], *, now: datetime) -> None:
    """Note whose erasure has happened, and all ids that were theirs, for texts that arrive late."""
    owners = [party for party, kin in done for _ in kin]
    await tx.raw.execute(
        """UPDATE "user".erasure e SET erased_at = $3, waits_for = NULL, reason = NULL, parties = w.parties
             FROM (SELECT party_id, array_agg(kin) AS parties FROM unnest($1::uuid[], $2::uuid[]) AS u (party_id, kin)
                    GROUP BY party_id) w
            WHERE e.party_id = w.party_id""",
        owners,
        [one for _, kin in done for one in kin],
        now,
    )


async def drop_attempts(tx: Transaction, party_ids: Sequence[UUID]) -> None:
    """Forget tries that were counted under these parties' addresses, by hashes that could be guessed."""
    keys = await tx.raw.fetch(
        """SELECT key FROM "user".email_key WHERE party_id = ANY($1::uuid[])
           UNION SELECT email_key FROM "user".proof WHERE party_id = ANY($1::uuid[])""",
        list(party_ids),
    )
    names = [row["key"] for row in keys]
    subjects = [sha256(name.encode()).digest() for name in names]
    subjects += [sha256(f"mail {name}".encode()).digest() for name in [*names, *map(str, party_ids)]]
    subjects += [sha256(f"taken {name}".encode()).digest() for name in names]
    tx.locks(ATTEMPT_RANK)
    await tx.raw.execute(
        'DELETE FROM "user".log_in_attempt WHERE email_hash = ANY($1::bytea[])',
        [*subjects, *(party_subject(party) for party in party_ids)],
    )


async def lock_whole(tx: Transaction, party_ids: Sequence[UUID]) -> None:
    """Lock whatever of these parties others change too, in rank order: an order that is being placed is waited for."""
    for rank, statement in _LOCKS:
        tx.locks(rank)
        await tx.raw.execute(statement, list(party_ids))


async def erase(tx: Transaction, party_ids: Sequence[UUID], *, now: datetime) -> list[bytes]:
    """Take everything personal out of these locked parties' rows; return the hashes of their tokens."""
    rows = await tx.raw.fetch(_END_TOKENS, list(party_ids), now)
    for rank, statement in _ERASE:
        if rank is not None:
            tx.locks(rank)
        await tx.raw.execute(statement, list(party_ids))
    return [row["hash"] for row in rows]


async def put_export(
    tx: Transaction, *, party_id: UUID, export_id: UUID, traffic: Traffic, now: datetime, expires_at: datetime
) -> bool:
    """Note that a party wants an export, in place of an earlier one; false when one is being made."""
    put = await tx.raw.fetchval(
        """INSERT INTO "user".export AS e (party_id, export_id, state, traffic, requested_at, expires_at)
           VALUES ($1, $2, 'waiting', $3, $4, $5)
           ON CONFLICT (party_id) DO UPDATE
              SET export_id = excluded.export_id, state = 'waiting', content = NULL, ready_at = NULL,
                  traffic = excluded.traffic, requested_at = excluded.requested_at, expires_at = excluded.expires_at
            WHERE e.state <> 'waiting' OR e.requested_at < excluded.requested_at - interval '1 hour'
           RETURNING export_id""",
        party_id,
        export_id,
        traffic.value,
        now,
        expires_at,
    )
    return put is not None


async def drop_export(tx: Transaction, party_id: UUID) -> None:
    """Remove a party's export, made or being made."""
    await tx.raw.execute('DELETE FROM "user".export WHERE party_id = $1', party_id)


async def read_export(tx: Transaction, party_id: UUID) -> ExportState | None:
    """Read how far a party's export has come."""
    row = await tx.raw.fetchrow(
        'SELECT state, requested_at, ready_at, expires_at FROM "user".export WHERE party_id = $1', party_id
    )
    return msgspec.convert(dict(row), ExportState) if row else None


async def read_export_content(tx: Transaction, party_id: UUID) -> bytes | None:
    """Read a finished export."""
    content: bytes | None = await tx.raw.fetchval(
        """SELECT content FROM "user".export WHERE party_id = $1 AND state = 'ready'""", party_id
    )
    return content


async def wanted_export(tx: Transaction, export_id: UUID, party_id: UUID) -> Traffic | None:
    """Return the traffic in which a party waits for this very export; `None` when it does not (any more)."""
    traffic = await tx.raw.fetchval(
        """SELECT traffic FROM "user".export WHERE party_id = $1 AND export_id = $2 AND state = 'waiting'""",
        party_id,
        export_id,
    )
    return Traffic(traffic) if traffic else None


async def finish_export(
    tx: Transaction, *, export_id: UUID, party_id: UUID, content: bytes, now: datetime
) -> bool:
    """Keep what an export holds; false when it is not waited for any more."""
    done = await tx.raw.fetchval(
        """UPDATE "user".export SET state = 'ready', content = $3, ready_at = $4
            WHERE party_id = $1 AND export_id = $2 AND state = 'waiting' RETURNING party_id""",
        party_id,
        export_id,
        content,
        now,
    )
    return done is not None


async def drop_old_exports(tx: Transaction, *, before: datetime) -> None:
    """Remove exports that nobody may download any more."""
    await tx.raw.execute('DELETE FROM "user".export WHERE requested_at < $1', before)


async def remains(tx: Transaction, limit: int) -> list[dict[str, Any]]:
    """Return erased parties of whom something personal is still there."""
    rows = await tx.raw.fetch(
        """SELECT p.party_id, found.place FROM "user".party p
             JOIN LATERAL (
               SELECT 'person' AS place FROM "user".person x WHERE x.party_id = p.party_id
               UNION ALL SELECT 'email_key' FROM "user".email_key x WHERE x.party_id = p.party_id
               UNION ALL SELECT 'password' FROM "user".password x WHERE x.party_id = p.party_id
               UNION ALL SELECT 'passkey' FROM "user".passkey x WHERE x.party_id = p.party_id
               UNION ALL SELECT 'identity' FROM "user".identity x WHERE x.party_id = p.party_id
               UNION ALL SELECT 'address' FROM "user".address x WHERE x.party_id = p.party_id
               UNION ALL SELECT 'pairwise' FROM "user".pairwise x WHERE x.party_id = p.party_id) found ON true
            WHERE p.state = 'erased' ORDER BY p.party_id LIMIT $1""",
        limit,
    )
    return [dict(row) for row in rows]


_LOCKS = (
    (EMAIL_KEY_RANK, 'SELECT FROM "user".email_key WHERE party_id = ANY($1::uuid[]) ORDER BY key FOR UPDATE'),
    (
        IDENTITY_RANK,
        'SELECT FROM "user".identity WHERE party_id = ANY($1::uuid[]) ORDER BY issuer, subject FOR UPDATE',
    ),
    (
        PARTY_RANK,
        'SELECT FROM "user".party WHERE party_id = ANY($1::uuid[]) ORDER BY party_id FOR NO KEY UPDATE',
    ),
    (
        TOKEN_RANK,
        """SELECT FROM "user".token WHERE party_id = ANY($1::uuid[])
               OR party_id IN (SELECT party_id FROM "user".app WHERE owner = ANY($1::uuid[]))
            ORDER BY hash FOR UPDATE""",
    ),
    (
        ADDRESS_RANK,
        'SELECT FROM "user".address WHERE party_id = ANY($1::uuid[]) ORDER BY address_id FOR UPDATE',
    ),
)

_END_TOKENS = """
UPDATE "user".token SET ended_at = coalesce(ended_at, $2), label = '', changed_xid = pg_current_xact_id()
 WHERE party_id = ANY($1::uuid[]) OR party_id IN (SELECT party_id FROM "user".app WHERE owner = ANY($1::uuid[]))
RETURNING hash
"""

# An order's address version stays as a row, and of it the country, which the books are kept by.
_ERASE = (
    (
        None,
        """UPDATE "user".address_version
              SET recipient = '', phone = '', region = '', city = '', district = '', street = '', postcode = ''
            WHERE address_id IN (SELECT address_id FROM "user".address WHERE party_id = ANY($1::uuid[]))""",
    ),
    (None, 'DELETE FROM "user".address WHERE party_id = ANY($1::uuid[])'),
    (None, 'DELETE FROM "user".email_key WHERE party_id = ANY($1::uuid[])'),
    (None, 'DELETE FROM "user".identity WHERE party_id = ANY($1::uuid[])'),
    (None, 'DELETE FROM "user".person WHERE party_id = ANY($1::uuid[])'),
    (None, 'DELETE FROM "user".password WHERE party_id = ANY($1::uuid[])'),
    (None, 'DELETE FROM "user".role WHERE party_id = ANY($1::uuid[])'),
    (None, """UPDATE "user".app SET name = '' WHERE owner = ANY($1::uuid[])"""),
    (None, 'DELETE FROM "user".ceremony WHERE party_id = ANY($1::uuid[])'),
    (None, 'DELETE FROM "user".issuer_visit WHERE party_id = ANY($1::uuid[])'),
    (None, 'DELETE FROM "user".export WHERE party_id = ANY($1::uuid[])'),
    (
        None,
        """UPDATE "user".party SET state = 'erased', merged_into = NULL
            WHERE party_id = ANY($1::uuid[])
               OR party_id IN (SELECT party_id FROM "user".app WHERE owner = ANY($1::uuid[]))""",
    ),
    (PASSKEY_RANK, 'DELETE FROM "user".passkey WHERE party_id = ANY($1::uuid[])'),
    (PROOF_RANK, 'DELETE FROM "user".proof WHERE party_id = ANY($1::uuid[])'),
    (PAIRWISE_RANK, 'DELETE FROM "user".pairwise WHERE party_id = ANY($1::uuid[])'),
)
