"""What `hansa verify` asks of trade: orders add up, histories are whole, and escrow holds what was paid."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import AccountClass, AccountKey
from hansa.centers.trade import _store
from hansa.kernel.audit import audit
from hansa.kernel.center import Check
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction


async def escrow_holds_what_was_paid(tx: Transaction) -> Sequence[str]:
    """Compare each escrow account with the lines that are paid and not yet settled."""
    wanted = {
        AccountKey(
            traffic=Traffic(row["traffic"]),
            entity=row["entity"],
            business=row["business"],
            account_class=AccountClass.ESCROW,
            currency=row["currency"],
        ): row["minor"]
        for row in await _store.escrowed(tx)
    }
    held = await ledger.balances_in(tx, keys=list(wanted))
    return [
        f"The escrow of {key.business} ({key.traffic}, {key.currency}) holds {held[key].minor},"
        f" its paid orders come to {minor}."
        for key, minor in wanted.items()
        if held[key].minor != minor
    ]


CHECKS = (
    *(audit(name, sentence, sql) for name, sentence, sql in _store.AUDITS),
    Check("trade.escrow", escrow_holds_what_was_paid),
)
