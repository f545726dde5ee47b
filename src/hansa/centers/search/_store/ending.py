"""What the end of a business takes from search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.search._tables import LABEL_RANK, NAMING_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`."""
    tx.locks(NAMING_RANK)
    tx.locks(LABEL_RANK)
    removed = await remove_rows(tx, commands, _OF_A_BUSINESS)
    # What is left of a product is the row that stands for its lock, and that goes when nothing is said of it
    # any more. Looked at once more with the rows locked: somebody may have written a document meanwhile.
    rows = await tx.raw.fetch(
        f"SELECT product_id FROM search.tracked t WHERE {_UNSAID} FOR UPDATE SKIP LOCKED"
    )
    await tx.raw.execute(
        f"DELETE FROM search.tracked t WHERE product_id = ANY($1::uuid[]) AND {_UNSAID}",
        [row["product_id"] for row in rows],
    )
    return removed


_OF_A_BUSINESS = {
    f"search.{table}": f"DELETE FROM search.{table} WHERE business = ANY($1::text[]) RETURNING business"
    for table in ("document_0", "document_1", "suggestion", "gram", "word", "naming", "label", "popularity")
}
_UNSAID = """
NOT EXISTS (SELECT FROM search.document_0 d WHERE d.product_id = t.product_id)
AND NOT EXISTS (SELECT FROM search.document_1 d WHERE d.product_id = t.product_id)
AND NOT EXISTS (SELECT FROM search.popularity p WHERE p.product_id = t.product_id)
"""
