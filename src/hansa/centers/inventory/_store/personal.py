"""What staff wrote in their own words beside stock, and how it goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from hansa.centers.inventory._tables import STOCKTAKE_RANK, TRANSFER_RANK
from hansa.kernel.db import Transaction


class Noted(NamedTuple):
    """A note of somebody: in which business, at which place, on what (`movement`, `stocktake`, `transfer`), when."""

    business: str
    place_id: UUID
    what: str
    note: str
    noted_at: datetime


async def notes_of(tx: Transaction, labels: Sequence[str]) -> list[Noted]:
    """Return every note of these actors, the oldest first."""
    rows = await tx.raw.fetch(
        """SELECT business, place_id, 'movement' AS what, note, occurred_at AS noted_at FROM inventory.movement
            WHERE actor = ANY($1::text[]) AND note <> ''
           UNION ALL
           SELECT business, place_id, 'stocktake', note, opened_at FROM inventory.stocktake
            WHERE opened_by = ANY($1::text[]) AND note <> ''
           UNION ALL
           SELECT business, from_place_id, 'transfer', note, sent_at FROM inventory.transfer
            WHERE sent_by = ANY($1::text[]) AND note <> ''
            ORDER BY noted_at""",
        list(labels),
    )
    return [Noted(**row) for row in rows]


async def forget_notes(tx: Transaction, labels: Sequence[str]) -> set[str]:
    """Blank the notes of these actors; return whose there were."""
    tx.locks(STOCKTAKE_RANK)
    sheets = await tx.raw.fetch(
        """UPDATE inventory.stocktake SET note = ''
            WHERE id IN (SELECT id FROM inventory.stocktake
                          WHERE opened_by = ANY($1::text[]) AND note <> '' ORDER BY id FOR UPDATE)
           RETURNING opened_by AS label""",
        list(labels),
    )
    tx.locks(TRANSFER_RANK)
    transfers = await tx.raw.fetch(
        """UPDATE inventory.transfer SET note = ''
            WHERE id IN (SELECT id FROM inventory.transfer
                          WHERE sent_by = ANY($1::text[]) AND note <> '' ORDER BY id FOR UPDATE)
           RETURNING sent_by AS label""",
        list(labels),
    )
    movements = await tx.raw.fetch(
        """UPDATE inventory.movement SET note = '' WHERE actor = ANY($1::text[]) AND note <> ''
           RETURNING actor AS label""",
        list(labels),
    )
    return {row["label"] for row in (*sheets, *transfers, *movements)}
