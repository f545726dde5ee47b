"""Whoever has something to do or to know is told: applicants, sellers, invited people, buyers, those who keep stock."""

from __future__ import annotations

from uuid import uuid4

from centers.trading import staff
from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import StockLimits
from hansa.centers.message import api as message
from hansa.centers.shop import api as shop
from hansa.centers.shop.terms import Onboarding, RequirementKind
from hansa.centers.shop.types import Reason, ShopRole, ShopStatus
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import CancelReason, LineRequest
from house import House


async def told(ctx):
    """What somebody was told, the latest first, but for the greeting."""
    found = (await message.inbox(ctx)).items
    return [one.template for one in found if one.template != "message.welcome"]


async def works_for(house, seller, *roles):
    """Somebody whom the shop employs."""
    helper = await house.person()
    await shop.add_staff(house.system, shop_id=seller.shop_id, party=helper.party(), roles=roles)
    return helper


async def applied(house, owner):
    opened = await shop.open_shop(owner, slug=f"s{uuid4().hex[:20]}", name={"en": "Tea"}, owner=owner.party())
    for one in house.system.term(Onboarding).requirements:
        plain = "DE" if one.kind is RequirementKind.COUNTRY else "91330100MA2"
        await shop.give_answer(house.system, shop_id=opened.id, requirement=one.name, value=plain)
    return await shop.submit(house.system, shop_id=opened.id)


async def test_who_applied_is_told_what_was_decided(house):
    flagship = House(house.platform, "flagship")
    owner = await flagship.person()
    opened = await applied(flagship, owner)
    mend = [Reason(code="mend", message="No")]
    await shop.reject(flagship.system, shop_id=opened.id, submission=opened.submission, reasons=mend)
    await flagship.settle_down()
    assert await told(owner) == ["shop.rejected"]

    again = await shop.submit(flagship.system, shop_id=opened.id)
    await shop.approve(flagship.system, shop_id=opened.id, submission=again.submission)
    await flagship.settle_down()
    assert await told(owner) == ["shop.approved", "shop.rejected"]
    item = (await message.inbox(owner)).items[0]
    assert opened.slug in item.subject


async def test_the_people_of_a_shop_are_told_that_it_is_stopped_and_sells_again(house):
    seller = await house.seller()
    manager = await works_for(house, seller, ShopRole.MANAGER)
    packer = await works_for(house, seller, ShopRole.FULFILMENT)
    for status in (ShopStatus.SUSPENDED, ShopStatus.ACTIVE):
        await shop.set_status(house.system, shop_id=seller.shop_id, status=status)
    await house.settle_down()

    assert await told(seller.ctx) == ["shop.reinstated", "shop.suspended"]
    assert await told(manager) == ["shop.reinstated", "shop.suspended"]
    assert await told(packer) == []


async def test_who_is_invited_by_name_is_told(house):
    seller, invited, heir = await house.seller(), await house.person(), await house.person()
    await shop.invite(
        house.system, shop_id=seller.shop_id, party=invited.party(), roles=[ShopRole.FULFILMENT]
    )
    await shop.invite(house.system, shop_id=seller.shop_id, party=heir.party(), roles=[ShopRole.OWNER])
    await shop.invite(house.system, shop_id=seller.shop_id, roles=[ShopRole.SUPPORT])
    await house.settle_down()

    assert (await told(invited), await told(heir)) == (["shop.invited"], ["shop.offered"])


async def test_an_order_is_told_to_who_sends_for_the_shop_now(house):
    seller, buyer, heir = await house.seller(), await house.person(), await house.person()
    packer = await works_for(house, seller, ShopRole.FULFILMENT)
    clerk = await works_for(house, seller, ShopRole.FINANCE)
    goods = await house.good(seller, price=1000)
    placed = await house.place(buyer, goods)
    offered = await shop.invite(
        house.system, shop_id=seller.shop_id, party=heir.party(), roles=[ShopRole.OWNER]
    )
    await shop.accept(heir, secret=offered.secret)
    await shop.remove_staff(house.system, shop_id=seller.shop_id, party=seller.ctx.party())
    await house.pay(buyer, placed)
    await house.settle_down()

    assert await told(packer) == ["trade.order_to_ship"]
    assert await told(heir) == ["trade.order_to_ship", "shop.offered"]
    assert (await told(seller.ctx), await told(clerk)) == ([], [])


async def two_lines(house, buyer, seller):
    """A paid order of two lines, of 1000 and 2000."""
    goods = [await house.good(seller, price=price) for price in (1000, 2000)]
    quote = await trade.quote(
        buyer, lines=[LineRequest(one.offer_id) for one in goods], address_id=await house.home(buyer)
    )
    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    order_id = (await house.pay(buyer, placed)).orders[0]
    await house.settle_down()
    return order_id


async def test_a_buyer_is_told_what_of_an_order_was_cancelled_and_that_its_money_is_back(house):
    seller, buyer = await house.seller(), await house.person()
    packer = await works_for(house, seller, ShopRole.FULFILMENT)
    order_id = await two_lines(house, buyer, seller)
    await trade.cancel_order(staff(seller), order_id=order_id, lines=[2], reason=CancelReason.OUT_OF_STOCK)
    await house.settle_down()

    assert (await told(buyer))[:2] == ["trade.refund_returned", "trade.lines_cancelled"]
    cancelled = (await message.inbox(buyer)).items[1]
    assert "20" in cancelled.text
    assert await told(packer) == ["trade.order_to_ship"]
    order = await trade.order(buyer, order_id=order_id)
    assert order.refunded == 2000
    assert [line.refunded(order.paid_at) for line in order.lines] == [0, 2000]


async def test_a_shop_is_told_what_of_an_order_its_buyer_cancelled(house):
    seller, buyer = await house.seller(), await house.person()
    order_id = await two_lines(house, buyer, seller)
    await trade.cancel_order(buyer, order_id=order_id, lines=[1])
    await house.settle_down()

    assert await told(seller.ctx) == ["trade.lines_not_to_ship", "trade.order_to_ship"]


async def test_what_is_cancelled_whole_is_told_once(house):
    seller, buyer = await house.seller(), await house.person()
    order_id = await two_lines(house, buyer, seller)
    await trade.cancel_order(buyer, order_id=order_id)
    await house.settle_down()

    assert (await told(buyer))[:2] == ["trade.refund_returned", "trade.order_refunded"]
    assert await told(seller.ctx) == ["trade.order_not_to_ship", "trade.order_to_ship"]
    assert (await trade.order(buyer, order_id=order_id)).refunded == 3000


async def test_every_parcel_of_an_order_is_told(house):
    seller, buyer = await house.seller(), await house.person()
    goods = [await house.good(seller, price=1000) for _ in range(3)]
    quote = await trade.quote(
        buyer, lines=[LineRequest(one.offer_id) for one in goods], address_id=await house.home(buyer)
    )
    order_id = (await house.pay(buyer, await trade.place(buyer, token=trade.seal(buyer, quote)))).orders[0]
    for line in (1, 2, 3):
        await trade.ship(seller.ctx, order_id=order_id, lines=[line])
    await house.settle_down()

    assert sorted((await told(buyer))[:3]) == [
        "trade.order_partly_shipped",
        "trade.order_partly_shipped",
        "trade.order_shipped",
    ]


async def test_who_keeps_stock_is_told_once_that_it_runs_out(house):
    seller, buyer = await house.seller(), await house.person()
    packer = await works_for(house, seller, ShopRole.FULFILMENT)
    goods = await house.good(seller, price=1000, stock=3)
    where = {"sku_id": goods.sku_id, "place_id": seller.place_id}
    await inventory.set_limits(house.system, limits=[StockLimits(**where, low_at=2)])
    for _ in range(2):
        await house.pay(buyer, await house.place(buyer, goods))
    await house.settle_down()

    assert (await told(seller.ctx)).count("inventory.low_stock") == 1
    assert (await told(packer)).count("inventory.low_stock") == 1
