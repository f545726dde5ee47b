"""What the end of a business takes from search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.search._tables import LABEL_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`."""
    tx.locks(LABEL_RANK)
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_OF_A_BUSINESS = {
    f"search.{table}": f"DELETE FROM search.{table} WHERE business = ANY($1::text[]) RETURNING business"
    for table in ("document_0", "document_1", "suggestion", "gram", "word", "label", "popularity")
}
