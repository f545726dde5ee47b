"""What shops offer of products that others keep."""

from __future__ import annotations

from uuid import UUID

from hansa.centers.product.types import OfferId
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction


async def offers_beside(
    tx: Transaction, shop_id: ShopId, *, business: str, traffic: Traffic, before: UUID | None, limit: int
) -> list[OfferId]:
    """Return what a shop offers of products that others keep, the latest first."""
    rows = await tx.raw.fetch(
        """SELECT o.id FROM product.offer_now o JOIN product.product p ON p.id = o.product_id
           WHERE o.shop_id = $1 AND p.shop_id <> $1 AND o.business = $2 AND o.traffic = $3
             AND ($4::uuid IS NULL OR o.id < $4) ORDER BY o.id DESC LIMIT $5""",
        shop_id,
        business,
        traffic.value,
        before,
        limit,
    )
    return [row["id"] for row in rows]
