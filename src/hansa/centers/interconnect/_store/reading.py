"""Deliveries, attempts and public events as people and programs look back at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.interconnect.types import Attempt, Delivery, DeliveryState, Outcome, Told

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def list_deliveries(
    tx: Transaction, endpoint_id: UUID, *, state: DeliveryState | None, before: UUID | None, limit: int
) -> list[Delivery]:
    """Read an endpoint's deliveries, newest first."""
    rows = await tx.raw.fetch(
        f"""SELECT {_DELIVERY} FROM interconnect.delivery d JOIN interconnect.message m USING (message_id)
             WHERE d.endpoint_id = $1 AND ($2::text IS NULL OR d.state = $2)
               AND ($3::uuid IS NULL OR d.delivery_id < $3)
             ORDER BY d.delivery_id DESC LIMIT $4""",
        endpoint_id,
        state.value if state else None,
        before,
        limit,
    )
    return [msgspec.convert(dict(row), Delivery, strict=False) for row in rows]


async def read_delivery(
    tx: Transaction, *, endpoint_id: UUID, delivery_id: UUID
) -> tuple[Delivery, str] | None:
    """Read a delivery and what is sent."""
    row = await tx.raw.fetchrow(
        f"""SELECT {_DELIVERY}, m.payload FROM interconnect.delivery d JOIN interconnect.message m USING (message_id)
             WHERE d.endpoint_id = $1 AND d.delivery_id = $2""",
        endpoint_id,
        delivery_id,
    )
    if row is None:
        return None
    return msgspec.convert(dict(row), Delivery, strict=False), row["payload"]


async def read_attempts(
    tx: Transaction, *, endpoint_id: UUID, delivery_id: UUID, limit: int
) -> list[Attempt]:
    """Read the latest attempts of a delivery, oldest first."""
    rows = await tx.raw.fetch(
        """SELECT at, outcome, status, duration_ms, response FROM interconnect.attempt
            WHERE endpoint_id = $1 AND delivery_id = $2 ORDER BY attempt_id DESC LIMIT $3""",
        endpoint_id,
        delivery_id,
        limit,
    )
    return [
        Attempt(
            at=row["at"],
            outcome=Outcome(row["outcome"]),
            status=row["status"],
            duration_ms=row["duration_ms"],
            response=row["response"],
        )
        for row in reversed(rows)
    ]


async def read_feed(
    tx: Transaction,
    *,
    shop_id: UUID,
    business: str,
    traffic: str,
    types: Sequence[str],
    after: int,
    limit: int,
) -> list[Told]:
    """Read a shop's public events behind a place in its list, oldest first."""
    rows = await tx.raw.fetch(
        """SELECT seq, payload FROM interconnect.message
            WHERE shop_id = $1 AND app_id IS NULL AND business = $2 AND traffic = $3 AND type = ANY($4::text[])
              AND seq > $5
            ORDER BY seq LIMIT $6""",
        shop_id,
        business,
        traffic,
        list(types),
        after,
        limit,
    )
    return [Told(row["seq"], row["payload"]) for row in rows]


_DELIVERY = """d.delivery_id AS id, d.endpoint_id, d.message_id, m.type, m.shop_id, d.state, d.attempts,
               m.occurred_at, d.created_at, d.settled_at"""
