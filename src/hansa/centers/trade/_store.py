"""Every SQL statement of trade. Set-based on the order path; `buyer` leads every key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.trade._tables import CHECKOUT_RANK, ORDER_RANK
from hansa.centers.trade.types import OrderState, Placed, PlacedOrder
from hansa.kernel.db import Transaction

OrderKey = tuple[UUID, UUID]
"""(buyer, order): the distribution key first."""

Row = Mapping[str, Any]


class NewCheckout(msgspec.Struct, frozen=True, array_like=True):
    """A row of `trade.checkout`, in the order of its columns."""

    buyer: UUID
    id: UUID
    business: str
    traffic: str
    payment_id: UUID
    payable: int
    currency: str
    generation: int
    plan_hash: str
    decisions: str
    orders: str
    placed_at: datetime
    pay_by: datetime


class NewOrder(msgspec.Struct, frozen=True, array_like=True):
    """A row of `trade.order` as it is placed, in the order of the insert's columns."""

    buyer: UUID
    id: UUID
    checkout_id: UUID
    payment_id: UUID
    business: str
    traffic: str
    entity: str
    shop_id: UUID
    seller: UUID
    place_id: UUID
    currency: str
    goods: int
    discount: int
    freight: int
    tax: int
    option: str
    terms: str
    address_version: UUID | None
    placed_by: str
    placed_at: datetime
    due_at: datetime


class Move(msgspec.Struct, frozen=True, array_like=True):
    """One order's move, in the order of the statement's parameters."""

    buyer: UUID
    id: UUID
    previous: OrderState
    state: OrderState
    version: int
    at: datetime
    actor: str
    cause: str
    due_at: datetime | None


async def insert_checkouts(tx: Transaction, rows: Sequence[NewCheckout]) -> set[OrderKey]:
    """Write checkouts, given in key order; return the keys (buyer, checkout) that were not there before.

    A transaction that is placing the same checkout just now is waited for.
    """
    tx.locks(CHECKOUT_RANK)
    written = await tx.raw.fetch(
        """INSERT INTO trade.checkout
             (buyer, id, business, traffic, payment_id, payable, currency, generation, plan_hash, decisions,
              orders, placed_at, pay_by)
           SELECT buyer, id, business, traffic, payment_id, payable, currency, generation, plan_hash,
                  decisions, orders::uuid[], placed_at, pay_by
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], $7::text[],
                       $8::bigint[], $9::text[], $10::jsonb[], $11::text[], $12::timestamptz[],
                       $13::timestamptz[])
             AS n (buyer, id, business, traffic, payment_id, payable, currency, generation, plan_hash,
                   decisions, orders, placed_at, pay_by)
           ON CONFLICT (buyer, id) DO NOTHING
           RETURNING buyer, id""",
        *_columns(rows, 13),
    )
    return {(row["buyer"], row["id"]) for row in written}


async def delete_checkouts(tx: Transaction, keys: Sequence[OrderKey]) -> None:
    """Take back checkouts that were refused after their row was written in this transaction."""
    await tx.raw.execute(
        """DELETE FROM trade.checkout c USING unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
           WHERE c.buyer = k.buyer AND c.id = k.id""",
        *_keys(keys),
    )


async def placed_checkouts(tx: Transaction, keys: Sequence[OrderKey]) -> dict[OrderKey, Placed]:
    """Return checkouts that were placed before, as they were answered then."""
    rows = await tx.raw.fetch(
        """SELECT c.*, o.id AS order_id, o.shop_id, o.goods - o.discount + o.freight + o.tax AS order_payable
           FROM unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
           JOIN trade.checkout c ON c.buyer = k.buyer AND c.id = k.id
           JOIN trade."order" o ON o.buyer = c.buyer AND o.id = ANY(c.orders)
           ORDER BY c.id, array_position(c.orders, o.id)""",
        *_keys(keys),
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
            state=OrderState.AWAITING_PAYMENT,
            pay_by=row["pay_by"],
        )
    return found


async def insert_orders(tx: Transaction, rows: Sequence[NewOrder]) -> None:
    """Write orders as they are placed: awaiting payment, version 1."""
    await tx.raw.execute(
        """INSERT INTO trade."order"
             (buyer, id, checkout_id, payment_id, business, traffic, entity, shop_id, seller, place_id,
              currency, goods, discount, freight, tax, option, terms, address_version, placed_by, placed_at,
              due_at, state)
           SELECT n.*, 'awaiting_payment'
           FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
                       $8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::bigint[], $13::bigint[],
                       $14::bigint[], $15::bigint[], $16::jsonb[], $17::jsonb[], $18::uuid[], $19::text[],
                       $20::timestamptz[], $21::timestamptz[]) AS n""",
        *_columns(rows, 21),
    )


async def insert_lines(tx: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write the lines of placed orders (columns as in the statement)."""
    await tx.raw.execute(
        """INSERT INTO trade.line
             (buyer, order_id, line_no, offer_id, offer_version, sku_id, product_id, title, options, art,
              quantity, measure_amount, measure_unit, unit_minor, gross, discount, tax, attribution, inputs)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::int[], $6::uuid[],
              $7::uuid[], $8::text[], $9::text[], $10::text[], $11::int[], $12::bigint[], $13::text[],
              $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::jsonb[], $19::jsonb[])""",
        *_columns(rows, 19),
    )


async def insert_allocations(tx: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write what each layer and funder took off each line."""
    if not rows:
        return
    await tx.raw.execute(
        """INSERT INTO trade.allocation
             (buyer, order_id, line_no, ordinal, layer, funder_kind, funder_party, minor)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::text[], $6::text[],
                                $7::uuid[], $8::bigint[])""",
        *_columns(rows, 8),
    )


async def lock_orders(tx: Transaction, keys: Iterable[OrderKey]) -> dict[OrderKey, Row]:
    """Lock orders in key order and return them.

    On one machine `FOR UPDATE` is the cheapest lock; a distributed PostgreSQL refuses it over several
    shards, and there this one function changes to `UPDATE ... SET version = version ... RETURNING`.
    """
    tx.locks(ORDER_RANK)
    wanted = sorted(set(keys))
    rows = await tx.raw.fetch(
        """SELECT o.* FROM trade."order" o
           JOIN unnest($1::uuid[], $2::uuid[]) AS k (buyer, id) ON o.buyer = k.buyer AND o.id = k.id
           ORDER BY o.buyer, o.id FOR UPDATE OF o""",
        *_keys(wanted),
    )
    return {(row["buyer"], row["id"]): row for row in rows}


async def move_orders(tx: Transaction, *, last: Sequence[Move], every: Sequence[Move]) -> None:
    """Store locked orders as their `last` move leaves them, and `every` move as history."""
    await tx.raw.execute(
        """UPDATE trade."order" o
           SET previous_state = m.previous, state = m.state, version = m.version, due_at = m.due_at,
               paid_at = CASE WHEN m.state IN ('awaiting_shipment', 'paid_on_hold')
                              THEN coalesce(o.paid_at, m.at) ELSE o.paid_at END,
               shipped_at = CASE WHEN m.state = 'shipped' THEN m.at ELSE o.shipped_at END,
               finished_at = CASE WHEN m.state = 'finished' THEN m.at END,
               closed_at = CASE WHEN m.state IN ('closed', 'refunded') THEN m.at END
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::timestamptz[],
                       $7::timestamptz[]) AS m (buyer, id, previous, state, version, at, due_at)
           WHERE o.buyer = m.buyer AND o.id = m.id""",
        [m.buyer for m in last],
        [m.id for m in last],
        [m.previous.value for m in last],
        [m.state.value for m in last],
        [m.version for m in last],
        [m.at for m in last],
        [m.due_at for m in last],
    )
    await tx.raw.execute(
        """INSERT INTO trade.history (buyer, order_id, version, previous_state, state, at, actor, cause)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[],
                                $6::timestamptz[], $7::text[], $8::text[])""",
        [m.buyer for m in every],
        [m.id for m in every],
        [m.version for m in every],
        [m.previous.value for m in every],
        [m.state.value for m in every],
        [m.at for m in every],
        [m.actor for m in every],
        [m.cause for m in every],
    )


async def orders_by_key(tx: Transaction, keys: Sequence[OrderKey]) -> list[Row]:
    """Return orders by (buyer, order), without locking."""
    rows = await tx.raw.fetch(
        """SELECT o.* FROM unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
           JOIN trade."order" o ON o.buyer = k.buyer AND o.id = k.id""",
        *_keys(keys),
    )
    return list(rows)


async def lines_by_order(tx: Transaction, keys: Sequence[OrderKey]) -> dict[UUID, list[Row]]:
    """Return the lines of orders, by order, in the order of their numbers. Lines never change."""
    rows = await tx.raw.fetch(
        """SELECT l.* FROM unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
           JOIN trade.line l ON l.buyer = k.buyer AND l.order_id = k.id
           ORDER BY l.buyer, l.order_id, l.line_no""",
        *_keys(keys),
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
        *_keys(keys),
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
        """SELECT c.payment_id, o.buyer, o.id, o.place_id, o.currency,
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
    buyer: UUID | None = None,
    shop_id: UUID | None = None,
    state: str | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[Row]:
    """Return orders of a buyer or of a shop, newest first, ids below `before`."""
    return list(
        await tx.raw.fetch(
            """SELECT * FROM trade."order"
               WHERE business = $1 AND traffic = $2
                 AND ($3::uuid IS NULL OR buyer = $3) AND ($4::uuid IS NULL OR shop_id = $4)
                 AND ($5::text IS NULL OR state = $5) AND ($6::uuid IS NULL OR id < $6)
               ORDER BY id DESC LIMIT $7""",
            business,
            traffic,
            buyer,
            shop_id,
            state,
            before,
            limit,
        ),
    )


async def cart_lines(tx: Transaction, *, buyer: UUID, business: str, traffic: str) -> list[Row]:
    """Return a cart, oldest line first."""
    return list(
        await tx.raw.fetch(
            """SELECT offer_id, quantity, unit_minor, added_at FROM trade.cart_line
               WHERE buyer = $1 AND business = $2 AND traffic = $3 ORDER BY added_at, offer_id LIMIT 500""",
            buyer,
            business,
            traffic,
        ),
    )


async def put_cart_line(
    tx: Transaction,
    *,
    buyer: UUID,
    business: str,
    traffic: str,
    offer_id: UUID,
    quantity: int,
    unit_minor: int | None,
    at: datetime,
) -> None:
    """Set the quantity of an offer in a cart, and the price it was seen at; zero takes it out."""
    if quantity == 0:
        await tx.raw.execute(
            """DELETE FROM trade.cart_line
               WHERE buyer = $1 AND business = $2 AND traffic = $3 AND offer_id = $4""",
            buyer,
            business,
            traffic,
            offer_id,
        )
        return
    await tx.raw.execute(
        """INSERT INTO trade.cart_line (buyer, business, traffic, offer_id, quantity, unit_minor, added_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (buyer, business, traffic, offer_id)
           DO UPDATE SET quantity = excluded.quantity, unit_minor = excluded.unit_minor""",
        buyer,
        business,
        traffic,
        offer_id,
        quantity,
        unit_minor,
        at,
    )


async def take_from_cart(
    tx: Transaction,
    *,
    buyer: UUID,
    business: str,
    traffic: str,
    offer_ids: Sequence[UUID],
) -> None:
    """Take offers out of a cart."""
    await tx.raw.execute(
        """DELETE FROM trade.cart_line
           WHERE buyer = $1 AND business = $2 AND traffic = $3 AND offer_id = ANY($4::uuid[])""",
        buyer,
        business,
        traffic,
        offer_ids,
    )


async def merge_carts(tx: Transaction, *, guests: Sequence[UUID], parties: Sequence[UUID]) -> None:
    """Move guests' cart lines to the parties they became; the larger quantity of an offer wins."""
    await tx.raw.execute(
        """WITH pair AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS p (guest, party)),
                taken AS (DELETE FROM trade.cart_line c USING pair WHERE c.buyer = pair.guest
                          RETURNING pair.party, c.business, c.traffic, c.offer_id, c.quantity, c.unit_minor,
                                    c.added_at)
           INSERT INTO trade.cart_line (buyer, business, traffic, offer_id, quantity, unit_minor, added_at)
           SELECT DISTINCT ON (party, business, traffic, offer_id) * FROM taken
           ORDER BY party, business, traffic, offer_id, quantity DESC
           ON CONFLICT (buyer, business, traffic, offer_id)
           DO UPDATE SET quantity = greatest(trade.cart_line.quantity, excluded.quantity)""",
        guests,
        parties,
    )


def _columns(rows: Sequence[Any], width: int) -> list[list[Any]]:
    """Turn rows (tuples or array-like structs) into one list per column, for `unnest`."""
    if not rows:
        return [[] for _ in range(width)]
    plain = rows if isinstance(rows[0], tuple) else [msgspec.structs.astuple(row) for row in rows]
    return [list(column) for column in zip(*plain, strict=True)]


def _keys(keys: Sequence[OrderKey]) -> tuple[list[UUID], list[UUID]]:
    """Turn keys into one list per column, for `unnest`."""
    return [buyer for buyer, _ in keys], [known for _, known in keys]


AUDITS = (
    (
        "trade.lines",
        "the order {0} says goods {1}, discount {2} and tax {3}, its lines sum to {4}, {5} and {6}",
        """SELECT o.id, o.goods, o.discount, o.tax, l.goods AS goods_sum, l.discount AS discount_sum, l.tax AS tax_sum
           FROM trade."order" o
           LEFT JOIN LATERAL (SELECT coalesce(sum(gross), 0) AS goods, coalesce(sum(discount), 0) AS discount,
                                     coalesce(sum(tax), 0) AS tax
                              FROM trade.line WHERE buyer = o.buyer AND order_id = o.id) l ON true
           WHERE (o.goods, o.discount, o.tax) <> (l.goods, l.discount, l.tax) ORDER BY o.id""",
    ),
    (
        "trade.allocations",
        "line {1} of the order {0} says discount {2}, its allocations sum to {3}",
        """SELECT l.order_id, l.line_no, l.discount, coalesce(sum(a.minor), 0)
           FROM trade.line l
           LEFT JOIN trade.allocation a
             ON a.buyer = l.buyer AND a.order_id = l.order_id AND a.line_no = l.line_no
           GROUP BY l.buyer, l.order_id, l.line_no
           HAVING l.discount <> coalesce(sum(a.minor), 0) ORDER BY 1, 2""",
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
        """SELECT o.id, o.state, o.version, coalesce(h.state, 'awaiting_payment'), coalesce(h.version, 1)
           FROM trade."order" o
           LEFT JOIN LATERAL (SELECT state, version FROM trade.history
                              WHERE buyer = o.buyer AND order_id = o.id ORDER BY version DESC LIMIT 1) h ON true
           WHERE (o.state, o.version) <> (coalesce(h.state, 'awaiting_payment'), coalesce(h.version, 1))
           ORDER BY o.id""",
    ),
)
"""Name of each audit, what to say about a bad row, and a query for the bad rows."""


async def escrowed(tx: Transaction) -> list[Row]:
    """Sum what buyers have paid for orders that are not settled: what escrow must hold."""
    return list(
        await tx.raw.fetch(
            """SELECT traffic, entity, business, currency,
                      sum(CASE WHEN state IN ('paid_on_hold', 'awaiting_shipment', 'partly_shipped', 'shipped')
                               THEN goods - discount + freight + tax ELSE 0 END)::bigint AS minor
               FROM trade."order" GROUP BY traffic, entity, business, currency ORDER BY 1, 2, 3, 4""",
        ),
    )


async def orders_of_party(tx: Transaction, *, buyer: UUID, limit: int) -> list[Row]:
    """Return a party's latest orders in all businesses, for its own personal data."""
    return list(
        await tx.raw.fetch(
            'SELECT * FROM trade."order" WHERE buyer = $1 ORDER BY id DESC LIMIT $2', buyer, limit
        )
    )
