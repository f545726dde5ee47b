"""What payments tell of a person: when it paid, how much, and with which card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from hansa.centers.payment._tables import PAYMENT_RANK
from hansa.kernel.db import Transaction


async def payments_of(
    tx: Transaction, *, payers: Sequence[UUID], limit: int | None
) -> list[Mapping[str, Any]]:
    """Return the payments of one person's parties in all businesses, with what each attempt was made by."""
    return list(
        await tx.raw.fetch(
            """SELECT p.id, p.business, p.amount, p.currency, p.state, p.created_at, a.tried
               FROM (SELECT * FROM payment.payment WHERE payer = ANY($1::uuid[]) ORDER BY id DESC LIMIT $2) p
               CROSS JOIN LATERAL (
                 SELECT coalesce(jsonb_agg(jsonb_build_object(
                          'brand', brand, 'last_four', rtrim(last_four), 'minor', minor, 'state', state,
                          'started_at', started_at) ORDER BY started_at), '[]') AS tried
                 FROM (SELECT brand, last_four, minor, state, started_at FROM payment.attempt
                       WHERE payment_id = p.id AND parts = 0
                       UNION ALL
                       SELECT brand, last_four, minor, state, started_at FROM payment.part
                       WHERE payment_id = p.id) t) a
               ORDER BY p.id DESC""",
            payers,
            limit,
        )
    )


async def forget_cards(tx: Transaction, *, persons: Sequence[int], parties: Sequence[UUID]) -> set[int]:
    """Strike the digits of every card that these persons paid with; return whose there were. The books stay."""
    tx.locks(PAYMENT_RANK)
    rows = await tx.raw.fetch(_FORGET, persons, parties)
    return {row["person"] for row in rows}


# Payments are locked first, in the order of their ids, as whoever charges or refunds them does.
_FORGET = """
WITH w AS (SELECT * FROM unnest($1::int[], $2::uuid[]) AS w (person, party)),
paid AS (SELECT p.id, p.payer FROM payment.payment p WHERE p.payer = ANY($2) ORDER BY p.id FOR UPDATE),
attempts AS (UPDATE payment.attempt a SET last_four = '' FROM paid
             WHERE a.payment_id = paid.id AND a.last_four <> '' RETURNING paid.payer),
parts AS (UPDATE payment.part t SET last_four = '' FROM paid
          WHERE t.payment_id = paid.id AND t.last_four <> '' RETURNING paid.payer)
SELECT DISTINCT w.person FROM w JOIN (SELECT * FROM attempts UNION ALL SELECT * FROM parts) gone ON gone.payer = w.party
"""
