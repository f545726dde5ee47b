"""What the ledger refuses."""

from __future__ import annotations

from hansa.kernel.problem import NotFound, Problem


class JournalMalformed(Problem):
    """A journal cannot be what was given; `reason` names the part: entries, kind, amount, traffic, currency."""

    code = "ledger.journal_malformed"
    status = 422
    title = "This is not a journal"


class JournalUnbalanced(Problem):
    """The entries of a currency do not sum to zero; `off_by_minor` is what debits exceed credits by."""

    code = "ledger.journal_unbalanced"
    status = 422
    title = "Debits and credits differ"


class JournalConflict(Problem):
    """A journal with this id was posted before and says something else; nothing was posted now."""

    code = "ledger.journal_conflict"
    status = 409
    title = "Another journal was posted under this id"


class InsufficientBalance(Problem):
    """The account would fall below its floor; `short_minor` is what is missing."""

    code = "ledger.insufficient_balance"
    status = 409
    title = "The balance does not cover this"


class BalanceDiffers(Problem):
    """A shop's account comes to another amount; extras say what it earned, what of it is put by, and what it owes, in minor units."""

    code = "ledger.balance_differs"
    status = 409
    title = "The account comes to another amount"


class BalanceTooLarge(Problem):
    """The balance would not fit 64 bits."""

    code = "ledger.balance_too_large"
    status = 422
    title = "The balance would become too large"


class NotReversible(Problem):
    """A reversal, or a journal that a center keeps more of than its entries: `kind` says which. Post what should be true."""

    code = "ledger.not_reversible"
    status = 409
    title = "This journal cannot be taken back by hand"


class HoldMalformed(Problem):
    """A hold cannot be what was given; `reason` names the part: amount, kind, traffic, currency, expiry."""

    code = "ledger.hold_malformed"
    status = 422
    title = "This amount cannot be put by"


class HoldConflict(Problem):
    """A hold with this id was placed before and says something else; nothing was put by now."""

    code = "ledger.hold_conflict"
    status = 409
    title = "Another amount was put by under this id"


class HoldNotFound(NotFound):
    """There is no such hold, or it is not the caller's to see."""

    code = "ledger.hold_not_found"
    title = "Nothing was put by under this id"


class HoldResolved(Problem):
    """The hold was posted, voided or its time was up; `state` says which. It is resolved once."""

    code = "ledger.hold_resolved"
    status = 409
    title = "This amount is not put by any more"


class HoldExceeded(Problem):
    """The journal takes `taken_minor` from the hold's account, which is nothing or more than `held_minor`."""

    code = "ledger.hold_exceeded"
    status = 409
    title = "This is not what was put by"


class JournalsShared(Problem):
    """Journals touch the accounts of a business that is to be removed and those of another; nothing was removed."""

    code = "ledger.journals_shared"
    status = 409
    title = "The books of this business are bound to those of another"
