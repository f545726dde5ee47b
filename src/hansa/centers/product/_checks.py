"""What `hansa verify` audits of products."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.product._store import offers as store
from hansa.centers.product.types import PRODUCT_ID
from hansa.kernel.center import Check
from hansa.kernel.db import Transaction


async def listing_agrees(tx: Transaction) -> Sequence[str]:
    """The list of what is on sale says what the active offers say."""
    row = await store.first_wrong_listing(tx)
    if row is None:
        return []
    shown = PRODUCT_ID.show(row["product_id"])
    return [
        (
            f"The list of {row['business']} ({row['traffic']}) names offer {row['offer_id']} for {shown},"
            f" its active offers say {row['should_be']}."
        )
    ]


CHECKS = (Check("product.listing", listing_agrees),)
