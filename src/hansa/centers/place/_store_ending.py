"""What the end of a business takes from place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.place._tables import PLACE_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`."""
    tx.locks(PLACE_RANK)
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_OF_A_BUSINESS = {
    "place.place_version": """DELETE FROM place.place_version c USING place.place p
        WHERE p.id = c.place_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "place.place": "DELETE FROM place.place WHERE business = ANY($1::text[]) RETURNING business",
}
