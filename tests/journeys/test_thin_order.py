"""One order through the house: a buyer finds a product, buys it, pays, and the seller is credited."""

from datetime import timedelta

import pytest

from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.ledger.types import AccountClass
from hansa.centers.message import api as message
from hansa.centers.payment.errors import PaymentNotFound
from hansa.centers.product import api as product
from hansa.centers.product.errors import OfferChangedSince
from hansa.centers.trade import api as trade
from hansa.centers.trade._service import placing
from hansa.centers.trade.errors import (
    AlreadyClosed,
    IllegalMove,
    NoPlaceServes,
    OfferUnavailable,
    OrderNotFound,
    PaymentDeclined,
    QuoteExpired,
    QuoteInvalid,
    QuoteNotYours,
)
from hansa.centers.trade.types import LineRequest, OrderState, Paid, PayState
from hansa.kernel.context import Traffic
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden
from house import DECLINED_CARD, DELAYED_CARD, race

pytestmark = pytest.mark.external


async def test_a_buyer_buys_and_the_seller_is_credited(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear, tea = await house.good(seller, price=3600), await house.good(seller, price=8800)
    escrow = await house.balance(AccountClass.ESCROW)

    placed = await house.place(buyer, (pear, 2), tea)
    assert placed.payable == 16000
    assert await house.stock(pear) == (10, 2, 0)

    paid = await house.pay(buyer, placed)
    assert paid.state is PayState.PAID
    assert await house.stock(pear) == (10, 0, 2)
    assert await house.balance(AccountClass.ESCROW) == escrow + 16000

    (order_id,) = paid.orders
    await trade.ship(seller.ctx, order_id=order_id)
    assert await house.stock(pear) == (8, 0, 0)

    await trade.receive(buyer, order_id=order_id)
    assert await house.balance(AccountClass.ESCROW) == escrow
    assert (
        await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 15200
    )  # 5 % stays with the bazaar

    order = await trade.order(buyer, order_id=order_id)
    assert order.state is OrderState.FINISHED
    assert [entry.state for entry in await trade.history(buyer, order=order)] == [
        OrderState.AWAITING_PAYMENT,
        OrderState.AWAITING_SHIPMENT,
        OrderState.SHIPPED,
        OrderState.FINISHED,
    ]


async def test_one_checkout_over_two_sellers_becomes_two_orders(house):
    first, second, buyer = await house.seller(), await house.seller(), await house.buyer()
    pear, tea = await house.good(first, price=100), await house.good(second, price=250)

    placed = await house.place(buyer, pear, tea)
    paid = await house.pay(buyer, placed)

    assert [order.payable for order in placed.orders] == [100, 250]
    assert {order.shop_id for order in placed.orders} == {first.shop_id, second.shop_id}
    await trade.ship(first.ctx, order_id=placed.orders[0].id)
    await trade.receive(buyer, order_id=placed.orders[0].id)
    assert len(paid.orders) == 2
    assert await house.balance(AccountClass.SELLER_PAYABLE, first.shop_id) == 95
    assert await house.balance(AccountClass.SELLER_PAYABLE, second.shop_id) == 0


async def test_a_quote_places_one_checkout_however_often_it_is_sent(house, next_door):
    buyer = await house.buyer()
    pear = await house.good(await house.seller())
    _, token = await house.quote(buyer, pear)

    first = await trade.place(buyer, token=token)
    again = await trade.place(buyer, token=token)
    elsewhere = await trade.place(next_door.platform.context("bazaar").with_(actor=buyer.actor), token=token)

    assert first == again == elsewhere
    assert await house.stock(pear) == (10, 1, 0)


async def test_a_price_that_changed_comes_back_to_the_buyer(house):
    buyer = await house.buyer()
    pear = await house.good(await house.seller(), price=1000)
    _, token = await house.quote(buyer, pear)
    await product.set_price(house.system, offer_id=pear.offer_id, price=Money(1200, "CNY"))

    with pytest.raises(OfferChangedSince):
        await trade.place(buyer, token=token)

    assert await house.stock(pear) == (10, 0, 0)


async def test_a_quote_is_for_its_buyer_its_business_and_its_time(house):
    buyer, other = await house.buyer(), await house.buyer()
    pear = await house.good(await house.seller())
    _, token = await house.quote(buyer, pear)

    with pytest.raises(QuoteNotYours):
        await trade.place(other, token=token)
    live = house.platform.context("bazaar", traffic=Traffic.LIVE, actor=buyer.actor)
    with pytest.raises(QuoteNotYours):
        await trade.place(live, token=token)
    with pytest.raises(QuoteInvalid):
        await trade.place(buyer, token=token[:-2] + "AA")
    await house.wait(timedelta(minutes=11))
    with pytest.raises(QuoteExpired):
        await trade.place(buyer, token=token)


async def test_a_checkout_is_taken_whole_or_refused_whole(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear, tea = await house.good(seller, stock=5), await house.good(seller, stock=1)
    _, both = await house.quote(buyer, pear, tea)
    await house.place(await house.buyer(), tea)

    with pytest.raises(OutOfStock):
        await trade.place(buyer, token=both)

    assert await house.stock(pear) == (5, 0, 0)


async def test_what_nobody_has_cannot_be_quoted(house):
    buyer = await house.buyer()
    seller = await house.seller()
    sold_out = await house.good(seller, stock=0)
    withdrawn = await house.good(seller)
    await product.withdraw_offer(house.system, offer_id=withdrawn.offer_id)

    with pytest.raises(NoPlaceServes):
        await house.quote(buyer, sold_out)
    with pytest.raises(OfferUnavailable):
        await house.quote(buyer, withdrawn)


async def test_a_declined_card_leaves_the_order_open_for_another(house):
    buyer = await house.buyer()
    placed = await house.place(buyer, await house.good(await house.seller()))

    with pytest.raises(PaymentDeclined):
        await house.pay(buyer, placed, DECLINED_CARD)
    paid = await house.pay(buyer, placed)

    assert paid.state is PayState.PAID


async def test_an_order_that_is_not_paid_is_closed_and_its_stock_is_free(house):
    buyer = await house.buyer()
    pear = await house.good(await house.seller())
    placed = await house.place(buyer, pear)

    await house.wait(timedelta(minutes=31))

    order = await trade.order(buyer, order_id=placed.orders[0].id)
    assert order.state is OrderState.CLOSED
    assert await house.stock(pear) == (10, 0, 0)


async def test_receipt_is_taken_as_confirmed_when_its_time_is_over(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await house.paid_order(buyer, await house.good(seller, price=1000))
    await trade.ship(seller.ctx, order_id=order_id)

    await house.wait(timedelta(days=10, minutes=1))

    assert (await trade.order(buyer, order_id=order_id)).state is OrderState.FINISHED
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 950


async def test_a_cancelled_checkout_cannot_be_paid(house):
    buyer = await house.buyer()
    pear = await house.good(await house.seller())
    placed = await house.place(buyer, pear)

    moved = await trade.cancel(buyer, checkout_id=placed.checkout_id)

    assert [one.state for one in moved] == [OrderState.CLOSED]
    assert await house.stock(pear) == (10, 0, 0)
    with pytest.raises(Exception, match="closed"):
        await house.pay(buyer, placed)
    with pytest.raises(AlreadyClosed):
        await trade.cancel(buyer, checkout_id=placed.checkout_id)


async def test_money_that_comes_after_closing_goes_back(house):
    await house.wait(timedelta(minutes=1))
    await house.settle_down()  # what others left under way
    buyer = await house.buyer()
    placed = await house.place(buyer, await house.good(await house.seller(), price=700))
    unapplied = await house.balance(AccountClass.UNAPPLIED)
    clearing = await house.balance(AccountClass.PROVIDER_CLEARING)
    pending = await house.pay(buyer, placed, DELAYED_CARD)
    assert pending.state is PayState.PENDING

    await trade.cancel(buyer, checkout_id=placed.checkout_id)
    await house.wait(timedelta(seconds=10))
    await house.settle_down()

    assert (await trade.order(buyer, order_id=placed.orders[0].id)).state is OrderState.CLOSED
    assert await house.balance(AccountClass.UNAPPLIED) == unapplied
    assert await house.balance(AccountClass.PROVIDER_CLEARING) == clearing


async def test_a_delayed_payment_completes_by_the_providers_word(house):
    buyer = await house.buyer()
    placed = await house.place(buyer, await house.good(await house.seller()))
    assert (await house.pay(buyer, placed, DELAYED_CARD)).state is PayState.PENDING

    await house.wait(timedelta(seconds=10))
    await house.settle_down()

    order = await trade.order(buyer, order_id=placed.orders[0].id)
    assert order.state is OrderState.AWAITING_SHIPMENT


async def test_what_costs_nothing_needs_no_payment(house):
    buyer = await house.buyer()
    sample = await house.good(await house.seller(), price=0)

    placed = await house.place(buyer, sample)

    order = await trade.order(buyer, order_id=placed.orders[0].id)
    assert order.state is OrderState.AWAITING_SHIPMENT
    assert await house.stock(sample) == (10, 0, 1)


async def test_what_costs_nothing_is_settled_by_paying_when_it_was_placed_and_no_more(house, monkeypatch):
    seller, buyer = await house.seller(), await house.buyer()
    sample = await house.good(seller, price=0)
    with monkeypatch.context() as killed:
        killed.setattr(placing, "settle_free", nothing_more)
        placed = await house.place(buyer, sample)
    order_id = placed.orders[0].id
    assert (await trade.order(buyer, order_id=order_id)).state is OrderState.AWAITING_PAYMENT

    with pytest.raises(PaymentNotFound):  # nobody else's
        await house.pay(await house.buyer(), placed)
    paid = [await house.pay(buyer, placed), *await race(house.pay(buyer, placed), house.pay(buyer, placed))]

    assert paid == [Paid(placed.payment_id, PayState.PAID, (order_id,))] * 3
    assert (await trade.order(buyer, order_id=order_id)).state is OrderState.AWAITING_SHIPMENT
    assert await house.stock(sample) == (10, 0, 1)
    await trade.ship(seller.ctx, order_id=order_id)
    assert await house.pay(buyer, placed) == paid[0]


async def test_what_costs_nothing_and_was_closed_stays_closed(house, monkeypatch):
    buyer, sample = await house.buyer(), await house.good(await house.seller(), price=0)
    with monkeypatch.context() as killed:
        killed.setattr(placing, "settle_free", nothing_more)
        placed = await house.place(buyer, sample)
    await trade.cancel(buyer, checkout_id=placed.checkout_id)

    with pytest.raises(AlreadyClosed):
        await house.pay(buyer, placed)
    assert await house.stock(sample) == (10, 0, 0)


async def nothing_more(_ctx, _payment_id):
    """The process is killed when the order was placed."""


async def test_only_its_own_people_see_and_move_an_order(house):
    seller, rival, buyer, stranger = (
        await house.seller(),
        await house.seller(),
        await house.person(),
        await house.person(),
    )
    order_id = await house.paid_order(buyer, await house.good(seller))

    for nobody in (stranger, rival.ctx):
        with pytest.raises(OrderNotFound):
            await trade.order(nobody, order_id=order_id)
        with pytest.raises(OrderNotFound):
            await trade.ship(nobody, order_id=order_id)
        with pytest.raises(OrderNotFound):
            await trade.receive(nobody, order_id=order_id)
    with pytest.raises(Forbidden):
        await trade.shop_orders(rival.ctx, shop_id=seller.shop_id)
    with pytest.raises(Forbidden):
        await trade.ship(buyer, order_id=order_id)
    assert (await trade.order(seller.ctx, order_id=order_id)).id == order_id


@pytest.mark.usefixtures("counter")
async def test_an_order_moves_only_as_its_states_allow(house):
    seller, buyer = await house.seller(), await house.buyer()
    placed = await house.place(buyer, await house.good(seller))
    order_id = placed.orders[0].id

    with pytest.raises(IllegalMove):
        await trade.ship(seller.ctx, order_id=order_id)
    with pytest.raises(IllegalMove):
        await trade.receive(buyer, order_id=order_id)
    await house.pay(buyer, placed)
    await trade.receive(buyer, order_id=order_id)  # handed over at the counter
    with pytest.raises(IllegalMove):
        await trade.ship(seller.ctx, order_id=order_id)


async def test_people_are_told_what_happens_to_their_orders(house):
    seller, buyer = await house.seller(), await house.person()
    await house.paid_order(buyer, await house.good(seller))

    await house.deliver()

    told = {item.template for item in (await message.inbox(buyer)).items}
    asked = {item.template for item in (await message.inbox(seller.ctx)).items}
    assert "trade.order_awaiting_shipment" in told
    assert "trade.order_to_ship" in asked


async def test_an_order_is_explained_from_what_was_stored(house):
    buyer = await house.buyer()
    order_id = await house.paid_order(buyer, await house.good(await house.seller()))

    told = await trade.explain(buyer, order_id=order_id)

    assert told.generation == house.platform.plans.current.generation
    assert {decision.point for decision in told.decisions} >= {
        "product.price",
        "inventory.sourcing",
        "trade.layers",
    }
    assert [entry.cause for entry in told.history] == ["placed", "paid"]


async def test_a_guests_cart_follows_its_owner_home(house):
    seller = await house.seller()
    pear, tea = await house.good(seller), await house.good(seller)
    guest = await house.buyer()
    await trade.put_in_cart(guest, offer_id=pear.offer_id, quantity=2)
    await trade.put_in_cart(guest, offer_id=tea.offer_id, quantity=1)

    person = await house.sign_up_as(guest)

    assert {line.offer_id: line.quantity for line in await trade.cart(person)} == {
        pear.offer_id: 2,
        tea.offer_id: 1,
    }


async def test_the_same_offer_may_stand_on_several_lines(house):
    buyer = await house.buyer()
    pear = await house.good(await house.seller(), stock=3)
    quote = await trade.quote(
        buyer,
        lines=[LineRequest(pear.offer_id, 2), LineRequest(pear.offer_id, 1)],
        address_id=await house.home(buyer),
    )

    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    await house.pay(buyer, placed)

    assert await house.stock(pear) == (3, 0, 3)
