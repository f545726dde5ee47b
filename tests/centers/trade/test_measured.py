"""Goods by weight: a line is one amount of them, and its gross is a fact that no unit price divides."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from centers.trading import operator, staff
from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.ledger.types import AccountClass
from hansa.centers.product import api as product
from hansa.centers.product.types import Measure as Scale
from hansa.centers.product.types import NewSku
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import CommissionScope
from hansa.centers.trade import api as trade
from hansa.centers.trade._rules.pricing import guard_lines, spread
from hansa.centers.trade.errors import CartChanged, NoPlaceServes, PricingBroken
from hansa.centers.trade.types import (
    ChangeKind,
    DraftLine,
    Funder,
    FunderKind,
    LineRequest,
    Measure,
    QuotedLine,
)
from hansa.centers.trade.types import OrderState as S
from hansa.kernel.money import Money
from hansa.kernel.problem import Invalid
from house import Good

GRAMS = Scale(unit="g", per=1000, minimum=100, maximum=5000, step=5)


async def by_weight(house, seller, *, per_kilo: int = 2500, grams: int = 1000, scale: Scale = GRAMS) -> Good:
    """Cheese, so many fen a kilogram, so many grams of it in stock."""
    page = await product.create_product(
        house.system,
        shop_id=seller.shop_id,
        titles={"en": f"Cheese {uuid4().hex[:6]}"},
        skus=[NewSku(price=Money(per_kilo, "CNY"))],
        measure=scale,
    )
    good = Good(page.offers[0].id, page.skus[0].id, seller.place_id, per_kilo)
    await house.restock(good, grams)
    return good


def weighed(good: Good, amount: int, unit: str = "g") -> LineRequest:
    return LineRequest(good.offer_id, measure=Measure(amount, unit))


async def placed_by(house, buyer, *lines):
    quote = await trade.quote(buyer, lines=lines, address_id=await house.home(buyer))
    return quote, await trade.place(buyer, token=trade.seal(buyer, quote))


async def test_three_hundred_and_fifty_five_grams_are_one_line_with_an_amount_of_its_own(house):
    seller, buyer = await house.seller(), await house.buyer()
    cheese = await by_weight(house, seller, per_kilo=2499)

    quote, placed = await placed_by(
        house, buyer, weighed(cheese, 355), LineRequest(cheese.offer_id, 1, Measure(100, "g"))
    )

    # 2499 * 0.355 is 887.145, and 2499 * 0.1 is 249.9: rounded once each, and facts from then on.
    assert [(one.quantity, one.measure, one.unit_minor, one.gross) for one in quote.lines] == [
        (1, Measure(355, "g", 1000), 2499, 887),
        (1, Measure(100, "g", 1000), 2499, 250),
    ]
    assert await house.stock(cheese) == (1000, 455, 0)
    order_id = (await house.pay(buyer, placed)).orders[0]
    await trade.ship(staff(seller), order_id=order_id)
    await trade.receive(buyer, order_id=order_id)
    assert await house.stock(cheese) == (545, 0, 0)
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == (887 - 44) + (250 - 13)
    order = await trade.order(buyer, order_id=order_id)
    assert [line.measure for line in order.lines] == [Measure(355, "g", 1000), Measure(100, "g", 1000)]


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        (lambda good: LineRequest(good.offer_id, 2), "lines.0.measure", "required"),
        (lambda good: LineRequest(good.offer_id, 2, Measure(200, "g")), "lines.0.quantity", "measured"),
        (lambda good: weighed(good, 99), "lines.0.measure.amount", "range"),
        (lambda good: weighed(good, 102), "lines.0.measure.amount", "step"),
        (lambda good: weighed(good, 200, "ml"), "lines.0.measure.unit", "other"),
    ],
)
async def test_an_amount_that_cannot_be_bought_says_why(house, line, field, code):
    good = await by_weight(house, await house.seller())

    with pytest.raises(Invalid) as refused:
        await trade.quote(await house.buyer(), lines=[line(good)])

    assert [(error.field, error.code) for error in refused.value.errors] == [(field, code)]


async def test_what_is_sold_by_the_piece_takes_no_measure(house):
    pear = await house.good(await house.seller())

    with pytest.raises(Invalid) as refused:
        await trade.quote(await house.buyer(), lines=[weighed(pear, 100)])

    assert [error.code for error in refused.value.errors] == ["unmeasured"]


async def test_no_more_grams_are_sold_than_there_are(house):
    seller, first, second = await house.seller(), await house.buyer(), await house.buyer()
    cheese = await by_weight(house, seller, grams=600)
    quotes = [
        await trade.quote(buyer, lines=[weighed(cheese, 400)], address_id=await house.home(buyer))
        for buyer in (first, second)
    ]

    await trade.place(first, token=trade.seal(first, quotes[0]))
    with pytest.raises(OutOfStock):
        await trade.place(second, token=trade.seal(second, quotes[1]))

    assert await house.stock(cheese) == (600, 400, 0)
    with pytest.raises(NoPlaceServes):
        await trade.quote(second, lines=[weighed(cheese, 605)])


async def test_a_cart_keeps_an_amount_and_says_when_it_no_longer_fits(house):
    seller, buyer = await house.seller(), await house.buyer()
    cheese = await by_weight(house, seller)
    (line,) = await trade.put_in_cart(buyer, offer_id=cheese.offer_id, quantity=1, measure=Measure(250, "g"))
    assert (line.measure, line.unit_minor) == (Measure(250, "g", 1000), 2500)
    assert (await trade.quote_cart(buyer)).payable == 625

    with pytest.raises(Invalid):
        await trade.put_in_cart(buyer, offer_id=cheese.offer_id, quantity=1)
    async with house.platform.db.transaction() as tx:  # it was put when the shop sold it in pounds
        await tx.raw.execute(
            "UPDATE trade.cart_line SET measure_unit = 'lb', measure_per = 1 WHERE offer_id = $1",
            cheese.offer_id,
        )

    (reviewed,) = (await trade.review_cart(buyer)).lines
    assert [change.kind for change in reviewed.changes] == [ChangeKind.MEASURE]
    with pytest.raises(CartChanged):
        await trade.quote_cart(buyer)


async def test_of_two_amounts_of_a_guest_and_its_account_the_larger_is_kept(house):
    seller, guest = await house.seller(), await house.buyer()
    cheese = await by_weight(house, seller)
    await trade.put_in_cart(guest, offer_id=cheese.offer_id, quantity=1, measure=Measure(700, "g"))

    owner = await house.sign_up_as(guest)

    assert [line.measure for line in await trade.cart(owner)] == [Measure(700, "g", 1000)]


async def test_a_draft_is_for_an_amount_at_an_agreed_price(house):
    seller, buyer = await house.seller(), await house.buyer()
    cheese = await by_weight(house, seller, per_kilo=2500)
    await house.asks(buyer, cheese)

    draft = await trade.make_draft(
        staff(seller),
        shop_id=seller.shop_id,
        buyer=buyer.party(),
        lines=[DraftLine(cheese.offer_id, 1, 1999, Measure(555, "g"))],
    )
    placed = await trade.accept_draft(buyer, draft_id=draft.id, address_id=await house.home(buyer))

    assert draft.goods == placed.payable == 1109  # 1999 * 0.555 is 1109.445
    shown = await trade.draft(buyer, draft_id=draft.id)
    assert [(line.gross, line.measure) for line in shown.lines] == [(1109, Measure(555, "g", 1000))]
    assert await house.stock(cheese) == (1000, 555, 0)


async def test_a_weighed_line_goes_back_whole_and_what_it_cost_with_it(house):
    seller, buyer = await house.seller(), await house.buyer()
    cheese = await by_weight(house, seller, per_kilo=3333)
    escrow = await house.balance(AccountClass.ESCROW)
    _, placed = await placed_by(house, buyer, weighed(cheese, 105), weighed(cheese, 995 - 105))
    order_id = (await house.pay(buyer, placed)).orders[0]
    await trade.ship(staff(seller), order_id=order_id)

    await trade.refund_lines(operator(buyer), order_id=order_id, cause="it had gone off", lines=[1])

    assert (
        await house.balance(AccountClass.ESCROW) - escrow == placed.payable - 350
    )  # 3333 * 0.105 is 349.965
    assert await house.stock(cheese) == (5, 0, 0)  # what was sent comes back by a receipt, or not at all


@pytest.mark.usefixtures("counter")
async def test_the_commission_of_the_nearest_category_is_taken(house):
    seller, buyer = await house.seller(), await house.buyer()
    food = await product.add_category(house.system, slug=f"f{uuid4().hex[:12]}", names={"en": "Food"})
    dairy = await product.add_category(
        house.system, slug=f"d{uuid4().hex[:12]}", names={"en": "Dairy"}, parent_id=food.id
    )
    goods = []
    for category in (food, dairy, None):
        page = await product.create_product(
            house.system,
            shop_id=seller.shop_id,
            titles={"en": "Something to eat"},
            skus=[NewSku(price=Money(1000, "CNY"))],
            category_id=category.id if category else None,
        )
        good = Good(page.offers[0].id, page.skus[0].id, seller.place_id, 1000)
        await house.restock(good, 10)
        goods.append(good)
    for category, points in ((food, 300), (dairy, 100)):
        await shop.add_commission_rule(
            house.system, scope=CommissionScope(category_id=category.id), basis_points=points
        )

    order_id = await house.paid_order(buyer, *goods)
    before = [line.commission_bp for line in (await trade.order(buyer, order_id=order_id)).lines]
    await shop.add_commission_rule(
        house.system, scope=CommissionScope(category_id=dairy.id, shop_id=seller.shop_id), basis_points=50
    )
    later = await trade.order(buyer, order_id=await house.paid_order(buyer, goods[1]))
    await trade.receive(buyer, order_id=order_id)

    assert before == [300, 100, 500]
    assert [line.commission_bp for line in later.lines] == [50]
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 970 + 990 + 950


def a_line(number: int, gross: int, amount: int) -> QuotedLine:
    anything = uuid4()
    return QuotedLine(
        line_no=number,
        offer_id=anything,
        offer_version=1,
        sku_id=anything,
        product_id=anything,
        shop_id=anything,
        title="Cheese",
        options="",
        art="",
        quantity=1,
        unit_minor=gross,
        gross=gross,
        measure=Measure(amount, "g", 1000),
    )


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**9)), min_size=1, max_size=20),
    st.integers(0, 10**12),
)
def test_a_discount_is_spread_over_grosses_and_asks_no_unit_price(wanted, minor):
    lines = tuple(a_line(number, gross, amount) for number, (gross, amount) in enumerate(wanted, 1))

    after = spread(lines, layer="coupon", funder=Funder(FunderKind.SHOP), minor=minor)

    assert sum(one.discount for one in after) == min(minor, sum(one.gross for one in lines))
    assert guard_lines(lines, after) == after


@pytest.mark.parametrize(
    "bent",
    [
        {"measure": Measure(2, "g", 1000)},
        {"measure": None},
        {"shop_id": uuid4()},
        {"category_ids": (uuid4(),)},
    ],
)
def test_a_layer_cannot_change_how_much_is_bought_of_whom_or_under_which_rate(bent):
    lines = (a_line(1, 100, 1),)

    with pytest.raises(PricingBroken):
        guard_lines(lines, tuple(msgspec.structs.replace(one, **bent) for one in lines))


async def test_an_unpaid_amount_is_free_again(house):
    seller, buyer = await house.seller(), await house.buyer()
    cheese = await by_weight(house, seller)
    _, placed = await placed_by(house, buyer, weighed(cheese, 500))

    await house.wait(timedelta(hours=1))

    assert (await trade.order(buyer, order_id=placed.orders[0].id)).state is S.CLOSED
    assert await house.stock(cheese) == (1000, 0, 0)


async def test_an_agreed_price_that_nobody_can_pay_is_refused(house):
    seller, buyer = await house.seller(), await house.buyer()
    cheese = await by_weight(house, seller, scale=Scale(unit="g", per=1, minimum=1, maximum=10**6, step=1))

    for lines in ([(9 * 10**15, 10**6)], [(9 * 10**10, 10**6)] * 2):
        with pytest.raises(Invalid):
            await trade.make_draft(
                staff(seller),
                shop_id=seller.shop_id,
                buyer=buyer.actor.party,
                lines=[
                    DraftLine(
                        offer_id=cheese.offer_id, unit_minor=price, quantity=1, measure=Measure(grams, "g")
                    )
                    for price, grams in lines
                ],
            )
