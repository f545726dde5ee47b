"""Sessions and API tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user._tables import TOKEN_RANK
from hansa.centers.user.types import Device, PartyId, Token, TokenId, TokenKind
from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction


NO_DEVICE = Device()


class StoredToken(msgspec.Struct, frozen=True):
    """A token that has not ended."""

    hash: bytes
    token_id: TokenId
    party_id: PartyId
    kind: TokenKind
    grants: tuple[str, ...]
    business: str
    traffic: Traffic
    expires_at: datetime
    ends_at: datetime
    seen_at: datetime


class EndedToken(msgspec.Struct, frozen=True):
    """A token that was just ended."""

    hash: bytes
    token_id: TokenId
    party_id: PartyId


async def insert_token(
    tx: Transaction,
    ctx: Ctx,
    *,
    token_hash: bytes,
    token_id: UUID,
    party_id: UUID,
    kind: TokenKind,
    expires_at: datetime,
    ends_at: datetime,
    label: str = "",
    grants: Sequence[str] = (),
    proved: bool = False,
    device: Device = NO_DEVICE,
) -> None:
    """Add a token; `proved` when its holder has just shown who they are."""
    await tx.raw.execute(
        """INSERT INTO "user".token
             (hash, token_id, party_id, kind, label, grants, business, traffic, created_at, expires_at, ends_at,
              proved_at, browser, system, seen_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CASE WHEN $12 THEN $9::timestamptz END,
                   $13, $14, $9)""",
        token_hash,
        token_id,
        party_id,
        kind.value,
        label,
        list(grants),
        ctx.business,
        ctx.traffic.value,
        ctx.now(),
        expires_at,
        ends_at,
        proved,
        device.browser,
        device.system,
    )


async def read_tokens(tx: Transaction, hashes: Sequence[bytes]) -> list[StoredToken]:
    """Read the tokens with these hashes that were not ended (they may have expired)."""
    rows = await tx.raw.fetch(
        """SELECT hash, token_id, party_id, kind, grants, business, traffic, expires_at, ends_at, seen_at
             FROM "user".token WHERE hash = ANY($1::bytea[]) AND ended_at IS NULL""",
        list(hashes),
    )
    return [msgspec.convert(dict(row), StoredToken, strict=False) for row in rows]


async def use(tx: Transaction, *, token_hash: bytes, expires_at: datetime, now: datetime) -> None:
    """Note that a session is used, until when it lives so; both only ever move later, whichever process comes last."""
    await tx.raw.execute(
        """UPDATE "user".token
              SET expires_at = greatest(expires_at, least($2, ends_at)), seen_at = greatest(seen_at, $3)
            WHERE hash = $1 AND ended_at IS NULL""",
        token_hash,
        expires_at,
        now,
    )


async def end_token(
    tx: Transaction, *, party_ids: Sequence[UUID], token_id: UUID, kind: TokenKind, now: datetime
) -> EndedToken | None:
    """End a token of one of these parties; `None` when there is none to end."""
    tx.locks(TOKEN_RANK)
    row = await tx.raw.fetchrow(
        """UPDATE "user".token SET ended_at = $4, changed_xid = pg_current_xact_id()
           WHERE party_id = ANY($1::uuid[]) AND token_id = $2 AND kind = $3 AND ended_at IS NULL
           RETURNING hash, token_id, party_id""",
        list(party_ids),
        token_id,
        kind.value,
        now,
    )
    return msgspec.convert(dict(row), EndedToken) if row else None


async def end_all(tx: Transaction, *, party_id: UUID, now: datetime) -> list[bytes]:
    """End every token of a party and return their hashes."""
    tx.locks(TOKEN_RANK)
    rows = await tx.raw.fetch(
        """UPDATE "user".token SET ended_at = $2, changed_xid = pg_current_xact_id()
           WHERE hash IN (SELECT hash FROM "user".token WHERE party_id = $1 AND ended_at IS NULL
                          ORDER BY hash FOR UPDATE)
           RETURNING hash""",
        party_id,
        now,
    )
    return [row["hash"] for row in rows]


async def is_session(tx: Transaction, *, party_id: UUID, token_id: UUID) -> bool:
    """Tell whether a token of a party is a session that was not ended."""
    found = await tx.raw.fetchval(
        """SELECT true FROM "user".token
            WHERE party_id = $1 AND token_id = $2 AND kind = 'session' AND ended_at IS NULL""",
        party_id,
        token_id,
    )
    return found is not None


async def touch_of(tx: Transaction, party_ids: Sequence[UUID]) -> list[bytes]:
    """Mark the tokens of these parties, and of their apps, as changed: every process reads them again."""
    tx.locks(TOKEN_RANK)
    rows = await tx.raw.fetch(
        """UPDATE "user".token SET changed_xid = pg_current_xact_id()
           WHERE hash IN (SELECT hash FROM "user".token
                           WHERE (party_id = ANY($1::uuid[])
                                  OR party_id IN (SELECT party_id FROM "user".app WHERE owner = ANY($1::uuid[])))
                             AND ended_at IS NULL
                           ORDER BY hash FOR UPDATE)
           RETURNING hash""",
        list(party_ids),
    )
    return [row["hash"] for row in rows]


async def list_api_tokens(
    tx: Transaction,
    *,
    party_ids: Sequence[UUID],
    now: datetime,
    limit: int | None,
    among: Sequence[UUID] | None = None,
) -> list[Token]:
    """Read the API tokens of these parties that neither were ended nor expired, newest first; all, or `among` some."""
    rows = await tx.raw.fetch(
        """SELECT token_id AS id, kind, label, grants, business, traffic, created_at, expires_at
             FROM "user".token
            WHERE party_id = ANY($1::uuid[]) AND kind = 'api' AND ended_at IS NULL AND expires_at > $2
              AND ($4::uuid[] IS NULL OR token_id = ANY($4::uuid[]))
            ORDER BY token_id DESC LIMIT $3""",
        list(party_ids),
        now,
        limit,
        None if among is None else list(among),
    )
    return [msgspec.convert(dict(row), Token, strict=False) for row in rows]


async def apps_of(tx: Transaction, owner: UUID) -> list[PartyId]:
    """Return the apps of a person."""
    rows = await tx.raw.fetch('SELECT party_id FROM "user".app WHERE owner = $1 ORDER BY party_id', owner)
    return [PartyId(row["party_id"]) for row in rows]


async def drop_dead(
    tx: Transaction,
    *,
    before: datetime,
    guests_before: datetime,
    sparing: Sequence[tuple[str, str]],
    limit: int,
) -> int:
    """Forget some tokens that expired before a time; return how many.

    A guest's session tells when the guest was last here: it stays unless that was before `guests_before`. `sparing`
    names clocks (business, traffic) by which "before" means something else.
    """
    return len(
        await tx.raw.fetch(
            """DELETE FROM "user".token WHERE hash IN (
                 SELECT hash FROM "user".token
                  WHERE expires_at < $1
                    AND (business, traffic) NOT IN (SELECT * FROM unnest($2::text[], $3::text[]))
                    AND (seen_at < $5 OR NOT EXISTS (
                           SELECT FROM "user".party p
                            WHERE p.party_id = token.party_id AND p.kind = 'guest'
                              AND p.state IN ('active', 'suspended')))
                  ORDER BY hash LIMIT $4 FOR UPDATE SKIP LOCKED)
               RETURNING token_id""",
            before,
            [business for business, _ in sparing],
            [traffic for _, traffic in sparing],
            limit,
            guests_before,
        )
    )


async def living_tokens_of_dead_parties(tx: Transaction, limit: int) -> list[UUID]:
    """Return tokens that still open a party which was merged or erased."""
    rows = await tx.raw.fetch(
        """SELECT t.token_id FROM "user".token t LEFT JOIN "user".party p ON p.party_id = t.party_id
            WHERE t.ended_at IS NULL AND (p.party_id IS NULL OR p.state IN ('merged', 'erased'))
            ORDER BY t.token_id LIMIT $1""",
        limit,
    )
    return [row["token_id"] for row in rows]
