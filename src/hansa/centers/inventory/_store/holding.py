"""The statements that lock, hold and change stock: set-based, one per table; keys lead with the SKU."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from hansa.centers.inventory._rules.stock import Change, Delta, Hold, Level, StockKey
from hansa.centers.inventory._tables import STOCK_RANK
from hansa.centers.inventory.types import HoldKey, HoldState
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction, columns


async def lock_stock(tx: Transaction, keys: Collection[StockKey]) -> dict[StockKey, Level]:
    """Lock and read the stock rows of these keys, in key order; a row that does not exist counts as empty.

    The one place where inventory locks. On one machine an ordered `FOR NO KEY UPDATE` is the cheapest; a
    distributed PostgreSQL refuses it over several shards, and this function would say instead
    `UPDATE inventory.stock SET held = held ... RETURNING`, which locks and reads as well (ADR 0006).
    """
    tx.locks(STOCK_RANK)
    levels = {key: Level.of(key) for key in keys}
    if keys:
        rows = await tx.raw.fetch(
            """SELECT s.sku_id, s.place_id, s.traffic, s.on_hand, s.held, s.allocated, s.safety, s.backorder, s.low_at
               FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS k (sku_id, place_id, traffic)
               JOIN inventory.stock s USING (sku_id, place_id, traffic)
               ORDER BY s.sku_id, s.place_id, s.traffic
               FOR NO KEY UPDATE OF s""",
            *columns(keys, 3),
        )
        for sku_id, place_id, traffic, *figures in rows:
            key = (sku_id, place_id, traffic)
            levels[key] = Level.of(key, *figures)
    return levels


async def read_holds(tx: Transaction, keys: Collection[HoldKey]) -> dict[HoldKey, Hold]:
    """Read holds whose stock rows are locked: nobody else can change them, so they need no lock."""
    if not keys:
        return {}
    rows = await tx.raw.fetch(
        """SELECT h.order_id, h.sku_id, h.place_id, h.traffic, h.quantity, h.state
           FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (sku_id, order_id, place_id)
           JOIN inventory.hold h USING (sku_id, order_id, place_id)""",
        *columns([(key.sku_id, key.order_id, key.place_id) for key in keys], 3),
    )
    return {
        HoldKey(order_id, sku_id, place_id): Hold(traffic, quantity, HoldState(state))
        for order_id, sku_id, place_id, traffic, quantity, state in rows
    }


async def write_stock(tx: Transaction, deltas: Mapping[StockKey, Delta]) -> None:
    """Change locked stock rows, each once; the database refuses what would oversell."""
    if deltas:
        await tx.raw.execute(_CHANGE_STOCK, _changes(deltas))


async def place_holds(
    tx: Transaction, *, deltas: Mapping[StockKey, Delta], new: Sequence[tuple[Change, datetime, datetime]]
) -> None:
    """Change locked stock rows, each once, and write new holds: (change, expires at, placed at).

    The database refuses what would oversell.
    """
    if not new:
        return
    rows = [
        (
            change.key.sku_id,
            change.key.order_id,
            change.key.place_id,
            change.ctx.business,
            change.after.traffic,
            change.after.quantity,
            expires_at,
            at,
        )
        for change, expires_at, at in new
    ]
    await tx.raw.execute(_PLACE_HOLDS, _changes(deltas), rows)


async def move_holds(
    tx: Transaction, *, deltas: Mapping[StockKey, Delta], moved: Sequence[tuple[Change, datetime]]
) -> None:
    """Change locked stock rows, each once, and write holds as they are now; illegal states the database refuses."""
    if not moved:
        return
    rows = [
        (
            change.key.sku_id,
            change.key.order_id,
            change.key.place_id,
            _previous(change),
            change.after.state.value,
            change.after.quantity,
            at,
        )
        for change, at in moved
    ]
    await tx.raw.execute(_MOVE_HOLDS, _changes(deltas), rows)


def _previous(change: Change) -> str | None:
    """Return the state a hold came from: what stays of it came from where it had come from before."""
    if change.before is not None and change.before.state is not change.after.state:
        return change.before.state.value
    return HoldState.HELD.value if change.after.state is HoldState.ALLOCATED else None


def _changes(deltas: Mapping[StockKey, Delta]) -> list[tuple[Any, ...]]:
    return [(*key, *delta) for key, delta in deltas.items()]


_CHANGE_STOCK = """
UPDATE inventory.stock s
SET on_hand = s.on_hand + d.on_hand, held = s.held + d.held, allocated = s.allocated + d.allocated
FROM unnest($1::inventory.stock_change[]) AS d
WHERE s.sku_id = d.sku_id AND s.place_id = d.place_id AND s.traffic = d.traffic
"""

_PLACE_HOLDS = f"""
WITH changed AS ({_CHANGE_STOCK})
INSERT INTO inventory.hold
  (sku_id, order_id, place_id, business, traffic, quantity, state, expires_at, placed_at, changed_at)
SELECT sku_id, order_id, place_id, business, traffic, quantity, 'held', expires_at, at, at
FROM unnest($2::inventory.new_hold[])
"""

_MOVE_HOLDS = f"""
WITH changed AS ({_CHANGE_STOCK})
UPDATE inventory.hold h
SET previous_state = m.previous, state = m.state, quantity = m.quantity, changed_at = m.at
FROM unnest($2::inventory.moved_hold[]) AS m
WHERE h.sku_id = m.sku_id AND h.order_id = m.order_id AND h.place_id = m.place_id
"""


async def open_rows(tx: Transaction, keys: Collection[StockKey]) -> None:
    """Make the stock rows of these keys that are not there yet, in key order, as all locks."""
    tx.locks(STOCK_RANK)
    await tx.raw.execute(
        """INSERT INTO inventory.stock (sku_id, place_id, traffic, on_hand)
           SELECT n.sku_id, n.place_id, n.traffic, 0
           FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS n (sku_id, place_id, traffic)
           ORDER BY n.sku_id, n.place_id, n.traffic
           ON CONFLICT DO NOTHING""",
        *columns(keys, 3),
    )


async def write_limits(tx: Transaction, limits: Mapping[StockKey, tuple[int, int, int]]) -> None:
    """Set (safety, backorder, low at) of locked stock rows; the database refuses less than was promised."""
    await tx.raw.execute(
        """UPDATE inventory.stock s SET safety = n.safety, backorder = n.backorder, low_at = n.low_at
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
             AS n (sku_id, place_id, traffic, safety, backorder, low_at)
           WHERE s.sku_id = n.sku_id AND s.place_id = n.place_id AND s.traffic = n.traffic""",
        *columns([(*key, *limit) for key, limit in limits.items()], 6),
    )


async def insert_movements(tx: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write movements (columns as in the statement)."""
    if rows:
        await tx.raw.execute(
            """INSERT INTO inventory.movement
                 (sku_id, place_id, traffic, id, kind, quantity, reference, reason, note, business, actor,
                  occurred_at)
               SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::bigint[],
                                    $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[])""",
            *columns(rows, 12),
        )


async def expired(
    tx: Transaction,
    *,
    clocks: Mapping[tuple[str, str], datetime],
    otherwise: datetime,
    but_of: Collection[str],
    limit: int,
) -> list[tuple[HoldKey, str, Traffic]]:
    """Return holds past their time: (key, business, traffic class), but those of the businesses `but_of`.

    `clocks` are those that were moved.
    """
    rows = await tx.raw.fetch(
        """SELECT h.order_id, h.sku_id, h.place_id, h.business, h.traffic
           FROM inventory.hold h
           LEFT JOIN unnest($1::text[], $2::text[], $3::timestamptz[]) AS c (business, traffic, now)
             ON c.business = h.business AND c.traffic = h.traffic
           WHERE h.state = 'held' AND h.expires_at <= $5 AND h.expires_at <= coalesce(c.now, $4)
             AND h.business <> ALL($7::text[])
           ORDER BY h.expires_at LIMIT $6""",
        *columns([(*key, now) for key, now in clocks.items()], 3),
        otherwise,
        max([otherwise, *clocks.values()]),
        limit,
        list(but_of),
    )
    return [
        (HoldKey(order_id, sku_id, place_id), business, Traffic(traffic))
        for order_id, sku_id, place_id, business, traffic in rows
    ]
