"""Public events, their deliveries and attempts: written, claimed, settled, replayed, forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.interconnect._tables import DELIVERY_RANK
from hansa.centers.interconnect.types import Attempt, DeliveryState
from hansa.kernel.context import Traffic
from hansa.kernel.ids import uuid7

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A public event to be written. With `app_id` it is for that app alone."""

    message_id: UUID
    business: str
    traffic: str
    shop_id: UUID | None
    app_id: UUID | None
    type: str
    permission: str | None
    payload: str
    occurred_at: datetime


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that this process is to attempt, with everything it takes."""

    endpoint_id: UUID
    delivery_id: UUID
    message_id: UUID
    round: int
    tries: int
    business: str
    traffic: Traffic
    url: str
    secret: str
    old_secret: str | None
    old_secret_until: datetime | None
    failing: bool
    payload: str


async def insert_messages(tx: Transaction, messages: Sequence[NewMessage]) -> list[UUID]:
    """Write public events, each once, in the order given; return those that were not there yet."""
    rows = [msgspec.structs.astuple(one) for one in messages]
    written = await tx.raw.fetch(
        """INSERT INTO interconnect.message
             (message_id, business, traffic, shop_id, app_id, type, permission, payload, occurred_at, created_at)
           SELECT m.message_id, m.business, m.traffic, m.shop_id, m.app_id, m.type, m.permission, m.payload,
                  m.occurred_at, now()
             FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[],
                         $8::text[], $9::timestamptz[]) WITH ORDINALITY
               AS m (message_id, business, traffic, shop_id, app_id, type, permission, payload, occurred_at, at)
            ORDER BY m.at
           ON CONFLICT (message_id) DO NOTHING
           RETURNING message_id""",
        *map(list, zip(*rows, strict=True)),
    )
    return [row["message_id"] for row in written]


async def fan_out(tx: Transaction, message_ids: Sequence[UUID]) -> int:
    """Address public events to every endpoint that may be told and wants to be; return to how many.

    Business and traffic class must be the endpoint's; an app is told what its installation in the shop lets
    it see. For a disabled endpoint it is only noted, so that it can be replayed.
    """
    wanted = await tx.raw.fetch(_LISTENERS, list(message_ids))
    if not wanted:
        return 0
    await tx.raw.execute(
        """INSERT INTO interconnect.delivery
             (endpoint_id, delivery_id, message_id, business, traffic, state, created_at, settled_at)
           SELECT w.endpoint_id, w.delivery_id, w.message_id, w.business, w.traffic, w.state, now(),
                  CASE WHEN w.state = 'skipped' THEN w.at END
             FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
               AS w (endpoint_id, delivery_id, message_id, business, traffic, state, at)
           ON CONFLICT ON CONSTRAINT delivery_once DO NOTHING""",
        [row["endpoint_id"] for row in wanted],
        [uuid7() for _ in wanted],
        [row["message_id"] for row in wanted],
        [row["business"] for row in wanted],
        [row["traffic"] for row in wanted],
        [row["state"] for row in wanted],
        [row["occurred_at"] for row in wanted],
    )
    return len(wanted)


async def insert_delivery(
    tx: Transaction, *, endpoint_id: UUID, delivery_id: UUID, message: NewMessage
) -> None:
    """Address a public event to one endpoint."""
    await tx.raw.execute(
        """INSERT INTO interconnect.delivery
             (endpoint_id, delivery_id, message_id, business, traffic, state, created_at)
           VALUES ($1, $2, $3, $4, $5, 'due', now())""",
        endpoint_id,
        delivery_id,
        message.message_id,
        message.business,
        message.traffic,
    )


async def claim(
    tx: Transaction,
    *,
    room: int,
    failing_room: int,
    per_endpoint: int,
    under_way: Mapping[UUID, int],
    lease: timedelta,
) -> list[Claimed]:
    """Take due deliveries for this process, a few of each endpoint; nobody else does while the lease lasts.

    An endpoint that fails gets one at a time, and all that fail together no more than `failing_room`.
    """
    rows = await tx.raw.fetch(
        _CLAIM, room, failing_room, per_endpoint, list(under_way), list(under_way.values()), lease
    )
    return [msgspec.convert(dict(row), Claimed, strict=False) for row in rows]


async def record(
    tx: Transaction,
    claimed: Claimed,
    attempt: Attempt,
    *,
    state: DeliveryState,
) -> bool:
    """Write an attempt, and where the delivery stands after it; False when it was settled or replayed meanwhile."""
    tx.locks(DELIVERY_RANK)
    moved = await tx.raw.fetchval(
        """UPDATE interconnect.delivery
              SET state = $4, tries = tries + 1, leased_until = NULL,
                  settled_at = CASE WHEN $4 IN ('delivered', 'failed') THEN $5::timestamptz END
            WHERE endpoint_id = $1 AND delivery_id = $2 AND round = $3 AND state = 'due' RETURNING true""",
        claimed.endpoint_id,
        claimed.delivery_id,
        claimed.round,
        state.value,
        attempt.at,
    )
    await tx.raw.execute(
        "UPDATE interconnect.delivery SET attempts = attempts + 1 WHERE endpoint_id = $1 AND delivery_id = $2",
        claimed.endpoint_id,
        claimed.delivery_id,
    )
    await tx.raw.execute(
        """INSERT INTO interconnect.attempt
             (endpoint_id, delivery_id, attempt_id, at, outcome, status, duration_ms, response, recorded_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())""",
        claimed.endpoint_id,
        claimed.delivery_id,
        uuid7(),
        attempt.at,
        attempt.outcome.value,
        attempt.status,
        attempt.duration_ms,
        attempt.response,
    )
    return moved is not None


async def mark_well(tx: Transaction, endpoint_id: UUID) -> None:
    """Note that an endpoint took something."""
    await tx.raw.execute(
        """UPDATE interconnect.endpoint SET failing_since = NULL
            WHERE endpoint_id = $1 AND failing_since IS NOT NULL""",
        endpoint_id,
    )


async def mark_failing(tx: Transaction, endpoint_id: UUID, *, now: datetime) -> datetime | None:
    """Note that a locked endpoint failed; return since when it has."""
    since: datetime | None = await tx.raw.fetchval(
        """UPDATE interconnect.endpoint SET failing_since = coalesce(failing_since, $2)
            WHERE endpoint_id = $1 RETURNING failing_since""",
        endpoint_id,
        now,
    )
    return since


async def make_due(tx: Transaction, delivery_ids: Sequence[UUID]) -> None:
    """Have waiting deliveries sent as soon as there is room."""
    tx.locks(DELIVERY_RANK)
    await tx.raw.execute(
        """UPDATE interconnect.delivery d SET state = 'due'
             FROM (SELECT endpoint_id, delivery_id FROM interconnect.delivery
                    WHERE delivery_id = ANY($1::uuid[]) AND state = 'waiting'
                    ORDER BY endpoint_id, delivery_id FOR UPDATE) AS w
            WHERE d.endpoint_id = w.endpoint_id AND d.delivery_id = w.delivery_id""",
        list(delivery_ids),
    )


async def replay(tx: Transaction, *, endpoint_id: UUID, delivery_id: UUID) -> bool:
    """Have a delivery sent again, as if for the first time; False when there is none."""
    tx.locks(DELIVERY_RANK)
    found = await tx.raw.fetchval(
        """UPDATE interconnect.delivery
              SET state = 'due', tries = 0, round = round + 1, leased_until = NULL, settled_at = NULL
            WHERE endpoint_id = $1 AND delivery_id = $2 RETURNING true""",
        endpoint_id,
        delivery_id,
    )
    return found is not None


async def replay_range(
    tx: Transaction,
    *,
    endpoint_id: UUID,
    since: datetime,
    until: datetime,
    states: Sequence[DeliveryState],
    limit: int,
) -> int:
    """Have settled deliveries of what happened in a span sent again, the oldest first; return how many."""
    tx.locks(DELIVERY_RANK)
    rows = await tx.raw.fetch(
        """WITH again AS MATERIALIZED (
             SELECT d.delivery_id
               FROM interconnect.delivery d JOIN interconnect.message m USING (message_id)
              WHERE d.endpoint_id = $1 AND d.state = ANY($4::text[]) AND m.occurred_at >= $2 AND m.occurred_at < $3
              ORDER BY d.delivery_id LIMIT $5 FOR UPDATE OF d)
           UPDATE interconnect.delivery d
              SET state = 'due', tries = 0, round = round + 1, leased_until = NULL, settled_at = NULL
             FROM again a WHERE d.endpoint_id = $1 AND d.delivery_id = a.delivery_id
           RETURNING d.delivery_id""",
        endpoint_id,
        since,
        until,
        [state.value for state in states],
        limit,
    )
    return len(rows)


async def forget_before(tx: Transaction, before: datetime, *, limit: int) -> int:
    """Forget some of what is older (real time): attempts, deliveries, public events; return how many rows."""
    gone = 0
    for table, column in (("attempt", "recorded_at"), ("delivery", "created_at"), ("message", "created_at")):
        rows = await tx.raw.fetch(
            f"""DELETE FROM interconnect.{table} WHERE ctid = ANY(ARRAY(
                  SELECT ctid FROM interconnect.{table} WHERE {column} < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
                RETURNING 1""",
            before,
            limit,
        )
        gone += len(rows)
    return gone


_LISTENERS = """
SELECT e.endpoint_id, m.message_id, m.business, m.traffic, m.occurred_at,
       CASE WHEN e.state = 'active' THEN 'due' ELSE 'skipped' END AS state
  FROM interconnect.message m
  JOIN interconnect.endpoint e
    ON e.shop_id = m.shop_id AND m.app_id IS NULL
 WHERE m.message_id = ANY($1::uuid[]) AND e.state <> 'removed' AND m.type = ANY(e.types)
   AND e.business = m.business AND e.traffic = m.traffic
UNION ALL
SELECT e.endpoint_id, m.message_id, m.business, m.traffic, m.occurred_at,
       CASE WHEN e.state = 'active' THEN 'due' ELSE 'skipped' END
  FROM interconnect.message m
  JOIN interconnect.installation i
    ON i.shop_id = m.shop_id AND m.app_id IS NULL AND i.ended_at IS NULL
   AND (m.permission IS NULL OR m.permission = ANY(i.scopes))
  JOIN interconnect.endpoint e ON e.app_id = i.app_id
 WHERE m.message_id = ANY($1::uuid[]) AND e.state <> 'removed' AND m.type = ANY(e.types)
   AND e.business = m.business AND e.traffic = m.traffic
UNION ALL
SELECT e.endpoint_id, m.message_id, m.business, m.traffic, m.occurred_at,
       CASE WHEN e.state = 'active' THEN 'due' ELSE 'skipped' END
  FROM interconnect.message m
  JOIN interconnect.endpoint e ON e.app_id = m.app_id
 WHERE m.message_id = ANY($1::uuid[]) AND e.state <> 'removed' AND m.type = ANY(e.types)
   AND e.business = m.business AND e.traffic = m.traffic
ORDER BY 1, 2
"""

# Endpoints with something due are found by a loose index scan: one probe each, however long their queues are.
_CLAIM = """
WITH RECURSIVE waiting AS (
  (SELECT endpoint_id FROM interconnect.delivery WHERE state = 'due' ORDER BY endpoint_id LIMIT 1)
  UNION ALL
  SELECT following.endpoint_id FROM waiting, LATERAL (
    SELECT d.endpoint_id FROM interconnect.delivery d
     WHERE d.state = 'due' AND d.endpoint_id > waiting.endpoint_id ORDER BY d.endpoint_id LIMIT 1) following),
busy AS (SELECT * FROM unnest($4::uuid[], $5::int[]) AS b (endpoint_id, under_way)),
ready AS (
  SELECT e.endpoint_id, e.failing_since IS NOT NULL AS failing,
         CASE WHEN e.failing_since IS NULL THEN $3 ELSE 1 END - coalesce(b.under_way, 0) AS free
    FROM waiting w JOIN interconnect.endpoint e USING (endpoint_id) LEFT JOIN busy b USING (endpoint_id)
   WHERE e.state = 'active'),
chosen AS (
  (SELECT * FROM ready WHERE failing AND free > 0 ORDER BY random() LIMIT greatest($2, 0))
  UNION ALL
  (SELECT * FROM ready WHERE NOT failing AND free > 0 ORDER BY random() LIMIT $1)),
picked AS MATERIALIZED (
  SELECT d.endpoint_id, d.delivery_id, c.failing
    FROM chosen c, LATERAL (
      SELECT o.endpoint_id, o.delivery_id FROM interconnect.delivery o
       WHERE o.endpoint_id = c.endpoint_id AND o.state = 'due'
         AND (o.leased_until IS NULL OR o.leased_until < now())
       ORDER BY o.delivery_id LIMIT c.free FOR UPDATE SKIP LOCKED) d
   LIMIT $1),
leased AS (
  UPDATE interconnect.delivery d SET leased_until = now() + $6::interval
    FROM picked p WHERE d.endpoint_id = p.endpoint_id AND d.delivery_id = p.delivery_id
  RETURNING d.endpoint_id, d.delivery_id, d.message_id, d.round, d.tries, d.business, d.traffic, p.failing)
SELECT l.*, e.url, e.secret, e.old_secret, e.old_secret_until, m.payload
  FROM leased l JOIN interconnect.endpoint e USING (endpoint_id) JOIN interconnect.message m USING (message_id)
 ORDER BY l.delivery_id
"""
