"""Statements on refunds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hansa.centers.payment.types import PaymentId, Refund, RefundId, RefundState
from hansa.kernel.db import Transaction

Place = tuple[datetime, PaymentId, RefundId]
"""Of a refund among those that wait: when it was requested, its payment, its id."""

_FIND = """
SELECT r.payment_id, r.id, r.attempt, r.order_id, r.minor, p.currency, r.reason, r.state, r.requested_at,
       r.resolved_at, r.refused_minor, r.by_hand_minor, r.by_hand_reference
FROM unnest($1::uuid[], $2::uuid[]) AS w (payment_id, id)
JOIN payment.refund r ON r.payment_id = w.payment_id AND r.id = w.id
JOIN payment.payment p ON p.id = r.payment_id
"""

_INSERT = """
INSERT INTO payment.refund (payment_id, id, attempt, order_id, minor, reason, state, requested_at)
SELECT n.payment_id, n.id, n.attempt, n.order_id, n.minor, n.reason, 'requested', n.requested_at
FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::bigint[], $6::text[], $7::timestamptz[])
  AS n (payment_id, id, attempt, order_id, minor, reason, requested_at)
"""

_SETTLE = """
UPDATE payment.refund
SET previous_state = state, state = $3, provider_reference = $4, resolved_at = $5, refused_minor = $6
WHERE payment_id = $1 AND id = $2 AND state = 'requested' RETURNING true
"""

_STUCK = """
SELECT r.payment_id, r.id, r.requested_at, p.business, p.traffic, a.provider
FROM payment.refund r
JOIN payment.payment p ON p.id = r.payment_id
JOIN payment.attempt a ON a.payment_id = r.payment_id AND a.number = r.attempt
WHERE r.state = 'requested'
  AND ($2::timestamptz IS NULL OR (r.requested_at, r.payment_id, r.id) > ($2, $3::uuid, $4::uuid))
ORDER BY r.requested_at, r.payment_id, r.id LIMIT $1
"""


_RETURN = """
UPDATE payment.refund
SET by_hand_minor = refused_minor, by_hand_reference = $3, by_hand_by = $4, by_hand_at = $5
WHERE payment_id = $1 AND id = $2
"""

_REFUSED = """
SELECT r.payment_id, r.id, r.attempt, r.order_id, r.minor, p.currency, r.reason, r.state, r.requested_at,
       r.resolved_at, r.refused_minor, r.by_hand_minor, r.by_hand_reference
FROM payment.refund r JOIN payment.payment p ON p.id = r.payment_id
WHERE r.refused_minor > r.by_hand_minor AND p.business = $1 AND p.traffic = $2
  AND ($3::timestamptz IS NULL OR (r.requested_at, r.id) > ($3, $4::uuid))
ORDER BY r.requested_at, r.id LIMIT $5
"""

_OPEN_OF_SHOPS = """
SELECT s.shop, count(*) AS refunds FROM unnest($1::uuid[]) AS s (shop)
JOIN payment.payment p ON s.shop = ANY(p.share_shops)
JOIN payment.refund r ON r.payment_id = p.id
WHERE (r.state = 'requested' OR r.refused_minor > r.by_hand_minor)
  AND (r.order_id IS NULL OR p.share_shops[array_position(p.share_orders, r.order_id)] = s.shop)
  AND r.payment_id IN (
    SELECT payment_id FROM payment.refund WHERE state = 'requested'
    UNION ALL SELECT payment_id FROM payment.refund WHERE refused_minor > by_hand_minor)
GROUP BY s.shop
"""


async def payment_of(tx: Transaction, refund_id: RefundId) -> PaymentId | None:
    """Return the payment of a refund known by its id alone."""
    found = await tx.raw.fetchval("SELECT payment_id FROM payment.refund WHERE id = $1", refund_id)
    return None if found is None else PaymentId(found)


async def give_by_hand(tx: Transaction, refund: Refund, *, reference: str, by: str, at: datetime) -> None:
    """Write down that what a provider refused was given back another way; its payment is locked."""
    await tx.raw.execute(_RETURN, refund.payment_id, refund.id, reference, by, at)


async def refused(
    tx: Transaction, *, business: str, traffic: str, after: tuple[datetime, UUID] | None, limit: int
) -> list[Refund]:
    """Return refunds that a provider refused and nobody has given back since, the oldest first."""
    rows = await tx.raw.fetch(_REFUSED, business, traffic, *(after or (None, None)), limit)
    return [Refund(**{**row, "state": RefundState(row["state"])}) for row in rows]


async def open_of_shops(tx: Transaction, shop_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the refunds out of what shops sold that are not given back yet, where there are any."""
    rows = await tx.raw.fetch(_OPEN_OF_SHOPS, list(shop_ids))
    return {row["shop"]: row["refunds"] for row in rows}


async def find(
    tx: Transaction, keys: Sequence[tuple[PaymentId, RefundId]]
) -> dict[tuple[PaymentId, RefundId], Refund]:
    """Return the refunds that exist."""
    rows = await tx.raw.fetch(_FIND, [payment for payment, _ in keys], [refund for _, refund in keys])
    return {
        (row["payment_id"], row["id"]): Refund(**{**row, "state": RefundState(row["state"])}) for row in rows
    }


async def insert(tx: Transaction, refunds: Sequence[Refund]) -> None:
    """Write refunds as they are requested."""
    if not refunds:
        return
    rows = [(r.payment_id, r.id, r.attempt, r.order_id, r.minor, r.reason, r.requested_at) for r in refunds]
    await tx.raw.execute(_INSERT, *(list(column) for column in zip(*rows, strict=True)))


async def settle(
    tx: Transaction,
    refund: Refund,
    *,
    state: RefundState,
    provider_reference: str,
    at: datetime,
    refused_minor: int,
) -> bool:
    """Write down how a refund ended; false when it had ended before."""
    done: bool | None = await tx.raw.fetchval(
        _SETTLE, refund.payment_id, refund.id, state.value, provider_reference, at, refused_minor
    )
    return bool(done)


async def stuck(tx: Transaction, *, after: Place | None, limit: int) -> list[Any]:
    """Return refunds that the provider has not answered, the oldest first, from a place in their order on."""
    return list(await tx.raw.fetch(_STUCK, limit, *(after or (None, None, None))))
