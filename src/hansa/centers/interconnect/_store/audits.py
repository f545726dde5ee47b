"""What `hansa verify` looks for: a name, what to say of a bad row, and a query for the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

AUDITS = (
    (
        "interconnect.delivered_is_logged",
        "the delivery {0} counts as delivered and no attempt says so",
        """SELECT d.delivery_id FROM interconnect.delivery d
            WHERE d.state = 'delivered' AND NOT EXISTS (
                  SELECT FROM interconnect.attempt a
                   WHERE a.endpoint_id = d.endpoint_id AND a.delivery_id = d.delivery_id
                     AND a.outcome = 'delivered')
            ORDER BY 1 LIMIT 10""",
    ),
    (
        "interconnect.told_within_its_traffic",
        "the delivery {0} takes an event of {1} to an endpoint of {2}",
        """SELECT d.delivery_id, m.business || ' ' || m.traffic, e.business || ' ' || e.traffic
             FROM interconnect.delivery d
             JOIN interconnect.message m USING (message_id)
             JOIN interconnect.endpoint e USING (endpoint_id)
            WHERE (m.business, m.traffic) <> (e.business, e.traffic)
               OR (d.business, d.traffic) <> (m.business, m.traffic)
            ORDER BY 1 LIMIT 10""",
    ),
    (
        "interconnect.told_within_its_shop",
        "the delivery {0} takes an event of the shop {1} to an endpoint of the shop {2}",
        """SELECT d.delivery_id, m.shop_id, e.shop_id
             FROM interconnect.delivery d
             JOIN interconnect.message m USING (message_id)
             JOIN interconnect.endpoint e USING (endpoint_id)
            WHERE m.shop_id <> e.shop_id ORDER BY 1 LIMIT 10""",
    ),
    (
        "interconnect.authorizations_are_installed",
        "the authorization {0} lives on in the shop {1}, which has the app no more",
        """SELECT a.authorization_id, a.shop_id FROM interconnect.authorization a
            WHERE a.ended_at IS NULL AND NOT EXISTS (
                  SELECT FROM interconnect.installation i
                   WHERE i.app_id = a.app_id AND i.shop_id = a.shop_id AND i.ended_at IS NULL)
            ORDER BY 1 LIMIT 10""",
    ),
    (
        "interconnect.scopes_are_asked_for",
        "the app {0} may do in the shop {1} what it does not ask for, or is retired",
        """SELECT i.app_id, i.shop_id
             FROM interconnect.installation i LEFT JOIN interconnect.app a USING (app_id)
            WHERE i.ended_at IS NULL
              AND (a.app_id IS NULL OR a.retired_at IS NOT NULL OR NOT i.scopes <@ a.scopes)
            ORDER BY 1, 2 LIMIT 10""",
    ),
)


async def bad_rows(tx: Transaction, query: str) -> list[tuple[Any, ...]]:
    """Return what an audit's query finds."""
    return [tuple(row) for row in await tx.raw.fetch(query)]
