"""What apps were granted by the authorization code flow: codes, refresh tokens, and which tokens came of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.interconnect._tables import APP_RANK, AUTHORIZATION_RANK, INSTALLATION_RANK, REFRESH_RANK
from hansa.centers.interconnect.types import AuthorizationId
from hansa.centers.shop.types import ShopId
from hansa.centers.user.types import PartyId
from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What an app was granted in a shop, with the code it began with."""

    id: AuthorizationId
    app_id: PartyId
    shop_id: ShopId
    business: str
    traffic: Traffic
    scopes: tuple[str, ...]
    granted_by: UUID
    granted_at: datetime
    redirect_uri: str
    challenge: str
    code_expires_at: datetime
    ended_at: datetime | None = None


class Refresh(msgspec.Struct, frozen=True, kw_only=True):
    """A refresh token, with the authorization it belongs to."""

    authorization: Stored
    expires_at: datetime
    used_at: datetime | None


_COLUMNS = """a.authorization_id AS id, a.app_id, a.shop_id, a.business, a.traffic, a.scopes, a.granted_by,
              a.granted_at, a.redirect_uri, a.challenge, a.code_expires_at, a.ended_at"""


async def insert(tx: Transaction, new: Stored, *, code_hash: bytes) -> None:
    """Write what was granted, with the code that it is taken up by."""
    tx.locks(AUTHORIZATION_RANK)
    await tx.raw.execute(
        """INSERT INTO interconnect.authorization
             (authorization_id, app_id, shop_id, business, traffic, scopes, granted_by, granted_at, redirect_uri,
              challenge, code_hash, code_expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        new.id,
        new.app_id,
        new.shop_id,
        new.business,
        new.traffic.value,
        list(new.scopes),
        new.granted_by,
        new.granted_at,
        new.redirect_uri,
        new.challenge,
        code_hash,
        new.code_expires_at,
    )


async def surplus(tx: Transaction, *, app_id: UUID, shop_id: UUID, keep: int) -> list[AuthorizationId]:
    """Return the living authorizations of an app in a shop beyond the newest `keep`."""
    rows = await tx.raw.fetch(
        """SELECT authorization_id FROM interconnect.authorization
            WHERE app_id = $1 AND shop_id = $2 AND ended_at IS NULL
            ORDER BY authorization_id DESC OFFSET $3 LIMIT 1000""",
        app_id,
        shop_id,
        keep,
    )
    return [row["authorization_id"] for row in rows]


async def use_code(tx: Transaction, code_hash: bytes, *, now: datetime) -> tuple[Stored, bool] | None:
    """Use a code up, whatever comes of it; return what it stands for, and whether this was the first use."""
    tx.locks(AUTHORIZATION_RANK)
    row = await tx.raw.fetchrow(
        f"""SELECT {_COLUMNS}, a.code_used_at IS NULL AS is_first FROM interconnect.authorization a
             WHERE a.code_hash = $1 FOR UPDATE""",
        code_hash,
    )
    if row is None:
        return None
    known = dict(row)
    is_first = known.pop("is_first")
    if is_first:
        await tx.raw.execute(
            "UPDATE interconnect.authorization SET code_used_at = $2 WHERE authorization_id = $1",
            known["id"],
            now,
        )
    return msgspec.convert(known, Stored, strict=False), is_first


async def read_refresh(tx: Transaction, token_hash: bytes) -> Refresh | None:
    """Read a refresh token, whether it can still be used or not."""
    row = await tx.raw.fetchrow(
        f"""SELECT {_COLUMNS}, r.expires_at, r.used_at
              FROM interconnect.refresh_token r JOIN interconnect.authorization a USING (authorization_id)
             WHERE r.token_hash = $1""",
        token_hash,
    )
    if row is None:
        return None
    known = dict(row)
    expires_at, used_at = known.pop("expires_at"), known.pop("used_at")
    return Refresh(
        authorization=msgspec.convert(known, Stored, strict=False), expires_at=expires_at, used_at=used_at
    )


async def lock_living(tx: Transaction, one: Stored) -> tuple[str, ...] | None:
    """Lock an authorization and its installation; return what the shop lets the app do now, None when either ended."""
    tx.locks(INSTALLATION_RANK)
    scopes = await tx.raw.fetchval(
        """SELECT scopes FROM interconnect.installation
            WHERE app_id = $1 AND shop_id = $2 AND ended_at IS NULL FOR UPDATE""",
        one.app_id,
        one.shop_id,
    )
    tx.locks(AUTHORIZATION_RANK)
    lives = await tx.raw.fetchval(
        """SELECT ended_at IS NULL FROM interconnect.authorization WHERE authorization_id = $1 FOR UPDATE""",
        one.id,
    )
    return tuple(scopes) if scopes is not None and lives else None


async def use_refresh(tx: Transaction, token_hash: bytes, *, now: datetime) -> bool:
    """Use a refresh token up; False when somebody else did."""
    tx.locks(REFRESH_RANK)
    used = await tx.raw.fetchval(
        """UPDATE interconnect.refresh_token SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL
           RETURNING true""",
        token_hash,
        now,
    )
    return bool(used)


async def insert_refresh(
    tx: Transaction, *, token_hash: bytes, authorization_id: UUID, now: datetime, expires_at: datetime
) -> None:
    """Write a refresh token."""
    tx.locks(REFRESH_RANK)
    await tx.raw.execute(
        """INSERT INTO interconnect.refresh_token (token_hash, authorization_id, issued_at, expires_at)
           VALUES ($1, $2, $3, $4)""",
        token_hash,
        authorization_id,
        now,
        expires_at,
    )


async def end(tx: Transaction, ids: Sequence[UUID], *, reason: str, now: datetime) -> list[Stored]:
    """End authorizations; return those that lived."""
    tx.locks(AUTHORIZATION_RANK)
    rows = await tx.raw.fetch(
        f"""UPDATE interconnect.authorization a SET ended_at = $2, reason = $3
              FROM (SELECT authorization_id FROM interconnect.authorization
                     WHERE authorization_id = ANY($1::uuid[]) AND ended_at IS NULL
                     ORDER BY authorization_id FOR UPDATE) AS living
             WHERE a.authorization_id = living.authorization_id RETURNING {_COLUMNS}""",
        list(ids),
        now,
        reason,
    )
    return [msgspec.convert(dict(row), Stored, strict=False) for row in rows]


async def end_uninstalled(tx: Transaction, app_ids: Sequence[UUID], *, now: datetime) -> list[Stored]:
    """End the authorizations of apps in shops that have them no more; return those that lived."""
    tx.locks(AUTHORIZATION_RANK)
    rows = await tx.raw.fetch(
        f"""UPDATE interconnect.authorization a SET ended_at = $2, reason = 'uninstalled'
              FROM (SELECT z.authorization_id FROM interconnect.authorization z
                     WHERE z.app_id = ANY($1::uuid[]) AND z.ended_at IS NULL
                       AND NOT EXISTS (SELECT FROM interconnect.installation i
                                        WHERE i.app_id = z.app_id AND i.shop_id = z.shop_id AND i.ended_at IS NULL)
                     ORDER BY z.authorization_id FOR UPDATE) AS living
             WHERE a.authorization_id = living.authorization_id RETURNING {_COLUMNS}""",
        list(app_ids),
        now,
    )
    return [msgspec.convert(dict(row), Stored, strict=False) for row in rows]


async def tokens_of(tx: Transaction, ids: Sequence[UUID]) -> dict[PartyId, list[UUID]]:
    """Return the tokens that came of authorizations, by app."""
    rows = await tx.raw.fetch(
        """SELECT app_id, token_id FROM interconnect.app_token
            WHERE authorization_id = ANY($1::uuid[]) ORDER BY token_id DESC LIMIT 10000""",
        list(ids),
    )
    found: dict[PartyId, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["app_id"], []).append(row["token_id"])
    return found


async def client_secret_hash(tx: Transaction, app_id: UUID) -> bytes | None:
    """Read the hash of an app's secret; None for one that keeps none."""
    found: bytes | None = await tx.raw.fetchval(
        "SELECT secret_hash FROM interconnect.app WHERE app_id = $1 AND retired_at IS NULL", app_id
    )
    return found


async def put_client_secret(tx: Transaction, app_id: UUID, hashed: bytes) -> None:
    """Give a locked app another secret."""
    tx.locks(APP_RANK)
    await tx.raw.execute("UPDATE interconnect.app SET secret_hash = $2 WHERE app_id = $1", app_id, hashed)


async def forget_before(tx: Transaction, before: datetime, *, limit: int) -> int:
    """Forget some refresh tokens and codes that ended before a time, and which tokens came of the flow long ago."""
    rows = await tx.raw.fetch(
        """WITH refreshed AS (DELETE FROM interconnect.refresh_token WHERE token_hash = ANY(ARRAY(
                SELECT token_hash FROM interconnect.refresh_token WHERE expires_at < $1 LIMIT $2
                   FOR UPDATE SKIP LOCKED)) RETURNING 1),
             issued AS (DELETE FROM interconnect.app_token WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM interconnect.app_token WHERE authorization_id IS NOT NULL AND issued_at < $1 LIMIT $2
                   FOR UPDATE SKIP LOCKED)) RETURNING 1),
             granted AS (DELETE FROM interconnect.authorization WHERE authorization_id = ANY(ARRAY(
                SELECT a.authorization_id FROM interconnect.authorization a
                 WHERE a.code_expires_at < $1
                   AND NOT EXISTS (SELECT FROM interconnect.refresh_token r
                                    WHERE r.authorization_id = a.authorization_id) LIMIT $2
                   FOR UPDATE SKIP LOCKED)) RETURNING 1)
           SELECT 1 FROM refreshed UNION ALL SELECT 1 FROM issued UNION ALL SELECT 1 FROM granted""",
        before,
        limit,
    )
    return len(rows)
