"""What the end of a business takes from shop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.shop._tables import SHOP_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`."""
    tx.locks(SHOP_RANK)
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_OF_A_SHOP = ("staff", "staff_step", "invitation", "profile", "closing", "answer", "seller", "status_change")

_OF_A_BUSINESS = {
    f"shop.{table}": f"""DELETE FROM shop.{table} c USING shop.shop p
        WHERE p.id = c.shop_id AND p.business = ANY($1::text[]) RETURNING p.business"""
    for table in _OF_A_SHOP
} | {
    f"shop.{table}": f"DELETE FROM shop.{table} WHERE business = ANY($1::text[]) RETURNING business"
    for table in ("shop", "slug", "commission_rule")
}
