"""Apps and their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user._store.tokens import EndedToken
from hansa.centers.user._tables import TOKEN_RANK
from hansa.centers.user.types import App, PartyId

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def read_apps(tx: Transaction, app_ids: Sequence[UUID]) -> dict[PartyId, App]:
    """Read apps; who is none is absent."""
    rows = await tx.raw.fetch(
        """SELECT a.party_id AS id, a.owner, a.name, p.state FROM "user".app a JOIN "user".party p USING (party_id)
            WHERE a.party_id = ANY($1::uuid[])""",
        list(app_ids),
    )
    return {row["id"]: msgspec.convert(dict(row), App, strict=False) for row in rows}


async def shorten(
    tx: Transaction, *, party_id: UUID, token_ids: Sequence[UUID], at: datetime, now: datetime
) -> list[EndedToken]:
    """Have API tokens of a party expire no later than `at`, and end them when that is not ahead; return them."""
    tx.locks(TOKEN_RANK)
    rows = await tx.raw.fetch(
        """UPDATE "user".token
              SET expires_at = least(expires_at, $3), changed_xid = pg_current_xact_id(),
                  ended_at = CASE WHEN $3 <= $4 THEN $4::timestamptz END
            WHERE hash IN (SELECT hash FROM "user".token
                            WHERE party_id = $1 AND token_id = ANY($2::uuid[]) AND kind = 'api' AND ended_at IS NULL
                            ORDER BY hash FOR UPDATE)
           RETURNING hash, token_id, party_id""",
        party_id,
        list(token_ids),
        at,
        now,
    )
    return [msgspec.convert(dict(row), EndedToken) for row in rows]
