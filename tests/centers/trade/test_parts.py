"""So many pieces of a line: they leave in a parcel, are taken back, arrive; each has its share of the money."""

from __future__ import annotations

from datetime import timedelta

import pytest

from centers.trading import operator, staff
from hansa.centers.ledger.types import AccountClass
from hansa.centers.review import api as review
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import CancelTooLate, IllegalMove, LineMoved, OrderNotFound, PiecesExceeded
from hansa.centers.trade.types import CancelReason, LinePart, OrderId, Parcel
from hansa.centers.trade.types import LineState as L
from hansa.centers.trade.types import OrderState as S
from hansa.kernel.context import Ctx
from hansa.kernel.problem import Invalid
from house import kinds, race

pytestmark = pytest.mark.external


async def pieces(ctx: Ctx, order_id: OrderId) -> dict[int, tuple[int, L]]:
    """How many pieces each line of an order has, and where they stand."""
    order = await trade.order(ctx, order_id=order_id)
    return {line.line_no: (line.quantity, line.state) for line in order.lines}


async def test_five_pieces_leave_in_two_parcels(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller, price=1000)
    order_id = await house.paid_order(buyer, (pear, 5))
    escrow = await house.balance(AccountClass.ESCROW)

    sent = await trade.ship(
        seller.ctx,
        order_id=order_id,
        lines=[LinePart(1, 2)],
        parcel=Parcel("顺丰速运", "SF1234567890"),
    )
    assert sent.state is S.PARTLY_SHIPPED
    assert await pieces(buyer, order_id) == {1: (3, L.WAITING), 2: (2, L.SHIPPED)}
    assert await house.stock(pear) == (8, 0, 3)
    assert (
        await trade.ship(seller.ctx, order_id=order_id, parcel=Parcel("Deutsche Post"))
    ).state is S.SHIPPED
    assert await house.stock(pear) == (5, 0, 0)

    order = await trade.order(buyer, order_id=order_id)
    assert [(one.part_of, one.parcel) for one in order.lines] == [
        (None, Parcel("Deutsche Post")),
        (1, Parcel("顺丰速运", "SF1234567890")),
    ]
    history = await trade.history(buyer, order=order)
    assert [(one.lines, one.details) for one in history[-2:]] == [
        ((2,), {"carrier": "顺丰速运", "tracking": "SF1234567890"}),
        ((1,), {"carrier": "Deutsche Post"}),
    ]
    assert (await trade.receive(buyer, order_id=order_id, lines=[2])).state is S.SHIPPED
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 1900
    assert (await trade.receive(buyer, order_id=order_id)).state is S.FINISHED
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 4750
    assert await house.balance(AccountClass.ESCROW) == escrow - 5000
    assert await house.violations() == []


async def test_what_came_in_parts_is_reviewed_once(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await house.paid_order(buyer, (await house.good(seller), 3))
    await trade.ship(seller.ctx, order_id=order_id, lines=[LinePart(1, 1)])
    await trade.receive(buyer, order_id=order_id, lines=[2])
    await house.settle_down()
    assert [one.line_no for one in (await review.reviewable(buyer)).items] == [1]

    await trade.ship(seller.ctx, order_id=order_id)
    await trade.receive(buyer, order_id=order_id)
    await house.settle_down()
    assert [one.line_no for one in (await review.reviewable(buyer)).items] == [1]


async def test_lines_of_one_item_go_by_themselves(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller)
    order_id = await house.paid_order(buyer, (pear, 2), (pear, 1))

    await trade.ship(seller.ctx, order_id=order_id, lines=[2])
    assert await house.stock(pear) == (9, 0, 2)
    await trade.cancel_order(staff(seller), order_id=order_id, lines=[1])
    assert await house.stock(pear) == (9, 0, 0)
    await house.settle_down()


async def test_a_buyer_takes_some_pieces_back_and_gets_their_share(house):
    await house.settle_down()
    seller, buyer = await house.seller(), await house.buyer()
    pear, tea = await house.good(seller, price=333), await house.good(seller, price=500)
    clearing = await house.balance(AccountClass.PROVIDER_CLEARING)
    order_id = await house.paid_order(buyer, (pear, 3), (tea, 2))

    took = await trade.cancel_order(
        buyer,
        order_id=order_id,
        lines=[LinePart(1, 2), 2],
        reason=CancelReason.ORDERED_BY_MISTAKE,
        text="One pear will do.",
    )
    assert took.state is S.AWAITING_SHIPMENT
    assert await pieces(buyer, order_id) == {1: (1, L.WAITING), 2: (2, L.REFUNDED), 3: (2, L.REFUNDED)}
    assert (await house.stock(pear), await house.stock(tea)) == ((10, 0, 1), (10, 0, 0))
    await house.settle_down()
    assert await house.balance(AccountClass.PROVIDER_CLEARING) == clearing + 333

    order = await trade.order(seller.ctx, order_id=order_id)
    last = (await trade.history(seller.ctx, order=order))[-1]
    assert (last.cause, last.lines) == ("cancelled by the buyer", (2, 3))
    assert (last.reason, last.text) == (CancelReason.ORDERED_BY_MISTAKE, "One pear will do.")
    assert await trade.notes(staff(seller), order_id=order_id) == ()

    await trade.cancel_order(buyer, order_id=order_id, lines=[1], reason=CancelReason.OTHER)
    assert (await trade.order(buyer, order_id=order_id)).state is S.REFUNDED
    await house.settle_down()
    assert await house.balance(AccountClass.PROVIDER_CLEARING) == clearing
    assert await house.violations() == []


async def test_reasons_have_sides_and_words_have_a_reason(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller)
    order_id = await house.paid_order(buyer, (pear, 2))
    unpaid = await house.place(buyer, pear)

    for somebody, reason in ((buyer, CancelReason.OUT_OF_STOCK), (staff(seller), CancelReason.CHANGED_MIND)):
        with pytest.raises(Invalid):
            await trade.cancel_order(somebody, order_id=order_id, reason=reason)
    with pytest.raises(Invalid):
        await trade.cancel_order(buyer, order_id=order_id, text="just so")
    with pytest.raises(Invalid):
        await trade.cancel(buyer, checkout_id=unpaid.checkout_id, reason=CancelReason.PRICE_WRONG)

    await trade.cancel(
        buyer, checkout_id=unpaid.checkout_id, reason=CancelReason.FOUND_CHEAPER, text="Next door."
    )
    closed = await trade.order(buyer, order_id=unpaid.orders[0].id)
    last = (await trade.history(buyer, order=closed))[-1]
    assert (last.state, last.reason, last.text) == (S.CLOSED, CancelReason.FOUND_CHEAPER, "Next door.")


async def test_parts_are_cancelled_while_they_wait_and_in_time(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await house.paid_order(buyer, (await house.good(seller), 5))
    await trade.ship(seller.ctx, order_id=order_id, lines=[LinePart(1, 1)])

    with pytest.raises(LineMoved):
        await trade.cancel_order(buyer, order_id=order_id, lines=[2])
    with pytest.raises(PiecesExceeded):
        await trade.cancel_order(buyer, order_id=order_id, lines=[LinePart(1, 5)])
    with pytest.raises(IllegalMove):  # some has left: the whole cannot be taken back any more
        await trade.cancel_order(buyer, order_id=order_id)
    await trade.cancel_order(buyer, order_id=order_id, lines=[LinePart(1, 1)])
    assert await pieces(buyer, order_id) == {1: (3, L.WAITING), 2: (1, L.SHIPPED), 3: (1, L.REFUNDED)}

    other = await house.buyer()
    with pytest.raises(OrderNotFound):
        await trade.cancel_order(other, order_id=order_id, lines=[LinePart(1, 1)])
    await house.settle_down()


async def test_a_parcel_says_what_a_parcel_can_say(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await house.paid_order(buyer, (await house.good(seller), 1))
    for parcel in (
        Parcel(""),
        Parcel("x" * 61),
        Parcel("SF\n"),
        Parcel("SF", "no\ttabs"),
        Parcel("SF", "x\n"),
    ):
        with pytest.raises(Invalid):
            await trade.ship(seller.ctx, order_id=order_id, parcel=parcel)
    assert await pieces(buyer, order_id) == {1: (1, L.WAITING)}


async def test_pieces_are_refunded_while_the_others_go_on(house):
    seller, buyer = await house.seller(), await house.buyer()
    boss = operator(await house.buyer())
    order_id = await house.paid_order(buyer, (await house.good(seller, price=1000), 4))
    await trade.ship(seller.ctx, order_id=order_id)

    await trade.start_refund(boss, order_id=order_id, lines=[LinePart(1, 1)], cause="one is broken")
    await trade.receive(buyer, order_id=order_id)
    assert await pieces(buyer, order_id) == {1: (3, L.RECEIVED), 2: (1, L.REFUNDING)}
    await trade.refund_lines(boss, order_id=order_id, lines=[2], cause="it was broken")
    await house.settle_down()

    assert (await trade.order(buyer, order_id=order_id)).state is S.FINISHED
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 2850
    assert await house.violations() == []


async def test_the_same_pieces_are_not_cancelled_and_sent(house, next_door):
    seller, buyer = await house.seller(), await house.buyer()
    elsewhere = next_door.platform.context("bazaar").with_(actor=buyer.actor)
    for _ in range(4):
        pear = await house.good(seller)
        order_id = await house.paid_order(buyer, (pear, 3))

        outcomes = await race(
            trade.ship(seller.ctx, order_id=order_id, lines=[LinePart(1, 2)]),
            trade.cancel_order(elsewhere, order_id=order_id, lines=[LinePart(1, 2)]),
        )

        assert kinds(outcomes) == {"Moved": 1, "PiecesExceeded": 1}
        assert sorted(n for n, _ in (await pieces(buyer, order_id)).values()) == [1, 2]
    await house.settle_down()
    assert await house.violations() == []


async def test_too_late_is_too_late_for_a_part_as_well(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await house.paid_order(buyer, (await house.good(seller), 2))
    terms = (await trade.order(buyer, order_id=order_id)).terms
    await house.wait(timedelta(seconds=terms.cancel_s + 60))
    with pytest.raises(CancelTooLate):
        await trade.cancel_order(buyer, order_id=order_id, lines=[LinePart(1, 1)])


async def test_pieces_received_one_by_one_pay_the_commission_of_the_whole(house):
    one, other, buyer = await house.seller(), await house.seller(), await house.buyer()
    at_once = await house.paid_order(buyer, (await house.good(one, price=10), 10))
    in_parts = await house.paid_order(buyer, (await house.good(other, price=10), 10))
    await trade.ship(one.ctx, order_id=at_once)
    await trade.receive(buyer, order_id=at_once)
    await trade.ship(other.ctx, order_id=in_parts)
    for _ in range(3):
        await trade.receive(buyer, order_id=in_parts, lines=[LinePart(1, 3)])

    (held,) = await trade.held_for_shop(staff(other), shop_id=other.shop_id)
    credited = await house.balance(AccountClass.SELLER_PAYABLE, other.shop_id)
    assert held.to_shop + credited == 95
    await trade.receive(buyer, order_id=in_parts)
    assert await house.balance(AccountClass.SELLER_PAYABLE, other.shop_id) == 95
    assert await house.balance(AccountClass.SELLER_PAYABLE, one.shop_id) == 95
