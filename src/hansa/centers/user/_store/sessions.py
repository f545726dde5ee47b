"""Sessions as their owner sees them: which there are, ending them, and when somebody last proved who they are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user._store.tokens import EndedToken
from hansa.centers.user._tables import TOKEN_RANK
from hansa.centers.user.types import SessionShown
from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class Proved(msgspec.Struct, frozen=True):
    """When the holder of a session last proved who they are, by the clock of where the session began."""

    business: str
    traffic: Traffic
    proved_at: datetime | None


async def list_sessions(
    tx: Transaction, *, party_id: UUID, acting: UUID | None, now: datetime, limit: int | None
) -> list[SessionShown]:
    """Read the sessions of a party that neither ended nor expired, newest first."""
    rows = await tx.raw.fetch(
        """SELECT token_id AS id, business, browser, system, created_at, seen_at, expires_at,
                  token_id IS NOT DISTINCT FROM $2 AS acting
             FROM "user".token
            WHERE party_id = $1 AND kind = 'session' AND ended_at IS NULL AND expires_at > $3
            ORDER BY token_id DESC LIMIT $4""",
        party_id,
        acting,
        now,
        limit,
    )
    return [msgspec.convert(dict(row), SessionShown) for row in rows]


async def end_sessions(
    tx: Transaction, *, party_id: UUID, now: datetime, sparing: UUID | None = None, tokens_too: bool = False
) -> list[EndedToken]:
    """End the sessions of a party except one; with `tokens_too` its API tokens as well, and its apps'."""
    tx.locks(TOKEN_RANK)
    rows = await tx.raw.fetch(
        """UPDATE "user".token SET ended_at = $2, changed_xid = pg_current_xact_id()
            WHERE hash IN (SELECT hash FROM "user".token
                            WHERE (party_id = $1
                                   OR ($4 AND party_id IN (SELECT party_id FROM "user".app WHERE owner = $1)))
                              AND ended_at IS NULL AND (kind = 'session' OR $4)
                              AND token_id IS DISTINCT FROM $3
                            ORDER BY hash FOR UPDATE)
           RETURNING hash, token_id, party_id""",
        party_id,
        now,
        sparing,
        tokens_too,
    )
    return [msgspec.convert(dict(row), EndedToken) for row in rows]


async def read_proved(tx: Transaction, *, party_id: UUID, token_id: UUID) -> Proved | None:
    """Read when the holder of a living session proved who they are; `None` when there is no such session."""
    row = await tx.raw.fetchrow(
        """SELECT business, traffic, proved_at FROM "user".token
            WHERE party_id = $1 AND token_id = $2 AND kind = 'session' AND ended_at IS NULL""",
        party_id,
        token_id,
    )
    return msgspec.convert(dict(row), Proved, strict=False) if row else None


async def put_proved(tx: Transaction, *, party_id: UUID, token_id: UUID, now: datetime) -> None:
    """Note that the holder of a session has just proved who they are."""
    tx.locks(TOKEN_RANK)
    await tx.raw.execute(
        """UPDATE "user".token SET proved_at = $3
            WHERE party_id = $1 AND token_id = $2 AND kind = 'session' AND ended_at IS NULL""",
        party_id,
        token_id,
        now,
    )
