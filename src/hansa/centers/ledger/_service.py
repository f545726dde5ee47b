"""The ledger's use cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from hansa.centers.ledger import _rules, _store
from hansa.centers.ledger._known import KnownAccounts
from hansa.centers.ledger._rules import Books
from hansa.centers.ledger.errors import JournalConflict, NotReversible
from hansa.centers.ledger.events import JournalReversed
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
    Posting,
    TrialLine,
    account_id,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.money import INT64_MAX
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import NotFound, Problem

READ = "ledger.account.read"
REVERSE = "ledger.journal.reverse"

Seq = Annotated[int, msgspec.Meta(ge=1, le=INT64_MAX)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class PostingParticipant:
    """The ledger's part in a batch: lock accounts, decide floors in arrival order, write merged."""

    async def lock(self, tx: Transaction, demands: Sequence[Posting]) -> Books:
        """Open the accounts that are missing, lock all, then see which journals are posted already.

        Journals are looked up after the locks are held: two posters of one journal name the same accounts,
        so the second comes to this look-up only when the first has committed.
        """
        keys = _rules.accounts_of(demands)
        if not keys:
            return Books({}, {})
        known = demands[0].ctx.platform.service(KnownAccounts)
        if not known.covers(keys):
            await _store.open_accounts(tx, keys)
        accounts = await _store.lock_accounts(tx, list(keys))
        if len(accounts) < len(keys):  # known, and gone since with the end of their business
            await _store.open_accounts(tx, keys)
            accounts = await _store.lock_accounts(tx, list(keys))
        tx.after_commit(lambda: known.saw(keys))
        ids = [journal.id for posting in demands for journal in posting.journals]
        return Books(accounts, await _store.seen_journals(tx, ids))

    def decide(self, state: Books, demand: Posting) -> Problem | None:
        """Take all journals of the posting, or refuse: `JournalConflict`, `InsufficientBalance`, `BalanceTooLarge`."""
        return _rules.decide(state, demand)

    def undo(self, state: Books, demand: Posting) -> None:
        """Take back the latest successful `decide` of this posting."""
        _rules.undo(state, demand)

    async def write(self, tx: Transaction, state: Books) -> None:
        """Append journals and entries and set the balances.

        Raises `JournalConflict` when somebody posted another journal under one of the ids at the same
        moment, on accounts that share no lock with it: the batch is sent again and decides afresh.
        """
        journals = _rules.new_journals(state)
        if not journals:
            return
        rows, accounts = _rules.number(state, journals)
        stored = await _store.write(tx, journals=journals, seen=state.seen, entries=rows, accounts=accounts)
        if len(stored) < len(journals):
            raise JournalConflict(journal=next(j.id for j in journals if j.id not in stored))


POST = PostingParticipant()


async def post(tx: Transaction, journals: Sequence[Journal]) -> list[Posted | Problem]:
    """Post journals, each by itself; one verdict per journal, in the order given."""
    postings = [Posting(ctx=journal.ctx, journals=(journal,)) for journal in journals]
    books = await POST.lock(tx, postings)
    refusals = [POST.decide(books, posting) for posting in postings]
    await POST.write(tx, books)
    return [
        refused or books.seen[journal.id].posted for refused, journal in zip(refusals, journals, strict=True)
    ]


async def reverse(ctx: Ctx, journal_id: JournalId) -> Posted:
    """Take a journal back by its mirror image."""
    ctx.require(REVERSE)
    async with ctx.transaction() as tx:
        original = await _store.journal(tx, ctx, journal_id)
        if original is None:
            raise NotFound
        if original.reverses is not None:
            raise NotReversible(journal=journal_id)
        found = await _store.balances(tx, [entry.account for entry in original.entries])
        mirrored = _rules.mirror(ctx, original, {id_: balance.key for id_, balance in found.items()})
        (verdict,) = await post(tx, [mirrored])
        if isinstance(verdict, Problem):
            raise verdict
        tx.emit(
            ctx,
            JournalReversed(
                journal=journal_id, reversal=verdict.id, kind=original.kind, reference=original.reference
            ),
        )
    return verdict


async def balances(ctx: Ctx, keys: Sequence[AccountKey]) -> dict[AccountKey, Balance]:
    """Return the balance of every key; an account nobody posted to stands at zero."""
    async with ctx.transaction() as tx:
        return await balances_in(tx, keys)


async def balances_in(tx: Transaction, keys: Sequence[AccountKey]) -> dict[AccountKey, Balance]:
    """Return the balance of every key as this transaction sees it."""
    ids = {key: account_id(key) for key in keys}
    found = await _store.balances(tx, list(ids.values()))
    return {
        key: found.get(id_)
        or Balance(account=id_, key=key, minor=0, entries=0, floor_minor=key.account_class.floor_minor)
        for key, id_ in ids.items()
    }


async def balance_at(ctx: Ctx, key: AccountKey, at: datetime) -> Balance:
    """Return the balance as it stood at a moment."""
    id_ = account_id(key)
    async with ctx.transaction() as tx:
        entries, minor = await _store.balance_at(tx, id_, at)
    return Balance(account=id_, key=key, minor=minor * key.account_class.normal, entries=entries)


async def entries(ctx: Ctx, account_: AccountId, cursor: str | None, limit: int) -> Page[PostedEntry]:
    """Return a page of an account's history, newest first."""
    before = decode_cursor(cursor, tuple[Seq])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await _store.entries(tx, account_, before=before, limit=checked_limit(limit) + 1)
    return page_of(rows, limit=limit, key=lambda entry: (entry.seq,))


async def journals_of(ctx: Ctx, reference: UUID, cursor: str | None, limit: int) -> Page[PostedJournal]:
    """Return the journals about one thing, oldest first."""
    after = decode_cursor(cursor, tuple[Moment, UUID]) if cursor else None
    async with ctx.transaction() as tx:
        rows = await _store.journals_of(tx, ctx, reference, after=after, limit=checked_limit(limit) + 1)
    return page_of(rows, limit=limit, key=lambda journal_: (journal_.occurred_at, journal_.id))


async def accounts(
    ctx: Ctx, *, account_class: AccountClass | None, party: UUID | None, cursor: str | None, limit: int
) -> Page[Balance]:
    """Return accounts with balances, in the order of their ids, for whoever may read the books."""
    ctx.require(READ)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await _store.accounts(
            tx, ctx, account_class=account_class, party=party, after=after, limit=checked_limit(limit) + 1
        )
    return page_of(rows, limit=limit, key=lambda balance: (balance.account,))


async def account(ctx: Ctx, id_: AccountId) -> Balance:
    """Return one account, for whoever may read the books."""
    ctx.require(READ)
    async with ctx.transaction() as tx:
        found = await _store.account(tx, ctx, id_)
    if found is None:
        raise NotFound
    return found


async def journal(ctx: Ctx, id_: JournalId) -> PostedJournal:
    """Return one journal, for whoever may read the books."""
    ctx.require(READ)
    async with ctx.transaction() as tx:
        found = await _store.journal(tx, ctx, id_)
    if found is None:
        raise NotFound
    return found


async def trial_balance(ctx: Ctx) -> list[TrialLine]:
    """Return the trial balance of the entity, for whoever may read the books."""
    ctx.require(READ)
    async with ctx.transaction() as tx:
        return await _store.trial_balance(tx, ctx)
