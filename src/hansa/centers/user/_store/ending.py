"""What the end of a business takes from user: what is bound to it. People belong to the house and stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.user._tables import PAIRWISE_RANK, PARTY_RANK, TOKEN_RANK
from hansa.kernel.context import PLATFORM_BUSINESS
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`: API tokens, consents and mailed links are of one business and go with it.

    Parties and sessions go about in the whole house: they forget only that they began there.
    """
    paths = sorted({command.ctx.business for command in commands})
    tx.locks(PARTY_RANK)
    await tx.raw.execute(_FORGET_PARTIES, paths, PLATFORM_BUSINESS)
    tx.locks(TOKEN_RANK)
    answers = await remove_rows(tx, commands, _OF_A_BUSINESS)
    await tx.raw.execute(_FORGET_SESSIONS, paths, PLATFORM_BUSINESS)
    tx.locks(PAIRWISE_RANK)
    await tx.raw.execute(_FORGET_NAMES, paths)
    return answers


_FORGET_PARTIES = """
UPDATE "user".party SET business = $2 WHERE business = ANY($1::text[])
"""

_FORGET_SESSIONS = """
UPDATE "user".token SET business = $2, changed_xid = pg_current_xact_id() WHERE business = ANY($1::text[])
"""

# A name belongs to a business, or to an app in it: "bazaar", "bazaar|<app>".
_FORGET_NAMES = """
DELETE FROM "user".pairwise WHERE split_part(sector, '|', 1) = ANY($1::text[])
"""

_OF_A_BUSINESS = {
    "user.consent": 'DELETE FROM "user".consent WHERE business = ANY($1::text[]) RETURNING business',
    "user.proof": 'DELETE FROM "user".proof WHERE business = ANY($1::text[]) RETURNING business',
    "user.token": """DELETE FROM "user".token WHERE kind = 'api' AND business = ANY($1::text[])
        RETURNING business""",
}
