"""Holding providers' statements to the books. Nothing is corrected here: differences are stored and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from hansa.centers.payment._rules import statements as rules
from hansa.centers.payment._service.providers import provider_named
from hansa.centers.payment._store import statements as store
from hansa.centers.payment._store.statements import Account
from hansa.centers.payment.errors import (
    DayNotOver,
    ProviderForbidden,
    ProviderUnknown,
    StatementConflict,
    StatementNotFound,
    StatementUnavailable,
)
from hansa.centers.payment.events import StatementReconciled
from hansa.centers.payment.extensions import Provider, ProviderUnreachable
from hansa.centers.payment.types import STATEMENT_ID, Difference, StatementReport, StatementRow, Verdict
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of

IMPORT = "payment.statement.import"
READ = "payment.statement.read"
DAY = timedelta(days=1)


async def fetch_statement(ctx: Ctx, provider_name: str, day: date) -> StatementReport:
    """Ask the provider for its statement of a day, and hold it to the books."""
    ctx.require(IMPORT)
    provider = _provider(ctx, provider_name)
    _check_over(ctx, day)
    try:
        rows = provider.read_statement(await provider.statement(ctx, day))
    except ProviderUnreachable:
        raise StatementUnavailable(provider=provider.name) from None
    return await import_statement(ctx, provider_name, day, rows)


async def import_statement(
    ctx: Ctx, provider_name: str, day: date, rows: Sequence[StatementRow]
) -> StatementReport:
    """Store a statement's rows, compare them with the books, and tell."""
    ctx.require(IMPORT)
    provider = _provider(ctx, provider_name)
    _check_over(ctx, day)
    rules.check_rows(rows)
    account = Account(ctx.business, ctx.traffic.value, provider.name)
    async with ctx.transaction() as tx:
        await store.begin(tx, account, day, id_=STATEMENT_ID.new(), now=ctx.now())
        changed, fees = await store.write_rows(tx, account, day, rows)
        if changed is not None:
            raise StatementConflict(row=changed)
        return await _reconcile(tx, ctx, account, day, fees=fees)


async def report(ctx: Ctx, provider_name: str, day: date) -> StatementReport:
    """Return what came of a day's statement."""
    ctx.require(READ)
    async with ctx.transaction() as tx:
        found = await store.report(tx, _account(ctx, provider_name), day)
    if found is None:
        raise StatementNotFound
    return found


async def differences(
    ctx: Ctx, provider_name: str, day: date, *, cursor: str | None, limit: int
) -> Page[Difference]:
    """Return a page of a day's differences."""
    ctx.require(READ)
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[str, str]) if cursor else ("", "")
    async with ctx.transaction() as tx:
        account = _account(ctx, provider_name)
        if await store.report(tx, account, day) is None:
            raise StatementNotFound
        rows = await store.differences(tx, account, day, after=after, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.kind, one.reference))


async def _reconcile(
    tx: Transaction, ctx: Ctx, account: Account, day: date, *, fees: dict[str, int]
) -> StatementReport:
    now = ctx.now()
    theirs = await store.movements(tx, account, day)
    ours = await store.charges(tx, account, list(rules.charges_named(theirs)))
    ours |= await store.refunds(tx, account, list(rules.refunds_named(theirs)))
    ours |= await store.split(tx, account, list(theirs))
    since = datetime.combine(day, time(), UTC)
    moved = await store.moved(tx, account, since, since + DAY)
    elsewhere = await store.told(tx, account, [one for one in moved if one not in theirs])
    ours |= {one: amount for one, amount in moved.items() if one not in elsewhere}
    found = rules.compare(theirs, ours, now=now)
    await store.settle(tx, account, day, seen=[*theirs], found=found, now=now)
    differing = Counter(difference.verdict for difference in found)
    matched = len(theirs) - differing[Verdict.MISSING_HERE] - differing[Verdict.DIFFERS]
    await store.end(tx, account, day, matched=matched, differing=differing, now=now)
    told = await store.report(tx, account, day)
    if told is None:
        raise StatementNotFound
    tx.emit(
        ctx,
        StatementReconciled(
            statement_id=told.id,
            provider=told.provider,
            day=day,
            matched=told.matched,
            missing_here=told.missing_here,
            missing_there=told.missing_there,
            differs=told.differs,
            fees=fees,
        ),
    )
    return told


def _account(ctx: Ctx, provider_name: str) -> Account:
    return Account(ctx.business, ctx.traffic.value, _provider(ctx, provider_name).name)


def _provider(ctx: Ctx, name: str) -> Provider:
    """Return a provider that serves this traffic; to whoever asks, another is as good as none."""
    try:
        return provider_named(ctx, name)
    except ProviderForbidden:
        raise ProviderUnknown(provider=name) from None


def _check_over(ctx: Ctx, day: date) -> None:
    if day >= ctx.now().date():
        raise DayNotOver(day=day.isoformat())
