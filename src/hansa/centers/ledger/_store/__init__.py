"""Every SQL statement of the ledger."""

from hansa.centers.ledger._store.audits import AUDITS
from hansa.centers.ledger._store.posting import (
    lock_accounts,
    open_accounts,
    seen_journals,
    write,
)
from hansa.centers.ledger._store.reading import (
    account,
    accounts,
    balance_at,
    balances,
    entries,
    every_account,
    journal,
    journals_of,
    trial_balance,
)

__all__ = [
    "AUDITS",
    "account",
    "accounts",
    "balance_at",
    "balances",
    "entries",
    "every_account",
    "journal",
    "journals_of",
    "lock_accounts",
    "open_accounts",
    "seen_journals",
    "trial_balance",
    "write",
]
