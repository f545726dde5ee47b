"""Proofs: what a mailed link stands for. A row is the right to use the link once; using it deletes the row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user._rules.email import EmailAddress
from hansa.centers.user._tables import EMAIL_KEY_RANK, PROOF_RANK
from hansa.centers.user.types import PartyId, ProofId, Purpose
from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction


class Proof(msgspec.Struct, frozen=True):
    """A link that was not used. Without a party it leads nowhere: nobody has that address."""

    proof_id: ProofId
    party_id: PartyId | None
    purpose: Purpose
    email: str
    email_key: str
    locale: str
    business: str
    traffic: Traffic
    expires_at: datetime


class AddressOwner(msgspec.Struct, frozen=True):
    """Who logs in with an address."""

    party_id: PartyId
    verified: bool


async def insert_proof(
    tx: Transaction,
    ctx: Ctx,
    *,
    proof_id: UUID,
    party_id: UUID,
    purpose: Purpose,
    email: EmailAddress,
    expires_at: datetime,
) -> None:
    """Add a proof for a party, in place of earlier ones of its purpose."""
    tx.locks(PROOF_RANK)
    await tx.raw.execute(
        'DELETE FROM "user".proof WHERE party_id = $1 AND purpose = $2', party_id, purpose.value
    )
    await tx.raw.execute(
        _INSERT,
        proof_id, party_id, purpose.value, email.shown, email.key, ctx.locale, ctx.business, ctx.traffic.value,
        ctx.now(), expires_at,
    )  # fmt: skip


async def insert_proof_for_address(
    tx: Transaction, ctx: Ctx, *, proof_id: UUID, purpose: Purpose, email: EmailAddress, expires_at: datetime
) -> None:
    """Add a proof for whoever logs in with an address: the same statement whether it is anybody's or not.

    The mail goes to the address as its owner wrote it, not as it was asked for.
    """
    await tx.raw.execute(
        """INSERT INTO "user".proof (proof_id, party_id, purpose, email, email_key, locale, business, traffic,
                                     created_at, expires_at)
           SELECT $1, p.party_id, $2, coalesce(n.email, ''), CASE WHEN p.party_id IS NULL THEN '' ELSE $3 END,
                  coalesce(p.locale, $4), $5, $6, $7, $8
             FROM (SELECT) one
             LEFT JOIN "user".email_key k ON k.key = $3
             LEFT JOIN "user".party p ON p.party_id = k.party_id AND p.state <> 'erased'
             LEFT JOIN "user".person n ON n.party_id = p.party_id""",
        proof_id,
        purpose.value,
        email.key,
        ctx.locale,
        ctx.business,
        ctx.traffic.value,
        ctx.now(),
        expires_at,
    )


async def read_proof(tx: Transaction, proof_id: UUID) -> Proof | None:
    """Read a proof that was not used yet (it may have expired)."""
    row = await tx.raw.fetchrow(f'SELECT {_FIELDS} FROM "user".proof WHERE proof_id = $1', proof_id)
    return msgspec.convert(dict(row), Proof, strict=False) if row else None


async def take_proof(tx: Transaction, proof_id: UUID) -> Proof | None:
    """Use a proof up. Two at once: one waits and gets `None`."""
    tx.locks(PROOF_RANK)
    row = await tx.raw.fetchrow(f'DELETE FROM "user".proof WHERE proof_id = $1 RETURNING {_FIELDS}', proof_id)
    return msgspec.convert(dict(row), Proof, strict=False) if row else None


async def drop_proofs(tx: Transaction, party_ids: Sequence[UUID], purposes: Sequence[Purpose]) -> None:
    """Take back links of these parties that were mailed and not used."""
    tx.locks(PROOF_RANK)
    await tx.raw.execute(
        'DELETE FROM "user".proof WHERE party_id = ANY($1::uuid[]) AND purpose = ANY($2::text[])',
        list(party_ids),
        [purpose.value for purpose in purposes],
    )


async def drop_old_proofs(tx: Transaction, *, before: datetime) -> None:
    """Forget links that were asked for so long ago that they expired by any clock."""
    await tx.raw.execute('DELETE FROM "user".proof WHERE created_at < $1', before)


async def verify_email(tx: Transaction, *, key: str, party_id: UUID, now: datetime) -> bool:
    """Note that mail to an address reaches its party; false when the address is not the party's (any more)."""
    tx.locks(EMAIL_KEY_RANK)
    found = await tx.raw.fetchval(
        """UPDATE "user".email_key SET verified_at = coalesce(verified_at, $3)
            WHERE key = $1 AND party_id = $2 RETURNING party_id""",
        key,
        party_id,
        now,
    )
    return found is not None


async def owner_of(tx: Transaction, key: str) -> AddressOwner | None:
    """Return who logs in with an address, and whether they verified it."""
    row = await tx.raw.fetchrow(
        'SELECT party_id, verified_at IS NOT NULL AS verified FROM "user".email_key WHERE key = $1', key
    )
    return msgspec.convert(dict(row), AddressOwner) if row else None


async def is_verified(tx: Transaction, party_id: UUID) -> bool:
    """Tell whether the address a party logs in with was verified."""
    found = await tx.raw.fetchval(
        'SELECT true FROM "user".email_key WHERE party_id = $1 AND verified_at IS NOT NULL', party_id
    )
    return found is not None


async def move_email(tx: Transaction, *, party_id: UUID, email: EmailAddress, now: datetime) -> bool:
    """Have a party log in with another, verified address; false when that is somebody else's."""
    tx.locks(EMAIL_KEY_RANK)
    owner = await tx.raw.fetchval(
        """INSERT INTO "user".email_key AS k (key, party_id, verified_at, created_at) VALUES ($1, $2, $3, $3)
           ON CONFLICT (key) DO UPDATE SET verified_at = coalesce(k.verified_at, $3) WHERE k.party_id = $2
           RETURNING party_id""",
        email.key,
        party_id,
        now,
    )
    if owner is None:
        return False
    await tx.raw.execute(
        'DELETE FROM "user".email_key WHERE party_id = $1 AND key <> $2', party_id, email.key
    )
    await tx.raw.execute(
        'UPDATE "user".person SET email = $2, updated_at = $3 WHERE party_id = $1', party_id, email.shown, now
    )
    return True


_FIELDS = "proof_id, party_id, purpose, email, email_key, locale, business, traffic, expires_at"
_INSERT = """
INSERT INTO "user".proof (proof_id, party_id, purpose, email, email_key, locale, business, traffic, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
