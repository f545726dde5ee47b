"""The arithmetic of posting: which journals a set of locked accounts can take, and what it makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from hansa.centers.ledger.errors import BalanceTooLarge, InsufficientBalance, JournalConflict
from hansa.centers.ledger.types import (
    AccountId,
    AccountKey,
    Entry,
    Journal,
    JournalId,
    Posted,
    PostedJournal,
    Posting,
    account_id,
    uuid8,
)
from hansa.kernel.context import Ctx
from hansa.kernel.money import INT64_MAX
from hansa.kernel.problem import Problem


@dataclass(slots=True)
class Account:
    """A locked account. `balance_minor` counts debits positive, and moves as journals are decided."""

    id: AccountId
    normal: int
    floor_minor: int | None
    balance_minor: int
    entries: int
    posted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A journal that is already posted, or decided earlier in the same batch."""

    payload_hash: bytes
    posted: Posted


@dataclass(slots=True)
class Books:
    """What a batch locked, and what it has decided so far."""

    accounts: dict[AccountId, Account]
    seen: dict[JournalId, Seen]
    taken: list[tuple[Posting, list[Journal]]] = field(default_factory=list)
    """Each accepted posting with those of its journals that are new."""


class EntryRow(msgspec.Struct, frozen=True):
    """A row of `ledger.entry`, in the order of its columns."""

    account_id: AccountId
    seq: int
    journal_id: JournalId
    line: int
    minor: int
    balance_minor: int
    posted_at: datetime


def accounts_of(postings: Iterable[Posting]) -> dict[AccountId, AccountKey]:
    """Return every account the postings touch, by id."""
    return {
        account_id(key): key
        for posting in postings
        for journal in posting.journals
        for key, _ in journal.entries
    }


def payload_hash(journal: Journal) -> bytes:
    """Return what makes two journals of one id the same: all but time and actor, whatever the order of entries."""
    ctx = journal.ctx
    stated = [ctx.traffic.value, ctx.entity, ctx.business, journal.kind, journal.reference, journal.reverses]
    entries = sorted((account_id(key).bytes, minor) for key, minor in journal.entries)
    digest = sha256(msgspec.msgpack.encode(stated))
    for account, minor in entries:
        digest.update(account)
        digest.update(minor.to_bytes(8, "big", signed=True))
    return digest.digest()


def decide(books: Books, posting: Posting) -> Problem | None:
    """Take every journal of the posting into the books, or none and say why not.

    A journal with a known id and the same payload counts as done; with another payload it is a conflict.
    A floor holds after each journal, not after each entry.
    """
    fresh: list[Journal] = []
    for journal in posting.journals:
        known = books.seen.get(journal.id)
        hashed = payload_hash(journal)
        if known is not None:
            refusal: Problem | None = None
            if known.payload_hash != hashed:
                refusal = JournalConflict(journal=journal.id)
        else:
            refusal = _apply(books.accounts, journal)
            if refusal is None:
                fresh.append(journal)
                books.seen[journal.id] = Seen(hashed, Posted(id=journal.id, occurred_at=journal.ctx.now()))
        if refusal is not None:
            _take_back(books, fresh)
            return refusal
    books.taken.append((posting, fresh))
    return None


def undo(books: Books, posting: Posting) -> None:
    """Take back the latest `decide` that accepted this posting."""
    for i in range(len(books.taken) - 1, -1, -1):
        if books.taken[i][0] is posting:
            _take_back(books, books.taken.pop(i)[1])
            return


def _apply(accounts: Mapping[AccountId, Account], journal: Journal) -> Problem | None:
    moves: dict[AccountId, int] = {}
    for key, minor in journal.entries:
        account = account_id(key)
        moves[account] = moves.get(account, 0) + minor
    for account, move in moves.items():
        row = accounts[account]
        after = row.balance_minor + move
        if abs(after) > INT64_MAX:
            return BalanceTooLarge(account=account, journal=journal.id)
        # Only a move towards the floor is measured against it: a floor raised later hinders no repayment.
        natural = after * row.normal
        if row.floor_minor is not None and natural < row.floor_minor and move * row.normal < 0:
            return InsufficientBalance(
                account=account, journal=journal.id, short_minor=row.floor_minor - natural
            )
    for account, move in moves.items():
        accounts[account].balance_minor += move
    return None


def _take_back(books: Books, journals: Sequence[Journal]) -> None:
    for journal in journals:
        del books.seen[journal.id]
        for key, minor in journal.entries:
            books.accounts[account_id(key)].balance_minor -= minor


def new_journals(books: Books) -> list[Journal]:
    """Return the journals to write, in the order they were decided."""
    return [journal for _, fresh in books.taken for journal in fresh]


def number(books: Books, journals: Sequence[Journal]) -> tuple[list[EntryRow], list[Account]]:
    """Number the entries of each account on from its last and give each the balance after it.

    Returns the rows and the accounts as they then stand. A balance within a journal may pass its floor
    for a moment when the journal names the account twice; between journals it does not.
    """
    balances = {row.id: row.balance_minor for row in books.accounts.values()}
    for journal in journals:  # back to where they stood when they were locked
        for key, minor in journal.entries:
            balances[account_id(key)] -= minor
    rows: list[EntryRow] = []
    touched: dict[AccountId, Account] = {}
    for journal in journals:
        at = books.seen[journal.id].posted.occurred_at
        for line, (key, minor) in enumerate(journal.entries):
            id_ = account_id(key)
            account = touched[id_] = books.accounts[id_]
            account.entries += 1
            # A clock read before the wait for the lock may lie behind: history never steps back in time.
            account.posted_at = at if account.posted_at is None else max(at, account.posted_at)
            balances[id_] += minor
            rows.append(
                EntryRow(id_, account.entries, journal.id, line, minor, balances[id_], account.posted_at)
            )
    return rows, list(touched.values())


def reversal_id(journal: JournalId) -> JournalId:
    """Return the id of a journal's reversal: derived, so that the primary key allows one and no second."""
    return JournalId(uuid8(b"hansa.ledger.reversal", UUID(int=journal.int).bytes))


def mirror(ctx: Ctx, original: PostedJournal, keys: Mapping[AccountId, AccountKey]) -> Journal:
    """Return the journal that takes `original` back: the same accounts, every amount negated."""
    return Journal(
        ctx=ctx,
        id=reversal_id(original.id),
        kind=f"{original.kind}.reversed",
        reference=original.reference,
        reverses=original.id,
        entries=tuple(Entry(keys[entry.account], -entry.minor) for entry in original.entries),
    )
