"""What the end of a business takes from product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.product._tables import CATEGORY_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`. The bytes of its pictures are swept afterwards, like all that are loose."""
    tx.locks(CATEGORY_RANK)
    await tx.raw.execute(
        """INSERT INTO product.media_loose (id, since)
           SELECT id, now() FROM product.media WHERE business = ANY($1::text[]) ON CONFLICT (id) DO NOTHING""",
        [command.ctx.business for command in commands],
    )
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


def _rows(table: str) -> str:
    return f"DELETE FROM product.{table} WHERE business = ANY($1::text[]) RETURNING business"


def _rows_under(table: str, parent: str, key: str) -> str:
    return f"""DELETE FROM product.{table} c USING product.{parent} p
        WHERE p.id = c.{key} AND p.business = ANY($1::text[]) RETURNING p.business"""


_OF_A_BUSINESS = {
    "product.timed_price": _rows_under("timed_price", "price_list", "price_list_id"),
    "product.price_list": _rows("price_list"),
    "product.change": _rows("change"),
    "product.history": _rows_under("history", "product", "product_id"),
    "product.media": _rows("media"),
    "product.custom_schema": _rows("custom_schema"),
    "product.listing": _rows("listing"),
    "product.offer": _rows("offer"),
    "product.sku": _rows_under("sku", "product", "product_id"),
    "product.product": _rows("product"),
    "product.import_part": _rows_under("import_part", "import", "import_id"),
    "product.import_row": _rows_under("import_row", "import", "import_id"),
    "product.import": _rows("import"),
    "product.category": _rows("category"),
}
