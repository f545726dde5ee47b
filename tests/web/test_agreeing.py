"""Orders at agreed prices, from the desk to the buyer and back."""

from __future__ import annotations

import re

import pytest
from desks import email, open_first_order, open_shop, order
from surfer import Surfer

from hansa.centers.product import api as product
from hansa.centers.product.types import Measure, NewSku
from hansa.centers.shop import api as shop
from hansa.kernel.money import Money

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


@pytest.fixture
def customer(somebody_else, seller, good, front):
    """Somebody with an account who ordered from the seller; the seller stands before the order."""
    somebody_else.sign_up(email(), name="Ada")
    order(somebody_else, good)
    front.do(front.house.settle_down())
    open_first_order(seller)
    return somebody_else


def begin(seller):
    """The seller begins an agreed order for whose order is open."""
    seller.open(re.search(r'href="([^"]+/agreed/new\?with=ord_[0-9a-z]+)"', seller.page.text).group(1))


def press(seller, name, value=None):
    """Press a button of the form of the page, the first of its name."""
    found = value or re.search(rf'name="{name}" value="([^"]+)"', seller.page.text).group(1)
    return seller.send("/agreed/new", **{name: found})


def plain(page):
    return page.text.replace('<span class="minor">', "").replace("</span>", "").replace("\u00a0", " ")


def agree(seller, **typed):
    """Put the first of the goods on an order and send it."""
    begin(seller)
    press(seller, "add")
    return seller.send("/agreed/new", do="send", **{"many-1": "3", "price-1": "20", **typed})


def test_an_order_is_agreed_on_accepted_and_found_among_the_orders(seller, customer):
    agree(seller, freight="0", note="Three, as we said.")

    assert "the buyer knows" in seller.page.text
    assert "Waiting for the buyer" in seller.page.text
    here = str(seller.page.url)
    customer.open("/bazaar/drafts")
    customer.open(customer.page.text.partition('class="plain" href="')[2].partition('"')[0])
    assert "Three, as we said." in customer.page.text
    assert "60.00" in plain(customer.page)
    address = re.search(r'name="address" value="(adr_[^"]+)"', customer.page.text).group(1)
    customer.send(str(customer.page.url).rpartition("/")[2], address=address)
    assert "/pay/" in str(customer.page.url), customer.page.text

    assert "It is an order of the shop now" in seller.open(here).text
    assert re.search(rf'href="{seller.desk}/orders/ord_[0-9a-z]+"', seller.page.text)
    assert "Accepted" in seller.open(f"{seller.desk}/agreed").text


def test_goods_are_found_added_once_and_taken_out(seller, customer):
    begin(seller)
    assert "Nothing yet. Add goods below." in seller.page.text

    assert 'name="line-1"' in press(seller, "add").text
    assert "Nothing on sale is like that." in seller.page.text  # all there is, is on the order
    assert "Nothing yet" in press(seller, "drop", "1").text
    assert "Nothing on sale is like that." in seller.send("/agreed/new", do="find", query="zzzz").text


def test_what_cannot_be_right_is_said_at_its_field_and_nothing_is_made(seller, customer):
    page = agree(seller, **{"many-1": "many", "price-1": "-3", "freight": "much", "days": "400"})

    assert page.status_code == 422
    for error in ("many-1", "price-1", "freight", "days"):
        assert f'id="f-{error}-error"' in page.text, error
    assert seller.send("/agreed/new", do="send", note="x" * 2001).status_code == 422
    assert "No agreed orders yet" in seller.open(f"{seller.desk}/agreed").text


def test_an_order_of_nothing_is_not_sent(seller, customer):
    begin(seller)

    page = seller.send("/agreed/new", do="send")

    assert page.status_code == 422
    assert "Add something first" in page.text


def test_it_is_sent_once_however_often_it_is_pressed(seller, customer):
    begin(seller)
    press(seller, "add")
    at, fields = seller.form("/agreed/new")

    for _ in range(2):
        seller.client.post(at, data=fields | {"do": "send"})

    assert "1 shown" in seller.open(f"{seller.desk}/agreed").text


def test_it_is_taken_back_and_can_be_accepted_no_more(seller, customer):
    agree(seller)
    seller.send("/withdraw")

    assert "Taken back" in seller.page.text
    customer.open("/bazaar/drafts")
    customer.open(customer.page.text.partition('class="plain" href="')[2].partition('"')[0])
    assert "The seller has taken this offer back." in customer.page.text


def test_goods_by_weight_cost_what_was_agreed_for_so_much(seller, customer, front):
    async def cheese():
        own = await shop.shop_by_slug(front.house.system, slug=seller.desk.rpartition("/")[2])
        await product.create_product(
            front.house.system,
            shop_id=own.id,
            titles={"en": "Goat cheese"},
            skus=[NewSku(price=Money(2500, "CNY"))],
            measure=Measure(unit="g", per=1000, minimum=100, maximum=5000, step=5),
        )
        await front.house.settle_down()

    front.do(cheese())
    begin(seller)
    seller.send("/agreed/new", do="find", query="cheese")
    press(seller, "add")
    assert "Amount in g" in seller.page.text
    assert "Price per kg" in seller.page.text
    assert 'id="f-many-1-error"' in seller.send("/agreed/new", do="send", **{"many-1": "7"}).text
    seller.send("/agreed/new", do="send", **{"many-1": "555", "price-1": "19.99"})

    assert "555 g" in plain(seller.page)
    assert "11.09" in plain(seller.page)
    customer.open("/bazaar/drafts")
    customer.open(customer.page.text.partition('class="plain" href="')[2].partition('"')[0])
    assert "11.09" in plain(customer.page)
    assert "19.99" not in plain(customer.page)


def test_it_is_nobody_elses(seller, customer, front):
    whom = re.search(r"with=(ord_[0-9a-z]+)", seller.page.text).group(1)
    agree(seller)
    number = str(seller.page.url).rpartition("/")[2]
    rival = Surfer(front.url)
    rival.sign_up(email())
    own = open_shop(rival)

    for path in ("agreed", f"agreed/{number}", "agreed/new", f"agreed/new?with={whom}"):
        assert rival.open(f"{seller.desk}/{path}").status_code == 404, path
    for path in (f"agreed/{number}", f"agreed/new?with={whom}"):
        assert rival.open(f"{own}/{path}").status_code == 404, path
    token = re.search(r'name="_csrf_token" value="([^"]+)"', rival.open(own).text).group(1)
    for path in (f"agreed/{number}/withdraw", f"agreed/new?with={whom}"):
        answer = rival.client.post(f"{own}/{path}", data={"_csrf_token": token, "attempt": "x", "do": "send"})
        assert answer.status_code == 404, path
    rival.client.close()


@pytest.mark.parametrize(("role", "status"), [("support", 200), ("catalogue", 403), ("fulfilment", 403)])
def test_who_may_not_agree_on_orders_does_not(seller, somebody_else, hire, role, status):
    hire(seller, somebody_else, role)

    assert somebody_else.open(f"{seller.desk}/agreed").status_code == status
    assert somebody_else.open(f"{seller.desk}/agreed/new").status_code == status
    assert ("/agreed" in somebody_else.open(seller.desk).text) == (status == 200)


@pytest.mark.parametrize("whom", ["ord_x", "cnv_x", "nobody", "ord_01jd3x00000000000000000000"])
def test_who_is_not_known_is_not_found(seller, whom):
    assert 400 <= seller.open(f"{seller.desk}/agreed/new?with={whom}").status_code < 500


def test_whoever_wrote_is_offered_too(seller, somebody_else, good):
    somebody_else.sign_up(email())
    somebody_else.open(good.replace("/products/", "/talk/"))
    somebody_else.send(good.rpartition("/")[2], text="Would you make me five?")

    seller.open(f"{seller.desk}/agreed/new")
    assert "Wrote to the shop" in seller.page.text
    seller.open(re.search(r'href="([^"]+/agreed/new\?with=cnv_[0-9a-z]+)"', seller.page.text).group(1))

    assert "The buyer you know from" in seller.page.text
