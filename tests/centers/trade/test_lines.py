"""Orders in parts: lines leave, arrive and are refunded one by one, and the money follows each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from centers.trading import lines_of, operator, paid, staff
from hansa.centers.ledger.types import AccountClass
from hansa.centers.message import api as message
from hansa.centers.message.types import Reference, ReferenceKind
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import (
    AlreadyExtended,
    CancelTooLate,
    IllegalMove,
    LineMoved,
    LineNotFound,
    OrderNotFound,
)
from hansa.centers.trade.types import ORDER_ID
from hansa.centers.trade.types import LineState as L
from hansa.centers.trade.types import OrderState as S
from hansa.kernel.context import Traffic
from house import kinds, race

pytestmark = pytest.mark.external


async def test_what_the_seller_received_grows_line_by_line(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear, tea = await house.good(seller, price=1000), await house.good(seller, price=3000)
    escrow = await house.balance(AccountClass.ESCROW)
    order_id = await paid(house, buyer, pear, tea)

    sent = await trade.ship(seller.ctx, order_id=order_id, lines=[1])
    assert sent.state is S.PARTLY_SHIPPED
    assert (await house.stock(pear), await house.stock(tea)) == ((9, 0, 0), (10, 0, 1))
    came = await trade.receive(buyer, order_id=order_id, lines=[1])
    assert came.state is S.PARTLY_SHIPPED
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 950
    assert await house.balance(AccountClass.ESCROW) == escrow + 3000

    assert (await trade.ship(seller.ctx, order_id=order_id)).state is S.SHIPPED
    assert (await trade.receive(buyer, order_id=order_id)).state is S.FINISHED
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 950 + 2850
    assert await house.balance(AccountClass.ESCROW) == escrow
    assert await lines_of(buyer, order_id) == {1: L.RECEIVED, 2: L.RECEIVED}
    history = await trade.history(buyer, order=await trade.order(buyer, order_id=order_id))
    assert [(one.state, one.lines) for one in history[2:]] == [
        (S.PARTLY_SHIPPED, (1,)),
        (S.PARTLY_SHIPPED, (1,)),
        (S.SHIPPED, (2,)),
        (S.FINISHED, (2,)),
    ]


async def test_lines_that_are_not_there_or_moved_on_are_named(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await paid(house, buyer, await house.good(seller), await house.good(seller))
    await trade.ship(seller.ctx, order_id=order_id, lines=[2])

    with pytest.raises(LineNotFound) as unknown:
        await trade.ship(seller.ctx, order_id=order_id, lines=[7])
    with pytest.raises(LineMoved) as moved:
        await trade.ship(seller.ctx, order_id=order_id, lines=[1, 2])

    assert unknown.value.extras["lines"] == [7]
    assert moved.value.extras["lines"] == [{"line_no": 2, "state": L.SHIPPED}]
    assert await lines_of(buyer, order_id) == {1: L.WAITING, 2: L.SHIPPED}


@pytest.mark.usefixtures("counter")
async def test_a_refunded_line_gives_back_what_was_paid_for_it(house):
    await house.settle_down()  # what others left under way
    seller, buyer = await house.seller(), await house.buyer()
    pear, tea = await house.good(seller, price=1000), await house.good(seller, price=3000)
    boss = operator(await house.buyer())
    escrow, clearing = (
        await house.balance(AccountClass.ESCROW),
        await house.balance(AccountClass.PROVIDER_CLEARING),
    )
    unapplied = await house.balance(AccountClass.UNAPPLIED)
    order_id = await paid(house, buyer, pear, tea)

    assert (await trade.refund_lines(boss, order_id=order_id, lines=[1], cause="broken")).state is (
        S.AWAITING_SHIPMENT
    )
    assert await house.balance(AccountClass.ESCROW) == escrow + 3000
    assert await house.stock(pear) == (10, 0, 0)
    await house.settle_down()
    assert await house.balance(AccountClass.UNAPPLIED) == unapplied
    assert await house.balance(AccountClass.PROVIDER_CLEARING) == clearing + 3000

    await trade.receive(buyer, order_id=order_id)
    assert (await trade.order(buyer, order_id=order_id)).state is S.FINISHED
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 2850


async def test_lines_wait_while_their_refund_is_decided_and_go_on_where_they_stood(house):
    seller, buyer = await house.seller(), await house.buyer()
    boss = operator(await house.buyer())
    order_id = await paid(house, buyer, await house.good(seller), await house.good(seller))
    await trade.ship(seller.ctx, order_id=order_id)

    await trade.start_refund(boss, order_id=order_id, lines=[2], cause="the buyer complains")
    with pytest.raises(LineMoved):
        await trade.receive(buyer, order_id=order_id, lines=[2])
    await house.wait(timedelta(days=11))  # only what nobody disputes is taken as received
    assert await lines_of(buyer, order_id) == {1: L.RECEIVED, 2: L.REFUNDING}
    assert (await trade.order(buyer, order_id=order_id)).state is S.SHIPPED

    await trade.decline_refund(boss, order_id=order_id, lines=[2], cause="nothing was wrong")
    assert await lines_of(buyer, order_id) == {1: L.RECEIVED, 2: L.SHIPPED}
    await trade.receive(buyer, order_id=order_id)
    assert (await trade.order(buyer, order_id=order_id)).state is S.FINISHED


async def test_a_buyer_takes_a_paid_order_back_for_a_while(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller)
    soon, late = await paid(house, buyer, pear), await paid(house, buyer, pear)

    assert (await trade.cancel_order(buyer, order_id=soon)).state is S.REFUNDED
    await house.wait(timedelta(hours=1, minutes=1))
    with pytest.raises(CancelTooLate):
        await trade.cancel_order(buyer, order_id=late)
    assert (await trade.cancel_order(staff(seller), order_id=late)).state is S.REFUNDED

    assert await house.stock(pear) == (10, 0, 0)
    await house.settle_down()


async def test_what_was_sent_cannot_be_cancelled(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await paid(house, buyer, await house.good(seller), await house.good(seller))
    await trade.ship(seller.ctx, order_id=order_id, lines=[1])

    for somebody in (buyer, staff(seller)):
        with pytest.raises(IllegalMove):
            await trade.cancel_order(somebody, order_id=order_id)


async def test_what_is_not_sent_in_time_is_refunded_by_itself(house):
    seller, buyer = await house.seller(), await house.person()
    pear = await house.good(seller)
    order_id = await paid(house, buyer, pear)

    await house.wait(timedelta(minutes=31))  # the time to pay ends, and the one to send goes on
    assert (await trade.order(buyer, order_id=order_id)).state is S.AWAITING_SHIPMENT
    await house.wait(timedelta(days=14))
    await house.settle_down()

    assert (await trade.order(buyer, order_id=order_id)).state is S.REFUNDED
    assert await house.stock(pear) == (10, 0, 0)
    told = {item.template: item.about for item in (await message.inbox(buyer)).items}
    assert told["trade.order_refunded"] == Reference(ReferenceKind.ORDER, ORDER_ID.show(order_id))


async def test_the_buyer_has_the_receipt_put_off_once(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await paid(house, buyer, await house.good(seller))
    await trade.ship(seller.ctx, order_id=order_id)

    await trade.extend_receipt(buyer, order_id=order_id)
    with pytest.raises(AlreadyExtended):
        await trade.extend_receipt(buyer, order_id=order_id)
    await house.wait(timedelta(days=10, minutes=1))
    assert (await trade.order(buyer, order_id=order_id)).state is S.SHIPPED
    await house.wait(timedelta(days=5))
    assert (await trade.order(buyer, order_id=order_id)).state is S.FINISHED


async def test_two_receipts_at_once_credit_the_seller_once(house, next_door):
    seller, buyer = await house.seller(), await house.buyer()
    elsewhere = next_door.platform.context("bazaar").with_(actor=buyer.actor)
    for _ in range(6):
        order_id = await paid(house, buyer, await house.good(seller, price=1000))
        before = await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id)
        await trade.ship(seller.ctx, order_id=order_id)

        outcomes = await race(
            trade.receive(buyer, order_id=order_id), trade.receive(elsewhere, order_id=order_id)
        )

        # The one who comes second is told of the order or of its lines, whichever it looks at first.
        assert kinds(outcomes) in ({"Moved": 1, "IllegalMove": 1}, {"Moved": 1, "LineMoved": 1})
        assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == before + 950


async def test_lines_received_at_once_are_all_received(house, next_door):
    seller, buyer = await house.seller(), await house.buyer()
    elsewhere = next_door.platform.context("bazaar").with_(actor=buyer.actor)
    order_id = await paid(house, buyer, *[await house.good(seller, price=1000) for _ in range(4)])
    await trade.ship(seller.ctx, order_id=order_id)

    outcomes = await race(
        *(
            trade.receive(elsewhere if number % 2 else buyer, order_id=order_id, lines=[number])
            for number in (1, 2, 3, 4)
        )
    )

    assert kinds(outcomes) == {"Moved": 4}
    assert (await trade.order(buyer, order_id=order_id)).state is S.FINISHED
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 3800


async def test_receipt_and_refund_at_once_move_the_money_once(house, next_door):
    seller, buyer = await house.seller(), await house.buyer()
    boss = operator(next_door.platform.context("bazaar").with_(actor=(await house.buyer()).actor))
    escrow = await house.balance(AccountClass.ESCROW)
    for _ in range(6):
        order_id = await paid(house, buyer, await house.good(seller))
        await trade.ship(seller.ctx, order_id=order_id)

        outcomes = await race(
            trade.receive(buyer, order_id=order_id),
            trade.refund_lines(boss, order_id=order_id, cause="broken"),
        )

        # The one who comes second is told of the order or of its lines, whichever it looks at first.
        assert kinds(outcomes) in ({"Moved": 1, "IllegalMove": 1}, {"Moved": 1, "LineMoved": 1})
        assert await house.balance(AccountClass.ESCROW) == escrow
    await house.settle_down()


async def test_a_paid_checkout_cannot_be_cancelled_as_unpaid(house):
    buyer = await house.buyer()
    placed = await house.place(buyer, await house.good(await house.seller()))
    await house.pay(buyer, placed)

    with pytest.raises(IllegalMove):
        await trade.cancel(buyer, checkout_id=placed.checkout_id)


async def test_seller_b_touches_no_order_of_seller_a(house):
    seller, rival, buyer = await house.seller(), await house.seller(), await house.person()
    other = staff(rival)
    order_id = await paid(house, buyer, await house.good(seller))
    waiting = (await house.place(buyer, await house.good(seller))).orders[0].id

    for attempt in (
        trade.order(other, order_id=order_id),
        trade.ship(other, order_id=order_id),
        trade.ship(other, order_id=order_id, lines=[1]),
        trade.receive(other, order_id=order_id),
        trade.extend_receipt(other, order_id=order_id),
        trade.cancel_order(other, order_id=order_id),
        trade.lower_price(other, order_id=waiting, off_minor=1),
        trade.notes(other, order_id=order_id),
        trade.add_note(other, order_id=order_id, text="mine now"),
        trade.explain(other, order_id=order_id),
    ):
        with pytest.raises(OrderNotFound):
            await attempt
    live = house.platform.context("bazaar", traffic=Traffic.LIVE, actor=buyer.actor)
    with pytest.raises(OrderNotFound):
        await trade.receive(live, order_id=order_id)
    assert (await trade.order(buyer, order_id=order_id)).state is S.AWAITING_SHIPMENT
