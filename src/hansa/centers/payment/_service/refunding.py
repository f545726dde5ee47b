"""Refunds: counted in the caller's transaction, sent to the provider after it commits."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from hansa.centers.payment._rules import payments as rules
from hansa.centers.payment._rules.payments import AttemptRow, PaymentRow
from hansa.centers.payment._rules.splitting import PartRow, slices
from hansa.centers.payment._service.asking import Round
from hansa.centers.payment._service.providers import provider_named
from hansa.centers.payment._store import parts as parts_store
from hansa.centers.payment._store import payments, refunds
from hansa.centers.payment.errors import PaymentNotFound, RefundConflict
from hansa.centers.payment.events import RefundRefused, RefundRequested, RefundSettled
from hansa.centers.payment.extensions import Provider, ProviderUnreachable, RefundRequest
from hansa.centers.payment.types import (
    ON_DELIVERY,
    REFUND_ID,
    Capture,
    NewRefund,
    PaymentId,
    Refund,
    RefundId,
    RefundState,
    Unexpected,
)
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.platform import Platform
from hansa.kernel.problem import NotFound, Problem

STUCK_MAX = 200

_log = logging.getLogger("hansa.payment")

Key = tuple[PaymentId, RefundId]


class _Books:
    """The payments of a batch, their attempts and refunds, as requests change them."""

    def __init__(
        self,
        rows: dict[PaymentId, PaymentRow],
        attempts: dict[tuple[PaymentId, int], AttemptRow],
        known: dict[Key, Refund],
        parts: dict[tuple[PaymentId, int], list[PartRow]],
    ) -> None:
        self.rows = rows
        self.attempts = attempts
        self.known = known
        self.parts = parts
        self.slices: list[parts_store.NewSlice] = []
        self.given: Counter[tuple[PaymentId, int, int]] = Counter()
        self.fresh: list[tuple[NewRefund, Refund]] = []

    def request(self, asked: NewRefund) -> Refund | Problem:
        row = self.rows.get(asked.payment_id)
        if row is None or not row.asked_for_in(asked.ctx):
            return PaymentNotFound()
        known = self.known.get((asked.payment_id, asked.id))
        if known is not None:
            stated = (known.attempt, known.order_id, known.minor, known.reason)
            return (
                known if rules.same_refund(asked, stated) else RefundConflict(refund=REFUND_ID.show(asked.id))
            )
        number = asked.attempt or row.captured_attempt or 0
        attempt = self.attempts.get((row.id, number))
        after = rules.give_back(row, attempt, asked)
        if isinstance(after, Problem) or attempt is None:
            return after if isinstance(after, Problem) else PaymentNotFound()
        self.rows[row.id] = after
        self.attempts[row.id, number] = msgspec.structs.replace(
            attempt, refunded_minor=attempt.refunded_minor + asked.minor
        )
        refund = Refund(
            id=asked.id,
            payment_id=row.id,
            attempt=number,
            order_id=asked.order_id,
            minor=asked.minor,
            currency=row.currency,
            reason=asked.reason,
            state=RefundState.REQUESTED,
            requested_at=asked.ctx.now(),
        )
        if attempt.parts:
            self._slice(refund)
        self.known[row.id, asked.id] = refund
        self.fresh.append((asked, refund))
        return refund

    def _slice(self, refund: Refund) -> None:
        """Share a refund over the sources that paid."""
        key = (refund.payment_id, refund.attempt)
        cut = {part.number: (part, minor) for part, minor in slices(self.parts[key], refund.minor)}
        self.parts[key] = [
            msgspec.structs.replace(part, refunded_minor=part.refunded_minor + cut[part.number][1])
            if part.number in cut
            else part
            for part in self.parts[key]
        ]
        for number, (_, minor) in cut.items():
            reference = f"{REFUND_ID.show(refund.id)}.{number}"
            self.slices.append(parts_store.NewSlice(refund.payment_id, refund.id, number, reference, minor))
            self.given[*key, number] += minor


async def request(tx: Transaction, asked: Sequence[NewRefund]) -> list[Refund | Problem]:
    """Count refunds; one verdict each, in the order given."""
    ids = sorted({refund.payment_id for refund in asked})
    rows = await payments.lock(tx, ids)
    attempts = await payments.attempts(tx, ids)
    known = await refunds.find(tx, [(refund.payment_id, refund.id) for refund in asked])
    split = [attempt.payment_id for attempt in attempts.values() if attempt.parts]
    books = _Books(rows, attempts, known, await parts_store.find(tx, split) if split else {})
    verdicts = [books.request(refund) for refund in asked]
    touched = sorted({(refund.payment_id, refund.attempt) for _, refund in books.fresh})
    await payments.update_refunded(tx, [rows[id_] for id_ in sorted({id_ for id_, _ in touched})])
    await payments.update_attempts(tx, [attempts[key] for key in touched])
    await refunds.insert(tx, [refund for _, refund in books.fresh])
    await parts_store.insert_slices(tx, books.slices)
    await parts_store.count_back(tx, books.given)
    for new, refund in books.fresh:
        tx.emit(new.ctx, RefundRequested(**_told(rows[refund.payment_id], refund, refund.minor)))
    return verdicts


async def refund(ctx: Ctx, asked: NewRefund) -> Refund:
    """Count one refund, commit, and send it at once; what the provider does not answer is sent again later."""
    async with ctx.transaction() as tx:
        (verdict,) = await request(tx, [asked])
    if isinstance(verdict, Problem):
        raise verdict
    return await send(ctx, verdict.payment_id, verdict.id)


async def take_unexpected(tx: Transaction, captures: Sequence[Capture]) -> list[Unexpected | Problem]:
    """Take late and surplus money into the payments' books, so that it can be refunded. Safe to repeat."""
    ids = sorted({capture.payment_id for capture in captures})
    rows = await payments.lock(tx, ids)
    attempts = await payments.attempts(tx, ids)
    verdicts: list[Unexpected | Problem] = []
    taken = []
    for capture in captures:
        key = (capture.payment_id, capture.facts.attempt)
        attempt = attempts.get(key)
        found = rules.take_unexpected(
            rows.get(capture.payment_id),
            capture,
            taken=attempt is not None and attempt.taken,
        )
        if isinstance(found, Problem):
            verdicts.append(found)
            continue
        rows[capture.payment_id], verdict = found
        verdicts.append(verdict)
        if attempt is not None and not attempt.taken:
            attempts[key] = msgspec.structs.replace(attempt, taken=True)
            taken.append(capture.facts)
    changed = {facts.payment_id for facts in taken}
    await payments.update(tx, [rows[id_] for id_ in sorted(changed)])
    await payments.take_attempts(tx, sorted(taken, key=lambda facts: (facts.payment_id, facts.attempt)))
    return verdicts


async def send(ctx: Ctx, payment_id: PaymentId, refund_id: RefundId) -> Refund:
    """Have the provider give a refund back, if that is still to be done. Safe to repeat.

    Raises `ProviderUnreachable` never: a refund without an answer stays requested and is sent again.
    """
    async with ctx.transaction() as tx:
        found = (await refunds.find(tx, [(payment_id, refund_id)])).get((payment_id, refund_id))
        if found is None:
            raise NotFound
        attempt = (await payments.attempts(tx, [payment_id]))[payment_id, found.attempt]
    if found.state is not RefundState.REQUESTED:
        return found
    if attempt.provider == ON_DELIVERY:  # nobody takes cash back by wire: it is returned by hand
        async with ctx.transaction() as tx:
            return await _settle(tx, ctx, found, found.minor, "")
    provider = provider_named(ctx, attempt.provider)
    if attempt.parts:
        return await _send_slices(ctx, provider, found, attempt)
    try:
        answer = await provider.refund(
            ctx,
            RefundRequest(
                reference=REFUND_ID.show(found.id),
                charge_reference=rules.reference_of(payment_id, found.attempt),
                provider_reference=attempt.provider_reference or "",
                minor=found.minor,
                currency=found.currency,
            ),
        )
    except ProviderUnreachable:
        return found
    refused = 0 if answer.succeeded else found.minor
    async with ctx.transaction() as tx:
        return await _settle(tx, ctx, found, refused, answer.provider_reference)


async def _send_slices(ctx: Ctx, provider: Provider, found: Refund, attempt: AttemptRow) -> Refund:
    """Have each source's slice given back; the refund is settled when all are answered."""
    key = (found.payment_id, found.attempt)
    async with ctx.transaction() as tx:
        cut = await parts_store.slices(tx, found.payment_id, found.id)
        parts = {part.number: part for part in (await parts_store.find(tx, [found.payment_id]))[key]}
    for one in cut:
        if one.state is not RefundState.REQUESTED:
            continue
        try:
            answer = await provider.refund(
                ctx,
                RefundRequest(
                    reference=one.reference,
                    charge_reference=parts[one.part].capture_reference,
                    provider_reference=attempt.provider_reference or "",
                    minor=one.minor,
                    currency=found.currency,
                ),
            )
        except ProviderUnreachable:
            return found
        state = RefundState.SUCCEEDED if answer.succeeded else RefundState.REFUSED
        async with ctx.transaction() as tx:
            await payments.lock(tx, [found.payment_id])
            await parts_store.settle_slice(tx, found.payment_id, found.id, one.part, state, ctx.now())
    async with ctx.transaction() as tx:
        await payments.lock(tx, [found.payment_id])
        current = (await refunds.find(tx, [(found.payment_id, found.id)]))[found.payment_id, found.id]
        if current.state is not RefundState.REQUESTED:
            return current  # another process was told as well, and settled it
        refused = [
            one
            for one in await parts_store.slices(tx, found.payment_id, found.id)
            if one.state is RefundState.REFUSED
        ]
        total = sum(one.minor for one in refused)
        await parts_store.count_back(tx, {(*key, one.part): -one.minor for one in refused})
        return await _settle(tx, ctx, found, total, "")


async def _settle(
    tx: Transaction, ctx: Ctx, refund_: Refund, refused_minor: int, provider_reference: str
) -> Refund:
    """Write down how much of a refund the provider gave and refused, and tell of both."""
    row = (await payments.lock(tx, [refund_.payment_id]))[refund_.payment_id]
    now = ctx.now()
    given = refund_.minor - refused_minor
    fresh = await refunds.settle(
        tx,
        refund_,
        state=RefundState.SUCCEEDED if given else RefundState.REFUSED,
        provider_reference=provider_reference,
        at=now,
        refused_minor=refused_minor,
    )
    if fresh and given:
        tx.emit(ctx.in_books_of(row.entity), RefundSettled(**_told(row, refund_, given)))
    if fresh and refused_minor:
        key = (refund_.payment_id, refund_.attempt)
        attempt = (await payments.attempts(tx, [refund_.payment_id]))[key]
        freed = msgspec.structs.replace(attempt, refunded_minor=attempt.refunded_minor - refused_minor)
        await payments.update_attempts(tx, [freed])
        counted = rules.uncount(row, minor=refused_minor, order_id=refund_.order_id, now=now)
        await payments.update_refunded(tx, [counted])
        tx.emit(ctx, RefundRefused(**_told(row, refund_, refused_minor)))
    return (await refunds.find(tx, [(refund_.payment_id, refund_.id)]))[refund_.payment_id, refund_.id]


async def send_stuck(platform: Platform) -> int:
    """Send again what the providers have not answered; returns how many were settled."""
    settled = 0
    asking = Round()
    after: refunds.Place | None = None
    while True:
        async with platform.db.transaction() as tx:
            rows = await refunds.stuck(tx, after=after, limit=STUCK_MAX)
        for row in rows:
            if asking.leaves_out(row["provider"]):
                continue
            async with asking.asking(row["provider"], f"refund={row['id']}"):
                ctx = platform.context(row["business"], traffic=Traffic(row["traffic"]), actor=SYSTEM)
                if ctx.now() - row["requested_at"] >= rules.ASK_AFTER:
                    sent = await send(ctx, row["payment_id"], row["id"])
                    settled += sent.state is not RefundState.REQUESTED
        if len(rows) < STUCK_MAX:
            return settled
        after = rows[-1]["requested_at"], rows[-1]["payment_id"], rows[-1]["id"]


def _told(row: PaymentRow, refund_: Refund, minor: int) -> dict[str, Any]:
    return {
        "payment_id": refund_.payment_id,
        "refund_id": refund_.id,
        "order_id": refund_.order_id,
        "minor": minor,
        "currency": refund_.currency,
        "shop_id": row.shop_of(refund_.order_id),
    }
