from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.baseline import books, stock
from benchmarks.baseline.database import Database
from benchmarks.baseline.idempotency import Answer, Key, answered_before
from benchmarks.baseline.models import Attempt, Base, Deadline, History, Hold, Order, OutboxEvent, Payment
from benchmarks.baseline.placing import CLOSE_UNPAID
from benchmarks.baseline.problems import NotPayable, PaymentDeclined, PaymentNotFound
from benchmarks.baseline.provider import Charged, SandboxProvider
from benchmarks.baseline.schemas import PayAnswer
from hansa.kernel.ids import uuid7

_Paid = Row[tuple[UUID, UUID, int, int]]


async def pay(database: Database, provider: SandboxProvider, key: Key, *, payment_id: UUID, card: str) -> Answer:
    """Charge the buyer, then commit money and orders together.

    The provider is asked outside of any transaction, with the payment's id as its reference: what is
    repeated charges nothing twice. Raises `PaymentNotFound`, `PaymentDeclined`, `NotPayable`, `KeyReused`.
    """
    async with database.read() as session:
        before = await answered_before(session, key)
        if before is not None:
            return before
        found = await session.execute(
            select(Payment.amount, Payment.checkout_id).where(
                Payment.id == payment_id, Payment.payer == key.buyer
            )
        )
        payment = found.one_or_none()
    if payment is None:
        raise PaymentNotFound
    charged = await provider.charge(payment_id, amount=payment.amount, card=card)
    if charged is None:
        raise PaymentDeclined
    try:
        async with database.write() as session:
            return await _settle(session, key, payment_id, payment.checkout_id, charged)
    except NotPayable:
        async with database.read() as session:
            before = await answered_before(session, key)
        if before is None:
            raise
        return before


async def _settle(
    session: AsyncSession, key: Key, payment_id: UUID, checkout_id: UUID, charged: Charged
) -> Answer:
    now = datetime.now(UTC)
    actor = f"buyer:{key.buyer}"
    await _capture(session, payment_id, now)
    orders = await _move_orders(session, checkout_id, now)
    quantities = await _allocate_holds(session, [order.id for order in orders], now)
    await session.execute(
        delete(Deadline)
        .where(Deadline.subject == checkout_id, Deadline.kind == CLOSE_UNPAID)
        .execution_options(synchronize_session=False)
    )
    paid = PayAnswer(payment_id=payment_id, state="paid", orders=[order.id for order in orders])
    answer = Answer(200, paid.model_dump_json().encode())
    session.add_all(_rows(payment_id, checkout_id, orders, charged, actor=actor, now=now))
    session.add(key.answered(answer.status, answer.body, now))
    await session.flush()
    # Last, and balances after stock: every paid order wants them.
    await stock.allocate(session, quantities)
    await books.move_balances(session, charged.amount)
    return answer


async def _capture(session: AsyncSession, payment_id: UUID, now: datetime) -> None:
    captured = await session.execute(
        update(Payment)
        .where(Payment.id == payment_id, Payment.state == "awaiting")
        .values(state="captured", captured_at=now)
        .returning(Payment.id)
        .execution_options(synchronize_session=False)
    )
    if captured.one_or_none() is None:
        raise NotPayable


async def _move_orders(session: AsyncSession, checkout_id: UUID, now: datetime) -> Sequence[_Paid]:
    moved = await session.execute(
        update(Order)
        .where(Order.checkout_id == checkout_id, Order.state == "awaiting_payment")
        .values(state="awaiting_shipment", version=Order.version + 1, paid_at=now, due_at=None)
        .returning(Order.id, Order.shop_id, Order.version, Order.payable)
        .execution_options(synchronize_session=False)
    )
    orders = moved.all()
    if not orders:
        raise NotPayable
    return orders


async def _allocate_holds(session: AsyncSession, order_ids: Sequence[UUID], now: datetime) -> Counter[UUID]:
    allocated = await session.execute(
        update(Hold)
        .where(Hold.order_id.in_(order_ids), Hold.state == "held")
        .values(state="allocated", changed_at=now)
        .returning(Hold.sku_id, Hold.quantity)
        .execution_options(synchronize_session=False)
    )
    quantities: Counter[UUID] = Counter()
    for sku_id, quantity in allocated.tuples():
        quantities[sku_id] += quantity
    return quantities


def _rows(
    payment_id: UUID,
    checkout_id: UUID,
    orders: Sequence[Row[Any]],
    charged: Charged,
    *,
    actor: str,
    now: datetime,
) -> Iterator[Base]:
    yield Attempt(
        payment_id=payment_id,
        id=uuid7(),
        state="charged",
        amount=charged.amount,
        reference=charged.reference,
        at=now,
    )
    for order in orders:
        yield History(
            order_id=order.id,
            version=order.version,
            previous_state="awaiting_payment",
            state="awaiting_shipment",
            at=now,
            actor=actor,
            cause="paid",
        )
        yield from books.capture_rows(order.id, order.payable, actor=actor, now=now)
    yield OutboxEvent(
        id=uuid7(),
        topic="trade.checkout_paid",
        subject=checkout_id,
        actor=actor,
        occurred_at=now,
        payload={"orders": [str(order.id) for order in orders], "amount": charged.amount},
    )
