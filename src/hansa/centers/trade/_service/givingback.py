"""Give back: money that came after its orders were closed, or came twice, is booked and returned.

Three steps, each safe to repeat: orders that still wait for this money are closed; the money is booked as
unapplied, taken into the payment and a refund asked for; when the provider has returned it, unapplied is
cleared. Between the steps an event or a job carries on.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

import msgspec

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import uuid8
from hansa.centers.payment import api as payment
from hansa.centers.payment.errors import AlreadyCaptured
from hansa.centers.payment.events import RefundSettled
from hansa.centers.payment.types import Capture, Close, Facts, NewRefund, RefundId
from hansa.centers.trade import _store
from hansa.centers.trade._rules.settlement import returned_journal, unapplied_journal
from hansa.centers.trade._rules.states import UNPAID
from hansa.centers.trade._service.moving import READINGS_MAX, move_batch
from hansa.centers.trade._service.paysteps import closing
from hansa.centers.trade._service.reading import assemble
from hansa.centers.trade.errors import OrderChanged
from hansa.centers.trade.events import LateMoneyArrived
from hansa.kernel import jobs
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Busy, Problem

T = TypeVar("T")

JOB = "trade.give_back"
REASON = "nobody waits for this money"


class GiveBack(msgspec.Struct, frozen=True):
    """The job's payload: whose money, and what the provider said of it."""

    business: str
    traffic: Traffic
    facts: Facts


async def enqueue_give_back(tx: Transaction, ctx: Ctx, facts: Facts) -> None:
    """Have money given back once this transaction has committed."""
    await jobs.enqueue(tx, JOB, msgspec.json.encode(GiveBack(ctx.business, ctx.traffic, facts)))


async def run_give_back(platform: Platform, payload: bytes) -> None:
    """The job."""
    asked = msgspec.json.decode(payload, type=GiveBack)
    async with platform.db.transaction() as tx:
        ctx = tx.context(asked.business, asked.traffic)
    await give_back(ctx, asked.facts)


async def give_back(ctx: Ctx, facts: Facts) -> None:
    """Book money that nobody waits for, and ask its provider to return it. Repeats do nothing more."""
    for _ in range(READINGS_MAX):
        with suppress(OrderChanged):
            await _close_waiting(ctx, facts)
            break
    else:
        raise Busy
    found = await payment.payment(ctx.with_(actor=SYSTEM), payment_id=facts.payment_id)
    ctx = ctx.in_books_of(found.entity)
    reference = uuid8(b"trade.unapplied", f"{facts.payment_id}-{facts.attempt}".encode())
    try:
        async with ctx.transaction() as tx:
            _sure(await ledger.post(tx, [unapplied_journal(ctx, facts, reference)]))
            capture = Capture(ctx=ctx, payment_id=facts.payment_id, facts=facts)
            (unexpected,) = _sure(await payment.take_unexpected(tx, captures=[capture]))
            refund = NewRefund(
                ctx=ctx,
                id=RefundId(reference),
                payment_id=facts.payment_id,
                attempt=unexpected.attempt,
                minor=unexpected.minor,
                reason=REASON,
            )
            _sure(await payment.request_refunds(tx, refunds=[refund]))
            tx.emit(
                ctx,
                LateMoneyArrived(payment_id=facts.payment_id, minor=facts.minor, currency=facts.currency),
            )
    except AlreadyCaptured:
        return  # it was wanted after all: another teller completed the payment with this very attempt


async def book_returned(tx: Transaction, settled: Sequence[Envelope[RefundSettled]]) -> None:
    """The provider has returned money, unexpected or refunded: unapplied is cleared."""
    journals = [
        returned_journal(
            tx.context(envelope.business, envelope.traffic, trace=envelope.trace).in_books_of(
                envelope.entity
            ),
            envelope.event,
        )
        for envelope in settled
    ]
    _sure(await ledger.post(tx, journals))


async def _close_waiting(ctx: Ctx, facts: Facts) -> None:
    """Close what still waits: orders whose stock is gone, or a payment whose orders want no money any more."""
    async with ctx.transaction() as tx:
        keys = (await _store.keys_of_payments(tx, [facts.payment_id])).get(facts.payment_id, [])
        orders = await assemble(tx, await _store.orders_by_key(tx, keys))
        if orders and all(order.state in UNPAID for order in orders):
            _sure(await move_batch(tx, [closing(ctx, orders, cause="its goods were gone")]))
        elif not any(order.state in UNPAID for order in orders):
            # Without this it would take in what is paid, and give none of it back. One that is paid stays.
            await payment.close(tx, closings=[Close(ctx=ctx, payment_id=facts.payment_id)])


def _sure(verdicts: Sequence[T | Problem]) -> list[T]:
    """Return the verdicts when all are good, or raise the first problem."""
    good = []
    for verdict in verdicts:
        if isinstance(verdict, Problem):
            raise verdict
        good.append(verdict)
    return good
