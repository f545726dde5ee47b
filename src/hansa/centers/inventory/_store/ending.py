"""What the end of a business takes from inventory: everything it did to stock, as if it had never been."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.inventory._tables import STOCK_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`: holds, movements, and the stock rows that nobody else moved.

    A stock row has no business of its own; one that others moved too keeps what they moved. When that is
    impossible (they sold what this business had brought), the row's checks refuse, and nothing is removed.
    """
    tx.locks(STOCK_RANK)
    await tx.raw.execute(_TAKE_BACK, sorted({command.ctx.business for command in commands}))
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_TAKE_BACK = """
UPDATE inventory.stock s
   SET on_hand = s.on_hand - done.on_hand, held = s.held - done.held, allocated = s.allocated - done.allocated
  FROM (SELECT sku_id, place_id, traffic,
               sum(on_hand)::bigint AS on_hand, sum(held)::bigint AS held, sum(allocated)::bigint AS allocated
          FROM (SELECT sku_id, place_id, traffic, quantity AS on_hand, 0 AS held, 0 AS allocated
                  FROM inventory.movement WHERE business = ANY($1::text[])
                 UNION ALL
                SELECT sku_id, place_id, traffic, 0, CASE state WHEN 'held' THEN quantity ELSE 0 END,
                       CASE state WHEN 'allocated' THEN quantity ELSE 0 END
                  FROM inventory.hold WHERE business = ANY($1::text[])) each_one
         GROUP BY sku_id, place_id, traffic) done
 WHERE (s.sku_id, s.place_id, s.traffic) = (done.sku_id, done.place_id, done.traffic)
"""

_OF_A_BUSINESS = {
    "inventory.stock": """DELETE FROM inventory.stock s
        USING (SELECT sku_id, place_id, traffic, min(business) AS business FROM inventory.movement m
                WHERE (sku_id, place_id, traffic) IN
                      (SELECT sku_id, place_id, traffic FROM inventory.movement WHERE business = ANY($1::text[]))
                GROUP BY sku_id, place_id, traffic HAVING bool_and(business = ANY($1::text[]))) own
        WHERE (s.sku_id, s.place_id, s.traffic) = (own.sku_id, own.place_id, own.traffic)
        RETURNING own.business""",
    "inventory.hold": """DELETE FROM inventory.hold WHERE business = ANY($1::text[]) RETURNING business""",
    "inventory.count": "DELETE FROM inventory.count WHERE business = ANY($1::text[]) RETURNING business",
    "inventory.stocktake": "DELETE FROM inventory.stocktake WHERE business = ANY($1::text[]) RETURNING business",
    "inventory.transfer_line": "DELETE FROM inventory.transfer_line WHERE business = ANY($1::text[]) RETURNING business",
    "inventory.transfer": "DELETE FROM inventory.transfer WHERE business = ANY($1::text[]) RETURNING business",
    "inventory.movement": """DELETE FROM inventory.movement WHERE business = ANY($1::text[])
        RETURNING business""",
}
