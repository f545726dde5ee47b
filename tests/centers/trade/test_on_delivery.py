"""Paid on delivery: nothing before the goods are handed over, and the books say who has the money since."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from centers.trading import operator, staff
from hansa.centers.ledger.types import AccountClass
from hansa.centers.message import api as message
from hansa.centers.payment import api as payment
from hansa.centers.payment.types import ON_DELIVERY, PaymentId
from hansa.centers.trade import api as trade
from hansa.centers.trade._handlers import close_unpaid
from hansa.centers.trade._service import delivering
from hansa.centers.trade._service.reprices import CLOSE_UNPAID
from hansa.centers.trade.errors import AlreadyClosed, IllegalMove, OrderNotFound
from hansa.centers.trade.types import FulfilmentOption, LineRequest, LineState
from hansa.centers.trade.types import OrderState as S
from hansa.kernel.center import Deadline
from hansa.kernel.context import Actor, Traffic
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from house import kinds, race

COD = "courier, paid on delivery"


@pytest.fixture(autouse=True)
def a_courier_who_collects(house, monkeypatch):
    """The business offers the ordinary way, and one that is paid at the door."""

    async def ways(_ctx, _lines, place_id, _destination):
        return (
            FulfilmentOption(code="standard", price_minor=0, place_id=place_id),
            FulfilmentOption(code=COD, price_minor=500, place_id=place_id, on_delivery=True),
        )

    monkeypatch.setitem(house.system.plan.calls, "trade.fulfilment_options", ways)


async def ordered(buyer, *goods_of_shops):
    """An order of each shop, all to be paid on delivery."""
    quote = await trade.quote(
        buyer,
        lines=[LineRequest(good.offer_id) for _, good in goods_of_shops],
        options={seller.shop_id: COD for seller, _ in goods_of_shops},
    )
    return await trade.place(buyer, token=trade.seal(buyer, quote))


def collector(seller):
    """The seller, who may collect besides."""
    actor = staff(seller).actor
    grants = actor.grants | {f"trade.order.collect@shop:{seller.shop_id}"}
    return seller.ctx.with_(actor=Actor(actor.kind, actor.party, grants))


async def state_of(ctx, order_id):
    return (await trade.order(ctx, order_id=order_id)).state


async def test_the_shop_collects_and_owes_what_it_has_not_earned(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller, price=1000)
    escrow = await house.balance(AccountClass.ESCROW)

    placed = await ordered(buyer, (seller, pear))
    order_id = placed.orders[0].id
    assert (placed.state, await state_of(buyer, order_id)) == (S.CREATED, S.AWAITING_SHIPMENT)
    assert await house.stock(pear) == (10, 0, 1)
    await trade.ship(seller.ctx, order_id=order_id)
    assert await house.balance(AccountClass.ESCROW) == escrow
    collected = await trade.collect(collector(seller), order_id=order_id)

    assert collected.state is S.SIGNED
    assert await house.balance(AccountClass.ESCROW) == escrow + 1500
    assert await house.balance(AccountClass.SELLER_RECEIVABLE, seller.shop_id) == 1500
    await trade.receive(buyer, order_id=order_id)
    assert await house.balance(AccountClass.ESCROW) == escrow
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 950 + 500
    history = await trade.history(buyer, order=await trade.order(buyer, order_id=order_id))
    assert [(one.state, one.cause) for one in history] == [
        (S.CREATED, "placed"),
        (S.AWAITING_SHIPMENT, "paid on delivery"),
        (S.SHIPPED, "shipped"),
        (S.SIGNED, "paid on delivery"),
        (S.FINISHED, "received"),
    ]


async def test_what_a_courier_took_it_owes_as_a_provider_does(house):
    seller, buyer, courier = await house.seller(), await house.buyer(), uuid4()
    order_id = (await ordered(buyer, (seller, await house.good(seller)))).orders[0].id
    await trade.ship(seller.ctx, order_id=order_id)

    with pytest.raises(Forbidden):
        await trade.collect(collector(seller), order_id=order_id, courier=courier)
    await trade.collect(operator(await house.buyer()), order_id=order_id, courier=courier)

    assert await house.balance(AccountClass.PROVIDER_CLEARING, courier) == 1500
    assert await house.balance(AccountClass.SELLER_RECEIVABLE, seller.shop_id) == 0


async def test_each_order_of_a_checkout_is_paid_at_its_own_door(house):
    sellers, buyer = [await house.seller(), await house.seller()], await house.buyer()
    placed = await ordered(buyer, *[(seller, await house.good(seller)) for seller in sellers])
    first, second = [order.id for order in placed.orders]
    for seller, order_id in zip(sellers, (first, second), strict=True):
        await trade.ship(seller.ctx, order_id=order_id)

    await trade.collect(collector(sellers[0]), order_id=first)

    assert (await state_of(buyer, first), await state_of(buyer, second)) == (S.SIGNED, S.SHIPPED)
    with pytest.raises(IllegalMove):
        await trade.receive(buyer, order_id=second)
    paid = await trade.order(buyer, order_id=first)
    told = await payment.payment(buyer, payment_id=PaymentId(paid.payment_id))
    assert [one.provider for one in told.attempts] == [ON_DELIVERY]
    assert (told.captured_minor, [share.order_id for share in told.shares]) == (1500, [first])


async def test_a_checkout_is_paid_on_delivery_or_before_not_both(house):
    sellers, buyer = [await house.seller(), await house.seller()], await house.buyer()
    goods = [await house.good(seller) for seller in sellers]

    with pytest.raises(Invalid) as refused:
        await trade.quote(
            buyer,
            lines=[LineRequest(good.offer_id) for good in goods],
            options={sellers[0].shop_id: COD},
        )

    assert [error.code for error in refused.value.errors] == ["mixed"]


async def test_it_is_collected_once_by_those_who_may(house):
    seller, rival, buyer = await house.seller(), await house.seller(), await house.buyer()
    order_id = (await ordered(buyer, (seller, await house.good(seller)))).orders[0].id
    with pytest.raises(IllegalMove):
        await trade.collect(collector(seller), order_id=order_id)  # it was not sent yet
    await trade.ship(seller.ctx, order_id=order_id)
    with pytest.raises(Unauthenticated):
        await trade.collect(buyer, order_id=order_id)
    for stranger in (staff(seller), collector(rival)):
        with pytest.raises(OrderNotFound):
            await trade.collect(stranger, order_id=order_id)

    outcomes = await race(*[trade.collect(collector(seller), order_id=order_id) for _ in range(4)])

    assert kinds(outcomes) == {"Moved": 1, "IllegalMove": 3}
    assert await house.balance(AccountClass.SELLER_RECEIVABLE, seller.shop_id) == 1500


async def test_time_confirms_what_was_signed_and_nothing_that_was_not(house):
    seller, buyer = await house.seller(), await house.buyer()
    goods = [await house.good(seller), await house.good(seller)]
    signed, under_way = [(await ordered(buyer, (seller, good))).orders[0].id for good in goods]
    for order_id in (signed, under_way):
        await trade.ship(seller.ctx, order_id=order_id)
    await trade.collect(collector(seller), order_id=signed)

    await house.wait(timedelta(days=30))

    assert (await state_of(buyer, signed), await state_of(buyer, under_way)) == (S.FINISHED, S.SHIPPED)


async def test_the_shop_is_reminded_of_what_it_sent_and_then_it_counts_as_not_taken_in(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller)
    order_id = (await ordered(buyer, (seller, pear))).orders[0].id
    await trade.ship(seller.ctx, order_id=order_id)
    assert (await trade.order(buyer, order_id=order_id)).due_at is not None

    await house.wait(timedelta(days=47))
    told = [
        one for one in (await message.inbox(seller.ctx)).items if one.template == "trade.order_unaccounted"
    ]
    assert len(told) == 1
    assert await state_of(buyer, order_id) is S.SHIPPED
    await house.wait(timedelta(days=14))

    order = await trade.order(buyer, order_id=order_id)
    assert (order.state, [line.state for line in order.lines]) == (S.CLOSED, [LineState.CLOSED])
    assert (await trade.history(buyer, order=order))[-1].cause == "not paid on delivery in time"
    assert await house.violations() == []


async def test_who_pays_at_the_last_moment_has_the_whole_time_to_object(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = (await ordered(buyer, (seller, await house.good(seller)))).orders[0].id
    await trade.ship(seller.ctx, order_id=order_id)
    await house.wait(timedelta(days=59))

    await trade.collect(collector(seller), order_id=order_id)
    await house.wait(timedelta(days=5))

    assert await state_of(buyer, order_id) is S.SIGNED
    await house.wait(timedelta(days=6))
    assert await state_of(buyer, order_id) is S.FINISHED


async def test_what_is_not_taken_in_is_closed_and_nobody_owes_anything(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller)
    order_id = (await ordered(buyer, (seller, pear))).orders[0].id
    with pytest.raises(IllegalMove):
        await trade.give_up_delivery(collector(seller), order_id=order_id)
    await trade.ship(seller.ctx, order_id=order_id)
    with pytest.raises(Unauthenticated):
        await trade.give_up_delivery(buyer, order_id=order_id)

    given_up = await trade.give_up_delivery(collector(seller), order_id=order_id)

    assert given_up.state is S.CLOSED
    order = await trade.order(buyer, order_id=order_id)
    assert [line.state for line in order.lines] == [LineState.CLOSED]
    with pytest.raises(AlreadyClosed):
        await trade.collect(collector(seller), order_id=order_id)
    assert await house.stock(pear) == (9, 0, 0)  # it comes back by a receipt


@pytest.mark.parametrize("who", ["buyer", "seller", "time"])
async def test_before_it_is_sent_it_may_be_cancelled_and_is_closed_in_time(house, who):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller)
    order_id = (await ordered(buyer, (seller, pear))).orders[0].id

    if who == "time":
        await house.wait(timedelta(days=15))
    else:
        await trade.cancel_order(buyer if who == "buyer" else staff(seller), order_id=order_id)

    assert await state_of(buyer, order_id) is S.CLOSED
    assert await house.stock(pear) == (10, 0, 0)


async def test_what_was_paid_on_delivery_is_refunded_by_hand(house):
    """The shop has the cash: the refund waits in the books until somebody says how it went back."""
    seller, buyer = await house.seller(), await house.buyer()
    order_id = (await ordered(buyer, (seller, await house.good(seller)))).orders[0].id
    await trade.ship(seller.ctx, order_id=order_id)
    await trade.collect(collector(seller), order_id=order_id)
    await house.settle_down()
    unapplied = await house.balance(AccountClass.UNAPPLIED)

    await trade.refund_lines(operator(buyer), order_id=order_id, cause="it was broken")
    await house.settle_down()

    assert await state_of(buyer, order_id) is S.REFUNDED
    assert await house.balance(AccountClass.UNAPPLIED) == unapplied + 1500
    bank = await house.balance(AccountClass.CASH)
    refused = [one async for one in every_refused(house.system)]
    paid_with = (await trade.order(buyer, order_id=order_id)).payment_id
    (mine,) = [one for one in refused if one.payment_id == paid_with]
    await payment.return_by_hand(house.system, refund_id=mine.id, reference="bank transfer 17")
    await house.settle_down()

    assert await house.balance(AccountClass.UNAPPLIED) == unapplied
    assert await house.balance(AccountClass.CASH) == bank - 1500
    assert (await payment.payment(buyer, payment_id=PaymentId(paid_with))).refunded_minor == 1500


async def every_refused(ctx):
    """All refunds that wait to be given back by hand."""
    cursor = None
    while True:
        page = await payment.refused_refunds(ctx, cursor=cursor, limit=2)
        for one in page.items:
            yield one
        if (cursor := page.cursor) is None:
            return


async def test_an_order_that_nobody_confirmed_goes_on_by_its_deadline(house, monkeypatch):
    """The process died between placing and confirming."""

    async def dies(*_):
        raise ConnectionError

    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller)
    with monkeypatch.context() as broken:
        broken.setattr("hansa.centers.trade._service.placing.confirm_on_delivery", dies)
        with pytest.raises(ConnectionError):
            await ordered(buyer, (seller, pear))
    (order,) = (await trade.orders(buyer)).items
    assert order.state is S.CREATED

    due = Deadline(
        kind=CLOSE_UNPAID,
        subject=order.payment_id,
        business=order.business,
        traffic=Traffic.SANDBOX,
        due_at=order.placed_at,
    )
    async with house.platform.db.transaction() as tx:
        await close_unpaid(tx, [due])

    assert await state_of(buyer, order.id) is S.AWAITING_SHIPMENT
    assert await house.stock(pear) == (10, 0, 1)


async def test_both_sides_are_told_that_it_is_paid_on_delivery(house):
    seller, buyer = await house.seller(), await house.person()
    await ordered(buyer, (seller, await house.good(seller)))
    await house.settle_down()

    bought, sold = [(await message.inbox(ctx)).items for ctx in (buyer, seller.ctx)]

    assert any("15.00" in one.text and "when you are handed the goods" in one.text for one in bought)
    assert any("is to be collected" in one.text for one in sold)
    assert delivering.CONFIRMED == "paid on delivery"
