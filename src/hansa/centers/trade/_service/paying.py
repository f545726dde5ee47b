"""Pay: one completion path, whatever tells first that the money is there.

The buyer's own request, a provider's webhook and the poll for a lost callback all end in `settle_batch`:
stock, journal, capture and orders in one transaction. Money that nobody waits for any more is booked as
unapplied and goes back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.errors import HoldLost
from hansa.centers.inventory.types import HoldKey, StockDemand
from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import Posting
from hansa.centers.payment import api as payment
from hansa.centers.payment.errors import (
    AlreadyCaptured,
    NotSucceeded,
    PaymentLate,
    PaymentNotFound,
    PaymentSurplus,
)
from hansa.centers.payment.events import PaymentReported
from hansa.centers.payment.types import (
    PAYMENT_ID,
    Capture,
    Charged,
    Declined,
    Facts,
    Outcome,
    PaymentId,
    Pending,
    Source,
    SourcePart,
)
from hansa.centers.trade import _store
from hansa.centers.trade._rules.rows import Row
from hansa.centers.trade._rules.settlement import capture_journal
from hansa.centers.trade._rules.states import PAYABLE
from hansa.centers.trade._service.driving import drive
from hansa.centers.trade._service.givingback import enqueue_give_back, give_back
from hansa.centers.trade._service.moves import MOVES, MoveDemand
from hansa.centers.trade._service.moving import lane_of, move_batch
from hansa.centers.trade._service.paysteps import awaiting_again, waiting
from hansa.centers.trade._service.reading import assemble, here, kin
from hansa.centers.trade._service.step import Step
from hansa.centers.trade.errors import AlreadyClosed, IllegalMove, PaymentDeclined, PaymentReplaced
from hansa.centers.trade.types import Order, OrderId, OrderState, Paid, PayState
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane
from hansa.kernel.problem import Problem

LANE = "trade.settle"

DECLINED = "the payment was declined"
MOVED_ON = (AlreadyClosed, IllegalMove, NotSucceeded)
"""Refusals of what only says how the payment stands, when that has changed already."""

UNWANTED = (PaymentLate, PaymentSurplus, HoldLost)
"""Refusals of money that has no orders to pay for: it goes back."""

PARTICIPANTS = (inventory.ALLOCATE, ledger.POST, payment.CAPTURE, MOVES)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A call of the settling lane: money that a provider says it has; None for what costs nothing."""

    ctx: Ctx
    key: IdempotencyKey | None
    payment_id: PaymentId
    facts: Facts | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A settlement with what it asks of each participant."""

    demands: tuple[Any, ...]


async def pay(
    ctx: Ctx,
    *,
    payment_id: PaymentId,
    source: Source | Sequence[SourcePart],
    key: IdempotencyKey | None = None,
) -> Paid:
    """Charge the acting buyer for a checkout, and commit money and orders together.

    Several sources, each with its part, pay all or nothing. What costs nothing was settled when it was placed;
    where its process was killed in between, this settles it.

    Safe to repeat: a payment is captured once. Raises `payment.not_found`, `payment.closed`, `SourcesMalformed`,
    `PaymentDeclined`, `AlreadyClosed` when the money came too late and goes back, `request.busy`.
    """
    try:
        if isinstance(source, Sequence):
            outcome = await payment.charge_sources(ctx, payment_id=payment_id, sources=source)
        else:
            outcome = await payment.charge(ctx, payment_id=payment_id, source=source)
    except PaymentNotFound:
        settled = await _pay_nothing(ctx, payment_id)
        if settled is None:
            raise
        return settled
    except AlreadyCaptured:
        lane: Lane[Settlement, Paid] = ctx.platform.lanes[LANE]
        return await lane.recall(key) or await _paid_before(ctx, payment_id)
    match outcome:
        case Charged(facts=facts):
            return await _settle(Settlement(ctx, key, payment_id, facts))
        case Pending():
            await _wait_for_word(ctx, payment_id)
            return Paid(payment_id=payment_id, state=PayState.PENDING)
        case Declined(code=code):
            await _wait_for_buyer(ctx, payment_id)
            raise PaymentDeclined(reason=code)


async def settle_free(ctx: Ctx, payment_id: PaymentId) -> Paid:
    """Complete a checkout that costs nothing: no provider, no capture, no journal."""
    return await _settle(Settlement(ctx, None, payment_id, None))


async def _pay_nothing(ctx: Ctx, payment_id: PaymentId) -> Paid | None:
    """Settle a checkout of the acting buyer's that no payment was made for, unless that is done; None without one."""
    async with ctx.transaction() as tx:
        keys = (await _store.keys_of_payments(tx, [payment_id])).get(payment_id, [])
        buyers = set(await kin(tx, ctx.party()))
        orders = await assemble(tx, await _store.orders_by_key(tx, keys))
    if not orders or any(one.payable or one.buyer not in buyers or not here(ctx, one) for one in orders):
        return None
    states = {one.state for one in orders}
    if states <= PAYABLE:
        return await settle_free(ctx, payment_id)
    if states == {OrderState.CLOSED}:
        raise AlreadyClosed
    return await _paid_before(ctx, payment_id)


async def settle_batch(tx: Transaction, calls: Sequence[Settlement]) -> list[Paid | Problem]:
    """Commit a batch of settlements: the lane's program. One verdict per call, in order.

    What was captured before is paid.
    """
    orders = await _store.orders_of_payments(tx, [call.payment_id for call in calls])
    problems = await drive(
        tx, PARTICIPANTS, [_Asked(_demands(call, orders.get(call.payment_id, []))) for call in calls]
    )
    return [
        _paid(call.payment_id, orders.get(call.payment_id, []))
        if problem is None or isinstance(problem, AlreadyCaptured)
        else problem
        for call, problem in zip(calls, problems, strict=True)
    ]


async def settle_reported(tx: Transaction, reports: Sequence[Envelope[PaymentReported]]) -> None:
    """Complete what providers reported, in the transaction that records the delivery.

    Money that no order waits for is given back by a job, because that is a transaction of its own.
    """
    calls = [
        Settlement(
            tx.context(report.business, report.traffic, trace=report.trace),
            None,
            PaymentId(report.event.payment_id),
            report.event.facts(),
        )
        for report in reports
        if report.event.outcome is Outcome.SUCCEEDED
    ]
    for call, verdict in zip(calls, await settle_batch(tx, calls), strict=True):
        if isinstance(verdict, UNWANTED) and call.facts is not None:
            await enqueue_give_back(tx, call.ctx, call.facts)
        elif isinstance(verdict, Problem):
            raise verdict


async def await_again(tx: Transaction, reports: Sequence[Envelope[PaymentReported]]) -> None:
    """What was declined may be paid another way: its orders await their payment again."""
    declined = {
        PaymentId(one.event.payment_id): tx.context(one.business, one.traffic, trace=one.trace)
        for one in reports
        if one.event.outcome is Outcome.DECLINED
    }
    steps = []
    for payment_id, orders in (await _unpaid(tx, list(declined))).items():
        if all(order.state is OrderState.PAYMENT_PENDING for order in orders):
            steps.append(awaiting_again(declined[payment_id], orders, cause=DECLINED))
    for verdict in await move_batch(tx, steps):
        # Another attempt is under way by now, or it is paid or closed: what that leads to is told as well.
        if isinstance(verdict, Problem) and not isinstance(verdict, MOVED_ON):
            raise verdict


async def _wait_for_word(ctx: Ctx, payment_id: PaymentId) -> None:
    """The provider has not decided: say so of the orders, unless its word comes first."""
    await _between(ctx, payment_id, OrderState.AWAITING_PAYMENT, lambda orders: waiting(ctx, orders))


async def _wait_for_buyer(ctx: Ctx, payment_id: PaymentId) -> None:
    """The provider declined what it had not decided before: the buyer may try another way."""
    await _between(
        ctx,
        payment_id,
        OrderState.PAYMENT_PENDING,
        lambda orders: awaiting_again(ctx, orders, cause=DECLINED),
    )


async def _between(
    ctx: Ctx, payment_id: PaymentId, state: OrderState, step: Callable[[Sequence[Order]], Step]
) -> None:
    """Take a step of the orders of a payment that all stand in `state`; what moved on meanwhile is left."""
    async with ctx.transaction() as tx:
        orders = (await _unpaid(tx, [payment_id])).get(payment_id, [])
    if orders and all(order.state is state for order in orders):
        with suppress(*MOVED_ON):
            await lane_of(ctx).submit(step(orders))


async def _unpaid(tx: Transaction, payment_ids: Sequence[PaymentId]) -> dict[PaymentId, list[Order]]:
    """Read the orders of payments."""
    keys = await _store.keys_of_payments(tx, payment_ids)
    rows = await _store.orders_by_key(tx, [key for of_payment in keys.values() for key in of_payment])
    found: dict[PaymentId, list[Order]] = {}
    for order in await assemble(tx, rows):
        found.setdefault(PaymentId(order.payment_id), []).append(order)
    return found


async def _settle(call: Settlement) -> Paid:
    lane: Lane[Settlement, Paid] = call.ctx.platform.lanes[LANE]
    try:
        return await lane.submit(call)
    except UNWANTED as problem:
        if call.facts is None:
            raise
        await give_back(call.ctx, call.facts)
        if (waiting := await _replaced(call.ctx, call.payment_id)) is not None:
            raise PaymentReplaced(payment_id=PAYMENT_ID.show(waiting)) from problem
        raise AlreadyClosed from problem


async def _replaced(ctx: Ctx, payment_id: PaymentId) -> PaymentId | None:
    """Return the payment that a checkout waits for instead of this one, if its price was lowered meanwhile."""
    paid = await payment.payment(ctx, payment_id=payment_id)
    async with ctx.transaction() as tx:
        row = await _store.checkout(tx, (paid.payer, paid.checkout_id))
    if row is None or row["payment_id"] == payment_id:
        return None
    return PaymentId(row["payment_id"])


async def _paid_before(ctx: Ctx, payment_id: PaymentId) -> Paid:
    """Answer a repeat: the money was captured before."""
    async with ctx.transaction() as tx:
        orders = (await _store.orders_of_payments(tx, [payment_id])).get(payment_id, [])
    return _paid(payment_id, orders)


def _demands(call: Settlement, orders: Sequence[Row]) -> tuple[Any, ...]:
    """Say what a settlement asks of stock, ledger, payment and orders."""
    ctx, facts = call.ctx, call.facts
    stock = StockDemand(
        ctx=ctx,
        holds=tuple(HoldKey(row["id"], sku_id, row["place_id"]) for row in orders for sku_id in row["skus"]),
    )
    journals = tuple(
        capture_journal(
            ctx.in_books_of(row["entity"]),
            order_id=row["id"],
            minor=row["payable"],
            currency=row["currency"],
        )
        for row in orders
        if row["payable"]
    )
    moves = MoveDemand(
        ctx=ctx,
        orders=tuple((row["buyer"], row["id"]) for row in orders),
        after=PAYABLE,
        state=OrderState.AWAITING_SHIPMENT,
        cause="paid" if facts else "nothing to pay",
        due=_ship_by,
        paid=True,
        sets_deadline=False,  # the one for paying stands, and sets the next when it finds the order paid
    )
    return (
        stock,
        Posting(ctx=ctx, journals=journals) if facts else None,
        Capture(ctx=ctx, payment_id=call.payment_id, facts=facts) if facts else None,
        moves,
    )


def _ship_by(row: Row, now: datetime) -> datetime:
    return now + timedelta(seconds=row["terms"]["ship_s"])


def _paid(payment_id: PaymentId, orders: Sequence[Row]) -> Paid:
    return Paid(
        payment_id=payment_id,
        state=PayState.PAID,
        orders=tuple(sorted(OrderId(row["id"]) for row in orders)),
    )
