"""Races: many at once, in one process and in two, and nothing is sold, paid or placed twice."""

import asyncio
import random

import pytest

from hansa.centers.ledger.types import AccountClass
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import AlreadyClosed
from hansa.centers.trade.types import OrderState, Placed
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.problem import Problem
from house import kinds, only, race

pytestmark = pytest.mark.external


def at(house, ctx):
    """The same person, served by another process."""
    return house.platform.context("bazaar").with_(actor=ctx.actor)


async def test_two_buyers_want_the_last_pear(house, next_door):
    pear = await house.good(await house.seller(), stock=1)
    first, second = await house.buyer(), await house.buyer()
    _, one = await house.quote(first, pear)
    _, two = await house.quote(second, pear)

    outcomes = await race(
        trade.place(first, token=one),
        trade.place(at(next_door, second), token=two),
    )

    assert kinds(outcomes) == {"Placed": 1, "OutOfStock": 1}
    assert await house.stock(pear) == (1, 1, 0)


async def test_two_hundred_buyers_for_a_hundred_pears(house, next_door):
    pear = await house.good(await house.seller(), stock=100)
    buyers = [await house.buyer() for _ in range(200)]
    tokens = [(await house.quote(buyer, pear))[1] for buyer in buyers]

    outcomes = await race(
        *(
            trade.place(buyer if n % 2 else at(next_door, buyer), token=token)
            for n, (buyer, token) in enumerate(zip(buyers, tokens, strict=True))
        )
    )

    assert kinds(outcomes) == {"Placed": 100, "OutOfStock": 100}
    assert await house.stock(pear) == (100, 100, 0)


async def test_one_key_twice_at_once_places_one_checkout(house, next_door):
    buyer = await house.buyer()
    pear = await house.good(await house.seller())
    _, token = await house.quote(buyer, pear)

    def key():
        return IdempotencyKey.of(buyer, route="POST /api/orders", key="k", body=token.encode())

    outcomes = await race(
        trade.place(buyer, token=token, key=key()),
        trade.place(buyer, token=token, key=key()),
        trade.place(at(next_door, buyer), token=token, key=key()),
    )

    assert kinds(outcomes) == {"Placed": 3}
    assert len({one.checkout_id for one in only(Placed, outcomes)}) == 1
    assert await house.stock(pear) == (10, 1, 0)


async def test_pay_and_cancel_at_once(house, next_door):
    seller = await house.seller()
    await house.settle_down()  # what earlier stories are still owed back has gone
    escrow, unapplied = await house.balance(AccountClass.ESCROW), await house.balance(AccountClass.UNAPPLIED)
    paid_orders = 0
    for _ in range(12):
        buyer, pear = await house.buyer(), await house.good(seller, price=500)
        placed = await house.place(buyer, pear)

        outcomes = await race(
            house.pay(buyer, placed),
            trade.cancel(at(next_door, buyer), checkout_id=placed.checkout_id),
        )
        await house.settle_down()

        order = await trade.order(buyer, order_id=placed.orders[0].id)
        assert order.state in {OrderState.AWAITING_SHIPMENT, OrderState.CLOSED}
        paid_orders += order.state is OrderState.AWAITING_SHIPMENT
        assert all(isinstance(outcome, Problem | tuple) or outcome for outcome in outcomes)
        assert await house.stock(pear) == (
            (10, 0, 1) if order.state is OrderState.AWAITING_SHIPMENT else (10, 0, 0)
        )
    assert await house.balance(AccountClass.ESCROW) == escrow + 500 * paid_orders
    assert await house.balance(AccountClass.UNAPPLIED) == unapplied


async def test_paying_twice_at_once_charges_once(house, next_door):
    buyer = await house.buyer()
    clearing = await house.balance(AccountClass.PROVIDER_CLEARING)
    placed = await house.place(buyer, await house.good(await house.seller(), price=900))

    await race(house.pay(buyer, placed), next_door.pay(at(next_door, buyer), placed))
    await house.settle_down()

    order = await trade.order(buyer, order_id=placed.orders[0].id)
    assert order.state is OrderState.AWAITING_SHIPMENT
    assert await house.balance(AccountClass.PROVIDER_CLEARING) == clearing + 900


@pytest.mark.usefixtures("counter")
async def test_everything_at_once_and_the_books_are_clean(house, next_door):
    """Buyers place, pay, cancel and receive baskets of the same few goods, in two processes."""
    seller = await house.seller()
    goods = [await house.good(seller, price=100 + n, stock=40) for n in range(4)]
    chance = random.Random(7)
    refused: list[Problem] = []

    async def shop_along(door, number):
        buyer = at(door, await house.buyer())
        picked = [(good, chance.randint(1, 3)) for good in chance.sample(goods, chance.randint(1, 3))]
        try:
            placed = await door.place(buyer, *picked)
            if number % 4 == 0:
                await race(door.pay(buyer, placed), trade.cancel(buyer, checkout_id=placed.checkout_id))
                return
            paid = await door.pay(buyer, placed)
            if number % 3 == 0:
                await trade.receive(buyer, order_id=paid.orders[0])
        except Problem as problem:
            refused.append(problem)

    await asyncio.gather(*(shop_along((house, next_door)[n % 2], n) for n in range(60)))
    assert all(problem.status < 500 for problem in refused), refused
    await house.settle_down()

    for good in goods:
        on_hand, held, allocated = await house.stock(good)
        assert 0 <= held + allocated <= on_hand <= 40


async def test_a_closed_order_stays_closed_whoever_tries(house):
    buyer = await house.buyer()
    placed = await house.place(buyer, await house.good(await house.seller()))

    outcomes = await race(*(trade.cancel(buyer, checkout_id=placed.checkout_id) for _ in range(5)))

    assert len(only(tuple, outcomes)) == 1
    assert len(only(AlreadyClosed, outcomes)) == 4
