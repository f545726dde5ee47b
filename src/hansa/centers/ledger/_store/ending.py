"""What the end of a business takes from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.ledger._tables import ACCOUNT_RANK
from hansa.centers.ledger.errors import JournalsShared
from hansa.centers.ledger.types import AccountClass
from hansa.kernel.plan import BusinessRemoval, remove_rows

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_businesses(tx: Transaction, commands: Sequence[BusinessRemoval]) -> list[list[str]]:
    """Answer `kernel.business_removed`: whole journals, or nothing.

    Chains belong to one business and go with it. Raises `JournalsShared` when a journal also touches the
    accounts of another business, or a hold is on one.
    """
    tx.locks(ACCOUNT_RANK)
    paths = sorted({command.ctx.business for command in commands})
    if await tx.raw.fetchval(_SHARED, paths):
        raise JournalsShared(businesses=paths)
    return await remove_rows(tx, commands, _OF_A_BUSINESS)


_OF_A_BUSINESS = {
    "ledger.hold": "DELETE FROM ledger.hold WHERE business = ANY($1::text[]) RETURNING business",
    "ledger.seal": "DELETE FROM ledger.seal WHERE business = ANY($1::text[]) RETURNING business",
    "ledger.chain": "DELETE FROM ledger.chain WHERE business = ANY($1::text[]) RETURNING business",
    "ledger.entry": """DELETE FROM ledger.entry c USING ledger.account p
        WHERE p.id = c.account_id AND p.business = ANY($1::text[]) RETURNING p.business""",
    "ledger.account": "DELETE FROM ledger.account WHERE business = ANY($1::text[]) RETURNING business",
    "ledger.journal": "DELETE FROM ledger.journal WHERE business = ANY($1::text[]) RETURNING business",
}

_SHARED = """
SELECT EXISTS (SELECT FROM ledger.entry e
                 JOIN ledger.account a ON a.id = e.account_id
                 JOIN ledger.journal j ON j.id = e.journal_id
                WHERE (a.business = ANY($1::text[])) <> (j.business = ANY($1::text[])))
    OR EXISTS (SELECT FROM ledger.hold h JOIN ledger.account a ON a.id = h.account_id
                WHERE (a.business = ANY($1::text[])) <> (h.business = ANY($1::text[])))
"""

_OWED = """
SELECT account_class, currency::text, sum(balance_minor * normal)::bigint AS minor FROM ledger.account
 WHERE business = $1 AND traffic = 'live' AND account_class = ANY($2::text[]) AND balance_minor <> 0
 GROUP BY account_class, currency ORDER BY account_class, currency
"""


_OPEN = """
SELECT a.party, a.traffic, a.account_class, a.currency::text, sum(a.balance_minor * a.normal)::bigint AS minor
FROM ledger.account a JOIN unnest($1::uuid[], $2::text[]) AS w (party, traffic)
  ON a.party = w.party AND a.traffic = w.traffic
WHERE a.account_class = ANY($3::text[]) AND a.balance_minor <> 0
GROUP BY a.party, a.traffic, a.account_class, a.currency ORDER BY a.party, a.account_class, a.currency
"""


async def open_with(
    tx: Transaction, parties: Sequence[tuple[UUID, str]], classes: Sequence[AccountClass]
) -> dict[tuple[UUID, str], list[tuple[AccountClass, str, int]]]:
    """Return class, currency and amount of what is open with parties, by (party, traffic)."""
    rows = await tx.raw.fetch(
        _OPEN, [party for party, _ in parties], [traffic for _, traffic in parties], list(classes)
    )
    found: dict[tuple[UUID, str], list[tuple[AccountClass, str, int]]] = {}
    for row in rows:
        found.setdefault((row["party"], row["traffic"]), []).append(
            (AccountClass(row["account_class"]), row["currency"], row["minor"])
        )
    return found


async def owed_live(
    tx: Transaction, business: str, classes: Sequence[AccountClass]
) -> list[tuple[AccountClass, str, int]]:
    """Return class, currency and amount of the live money that a business holds for others."""
    rows = await tx.raw.fetch(_OWED, business, list(classes))
    return [(AccountClass(row["account_class"]), row["currency"], row["minor"]) for row in rows]
