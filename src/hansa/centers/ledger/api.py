"""The ledger's public functions.

On the order path, trade drives `POST` in its lane. Everybody else posts within a transaction of their own
with `post`. Both take the same way: lock accounts in one order, decide in arrival order, write merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hansa.centers.ledger._service import holding, manual, posting, reading, squaring, statements
from hansa.centers.ledger._service.posting import POST
from hansa.centers.ledger._service.sealing import seal_posted
from hansa.centers.ledger.types import (
    AccountClass,
    AccountId,
    AccountKey,
    Balance,
    ChainHead,
    Correction,
    Held,
    Hold,
    HoldId,
    HoldState,
    Journal,
    JournalId,
    ManualEntry,
    OpenShop,
    PlacedHold,
    Posted,
    PostedEntry,
    PostedJournal,
    Seal,
    Statement,
    TrialLine,
)
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.money import Money
from hansa.kernel.page import Page
from hansa.kernel.problem import Problem

__all__ = [
    "POST",
    "account",
    "accounts",
    "authorise",
    "balance_at",
    "balances",
    "balances_in",
    "chains",
    "entries",
    "hold",
    "holds",
    "journal",
    "journals_of",
    "open_shops",
    "place_hold",
    "post",
    "post_by_hand",
    "reverse",
    "seal_posted",
    "seals",
    "shop_balances",
    "shop_statement",
    "square_shop",
    "trial_balance",
    "void",
    "void_hold",
]


async def post(tx: Transaction, journals: Sequence[Journal]) -> list[Posted | Problem]:
    """Post journals within the caller's transaction, each whole or not at all; one verdict each, in order.

    Safe to repeat: a journal that stands already, with the same payload, is answered as it was then.
    A verdict is a problem when the journal was refused: `JournalConflict` (its id stands with another
    payload), `InsufficientBalance` (an account would fall below its floor), `BalanceTooLarge`; where it
    posts a hold `HoldNotFound`, `HoldResolved`, `HoldExceeded` (it takes nothing from the hold's account, or
    more than was put by).

    Raises `JournalConflict` when another transaction posts another journal under one of the ids at this
    very moment: then nothing of this transaction can stand.
    """
    return await posting.post(tx, journals)


async def authorise(tx: Transaction, holds: Sequence[Hold]) -> list[Held | Problem]:
    """Put amounts by within the caller's transaction, each or not at all; one verdict each, in order.

    What is put by counts against the floor of its account until a journal `posts` it, in whole or in part,
    it is voided, or its time is up. Safe to repeat: the same hold is answered as it was then. A verdict is
    a problem when the hold was refused: `HoldConflict`, `InsufficientBalance`, `BalanceTooLarge`.

    Raises `HoldConflict` when another transaction places another hold under one of the ids at this very
    moment: then nothing of this transaction can stand.
    """
    return await holding.authorise(tx, holds)


async def void(tx: Transaction, ctx: Ctx, *, holds: Sequence[HoldId]) -> list[HoldState | Problem]:
    """Set free what is put by, each by itself; one verdict each, in order. Safe to repeat.

    The state says how it became free: `voided`, or `expired` when its time was up before. A verdict is a
    problem when a hold is not there (`HoldNotFound`) or was posted (`HoldResolved`).
    """
    return await holding.void(tx, ctx, holds)


async def place_hold(
    ctx: Ctx,
    *,
    account_id: AccountId,
    minor: int,
    kind: str,
    reference: UUID,
    expires_at: datetime | None = None,
) -> PlacedHold:
    """Put an amount by on an account as an operator: a lien, a dispute. Needs `ledger.hold.place`.

    `expires_at` is a time of the business's clock; without it the hold stays until it is resolved. Needs
    `ledger.account.read` too. Raises `NotFound`, `HoldMalformed` (also when its time is past or beyond ten years),
    `InsufficientBalance`, `BalanceTooLarge`.
    """
    return await holding.place_hold(
        ctx, account_id=account_id, minor=minor, kind=kind, reference=reference, expires_at=expires_at
    )


async def void_hold(ctx: Ctx, *, hold_id: HoldId) -> PlacedHold:
    """Set an amount free as an operator. Safe to repeat. Needs `ledger.hold.void`.

    Raises `HoldNotFound`, `HoldResolved` when it was posted.
    """
    return await holding.void_hold(ctx, hold_id=hold_id)


async def reverse(ctx: Ctx, *, journal_id: JournalId) -> Posted:
    """Take a journal back: post its mirror image, which refers to it. At most once; a repeat is answered alike.

    What a center has posted (its name begins the kind: `trade.captured`, `ledger.squared`) it alone takes back, by a
    journal that `reverses` it, in the transaction that changes what hangs on it. Needs `ledger.journal.reverse`.
    Raises `NotFound`, `NotReversible` (a center's, or itself a reversal), `InsufficientBalance` (what it moved
    has moved on).
    """
    return await posting.reverse(ctx, journal_id)


async def post_by_hand(
    ctx: Ctx, *, reason: Correction, document: str, reference: UUID, entries: Sequence[ManualEntry]
) -> Posted:
    """Post what nothing else posts, to put right what is wrong: between accounts of this business, summing to zero.

    `reference` is what it is about; `document` is the number of what proves it, once per document: a repeat is
    answered as the first time. The kind says the reason (`ledger.manual.misposted`). A party is a shop of this
    business, or somebody who has such an account already. Needs `ledger.journal.post`. Raises `Invalid`,
    `JournalMalformed`, `JournalUnbalanced`, `JournalConflict`, `InsufficientBalance`, `BalanceTooLarge`.
    """
    return await manual.post_by_hand(
        ctx, reason=reason, document=document, reference=reference, entries=entries
    )


async def balances(ctx: Ctx, *, keys: Sequence[AccountKey]) -> dict[AccountKey, Balance]:
    """Return the balance of every key; an account that nobody posted to stands at zero."""
    return await reading.balances(ctx, keys)


async def balances_in(tx: Transaction, *, keys: Sequence[AccountKey]) -> dict[AccountKey, Balance]:
    """As `balances`, within the caller's transaction."""
    return await reading.balances_in(tx, keys)


async def open_shops(ctx: Ctx, *, cursor: str | None = None, limit: int = 50) -> Page[OpenShop]:
    """Return the shops of this business with which something is open, to be squared: those first that came first.

    Needs `ledger.account.read`. Raises `CursorMalformed`, `Invalid` for the limit.
    """
    return await squaring.open_shops(ctx, cursor=cursor, limit=limit)


async def square_shop(ctx: Ctx, *, shop_id: ShopId, paid: Money, reference: str) -> Posted:
    """Post that a shop was paid, by bank, what it earned less what it owes; below zero, that it paid that in.

    `paid` must be that amount: what it owes comes to nothing, and what it earned to what of it is put by. One
    `reference` of the bank is one payment, so a repeat is answered as the first time. Needs `ledger.shop.square`.
    Raises `Invalid`, `BalanceDiffers`, `JournalConflict`.
    """
    return await squaring.square_shop(ctx, shop_id, paid, reference)


async def shop_balances(ctx: Ctx, *, shop_id: ShopId, currency: str) -> dict[AccountClass, Balance]:
    """Return what is between the platform and a shop: what it earned, what it owes, its deposit.

    Needs `ledger.shop.see` in the shop.
    """
    return await statements.shop_balances(ctx, shop_id, currency)


async def shop_statement(
    ctx: Ctx,
    *,
    shop_id: ShopId,
    account_class: AccountClass = AccountClass.SELLER_PAYABLE,
    currency: str,
    since: datetime,
    until: datetime,
    cursor: str | None = None,
    limit: int = 50,
) -> Statement:
    """Return what happened on an account of a shop from `since` on and before `until`, the latest first.

    Needs `ledger.shop.see` in the shop. Raises `Invalid` (no account of a shop, no period), `CursorMalformed`.
    """
    return await statements.shop_statement(
        ctx,
        shop_id,
        account_class,
        currency=currency,
        since=since,
        until=until,
        cursor=cursor,
        limit=limit,
    )


async def balance_at(ctx: Ctx, *, key: AccountKey, at: datetime) -> Balance:
    """Return the balance of an account as it stood at `at`, entries of that instant included."""
    return await reading.balance_at(ctx, key, at)


async def entries(
    ctx: Ctx, *, account_id: AccountId, cursor: str | None = None, limit: int = 50
) -> Page[PostedEntry]:
    """Return an account's entries, newest first."""
    return await reading.entries(ctx, account_id, cursor, limit)


async def journals_of(
    ctx: Ctx, *, reference: UUID, cursor: str | None = None, limit: int = 50
) -> Page[PostedJournal]:
    """Return the journals about one thing (an order, a payment), oldest first."""
    return await reading.journals_of(ctx, reference, cursor, limit)


async def accounts(
    ctx: Ctx,
    *,
    account_class: AccountClass | None = None,
    party: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Balance]:
    """Return the accounts of the context's business and what is under it. Needs `ledger.account.read`."""
    return await reading.accounts(ctx, account_class=account_class, party=party, cursor=cursor, limit=limit)


async def account(ctx: Ctx, *, account_id: AccountId) -> Balance:
    """Return one account. Needs `ledger.account.read`; raises `NotFound`."""
    return await reading.account(ctx, account_id)


async def journal(ctx: Ctx, *, journal_id: JournalId) -> PostedJournal:
    """Return one journal. Needs `ledger.account.read`; raises `NotFound`."""
    return await reading.journal(ctx, journal_id)


async def trial_balance(ctx: Ctx) -> list[TrialLine]:
    """Return the totals by class and currency of the context's entity. Needs `ledger.account.read`.

    Per currency the debits and credits of all lines are equal when the whole entity is asked for and no
    journal spans entities.
    """
    return await reading.trial_balance(ctx)


async def hold(ctx: Ctx, *, hold_id: HoldId) -> PlacedHold:
    """Return one hold. Needs `ledger.account.read`; raises `HoldNotFound`."""
    return await reading.hold(ctx, hold_id)


async def holds(
    ctx: Ctx,
    *,
    account_id: AccountId,
    state: HoldState | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PlacedHold]:
    """Return an account's holds, the latest first."""
    return await reading.holds(ctx, account_id, state=state, cursor=cursor, limit=limit)


async def chains(ctx: Ctx, *, cursor: str | None = None, limit: int = 50) -> Page[ChainHead]:
    """Return where the chains of seals end, of the context's business and what is under it.

    Whoever notes these hashes elsewhere can show later that nothing before them was changed. Needs
    `ledger.account.read`.
    """
    return await reading.chains(ctx, cursor=cursor, limit=limit)


async def seals(ctx: Ctx, *, shard: int, cursor: str | None = None, limit: int = 50) -> Page[Seal]:
    """Return the seals of one chain of the context's business, newest first. Needs `ledger.account.read`."""
    return await reading.seals(ctx, shard=shard, cursor=cursor, limit=limit)
