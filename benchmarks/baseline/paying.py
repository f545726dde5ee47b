from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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

UNPAID = ("awaiting", "charging")


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that is written down before the provider hears of it."""

    payment_id: UUID
    checkout_id: UUID
    number: int
    amount: int


async def pay(
    database: Database, provider: SandboxProvider, key: Key, *, payment_id: UUID, card: str
) -> Answer:
    """Write the attempt down, charge the buyer, then commit money and orders together.

    The provider is asked outside of any transaction, with the payment's id as its reference: what is
    repeated charges nothing twice. Raises `PaymentNotFound`, `PaymentDeclined`, `NotPayable`, `KeyReused`.
    """
    try:
        async with database.write() as session:
            before = await answered_before(session, key)
            if before is not None:
                return before
            begun = await _begin(session, key.buyer, payment_id)
        charged = await provider.charge(payment_id, amount=begun.amount, card=card)
        async with database.write() as session:
            if charged is not None:
                return await _settle(session, key, begun, charged)
            await _resolve(session, begun, attempt="declined", payment="awaiting", reference="")
    except NotPayable:
        async with database.read() as session:
            before = await answered_before(session, key)
        if before is None:
            raise
        return before
    raise PaymentDeclined


async def _begin(session: AsyncSession, buyer: UUID, payment_id: UUID) -> Begun:
    begun = await session.execute(
        update(Payment)
        .where(Payment.id == payment_id, Payment.payer == buyer, Payment.state.in_(UNPAID))
        .values(state="charging", attempts=Payment.attempts + 1)
        .returning(Payment.checkout_id, Payment.attempts, Payment.amount)
        .execution_options(synchronize_session=False)
    )
    row = begun.one_or_none()
    if row is None:
        known = await session.scalar(
            select(Payment.id).where(Payment.id == payment_id, Payment.payer == buyer)
        )
        raise PaymentNotFound if known is None else NotPayable
    session.add(
        Attempt(
            payment_id=payment_id,
            number=row.attempts,
            state="started",
            amount=row.amount,
            reference="",
            started_at=datetime.now(UTC),
        )
    )
    await session.flush()
    return Begun(payment_id, row.checkout_id, row.attempts, row.amount)


async def _settle(session: AsyncSession, key: Key, begun: Begun, charged: Charged) -> Answer:
    now = datetime.now(UTC)
    actor = f"buyer:{key.buyer}"
    await _resolve(
        session, begun, attempt="charged", payment="captured", reference=charged.reference, captured_at=now
    )
    orders = await _move_orders(session, begun.checkout_id, now)
    quantities = await _allocate_holds(session, [order.id for order in orders], now)
    await session.execute(
        delete(Deadline)
        .where(Deadline.subject == begun.checkout_id, Deadline.kind == CLOSE_UNPAID)
        .execution_options(synchronize_session=False)
    )
    paid = PayAnswer(payment_id=begun.payment_id, state="paid", orders=[order.id for order in orders])
    answer = Answer(200, paid.model_dump_json().encode())
    session.add_all(_rows(begun.checkout_id, orders, charged, actor=actor, now=now))
    session.add(key.answered(answer.status, answer.body, now))
    await session.flush()
    # Last, and balances after stock: every paid order wants them.
    await stock.allocate(session, quantities)
    await books.move_balances(session, charged.amount)
    return answer


async def _resolve(
    session: AsyncSession,
    begun: Begun,
    *,
    attempt: str,
    payment: str,
    reference: str,
    captured_at: datetime | None = None,
) -> None:
    """Write down what the provider said. Raises `NotPayable` when the payment was settled meanwhile."""
    resolved = await session.execute(
        update(Payment)
        .where(Payment.id == begun.payment_id, Payment.state == "charging")
        .values(state=payment, captured_at=captured_at)
        .returning(Payment.id)
        .execution_options(synchronize_session=False)
    )
    if resolved.one_or_none() is None:
        raise NotPayable
    await session.execute(
        update(Attempt)
        .where(Attempt.payment_id == begun.payment_id, Attempt.number == begun.number)
        .values(state=attempt, reference=reference)
        .execution_options(synchronize_session=False)
    )


async def _move_orders(
    session: AsyncSession, checkout_id: UUID, now: datetime
) -> Sequence[Row[UUID, UUID, int, int]]:
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
    for sku_id, quantity in allocated:
        quantities[sku_id] += quantity
    return quantities


def _rows(
    checkout_id: UUID,
    orders: Sequence[Row[UUID, UUID, int, int]],
    charged: Charged,
    *,
    actor: str,
    now: datetime,
) -> Iterator[Base]:
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
