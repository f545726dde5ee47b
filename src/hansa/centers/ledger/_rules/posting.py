"""The arithmetic of posting: which journals and holds a set of locked accounts can take, and what it makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from hansa.centers.ledger._rules.holding import StandingHold, place, posted, voided
from hansa.centers.ledger.errors import (
    BalanceTooLarge,
    HoldExceeded,
    HoldNotFound,
    InsufficientBalance,
    JournalConflict,
)
from hansa.centers.ledger.types import (
    ACCOUNT_ID,
    HOLD_ID,
    JOURNAL_ID,
    AccountId,
    AccountKey,
    Entry,
    Hold,
    HoldId,
    HoldState,
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
    held_minor: int = 0

    def short_minor(self, *, leaving_minor: int) -> int:
        """Return what is missing for this much to leave, in the direction the account shrinks; 0 when it may."""
        if self.floor_minor is None:
            return 0
        left = self.balance_minor * self.normal - self.held_minor - leaving_minor
        return max(self.floor_minor - left, 0)


@dataclass(frozen=True, slots=True)
class Seen:
    """A journal that is already posted, or decided earlier in the same batch."""

    payload_hash: bytes
    posted: Posted


@dataclass(slots=True)
class Taken:
    """What was decided for one posting: its journals that are new, and each hold before and after."""

    posting: Posting
    journals: list[Journal] = field(default_factory=list)
    holds: list[tuple[StandingHold | None, StandingHold]] = field(default_factory=list)


@dataclass(slots=True)
class Books:
    """What a batch locked, and what it has decided so far."""

    accounts: dict[AccountId, Account]
    seen: dict[JournalId, Seen]
    holds: dict[HoldId, StandingHold] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)


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
    """Return every account that the journals and new holds of the postings touch, by id."""
    keys: dict[AccountId, AccountKey] = {}
    for posting in postings:
        for journal in posting.journals:
            for key, _ in journal.entries:
                keys[account_id(key)] = key
        for hold in posting.holds:
            keys[account_id(hold.account)] = hold.account
    return keys


def holds_of(postings: Iterable[Posting]) -> set[HoldId]:
    """Return the ids of the holds that the postings place, post or void: usually none."""
    ids: set[HoldId] = set()
    for posting in postings:
        ids.update([journal.posts for journal in posting.journals if journal.posts is not None])
        ids.update([hold.id for hold in posting.holds])
        ids.update(posting.voids)
    return ids


def payload_hash(journal: Journal) -> bytes:
    """Return what makes two journals of one id the same: all but time and actor, whatever the order of entries."""
    ctx = journal.ctx
    stated = [ctx.traffic.value, ctx.entity, ctx.business, journal.kind, journal.reference, journal.reverses]
    if journal.posts is not None:
        stated.append(journal.posts)
    entries = sorted((account_id(key).bytes, minor) for key, minor in journal.entries)
    digest = sha256(msgspec.msgpack.encode(stated))
    for account, minor in entries:
        digest.update(account)
        digest.update(minor.to_bytes(8, "big", signed=True))
    return digest.digest()


def decide(books: Books, posting: Posting) -> Problem | None:
    """Take all of the posting into the books, or nothing and say why not.

    A journal or hold with a known id and the same payload counts as done; with another payload it is a
    conflict. A floor holds after each journal, not after each entry, and counts what is put by.
    """
    done = Taken(posting)
    for refusal in _steps(books, done):
        if refusal is not None:
            _take_back(books, done)
            return refusal
    books.taken.append(done)
    return None


def undo(books: Books, posting: Posting) -> None:
    """Take back the latest `decide` that accepted this posting."""
    for i in range(len(books.taken) - 1, -1, -1):
        if books.taken[i].posting is posting:
            _take_back(books, books.taken.pop(i))
            return


def _steps(books: Books, done: Taken) -> Iterable[Problem | None]:
    """Do what the posting wants step by step, and give each step's refusal; the first one ends it."""
    for hold_id in done.posting.voids:
        yield _void(books, done, hold_id)
    for journal in done.posting.journals:
        yield _post(books, done, journal)
    for hold in done.posting.holds:
        yield _hold(books, done, hold)


def _post(books: Books, done: Taken, journal: Journal) -> Problem | None:
    known, hashed = books.seen.get(journal.id), payload_hash(journal)
    if known is not None:
        return None if known.payload_hash == hashed else JournalConflict(journal=JOURNAL_ID.show(journal.id))
    moves: dict[AccountId, int] = {}
    for key, minor in journal.entries:
        account = account_id(key)
        moves[account] = moves.get(account, 0) + minor
    marked = len(done.holds)
    if (hold_id := journal.posts) is not None and (
        refusal := _post_hold(books, done, journal, hold_id, moves)
    ):
        return refusal
    for account, move in moves.items():
        row = books.accounts[account]
        refusal = None
        if abs(row.balance_minor + move) > INT64_MAX:
            refusal = BalanceTooLarge(account=ACCOUNT_ID.show(account), journal=JOURNAL_ID.show(journal.id))
        # Only a move towards the floor is measured against it: a floor raised later hinders no repayment.
        elif (leaving := -move * row.normal) > 0 and (short := row.short_minor(leaving_minor=leaving)):
            refusal = InsufficientBalance(
                account=ACCOUNT_ID.show(account), journal=JOURNAL_ID.show(journal.id), short_minor=short
            )
        if refusal is not None:
            _take_back_holds(books, done, marked)
            return refusal
    for account, move in moves.items():
        books.accounts[account].balance_minor += move
    done.journals.append(journal)
    books.seen[journal.id] = Seen(hashed, Posted(id=journal.id, occurred_at=journal.ctx.now()))
    return None


def _post_hold(
    books: Books, done: Taken, journal: Journal, hold_id: HoldId, moves: Mapping[AccountId, int]
) -> Problem | None:
    held = books.holds.get(hold_id)
    if held is None:
        return HoldNotFound(hold=HOLD_ID.show(hold_id))
    account = books.accounts.get(held.account_id)
    drawn = -moves.get(held.account_id, 0) * account.normal if account else 0
    if not 0 < drawn <= held.minor:
        return HoldExceeded(hold=HOLD_ID.show(held.id), held_minor=held.minor, taken_minor=drawn)
    after = posted(held, journal=journal.id, minor=drawn, at=journal.ctx.now())
    if isinstance(after, Problem):
        return after
    _change_hold(books, done, held, after)
    return None


def _void(books: Books, done: Taken, hold_id: HoldId) -> Problem | None:
    held = books.holds.get(hold_id)
    if held is None or held.traffic != done.posting.ctx.traffic.value:
        return HoldNotFound(hold=HOLD_ID.show(hold_id))
    after = voided(held, at=done.posting.ctx.now())
    if isinstance(after, Problem):
        return after
    if after is not held:
        _change_hold(books, done, held, after)
    return None


def _hold(books: Books, done: Taken, hold: Hold) -> Problem | None:
    after = place(hold, books.holds.get(hold.id))
    if after is None:
        return None
    if isinstance(after, Problem):
        return after
    account = books.accounts[after.account_id]
    if account.held_minor + hold.minor > INT64_MAX:
        return BalanceTooLarge(account=ACCOUNT_ID.show(account.id), hold=HOLD_ID.show(hold.id))
    if short := account.short_minor(leaving_minor=hold.minor):
        return InsufficientBalance(
            account=ACCOUNT_ID.show(account.id), hold=HOLD_ID.show(hold.id), short_minor=short
        )
    _change_hold(books, done, None, after)
    return None


def expire(books: Books, hold_id: HoldId, posting: Posting) -> StandingHold | None:
    """Set free what is put by and whose time is up; None when it was resolved before, or never was."""
    held = books.holds.get(hold_id)
    if held is None or held.state is not HoldState.HELD:
        return None
    after = held.resolved(HoldState.EXPIRED, at=posting.ctx.now())
    done = Taken(posting)
    _change_hold(books, done, held, after)
    books.taken.append(done)
    return after


def _change_hold(books: Books, done: Taken, before: StandingHold | None, after: StandingHold) -> None:
    books.accounts[after.account_id].held_minor += after.open_minor - (before.open_minor if before else 0)
    books.holds[after.id] = after
    done.holds.append((before, after))


def _take_back(books: Books, done: Taken) -> None:
    for journal in done.journals:
        del books.seen[journal.id]
        for key, minor in journal.entries:
            books.accounts[account_id(key)].balance_minor -= minor
    _take_back_holds(books, done, 0)


def _take_back_holds(books: Books, done: Taken, down_to: int) -> None:
    while len(done.holds) > down_to:
        before, after = done.holds.pop()
        books.accounts[after.account_id].held_minor -= after.open_minor - (before.open_minor if before else 0)
        if before is None:
            del books.holds[after.id]
        else:
            books.holds[after.id] = before


def new_journals(books: Books) -> list[Journal]:
    """Return the journals to write, in the order they were decided."""
    return [journal for done in books.taken for journal in done.journals]


def changed_holds(books: Books) -> tuple[list[StandingHold], list[StandingHold]]:
    """Return the holds to write: those that are new, as they were placed, and those resolved, as they are now."""
    new: list[StandingHold] = []
    resolved: list[StandingHold] = []
    for done in books.taken:
        for before, after in done.holds:
            (new if before is None else resolved).append(after)
    return new, resolved


def number(books: Books, journals: Sequence[Journal]) -> tuple[list[EntryRow], list[Account]]:
    """Number the entries of each account on from its last and give each the balance after it.

    Returns the rows and the accounts that have any, as they then stand. A balance within a journal may pass its floor
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
