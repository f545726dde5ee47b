"""How many of an offer one buyer may have: held where orders are placed, whatever quotes were made before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from centers.trading import staff
from hansa.centers.product.types import OFFER_ID
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import LimitExceeded
from hansa.centers.trade.types import ChangeKind, DraftLine, Limit, OrderState
from house import kinds, only, race

ONE = 1


@pytest.fixture
def limited(houses, monkeypatch):
    """Have every process say that a buyer may have so many of each offer, in all or since a while ago."""

    def limit(quantity, *, within=None):
        async def answer(ctx, offer_ids):
            since = ctx.now() - within if within else None
            return [Limit(one, quantity, since) for one in offer_ids]

        for house in houses:
            monkeypatch.setitem(house.system.plan.calls, "trade.limits", answer)

    return limit


async def tokens(house, buyer, good, number):
    return [(await house.quote(buyer, good))[1] for _ in range(number)]


async def test_quotes_that_were_made_before_do_not_pass_a_limit_together(house, limited):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    limited(ONE)
    first, second = await tokens(house, buyer, good, 2)

    placed = await trade.place(buyer, token=first)
    with pytest.raises(LimitExceeded) as refused:
        await trade.place(buyer, token=second)

    assert refused.value.extras["lines"] == [{"offer_id": OFFER_ID.show(good.offer_id), "limit": 0}]
    assert await trade.place(buyer, token=first) == placed
    assert await house.stock(good) == (10, 1, 0)
    with pytest.raises(LimitExceeded):
        await house.quote(buyer, good)
    assert (await house.place(await house.buyer(), good)).orders


async def test_placed_at_once_in_two_processes_a_limit_holds(house, next_door, limited):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller, stock=50)
    limited(3)
    beside = next_door.platform.context("bazaar", traffic=buyer.traffic, actor=buyer.actor)
    made = await tokens(house, buyer, good, 12)

    outcomes = await race(
        *(trade.place(ctx, token=token) for token, ctx in zip(made, [buyer, beside] * 6, strict=True))
    )

    assert kinds(outcomes) == {"Placed": 3, "LimitExceeded": 9}
    assert await house.stock(good) == (50, 3, 0)


async def test_what_was_closed_may_be_had_again_and_what_was_paid_not(house, limited):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    limited(ONE)
    placed = await house.place(buyer, good)
    await trade.cancel(buyer, checkout_id=placed.checkout_id)

    again = await house.paid_order(buyer, good)

    assert (await trade.order(buyer, order_id=again)).state is OrderState.AWAITING_SHIPMENT
    with pytest.raises(LimitExceeded):
        await house.place(buyer, good)


async def test_a_limit_may_be_for_a_while(house, limited):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    limited(ONE, within=timedelta(days=1))
    await house.paid_order(buyer, good)
    with pytest.raises(LimitExceeded):
        await house.place(buyer, good)

    await house.wait(timedelta(days=2))

    assert (await house.place(buyer, good)).orders


async def test_what_somebody_had_as_a_guest_counts(house, limited):
    seller, guest = await house.seller(), await house.person(guest=True)
    good = await house.good(seller)
    limited(ONE)
    await house.paid_order(guest, good)

    account = await house.sign_up_as(guest)

    with pytest.raises(LimitExceeded):
        await house.place(account, good)


async def test_a_cart_says_what_is_left_of_a_limit(house, limited):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    limited(3)
    await house.place(buyer, (good, 2))
    await trade.put_in_cart(buyer, offer_id=good.offer_id, quantity=2)

    (line,) = (await trade.review_cart(buyer)).lines

    assert [one.available for one in line.changes if one.kind is ChangeKind.LIMITED] == [1]


async def test_what_seller_and_buyer_agreed_on_has_no_limit(house, limited):
    seller, buyer = await house.seller(), await house.person()
    good = await house.good(seller)
    limited(0)
    await house.asks(buyer, good)
    draft = await trade.make_draft(
        staff(seller),
        shop_id=seller.shop_id,
        buyer=buyer.party(),
        lines=[DraftLine(good.offer_id, 2, 900)],
    )

    assert (await trade.accept_draft(buyer, draft_id=draft.id, address_id=await house.home(buyer))).orders


async def test_a_refused_placement_takes_no_part_of_a_limit(house, limited):
    """One that stock refuses leaves the limit as it was, in the same batch too."""
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller, stock=3)
    limited(3)
    made = [(await house.quote(buyer, (good, 3)))[1], *await tokens(house, buyer, good, 3)]
    await house.place(await house.buyer(), good)

    outcomes = await race(*(trade.place(buyer, token=token) for token in made))

    assert len(only(LimitExceeded, outcomes)) == 0
    assert kinds(outcomes)["Placed"] == 2
