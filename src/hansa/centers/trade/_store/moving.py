"""Orders as they move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from hansa.centers.trade._rules.dividing import Split
from hansa.centers.trade._rules.rows import Move, OrderKey, Row
from hansa.centers.trade._store.columns import keys_of
from hansa.centers.trade._tables import ORDER_RANK
from hansa.kernel.db import Transaction


async def lock_orders(tx: Transaction, keys: Iterable[OrderKey]) -> dict[OrderKey, Row]:
    """Lock orders in key order and return what moving asks and tells of them.

    On one machine `FOR UPDATE` is the cheapest lock; a distributed PostgreSQL refuses it over several
    shards, and there this one function changes to `UPDATE ... SET version = version ... RETURNING`.
    """
    tx.locks(ORDER_RANK)
    wanted = sorted(set(keys))
    rows = await tx.raw.fetch(
        """SELECT o.buyer, o.id, o.business, o.traffic, o.checkout_id, o.shop_id, o.seller, o.previous_state, o.state, o.version,
                  o.due_at, o.terms, o.currency, o.goods - o.discount + o.freight + o.tax AS payable
           FROM trade."order" o
           JOIN unnest($1::uuid[], $2::uuid[]) AS k (buyer, id) ON o.buyer = k.buyer AND o.id = k.id
           ORDER BY o.buyer, o.id FOR UPDATE OF o""",
        *keys_of(wanted),
    )
    return {(row["buyer"], row["id"]): row for row in rows}


async def move_orders(tx: Transaction, *, last: Sequence[Move], every: Sequence[Move]) -> None:
    """Store locked orders as their `last` move leaves them, and `every` move, with its lines, as history."""
    lines = [(move, line) for move in every for line in move.lines]
    splits = [(move, split) for move in every for split in move.splits]
    if splits:
        await _divide_lines(tx, splits)
    orders = [(m.buyer, m.id, m.origin, m.state, m.version, m.at, m.due_at, m.paid, m.extended) for m in last]
    history = [
        (
            m.buyer,
            m.id,
            m.version,
            m.previous,
            m.state,
            m.at,
            m.actor,
            m.cause,
            [line.line_no for line in m.lines],
            msgspec.json.encode(m.details).decode() if m.details else None,
        )
        for m in every
    ]
    if not lines:
        await tx.raw.execute(_MOVE_ORDERS, orders, history)
        return
    await tx.raw.execute(
        _MOVE_WITH_LINES,
        orders,
        history,
        [move.buyer for move, _ in lines],
        [move.id for move, _ in lines],
        [line.line_no for _, line in lines],
        [line.previous.value for _, line in lines],
        [line.state.value for _, line in lines],
        [line.parcel.carrier if line.parcel else None for _, line in lines],
        [line.parcel.tracking if line.parcel else None for _, line in lines],
    )


async def _divide_lines(tx: Transaction, splits: Sequence[tuple[Move, Split]]) -> None:
    """Make pieces of lines of locked orders lines of their own; what is left keeps the number."""
    parts = [split.part for _, split in splits]
    await tx.raw.execute(
        _DIVIDE,
        [move.buyer for move, _ in splits],
        [move.id for move, _ in splits],
        [split.line_no for _, split in splits],
        [part.line_no for part in parts],
        [part.part_of for part in parts],
        [part.units for part in parts],
        [part.first_unit for part in parts],
        [part.quantity for part in parts],
        [part.gross for part in parts],
        [part.discount for part in parts],
        [part.tax for part in parts],
        [part.freight for part in parts],
    )


# One round trip for history, lines and orders. What a batch does to one order is merged before: its last
# move tells where it stands, every move is told.
_MOVE = """
WITH told AS (
  INSERT INTO trade.history
    (buyer, order_id, version, previous_state, state, at, actor, cause, lines, details)
  SELECT * FROM unnest($2::trade.new_history[])){lines}
UPDATE trade."order" o
SET previous_state = m.origin, state = m.state, version = m.version, due_at = m.due_at,
    paid_at = CASE WHEN m.paid THEN coalesce(o.paid_at, m.at) ELSE o.paid_at END,
    extended = o.extended OR m.extended,
    shipped_at = CASE WHEN m.state = 'shipped' THEN coalesce(o.shipped_at, m.at) ELSE o.shipped_at END,
    finished_at = CASE WHEN m.state = 'finished' THEN m.at END,
    closed_at = CASE WHEN m.state IN ('closed', 'refunded') THEN m.at END
FROM unnest($1::trade.moved_order[]) AS m
WHERE o.buyer = m.buyer AND o.id = m.id
"""

_LINED = """,
lined AS (
  UPDATE trade.line l SET previous_state = m.previous, state = m.state,
         carrier = coalesce(m.carrier, l.carrier), tracking = coalesce(m.tracking, l.tracking)
  FROM unnest($3::uuid[], $4::uuid[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[])
    AS m (buyer, order_id, line_no, previous, state, carrier, tracking)
  WHERE l.buyer = m.buyer AND l.order_id = m.order_id AND l.line_no = m.line_no)"""
# A statement of its own: the parts must be there before they move.
_DIVIDE = """
WITH d AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[],
                       $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])
    AS d (buyer, order_id, line_no, part_no, part_of, units, first_unit, quantity, gross, discount, tax, freight)),
parted AS (
  INSERT INTO trade.line
    (buyer, order_id, line_no, offer_id, offer_version, sku_id, product_id, title, options, art, quantity,
     unit_minor, gross, discount, tax, freight, commission_bp, attribution, inputs, category_ids,
     previous_state, state, carrier, tracking, part_of, units, first_unit)
  SELECT l.buyer, l.order_id, d.part_no, l.offer_id, l.offer_version, l.sku_id, l.product_id, l.title, l.options,
         l.art, d.quantity, l.unit_minor, d.gross, d.discount, d.tax, d.freight, l.commission_bp, l.attribution,
         l.inputs, l.category_ids, l.previous_state, l.state, l.carrier, l.tracking, d.part_of, d.units, d.first_unit
  FROM d JOIN trade.line l ON l.buyer = d.buyer AND l.order_id = d.order_id AND l.line_no = d.line_no)
UPDATE trade.line l
SET quantity = l.quantity - d.quantity, gross = l.gross - d.gross, discount = l.discount - d.discount,
    tax = l.tax - d.tax, freight = l.freight - d.freight, units = d.units, first_unit = d.first_unit + d.quantity
FROM d WHERE l.buyer = d.buyer AND l.order_id = d.order_id AND l.line_no = d.line_no
"""
_MOVE_ORDERS = _MOVE.format(lines="")
_MOVE_WITH_LINES = _MOVE.format(lines=_LINED)
