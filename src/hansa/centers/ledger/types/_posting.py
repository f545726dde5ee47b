"""What is asked of the books: accounts by key, journals and their entries, holds, and the answers."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, NamedTuple, NewType
from uuid import UUID

import msgspec

from hansa.centers.ledger.errors import HoldMalformed, JournalMalformed, JournalUnbalanced
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.ids import IdKind
from hansa.kernel.money import INT64_MAX
from hansa.kernel.texts import storable

AccountId = NewType("AccountId", UUID)
JournalId = NewType("JournalId", UUID)
ACCOUNT_ID = IdKind[AccountId]("acc")
HoldId = NewType("HoldId", UUID)
JOURNAL_ID = IdKind[JournalId]("jrn")
HOLD_ID = IdKind[HoldId]("hold")

ENTRIES_MAX = 500  # of one journal: a refund of a long order needs a hundred, a mistake needs more


class Side(enum.IntEnum):
    """The side on which an account grows; the number is the sign that turns a balance to that side."""

    DEBIT = 1
    CREDIT = -1


class AccountClass(enum.StrEnum):
    """What an account means. `normal` is the side it grows on, `floor_minor` how low it may fall there."""

    PROVIDER_CLEARING = "provider_clearing"
    """What payment providers have collected for us and not yet paid out (asset)."""
    CASH = "cash"
    """Money in the bank (asset)."""
    ESCROW = "escrow"
    """Buyers' money held until receipt: client money, never ours (liability)."""
    UNAPPLIED = "unapplied"
    """Money that arrived for something already closed, and goes back (liability)."""
    SELLER_PAYABLE = "seller_payable"
    """What a shop has earned and was not yet paid (liability)."""
    SELLER_RECEIVABLE = "seller_receivable"
    """What a shop owes us: a refund after its payout (asset)."""
    FUNDER_RECEIVABLE = "funder_receivable"
    """What the funder of a discount (platform, shop, brand) owes for it (asset)."""
    PLATFORM_REVENUE = "platform_revenue"
    """Commission and fees (income)."""
    PLATFORM_EXPENSE = "platform_expense"
    """Goodwill, discounts the platform bears, providers' fees (expense)."""
    TAX_PAYABLE = "tax_payable"
    """Tax collected for an authority (liability)."""
    POINTS = "points"
    """Loyalty points outstanding, in a points currency (liability)."""
    DEPOSIT = "deposit"
    """Security deposits of shops and presale deposits of buyers (liability)."""
    THIRD_PARTY_FUNDS = "third_party_funds"
    """Money of partners held in trust (liability)."""
    LOAN_RECEIVABLE = "loan_receivable"
    """What borrowers owe (asset)."""
    COURIER_PAYABLE = "courier_payable"
    """What couriers have earned and were not yet paid (liability)."""

    @property
    def normal(self) -> Side:
        """The side this class grows on."""
        return Side.DEBIT if self in _DEBIT_NORMAL else Side.CREDIT

    @property
    def floor_minor(self) -> int | None:
        """The lowest balance on the normal side, `None` when there is none. Copied to new accounts."""
        return 0 if self in _NEVER_BELOW_ZERO else None


_DEBIT_NORMAL = frozenset(
    {
        AccountClass.PROVIDER_CLEARING,
        AccountClass.CASH,
        AccountClass.SELLER_RECEIVABLE,
        AccountClass.FUNDER_RECEIVABLE,
        AccountClass.PLATFORM_EXPENSE,
        AccountClass.LOAN_RECEIVABLE,
    }
)
# Other people's money: what was not put in cannot be taken out. Clearing, revenue and tax may swing below
# zero (a refund before the next settlement), and so may receivables (somebody paid too much).
_NEVER_BELOW_ZERO = frozenset(
    {
        AccountClass.ESCROW,
        AccountClass.UNAPPLIED,
        AccountClass.SELLER_PAYABLE,
        AccountClass.POINTS,
        AccountClass.DEPOSIT,
        AccountClass.THIRD_PARTY_FUNDS,
        AccountClass.COURIER_PAYABLE,
    }
)


class AccountKey(msgspec.Struct, frozen=True, kw_only=True):
    """What identifies an account. Its id is derived from the key, so it is known without a look-up.

    `party` is whose account it is: a shop, a funder, a person; `None` for the house's own.
    """

    traffic: Traffic
    entity: str
    business: str
    account_class: AccountClass
    party: UUID | None = None
    currency: str

    @classmethod
    def of(
        cls, ctx: Ctx, account_class: AccountClass, *, currency: str, party: UUID | None = None
    ) -> AccountKey:
        """Return the key of an account in the books, business and traffic of `ctx`."""
        return cls(
            traffic=ctx.traffic,
            entity=ctx.entity,
            business=ctx.business,
            account_class=account_class,
            party=party,
            currency=currency,
        )


@lru_cache(maxsize=65_536)
def account_id(key: AccountKey) -> AccountId:
    """Return the account's id: a UUIDv8 (RFC 9562) of the SHA-256 of the key, the same everywhere for ever."""
    party = str(key.party) if key.party else None
    named = [key.traffic.value, key.entity, key.business, key.account_class.value, party, key.currency]
    return AccountId(uuid8(b"hansa.ledger.account", msgspec.json.encode(named)))


def uuid8(space: bytes, name: bytes) -> UUID:
    """Return the name-based UUIDv8 of `name` in `space`: the head of a SHA-256 with version and variant set."""
    head = int.from_bytes(sha256(space + b"\0" + name).digest()[:16], "big")
    head = head & ~(0xF << 76) | 0x8 << 76
    return UUID(int=head & ~(0x3 << 62) | 0x2 << 62)


class Entry(NamedTuple):
    """One side of a journal: `minor` is positive for a debit, negative for a credit. See `debit`, `credit`."""

    account: AccountKey
    minor: int


def debit(account: AccountKey, minor: int) -> Entry:
    """Return an entry that debits `account` by `minor` units."""
    return Entry(account, minor)


def credit(account: AccountKey, minor: int) -> Entry:
    """Return an entry that credits `account` by `minor` units."""
    return Entry(account, -minor)


class Correction(enum.StrEnum):
    """Why somebody posts a journal by hand."""

    MISPOSTED = "misposted"
    """It was posted to the wrong account, or with the wrong amount."""
    MISSING = "missing"
    """It happened and was never posted."""
    BANK = "bank"
    """The bank moved money that no other journal tells of."""
    WRITE_OFF = "write_off"
    """It will not come in any more."""
    GOODWILL = "goodwill"
    """The platform bears it."""


class ManualEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One side of a journal posted by hand: `minor` is positive for a debit."""

    account_class: AccountClass
    minor: Annotated[int, msgspec.Meta(ge=-INT64_MAX, le=INT64_MAX)]
    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3)]
    party: UUID | None = None


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """One happening in the books: entries that sum to zero in each currency. One that does not cannot be made.

    `id` is the caller's, and makes posting safe to repeat; `reference` is what it is about (an order, a
    payment, a payout); `kind` says what happened (`payment.captured`). All accounts share the traffic of
    `ctx`; they may belong to several businesses and entities. A journal that `posts` a hold takes what was
    put by: at most its amount, from its account; what it leaves of it is free again.

    Raises `JournalMalformed` (fewer than two entries or too many, an amount that is zero or beyond 64 bits,
    a currency that is none, an account of another traffic class) or `JournalUnbalanced`.
    """

    ctx: Ctx
    id: JournalId
    kind: str
    reference: UUID
    entries: tuple[Entry, ...]
    reverses: JournalId | None = None
    posts: HoldId | None = None

    def __post_init__(self) -> None:
        """Check what a journal must be."""
        if not 2 <= len(self.entries) <= ENTRIES_MAX:
            raise JournalMalformed(
                journal=JOURNAL_ID.show(self.id), reason="entries", count=len(self.entries)
            )
        if not _is_kind(self.kind):
            raise JournalMalformed(journal=JOURNAL_ID.show(self.id), reason="kind")
        totals: dict[str, int] = {}
        for account, minor in self.entries:
            if not minor or abs(minor) > INT64_MAX:
                raise JournalMalformed(journal=JOURNAL_ID.show(self.id), reason="amount")
            if account.traffic is not self.ctx.traffic:
                raise JournalMalformed(journal=JOURNAL_ID.show(self.id), reason="traffic")
            currency = account.currency
            if currency not in totals and not _is_currency(currency):
                raise JournalMalformed(journal=JOURNAL_ID.show(self.id), reason="currency")
            totals[currency] = totals.get(currency, 0) + minor
        for currency, total in totals.items():
            if total:
                raise JournalUnbalanced(
                    journal=JOURNAL_ID.show(self.id), currency=currency, off_by_minor=total
                )


def _is_currency(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def _is_kind(text: str) -> bool:
    return 0 < len(text) <= 100 and storable(text)


class HoldState(enum.StrEnum):
    """What became of an amount that was put by. A hold is resolved once."""

    HELD = "held"
    """Counts against the account's floor."""
    POSTED = "posted"
    """A journal took it, or a part of it."""
    VOIDED = "voided"
    """Free again, because somebody said so."""
    EXPIRED = "expired"
    """Free again, because its time was up."""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """An amount to put by on an account: nobody else can take it until it is posted, voided or expired.

    `minor` is what may leave the account, in the direction it shrinks; `id` is the caller's and makes
    asking again safe; `expires_at` is a time of the clock of `ctx`, `None` means until it is resolved: a lien.

    Raises `HoldMalformed` (an amount that is not positive or beyond 64 bits, a kind or a currency that is
    none, an account of another traffic class).
    """

    ctx: Ctx
    id: HoldId
    account: AccountKey
    minor: int
    kind: str
    reference: UUID
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        """Check what a hold must be."""
        if not 0 < self.minor <= INT64_MAX:
            raise HoldMalformed(hold=HOLD_ID.show(self.id), reason="amount")
        if not _is_kind(self.kind):
            raise HoldMalformed(hold=HOLD_ID.show(self.id), reason="kind")
        if self.account.traffic is not self.ctx.traffic:
            raise HoldMalformed(hold=HOLD_ID.show(self.id), reason="traffic")
        if not _is_currency(self.account.currency):
            raise HoldMalformed(hold=HOLD_ID.show(self.id), reason="currency")


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """What one call of a batch wants of the books: all of it or nothing.

    First holds are voided, then journals posted, then new holds placed.
    """

    ctx: Ctx
    journals: Sequence[Journal] = ()
    holds: Sequence[Hold] = ()
    voids: Sequence[HoldId] = ()


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """A journal stands in the books since `occurred_at`; a repeat gets the first posting's answer."""

    id: JournalId
    occurred_at: datetime


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An amount was put by at `placed_at`; a repeat gets the first answer, whatever became of it since."""

    id: HoldId
    placed_at: datetime


class PlacedHold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold as it stands in the books; `minor` was put by, of which `posted_minor` was taken by `journal`."""

    id: HoldId
    account: AccountId
    traffic: Traffic
    business: str
    minor: int
    kind: str
    reference: UUID
    expires_at: datetime | None
    state: HoldState
    posted_minor: int
    journal: JournalId | None
    actor: str
    placed_at: datetime
    resolved_at: datetime | None
