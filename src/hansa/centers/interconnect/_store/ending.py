"""What the end of a business takes from interconnect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.interconnect._tables import APP_RANK
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`."""
    tx.locks(APP_RANK)
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_OF_A_BUSINESS = {
    "interconnect.attempt": """DELETE FROM interconnect.attempt c USING interconnect.delivery p
        WHERE p.endpoint_id = c.endpoint_id AND p.delivery_id = c.delivery_id AND p.business = ANY($1::text[])
        RETURNING p.business""",
    "interconnect.delivery": """DELETE FROM interconnect.delivery WHERE business = ANY($1::text[])
        RETURNING business""",
    "interconnect.message": """DELETE FROM interconnect.message WHERE business = ANY($1::text[])
        RETURNING business""",
    "interconnect.endpoint": """DELETE FROM interconnect.endpoint WHERE business = ANY($1::text[])
        RETURNING business""",
    "interconnect.refresh_token": """DELETE FROM interconnect.refresh_token c USING interconnect.authorization p
        WHERE p.authorization_id = c.authorization_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "interconnect.authorization": """DELETE FROM interconnect.authorization WHERE business = ANY($1::text[])
        RETURNING business""",
    "interconnect.app_token": """DELETE FROM interconnect.app_token c USING interconnect.app p
        WHERE p.app_id = c.app_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "interconnect.installation": """DELETE FROM interconnect.installation WHERE business = ANY($1::text[])
        RETURNING business""",
    "interconnect.app": "DELETE FROM interconnect.app WHERE business = ANY($1::text[]) RETURNING business",
}
