"""What somebody who is forgotten takes from place: where their shops were, which are over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.place._tables import PLACE_RANK

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_places(tx: Transaction, shop_ids: Sequence[UUID]) -> set[UUID]:
    """Blank names and addresses of these shops' places, today's and earlier ones; return the shops that had some.

    The country stays, by which the books are kept.
    """
    tx.locks(PLACE_RANK)
    rows = await tx.raw.fetch(
        """UPDATE place.place p
              SET name = '{}', address = '', postal_code = NULL, lat = NULL, lon = NULL,
                  changed_xid = pg_current_xact_id()
            WHERE id IN (SELECT id FROM place.place WHERE shop_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE)
           RETURNING p.shop_id, p.id""",
        list(shop_ids),
    )
    await tx.raw.execute(
        """UPDATE place.place_version
              SET place = place || '{"name": {}, "address": "", "postal_code": null, "location": null}'
            WHERE place_id = ANY($1::uuid[])""",
        [row["id"] for row in rows],
    )
    return {row["shop_id"] for row in rows}
