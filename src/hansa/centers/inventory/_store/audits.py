"""The statements that audit stock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hansa.kernel.db import Transaction


async def first_wrong_sum_of_holds(tx: Transaction) -> Mapping[str, Any] | None:
    """Return the first stock row whose held or allocated is not the sum of its holds."""
    row: Mapping[str, Any] | None = await tx.raw.fetchrow(
        """SELECT sku_id, place_id, traffic, s.held, s.allocated,
                  coalesce(h.held, 0) AS held_sum, coalesce(h.allocated, 0) AS allocated_sum
           FROM inventory.stock s
           FULL JOIN (
             SELECT sku_id, place_id, traffic,
                    coalesce(sum(quantity) FILTER (WHERE state = 'held'), 0) AS held,
                    coalesce(sum(quantity) FILTER (WHERE state = 'allocated'), 0) AS allocated
             FROM inventory.hold GROUP BY sku_id, place_id, traffic) h
           USING (sku_id, place_id, traffic)
           WHERE coalesce(s.held, 0) <> coalesce(h.held, 0)
              OR coalesce(s.allocated, 0) <> coalesce(h.allocated, 0)
           ORDER BY sku_id, place_id, traffic LIMIT 1"""
    )
    return row


async def first_wrong_sum_of_movements(tx: Transaction) -> Mapping[str, Any] | None:
    """Return the first stock row whose quantity on hand is not the sum of its movements."""
    row: Mapping[str, Any] | None = await tx.raw.fetchrow(
        """SELECT sku_id, place_id, traffic, s.on_hand, coalesce(m.quantity, 0) AS movement_sum
           FROM inventory.stock s
           FULL JOIN (
             SELECT sku_id, place_id, traffic, sum(quantity) AS quantity
             FROM inventory.movement GROUP BY sku_id, place_id, traffic) m
           USING (sku_id, place_id, traffic)
           WHERE coalesce(s.on_hand, 0) <> coalesce(m.quantity, 0)
           ORDER BY sku_id, place_id, traffic LIMIT 1"""
    )
    return row


async def first_wrong_transfer(tx: Transaction) -> Mapping[str, Any] | None:
    """Return the first line of goods on the way whose movements are not what its state says."""
    row: Mapping[str, Any] | None = await tx.raw.fetchrow(
        """SELECT t.id, l.sku_id, t.state, l.sent, coalesce(m.moved, 0) AS moved, coalesce(m.off, 0) AS off
             FROM inventory.transfer t JOIN inventory.transfer_line l ON l.transfer_id = t.id
             LEFT JOIN (SELECT reference, sku_id,
                               sum(quantity) FILTER (WHERE kind = 'transferred') AS moved,
                               sum(quantity) FILTER (WHERE kind = 'adjusted') AS off
                          FROM inventory.movement WHERE kind IN ('transferred', 'adjusted')
                         GROUP BY reference, sku_id) m
                    ON m.reference = t.reference AND m.sku_id = l.sku_id
            WHERE coalesce(m.moved, 0) <> CASE t.state WHEN 'sent' THEN -l.sent ELSE 0 END
               OR coalesce(m.off, 0) <> coalesce(l.received - l.sent, 0)
            ORDER BY t.id, l.sku_id LIMIT 1"""
    )
    return row
