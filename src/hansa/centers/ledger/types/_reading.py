"""The books as they are read: balances, entries, journals, statements, the trial balance, seals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hansa.centers.ledger.types._posting import AccountClass, AccountId, AccountKey, JournalId
from hansa.kernel.context import Traffic


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """An account's balance: `minor` on its normal side, after `entries` entries; `held_minor` of it is put by."""

    account: AccountId
    key: AccountKey
    minor: int
    entries: int
    floor_minor: int | None = None
    held_minor: int = 0

    @property
    def available_minor(self) -> int:
        """What is not put by: it can leave, as far as there is a floor."""
        return self.minor - self.held_minor


class OpenShop(msgspec.Struct, frozen=True, kw_only=True):
    """What is open with a shop in one currency; `held_minor` of what it earned is put by."""

    shop_id: UUID
    currency: str
    earned_minor: int
    owed_minor: int
    held_minor: int


class PostedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in an account's history: the `seq`-th, and the balance after it on the normal side.

    `minor` is positive for a debit. `posted_at` never falls from one entry of an account to the next.
    """

    account: AccountId
    seq: int
    journal: JournalId
    minor: int
    balance_minor: int
    posted_at: datetime


class StatementEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a statement: what happened about which thing, `minor` and the balance after it on the normal side.

    `reverses` says that it takes an earlier journal back.
    """

    seq: int
    journal: JournalId
    kind: str
    reference: UUID
    reverses: JournalId | None
    minor: int
    balance_minor: int
    posted_at: datetime


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What happened on an account of a shop from `since` on and before `until`: a page of it, the latest first.

    The balances before and after are those of the whole period, on the account's normal side.
    """

    account_class: AccountClass
    currency: str
    since: datetime
    until: datetime
    opening_minor: int
    closing_minor: int
    entries: Sequence[StatementEntry]
    cursor: str | None


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as its journal states it; `minor` is positive for a debit."""

    account: AccountId
    currency: str
    minor: int


class PostedJournal(msgspec.Struct, frozen=True, kw_only=True):
    """A journal as it stands in the books."""

    id: JournalId
    kind: str
    reference: UUID
    reverses: JournalId | None
    traffic: Traffic
    entity: str
    business: str
    actor: str
    occurred_at: datetime
    entries: Sequence[JournalEntry]


class TrialLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the trial balance: the total of a class in a currency, on the side where it stands."""

    account_class: AccountClass
    currency: str
    accounts: int
    debit_minor: int
    credit_minor: int


class ChainHead(msgspec.Struct, frozen=True, kw_only=True):
    """Where a chain of seals stands: who notes its hash elsewhere can prove later that nothing before changed."""

    business: str
    traffic: Traffic
    shard: int
    seq: int
    hash: bytes


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """One link of a chain: the journals it covers with a digest of each, bound to the seal before."""

    seq: int
    journals: Sequence[JournalId]
    digests: Sequence[bytes]
    previous_hash: bytes
    hash: bytes
    sealed_at: datetime
