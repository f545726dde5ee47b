"""Paying from several sources, all or nothing: each holds its part; when all do, all are taken.

Two decisions are committed under the payment's lock, and exclude each other: to take them all, when every
source holds its part and the payment still waits; or to let go of them all. Whoever comes later, after a
crash too, carries on with what was decided.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import msgspec

from hansa.centers.payment._rules import payments as rules
from hansa.centers.payment._rules import splitting
from hansa.centers.payment._rules.payments import AttemptRow
from hansa.centers.payment._rules.splitting import PartRow
from hansa.centers.payment._service.asking import Round
from hansa.centers.payment._service.providers import provider_named
from hansa.centers.payment._store import parts as store
from hansa.centers.payment._store import payments
from hansa.centers.payment.errors import PaymentNotFound
from hansa.centers.payment.events import PaymentReported
from hansa.centers.payment.extensions import (
    CaptureRequest,
    ChargeRequest,
    HoldAnswer,
    Provider,
    ProviderAnswer,
    ProviderUnreachable,
    RefundRequest,
)
from hansa.centers.payment.types import (
    AttemptState,
    Charged,
    Declined,
    Facts,
    Outcome,
    PartState,
    PaymentId,
    PaymentState,
    Pending,
    SourcePart,
)
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.platform import Platform

RELEASE_MAX = 200
UNDECIDED = frozenset({AttemptState.STARTED, AttemptState.PENDING})
DECIDED = frozenset({AttemptState.AUTHORISED})

_log = logging.getLogger("hansa.payment")


async def carry_on(
    ctx: Ctx,
    provider: Provider,
    payment_id: PaymentId,
    number: int,
    *,
    sources: Sequence[SourcePart] = (),
    unknown_is_lost: bool = False,
) -> Charged | Declined | Pending:
    """Go on with an attempt from several sources, wherever it stands. Safe to repeat, and at once by several.

    Without `sources` the provider is only asked; with `unknown_is_lost` a source it never heard of ends it.
    """
    async with ctx.transaction() as tx:
        parts = (await store.find(tx, [payment_id])).get((payment_id, number), [])
        attempt = (await payments.attempts(tx, [payment_id]))[payment_id, number]
        row = (await payments.lock(tx, [payment_id]))[payment_id]
    pending = Pending(payment_id=payment_id, attempt=number)
    try:
        if attempt.state in UNDECIDED:
            held = await _hold(ctx, provider, parts, row.currency, sources)
            code = splitting.failure(parts, held, currency=row.currency, unknown_is_lost=unknown_is_lost)
            if code is None and not splitting.all_held(held):
                return pending
            if code is not None:
                return await _let_go(ctx, provider, parts, row.currency, code)
            if not await _decide(ctx, parts):
                return await _let_go(ctx, provider, parts, row.currency, "payment_closed")
        elif attempt.state not in {AttemptState.AUTHORISED, AttemptState.SUCCEEDED}:
            code = attempt.decline_code or "card_declined"
            return Declined(payment_id=payment_id, attempt=number, code=code)
        return await _take(ctx, provider, parts, row.currency)
    except (ProviderUnreachable, TimeoutError):
        return pending


async def record(tx: Transaction, ctx: Ctx, facts: Facts) -> bool:
    """Write down that all sources were taken, and tell; false when that is nothing new."""
    await payments.lock(tx, [facts.payment_id])
    attempt = (await payments.attempts(tx, [facts.payment_id]))[facts.payment_id, facts.attempt]
    answer = ProviderAnswer(
        reference=facts.provider_reference,
        provider_reference=facts.provider_reference,
        outcome=facts.outcome,
        minor=facts.minor,
        currency=facts.currency,
        at=facts.at,
    )
    after = rules.report(attempt, answer, now=ctx.now())
    if after is None:
        return False
    await payments.update_attempts(tx, [after])
    tx.emit(ctx, PaymentReported.of(facts))
    return True


async def release_stuck(platform: Platform) -> int:
    """Let go of what nobody waits for and was not let go of yet; returns how many parts."""
    released = 0
    asking = Round()
    after: store.Place | None = None
    while True:
        async with platform.db.transaction() as tx:
            found = await store.releasing(tx, after=after, limit=RELEASE_MAX)
        for part, business, traffic, currency in found:
            if asking.leaves_out(part.provider):
                continue
            async with asking.asking(part.provider, f"part={part.reference}"):
                ctx = platform.context(business, traffic=Traffic(traffic), actor=SYSTEM)
                with suppress(ProviderUnreachable):  # asked again next time
                    released += await _release(ctx, provider_named(ctx, part.provider), part, currency)
        if len(found) < RELEASE_MAX:
            return released
        last = found[-1][0]
        after = last.started_at, last.payment_id, last.attempt, last.number


async def _hold(
    ctx: Ctx, provider: Provider, parts: Sequence[PartRow], currency: str, sources: Sequence[SourcePart]
) -> list[HoldAnswer | None]:
    """Have each source hold its part, in their order, until one fails; the rest is None."""
    held: list[HoldAnswer | None] = []
    for i, part in enumerate(parts):
        answer = await _hold_one(ctx, provider, part, currency, sources[i] if i < len(sources) else None)
        held.append(answer)
        if splitting.failure([part], [answer], currency=currency, unknown_is_lost=False):
            break
    return held + [None] * (len(parts) - len(held))


async def _hold_one(
    ctx: Ctx, provider: Provider, part: PartRow, currency: str, given: SourcePart | None
) -> HoldAnswer | None:
    if given is not None:
        card = provider.card(given.source)
        if (card.brand, card.last_four) == (part.brand, part.last_four):
            request = ChargeRequest(
                reference=part.reference, minor=part.minor, currency=currency, source=given.source
            )
            return await provider.authorise(ctx, request)
    return await provider.held(ctx, part.reference)


async def _decide(ctx: Ctx, parts: Sequence[PartRow]) -> bool:
    """Commit that all parts are taken; false when the payment waits no more, or it was decided otherwise."""
    payment_id, number = parts[0].payment_id, parts[0].attempt
    now = ctx.now()
    async with ctx.transaction() as tx:
        row = (await payments.lock(tx, [payment_id]))[payment_id]
        attempt = (await payments.attempts(tx, [payment_id]))[payment_id, number]
        if attempt.state in {AttemptState.AUTHORISED, AttemptState.SUCCEEDED}:
            return True
        if attempt.state not in UNDECIDED or row.state is not PaymentState.PENDING:
            return False
        await payments.update_attempts(tx, [msgspec.structs.replace(attempt, state=AttemptState.AUTHORISED)])
        await payments.update(
            tx, [msgspec.structs.replace(row, state=PaymentState.AUTHORISED, changed_at=now)]
        )
        await store.move(tx, parts, PartState.AUTHORISED, at=now)
    return True


async def _take(
    ctx: Ctx, provider: Provider, parts: Sequence[PartRow], currency: str
) -> Charged | Declined | Pending:
    """Take every part; one that is refused for good undoes the others."""
    for part in parts:
        answer = await provider.capture(
            ctx,
            CaptureRequest(
                reference=part.capture_reference,
                hold_reference=part.reference,
                minor=part.minor,
                currency=currency,
            ),
        )
        if not answer.succeeded:
            code = answer.refusal or "capture_refused"
            return await _let_go(ctx, provider, parts, currency, code, instead_of=DECIDED)
        async with ctx.transaction() as tx:
            await payments.lock(tx, [part.payment_id])
            found = (await store.find(tx, [part.payment_id]))[part.payment_id, part.attempt]
            standing = found[part.number - 1].state
            if standing is PartState.AUTHORISED:
                await store.move(tx, [part], PartState.CAPTURED, at=answer.at)
    first = parts[0]
    return Charged(
        facts=Facts(
            payment_id=first.payment_id,
            attempt=first.attempt,
            provider=provider.name,
            provider_reference=rules.reference_of(first.payment_id, first.attempt),
            outcome=Outcome.SUCCEEDED,
            minor=sum(part.minor for part in parts),
            currency=currency,
            at=ctx.now(),
        )
    )


async def _let_go(
    ctx: Ctx,
    provider: Provider,
    parts: Sequence[PartRow],
    currency: str,
    code: str,
    *,
    instead_of: frozenset[AttemptState] = UNDECIDED,
) -> Declined | Pending:
    """Commit that nothing is taken, free the payment for another try, and have the provider let go.

    `instead_of` are the states in which this may still be decided; what was decided otherwise stays.
    """
    payment_id, number = parts[0].payment_id, parts[0].attempt
    now = ctx.now()
    async with ctx.transaction() as tx:
        row = (await payments.lock(tx, [payment_id])).get(payment_id)
        attempt = (await payments.attempts(tx, [payment_id])).get((payment_id, number))
        if row is None or attempt is None:
            raise PaymentNotFound
        if attempt.state in instead_of:
            ended = msgspec.structs.replace(
                attempt, state=AttemptState.DECLINED, decline_code=code, resolved_at=now
            )
            await payments.update_attempts(tx, [ended])
            freed = rules.after_attempt(row, ended, now=now)
            if freed is not row:
                await payments.update(tx, [freed])
                tx.emit(ctx, PaymentReported.of(_declined(ended, currency, now=now)))
            await store.move(tx, parts, PartState.RELEASING, at=now)
        elif attempt.state is not AttemptState.DECLINED:
            return Pending(payment_id=payment_id, attempt=number)
    for part in parts:
        try:
            await _release(ctx, provider, part, currency)
        except (ProviderUnreachable, TimeoutError):
            continue  # it stays to be let go of, and `release_stuck` asks again
    return Declined(payment_id=payment_id, attempt=number, code=code)


def _declined(attempt: AttemptRow, currency: str, *, now: datetime) -> Facts:
    return Facts(
        payment_id=attempt.payment_id,
        attempt=attempt.number,
        provider=attempt.provider,
        provider_reference=rules.reference_of(attempt.payment_id, attempt.number),
        outcome=Outcome.DECLINED,
        minor=attempt.minor,
        currency=currency,
        at=now,
        decline_code=attempt.decline_code,
    )


async def _release(ctx: Ctx, provider: Provider, part: PartRow, currency: str) -> bool:
    """Let go of a part, and give back what was taken of it; false when that is not certain yet."""
    answer = await provider.void(ctx, part.reference)
    if answer is None and ctx.now() - part.started_at < rules.LOST_AFTER:
        return False  # a request may still be under way
    if answer is not None and answer.captured_minor:
        back = await provider.refund(
            ctx,
            RefundRequest(
                reference=part.return_reference,
                charge_reference=part.capture_reference,
                provider_reference=answer.provider_reference,
                minor=answer.captured_minor,
                currency=currency,
            ),
        )
        if not back.succeeded:
            _log.error("a provider keeps what was taken of part=%s", part.reference)
            return False
    async with ctx.transaction() as tx:
        await payments.lock(tx, [part.payment_id])
        await store.move(tx, [part], PartState.RELEASED, at=ctx.now())
    return True
