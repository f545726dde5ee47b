"""Every SQL statement of the ledger."""

from hansa.centers.ledger._store.audits import AUDITS
from hansa.centers.ledger._store.holding import (
    accounts_of_holds,
    hold,
    holds_of_account,
    read_holds,
    write_holds,
)
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
    open_shops,
    statement_entries,
    trial_balance,
)
from hansa.centers.ledger._store.sealing import (
    append_seals,
    chain_heads,
    claim_sealing,
    every_head,
    every_seal,
    heads,
    seals_of_chain,
    unsealed,
)

__all__ = [
    "AUDITS",
    "account",
    "accounts",
    "accounts_of_holds",
    "append_seals",
    "balance_at",
    "balances",
    "chain_heads",
    "claim_sealing",
    "entries",
    "every_account",
    "every_head",
    "every_seal",
    "heads",
    "hold",
    "holds_of_account",
    "journal",
    "journals_of",
    "lock_accounts",
    "open_accounts",
    "open_shops",
    "read_holds",
    "seals_of_chain",
    "seen_journals",
    "statement_entries",
    "trial_balance",
    "unsealed",
    "write",
    "write_holds",
]
