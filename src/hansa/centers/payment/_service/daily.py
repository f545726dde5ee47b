"""Every day, of every provider: its statement is fetched and held to the books, by itself."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from hansa.centers.payment._service.providers import provider_of
from hansa.centers.payment._service.statements import DAY, fetch_statement, import_statement
from hansa.centers.payment._store import statements as store
from hansa.centers.payment._store.statements import Account
from hansa.centers.payment.errors import NoProvider
from hansa.centers.payment.extensions import Provider, ProviderUnreachable
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem

JOB = "payment.statements"
DAYS_MAX = 31
"""How many days one run goes back at most, for one business and traffic class."""
FIRST_DAYS = 7
"""How many days the first run of an account looks back."""

_log = logging.getLogger("hansa.payment")


async def reconcile_days(platform: Platform) -> int:
    """Fetch the statements of days that are over and were not imported yet; returns how many were.

    Days are the provider's (UTC), by the clock of the business and traffic class. What goes wrong with one
    holds up no other, and is tried again by the next run.
    """
    imported = 0
    for business in sorted(path for path in platform.plans.current.businesses if path):
        for traffic in (Traffic.LIVE, Traffic.SANDBOX):
            try:
                ctx = platform.context(business, traffic=traffic, actor=SYSTEM)
                imported += await _catch_up(ctx, provider_of(ctx))
            except NoProvider:
                continue  # it takes no money in this traffic class, so nobody states any
            except (Problem, ProviderUnreachable) as problem:
                _log.info("no statements of business=%s traffic=%s: %r", business, traffic, problem)
    return imported


async def _catch_up(ctx: Ctx, provider: Provider) -> int:
    """Import the days that are missing, the oldest first.

    Before its first movement an account has no statements: there is nothing to hold anything to.
    """
    yesterday = ctx.now().date() - DAY
    async with ctx.transaction() as tx:
        last = await store.last_day(tx, Account(ctx.business, ctx.traffic.value, provider.name))
    known = last is not None
    start = last + DAY if last is not None else yesterday - timedelta(days=FIRST_DAYS - 1)
    imported = 0
    for day in _days(max(start, yesterday - timedelta(days=DAYS_MAX - 1)), yesterday):
        if not known:
            rows = provider.read_statement(await provider.statement(ctx, day))
            if not rows:
                continue
            await import_statement(ctx, provider.name, day, rows)
            known = True
        else:
            await fetch_statement(ctx, provider.name, day)
        imported += 1
    return imported


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]
