"""Orders as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hansa.centers.trade._rules.rows import OrderKey, Row
from hansa.centers.trade._store.columns import keys_of
from hansa.centers.trade.types import OrderState
from hansa.kernel.db import Transaction


async def orders_by_key(tx: Transaction, keys: Sequence[OrderKey]) -> list[Row]:
    """Return orders by (buyer, order), without locking."""
    rows = await tx.raw.fetch(
        """SELECT o.* FROM unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
           JOIN trade."order" o ON o.buyer = k.buyer AND o.id = k.id""",
        *keys_of(keys),
    )
    return list(rows)


async def lines_by_order(tx: Transaction, keys: Sequence[OrderKey]) -> dict[UUID, list[Row]]:
    """Return the lines of orders, by order, in the order of their numbers."""
    rows = await tx.raw.fetch(
        """SELECT l.* FROM unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
           JOIN trade.line l ON l.buyer = k.buyer AND l.order_id = k.id
           ORDER BY l.buyer, l.order_id, l.line_no""",
        *keys_of(keys),
    )
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row["order_id"], []).append(row)
    return found


async def allocations_by_order(tx: Transaction, keys: Sequence[OrderKey]) -> dict[UUID, list[Row]]:
    """Return the allocations of orders, by order, in the order in which the layers made them."""
    rows = await tx.raw.fetch(
        """SELECT a.* FROM unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
           JOIN trade.allocation a ON a.buyer = k.buyer AND a.order_id = k.id
           ORDER BY a.buyer, a.order_id, a.line_no, a.ordinal""",
        *keys_of(keys),
    )
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row["order_id"], []).append(row)
    return found


async def keys_of_orders(tx: Transaction, order_ids: Sequence[UUID]) -> list[OrderKey]:
    """Find the buyers of orders known by id alone (a seller's or an operator's request)."""
    rows = await tx.raw.fetch('SELECT buyer, id FROM trade."order" WHERE id = ANY($1::uuid[])', order_ids)
    return [(row["buyer"], row["id"]) for row in rows]


async def keys_of_payments(tx: Transaction, payment_ids: Sequence[UUID]) -> dict[UUID, list[OrderKey]]:
    """Find the orders of payments (a deadline, a provider's word), by payment."""
    rows = await tx.raw.fetch(
        """SELECT payment_id, buyer, unnest(orders) AS id FROM trade.checkout
           WHERE payment_id = ANY($1::uuid[])""",
        payment_ids,
    )
    found: dict[UUID, list[OrderKey]] = {}
    for row in rows:
        found.setdefault(row["payment_id"], []).append((row["buyer"], row["id"]))
    return found


async def orders_of_payments(tx: Transaction, payment_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Return what settling needs of the orders of payments, by payment; nothing of it ever changes."""
    rows = await tx.raw.fetch(
        """SELECT c.payment_id, o.buyer, o.id, o.entity, o.place_id, o.currency,
                  o.goods - o.discount + o.freight + o.tax AS payable,
                  ARRAY(SELECT l.sku_id FROM trade.line l
                        WHERE l.buyer = o.buyer AND l.order_id = o.id ORDER BY l.line_no) AS skus
           FROM trade.checkout c
           JOIN trade."order" o ON o.buyer = c.buyer AND o.id = ANY(c.orders)
           WHERE c.payment_id = ANY($1::uuid[])""",
        payment_ids,
    )
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row["payment_id"], []).append(row)
    return found


async def checkout(tx: Transaction, key: OrderKey) -> Row | None:
    """Return one checkout by (buyer, checkout)."""
    row: Row | None = await tx.raw.fetchrow("SELECT * FROM trade.checkout WHERE buyer = $1 AND id = $2", *key)
    return row


async def checkout_of(tx: Transaction, buyers: Sequence[UUID], checkout_id: UUID) -> Row | None:
    """Return a checkout that one of these parties placed."""
    row: Row | None = await tx.raw.fetchrow(
        "SELECT * FROM trade.checkout WHERE buyer = ANY($1::uuid[]) AND id = $2", buyers, checkout_id
    )
    return row


async def standing_checkouts(tx: Transaction, keys: Sequence[OrderKey]) -> list[Row]:
    """Return (checkout, payment, order, state) of the checkouts that are there among (buyer, checkout)."""
    return list(
        await tx.raw.fetch(
            """SELECT c.id, c.payment_id, o.id AS order_id, o.state
               FROM unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
               JOIN trade.checkout c ON c.buyer = k.buyer AND c.id = k.id
               JOIN trade."order" o ON o.buyer = c.buyer AND o.id = ANY(c.orders)
               ORDER BY c.id, array_position(c.orders, o.id)""",
            *keys_of(keys),
        )
    )


async def states_after(
    tx: Transaction, steps: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int], tuple[OrderState, OrderState]]:
    """Return where orders stood before and after steps, which are known by order and version."""
    rows = await tx.raw.fetch(
        """SELECT h.order_id, h.version, h.previous_state, h.state
             FROM unnest($1::uuid[], $2::int[]) AS s (order_id, version)
             JOIN trade."order" o ON o.id = s.order_id
             JOIN trade.history h ON h.buyer = o.buyer AND h.order_id = o.id AND h.version = s.version""",
        [order_id for order_id, _ in steps],
        [version for _, version in steps],
    )
    return {
        (row["order_id"], row["version"]): (OrderState(row["previous_state"]), OrderState(row["state"]))
        for row in rows
    }


async def history_of(tx: Transaction, key: OrderKey) -> list[Row]:
    """Return an order's moves after it was placed, oldest first."""
    return list(
        await tx.raw.fetch(
            "SELECT * FROM trade.history WHERE buyer = $1 AND order_id = $2 ORDER BY version LIMIT 1000",
            *key,
        ),
    )


async def page_of_orders(
    tx: Transaction,
    *,
    business: str,
    traffic: str,
    buyers: Sequence[UUID] | None = None,
    shop_id: UUID | None = None,
    state: str | None = None,
    under_way: bool = False,
    order_id: UUID | None = None,
    skus: Sequence[UUID] | None = None,
    placed: tuple[datetime | None, datetime | None] = (None, None),
    before: UUID | None = None,
    limit: int,
) -> list[Row]:
    """Return orders of buyers (one person's parties) or of a shop, newest first, ids below `before`.

    `skus` are those of which one is in the order, `placed` from when and before when it was placed.
    `under_way` says that the state is not a final one: a shop's few open orders have an index of their own.
    """
    return list(
        await tx.raw.fetch(
            f"""SELECT * FROM trade."order" o
               WHERE business = $1 AND traffic = $2
                 AND ($3::uuid[] IS NULL OR buyer = ANY($3)) AND ($4::uuid IS NULL OR shop_id = $4)
                 AND ($5::text IS NULL OR state = $5) AND ($6::uuid IS NULL OR id < $6)
                 {_UNDER_WAY if under_way else ""}
                 AND ($8::uuid IS NULL OR id = $8)
                 AND ($9::timestamptz IS NULL OR placed_at >= $9)
                 AND ($10::timestamptz IS NULL OR placed_at < $10)
                 {_HOLDS if skus is not None else ""}
               ORDER BY id DESC LIMIT $7""",
            business,
            traffic,
            buyers,
            shop_id,
            state,
            before,
            limit,
            order_id,
            *placed,
            *(() if skus is None else (skus,)),
        ),
    )


_HOLDS = """AND EXISTS (SELECT FROM trade.line l WHERE l.buyer = o.buyer AND l.order_id = o.id
                                    AND l.sku_id = ANY($11::uuid[]))"""
_UNDER_WAY = "AND finished_at IS NULL AND closed_at IS NULL"

# The shop's share of a line is worked out as `_rules.settlement.seller_share` does; a test compares the two. Lines
# that were divided are left to that rule, which sees their parts together.
_HELD = """
SELECT o.currency, count(DISTINCT o.id) AS orders, sum(l.gross - l.discount + l.freight + l.tax)::bigint AS paid,
       coalesce(sum(r.revenue - (r.revenue * l.commission_bp * 2 + 10000) / 20000 + l.freight)
                FILTER (WHERE l.units IS NULL), 0)::bigint AS to_shop
FROM trade."order" o
JOIN trade.line l ON l.buyer = o.buyer AND l.order_id = o.id
CROSS JOIN LATERAL (
  SELECT l.gross - coalesce(sum(a.minor), 0)::bigint AS revenue FROM trade.allocation a
  WHERE a.buyer = l.buyer AND a.order_id = l.order_id AND a.line_no = l.line_no AND a.funder_kind = 'shop'
) r
WHERE o.shop_id = $1 AND o.business = $2 AND o.traffic = $3 AND o.paid_at IS NOT NULL
  AND o.finished_at IS NULL AND o.closed_at IS NULL AND NOT o.state = ANY($4::text[])
  AND l.state IN ('waiting', 'shipped', 'refunding')
GROUP BY o.currency ORDER BY o.currency
"""


async def held_for_shop(
    tx: Transaction, *, shop_id: UUID, business: str, traffic: str, final: Sequence[str]
) -> list[Row]:
    """Sum what is in escrow for a shop, by currency: lines of paid orders that are neither settled nor refunded."""
    return list(await tx.raw.fetch(_HELD, shop_id, business, traffic, final))


async def divided_for_shop(
    tx: Transaction, *, shop_id: UUID, business: str, traffic: str, final: Sequence[str]
) -> list[Row]:
    """Return a shop's paid orders with lines that were divided, while some part is in escrow."""
    return list(
        await tx.raw.fetch(
            """SELECT * FROM trade."order" o
               WHERE shop_id = $1 AND business = $2 AND traffic = $3 AND paid_at IS NOT NULL
                 AND finished_at IS NULL AND closed_at IS NULL AND NOT state = ANY($4::text[])
                 AND EXISTS (SELECT FROM trade.line l WHERE l.buyer = o.buyer AND l.order_id = o.id
                                AND l.units IS NOT NULL AND l.state IN ('waiting', 'shipped', 'refunding'))""",
            shop_id,
            business,
            traffic,
            final,
        )
    )


async def orders_of_parties(tx: Transaction, *, buyers: Sequence[UUID], limit: int | None) -> list[Row]:
    """Return the latest orders of one person's parties in all businesses, for its own personal data."""
    return list(
        await tx.raw.fetch(
            'SELECT * FROM trade."order" WHERE buyer = ANY($1::uuid[]) ORDER BY id DESC LIMIT $2',
            buyers,
            limit,
        )
    )
