"""A provider that has not decided: the order says so, and waits for its buyer again when it declined."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hansa.centers.payment.types import SourcePart, TestCard
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import IllegalMove, PaymentDeclined
from hansa.centers.trade.types import OrderState as S
from hansa.centers.trade.types import PayState
from house import DELAYED_CARD, GOOD_CARD, kinds, race

DECLINED_LATER = TestCard("9000000000000076")
LOST_CALLBACK = TestCard("9000000000000092")


async def order_of(house, buyer, **about):
    placed = await house.place(buyer, await house.good(await house.seller(), **about))
    return placed, placed.orders[0].id


async def state_of(buyer, order_id):
    return (await trade.order(buyer, order_id=order_id)).state


async def pass_and_settle(house, seconds=60):
    await house.wait(timedelta(seconds=seconds))
    await house.settle_down()


@pytest.mark.parametrize("card", [DELAYED_CARD, LOST_CALLBACK])
async def test_what_is_promised_is_pending_until_it_is_there(house, card):
    buyer = await house.buyer()
    placed, order_id = await order_of(house, buyer)

    assert (await house.pay(buyer, placed, card)).state is PayState.PENDING
    assert await state_of(buyer, order_id) is S.PAYMENT_PENDING
    await pass_and_settle(house)

    assert await state_of(buyer, order_id) is S.AWAITING_SHIPMENT


async def test_what_was_promised_and_declined_awaits_its_buyer_again(house):
    buyer = await house.buyer()
    placed, order_id = await order_of(house, buyer)
    due_at = (await trade.order(buyer, order_id=order_id)).due_at
    await house.pay(buyer, placed, DECLINED_LATER)
    assert await state_of(buyer, order_id) is S.PAYMENT_PENDING

    await pass_and_settle(house)

    order = await trade.order(buyer, order_id=order_id)
    assert (order.state, order.due_at) == (S.AWAITING_PAYMENT, due_at)
    assert [one.cause for one in await trade.history(buyer, order=order)] == [
        "placed",
        "the provider has not decided yet",
        "the payment was declined",
    ]
    assert (await house.pay(buyer, placed, GOOD_CARD)).state is PayState.PAID


async def test_whoever_asks_again_hears_of_the_refusal_first(house):
    """No callback came yet; the second click asks the provider."""
    buyer = await house.buyer()
    placed, order_id = await order_of(house, buyer)
    await house.pay(buyer, placed, DECLINED_LATER)
    await house.wait(timedelta(seconds=15))

    with pytest.raises(PaymentDeclined):
        await house.pay(buyer, placed, DECLINED_LATER)

    assert await state_of(buyer, order_id) is S.AWAITING_PAYMENT
    await house.settle_down()
    assert await state_of(buyer, order_id) is S.AWAITING_PAYMENT


async def test_several_sources_are_pending_together(house):
    buyer = await house.buyer()
    placed, order_id = await order_of(house, buyer)
    parts = [SourcePart(GOOD_CARD, 400), SourcePart(DELAYED_CARD, None)]

    assert (await trade.pay(buyer, payment_id=placed.payment_id, source=parts)).state is PayState.PENDING
    assert await state_of(buyer, order_id) is S.PAYMENT_PENDING
    await pass_and_settle(house)

    assert await state_of(buyer, order_id) is S.AWAITING_SHIPMENT


async def test_one_of_several_sources_that_declines_later_frees_them_all(house):
    buyer = await house.buyer()
    placed, order_id = await order_of(house, buyer)
    parts = [SourcePart(GOOD_CARD, 400), SourcePart(DECLINED_LATER, None)]
    await trade.pay(buyer, payment_id=placed.payment_id, source=parts)

    await pass_and_settle(house)

    assert await state_of(buyer, order_id) is S.AWAITING_PAYMENT


async def test_what_is_pending_may_be_cancelled_and_closes_in_time(house):
    buyer = await house.buyer()
    placed, order_id = await order_of(house, buyer)
    other, late = await order_of(house, buyer)
    for one in (placed, other):
        await house.pay(buyer, one, TestCard("9000000000000100"))

    await trade.cancel(buyer, checkout_id=placed.checkout_id)
    await house.wait(timedelta(hours=1))

    assert (await state_of(buyer, order_id), await state_of(buyer, late)) == (S.CLOSED, S.CLOSED)


async def test_clicks_and_callbacks_at_once_leave_one_paid_order(house):
    buyer = await house.buyer()
    placed, order_id = await order_of(house, buyer)
    await house.pay(buyer, placed, DELAYED_CARD)
    await house.wait(timedelta(seconds=15))

    outcomes = await race(house.settle_down(), *[house.pay(buyer, placed, DELAYED_CARD) for _ in range(3)])

    assert set(kinds(outcomes)) == {"NoneType", "Paid"}
    assert await state_of(buyer, order_id) is S.AWAITING_SHIPMENT


async def test_a_paid_checkout_cannot_be_cancelled_as_unpaid(house):
    buyer = await house.buyer()
    placed, _ = await order_of(house, buyer)
    await house.pay(buyer, placed)

    with pytest.raises(IllegalMove) as refused:
        await trade.cancel(buyer, checkout_id=placed.checkout_id)

    assert refused.value.extras["state"] is S.AWAITING_SHIPMENT


async def test_an_account_pays_and_sees_what_its_guest_ordered(house):
    guest = await house.buyer()
    placed, order_id = await order_of(house, guest)
    single, other = await order_of(house, guest)
    owner = await house.sign_up_as(guest)
    parts = [SourcePart(GOOD_CARD, 400), SourcePart(GOOD_CARD, None)]

    assert (await house.pay(owner, placed)).state is PayState.PAID
    assert (await trade.pay(owner, payment_id=single.payment_id, source=parts)).state is PayState.PAID

    assert {await state_of(owner, one) for one in (order_id, other)} == {S.AWAITING_SHIPMENT}
    for stranger in (await house.buyer(), await house.person()):
        with pytest.raises(Exception, match="no such payment"):
            await house.pay(stranger, placed)
