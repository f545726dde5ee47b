"""Pictures that shops uploaded: what is known of them; their bytes are kept elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.product.types import MediaId
from hansa.centers.shop.types import ShopId
from hansa.kernel.db import Transaction


async def unknown_pictures(tx: Transaction, shop_id: ShopId, ids: Sequence[MediaId]) -> list[MediaId]:
    """Return those of these pictures that the shop has not, and keep the others from being deleted."""
    rows = await tx.raw.fetch(
        "SELECT id FROM product.media WHERE id = ANY($1::uuid[]) AND shop_id = $2 ORDER BY id FOR KEY SHARE",
        list(ids),
        shop_id,
    )
    known = {row["id"] for row in rows}
    return [one for one in ids if one not in known]
