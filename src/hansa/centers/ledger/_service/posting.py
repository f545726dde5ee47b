"""Posting: lock accounts in one order, decide in arrival order, write merged."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.ledger import _store
from hansa.centers.ledger._known import KnownAccounts
from hansa.centers.ledger._rules import posting as _rules
from hansa.centers.ledger._rules.holding import StandingHold
from hansa.centers.ledger._rules.posting import Books
from hansa.centers.ledger.errors import HoldConflict, JournalConflict, NotReversible
from hansa.centers.ledger.events import JournalReversed
from hansa.centers.ledger.types import HOLD_ID, JOURNAL_ID, AccountId, Journal, JournalId, Posted, Posting
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.problem import NotFound, Problem

REVERSE = "ledger.journal.reverse"
HOLD_EXPIRY = "ledger.hold_expiry"
MANUAL = "ledger.manual"
"""How the kinds of journals begin that somebody posted by hand."""


class PostingParticipant:
    """The ledger's part in a batch: lock accounts, decide floors in arrival order, write merged."""

    async def lock(self, tx: Transaction, demands: Sequence[Posting]) -> Books:
        """Open the accounts that are missing, lock all, then see which journals and holds there are already.

        They are looked up after the locks are held: two posters of one journal name the same accounts,
        so the second comes to this look-up only when the first has committed.
        """
        keys, hold_ids = _rules.accounts_of(demands), _rules.holds_of(demands)
        if not keys and not hold_ids:
            return Books({}, {})
        others = await self._accounts_held(tx, demands)
        known = demands[0].ctx.platform.service(KnownAccounts)
        if not known.covers(keys):
            await _store.open_accounts(tx, keys)
        accounts = await _store.lock_accounts(tx, [*keys, *(others - keys.keys())])
        if len(accounts.keys() & keys.keys()) < len(keys):  # known, and gone since with their business
            await _store.open_accounts(tx, keys)
            accounts = await _store.lock_accounts(tx, [*keys, *(others - keys.keys())])
        tx.after_commit(lambda: known.saw(keys))
        ids = [journal.id for posting in demands for journal in posting.journals]
        seen = await _store.seen_journals(tx, ids) if ids else {}
        return Books(accounts, seen, await _store.read_holds(tx, hold_ids) if hold_ids else {})

    def decide(self, state: Books, demand: Posting) -> Problem | None:
        """Take all of the posting, or refuse.

        `JournalConflict`, `InsufficientBalance`, `BalanceTooLarge`; of holds `HoldConflict`, `HoldNotFound`,
        `HoldResolved`, `HoldExceeded`.
        """
        return _rules.decide(state, demand)

    def undo(self, state: Books, demand: Posting) -> None:
        """Take back the latest successful `decide` of this posting."""
        _rules.undo(state, demand)

    async def write(self, tx: Transaction, state: Books) -> None:
        """Append journals and entries, set the balances, and write what became of holds.

        Raises `JournalConflict` or `HoldConflict` when somebody wrote another one under one of the ids at the
        same moment, on accounts that share no lock with it: the batch is sent again and decides afresh.
        """
        journals = _rules.new_journals(state)
        new, resolved = _rules.changed_holds(state)
        if not (journals or new or resolved):
            return
        rows, accounts = _rules.number(state, journals)
        if new or resolved:
            await _write_holds(tx, new=new, resolved=resolved)
            moved = {account.id for account in accounts}
            changed = dict.fromkeys(one.account_id for one in (*new, *resolved))
            accounts += [state.accounts[id_] for id_ in changed if id_ not in moved]
        stored = await _store.write(tx, journals=journals, seen=state.seen, entries=rows, accounts=accounts)
        if len(stored) < len(journals):
            raise JournalConflict(journal=JOURNAL_ID.show(next(j.id for j in journals if j.id not in stored)))

    async def _accounts_held(self, tx: Transaction, demands: Sequence[Posting]) -> set[AccountId]:
        """Return the accounts of holds to void: the only ones that a demand does not name itself."""
        voids = [hold_id for posting in demands for hold_id in posting.voids]
        return await _store.accounts_of_holds(tx, voids) if voids else set()


async def _write_holds(
    tx: Transaction, *, new: Sequence[StandingHold], resolved: Sequence[StandingHold]
) -> None:
    """Write holds, and set and drop the deadlines on which they expire."""
    stored = await _store.write_holds(tx, new=new, resolved=resolved)
    if len(stored) < len(new):
        raise HoldConflict(hold=HOLD_ID.show(next(one.id for one in new if one.id not in stored)))
    for one in new:
        if one.expires_at is not None:
            due = Deadline(
                kind=HOLD_EXPIRY,
                subject=one.id,
                business=one.business,
                traffic=Traffic(one.traffic),
                due_at=one.expires_at,
            )
            tx.set_deadline(one.id, HOLD_EXPIRY, due)
    for one in resolved:
        if one.expires_at is not None:
            tx.set_deadline(one.id, HOLD_EXPIRY, None)


POST = PostingParticipant()


async def post(tx: Transaction, journals: Sequence[Journal]) -> list[Posted | Problem]:
    """Post journals, each by itself; one verdict per journal, in the order given."""
    refusals, books = await decide_each(
        tx, [Posting(ctx=journal.ctx, journals=(journal,)) for journal in journals]
    )
    return [
        refused or books.seen[journal.id].posted for refused, journal in zip(refusals, journals, strict=True)
    ]


async def decide_each(tx: Transaction, postings: Sequence[Posting]) -> tuple[list[Problem | None], Books]:
    """Take postings through the participant, each by itself; returns the verdicts and the books after them."""
    books = await POST.lock(tx, postings)
    refusals = [POST.decide(books, posting) for posting in postings]
    await POST.write(tx, books)
    return refusals, books


def _is_of_a_center(ctx: Ctx, kind: str) -> bool:
    """Tell whether a center posted this with something else that it keeps: orders, refunds, what a shop was paid."""
    if kind.startswith(f"{MANUAL}."):
        return False
    return kind.partition(".")[0] in {center.name for center in ctx.platform.centers}


async def reverse(ctx: Ctx, journal_id: JournalId) -> Posted:
    """Take a journal back by its mirror image."""
    ctx.require(REVERSE)
    async with ctx.transaction() as tx:
        original = await _store.journal(tx, ctx, journal_id)
        if original is None:
            raise NotFound
        if original.reverses is not None or _is_of_a_center(ctx, original.kind):
            raise NotReversible(journal=JOURNAL_ID.show(journal_id), kind=original.kind)
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
