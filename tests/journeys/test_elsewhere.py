"""Somebody with all rights acts in another business than the one in which things happened: nothing is there."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from centers.trading import staff
from hansa.centers.ledger.types import AccountClass
from hansa.centers.payment import api as payment
from hansa.centers.payment.errors import PaymentNotFound
from hansa.centers.payment.types import NewRefund, PaymentId, PaymentState, RefundId, SourcePart
from hansa.centers.trade import api as trade
from hansa.centers.trade.api import Advance
from hansa.centers.trade.errors import OrderNotFound
from hansa.centers.trade.types import OrderState
from hansa.kernel.context import Ctx
from house import GOOD_CARD, House

ELSEWHERE = "flagship"


def elsewhere(house: House, ctx: Ctx) -> Ctx:
    """The same actor, in the other business."""
    return house.platform.context(ELSEWHERE, traffic=ctx.traffic, locale=ctx.locale, actor=ctx.actor)


async def books_of(house: House) -> list[int]:
    """What the accounts of the order path hold, here and there."""
    there = House(house.platform, ELSEWHERE)
    classes = (AccountClass.ESCROW, AccountClass.PROVIDER_CLEARING, AccountClass.UNAPPLIED)
    return [await one.balance(account) for one in (house, there) for account in classes]


async def test_a_payment_is_paid_where_its_order_was_placed_alone(house):
    seller, buyer = await house.seller(), await house.person()
    placed = await house.place(buyer, await house.good(seller, price=777_00))
    payment_id, there = PaymentId(placed.payment_id), elsewhere(house, buyer)
    before = await books_of(house)

    for source in (GOOD_CARD, [SourcePart(GOOD_CARD, 777_00)]):
        with pytest.raises(PaymentNotFound):
            await trade.pay(there, payment_id=payment_id, source=source)
    with pytest.raises(PaymentNotFound):
        await payment.payment(there, payment_id=payment_id)
    await house.settle_down()

    assert await books_of(house) == before
    asked = await payment.payment(buyer, payment_id=payment_id)
    assert (asked.state, asked.attempts) == (PaymentState.CREATED, ())
    await house.pay(buyer, placed)
    assert (await trade.order(buyer, order_id=placed.orders[0].id)).state is OrderState.AWAITING_SHIPMENT


async def test_what_a_guest_ordered_its_account_pays_there_alone(house):
    seller, guest = await house.seller(), await house.person(guest=True)
    placed = await house.place(guest, await house.good(seller))
    account = await house.sign_up_as(guest)

    with pytest.raises(PaymentNotFound):
        await house.pay(elsewhere(house, account), placed)

    await house.pay(account, placed)


async def test_money_is_captured_for_the_business_and_the_books_that_asked_for_it(house, monkeypatch):
    """Even were an attempt begun elsewhere, nothing of it is taken there."""
    seller, buyer = await house.seller(), await house.person()
    placed = await house.place(buyer, await house.good(seller, price=500))
    before = await books_of(house)
    there = elsewhere(house, buyer)
    charged = await payment.charge(buyer, payment_id=PaymentId(placed.payment_id), source=GOOD_CARD)

    async def as_if_begun_here(*_: object, **__: object) -> object:
        return charged

    monkeypatch.setattr(payment, "charge", as_if_begun_here)
    with pytest.raises(PaymentNotFound):
        await house.pay(there, placed)
    assert await books_of(house) == before

    monkeypatch.undo()
    await house.settle_down()
    assert (await house.pay(buyer, placed)).orders
    assert (await books_of(house))[3:] == before[3:]


async def test_the_platform_itself_moves_no_order_of_another_business(house):
    """What acts everywhere still books in one business's books: the order's."""
    seller, buyer = await house.seller(), await house.person()
    order_id = await house.paid_order(buyer, await house.good(seller))
    before = await books_of(house)

    with pytest.raises(OrderNotFound):
        await trade.refund_lines(elsewhere(house, house.system), order_id=order_id, cause="by mistake")
    asked = await trade.order(buyer, order_id=order_id)
    hold = Advance(
        elsewhere(house, house.system), (asked.buyer, order_id), OrderState.PAID_ON_HOLD, "by mistake"
    )
    async with house.platform.db.transaction() as tx:
        (verdict,) = await trade.advance(tx, commands=[hold])
    assert isinstance(verdict, OrderNotFound)
    refund = NewRefund(
        ctx=elsewhere(house, house.system),
        id=RefundId(uuid4()),
        payment_id=PaymentId(asked.payment_id),
        minor=100,
        reason="by mistake",
    )
    with pytest.raises(PaymentNotFound):
        await payment.refund(refund.ctx, refund=refund)

    assert await books_of(house) == before
    await trade.ship(staff(seller), order_id=order_id)
    await trade.receive(buyer, order_id=order_id)


async def test_an_order_stays_in_the_books_it_was_placed_in(house):
    """A business that changes the legal entity keeping its books settles what was begun in the former one's."""
    seller, buyer = await house.seller(), await house.person()
    order_id = await house.paid_order(buyer, await house.good(seller))
    await trade.ship(seller.ctx, order_id=order_id)
    later = replace(buyer, entity="another-company")

    await trade.receive(later, order_id=order_id)

    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) > 0
