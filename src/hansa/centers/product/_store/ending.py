"""What the end of a business takes from product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.product._tables import CATEGORY_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`."""
    tx.locks(CATEGORY_RANK)
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_OF_A_BUSINESS = {
    "product.listing": "DELETE FROM product.listing WHERE business = ANY($1::text[]) RETURNING business",
    "product.offer": "DELETE FROM product.offer WHERE business = ANY($1::text[]) RETURNING business",
    "product.sku": """DELETE FROM product.sku c USING product.product p
        WHERE p.id = c.product_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "product.product": "DELETE FROM product.product WHERE business = ANY($1::text[]) RETURNING business",
    "product.category": "DELETE FROM product.category WHERE business = ANY($1::text[]) RETURNING business",
}
