"""What providers reported with another amount than was asked for, and what somebody found out about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.payment.types import OddAmount, PaymentId

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

Place = tuple[datetime, UUID, str, str]
"""Where in the list one stands: when it came, payment, provider, event."""


async def unsettled(
    tx: Transaction, *, business: str, traffic: str, after: Place | None, limit: int
) -> list[OddAmount]:
    """Return the reports that nobody has accounted for, the oldest first."""
    rows = await tx.raw.fetch(
        _ODD
        + """ AND s.payment_id IS NULL AND p.business = $1 AND p.traffic = $2
              AND ($3::timestamptz IS NULL OR (c.received_at, c.payment_id, c.provider, c.event_id) > ($3, $4, $5, $6))
            ORDER BY c.received_at, c.payment_id, c.provider, c.event_id LIMIT $7""",
        business,
        traffic,
        *(after or (None, None, None, None)),
        limit,
    )
    return [msgspec.convert(dict(row), OddAmount) for row in rows]


async def find(tx: Transaction, payment_id: PaymentId, provider: str, event_id: str) -> OddAmount | None:
    """Return one of these reports, accounted for or not."""
    row = await tx.raw.fetchrow(
        _ODD + " AND c.payment_id = $1 AND c.provider = $2 AND c.event_id = $3",
        payment_id,
        provider,
        event_id,
    )
    return None if row is None else msgspec.convert(dict(row), OddAmount)


async def settle(tx: Transaction, found: OddAmount, *, reference: str, by: str, at: datetime) -> bool:
    """Write down what was found out; false when somebody did before."""
    done = await tx.raw.fetchval(
        """INSERT INTO payment.odd_amount (payment_id, provider, event_id, reference, settled_by, settled_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (payment_id, provider, event_id) DO NOTHING RETURNING true""",
        found.payment_id,
        found.provider,
        found.event_id,
        reference,
        by,
        at,
    )
    return bool(done)


_ODD = """
SELECT c.payment_id, c.provider, c.event_id, c.minor AS reported_minor, c.currency AS reported_currency,
       p.amount AS asked_minor, p.currency::text AS asked_currency, c.received_at, s.reference, s.settled_at
  FROM payment.callback c JOIN payment.payment p ON p.id = c.payment_id
  LEFT JOIN payment.odd_amount s
         ON (s.payment_id, s.provider, s.event_id) = (c.payment_id, c.provider, c.event_id)
 WHERE (c.minor, c.currency) <> (p.amount, p.currency::text)
"""
