"""Apps, installations, and which tokens an installation has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.interconnect._tables import APP_RANK, INSTALLATION_RANK
from hansa.centers.interconnect.types import Installation
from hansa.centers.shop.types import ShopId
from hansa.centers.user.types import PartyId
from hansa.kernel.texts import Texts

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class StoredApp(msgspec.Struct, frozen=True, kw_only=True):
    """An app without its name, which `user` keeps."""

    id: PartyId
    owner: PartyId
    business: str
    about: Texts
    homepage: str
    scopes: tuple[str, ...]
    sandbox_shop: ShopId | None
    registered_at: datetime
    redirect_uris: tuple[str, ...] = ()


_APP = "app_id AS id, owner, business, about, homepage, scopes, sandbox_shop, registered_at, redirect_uris"
_INSTALLATION = "app_id, shop_id, business, traffic, scopes, installed_by, installed_at"


async def insert_app(tx: Transaction, new: StoredApp) -> None:
    """Add an app."""
    await tx.raw.execute(
        """INSERT INTO interconnect.app
             (app_id, owner, business, about, homepage, scopes, registered_at, redirect_uris)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        new.id,
        new.owner,
        new.business,
        msgspec.json.encode(new.about).decode(),
        new.homepage,
        list(new.scopes),
        new.registered_at,
        list(new.redirect_uris),
    )


async def read_apps(tx: Transaction, app_ids: Sequence[UUID]) -> dict[PartyId, StoredApp]:
    """Read apps that are not retired."""
    rows = await tx.raw.fetch(
        f"SELECT {_APP} FROM interconnect.app WHERE app_id = ANY($1::uuid[]) AND retired_at IS NULL",
        list(app_ids),
    )
    return {row["id"]: msgspec.convert(dict(row), StoredApp, strict=False) for row in rows}


async def lock_app(tx: Transaction, app_id: UUID) -> StoredApp | None:
    """Read an app that is not retired, locked for a change."""
    tx.locks(APP_RANK)
    row = await tx.raw.fetchrow(
        f"SELECT {_APP} FROM interconnect.app WHERE app_id = $1 AND retired_at IS NULL FOR UPDATE", app_id
    )
    return msgspec.convert(dict(row), StoredApp, strict=False) if row else None


async def apps_of(
    tx: Transaction, *, owner: UUID, business: str, before: UUID | None, limit: int
) -> list[StoredApp]:
    """Read somebody's apps in a business, newest first."""
    rows = await tx.raw.fetch(
        f"""SELECT {_APP} FROM interconnect.app
             WHERE owner = $1 AND business = $2 AND retired_at IS NULL AND ($3::uuid IS NULL OR app_id < $3)
             ORDER BY app_id DESC LIMIT $4""",
        owner,
        business,
        before,
        limit,
    )
    return [msgspec.convert(dict(row), StoredApp, strict=False) for row in rows]


async def put_app(
    tx: Transaction,
    app_id: UUID,
    *,
    about: Texts,
    homepage: str,
    scopes: Sequence[str],
    redirect_uris: Sequence[str],
) -> None:
    """Change a locked app."""
    await tx.raw.execute(
        """UPDATE interconnect.app SET about = $2, homepage = $3, scopes = $4, redirect_uris = $5
            WHERE app_id = $1""",
        app_id,
        msgspec.json.encode(about).decode(),
        homepage,
        list(scopes),
        list(redirect_uris),
    )


async def put_sandbox(tx: Transaction, app_id: UUID, shop_id: UUID) -> None:
    """Remember a locked app's sandbox."""
    await tx.raw.execute("UPDATE interconnect.app SET sandbox_shop = $2 WHERE app_id = $1", app_id, shop_id)


async def retire(tx: Transaction, app_ids: Sequence[UUID], *, now: datetime) -> list[PartyId]:
    """Retire apps and empty what they say of themselves; return those that were not retired yet."""
    tx.locks(APP_RANK)
    rows = await tx.raw.fetch(
        """UPDATE interconnect.app a SET retired_at = $2, about = '{}', homepage = '', redirect_uris = '{}', secret_hash = NULL
             FROM (SELECT app_id FROM interconnect.app WHERE app_id = ANY($1::uuid[]) AND retired_at IS NULL
                    ORDER BY app_id FOR UPDATE) AS living
            WHERE a.app_id = living.app_id RETURNING a.app_id""",
        list(app_ids),
        now,
    )
    return [row["app_id"] for row in rows]


async def apps_owned_by(tx: Transaction, owners: Sequence[UUID]) -> dict[PartyId, PartyId]:
    """Return the living apps of these parties in every business, with their owners."""
    rows = await tx.raw.fetch(
        """SELECT app_id, owner FROM interconnect.app
            WHERE owner = ANY($1::uuid[]) AND retired_at IS NULL ORDER BY app_id LIMIT 10000""",
        list(owners),
    )
    return {row["app_id"]: row["owner"] for row in rows}


async def put_installation(tx: Transaction, new: Installation) -> bool:
    """Write what an app may do in a shop, in place of what it might before; tell whether that was nothing."""
    tx.locks(INSTALLATION_RANK)
    row = await tx.raw.fetchrow(
        """WITH before AS (SELECT ended_at IS NULL AS living FROM interconnect.installation
                            WHERE app_id = $1 AND shop_id = $2)
           INSERT INTO interconnect.installation
             (app_id, shop_id, business, traffic, scopes, installed_by, installed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (app_id, shop_id) DO UPDATE
             SET scopes = excluded.scopes, installed_by = excluded.installed_by,
                 installed_at = excluded.installed_at, ended_at = NULL
           RETURNING coalesce((SELECT living FROM before), false) AS was_there""",
        new.app_id,
        new.shop_id,
        new.business,
        new.traffic.value,
        list(new.scopes),
        new.installed_by,
        new.installed_at,
    )
    return not row["was_there"]


async def read_installation(tx: Transaction, *, app_id: UUID, shop_id: UUID) -> Installation | None:
    """Read an installation that has not ended."""
    row = await tx.raw.fetchrow(
        f"""SELECT {_INSTALLATION} FROM interconnect.installation
             WHERE app_id = $1 AND shop_id = $2 AND ended_at IS NULL""",
        app_id,
        shop_id,
    )
    return msgspec.convert(dict(row), Installation, strict=False) if row else None


async def installations_of_shop(
    tx: Transaction, shop_id: UUID, *, after: UUID | None, limit: int
) -> list[Installation]:
    """Read what a shop has installed, by app."""
    rows = await tx.raw.fetch(
        f"""SELECT {_INSTALLATION} FROM interconnect.installation
             WHERE shop_id = $1 AND ended_at IS NULL AND ($2::uuid IS NULL OR app_id > $2)
             ORDER BY app_id LIMIT $3""",
        shop_id,
        after,
        limit,
    )
    return [msgspec.convert(dict(row), Installation, strict=False) for row in rows]


async def installations_of_app(
    tx: Transaction, app_id: UUID, *, after: UUID | None, limit: int
) -> list[Installation]:
    """Read where an app is installed, by shop."""
    rows = await tx.raw.fetch(
        f"""SELECT {_INSTALLATION} FROM interconnect.installation
             WHERE app_id = $1 AND ended_at IS NULL AND ($2::uuid IS NULL OR shop_id > $2)
             ORDER BY shop_id LIMIT $3""",
        app_id,
        after,
        limit,
    )
    return [msgspec.convert(dict(row), Installation, strict=False) for row in rows]


async def count_installed(tx: Transaction, shop_id: UUID, *, besides: UUID) -> int:
    """Count a shop's apps but for one."""
    count: int = await tx.raw.fetchval(
        """SELECT count(*) FROM interconnect.installation
            WHERE shop_id = $1 AND app_id <> $2 AND ended_at IS NULL""",
        shop_id,
        besides,
    )
    return count


async def end_installations(
    tx: Transaction, *, app_ids: Sequence[UUID], shop_id: UUID | None, now: datetime
) -> list[Installation]:
    """End installations of these apps, in one shop or in all; return those that had not ended."""
    tx.locks(INSTALLATION_RANK)
    rows = await tx.raw.fetch(
        f"""UPDATE interconnect.installation SET ended_at = $3
             WHERE app_id = ANY($1::uuid[]) AND ($2::uuid IS NULL OR shop_id = $2) AND ended_at IS NULL
            RETURNING {_INSTALLATION}""",
        list(app_ids),
        shop_id,
        now,
    )
    return [msgspec.convert(dict(row), Installation, strict=False) for row in rows]


async def narrow_installations(
    tx: Transaction, *, app_id: UUID, scopes: Sequence[str], now: datetime
) -> list[Installation]:
    """Take from a locked app's installations what it asks for no more; one left without a scope ends.

    Returns those that changed, with what is left; an ended one has no scopes.
    """
    tx.locks(INSTALLATION_RANK)
    rows = await tx.raw.fetch(
        """WITH left_over AS (
             SELECT app_id, shop_id, ARRAY(SELECT s FROM unnest(scopes) AS s WHERE s = ANY($2::text[])) AS kept
               FROM interconnect.installation
              WHERE app_id = $1 AND ended_at IS NULL AND NOT scopes <@ $2::text[]
              ORDER BY shop_id FOR UPDATE)
           UPDATE interconnect.installation i
              SET scopes = CASE WHEN cardinality(l.kept) > 0 THEN l.kept ELSE i.scopes END,
                  ended_at = CASE WHEN cardinality(l.kept) = 0 THEN $3::timestamptz END
             FROM left_over l WHERE i.app_id = l.app_id AND i.shop_id = l.shop_id
           RETURNING i.app_id, i.shop_id, i.business, i.traffic, l.kept AS scopes, i.installed_by, i.installed_at""",
        app_id,
        list(scopes),
        now,
    )
    return [msgspec.convert(dict(row), Installation, strict=False) for row in rows]


async def granted_to(
    tx: Transaction, app_ids: Sequence[UUID], *, business: str, traffic: str
) -> list[tuple[UUID, UUID, list[str]]]:
    """Return (app, shop, scopes) of what these apps have in a business and traffic class."""
    rows = await tx.raw.fetch(
        """SELECT app_id, shop_id, scopes FROM interconnect.installation
            WHERE app_id = ANY($1::uuid[]) AND business = $2 AND traffic = $3 AND ended_at IS NULL""",
        list(app_ids),
        business,
        traffic,
    )
    return [(row["app_id"], row["shop_id"], row["scopes"]) for row in rows]


async def insert_token(
    tx: Transaction,
    *,
    app_id: UUID,
    shop_id: UUID,
    token_id: UUID,
    now: datetime,
    authorization_id: UUID | None = None,
) -> None:
    """Remember which installation a token is for, and which authorization it came of."""
    await tx.raw.execute(
        """INSERT INTO interconnect.app_token (app_id, shop_id, token_id, issued_at, authorization_id)
           VALUES ($1, $2, $3, $4, $5)""",
        app_id,
        shop_id,
        token_id,
        now,
        authorization_id,
    )


async def token_ids(tx: Transaction, *, app_id: UUID, shop_id: UUID | None) -> list[UUID]:
    """Return the tokens ever issued to an app, for one shop or for all."""
    rows = await tx.raw.fetch(
        """SELECT token_id FROM interconnect.app_token
            WHERE app_id = $1 AND ($2::uuid IS NULL OR shop_id = $2) ORDER BY token_id DESC LIMIT 10000""",
        app_id,
        shop_id,
    )
    return [row["token_id"] for row in rows]
