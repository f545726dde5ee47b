"""Orders as they move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hansa.centers.trade._rules.rows import Move, OrderKey, Row
from hansa.centers.trade._store.columns import keys_of
from hansa.centers.trade._tables import ORDER_RANK
from hansa.kernel.db import Transaction


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
        *keys_of(wanted),
    )
    return {(row["buyer"], row["id"]): row for row in rows}


async def move_orders(tx: Transaction, *, last: Sequence[Move], every: Sequence[Move]) -> None:
    """Store locked orders as their `last` move leaves them, and `every` move as history."""
    await tx.raw.execute(
        _MOVE,
        [m.buyer for m in last],
        [m.id for m in last],
        [m.previous.value for m in last],
        [m.state.value for m in last],
        [m.version for m in last],
        [m.at for m in last],
        [m.due_at for m in last],
        [m.buyer for m in every],
        [m.id for m in every],
        [m.version for m in every],
        [m.previous.value for m in every],
        [m.state.value for m in every],
        [m.at for m in every],
        [m.actor for m in every],
        [m.cause for m in every],
    )


_MOVE = """
WITH told AS (
  INSERT INTO trade.history (buyer, order_id, version, previous_state, state, at, actor, cause)
  SELECT * FROM unnest($8::uuid[], $9::uuid[], $10::int[], $11::text[], $12::text[],
                       $13::timestamptz[], $14::text[], $15::text[]))
UPDATE trade."order" o
SET previous_state = m.previous, state = m.state, version = m.version, due_at = m.due_at,
    paid_at = CASE WHEN m.state IN ('awaiting_shipment', 'paid_on_hold')
                   THEN coalesce(o.paid_at, m.at) ELSE o.paid_at END,
    shipped_at = CASE WHEN m.state = 'shipped' THEN m.at ELSE o.shipped_at END,
    finished_at = CASE WHEN m.state = 'finished' THEN m.at END,
    closed_at = CASE WHEN m.state IN ('closed', 'refunded') THEN m.at END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::timestamptz[],
            $7::timestamptz[]) AS m (buyer, id, previous, state, version, at, due_at)
WHERE o.buyer = m.buyer AND o.id = m.id
"""
