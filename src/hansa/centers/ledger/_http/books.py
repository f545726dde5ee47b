"""Accounts, entries and journals, for those who may read the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.ledger import api
from hansa.centers.ledger._http.shared import LISTING, READING, Cursor, Limit
from hansa.centers.ledger._service.manual import MANUAL_ENTRIES_MAX
from hansa.centers.ledger._service.reading import READ
from hansa.centers.ledger.errors import (
    BalanceTooLarge,
    InsufficientBalance,
    JournalConflict,
    JournalMalformed,
    JournalUnbalanced,
    NotReversible,
)
from hansa.centers.ledger.types import (
    ACCOUNT_ID,
    JOURNAL_ID,
    AccountClass,
    Balance,
    Correction,
    ManualEntry,
    PostedEntry,
    PostedJournal,
)
from hansa.centers.user.types import actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import Page
from hansa.kernel.problem import Invalid, NotFound


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account and its balance on its normal side, in minor units; `held_minor` of it is put by."""

    id: str
    account_class: AccountClass
    entity: str
    business: str
    party: UUID | None
    currency: str
    normal: str
    balance_minor: int
    held_minor: int
    available_minor: int
    floor_minor: int | None
    entries: int


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of an account; `minor` is positive for a debit, the balance is on the normal side."""

    seq: int
    journal: str
    minor: int
    balance_minor: int
    posted_at: datetime


class JournalEntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a journal; `minor` is positive for a debit."""

    account: str
    currency: str
    minor: int


class JournalView(msgspec.Struct, frozen=True, kw_only=True):
    """A journal as it stands in the books."""

    id: str
    kind: str
    reference: UUID
    reverses: str | None
    entity: str
    business: str
    actor: str
    occurred_at: datetime
    entries: Sequence[JournalEntryView]


class ReversalView(msgspec.Struct, frozen=True, kw_only=True):
    """The journal that took another back."""

    reversal: str
    occurred_at: datetime


class ManualBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A journal by hand: why, the number of the document that proves it, what it is about, and its entries."""

    reason: Correction
    document: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    reference: UUID
    entries: Annotated[list[ManualEntry], msgspec.Meta(max_length=MANUAL_ENTRIES_MAX)]


class PostedView(msgspec.Struct, frozen=True, kw_only=True):
    """The journal that stands in the books since then."""

    journal: str
    occurred_at: datetime


class TrialView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the trial balance, in minor units."""

    account_class: AccountClass
    currency: str
    accounts: int
    debit_minor: int
    credit_minor: int


@get("/ledger/accounts", summary="List accounts", responses=problems(*LISTING), tags=["ledger"])
async def list_accounts(
    ctx: Ctx,
    account_class: Annotated[
        AccountClass | None, Parameter(description="Only accounts of this class.")
    ] = None,
    party: Annotated[UUID | None, Parameter(description="Only accounts of this party.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AccountView]:
    """Return the accounts of the business and what is under it. Needs `ledger.account.read`."""
    page = await api.accounts(ctx, account_class=account_class, party=party, cursor=cursor, limit=limit)
    return Page([_account(balance) for balance in page.items], page.cursor)


@get(
    "/ledger/accounts/{account_id:str}",
    summary="Show an account",
    responses=problems(*READING, NotFound, IdMalformed),
    tags=["ledger"],
)
async def show_account(ctx: Ctx, account_id: str) -> AccountView:
    """Return one account and its balance. Needs `ledger.account.read`."""
    return _account(await api.account(ctx, account_id=ACCOUNT_ID.read(account_id)))


@get(
    "/ledger/accounts/{account_id:str}/entries",
    summary="List an account's entries",
    responses=problems(*LISTING, NotFound, IdMalformed),
    tags=["ledger"],
)
async def list_entries(
    ctx: Ctx, account_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[EntryView]:
    """Return an account's history, newest first. Needs `ledger.account.read`."""
    account = await api.account(ctx, account_id=ACCOUNT_ID.read(account_id))
    page = await api.entries(ctx, account_id=account.account, cursor=cursor, limit=limit)
    return Page([_entry(entry) for entry in page.items], page.cursor)


@get(
    "/ledger/journals/{journal_id:str}",
    summary="Show a journal",
    responses=problems(*READING, NotFound, IdMalformed),
    tags=["ledger"],
)
async def show_journal(ctx: Ctx, journal_id: str) -> JournalView:
    """Return one journal with its entries. Needs `ledger.account.read`."""
    return _journal(await api.journal(ctx, journal_id=JOURNAL_ID.read(journal_id)))


@get(
    "/ledger/journals", summary="List journals about one thing", responses=problems(*LISTING), tags=["ledger"]
)
async def list_journals(
    ctx: Ctx,
    reference: Annotated[UUID, Parameter(description="What they are about: an order, a payment, a payout.")],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[JournalView]:
    """Return what was posted about one thing, oldest first. Needs `ledger.account.read`."""
    ctx.require(READ)
    page = await api.journals_of(ctx, reference=reference, cursor=cursor, limit=limit)
    return Page([_journal(journal) for journal in page.items], page.cursor)


@post(
    "/ledger/journals/{journal_id:str}/reversal",
    summary="Take a journal back",
    responses=problems(*READING, NotFound, IdMalformed, NotReversible, InsufficientBalance),
    tags=["ledger"],
)
async def reverse_journal(ctx: Ctx, journal_id: str) -> ReversalView:
    """Post the mirror image of a journal, once. Needs `ledger.journal.reverse`."""
    posted = await api.reverse(ctx, journal_id=JOURNAL_ID.read(journal_id))
    return ReversalView(reversal=JOURNAL_ID.show(posted.id), occurred_at=posted.occurred_at)


@post(
    "/ledger/journals",
    summary="Post a journal by hand",
    responses=problems(
        *READING,
        Invalid,
        JournalMalformed,
        JournalUnbalanced,
        JournalConflict,
        InsufficientBalance,
        BalanceTooLarge,
    ),
    tags=["ledger"],
    opt={
        "example": {
            "reason": "bank",
            "document": "2026-11/117",
            "reference": "01a203d4-6cac-7000-b063-2f6ce7d2a2f1",
            "entries": [
                {"account_class": "platform_expense", "minor": 1250, "currency": "CNY"},
                {"account_class": "cash", "minor": -1250, "currency": "CNY"},
            ],
        }
    },
)
async def post_journal(ctx: Ctx, data: ManualBody) -> PostedView:
    """Put right what is wrong: entries of this business's accounts that sum to zero. Needs `ledger.journal.post`.

    One document is posted once: a repeat is answered alike, and other entries under it are refused.
    """
    posted = await api.post_by_hand(
        ctx, reason=data.reason, document=data.document, reference=data.reference, entries=data.entries
    )
    return PostedView(journal=JOURNAL_ID.show(posted.id), occurred_at=posted.occurred_at)


@get("/ledger/trial-balance", summary="Show the trial balance", responses=problems(*READING), tags=["ledger"])
async def show_trial_balance(ctx: Ctx) -> list[TrialView]:
    """Return the totals by class and currency of the entity. Needs `ledger.account.read`."""
    return [
        TrialView(
            account_class=line.account_class,
            currency=line.currency,
            accounts=line.accounts,
            debit_minor=line.debit_minor,
            credit_minor=line.credit_minor,
        )
        for line in await api.trial_balance(ctx)
    ]


def _account(balance: Balance) -> AccountView:
    key = balance.key
    return AccountView(
        id=ACCOUNT_ID.show(balance.account),
        account_class=key.account_class,
        entity=key.entity,
        business=key.business,
        party=key.party,
        currency=key.currency,
        normal=key.account_class.normal.name.lower(),
        balance_minor=balance.minor,
        held_minor=balance.held_minor,
        available_minor=balance.available_minor,
        floor_minor=balance.floor_minor,
        entries=balance.entries,
    )


def _entry(entry: PostedEntry) -> EntryView:
    return EntryView(
        seq=entry.seq,
        journal=JOURNAL_ID.show(entry.journal),
        minor=entry.minor,
        balance_minor=entry.balance_minor,
        posted_at=entry.posted_at,
    )


def _journal(journal: PostedJournal) -> JournalView:
    return JournalView(
        id=JOURNAL_ID.show(journal.id),
        kind=journal.kind,
        reference=journal.reference,
        reverses=JOURNAL_ID.show(journal.reverses) if journal.reverses else None,
        entity=journal.entity,
        business=journal.business,
        actor=actor_shown(journal.actor),
        occurred_at=journal.occurred_at,
        entries=[
            JournalEntryView(account=ACCOUNT_ID.show(e.account), currency=e.currency, minor=e.minor)
            for e in journal.entries
        ],
    )


ROUTES = (
    list_accounts,
    show_account,
    list_entries,
    list_journals,
    show_journal,
    reverse_journal,
    post_journal,
    show_trial_balance,
)
