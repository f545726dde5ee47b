"""Coupons that are worth the whole order: refused, unless the business says otherwise."""

from __future__ import annotations

import pytest

from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import CouponsPayAll
from hansa.centers.trade.terms import Coupons
from hansa.centers.trade.types import Funder, FunderKind, LineRequest, OrderState

PRICE = 1000


@pytest.fixture
def coupon(house, monkeypatch):
    """Whoever orders has a coupon of some worth."""

    def of(minor):
        def take_off(_ctx, lines):
            return trade.spread(lines, layer="coupon", funder=Funder(FunderKind.BRAND), minor=minor)

        monkeypatch.setitem(house.system.plan.calls, "trade.layers", take_off)

    return of


@pytest.fixture
async def wanted(house):
    good = await house.good(await house.seller(), price=PRICE)
    return [LineRequest(good.offer_id)]


async def test_a_coupon_leaves_something_to_pay(house, wanted, coupon):
    buyer = await house.buyer()
    coupon(PRICE - 1)

    quote = await trade.quote(buyer, lines=wanted)

    assert quote.payable == 1


@pytest.mark.parametrize("worth", [PRICE, PRICE + 1])
async def test_a_coupon_at_or_over_the_total_is_refused(house, wanted, coupon, worth):
    buyer = await house.buyer()
    coupon(worth)

    with pytest.raises(CouponsPayAll):
        await trade.quote(buyer, lines=wanted)


async def test_a_business_may_let_coupons_pay_for_everything(house, wanted, coupon, monkeypatch):
    buyer = await house.buyer()
    coupon(PRICE)
    terms = type(house.system.plan).term
    lifted = Coupons(pay_all=True)
    monkeypatch.setattr(
        type(house.system.plan), "term", lambda plan, kind: lifted if kind is Coupons else terms(plan, kind)
    )

    placed = await trade.place(
        buyer,
        token=trade.seal(buyer, await trade.quote(buyer, lines=wanted, address_id=await house.home(buyer))),
    )
    (order,) = await trade.checkout_orders(buyer, placed.checkout_id)

    assert order.state is OrderState.AWAITING_SHIPMENT
