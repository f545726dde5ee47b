"""What a shop that has stopped selling, or a place that has closed, takes no more: whatever was quoted before."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hansa.centers.place import api as place
from hansa.centers.place.types import PlaceStatus
from hansa.centers.product import api as product
from hansa.centers.product.types import NewProduct, NewSku
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopStatus
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import NoPlaceServes, OfferUnavailable
from hansa.centers.trade.types import OrderState
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.money import Money
from house import House, Seller

PRICE = Money(100, "CNY")


async def stop(house: House, seller: Seller, how: str) -> None:
    if how == "suspended":
        await shop.set_status(house.system, shop_id=seller.shop_id, status=ShopStatus.SUSPENDED)
        return
    await shop.close_shop(house.system, shop_id=seller.shop_id)
    if how == "closed":
        await house.wait(timedelta(hours=2))
        assert (await shop.shops(house.system, [seller.shop_id]))[seller.shop_id].status is ShopStatus.CLOSED


@pytest.mark.parametrize("how", ["suspended", "closing", "closed"])
async def test_what_was_quoted_before_is_not_sold_after(house, how):
    """No event has arrived anywhere yet: the offers still look as they did."""
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    other = await house.good(await house.seller())
    _, token = await house.quote(buyer, other, good)

    await stop(house, seller, how)

    if how != "closed":  # time has passed for that one: its quotes are over
        with pytest.raises(OfferUnavailable) as refused:
            await trade.place(buyer, token=token)
        assert refused.value.extras == {"lines": [1]}
    with pytest.raises(OfferUnavailable):
        await house.place(buyer, good)
    assert (await house.stock(good), await house.stock(other)) == ((10, 0, 0), (10, 0, 0))
    await house.settle_down()
    with pytest.raises(OfferUnavailable):
        await house.quote(buyer, good)


async def test_a_repeat_of_what_was_placed_before_is_answered(house):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    key = IdempotencyKey.of(buyer, route="/orders", key="once", body=b"")
    _, token = await house.quote(buyer, good)
    placed = await trade.place(buyer, token=token, key=key)
    await stop(house, seller, "suspended")

    assert await trade.place(buyer, token=token, key=key) == placed
    assert await trade.place(buyer, token=token) == placed
    await house.pay(buyer, placed)  # what was sold before goes on
    assert (await trade.order(buyer, order_id=placed.orders[0].id)).state is OrderState.AWAITING_SHIPMENT
    await trade.cancel_order(buyer, order_id=placed.orders[0].id)


async def test_nothing_leaves_from_a_place_that_was_closed(house):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    _, token = await house.quote(buyer, good)
    await place.change_place(house.system, place_id=seller.place_id, status=PlaceStatus.CLOSED)

    with pytest.raises(NoPlaceServes) as refused:
        await trade.place(buyer, token=token)
    assert refused.value.extras == {"lines": [0]}
    assert await house.stock(good) == (10, 0, 0)


async def test_a_shop_closes_no_sooner_than_what_was_being_placed_is_there(house, next_door):
    """Next door a server still knows the shop as it was a moment ago, and takes an order: the closing waits for it."""
    seller, buyer = await house.seller(), await next_door.buyer()
    good = await house.good(seller)
    await next_door.paid_order(buyer, good)  # it has read the shop
    _, token = await next_door.quote(buyer, good)
    await shop.close_shop(house.system, shop_id=seller.shop_id)
    late = await trade.place(buyer, token=token)
    await next_door.pay(buyer, late)

    await house.wait(timedelta())
    assert (await shop.shops(house.system, [seller.shop_id]))[seller.shop_id].status is ShopStatus.CLOSING
    await house.wait(timedelta(minutes=2))
    (objection,) = (await shop.closing_of(house.system, shop_id=seller.shop_id)).objections
    assert (objection.code, objection.extras) == ("trade.orders_under_way", {"orders": 2})


async def test_what_begins_next_door_while_its_shop_is_stopped_begins_off_sale(house, next_door):
    seller = await house.seller()
    mine = next_door.system
    await shop.shops(mine, [seller.shop_id])  # known next door, for a second
    await stop(house, seller, "suspended")
    await house.deliver()

    one = NewSku(price=PRICE)
    page = await product.create_product(mine, shop_id=seller.shop_id, titles={"en": "Late"}, skus=[one])
    (many,) = await product.create_products(
        mine, shop_id=seller.shop_id, products=[NewProduct(titles={"en": "Later"}, skus=(one,))]
    )
    begun = [offer.id for made in (page, many) for offer in made.offers]
    assert not any(found.active for found in (await product.offers(mine, begun)).values())
    await shop.set_status(house.system, shop_id=seller.shop_id, status=ShopStatus.ACTIVE)
    await house.settle_down()
    assert all(found.active for found in (await product.offers(house.system, begun)).values())


async def test_stopping_waits_for_what_is_just_beginning(house, next_door):
    """Raced: whichever comes first, nothing of the shop is on sale once both are done."""
    seller = await house.seller()
    mine = next_door.system
    for _ in range(3):
        made, _stopped = await asyncio.gather(
            product.create_product(
                mine, shop_id=seller.shop_id, titles={"en": "Now"}, skus=[NewSku(price=PRICE)]
            ),
            stop(house, seller, "suspended"),
        )
        await house.settle_down()
        found = await product.offers(house.system, [made.offers[0].id])
        assert not found[made.offers[0].id].active
        await shop.set_status(house.system, shop_id=seller.shop_id, status=ShopStatus.ACTIVE)
        await house.settle_down()
