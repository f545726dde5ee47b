"""A line is reviewed when it has arrived, whatever becomes of the rest of its order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from centers.reviewing import AFTER_THE_WINDOW, WINDOW, staff_of
from centers.trading import operator, staff
from hansa.centers.review import api as review
from hansa.centers.review.errors import LineNotReceived, TooLate
from hansa.centers.review.types import Scores
from hansa.centers.trade import api as trade

GOOD = Scores(5, 5, 5)

pytestmark = pytest.mark.usefixtures("counter")


class Parcel:
    """An order of two lines, of which the first has arrived."""

    def __init__(self, house, seller, buyer, order_id):
        self.house, self.seller, self.buyer, self.order_id = house, seller, buyer, order_id

    async def receive(self, *lines):
        await trade.receive(self.buyer, order_id=self.order_id, lines=lines or None)
        await self.house.deliver()

    async def refund(self, *lines):
        ctx = operator(await self.house.buyer())
        await trade.refund_lines(ctx, order_id=self.order_id, lines=lines, cause="it was broken")
        await self.house.deliver()

    async def write(self, line_no):
        return await review.write_review(self.buyer, order_id=self.order_id, line_no=line_no, scores=GOOD)

    async def rate_buyer(self):
        await review.review_buyer(staff_of(self.seller), order_id=self.order_id, score=5)

    async def reviewable(self):
        page = await review.reviewable(self.buyer)
        return sorted(one.line_no for one in page.items if one.order_id == self.order_id)

    async def told(self):
        return await review.order_reviews(self.buyer, order_id=self.order_id)


@pytest.fixture
async def parcel(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await house.paid_order(buyer, await house.good(seller), await house.good(seller))
    await trade.ship(staff(seller), order_id=order_id, lines=[1])
    here = Parcel(house, seller, buyer, order_id)
    await here.receive(1)
    return here


async def test_what_arrived_first_is_reviewed_first(parcel):
    assert await parcel.reviewable() == [1]
    await parcel.write(1)
    with pytest.raises(LineNotReceived):
        await parcel.write(2)

    await parcel.receive(2)

    assert await parcel.reviewable() == [2]
    await parcel.write(2)


async def test_nobody_reads_the_other_before_the_last_line_was_reviewed(parcel):
    await parcel.write(1)
    await parcel.rate_buyer()
    assert (await parcel.told()).revealed_at is None

    await parcel.receive(2)
    assert (await parcel.told()).revealed_at is None
    await parcel.write(2)

    assert (await parcel.told()).revealed_at is not None


async def test_a_line_that_never_arrives_keeps_nobody_waiting(parcel):
    await parcel.write(1)
    await parcel.rate_buyer()

    await parcel.refund(2)

    assert (await parcel.told()).revealed_at is not None
    assert await parcel.reviewable() == []
    with pytest.raises(LineNotReceived):
        await parcel.write(2)


async def test_what_was_refunded_before_is_not_reviewed_when_the_rest_arrives(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await house.paid_order(buyer, await house.good(seller), await house.good(seller))
    parcel = Parcel(house, seller, buyer, order_id)
    await parcel.refund(1)
    with pytest.raises(LineNotReceived):
        await parcel.write(1)

    await parcel.receive()

    assert await parcel.reviewable() == [2]


async def test_a_later_line_gives_the_order_a_new_window(parcel, house):
    await house.wait(WINDOW - timedelta(days=1))
    await parcel.receive(2)
    await house.wait(timedelta(days=2))

    await parcel.write(1)
    await parcel.write(2)
    assert (await parcel.told()).revealed_at is None
    await house.wait(AFTER_THE_WINDOW)
    assert (await parcel.told()).revealed_at is not None


async def test_a_line_that_comes_after_the_window_is_read_at_once(parcel, house):
    """What was said of the first line is open by then; the second has a window of its own, and no secret."""
    await parcel.write(1)
    await house.wait(AFTER_THE_WINDOW)
    with pytest.raises(TooLate):
        await parcel.rate_buyer()
    await parcel.receive(2)

    written = await parcel.write(2)

    said = {one.words.id: one.words.shown_at for one in (await parcel.told()).reviews}
    assert said[written] is not None
