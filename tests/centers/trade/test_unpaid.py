"""One party holds so much stock without paying, and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import TooManyUnpaid
from hansa.centers.trade.terms import Checkouts
from house import kinds, race

BOUND = 3


@pytest.fixture
def bound(houses, monkeypatch):
    """Have every process let one party have so many unpaid checkouts."""
    for house in houses:
        monkeypatch.setitem(house.system.plan._terms, Checkouts, Checkouts(unpaid=BOUND))


async def test_a_party_has_so_many_unpaid_checkouts_at_once(house, bound):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    placed = [await house.place(buyer, good) for _ in range(BOUND)]

    for _ in range(2):
        with pytest.raises(TooManyUnpaid) as refused:
            await house.place(buyer, good)
        assert refused.value.extras == {"unpaid_max": BOUND}
    assert await house.stock(good) == (10, BOUND, 0)
    assert (await house.place(await house.buyer(), good)).orders

    await trade.cancel(buyer, checkout_id=placed[0].checkout_id)
    await house.pay(buyer, placed[1])
    assert (await house.place(buyer, good)).orders
    assert (await house.place(buyer, good)).orders
    with pytest.raises(TooManyUnpaid):
        await house.place(buyer, good)


async def test_whoever_pays_orders_as_often_as_it_likes(house, bound):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)

    for _ in range(3 * BOUND):
        await house.paid_order(buyer, good)

    assert await house.stock(good) == (10, 0, 3 * BOUND)


async def test_what_was_not_paid_in_time_counts_no_more(house, bound):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    for _ in range(BOUND):
        await house.place(buyer, good)

    await house.wait(timedelta(hours=1))

    assert (await house.place(buyer, good)).orders


async def test_a_repeat_is_answered_though_there_are_too_many(house, bound):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    _, token = await house.quote(buyer, good)
    placed = await trade.place(buyer, token=token)
    for _ in range(BOUND - 1):
        await house.place(buyer, good)

    assert await trade.place(buyer, token=token) == placed


async def test_in_several_processes_each_lets_through_so_many_at_most(house, next_door, bound):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller, stock=50)
    beside = next_door.platform.context("bazaar", traffic=buyer.traffic, actor=buyer.actor)
    tokens = [(await house.quote(buyer, good))[1] for _ in range(12)]

    outcomes = await race(
        *(trade.place(ctx, token=token) for ctx, token in zip([buyer, beside] * 6, tokens, strict=True))
    )

    assert set(kinds(outcomes)) == {"Placed", "TooManyUnpaid"}
    assert BOUND <= kinds(outcomes)["Placed"] <= 2 * BOUND
