"""A shop offers what others keep, and sees what of its own waits for a decision."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from desks import email, open_shop
from surfer import Surfer

from hansa.centers.product import api as product
from hansa.centers.product.types import NewSku
from hansa.centers.shop import api as shop
from hansa.kernel.money import Money

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


def gtin():
    """A number of thirteen digits whose last one fits (GS1)."""
    digits = f"69{uuid4().int % 10**10:010d}"
    weighed = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits)))
    return f"{digits}{-weighed % 10}"


@pytest.fixture
def master(front):
    """What somebody else keeps in the catalogue: its name and GTIN."""
    word, number = uuid4().hex[:10], gtin()

    async def story():
        keeper = await front.house.seller()
        await product.create_product(
            front.house.system,
            shop_id=keeper.shop_id,
            titles={"en": f"Kettle {word}"},
            skus=[NewSku(price=Money(5000, "CNY"), gtin=number)],
        )
        await front.house.settle_down()
        return word, number

    return front.do(story())


def own_offers(seller, front):
    async def story():
        own = await shop.shop_by_slug(front.house.system, slug=seller.desk.rpartition("/")[2])
        return (await product.offers_beside(front.house.system, shop_id=own.id)).items

    return front.do(story())


@pytest.mark.parametrize("by", [0, 1])
def test_what_another_keeps_is_found_and_offered_at_an_own_price(seller, front, master, by):
    page = seller.open(f"{seller.desk}/beside?query={master[by]}")
    assert f"Kettle {master[0]}" in page.text
    assert "1 seller, from" in page.text

    assert seller.send("/make", price="much").status_code == 422
    assert "An amount, for example 12.50" in seller.page.text
    seller.send("/make", price="48")

    assert "It is offered." in seller.page.text
    (offer,) = own_offers(seller, front)
    assert offer.base == Money(4800, "CNY")
    assert "you offer it already" in seller.open(f"{seller.desk}/beside?query={master[by]}").text


def test_its_price_is_changed_and_it_is_taken_off_and_put_on_sale(seller, front, master):
    seller.open(f"{seller.desk}/beside?query={master[1]}")
    seller.send("/make", price="48")
    field = re.search(r'name="(price-offer_[0-9a-z]+)"', seller.page.text).group(1)
    stale = seller.form("/beside/prices")

    seller.send("/beside/prices", **{field: "47.50"})
    assert f'name="{field}" value="47.50"' in seller.page.text
    seller.page = seller.client.post(stale[0], data=stale[1] | {field: "40", "attempt": "another"})
    assert seller.page.status_code == 409
    assert "47.50" not in str(own_offers(seller, front)[0].list_price)

    seller.open(f"{seller.desk}/beside")
    seller.send("/beside/withdraw")
    assert "Withdrawn" in seller.page.text
    assert not own_offers(seller, front)[0].active
    seller.send("/beside/restore")
    assert own_offers(seller, front)[0].active
    assert own_offers(seller, front)[0].base == Money(4750, "CNY")
    seller.send("/beside/withdraw")
    seller.send("/beside/prices", **{field: "46"})
    assert own_offers(seller, front)[0].active
    assert own_offers(seller, front)[0].base == Money(4600, "CNY")


def test_what_the_shop_keeps_itself_is_not_offered_beside_itself(seller, good, front):
    front.do(front.house.settle_down())

    assert (
        "/beside/make" not in seller.open(f"{seller.desk}/beside?query=pear").text.partition(seller.desk)[0]
    )
    assert own_offers(seller, front) == []


def test_a_stranger_touches_nothing_of_it(seller, somebody_else, front, master):
    seller.open(f"{seller.desk}/beside?query={master[1]}")
    seller.send("/make", price="48")
    offer = re.search(r'name="offer" value="(offer_[0-9a-z]+)"', seller.page.text).group(1)
    somebody_else.sign_up(email())
    own = open_shop(somebody_else)
    somebody_else.open(f"{own}/beside?query={master[1]}")
    token = somebody_else.form("/make")[1]

    for desk in (seller.desk, own):
        sent = token | {"offer": offer, f"price-{offer}": "1"}
        for step in ("withdraw", "restore"):
            assert somebody_else.client.post(f"{desk}/beside/{step}", data=sent).status_code == 404
        somebody_else.client.post(f"{desk}/beside/prices", data=sent)
    assert somebody_else.open(f"{seller.desk}/beside").status_code == 404
    assert somebody_else.open(f"{seller.desk}/changes").status_code == 404
    (kept,) = own_offers(seller, front)
    assert (kept.active, kept.base) == (True, Money(4800, "CNY"))


def test_who_may_not_price_does_not_offer(seller, front, hire):
    colleague = hire(seller, Surfer(front.url), "support")

    assert colleague.open(f"{seller.desk}/beside").status_code == 403
    assert colleague.open(f"{seller.desk}/changes").status_code == 403
    colleague.client.close()


def test_a_change_waits_where_the_shop_sees_it_and_is_taken_back(seller, front):
    """What other shops sell too is not renamed under them: such an edit waits."""
    seller.open(f"{seller.desk}/goods/new")
    seller.send("/goods/new", **{"title-en": "Jug", "price": "12"})
    seller.send("/publish")
    here = str(seller.page.url)
    assert "Nothing waits" in seller.open(f"{seller.desk}/changes").text

    async def offer_too():
        own = await shop.shop_by_slug(front.house.system, slug=seller.desk.rpartition("/")[2])
        (kept,) = (await product.products_of_shop(front.house.system, shop_id=own.id)).items
        page = await product.product(front.house.system, kept.id)
        rival = await front.house.seller()
        await product.make_offer(
            front.house.system, shop_id=rival.shop_id, sku_id=page.skus[0].id, price=Money(1100, "CNY")
        )

    front.do(offer_too())
    seller.open(here)
    seller.send("/edit", **{"title-en": "Better jug"})

    page = seller.open(f"{seller.desk}/changes").text
    assert "Jug" in page
    assert "name" in page
    seller.send("/withdraw-change")
    assert "Nothing waits" in seller.open(f"{seller.desk}/changes").text
