"""What providers keep for their service: an expense of the platform, taken out of what they have for us."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import AccountClass, AccountKey, Journal, JournalId, credit, debit, uuid8
from hansa.centers.payment.events import StatementReconciled
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope
from hansa.kernel.problem import Problem

FEES = "payment.fees"


async def book_fees(tx: Transaction, told: Sequence[Envelope[StatementReconciled]]) -> None:
    """Post what statements told of fees, once each: a journal per import and currency.

    By the statement, not by the charge: so the two accounts that all of them share are touched once.
    """
    journals = [
        journal
        for envelope in told
        for currency in sorted(envelope.event.fees)
        if (journal := _journal(tx, envelope, currency)) is not None
    ]
    for verdict in await ledger.post(tx, journals):
        if isinstance(verdict, Problem):
            raise verdict


def _journal(tx: Transaction, envelope: Envelope[StatementReconciled], currency: str) -> Journal | None:
    minor = envelope.event.fees[currency]
    if not minor:
        return None
    ctx = tx.context(envelope.business, envelope.traffic, trace=envelope.trace)
    return Journal(
        ctx=ctx,
        id=JournalId(uuid8(FEES.encode(), envelope.id.bytes + currency.encode())),
        kind=FEES,
        reference=envelope.event.statement_id,
        entries=(
            debit(AccountKey.of(ctx, AccountClass.PLATFORM_EXPENSE, currency=currency), minor),
            credit(AccountKey.of(ctx, AccountClass.PROVIDER_CLEARING, currency=currency), minor),
        ),
    )
