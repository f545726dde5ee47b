"""Goods that are taken away in person, and goods that are sent: when a buyer can have them."""

from __future__ import annotations

import pytest

from centers.trading import lines_of, paid
from hansa.centers.ledger.types import AccountClass
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import IllegalMove, LineMoved
from hansa.centers.trade.types import LineState as L
from hansa.centers.trade.types import OrderState as S


async def test_what_was_never_sent_is_received_at_a_counter_alone(house):
    """A wrong click would pay the seller for goods that still lie in its warehouse."""
    seller, buyer = await house.seller(), await house.buyer()
    first, second = [await house.good(seller, price=1000) for _ in range(2)]
    order_id = await paid(house, buyer, first, second)

    with pytest.raises(IllegalMove):
        await trade.receive(buyer, order_id=order_id)
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 0
    await trade.ship(seller.ctx, order_id=order_id, lines=[1])
    with pytest.raises(LineMoved):
        await trade.receive(buyer, order_id=order_id, lines=[2])
    moved = await trade.receive(buyer, order_id=order_id)

    assert moved.state is S.PARTLY_SHIPPED
    assert await lines_of(buyer, order_id) == {1: L.RECEIVED, 2: L.WAITING}
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 950


async def test_what_is_taken_away_at_a_counter_is_received_there(house, counter):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller, price=1000)
    order_id = await paid(house, buyer, good)

    assert (await trade.order(buyer, order_id=order_id)).option.counter
    assert (await trade.receive(buyer, order_id=order_id)).state is S.FINISHED
    assert await house.stock(good) == (9, 0, 0)
