"""What the end of a business takes from message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.message._store import pictures
from hansa.centers.message._tables import NOTIFICATION_RANK
from hansa.centers.message.extensions import PICTURES_GONE, PicturesGone
from hansa.kernel.plan import BusinessRemoval, remove_rows
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`."""
    tx.locks(NOTIFICATION_RANK)
    gone = [
        PicturesGone(one.ctx, tuple(await pictures.of_business(tx, one.ctx.business))) for one in commands
    ]
    for refused in await PICTURES_GONE.of_batch(tx, gone):
        if isinstance(refused, Problem):
            raise refused
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_OF_A_BUSINESS = {
    "message.delivery_log": """DELETE FROM message.delivery_log c USING message.notification p
        WHERE (p.party_id, p.notification_id) = (c.party_id, c.notification_id) AND p.business = ANY($1::text[]) RETURNING p.business""",
    "message.delivery": """DELETE FROM message.delivery c USING message.notification p
        WHERE (p.party_id, p.notification_id) = (c.party_id, c.notification_id) AND p.business = ANY($1::text[]) RETURNING p.business""",
    "message.report": "DELETE FROM message.report WHERE business = ANY($1::text[]) RETURNING business",
    "message.said": """DELETE FROM message.said s USING message.conversation c
        WHERE c.conversation_id = s.conversation_id AND c.business = ANY($1::text[]) RETURNING c.business""",
    "message.picture": "DELETE FROM message.picture WHERE business = ANY($1::text[]) RETURNING business",
    "message.conversation": "DELETE FROM message.conversation WHERE business = ANY($1::text[]) RETURNING business",
    "message.template": "DELETE FROM message.template WHERE business = ANY($1::text[]) RETURNING business",
    "message.preference": "DELETE FROM message.preference WHERE business = ANY($1::text[]) RETURNING business",
    "message.quiet_hours": "DELETE FROM message.quiet_hours WHERE business = ANY($1::text[]) RETURNING business",
    "message.notification": "DELETE FROM message.notification WHERE business = ANY($1::text[]) RETURNING business",
}
