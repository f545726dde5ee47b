from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.baseline import stock
from benchmarks.baseline.database import CHECK_VIOLATION, UNIQUE_VIOLATION, Database, sqlstate
from benchmarks.baseline.idempotency import Answer, Key, answered_before
from benchmarks.baseline.models import (
    Base,
    Checkout,
    Deadline,
    Hold,
    Line,
    Offer,
    Order,
    OutboxEvent,
    Payment,
)
from benchmarks.baseline.problems import OfferChanged, OutOfStock
from benchmarks.baseline.schemas import PlaceAnswer, PlacedOrder, SignedQuote
from hansa.kernel.ids import uuid7

PAY_WITHIN = timedelta(minutes=30)
CLOSE_UNPAID = "close_unpaid"


async def place(database: Database, key: Key, quote: SignedQuote) -> Answer:
    """Take a quoted checkout, whole, or refuse it whole; one quote is placed once.

    Raises `OfferChanged`, `OutOfStock`, `KeyReused`.
    """
    try:
        async with database.write() as session:
            before = await answered_before(session, key)
            if before is not None:
                return before
            await _check_versions(session, quote)
            now = datetime.now(UTC)
            placed = _draft(quote, now)
            answer = Answer(201, placed.model_dump_json().encode())
            session.add_all(_rows(quote, placed, now))
            session.add(key.answered(answer.status, answer.body, now))
            await session.flush()
            # Last, so that a row that many want is held for little more than the commit.
            await stock.hold(session, _quantities(quote))
    except IntegrityError as clash:
        if sqlstate(clash) == CHECK_VIOLATION:
            raise OutOfStock from clash
        if sqlstate(clash) != UNIQUE_VIOLATION:
            raise
        return await _placed_before(database, key, quote)
    return answer


async def _check_versions(session: AsyncSession, quote: SignedQuote) -> None:
    found = await session.execute(
        select(Offer.id, Offer.version).where(
            Offer.id.in_([line.offer_id for line in quote.lines]), Offer.active
        )
    )
    versions = {row.id: row.version for row in found}
    if any(versions.get(line.offer_id) != line.offer_version for line in quote.lines):
        raise OfferChanged


def _draft(quote: SignedQuote, now: datetime) -> PlaceAnswer:
    order = PlacedOrder(id=uuid7(), shop_id=quote.shop_id, payable=quote.payable)
    return PlaceAnswer(
        checkout_id=quote.id,
        payment_id=uuid7(),
        state="awaiting_payment",
        currency=quote.currency,
        payable=quote.payable,
        pay_by=now + PAY_WITHIN,
        orders=[order],
    )


def _quantities(quote: SignedQuote) -> Counter[UUID]:
    quantities: Counter[UUID] = Counter()
    for line in quote.lines:
        quantities[line.sku_id] += line.quantity
    return quantities


def _rows(quote: SignedQuote, placed: PlaceAnswer, now: datetime) -> Iterator[Base]:
    yield from _order_rows(quote, placed, now)
    yield Payment(
        id=placed.payment_id,
        checkout_id=quote.id,
        payer=quote.buyer,
        amount=quote.payable,
        currency=quote.currency,
        state="awaiting",
        expires_at=placed.pay_by,
    )
    yield Deadline(subject=quote.id, kind=CLOSE_UNPAID, due_at=placed.pay_by)
    yield OutboxEvent(
        id=uuid7(),
        topic="trade.checkout_placed",
        subject=quote.id,
        actor=f"buyer:{quote.buyer}",
        occurred_at=now,
        payload={
            "orders": [str(placed.orders[0].id)],
            "payable": quote.payable,
            "currency": quote.currency,
        },
    )


def _order_rows(quote: SignedQuote, placed: PlaceAnswer, now: datetime) -> Iterator[Base]:
    order_id = placed.orders[0].id
    yield Checkout(
        id=quote.id,
        buyer=quote.buyer,
        payment_id=placed.payment_id,
        payable=quote.payable,
        currency=quote.currency,
        placed_at=now,
        pay_by=placed.pay_by,
    )
    yield Order(
        id=order_id,
        checkout_id=quote.id,
        payment_id=placed.payment_id,
        buyer=quote.buyer,
        shop_id=quote.shop_id,
        place_id=quote.place_id,
        state=placed.state,
        version=1,
        currency=quote.currency,
        payable=quote.payable,
        placed_at=now,
        due_at=placed.pay_by,
    )
    for line in quote.lines:
        yield Line(
            order_id=order_id,
            line_no=line.line_no,
            offer_id=line.offer_id,
            offer_version=line.offer_version,
            sku_id=line.sku_id,
            product_id=line.product_id,
            title=line.title,
            options=line.options,
            quantity=line.quantity,
            unit_price=line.unit_minor,
            gross=line.gross,
        )
    for sku_id, quantity in _quantities(quote).items():
        yield Hold(
            order_id=order_id,
            sku_id=sku_id,
            place_id=quote.place_id,
            quantity=quantity,
            state="held",
            expires_at=placed.pay_by,
            changed_at=now,
        )


async def _placed_before(database: Database, key: Key, quote: SignedQuote) -> Answer:
    """Answer for a quote that somebody placed at the same moment, or before under another key."""
    async with database.read() as session:
        before = await answered_before(session, key)
        if before is not None:
            return before
        checkout = await session.get_one(Checkout, quote.id)
        orders = await session.scalars(select(Order).where(Order.checkout_id == quote.id))
        placed = PlaceAnswer(
            checkout_id=checkout.id,
            payment_id=checkout.payment_id,
            state="awaiting_payment",
            currency=checkout.currency,
            payable=checkout.payable,
            pay_by=checkout.pay_by,
            orders=[PlacedOrder(id=one.id, shop_id=one.shop_id, payable=one.payable) for one in orders],
        )
    return Answer(201, placed.model_dump_json().encode())
