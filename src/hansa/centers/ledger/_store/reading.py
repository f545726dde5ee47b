"""The statements that read the books."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, literal, or_, select

from hansa.centers.ledger import _tables as t
from hansa.centers.ledger.types import (
    AccountClass,
    AccountId,
    AccountKey,
    Balance,
    JournalEntry,
    JournalId,
    OpenShop,
    PostedEntry,
    PostedJournal,
    StatementEntry,
    TrialLine,
)
from hansa.kernel.context import PLATFORM_BUSINESS, Ctx, Traffic
from hansa.kernel.db import Transaction

# Entries of an account are numbered without gaps and never step back in time, so the last one at a
# moment is found by bisection over the primary key: no index by time has to be kept up for it.
_BALANCE_AT = """
WITH RECURSIVE probe (low, high) AS (
  SELECT 0::bigint, entries FROM ledger.account WHERE id = $1
  UNION ALL
  SELECT CASE WHEN earlier THEN middle ELSE low END, CASE WHEN earlier THEN high ELSE middle - 1 END
  FROM (SELECT low, high, (low + high + 1) / 2 AS middle,
               (SELECT posted_at <= $2 FROM ledger.entry WHERE account_id = $1 AND seq = (low + high + 1) / 2)
                 AS earlier
        FROM probe WHERE low < high) AS step
)
SELECT seq, balance_minor FROM ledger.entry
WHERE account_id = $1 AND seq = (SELECT low FROM probe WHERE low >= high)
"""


_EARNED, _OWED = AccountClass.SELLER_PAYABLE.value, AccountClass.SELLER_RECEIVABLE.value

# The classes are written out, not parameters: so the planner knows them for those of the index `account_shop`.
_OPEN_SHOPS = f"""
SELECT party, currency::text,
       coalesce(sum(balance_minor * normal) FILTER (WHERE account_class = '{_EARNED}'), 0)::bigint AS earned,
       coalesce(sum(balance_minor * normal) FILTER (WHERE account_class = '{_OWED}'), 0)::bigint AS owed,
       coalesce(sum(held_minor) FILTER (WHERE account_class = '{_EARNED}'), 0)::bigint AS held
FROM ledger.account
WHERE business = $1 AND traffic = $2 AND entity = $3 AND account_class IN ('{_EARNED}', '{_OWED}')
  AND party IS NOT NULL AND balance_minor <> 0 AND ($5::uuid IS NULL OR (party, currency::text) > ($5, $6))
GROUP BY party, currency ORDER BY party, currency::text LIMIT $4
"""


async def open_shops(
    tx: Transaction, ctx: Ctx, *, after: tuple[UUID, str] | None, limit: int
) -> list[OpenShop]:
    """Return the shops with which something is open in the books of `ctx`, by shop and currency."""
    rows = await tx.raw.fetch(
        _OPEN_SHOPS,
        ctx.business,
        ctx.traffic.value,
        ctx.entity,
        limit,
        *(after or (None, "")),
    )
    return [
        OpenShop(
            shop_id=row["party"],
            currency=row["currency"],
            earned_minor=row["earned"],
            owed_minor=row["owed"],
            held_minor=row["held"],
        )
        for row in rows
    ]


async def balance_at(tx: Transaction, account: AccountId, at: datetime) -> tuple[int, int]:
    """Return (number of entries, balance with debits positive) of an account at a moment."""
    row = await tx.raw.fetchrow(_BALANCE_AT, account, at)
    return (row["seq"], row["balance_minor"]) if row else (0, 0)


async def balances(tx: Transaction, ids: Sequence[AccountId]) -> dict[AccountId, Balance]:
    """Return the accounts that exist, as they stand."""
    rows = await tx.conn.execute(select(t.account).where(t.account.c.id.in_(ids)))
    return {row.id: _balance(row) for row in rows}


async def account(tx: Transaction, ctx: Ctx, id_: AccountId) -> Balance | None:
    """Return one account if it belongs to the traffic and business of `ctx`."""
    row = (
        await tx.conn.execute(select(t.account).where(t.account.c.id == id_, *visible(ctx, t.account.c)))
    ).first()
    return _balance(row) if row else None


async def accounts(
    tx: Transaction,
    ctx: Ctx,
    *,
    account_class: AccountClass | None,
    party: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Balance]:
    """Return accounts in the order of their ids."""
    wanted = select(t.account).where(*visible(ctx, t.account.c)).order_by(t.account.c.id).limit(limit)
    if account_class is not None:
        wanted = wanted.where(t.account.c.account_class == account_class.value)
    if party is not None:
        wanted = wanted.where(t.account.c.party == party)
    if after is not None:
        wanted = wanted.where(t.account.c.id > after)
    return [_balance(row) for row in await tx.conn.execute(wanted)]


async def entries(
    tx: Transaction, account_: AccountId, *, before: int | None, limit: int
) -> list[PostedEntry]:
    """Return entries of one account, newest first, with balances on its normal side."""
    wanted = (
        select(t.entry, t.account.c.normal)
        .join(t.account, t.account.c.id == t.entry.c.account_id)
        .where(t.entry.c.account_id == account_)
        .order_by(t.entry.c.seq.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(t.entry.c.seq < before)
    return [
        PostedEntry(
            account=AccountId(row.account_id),
            seq=row.seq,
            journal=JournalId(row.journal_id),
            minor=row.minor,
            balance_minor=row.balance_minor * row.normal,
            posted_at=row.posted_at,
        )
        for row in await tx.conn.execute(wanted)
    ]


async def statement_entries(
    tx: Transaction, account_: AccountId, *, after: int, before: int, limit: int
) -> list[StatementEntry]:
    """Return entries of one account with numbers between these two, newest first, and what they are about."""
    wanted = (
        select(t.entry, t.account.c.normal, t.journal.c.kind, t.journal.c.reference, t.journal.c.reverses)
        .join(t.account, t.account.c.id == t.entry.c.account_id)
        .join(t.journal, t.journal.c.id == t.entry.c.journal_id)
        .where(t.entry.c.account_id == account_, t.entry.c.seq > after, t.entry.c.seq < before)
        .order_by(t.entry.c.seq.desc())
        .limit(limit)
    )
    return [
        StatementEntry(
            seq=row.seq,
            journal=JournalId(row.journal_id),
            kind=row.kind,
            reference=row.reference,
            reverses=row.reverses,
            minor=row.minor * row.normal,
            balance_minor=row.balance_minor * row.normal,
            posted_at=row.posted_at,
        )
        for row in await tx.conn.execute(wanted)
    ]


async def journal(tx: Transaction, ctx: Ctx, id_: JournalId) -> PostedJournal | None:
    """Return one journal if it belongs to the traffic and business of `ctx`."""
    row = (
        await tx.conn.execute(select(t.journal).where(t.journal.c.id == id_, *visible(ctx, t.journal.c)))
    ).first()
    return _journal(row) if row else None


async def journals_of(
    tx: Transaction, ctx: Ctx, reference: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[PostedJournal]:
    """Return journals of one reference, oldest first."""
    wanted = (
        select(t.journal)
        .where(t.journal.c.reference == reference, *visible(ctx, t.journal.c))
        .order_by(t.journal.c.occurred_at, t.journal.c.id)
        .limit(limit)
    )
    if after is not None:
        at, id_ = after
        wanted = wanted.where(
            or_(t.journal.c.occurred_at > at, and_(t.journal.c.occurred_at == at, t.journal.c.id > id_))
        )
    return [_journal(row) for row in await tx.conn.execute(wanted)]


async def trial_balance(tx: Transaction, ctx: Ctx) -> list[TrialLine]:
    """Return the totals of each class and currency in the entity and traffic of `ctx`."""
    total = func.sum(t.account.c.balance_minor)
    rows = await tx.conn.execute(
        select(
            t.account.c.account_class,
            t.account.c.currency,
            func.count().label("accounts"),
            total.label("total"),
        )
        .where(t.account.c.entity == ctx.entity, *visible(ctx, t.account.c))
        .group_by(t.account.c.account_class, t.account.c.currency)
        .order_by(t.account.c.currency, t.account.c.account_class)
    )
    return [
        TrialLine(
            account_class=AccountClass(row.account_class),
            currency=row.currency,
            accounts=row.accounts,
            debit_minor=max(int(row.total), 0),
            credit_minor=max(-int(row.total), 0),
        )
        for row in rows
    ]


def visible(ctx: Ctx, columns: Any) -> list[ColumnElement[bool]]:
    """Restrict to the traffic of `ctx` and to its business with everything under it."""
    clauses: list[ColumnElement[bool]] = [columns.traffic == ctx.traffic.value]
    if ctx.business != PLATFORM_BUSINESS:
        inside = func.starts_with(columns.business, literal(ctx.business + "."))
        clauses.append(or_(columns.business == ctx.business, inside))
    return clauses


def _balance(row: Row[Any]) -> Balance:
    key = AccountKey(
        traffic=Traffic(row.traffic),
        entity=row.entity,
        business=row.business,
        account_class=AccountClass(row.account_class),
        party=row.party,
        currency=row.currency,
    )
    return Balance(
        account=AccountId(row.id),
        key=key,
        minor=row.balance_minor * row.normal,
        entries=row.entries,
        floor_minor=row.floor_minor,
        held_minor=row.held_minor,
    )


def _journal(row: Row[Any]) -> PostedJournal:
    return PostedJournal(
        id=JournalId(row.id),
        kind=row.kind,
        reference=row.reference,
        reverses=row.reverses,
        traffic=Traffic(row.traffic),
        entity=row.entity,
        business=row.business,
        actor=row.actor,
        occurred_at=row.occurred_at,
        entries=[
            JournalEntry(account=AccountId(account_), currency=currency, minor=minor)
            for account_, currency, minor in zip(row.accounts, row.currencies, row.amounts, strict=True)
        ],
    )


async def every_account(tx: Transaction) -> AsyncIterator[tuple[Balance, int]]:
    """Give every account with its stored normal side, a thousand at a time."""
    after: UUID | None = None
    while True:
        wanted = select(t.account).order_by(t.account.c.id).limit(1000)
        if after is not None:
            wanted = wanted.where(t.account.c.id > after)
        rows = (await tx.conn.execute(wanted)).all()
        for row in rows:
            yield _balance(row), row.normal
        if len(rows) < 1000:
            return
        after = rows[-1].id
