"""What the end of a business takes from payment, the sandbox included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.payment._tables import PAYMENT_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`."""
    tx.locks(PAYMENT_RANK)
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_OF_A_BUSINESS = {
    "payment.sandbox_refund": """DELETE FROM payment.sandbox_refund r
        USING (SELECT reference, business FROM payment.sandbox_charge WHERE business = ANY($1::text[])
               UNION ALL
               SELECT c.reference, h.business FROM payment.sandbox_hold h
               JOIN payment.sandbox_capture c ON c.hold_reference = h.reference
               WHERE h.business = ANY($1::text[])) AS p
        WHERE p.reference = r.charge_reference RETURNING p.business""",
    "payment.sandbox_capture": """DELETE FROM payment.sandbox_capture c USING payment.sandbox_hold h
        WHERE h.reference = c.hold_reference AND h.business = ANY($1::text[]) RETURNING h.business""",
    "payment.sandbox_hold": "DELETE FROM payment.sandbox_hold WHERE business = ANY($1::text[]) RETURNING business",
    "payment.sandbox_charge": "DELETE FROM payment.sandbox_charge WHERE business = ANY($1::text[]) RETURNING business",
    "payment.statement_difference": """DELETE FROM payment.statement_difference
        WHERE business = ANY($1::text[]) RETURNING business""",
    "payment.statement_row": "DELETE FROM payment.statement_row WHERE business = ANY($1::text[]) RETURNING business",
    "payment.statement": "DELETE FROM payment.statement WHERE business = ANY($1::text[]) RETURNING business",
    "payment.odd_amount": """DELETE FROM payment.odd_amount c USING payment.payment p
        WHERE p.id = c.payment_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "payment.callback": """DELETE FROM payment.callback c USING payment.payment p
        WHERE p.id = c.payment_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "payment.refund_part": """DELETE FROM payment.refund_part c USING payment.payment p
        WHERE p.id = c.payment_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "payment.part": """DELETE FROM payment.part c USING payment.payment p
        WHERE p.id = c.payment_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "payment.refund": """DELETE FROM payment.refund c USING payment.payment p
        WHERE p.id = c.payment_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "payment.attempt": """DELETE FROM payment.attempt c USING payment.payment p
        WHERE p.id = c.payment_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "payment.payment": "DELETE FROM payment.payment WHERE business = ANY($1::text[]) RETURNING business",
}

_UNDER_WAY = """
SELECT count(*) FROM payment.payment p
 WHERE p.business = $1 AND p.traffic = 'live'
   AND (p.state IN ('pending', 'authorised', 'late')
        OR EXISTS (SELECT FROM payment.attempt a WHERE a.payment_id = p.id AND a.state IN ('started', 'pending', 'authorised'))
        OR EXISTS (SELECT FROM payment.part s WHERE s.payment_id = p.id AND s.state = 'releasing')
        OR EXISTS (SELECT FROM payment.refund r WHERE r.payment_id = p.id AND r.state = 'requested'))
"""


async def live_under_way(tx: Transaction, business: str) -> int:
    """Count the live payments of a business whose money is still on its way, in either direction."""
    count: int = await tx.raw.fetchval(_UNDER_WAY, business)
    return count
