"""Statements on the parts of attempts from several sources, and on what goes back to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hansa.centers.payment._rules.splitting import PartRow
from hansa.centers.payment.types import PartState, PaymentId, RefundId, RefundState
from hansa.kernel.db import Transaction
from hansa.kernel.db.columns import columns

_INSERT = """
INSERT INTO payment.part
  (payment_id, attempt, number, reference, provider, state, brand, last_four, minor, started_at)
SELECT n.payment_id, n.attempt, n.number, n.reference, n.provider, 'started', n.brand, n.last_four, n.minor, n.at
FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
            $9::timestamptz[])
  AS n (payment_id, attempt, number, reference, provider, brand, last_four, minor, at)
"""

_FIND = """
SELECT payment_id, attempt, number, reference, provider, state, brand, last_four, minor, refunded_minor, started_at,
       captured_at
FROM payment.part WHERE payment_id = ANY($1::uuid[]) ORDER BY payment_id, attempt, number
"""

_MOVE = """
UPDATE payment.part
SET previous_state = state, state = $4,
    captured_at = CASE WHEN $4 = 'captured' THEN $5 ELSE captured_at END,
    released_at = CASE WHEN $4 = 'released' THEN $5 END
WHERE payment_id = $1 AND attempt = $2 AND number = ANY($3::smallint[]) AND state <> $4 AND state <> 'released'
"""

Place = tuple[datetime, PaymentId, int, int]
"""Of a part among those that are let go of: when its attempt began, its payment, the attempt, its number."""

_RELEASING = """
SELECT s.payment_id, s.attempt, s.number, s.reference, s.provider, s.state, s.brand, s.last_four, s.minor,
       s.refunded_minor, s.started_at, s.captured_at, p.business, p.traffic, p.currency
FROM payment.part s JOIN payment.payment p ON p.id = s.payment_id
WHERE s.state = 'releasing'
  AND ($2::timestamptz IS NULL
       OR (s.started_at, s.payment_id, s.attempt, s.number) > ($2, $3::uuid, $4::smallint, $5::smallint))
ORDER BY s.started_at, s.payment_id, s.attempt, s.number LIMIT $1
"""

_COUNT_BACK = """
UPDATE payment.part AS s SET refunded_minor = s.refunded_minor + n.minor
FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::bigint[]) AS n (payment_id, attempt, number, minor)
WHERE (s.payment_id, s.attempt, s.number) = (n.payment_id, n.attempt, n.number)
"""

_INSERT_SLICES = """
INSERT INTO payment.refund_part (payment_id, refund_id, part, reference, minor, state)
SELECT n.payment_id, n.refund_id, n.part, n.reference, n.minor, 'requested'
FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::bigint[])
  AS n (payment_id, refund_id, part, reference, minor)
"""

_SLICES = """
SELECT part, reference, minor, state FROM payment.refund_part
WHERE payment_id = $1 AND refund_id = $2 ORDER BY part DESC
"""

_SETTLE_SLICE = """
UPDATE payment.refund_part SET previous_state = state, state = $4, resolved_at = $5
WHERE payment_id = $1 AND refund_id = $2 AND part = $3 AND state = 'requested'
"""


class Slice(NamedTuple):
    """What of a refund goes back to one part's source."""

    part: int
    reference: str
    minor: int
    state: RefundState


class NewSlice(NamedTuple):
    """A slice as it is requested."""

    payment_id: PaymentId
    refund_id: RefundId
    part: int
    reference: str
    minor: int


async def insert(tx: Transaction, parts: Sequence[PartRow]) -> None:
    """Write parts as they start."""
    if parts:
        rows = [
            (
                p.payment_id,
                p.attempt,
                p.number,
                p.reference,
                p.provider,
                p.brand,
                p.last_four,
                p.minor,
                p.started_at,
            )
            for p in parts
        ]
        await tx.raw.execute(_INSERT, *columns(rows, 9))


async def find(tx: Transaction, ids: Sequence[PaymentId]) -> dict[tuple[PaymentId, int], list[PartRow]]:
    """Return the parts of payments by attempt, in the order of their numbers."""
    found: dict[tuple[PaymentId, int], list[PartRow]] = {}
    for row in await tx.raw.fetch(_FIND, list(ids)):
        found.setdefault((row["payment_id"], row["attempt"]), []).append(_part(dict(row)))
    return found


async def move(tx: Transaction, parts: Sequence[PartRow], state: PartState, *, at: datetime) -> None:
    """Move parts of one attempt of a locked payment; those that are there, or released, stay."""
    if parts:
        first = parts[0]
        numbers = [part.number for part in parts]
        await tx.raw.execute(_MOVE, first.payment_id, first.attempt, numbers, state.value, at)


async def releasing(
    tx: Transaction, *, after: Place | None, limit: int
) -> list[tuple[PartRow, str, str, str]]:
    """Return parts that are to be let go of, with their business, traffic and currency, the oldest first.

    From a place in their order on.
    """
    found = []
    for row in await tx.raw.fetch(_RELEASING, limit, *(after or (None, None, None, None))):
        values = dict(row)
        whose = values.pop("business"), values.pop("traffic"), values.pop("currency")
        found.append((_part(values), *whose))
    return found


async def count_back(tx: Transaction, given: Mapping[tuple[PaymentId, int, int], int]) -> None:
    """Add to what goes back of (payment, attempt, part): so many minor units, fewer when negative."""
    if given:
        await tx.raw.execute(_COUNT_BACK, *columns([(*key, minor) for key, minor in given.items()], 4))


async def insert_slices(tx: Transaction, slices: Sequence[NewSlice]) -> None:
    """Write the slices of refunds."""
    if slices:
        await tx.raw.execute(_INSERT_SLICES, *columns(slices, 5))


async def slices(tx: Transaction, payment_id: PaymentId, refund_id: RefundId) -> list[Slice]:
    """Return the slices of a refund, the last source's first."""
    rows = await tx.raw.fetch(_SLICES, payment_id, refund_id)
    return [Slice(**{**row, "state": RefundState(row["state"])}) for row in rows]


async def settle_slice(
    tx: Transaction, payment_id: PaymentId, refund_id: RefundId, part: int, state: RefundState, at: datetime
) -> None:
    """Write down how a slice ended, if it had not."""
    await tx.raw.execute(_SETTLE_SLICE, payment_id, refund_id, part, state.value, at)


def _part(values: dict[str, Any]) -> PartRow:
    return PartRow(**{**values, "state": PartState(values["state"])})
