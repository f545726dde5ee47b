"""The statements that audit payments."""

from __future__ import annotations

from collections.abc import Mapping

from hansa.kernel.audit import audit
from hansa.kernel.db import Transaction

AUDITS = (
    audit(
        "payment.captured",
        "the payment {0} counts {1} captured, its attempts {2}",
        """SELECT p.id, p.captured_minor, coalesce(sum(a.minor) FILTER (WHERE a.taken), 0)
           FROM payment.payment p LEFT JOIN payment.attempt a ON a.payment_id = p.id
           GROUP BY p.id HAVING p.captured_minor <> coalesce(sum(a.minor) FILTER (WHERE a.taken), 0) ORDER BY 1""",
    ),
    audit(
        "payment.attempts",
        "the payment {0} counts {1} attempts, has {2}, of which {3} are unresolved",
        """SELECT p.id, p.attempts, count(a.number), count(*) FILTER (WHERE a.state IN ('started', 'pending', 'authorised'))
           FROM payment.payment p LEFT JOIN payment.attempt a ON a.payment_id = p.id
           GROUP BY p.id
           HAVING p.attempts <> count(a.number) OR count(*) FILTER (WHERE a.state IN ('started', 'pending', 'authorised')) > 1
           ORDER BY 1""",
    ),
    audit(
        "payment.refunds",
        "the payment {0} counts {1} refunded, its refunds sum to {2}",
        """SELECT p.id, p.refunded_minor, coalesce(sum(r.minor - r.refused_minor + r.by_hand_minor), 0)
           FROM payment.payment p LEFT JOIN payment.refund r ON r.payment_id = p.id
           GROUP BY p.id HAVING p.refunded_minor <> coalesce(sum(r.minor - r.refused_minor + r.by_hand_minor), 0)
           ORDER BY 1""",
    ),
    audit(
        "payment.attempt_refunds",
        "attempt {1} of the payment {0} counts {2} refunded, its refunds sum to {3}",
        """SELECT a.payment_id, a.number, a.refunded_minor,
                  coalesce(sum(r.minor - r.refused_minor + r.by_hand_minor), 0)
           FROM payment.attempt a LEFT JOIN payment.refund r ON r.payment_id = a.payment_id AND r.attempt = a.number
           GROUP BY a.payment_id, a.number
           HAVING a.refunded_minor <> coalesce(sum(r.minor - r.refused_minor + r.by_hand_minor), 0)
           ORDER BY 1, 2""",
    ),
    audit(
        "payment.amounts",
        "the provider {1} reported {2} {3} for the payment {0}, which asked for {4} {5}",
        """SELECT c.payment_id, c.provider, c.minor, c.currency AS reported, p.amount, p.currency AS asked
           FROM payment.callback c JOIN payment.payment p ON p.id = c.payment_id
           WHERE (c.minor, c.currency) <> (p.amount, p.currency::text)
             AND NOT EXISTS (SELECT FROM payment.odd_amount s WHERE (s.payment_id, s.provider, s.event_id)
                                                                    = (c.payment_id, c.provider, c.event_id))
           ORDER BY 1""",
    ),
    audit(
        "payment.parts",
        "attempt {1} of the payment {0} asks for {2}, its sources for {3}, of which {4} are captured",
        """SELECT a.payment_id, a.number, a.minor, coalesce(sum(s.minor), 0) AS asked,
                  coalesce(sum(s.minor) FILTER (WHERE s.state = 'captured'), 0) AS captured
           FROM payment.attempt a LEFT JOIN payment.part s ON s.payment_id = a.payment_id AND s.attempt = a.number
           WHERE a.parts > 0 GROUP BY a.payment_id, a.number
           HAVING a.minor <> coalesce(sum(s.minor), 0) OR a.parts <> count(s.number)
               OR a.refunded_minor <> coalesce(sum(s.refunded_minor), 0)
               OR a.taken AND a.minor <> coalesce(sum(s.minor) FILTER (WHERE s.state = 'captured'), 0)
           ORDER BY 1, 2""",
    ),
    audit(
        "payment.statements",
        "the statement {0} counts {1} rows and {2} differences, has {3} and at most {4}",
        """SELECT s.id, s.rows, s.missing_here + s.differs AS told, coalesce(r.rows, 0) AS has,
                  coalesce(r.movements, 0) AS movements
           FROM payment.statement s LEFT JOIN (
             SELECT business, traffic, provider, day, count(*) AS rows,
                    count(DISTINCT (kind, reference)) FILTER (WHERE kind <> 'fee') AS movements
             FROM payment.statement_row GROUP BY 1, 2, 3, 4) AS r
           ON (r.business, r.traffic, r.provider, r.day) = (s.business, s.traffic, s.provider, s.day)
           WHERE s.rows <> coalesce(r.rows, 0)
              OR s.matched + s.missing_here + s.differs <> coalesce(r.movements, 0) ORDER BY 1""",
    ),
)


async def charged_by_the_wrong(tx: Transaction, live: Mapping[str, bool]) -> list[str]:
    """Name a payment whose provider is not for its traffic; `live` says of each provider whether it moves real money."""
    row = await tx.raw.fetchrow(
        """SELECT count(*) OVER () AS bad, p.id, p.traffic, a.provider
           FROM payment.payment p JOIN payment.attempt a ON a.payment_id = p.id
           JOIN unnest($1::text[], $2::boolean[]) AS k (name, live) ON k.name = a.provider
           WHERE (p.traffic = 'live') <> k.live ORDER BY p.id LIMIT 1""",
        list(live),
        list(live.values()),
    )
    if row is None:
        return []
    more = f" (the first of {row['bad']})" if row["bad"] > 1 else ""
    return [f"The payment {row['id']} of {row['traffic']} traffic was charged by {row['provider']}{more}."]
