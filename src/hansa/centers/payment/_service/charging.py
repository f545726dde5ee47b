"""Charging: write the attempt down, ask the provider, write down what it said."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from hansa.centers.payment import _rules
from hansa.centers.payment._rules import AttemptRow
from hansa.centers.payment._service.providers import provider_named, provider_of
from hansa.centers.payment._service.reporting import record
from hansa.centers.payment._store import payments as store
from hansa.centers.payment.errors import PaymentNotFound
from hansa.centers.payment.extensions import (
    Card,
    ChargeRequest,
    Provider,
    ProviderAnswer,
    ProviderUnreachable,
)
from hansa.centers.payment.types import (
    AttemptState,
    Charged,
    Declined,
    Outcome,
    PaymentId,
    PaymentState,
    Pending,
    Source,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction

PROVIDER_S_MAX = 10


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that is written down; `fresh` unless it was found unresolved from before."""

    attempt: AttemptRow
    currency: str
    fresh: bool


async def charge(ctx: Ctx, payment_id: PaymentId, source: Source) -> Charged | Declined | Pending:
    """Charge a payment. The attempt is committed before the provider hears of it."""
    provider = provider_of(ctx)
    card = provider.card(source)
    async with ctx.transaction() as tx:
        begun = await _begin(tx, ctx, payment_id, provider=provider, card=card)
    attempt = begun.attempt
    if not begun.fresh:
        provider = provider_named(ctx, attempt.provider)
    try:
        async with asyncio.timeout(PROVIDER_S_MAX):
            answer = await _ask(ctx, provider, begun, card=card, source=source)
    except (ProviderUnreachable, TimeoutError):
        answer = None  # it may have charged: the attempt stays unresolved, and the provider is asked again
    if answer is None:
        return Pending(payment_id=payment_id, attempt=attempt.number)
    if answer.outcome is Outcome.SUCCEEDED:
        # Written by CAPTURE, in the transaction that completes the order; if that never comes, the
        # attempt is still unresolved and the provider is asked again.
        return Charged(facts=_rules.facts_of(payment_id, attempt.number, provider.name, answer))
    async with ctx.transaction() as tx:
        await record(tx, ctx, payment_id, attempt.number, provider.name, answer, tell=False)
    if answer.outcome is Outcome.DECLINED:
        return Declined(
            payment_id=payment_id, attempt=attempt.number, code=answer.decline_code or "card_declined"
        )
    return Pending(payment_id=payment_id, attempt=attempt.number)


async def _begin(
    tx: Transaction, ctx: Ctx, payment_id: PaymentId, *, provider: Provider, card: Card
) -> Begun:
    row = (await store.lock(tx, [payment_id])).get(payment_id)
    problem = _rules.may_charge(row, payer=ctx.party(), traffic=ctx.traffic, now=ctx.now())
    if row is None or problem is not None:
        raise problem or PaymentNotFound()
    if row.state is PaymentState.PENDING:
        attempt = (await store.attempts(tx, [payment_id]))[payment_id, row.attempts]
        return Begun(attempt, row.currency, fresh=False)
    attempt = AttemptRow(
        payment_id=payment_id,
        number=row.attempts + 1,
        provider=provider.name,
        state=AttemptState.STARTED,
        brand=card.brand,
        last_four=card.last_four,
        minor=row.amount,
        taken=False,
        refunded_minor=0,
        provider_reference=None,
        decline_code=None,
        started_at=ctx.now(),
        resolved_at=None,
    )
    occupied = msgspec.structs.replace(
        row, state=PaymentState.PENDING, attempts=attempt.number, changed_at=ctx.now()
    )
    await store.insert_attempts(tx, [attempt])
    await store.update(tx, [occupied])
    return Begun(attempt, row.currency, fresh=True)


async def _ask(
    ctx: Ctx, provider: Provider, begun: Begun, *, card: Card, source: Source
) -> ProviderAnswer | None:
    """Charge a fresh attempt; of one from before, ask how it stands, and charge when it never arrived.

    A repeat under the same reference charges once, so a second click and a repeat after a crash are safe.
    """
    attempt = begun.attempt
    reference = _rules.reference_of(attempt.payment_id, attempt.number)
    if not begun.fresh:
        answer = await provider.query(ctx, reference)
        if answer is not None or (attempt.brand, attempt.last_four) != (card.brand, card.last_four):
            return answer
    return await provider.charge(
        ctx,
        ChargeRequest(reference=reference, minor=attempt.minor, currency=begun.currency, source=source),
    )
