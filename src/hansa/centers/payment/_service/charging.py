"""Charging: write the attempt down, ask the provider, write down what it said."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from hansa.centers.payment._rules import payments as rules
from hansa.centers.payment._rules.payments import AttemptRow, PaymentRow
from hansa.centers.payment._rules.splitting import SEVERAL, PartRow, WantedPart, parts_of
from hansa.centers.payment._service import splitting
from hansa.centers.payment._service.providers import provider_named, provider_of
from hansa.centers.payment._service.reading import payer_of
from hansa.centers.payment._service.reporting import record
from hansa.centers.payment._store import parts as parts_store
from hansa.centers.payment._store import payments as store
from hansa.centers.payment.errors import PaymentNotFound, SourcesMalformed
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
    Pending,
    Source,
    SourcePart,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane
from hansa.kernel.problem import Problem

LANE = "payment.begin"


@dataclass(frozen=True, slots=True)
class Begin:
    """A call of the lane: write down an attempt of this party to charge this payment."""

    ctx: Ctx
    payment_id: PaymentId
    payer: UUID
    provider: str
    card: Card
    parts: tuple[WantedPart, ...] = ()
    """Of an attempt from several sources."""
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
    begun = await _begin(ctx, begin)
    attempt = begun.attempt
    if not begun.fresh:
        provider = provider_named(ctx, attempt.provider)
    if attempt.parts:
        return await _carry_on(ctx, provider, attempt)
    return await _charge(ctx, provider, begun, card=card, source=source)


async def charge_sources(
    ctx: Ctx, payment_id: PaymentId, sources: Sequence[SourcePart]
) -> Charged | Declined | Pending:
    """Charge a payment from several sources, all or nothing."""
    provider = provider_of(ctx)
    wanted = tuple(WantedPart(provider.card(part.source), part.minor) for part in sources)
    if not wanted:
        raise SourcesMalformed(reason="number")
    begun = await _begin(ctx, Begin(ctx, payment_id, ctx.party(), provider.name, SEVERAL, wanted))
    attempt = begun.attempt
    if not begun.fresh:
        provider = provider_named(ctx, attempt.provider)
    if attempt.parts:
        return await _carry_on(ctx, provider, attempt, sources=sources)
    # One card is being charged from before: SEVERAL is none, so the provider is only asked.
    return await _charge(ctx, provider, begun, card=SEVERAL, source=sources[0].source)


async def _begin(ctx: Ctx, begin: Begin) -> Begun:
    """Write an attempt down. What somebody ordered as a guest it may pay as the account it became."""
    lane: Lane[Begin, Begun] = ctx.platform.lanes[LANE]
    try:
        return await lane.submit(begin)
    except PaymentNotFound:
        payer = await payer_of(ctx, begin.payment_id)
        if payer is None or payer == begin.payer:
            raise
        return await lane.submit(replace(begin, payer=payer))


async def _carry_on(
    ctx: Ctx, provider: Provider, attempt: AttemptRow, *, sources: Sequence[SourcePart] = ()
) -> Charged | Declined | Pending:
    try:
        async with asyncio.timeout(rules.PROVIDER_S_MAX):
            return await splitting.carry_on(
                ctx, provider, attempt.payment_id, attempt.number, sources=sources
            )
    except TimeoutError:
        return Pending(payment_id=attempt.payment_id, attempt=attempt.number)


async def _charge(
    ctx: Ctx, provider: Provider, begun: Begun, *, card: Card, source: Source
) -> Charged | Declined | Pending:
    """Have the provider charge, and write down what it says, unless that is a success."""
    attempt = begun.attempt
    payment_id = attempt.payment_id
    try:
        async with asyncio.timeout(rules.PROVIDER_S_MAX):
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
    occupied = [id_ for id_, row in rows.items() if row.state in rules.OCCUPIED]
    attempts = await store.attempts(tx, occupied) if occupied else {}
    fresh: list[AttemptRow] = []
    parts: list[PartRow] = []
    verdicts: list[Begun | Problem] = []
    for call in calls:
        row = rows.get(call.payment_id)
        problem = rules.may_charge(row, payer=call.payer, ctx=call.ctx)
        if row is None or problem is not None:
            verdicts.append(problem or PaymentNotFound())
        elif row.state in rules.OCCUPIED:
            verdicts.append(Begun(attempts[row.id, row.attempts], row.currency, fresh=False))
        elif isinstance(split := _split(call, row), Problem):
            verdicts.append(split)
        else:
            rows[row.id], attempt = rules.begin(
                row, provider=call.provider, card=call.card, now=call.ctx.now(), parts=len(split)
            )
            parts += split
            attempts[row.id, attempt.number] = attempt
            fresh.append(attempt)
            verdicts.append(Begun(attempt, row.currency, fresh=True))
    if fresh:
        await store.begin(tx, fresh)
    await parts_store.insert(tx, parts)
    return verdicts


def _split(call: Begin, row: PaymentRow) -> list[PartRow] | Problem:
    """Return the parts of an attempt that is about to begin, none when it has one source."""
    if not call.parts:
        return []
    try:
        return parts_of(
            row.id,
            row.attempts + 1,
            provider=call.provider,
            amount=row.amount,
            wanted=call.parts,
            now=call.ctx.now(),
        )
    except SourcesMalformed as problem:
        return problem


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
