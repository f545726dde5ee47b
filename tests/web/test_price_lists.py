"""Price lists at the desk: prices that begin and end by themselves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from desks import email, open_shop

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


def begin(seller, **more):
    """The seller begins a list that holds from now on; the surfer stands at its page."""
    seller.open(f"{seller.desk}/prices/new")
    return seller.send("/prices/new", **({"name-en": "Weekend"} | more))


@pytest.fixture
def list_(seller, good, front):
    """A list that holds, and something on sale that may be put in it; the seller stands before it."""
    front.do(front.house.settle_down())
    assert begin(seller).status_code == 200, seller.page.text
    return str(seller.page.url)


def put_in(seller, price):
    offer = re.search(r'name="offer" value="(offer_[0-9a-z]+)"', seller.page.text).group(1)
    seller.send("/add", offer=offer, price=price)
    return offer


def plain(page):
    return page.text.replace('<span class="minor">', "").replace("</span>", "")


def test_what_a_list_in_force_asks_is_what_buyers_pay(seller, somebody_else, good, list_):
    offer = put_in(seller, "19.90")
    assert f'name="price-{offer}" value="19.90"' in seller.page.text
    assert "19.90" in plain(somebody_else.open(good))

    seller.send("/set", **{f"price-{offer}": "18"})
    assert "18.00" in plain(somebody_else.open(good))
    seller.send("/drop")

    assert "Nothing yet. Add goods below." in seller.page.text
    assert "25.00" in plain(somebody_else.open(good))


def test_a_list_that_begins_later_waits(seller, somebody_else, good, front, list_):
    later = front.house.system.now() + timedelta(days=3)
    seller.open(list_)
    seller.send("/edit", starts=f"{later:%Y-%m-%dT%H:%M}")
    seller.open(list_)
    put_in(seller, "19.90")

    assert "25.00" in plain(somebody_else.open(good))
    assert "Coming" in seller.open(f"{seller.desk}/prices").text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name-en": "", "name-zh": ""}, "Say it in at least one language"),
        ({"starts": "soon"}, "A day and an hour, please"),
        ({"starts": ""}, "Please fill this in"),
        ({"starts": "2026-12-12T00:00", "ends": "2026-12-11T00:00"}, "After it begins"),
        ({"priority": "first"}, "A whole number, please"),
        ({"priority": "5000"}, "1,000"),
    ],
)
def test_what_cannot_be_a_list_is_said_at_its_field(seller, typed, says):
    page = begin(seller, **typed)

    assert page.status_code == 422
    assert says in page.text
    assert "No price lists yet" in seller.open(f"{seller.desk}/prices").text


def test_a_price_that_cannot_be_one_is_said_and_changes_nothing(seller, list_):
    offer = put_in(seller, "a lot")
    assert seller.page.status_code == 422
    assert "An amount, for example 12.50" in seller.page.text
    seller.open(list_)
    put_in(seller, "19.90")

    page = seller.send("/set", **{f"price-{offer}": ""})

    assert page.status_code == 422
    assert "19.90" in seller.open(list_).text


def test_a_page_that_is_out_of_date_changes_nothing(seller, list_):
    put_in(seller, "19.90")
    seller.open(list_)
    old = seller.form("/edit")
    seller.send("/edit", **{"name-en": "Sunday"})

    refused = seller.client.post(old[0], data=old[1] | {"name-en": "Monday"})

    assert refused.status_code == 409
    assert "A colleague changed this in the meantime" in refused.text


def test_a_list_that_is_sent_twice_begins_once(seller):
    seller.open(f"{seller.desk}/prices/new")
    at, fields = seller.form("/prices/new")

    for _ in range(2):
        seller.client.post(at, data=fields | {"name-en": "Weekend"})

    assert "1 shown" in seller.open(f"{seller.desk}/prices").text


def test_lists_are_nobody_elses(seller, somebody_else, list_):
    number = list_.rpartition("/")[2]
    somebody_else.sign_up(email())
    own = open_shop(somebody_else)

    for path in ("prices", "prices/new", f"prices/{number}"):
        assert somebody_else.open(f"{seller.desk}/{path}").status_code == 404, path
    assert somebody_else.open(f"{own}/prices/{number}").status_code == 404
    token = re.search(r'name="_csrf_token" value="([^"]+)"', somebody_else.open(own).text).group(1)
    for way in ("edit", "set", "add", "drop"):
        answer = somebody_else.client.post(f"{own}/prices/{number}/{way}", data={"_csrf_token": token})
        assert answer.status_code == 404, way


def test_goods_of_another_shop_are_not_put_in_a_list(seller, somebody_else, list_):
    theirs = re.search(r'name="offer" value="(offer_[0-9a-z]+)"', seller.page.text).group(1)
    somebody_else.sign_up(email())
    somebody_else.desk = open_shop(somebody_else)
    begin(somebody_else)
    at = str(somebody_else.page.url)
    token = re.search(r'name="_csrf_token" value="([^"]+)"', somebody_else.page.text).group(1)

    answer = somebody_else.client.post(
        f"{at}/add", data={"_csrf_token": token, "offer": theirs, "price": "1"}
    )

    assert 400 <= answer.status_code < 500
    assert "Nothing yet. Add goods below." in somebody_else.open(at).text


@pytest.mark.parametrize(("role", "status"), [("catalogue", 200), ("support", 403)])
def test_staff_set_prices_as_their_role_allows(seller, somebody_else, hire, role, status):
    hire(seller, somebody_else, role)

    assert somebody_else.open(f"{seller.desk}/prices").status_code == status
    assert somebody_else.open(f"{seller.desk}/prices/new").status_code == status
