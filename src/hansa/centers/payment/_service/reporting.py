"""What providers say, whichever way it comes: an answer, a callback, or our own asking."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

import msgspec

from hansa.centers.payment._rules import payments as rules
from hansa.centers.payment._sandbox import real_now
from hansa.centers.payment._service import splitting
from hansa.centers.payment._service.asking import Round
from hansa.centers.payment._service.providers import Providers, provider_named
from hansa.centers.payment._store import payments as store
from hansa.centers.payment.events import PaymentReported
from hansa.centers.payment.extensions import ProviderAnswer, ProviderUnreachable
from hansa.centers.payment.types import AttemptState, Charged, Facts, Outcome, PaymentId
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.platform import Platform

RECONCILE_MAX = 200
NEVER_ARRIVED = "never_arrived"
"""Why an attempt failed that its provider never heard of."""

_log = logging.getLogger("hansa.payment")


async def record(
    tx: Transaction,
    ctx: Ctx,
    payment_id: PaymentId,
    number: int,
    provider: str,
    answer: ProviderAnswer,
    *,
    tell: bool = True,
) -> bool:
    """Write down what a provider says about an attempt; tells when that decides it. False when nothing is new.

    An amount that differs from what was asked for is not believed, nor is a provider that was not asked: the
    attempt stays as it is, and the log says so; of an amount, `hansa verify` does too.
    """
    row = (await store.lock(tx, [payment_id])).get(payment_id)
    attempt = (await store.attempts(tx, [payment_id])).get((payment_id, number))
    if row is None or attempt is None or attempt.parts:  # several sources are asked about one by one
        return False
    if attempt.provider != provider:
        _log.error(
            "%s speaks of an attempt at %s: payment=%s attempt=%s",
            provider,
            attempt.provider,
            payment_id,
            number,
        )
        return False
    if (answer.minor, answer.currency) != (attempt.minor, row.currency):
        _log.error("a provider reports another amount: payment=%s attempt=%s", payment_id, number)
        return False
    now = ctx.now()
    after = rules.report(attempt, answer, now=now)
    if after is None:
        return False
    await store.update_attempts(tx, [after])
    changed = rules.after_attempt(row, after, now=now)
    if changed is not row:
        await store.update(tx, [changed])
    if tell and answer.outcome is not Outcome.PENDING:
        tx.emit(ctx, PaymentReported.of(rules.facts_of(payment_id, number, provider, answer)))
    return True


async def receive_webhook(
    platform: Platform, provider_name: str, headers: Mapping[str, str], body: bytes
) -> None:
    """Take a provider's callback: verify it, write it down once, act on what it says.

    Raises `ProviderUnknown`, `WebhookRefused`. What is signed but about nothing of ours is taken silently:
    the provider would only send it again.
    """
    provider = platform.service(Providers).named(provider_name)
    for callback in provider.parse_webhook(headers, body, now=real_now(platform)):
        known = rules.read_reference(callback.answer.reference)
        if known is None:
            continue
        payment_id, number = known
        async with platform.db.transaction() as tx:
            row = (await store.lock(tx, [payment_id])).get(payment_id)
            if row is None:
                continue
            ctx = tx.context(row.business, Traffic(row.traffic))
            provider_named(ctx, provider.name)  # raises when this provider may not serve this traffic
            facts = rules.facts_of(payment_id, number, provider.name, callback.answer)
            if await store.insert_callback(tx, facts, event_id=callback.event_id, received_at=ctx.now()):
                await record(tx, ctx, payment_id, number, provider.name, callback.answer)


async def reconcile(platform: Platform) -> int:
    """Ask the providers about every unresolved attempt that is old enough; returns how many were settled."""
    settled = 0
    async with platform.db.transaction() as tx:
        rows = await store.unresolved(tx, limit=RECONCILE_MAX)
    asking = Round()
    for row in rows:
        key, provider = (PaymentId(row["payment_id"]), row["number"]), row["provider"]
        if asking.leaves_out(provider):
            continue
        async with asking.asking(provider, f"payment={key[0]} attempt={key[1]}"):
            ctx = platform.context(row["business"], traffic=Traffic(row["traffic"]), actor=SYSTEM)
            started_at = row["started_at"]
            if ctx.now() - started_at >= rules.ASK_AFTER:
                ask = _ask_about_parts if row["parts"] else _ask_about
                settled += await ask(ctx, *key, provider_name=provider, started_at=started_at)
    async with platform.db.transaction() as tx:
        # All of them, also those too young by a clock that may stand still: the next round begins with others.
        turns = [(PaymentId(row["payment_id"]), row["number"]) for row in rows]
        await store.asked(tx, turns, real_now(platform))
    return settled


async def _ask_about_parts(
    ctx: Ctx, payment_id: PaymentId, number: int, *, provider_name: str, started_at: datetime
) -> bool:
    """Go on with an attempt from several sources: to its end, or back."""
    lost = ctx.now() - started_at >= rules.LOST_AFTER
    provider = provider_named(ctx, provider_name)
    found = await splitting.carry_on(ctx, provider, payment_id, number, unknown_is_lost=lost)
    if not isinstance(found, Charged):
        return False
    async with ctx.transaction() as tx:
        return await splitting.record(tx, ctx, found.facts)


async def _ask_about(
    ctx: Ctx, payment_id: PaymentId, number: int, *, provider_name: str, started_at: datetime
) -> bool:
    provider = provider_named(ctx, provider_name)
    try:
        answer = await provider.query(ctx, rules.reference_of(payment_id, number))
    except ProviderUnreachable:
        return False
    async with ctx.transaction() as tx:
        if answer is not None:
            return await record(tx, ctx, payment_id, number, provider.name, answer)
        if ctx.now() - started_at < rules.LOST_AFTER:
            return False
        return await _abandon(tx, ctx, payment_id, number)


async def _abandon(tx: Transaction, ctx: Ctx, payment_id: PaymentId, number: int) -> bool:
    """Give up an attempt that its provider never heard of, so that the payer may try again."""
    row = (await store.lock(tx, [payment_id])).get(payment_id)
    attempt = (await store.attempts(tx, [payment_id])).get((payment_id, number))
    if row is None or attempt is None or attempt.state is not AttemptState.STARTED:
        return False
    now = ctx.now()
    given_up = msgspec.structs.replace(attempt, state=AttemptState.ABANDONED, resolved_at=now)
    await store.update_attempts(tx, [given_up])
    changed = rules.after_attempt(row, given_up, now=now)
    if changed is not row:
        await store.update(tx, [changed])
    lost = Facts(
        payment_id=payment_id,
        attempt=number,
        provider=attempt.provider,
        provider_reference="",
        outcome=Outcome.DECLINED,
        minor=attempt.minor,
        currency=row.currency,
        at=now,
        decline_code=NEVER_ARRIVED,
    )
    tx.emit(ctx, PaymentReported.of(lost))
    return True
