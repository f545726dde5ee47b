"""The ledger's public functions.

On the order path, trade drives `POST` in its lane. Everybody else posts within a transaction of their own
with `post`. Both take the same way: lock accounts in one order, decide in arrival order, write merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hansa.centers.ledger import _service
from hansa.centers.ledger._service import POST
from hansa.centers.ledger.types import (
    AccountClass,
    AccountId,
    AccountKey,
    Balance,
    Journal,
    JournalId,
    Posted,
    PostedEntry,
    PostedJournal,
    TrialLine,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page
from hansa.kernel.problem import Problem

__all__ = [
    "POST",
    "account",
    "accounts",
    "balance_at",
    "balances",
    "entries",
    "journal",
    "journals_of",
    "post",
    "reverse",
    "trial_balance",
]


async def post(tx: Transaction, journals: Sequence[Journal]) -> list[Posted | Problem]:
    """Post journals within the caller's transaction, each whole or not at all; one verdict each, in order.

    Safe to repeat: a journal that stands already, with the same payload, is answered as it was then.
    A verdict is a problem when the journal was refused: `JournalConflict` (its id stands with another
    payload), `InsufficientBalance` (an account would fall below its floor), `BalanceTooLarge`.

    Raises `JournalConflict` when another transaction posts another journal under one of the ids at this
    very moment: then nothing of this transaction can stand.
    """
    return await _service.post(tx, journals)


async def reverse(ctx: Ctx, *, journal_id: JournalId) -> Posted:
    """Take a journal back: post its mirror image, which refers to it. At most once; a repeat is answered alike.

    Needs `ledger.journal.reverse`. Raises `NotFound`, `NotReversible` (it is itself a reversal),
    `InsufficientBalance` (what it moved has moved on).
    """
    return await _service.reverse(ctx, journal_id)


async def balances(ctx: Ctx, *, keys: Sequence[AccountKey]) -> dict[AccountKey, Balance]:
    """Return the balance of every key; an account that nobody posted to stands at zero."""
    return await _service.balances(ctx, keys)


async def balances_in(tx: Transaction, *, keys: Sequence[AccountKey]) -> dict[AccountKey, Balance]:
    """As `balances`, within the caller's transaction."""
    return await _service.balances_in(tx, keys)


async def balance_at(ctx: Ctx, *, key: AccountKey, at: datetime) -> Balance:
    """Return the balance of an account as it stood at `at`, entries of that instant included."""
    return await _service.balance_at(ctx, key, at)


async def entries(
    ctx: Ctx, *, account_id: AccountId, cursor: str | None = None, limit: int = 50
) -> Page[PostedEntry]:
    """Return an account's entries, newest first."""
    return await _service.entries(ctx, account_id, cursor, limit)


async def journals_of(
    ctx: Ctx, *, reference: UUID, cursor: str | None = None, limit: int = 50
) -> Page[PostedJournal]:
    """Return the journals about one thing (an order, a payment), oldest first."""
    return await _service.journals_of(ctx, reference, cursor, limit)


async def accounts(
    ctx: Ctx,
    *,
    account_class: AccountClass | None = None,
    party: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Balance]:
    """Return the accounts of the context's business and what is under it. Needs `ledger.account.read`."""
    return await _service.accounts(ctx, account_class=account_class, party=party, cursor=cursor, limit=limit)


async def account(ctx: Ctx, *, account_id: AccountId) -> Balance:
    """Return one account. Needs `ledger.account.read`; raises `NotFound`."""
    return await _service.account(ctx, account_id)


async def journal(ctx: Ctx, *, journal_id: JournalId) -> PostedJournal:
    """Return one journal. Needs `ledger.account.read`; raises `NotFound`."""
    return await _service.journal(ctx, journal_id)


async def trial_balance(ctx: Ctx) -> list[TrialLine]:
    """Return the totals by class and currency of the context's entity. Needs `ledger.account.read`.

    Per currency the debits and credits of all lines are equal when the whole entity is asked for and no
    journal spans entities.
    """
    return await _service.trial_balance(ctx)
