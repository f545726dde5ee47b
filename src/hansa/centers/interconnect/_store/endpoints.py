"""Webhook endpoints, and who listens to what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.interconnect._tables import DELIVERY_RANK, ENDPOINT_RANK
from hansa.centers.interconnect.types import Endpoint, EndpointState

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

_ENDPOINT = """endpoint_id AS id, business, traffic, shop_id, app_id, url, types, description, state, reason,
               failing_since, old_secret_until AS secret_until, created_by, created_at, version"""


async def insert_endpoint(tx: Transaction, new: Endpoint, *, secret: str, sealed_with: str) -> None:
    """Add an endpoint with its sealed secret."""
    await tx.raw.execute(
        """INSERT INTO interconnect.endpoint
             (endpoint_id, business, traffic, shop_id, app_id, url, types, description, state, secret, sealed_with,
              created_by, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10, $11, $12)""",
        new.id,
        new.business,
        new.traffic.value,
        new.shop_id,
        new.app_id,
        new.url,
        list(new.types),
        new.description,
        secret,
        sealed_with,
        new.created_by,
        new.created_at,
    )


async def read_endpoint(tx: Transaction, endpoint_id: UUID) -> Endpoint | None:
    """Read an endpoint that was not removed."""
    row = await tx.raw.fetchrow(
        f"SELECT {_ENDPOINT} FROM interconnect.endpoint WHERE endpoint_id = $1 AND state <> 'removed'",
        endpoint_id,
    )
    return msgspec.convert(dict(row), Endpoint, strict=False) if row else None


async def read_endpoints(tx: Transaction, endpoint_ids: Sequence[UUID]) -> dict[UUID, Endpoint]:
    """Read endpoints, removed ones too."""
    rows = await tx.raw.fetch(
        f"SELECT {_ENDPOINT} FROM interconnect.endpoint WHERE endpoint_id = ANY($1::uuid[])",
        list(endpoint_ids),
    )
    return {row["id"]: msgspec.convert(dict(row), Endpoint, strict=False) for row in rows}


async def lock_endpoint(tx: Transaction, endpoint_id: UUID) -> Endpoint | None:
    """Read an endpoint that was not removed, locked for a change."""
    tx.locks(ENDPOINT_RANK)
    row = await tx.raw.fetchrow(
        f"""SELECT {_ENDPOINT} FROM interconnect.endpoint
             WHERE endpoint_id = $1 AND state <> 'removed' FOR UPDATE""",
        endpoint_id,
    )
    return msgspec.convert(dict(row), Endpoint, strict=False) if row else None


async def list_endpoints(
    tx: Transaction,
    *,
    business: str,
    traffic: str,
    shop_id: UUID | None,
    app_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Endpoint]:
    """Read the endpoints of one shop or one app, oldest first."""
    rows = await tx.raw.fetch(
        f"""SELECT {_ENDPOINT} FROM interconnect.endpoint
             WHERE (shop_id = $1 OR app_id = $2) AND business = $3 AND traffic = $4 AND state <> 'removed'
               AND ($5::uuid IS NULL OR endpoint_id > $5)
             ORDER BY endpoint_id LIMIT $6""",
        shop_id,
        app_id,
        business,
        traffic,
        after,
        limit,
    )
    return [msgspec.convert(dict(row), Endpoint, strict=False) for row in rows]


async def count_endpoints(tx: Transaction, *, shop_id: UUID | None, app_id: UUID | None) -> int:
    """Count the endpoints of one shop or one app, in every traffic class."""
    count: int = await tx.raw.fetchval(
        "SELECT count(*) FROM interconnect.endpoint WHERE (shop_id = $1 OR app_id = $2) AND state <> 'removed'",
        shop_id,
        app_id,
    )
    return count


async def put_endpoint(tx: Transaction, changed: Endpoint) -> None:
    """Write what may change of a locked endpoint."""
    await tx.raw.execute(
        """UPDATE interconnect.endpoint SET url = $2, types = $3, description = $4, version = version + 1
            WHERE endpoint_id = $1""",
        changed.id,
        changed.url,
        list(changed.types),
        changed.description,
    )


async def put_state(tx: Transaction, endpoint_id: UUID, state: EndpointState, *, reason: str) -> None:
    """Move a locked endpoint to another state; one that is removed loses what it was told by."""
    await tx.raw.execute(
        """UPDATE interconnect.endpoint
              SET previous_state = state, state = $2, reason = $3, failing_since = NULL, version = version + 1,
                  secret = CASE WHEN $2 = 'removed' THEN '' ELSE secret END,
                  old_secret = CASE WHEN $2 = 'removed' THEN NULL ELSE old_secret END,
                  old_secret_until = CASE WHEN $2 = 'removed' THEN NULL ELSE old_secret_until END
            WHERE endpoint_id = $1""",
        endpoint_id,
        state.value,
        reason,
    )


async def stop_deliveries(tx: Transaction, endpoint_id: UUID, *, now: datetime) -> None:
    """Give up what is on its way to a locked endpoint."""
    tx.locks(DELIVERY_RANK)
    await tx.raw.execute(
        """UPDATE interconnect.delivery
              SET state = 'failed', settled_at = $2, leased_until = NULL, round = round + 1
            WHERE endpoint_id = $1 AND state IN ('due', 'waiting')""",
        endpoint_id,
        now,
    )


async def remove_endpoints_of(tx: Transaction, app_ids: Sequence[UUID]) -> list[Endpoint]:
    """Remove every endpoint of apps, and give up what is on its way to them; return what was removed."""
    tx.locks(ENDPOINT_RANK)
    rows = await tx.raw.fetch(
        f"""UPDATE interconnect.endpoint
               SET previous_state = state, state = 'removed', secret = '', old_secret = NULL,
                   old_secret_until = NULL, failing_since = NULL, version = version + 1
             WHERE endpoint_id IN (SELECT endpoint_id FROM interconnect.endpoint
                                    WHERE app_id = ANY($1::uuid[]) AND state <> 'removed'
                                    ORDER BY endpoint_id FOR UPDATE)
            RETURNING {_ENDPOINT}""",
        list(app_ids),
    )
    tx.locks(DELIVERY_RANK)
    await tx.raw.execute(
        """UPDATE interconnect.delivery
              SET state = 'failed', settled_at = now(), leased_until = NULL, round = round + 1
            WHERE endpoint_id = ANY($1::uuid[]) AND state IN ('due', 'waiting')""",
        [row["id"] for row in rows],
    )
    return [msgspec.convert(dict(row), Endpoint, strict=False) for row in rows]


async def rotate_secret(
    tx: Transaction, endpoint_id: UUID, *, secret: str, sealed_with: str, both_until: datetime
) -> None:
    """Give a locked endpoint a new secret; the one before signs too until a time."""
    await tx.raw.execute(
        """UPDATE interconnect.endpoint
              SET old_secret = secret, old_secret_until = $4, secret = $2, sealed_with = $3, version = version + 1
            WHERE endpoint_id = $1""",
        endpoint_id,
        secret,
        sealed_with,
        both_until,
    )


async def lock_sealed_otherwise(
    tx: Transaction, sealed_with: str, *, limit: int
) -> list[tuple[UUID, str, str | None]]:
    """Return (endpoint, secret, old secret) of some endpoints sealed with another key, locked for a change."""
    tx.locks(ENDPOINT_RANK)
    rows = await tx.raw.fetch(
        """SELECT endpoint_id, secret, old_secret FROM interconnect.endpoint
            WHERE sealed_with <> $1 AND state <> 'removed' ORDER BY endpoint_id LIMIT $2 FOR UPDATE""",
        sealed_with,
        limit,
    )
    return [(row["endpoint_id"], row["secret"], row["old_secret"]) for row in rows]


async def reseal(
    tx: Transaction, sealed: Sequence[tuple[UUID, str, str | None]], *, sealed_with: str
) -> None:
    """Write locked endpoints' secrets as sealed with another key."""
    await tx.raw.execute(
        """UPDATE interconnect.endpoint e SET secret = w.secret, old_secret = w.old_secret, sealed_with = $4
             FROM unnest($1::uuid[], $2::text[], $3::text[]) AS w (endpoint_id, secret, old_secret)
            WHERE e.endpoint_id = w.endpoint_id""",
        [one for one, _, _ in sealed],
        [secret for _, secret, _ in sealed],
        [old for _, _, old in sealed],
        sealed_with,
    )


async def listened_to(tx: Transaction, shop_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of these shops to which an endpoint or an app listens."""
    rows = await tx.raw.fetch(
        """SELECT s FROM unnest($1::uuid[]) AS w (s)
            WHERE EXISTS (SELECT FROM interconnect.endpoint WHERE shop_id = s AND state <> 'removed')
               OR EXISTS (SELECT FROM interconnect.installation WHERE shop_id = s AND ended_at IS NULL)""",
        list(shop_ids),
    )
    return {row["s"] for row in rows}


async def forget_descriptions(tx: Transaction, parties: Sequence[UUID]) -> list[UUID]:
    """Empty what these parties wrote about endpoints; return who had written something."""
    tx.locks(ENDPOINT_RANK)
    rows = await tx.raw.fetch(
        """UPDATE interconnect.endpoint e SET description = ''
             FROM (SELECT endpoint_id FROM interconnect.endpoint
                    WHERE created_by = ANY($1::uuid[]) AND description <> ''
                    ORDER BY endpoint_id FOR UPDATE) AS written
            WHERE e.endpoint_id = written.endpoint_id RETURNING e.created_by""",
        list(parties),
    )
    return [row["created_by"] for row in rows]


async def forget_shops(tx: Transaction, shop_ids: Sequence[UUID]) -> set[UUID]:
    """Remove the endpoints of shops that are over for good, and where they led; return the shops that had some."""
    tx.locks(ENDPOINT_RANK)
    rows = await tx.raw.fetch(
        """UPDATE interconnect.endpoint e
              SET url = '', description = '', state = 'removed',
                  previous_state = CASE WHEN e.state = 'removed' THEN e.previous_state ELSE e.state END,
                  version = version + 1
             FROM (SELECT endpoint_id FROM interconnect.endpoint
                    WHERE shop_id = ANY($1::uuid[]) AND url <> '' ORDER BY endpoint_id FOR UPDATE) AS theirs
            WHERE e.endpoint_id = theirs.endpoint_id RETURNING e.shop_id""",
        list(shop_ids),
    )
    return {row["shop_id"] for row in rows}


async def endpoints_made_by(tx: Transaction, party: UUID, *, limit: int | None) -> list[Endpoint]:
    """Read the endpoints that somebody made, in every business."""
    rows = await tx.raw.fetch(
        f"""SELECT {_ENDPOINT} FROM interconnect.endpoint
             WHERE created_by = $1 AND state <> 'removed' ORDER BY endpoint_id LIMIT $2""",
        party,
        limit,
    )
    return [msgspec.convert(dict(row), Endpoint, strict=False) for row in rows]
