"""Passkeys, and the ceremonies in which they are added and used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user._tables import PASSKEY_RANK
from hansa.centers.user.types import Passkey, PasskeyId

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class OpenCeremony(msgspec.Struct, frozen=True):
    """A ceremony that nobody has answered yet."""

    party_id: UUID | None
    challenge: bytes
    expires_at: datetime


class StoredPasskey(msgspec.Struct, frozen=True):
    """A passkey as a signature is checked against it."""

    passkey_id: PasskeyId
    party_id: UUID
    public_key: bytes
    sign_count: int


async def insert_ceremony(
    tx: Transaction,
    *,
    ceremony_id: UUID,
    kind: str,
    party_id: UUID | None,
    challenge: bytes,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Add a ceremony that waits for its answer."""
    await tx.raw.execute(
        """INSERT INTO "user".ceremony (ceremony_id, kind, party_id, challenge, created_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        ceremony_id,
        kind,
        party_id,
        challenge,
        now,
        expires_at,
    )


async def take_ceremony(tx: Transaction, *, ceremony_id: UUID, kind: str) -> OpenCeremony | None:
    """Use a ceremony's challenge up, whatever comes of it. Two at once: one waits and gets `None`."""
    row = await tx.raw.fetchrow(
        """DELETE FROM "user".ceremony WHERE ceremony_id = $1 AND kind = $2
           RETURNING party_id, challenge, expires_at""",
        ceremony_id,
        kind,
    )
    return msgspec.convert(dict(row), OpenCeremony) if row else None


async def drop_old_ceremonies(tx: Transaction, *, before: datetime) -> None:
    """Forget ceremonies that nobody answered."""
    await tx.raw.execute('DELETE FROM "user".ceremony WHERE created_at < $1', before)


async def insert_passkey(
    tx: Transaction,
    *,
    passkey_id: UUID,
    party_id: UUID,
    credential_id: bytes,
    public_key: bytes,
    sign_count: int,
    name: str,
    backed_up: bool,
    now: datetime,
) -> bool:
    """Add a passkey; false when it is somebody's already."""
    tx.locks(PASSKEY_RANK)
    added = await tx.raw.fetchval(
        """INSERT INTO "user".passkey (credential_id, passkey_id, party_id, public_key, sign_count, name, backed_up,
                                       created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (credential_id) DO NOTHING RETURNING passkey_id""",
        credential_id,
        passkey_id,
        party_id,
        public_key,
        sign_count,
        name,
        backed_up,
        now,
    )
    return added is not None


async def find_passkey(tx: Transaction, credential_id: bytes) -> StoredPasskey | None:
    """Read the passkey with a credential id."""
    row = await tx.raw.fetchrow(
        """SELECT passkey_id, party_id, public_key, sign_count FROM "user".passkey WHERE credential_id = $1""",
        credential_id,
    )
    return msgspec.convert(dict(row), StoredPasskey) if row else None


async def count_on(
    tx: Transaction, *, credential_id: bytes, sign_count: int, backed_up: bool, now: datetime
) -> bool:
    """Move a passkey's counter on; false when it does not rise: another device signs with the same key.

    An authenticator that always says zero keeps no counter (WebAuthn, 6.1.1).
    """
    tx.locks(PASSKEY_RANK)
    moved = await tx.raw.fetchval(
        """UPDATE "user".passkey SET sign_count = $2, backed_up = $3, used_at = $4
            WHERE credential_id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))
           RETURNING passkey_id""",
        credential_id,
        sign_count,
        backed_up,
        now,
    )
    return moved is not None


async def list_passkeys(tx: Transaction, party_id: UUID) -> list[Passkey]:
    """Read a party's passkeys, the oldest first; use cases keep them few."""
    rows = await tx.raw.fetch(
        """SELECT passkey_id AS id, name, backed_up, created_at, used_at FROM "user".passkey
            WHERE party_id = $1 ORDER BY passkey_id LIMIT 100""",
        party_id,
    )
    return [msgspec.convert(dict(row), Passkey) for row in rows]


async def credential_ids(tx: Transaction, party_id: UUID) -> list[bytes]:
    """Read the credential ids of a party's passkeys."""
    rows = await tx.raw.fetch(
        'SELECT credential_id FROM "user".passkey WHERE party_id = $1 ORDER BY passkey_id LIMIT 100', party_id
    )
    return [row["credential_id"] for row in rows]


async def rename(tx: Transaction, *, party_id: UUID, passkey_id: UUID, name: str) -> bool:
    """Give a passkey of a party another name; false when there is none."""
    tx.locks(PASSKEY_RANK)
    found = await tx.raw.fetchval(
        'UPDATE "user".passkey SET name = $3 WHERE party_id = $1 AND passkey_id = $2 RETURNING passkey_id',
        party_id,
        passkey_id,
        name,
    )
    return found is not None


async def remove(tx: Transaction, *, party_id: UUID, passkey_id: UUID) -> bool:
    """Forget a passkey of a party; false when there is none."""
    tx.locks(PASSKEY_RANK)
    found = await tx.raw.fetchval(
        'DELETE FROM "user".passkey WHERE party_id = $1 AND passkey_id = $2 RETURNING passkey_id',
        party_id,
        passkey_id,
    )
    return found is not None


async def drop_all(tx: Transaction, party_ids: Sequence[UUID]) -> None:
    """Forget every passkey of these parties."""
    tx.locks(PASSKEY_RANK)
    await tx.raw.execute('DELETE FROM "user".passkey WHERE party_id = ANY($1::uuid[])', list(party_ids))
