"""Goods sold by weight, on the real pages: how much one takes, what it costs, and what cannot be had."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from surfer import ADDRESS, CARD

from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID, Measure, NewSku
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID
from hansa.kernel.money import Money
from house import Good

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

GRAMS = Measure(unit="g", per=1000, minimum=100, maximum=5000, step=50)


@pytest.fixture
def sell(front):
    """Put cheese on sale at 25 yuan a kilogram; returns the address of its page."""

    def made(*, grams):
        async def story():
            house = front.house
            seller = await house.seller()
            page = await product.create_product(
                house.system,
                shop_id=seller.shop_id,
                titles={"en": f"Cheese {uuid4().hex[:6]}"},
                skus=[NewSku(price=Money(2500, "CNY"))],
                measure=GRAMS,
            )
            await house.restock(Good(page.offers[0].id, page.skus[0].id, seller.place_id, 2500), grams)
            return f"/bazaar/products/{PRODUCT_ID.show(page.product.id)}"

        return front.do(story())

    return made


@pytest.fixture
def cheese(sell):
    """The page of cheese of which there are 1.2 kilograms."""
    return sell(grams=1200)


@pytest.fixture
def dairy(front):
    """The seller of cheese, the page of the cheese and that of bread, which is sold by the piece."""

    async def story():
        house = front.house
        seller = await house.seller()
        pages = []
        for title, measure in ((f"Cheese {uuid4().hex[:8]}", GRAMS), (f"Bread {uuid4().hex[:8]}", None)):
            page = await product.create_product(
                house.system,
                shop_id=seller.shop_id,
                titles={"en": title},
                skus=[NewSku(price=Money(2500, "CNY"))],
                measure=measure,
            )
            await house.restock(Good(page.offers[0].id, page.skus[0].id, seller.place_id, 2500), 450)
            pages.append((f"/bazaar/products/{PRODUCT_ID.show(page.product.id)}", title))
        await house.settle_down()
        return seller, pages

    return front.do(story())


def told(page):
    """The page's text with plain spaces."""
    return page.text.replace("\u00a0", " ")


def plain(page):
    """A page without the tags inside its amounts."""
    return page.replace('<span class="minor">', "")


def test_the_page_says_which_amounts_there_are_and_what_the_price_is_for(surfer, cheese):
    page = told(surfer.open(cheese))

    assert "per kg" in page
    assert "Amount, in g" in page
    assert "From 100 g to 5,000 g, in steps of 50 g" in page
    assert 'value="100" min="100" max="1200" step="50"' in page


def test_an_amount_is_put_in_the_cart_changed_and_priced(surfer, cheese):
    page = told(surfer.add(cheese, quantity="350"))

    assert "It is in your cart." in page
    assert "1 piece" in page
    assert "¥25.00 per kg" in page
    assert 'value="350" min="100" max="1200" step="50"' in page
    assert "8.75" in plain(page)

    page = told(surfer.send("/cart/quantity", quantity="600"))
    assert 'value="600"' in page
    assert "15.00" in plain(page)


def test_more_of_it_is_added_as_far_as_there_is_more(surfer, cheese):
    surfer.add(cheese, quantity="350")
    assert 'value="700"' in surfer.add(cheese, quantity="350").text
    assert 'value="1200"' in surfer.add(cheese, quantity="1000").text


@pytest.mark.parametrize("amount", ["50", "120", "5050", "1.5", "", "-100", "a lot"])
def test_an_amount_that_is_not_sold_changes_nothing(surfer, cheese, amount):
    page = surfer.add(cheese, quantity=amount)

    assert page.status_code == 422
    assert told(page).count("From 100 g to 5,000 g, in steps of 50 g") > 1
    assert "Your cart is empty" in surfer.open("/bazaar/cart").text


def test_more_than_there_is_cannot_be_had(surfer, cheese):
    page = surfer.add(cheese, quantity="2000")
    assert page.status_code == 422
    assert "Only 1,200 g is left." in told(page)

    surfer.add(cheese, quantity="300")
    page = surfer.send("/cart/quantity", quantity="2000")
    assert page.status_code == 422
    assert "Only 1,200 g is left." in told(page)


def test_less_than_the_least_is_sold_out(surfer, sell):
    page = surfer.open(sell(grams=90)).text

    assert "Sold out for now." in page
    assert "only 90" not in page


def test_little_is_told_by_its_amount(surfer, sell):
    assert "only 450 g left" in told(surfer.open(sell(grams=450)))


def card(page, title):
    """What a list says of one product."""
    return told(page).partition(title)[2].partition("</li>")[0]


def test_a_list_says_what_a_price_is_for(surfer, dairy):
    _, ((_, cheese), (_, bread)) = dairy

    for page in ("/bazaar/", f"/bazaar/?q={cheese.partition(' ')[2]}"):
        shown = card(surfer.open(page), cheese)
        assert "per kg" in shown, page
        assert "only 450 g left" in shown
    assert "per" not in card(surfer.open(f"/bazaar/?q={bread.partition(' ')[2]}"), bread)


def test_less_than_the_least_is_sold_out_in_a_list_too(surfer, sell):
    title = surfer.open(sell(grams=90)).text.partition("<h1>")[2].partition("</h1>")[0]

    assert "Sold out" in card(surfer.open("/bazaar/"), title)


def test_what_arrived_of_an_order_is_named_by_its_amount(surfer, front, dairy):
    seller, ((cheese, _), (bread, named)) = dairy
    surfer.sign_up(f"{uuid4().hex}@example.com")
    surfer.add(cheese, quantity="350")
    surfer.add(bread)
    surfer.open("/bazaar/checkout")
    surfer.send("/checkout", **ADDRESS)
    surfer.send(surfer.page.url.path.rpartition("/")[2], **CARD)
    here = surfer.open("/bazaar/orders").text.partition('class="plain" href="')[2].partition('"')[0]
    front.do(trade.ship(seller.ctx, order_id=ORDER_ID.read(here.rpartition("/")[2])))

    page = told(surfer.open(here))

    there = re.sub(r"<[^>]*>|\s+", " ", page.partition('class="picks pieces')[2].partition("</fieldset>")[0])
    assert re.search(r"Cheese \w+ +350 g ", there)
    assert re.search(rf"{named} +1 piece ", there)
    assert 'name="pieces-' not in page


@pytest.mark.parametrize("by_cart", [True, False])
def test_an_amount_is_ordered(surfer, cheese, by_cart):
    if by_cart:
        surfer.add(cheese, quantity="350")
        surfer.open("/bazaar/checkout")
    else:
        surfer.open(cheese)
        surfer.send("/cart/add", to="/bazaar/buy", quantity="350")
    assert surfer.page.url.path == "/bazaar/checkout"
    assert "350 g" in told(surfer.page)
    assert "8.75" in plain(surfer.page.text)

    surfer.send("/checkout", **ADDRESS, email=f"{uuid4().hex}@example.com")

    assert "/pay/" in str(surfer.page.url), surfer.page.text
