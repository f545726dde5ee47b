"""What must hold over all of trade, as queries for what does not."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.trade._rules.rows import Row
from hansa.kernel.db import Transaction

AUDITS = (
    (
        "trade.lines",
        "the order {0} says goods {1}, discount {2}, tax {3} and freight {4}, its lines sum to {5}, {6}, {7} and {8}",
        """SELECT o.id, o.goods, o.discount, o.tax, o.freight, l.goods AS goods_sum, l.discount AS discount_sum,
                  l.tax AS tax_sum, l.freight AS freight_sum
           FROM trade."order" o
           LEFT JOIN LATERAL (SELECT coalesce(sum(gross), 0) AS goods, coalesce(sum(discount), 0) AS discount,
                                     coalesce(sum(tax), 0) AS tax, coalesce(sum(freight), 0) AS freight
                              FROM trade.line WHERE buyer = o.buyer AND order_id = o.id) l ON true
           WHERE (o.goods, o.discount, o.tax, o.freight) <> (l.goods, l.discount, l.tax, l.freight)
           ORDER BY o.id""",
    ),
    (
        "trade.line_states",
        "the order {0} is {1}, its lines are {2}",
        """SELECT o.id, o.state, l.states FROM trade."order" o
           CROSS JOIN LATERAL (SELECT array_agg(DISTINCT state ORDER BY state) AS states FROM trade.line
                               WHERE buyer = o.buyer AND order_id = o.id) l
           WHERE NOT l.states <@ CASE
             WHEN o.state = 'finished' THEN ARRAY['received', 'refunded']
             WHEN o.state = 'refunded' THEN ARRAY['refunded']
             WHEN o.state = 'closed' THEN ARRAY['closed']
             WHEN o.state IN ('partly_shipped', 'shipped', 'signed', 'awaiting_shipment', 'paid_on_hold')
               THEN ARRAY['waiting', 'shipped', 'received', 'refunding', 'refunded']
             ELSE ARRAY['waiting'] END ORDER BY o.id""",
    ),
    (
        "trade.allocations",
        "line {1} of the order {0} with its parts says discount {2}, its allocations sum to {3}",
        """SELECT l.order_id, l.line_no, l.discount, coalesce(sum(a.minor), 0)
           FROM (SELECT buyer, order_id, coalesce(part_of, line_no) AS line_no, sum(discount) AS discount
                 FROM trade.line GROUP BY 1, 2, 3) l
           LEFT JOIN trade.allocation a
             ON a.buyer = l.buyer AND a.order_id = l.order_id AND a.line_no = l.line_no
           GROUP BY l.buyer, l.order_id, l.line_no, l.discount
           HAVING l.discount <> coalesce(sum(a.minor), 0) ORDER BY 1, 2""",
    ),
    (
        "trade.parts",
        "line {1} of the order {0} had {2} pieces, its parts have {3}",
        """SELECT order_id, coalesce(part_of, line_no), max(units), sum(quantity)
           FROM trade.line WHERE units IS NOT NULL GROUP BY buyer, order_id, coalesce(part_of, line_no)
           HAVING max(units) <> sum(quantity) OR min(units) <> max(units) ORDER BY 1, 2""",
    ),
    (
        "trade.checkouts",
        "the checkout {0} says {1}, its orders sum to {2}",
        """SELECT c.id, c.payable, coalesce(sum(o.goods - o.discount + o.freight + o.tax), 0)
           FROM trade.checkout c
           LEFT JOIN trade."order" o ON o.buyer = c.buyer AND o.id = ANY(c.orders)
           GROUP BY c.buyer, c.id
           HAVING c.payable <> coalesce(sum(o.goods - o.discount + o.freight + o.tax), 0)
               OR count(o.id) <> cardinality(c.orders) ORDER BY 1""",
    ),
    (
        "trade.histories",
        "the order {0} is {1} in version {2}, its history ends {3} in version {4}",
        """SELECT o.id, o.state, o.version, coalesce(h.state, o.state), coalesce(h.version, 1)
           FROM trade."order" o
           LEFT JOIN LATERAL (SELECT state, version FROM trade.history
                              WHERE buyer = o.buyer AND order_id = o.id ORDER BY version DESC LIMIT 1) h ON true
           WHERE (o.state, o.version) <> (coalesce(h.state, o.state), coalesce(h.version, 1))
           ORDER BY o.id""",
    ),
)
"""Name of each audit, what to say about a bad row, and a query for the bad rows."""


async def payments_of_orders_in(
    tx: Transaction, payment_ids: Sequence[UUID], *, states: Sequence[str]
) -> set[UUID]:
    """Return those of these payments that some order in one of these states belongs to."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT c.payment_id FROM trade.checkout c
           JOIN trade."order" o ON o.buyer = c.buyer AND o.id = ANY(c.orders)
           WHERE c.payment_id = ANY($1::uuid[]) AND o.state = ANY($2::text[])""",
        payment_ids,
        states,
    )
    return {row["payment_id"] for row in rows}


async def escrowed(tx: Transaction) -> list[Row]:
    """Sum what buyers have paid for lines that are neither settled nor refunded: what escrow must hold."""
    return list(
        await tx.raw.fetch(
            """SELECT o.traffic, o.entity, o.business, o.currency,
                      sum(CASE WHEN o.paid_at IS NOT NULL AND l.state IN ('waiting', 'shipped', 'refunding')
                               THEN l.gross - l.discount + l.freight + l.tax ELSE 0 END)::bigint AS minor
               FROM trade."order" o JOIN trade.line l ON l.buyer = o.buyer AND l.order_id = o.id
               GROUP BY o.traffic, o.entity, o.business, o.currency ORDER BY 1, 2, 3, 4""",
        ),
    )
