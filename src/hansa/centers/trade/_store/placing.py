"""Checkouts and orders as they are placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import astuple

from hansa.centers.trade._rules.rows import NewCheckout, NewNote, NewOrder, OrderKey
from hansa.centers.trade._store.columns import columns, keys_of
from hansa.centers.trade._tables import CHECKOUT_RANK, LIMITED_RANK
from hansa.centers.trade.types import OrderState, Placed, PlacedOrder
from hansa.kernel.db import Transaction


async def insert_checkouts(tx: Transaction, rows: Sequence[NewCheckout]) -> set[OrderKey]:
    """Write checkouts, given in key order; return the keys (buyer, checkout) that were not there before.

    A transaction that is placing the same checkout just now is waited for.
    """
    tx.locks(CHECKOUT_RANK)
    written = await tx.raw.fetch(
        """INSERT INTO trade.checkout
             (buyer, id, business, traffic, payment_id, payable, currency, generation, plan_hash, decisions,
              orders, placed_at, pay_by)
           SELECT * FROM unnest($1::trade.new_checkout[])
           ON CONFLICT (buyer, id) DO NOTHING
           RETURNING buyer, id""",
        [astuple(row) for row in rows],
    )
    return {(row["buyer"], row["id"]) for row in written}


async def delete_checkouts(tx: Transaction, keys: Sequence[OrderKey]) -> None:
    """Take back checkouts that were refused after their row was written in this transaction."""
    await tx.raw.execute(
        """DELETE FROM trade.checkout c USING unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
           WHERE c.buyer = k.buyer AND c.id = k.id""",
        *keys_of(keys),
    )


async def placed_checkouts(tx: Transaction, keys: Sequence[OrderKey]) -> dict[OrderKey, Placed]:
    """Return checkouts that were placed before, as they were answered then."""
    rows = await tx.raw.fetch(
        """SELECT c.*, o.id AS order_id, o.shop_id, o.goods - o.discount + o.freight + o.tax AS order_payable,
                  coalesce((SELECT h.previous_state FROM trade.history h
                            WHERE h.buyer = o.buyer AND h.order_id = o.id ORDER BY h.version LIMIT 1),
                           o.state) AS opening
           FROM unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
           JOIN trade.checkout c ON c.buyer = k.buyer AND c.id = k.id
           JOIN trade."order" o ON o.buyer = c.buyer AND o.id = ANY(c.orders)
           ORDER BY c.id, array_position(c.orders, o.id)""",
        *keys_of(keys),
    )
    found: dict[OrderKey, Placed] = {}
    for row in rows:
        key = (row["buyer"], row["id"])
        earlier = found[key].orders if key in found else ()
        found[key] = Placed(
            checkout_id=row["id"],
            payment_id=row["payment_id"],
            orders=(*earlier, PlacedOrder(row["order_id"], row["shop_id"], row["order_payable"])),
            payable=row["payable"],
            currency=row["currency"],
            state=OrderState(row["opening"]),
            pay_by=row["pay_by"],
        )
    return found


async def lock_purchases(tx: Transaction, keys: Mapping[tuple[UUID, UUID], str]) -> None:
    """Lock what buyers may have so many of, in key order: (buyer, offer), each with its business.

    There is nothing to read: whoever holds a row may count lines that nobody else adds to.
    """
    tx.locks(LIMITED_RANK)
    wanted = [(buyer, offer, keys[buyer, offer]) for buyer, offer in sorted(keys)]
    await tx.raw.execute(
        """INSERT INTO trade.limited (buyer, offer_id, business)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) ON CONFLICT DO NOTHING""",
        *columns(wanted, 3),
    )
    await tx.raw.execute(
        """SELECT FROM trade.limited l
           JOIN unnest($1::uuid[], $2::uuid[]) AS k (buyer, offer_id) ON (l.buyer, l.offer_id) = (k.buyer, k.offer_id)
           ORDER BY l.buyer, l.offer_id FOR UPDATE OF l""",
        *columns(wanted, 3)[:2],
    )


async def bought(tx: Transaction, asked: Sequence[tuple[UUID, UUID, datetime | None]]) -> list[int]:
    """Return how much of an offer a buyer has bought since a moment, or ever, by (buyer, offer, moment), as asked.

    What was closed or refunded does not count. Of measured goods these are units of their smallest scale.
    """
    rows = await tx.raw.fetch(
        """SELECT k.at, sum(coalesce(l.measure_amount, l.quantity))::bigint AS had
           FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) WITH ORDINALITY AS k (buyer, offer_id, since, at)
           JOIN trade.line l ON l.buyer = k.buyer AND l.offer_id = k.offer_id
           JOIN trade."order" o ON o.buyer = l.buyer AND o.id = l.order_id
           WHERE l.state NOT IN ('closed', 'refunded') AND (k.since IS NULL OR o.placed_at >= k.since)
           GROUP BY k.at""",
        *columns(asked, 3),
    )
    had = {row["at"]: row["had"] for row in rows}
    return [had.get(at, 0) for at in range(1, len(asked) + 1)]


async def open_checkouts(
    tx: Transaction, buyers: Sequence[UUID], *, since: UUID, states: Sequence[str]
) -> dict[UUID, int]:
    """Count the checkouts of parties whose orders stand in one of these states, of those with ids from `since` on."""
    rows = await tx.raw.fetch(
        """SELECT k.buyer, count(*) AS open FROM unnest($1::uuid[]) AS k (buyer)
           JOIN trade.checkout c ON c.buyer = k.buyer AND c.id >= $2
           JOIN trade."order" o ON o.buyer = c.buyer AND o.id = c.orders[1] AND o.state = ANY($3::text[])
           GROUP BY k.buyer""",
        buyers,
        since,
        states,
    )
    return {row["buyer"]: row["open"] for row in rows}


async def insert_orders(
    tx: Transaction,
    *,
    orders: Sequence[NewOrder],
    lines: Sequence[tuple[Any, ...]],
    allocations: Sequence[tuple[Any, ...]],
) -> None:
    """Write orders as they are placed, in version 1, with their lines and allocations."""
    await tx.raw.execute(_INSERT_ORDERS, [astuple(order) for order in orders], lines, allocations)


async def insert_notes(tx: Transaction, rows: Sequence[NewNote]) -> None:
    """Write notes on orders."""
    await tx.raw.execute(
        """INSERT INTO trade.note (buyer, order_id, id, kind, author, text, written_at)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[],
                                $7::timestamptz[])""",
        *columns(rows, 7),
    )


# One round trip for three tables; foreign keys are looked at when the whole statement has ended.
_INSERT_ORDERS = """
WITH placed AS (
  INSERT INTO trade."order"
    (buyer, id, checkout_id, payment_id, business, traffic, entity, shop_id, seller, place_id,
     currency, goods, discount, freight, tax, option, terms, address_version, placed_by, placed_at,
     due_at, state, seller_version)
  SELECT * FROM unnest($1::trade.new_order[])),
lined AS (
  INSERT INTO trade.line
    (buyer, order_id, line_no, offer_id, offer_version, sku_id, product_id, title, options, art,
     quantity, measure_amount, measure_unit, measure_per, unit_minor, gross, discount, tax, freight, commission_bp,
     attribution, inputs, category_ids)
  SELECT * FROM unnest($2::trade.new_line[]))
INSERT INTO trade.allocation
  (buyer, order_id, line_no, ordinal, layer, funder_kind, funder_party, minor)
SELECT * FROM unnest($3::trade.new_allocation[])
"""
