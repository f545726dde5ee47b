"""What `hansa verify` asks of trade: orders add up, histories are whole, and escrow holds what was paid."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import AccountClass, AccountKey
from hansa.centers.payment import api as payment
from hansa.centers.payment.types import PAYMENT_ID
from hansa.centers.trade import _store
from hansa.centers.trade._rules.states import UNPAID
from hansa.centers.trade.types import OrderState
from hansa.kernel.audit import audit
from hansa.kernel.center import Check
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction

WAITS_FOR_MONEY = UNPAID | {OrderState.BALANCE_DUE}
SHOWN_MAX = 20


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


async def payments_are_waited_for(tx: Transaction) -> Sequence[str]:
    """Compare the payments that can still be paid with the orders that wait for them."""
    waiting = await payment.waiting_in(tx)
    wanted = await _store.payments_of_orders_in(tx, waiting, states=sorted(WAITS_FOR_MONEY))
    # What was paid or closed meanwhile is found so now: its payment ended in the transaction that moved its orders.
    alone = await payment.waiting_in(tx, among=[one for one in waiting if one not in wanted])
    return [
        f"The payment {PAYMENT_ID.show(one)} can be paid, and no order waits for it."
        for one in alone[:SHOWN_MAX]
    ]


CHECKS = (
    *(audit(name, sentence, sql) for name, sentence, sql in _store.AUDITS),
    Check("trade.escrow", escrow_holds_what_was_paid),
    Check("trade.payments", payments_are_waited_for),
)
