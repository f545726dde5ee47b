"""A price is lowered while something else happens to the order: no money is ever left with nobody waiting for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from centers.trading import staff
from hansa.centers.ledger.types import AccountClass
from hansa.centers.payment import api as payment
from hansa.centers.payment.types import Close, PaymentId, PaymentState
from hansa.centers.trade import api as trade
from hansa.centers.trade._service import cancelling
from hansa.centers.trade._service.moving import lane_of
from hansa.centers.trade._service.paysteps import closing
from hansa.centers.trade._service.reading import checkout_orders
from hansa.centers.trade.errors import AlreadyClosed, OrderChanged
from hansa.centers.trade.types import OrderState
from house import DELAYED_CARD, GOOD_CARD, race

ACCOUNTS = (AccountClass.ESCROW, AccountClass.UNAPPLIED)


async def states_of(buyer, *payments):
    return [(await payment.payment(buyer, payment_id=PaymentId(one))).state for one in payments]


async def test_a_cancellation_that_was_read_before_a_lower_price_is_read_again(house, monkeypatch):
    seller, buyer = await house.seller(), await house.person()
    placed = await house.place(buyer, await house.good(seller, price=1000))
    lowered = []

    async def read_and_be_overtaken(ctx, checkout_id):
        orders = await checkout_orders(ctx, checkout_id)
        if not lowered:
            lowered.append(await trade.lower_price(staff(seller), order_id=orders[0].id, off_minor=100))
        return orders

    monkeypatch.setattr(cancelling, "checkout_orders", read_and_be_overtaken)
    (moved,) = await trade.cancel(buyer, checkout_id=placed.checkout_id)

    assert moved.state is OrderState.CLOSED
    both = await states_of(buyer, placed.payment_id, lowered[0].payment_id)
    assert both == [PaymentState.CLOSED, PaymentState.CLOSED]


async def test_a_closing_holds_for_the_orders_it_was_worked_out_from(house):
    seller, buyer = await house.seller(), await house.person()
    placed = await house.place(buyer, await house.good(seller, price=1000))
    before = await checkout_orders(buyer, placed.checkout_id)
    lowered = await trade.lower_price(staff(seller), order_id=placed.orders[0].id, off_minor=100)

    with pytest.raises(OrderChanged):
        await lane_of(buyer).submit(closing(buyer, before, cause="cancelled by the buyer"))

    assert (await house.pay(buyer, msgspec.structs.replace(placed, payment_id=lowered.payment_id))).orders


async def test_cancelling_and_lowering_at_once_leaves_nothing_to_be_paid(house):
    seller, buyer = await house.seller(), await house.person()
    good = await house.good(seller, price=1000)
    placed = [await house.place(buyer, good) for _ in range(5)]

    await race(
        *(
            call
            for one in placed
            for call in (
                trade.cancel(buyer, checkout_id=one.checkout_id),
                trade.lower_price(staff(seller), order_id=one.orders[0].id, off_minor=100),
            )
        )
    )

    for one in placed:
        order = await trade.order(buyer, order_id=one.orders[0].id)
        assert order.state is OrderState.CLOSED
        assert await states_of(buyer, order.payment_id) == [PaymentState.CLOSED]


@pytest.mark.parametrize("card", [GOOD_CARD, DELAYED_CARD])
async def test_money_for_orders_that_want_none_goes_back_and_verify_says_so_until_then(house, card):
    """However a payment came to stay open when its orders were closed."""
    await house.settle_down()  # what others left under way
    seller, buyer = await house.seller(), await house.person()
    placed = await house.place(buyer, await house.good(seller, price=900))
    orders = await checkout_orders(buyer, placed.checkout_id)
    step = closing(buyer, orders, cause="by mistake")
    without = tuple(None if isinstance(one, Close) else one for one in step.demands)
    await lane_of(buyer).submit(replace(step, demands=without))
    assert any("no order waits for it" in said for said in await house.violations())
    before = [await house.balance(one) for one in ACCOUNTS]

    if card is GOOD_CARD:
        with pytest.raises(AlreadyClosed):
            await house.pay(buyer, placed, card)
    else:
        await house.pay(buyer, placed, card)
        await house.wait(timedelta(minutes=1))
    await house.settle_down()

    assert await states_of(buyer, placed.payment_id) == [PaymentState.REFUNDED]
    assert [await house.balance(one) for one in ACCOUNTS] == before
