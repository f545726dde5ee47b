"""Charging: write the attempt down, ask the provider, write down what it said."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from hansa.centers.payment._rules import payments as rules
from hansa.centers.payment._rules.payments import AttemptRow
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
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane
from hansa.kernel.problem import Problem

LANE = "payment.begin"
PROVIDER_S_MAX = 10


@dataclass(frozen=True, slots=True)
class Begin:
    """A call of the lane: write down an attempt of this party to charge this payment."""

    ctx: Ctx
    payment_id: PaymentId
    payer: UUID
    provider: str
    card: Card
    key: IdempotencyKey | None = None
    """Never one: a repeat finds the attempt by its payment."""


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
    begin = Begin(ctx, payment_id, ctx.party(), provider.name, card)
    lane: Lane[Begin, Begun] = ctx.platform.lanes[LANE]
    begun = await lane.submit(begin)
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
        return Charged(facts=rules.facts_of(payment_id, attempt.number, provider.name, answer))
    async with ctx.transaction() as tx:
        await record(tx, ctx, payment_id, attempt.number, provider.name, answer, tell=False)
    if answer.outcome is Outcome.DECLINED:
        return Declined(
            payment_id=payment_id, attempt=attempt.number, code=answer.decline_code or "card_declined"
        )
    return Pending(payment_id=payment_id, attempt=attempt.number)


async def begin_batch(tx: Transaction, calls: Sequence[Begin]) -> list[Begun | Problem]:
    """Write attempts down: the lane's program. One verdict per call, in order.

    A payment that is occupied answers with its unresolved attempt, so running twice begins once.
    """
    rows = await store.lock(tx, [call.payment_id for call in calls])
    occupied = [id_ for id_, row in rows.items() if row.state is PaymentState.PENDING]
    attempts = await store.attempts(tx, occupied) if occupied else {}
    fresh: list[AttemptRow] = []
    verdicts: list[Begun | Problem] = []
    for call in calls:
        row = rows.get(call.payment_id)
        problem = rules.may_charge(row, payer=call.payer, traffic=call.ctx.traffic, now=call.ctx.now())
        if row is None or problem is not None:
            verdicts.append(problem or PaymentNotFound())
        elif row.state is PaymentState.PENDING:
            verdicts.append(Begun(attempts[row.id, row.attempts], row.currency, fresh=False))
        else:
            rows[row.id], attempt = rules.begin(
                row, provider=call.provider, card=call.card, now=call.ctx.now()
            )
            attempts[row.id, attempt.number] = attempt
            fresh.append(attempt)
            verdicts.append(Begun(attempt, row.currency, fresh=True))
    if fresh:
        await store.begin(tx, fresh)
    return verdicts


async def _ask(
    ctx: Ctx, provider: Provider, begun: Begun, *, card: Card, source: Source
) -> ProviderAnswer | None:
    """Charge a fresh attempt; of one from before, ask how it stands, and charge when it never arrived.

    A repeat under the same reference charges once, so a second click and a repeat after a crash are safe.
    """
    attempt = begun.attempt
    reference = rules.reference_of(attempt.payment_id, attempt.number)
    if not begun.fresh:
        answer = await provider.query(ctx, reference)
        if answer is not None or (attempt.brand, attempt.last_four) != (card.brand, card.last_four):
            return answer
    return await provider.charge(
        ctx,
        ChargeRequest(reference=reference, minor=attempt.minor, currency=begun.currency, source=source),
    )
