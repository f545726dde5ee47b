"""What the end of a business takes from trade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.trade._tables import ORDER_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`."""
    tx.locks(ORDER_RANK)
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_OF_A_BUSINESS = {
    "trade.note": """DELETE FROM trade.note c USING trade."order" p
        WHERE (p.buyer, p.id) = (c.buyer, c.order_id) AND p.business = ANY($1::text[]) RETURNING p.business""",
    "trade.history": """DELETE FROM trade.history c USING trade."order" p
        WHERE (p.buyer, p.id) = (c.buyer, c.order_id) AND p.business = ANY($1::text[]) RETURNING p.business""",
    "trade.allocation": """DELETE FROM trade.allocation c USING trade."order" p
        WHERE (p.buyer, p.id) = (c.buyer, c.order_id) AND p.business = ANY($1::text[]) RETURNING p.business""",
    "trade.line": """DELETE FROM trade.line c USING trade."order" p
        WHERE (p.buyer, p.id) = (c.buyer, c.order_id) AND p.business = ANY($1::text[]) RETURNING p.business""",
    "trade.order": """DELETE FROM trade."order" WHERE business = ANY($1::text[]) RETURNING business""",
    "trade.checkout": "DELETE FROM trade.checkout WHERE business = ANY($1::text[]) RETURNING business",
    "trade.limited": "DELETE FROM trade.limited WHERE business = ANY($1::text[]) RETURNING business",
    "trade.draft": "DELETE FROM trade.draft WHERE business = ANY($1::text[]) RETURNING business",
    "trade.cart_note": "DELETE FROM trade.cart_note WHERE business = ANY($1::text[]) RETURNING business",
    "trade.cart_line": "DELETE FROM trade.cart_line WHERE business = ANY($1::text[]) RETURNING business",
}

_OUTSIDE = """
SELECT count(*) FROM trade."order" WHERE business = $1 AND traffic = 'live' AND state <> ALL($2::text[])
"""


async def open_orders_of_shops(
    tx: Transaction, shop_ids: Sequence[UUID], states: Sequence[str]
) -> dict[UUID, int]:
    """Count the orders of shops that are in none of these states, where there are any."""
    rows = await tx.raw.fetch(
        """SELECT shop_id, count(*) AS orders FROM trade."order"
           WHERE shop_id = ANY($1::uuid[]) AND state <> ALL($2::text[]) GROUP BY shop_id""",
        shop_ids,
        states,
    )
    return {row["shop_id"]: row["orders"] for row in rows}


async def live_orders_outside(tx: Transaction, business: str, states: Sequence[str]) -> int:
    """Count the live orders of a business that are in none of these states."""
    count: int = await tx.raw.fetchval(_OUTSIDE, business, list(states))
    return count
