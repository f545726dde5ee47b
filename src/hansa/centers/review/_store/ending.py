"""What the end of a business takes from review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.product import api as product
from hansa.centers.review._store.pictures import of_businesses
from hansa.centers.review._tables import RECEIPT_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`."""
    tx.locks(RECEIPT_RANK)
    await product.disown_pictures(
        tx, await of_businesses(tx, sorted({command.ctx.business for command in commands}))
    )
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_OF_A_BUSINESS = {
    "review.signal": "DELETE FROM review.signal WHERE business = ANY($1::text[]) RETURNING business",
    "review.report": "DELETE FROM review.report WHERE business = ANY($1::text[]) RETURNING business",
    "review.decision": "DELETE FROM review.decision WHERE business = ANY($1::text[]) RETURNING business",
    "review.entry": "DELETE FROM review.entry WHERE business = ANY($1::text[]) RETURNING business",
    "review.line": """DELETE FROM review.line c USING review.receipt p
        WHERE (p.buyer, p.order_id) = (c.buyer, c.order_id) AND p.business = ANY($1::text[])
        RETURNING p.business""",
    "review.receipt": "DELETE FROM review.receipt WHERE business = ANY($1::text[]) RETURNING business",
    "review.picture": "DELETE FROM review.picture WHERE business = ANY($1::text[]) RETURNING business",
    "review.summary": "DELETE FROM review.summary WHERE business = ANY($1::text[]) RETURNING business",
}
