"""What a buyer does with orders, on the real pages: parts, notes, more time, another address, offers, reviews."""

from __future__ import annotations

from uuid import uuid4

import pytest
from surfer import ADDRESS, CARD

from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.review import api as review
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import DRAFT_ID, ORDER_ID, DraftLine
from hansa.centers.user import api as user
from hansa.web import cookies

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


@pytest.fixture
def lin(surfer):
    surfer.sign_up(f"{uuid4().hex}@example.com", name="Lin")
    return surfer


@pytest.fixture
def two_goods(front):
    """Two things of one seller, and their pages."""

    async def story():
        seller = await front.house.seller()
        goods = [await front.house.good(seller, price=price) for price in (1000, 2500)]
        offers = await product.offers(front.house.system, [good.offer_id for good in goods])
        return (
            seller,
            goods,
            [f"/bazaar/products/{PRODUCT_ID.show(offers[g.offer_id].product_id)}" for g in goods],
        )

    return front.do(story())


def ordered(surfer, *paths):
    """Order one of each and pay; returns the order's address."""
    for path in paths:
        surfer.add(path)
    surfer.open("/bazaar/checkout")
    surfer.send("/checkout", **ADDRESS)
    surfer.send(surfer.page.url.path.rpartition("/")[2], **CARD)
    return surfer.open("/bazaar/orders").text.partition('class="plain" href="')[2].partition('"')[0]


def acting(seller, *permissions):
    actor = seller.ctx.actor
    grants = frozenset(f"{one}@shop:{seller.shop_id}" for one in permissions)
    return seller.ctx.with_(actor=type(actor)(actor.kind, actor.party, grants))


def key(path):
    return ORDER_ID.read(path.rpartition("/")[2])


def test_parcels_come_one_by_one_and_are_confirmed_one_by_one(lin, front, two_goods):
    seller, _goods, paths = two_goods
    here = ordered(lin, *paths)
    front.do(trade.ship(seller.ctx, order_id=key(here), lines=[1]))

    page = lin.open(here)
    assert "<h3>Parcel 1</h3>" in page.text
    assert "Still to be sent" in page.text
    lin.open(here)
    assert "The seller is paid for these" in lin.send("/receive", part="yes", **{"line-1": "yes"}).text
    front.do(trade.ship(seller.ctx, order_id=key(here), lines=[2]))
    page = lin.open(here)
    assert "Parcel 2 of 2" in page.text
    assert "Thank you. The seller is paid now." in lin.send("/receive").text
    assert "Received, and all is done" in lin.open(here).text


def test_nothing_ticked_is_said_where_it_would_be_ticked(lin, front, two_goods):
    seller, _goods, paths = two_goods
    here = ordered(lin, *paths)
    front.do(trade.ship(seller.ctx, order_id=key(here), lines=[1]))
    lin.open(here)
    token = lin.form("/notes")[1]["_csrf_token"]

    page = lin.client.post(f"{here}/receive", data={"_csrf_token": token, "part": "yes"})

    assert page.status_code == 422
    assert "Please tick what is there" in page.text


def test_a_note_is_kept_once_and_read_in_the_timeline(lin, two_goods):
    here = ordered(lin, two_goods[2][0])
    lin.open(here)
    assert "Please write something" in lin.send("/notes", note=" ").text
    at, fields = lin.form("/notes")
    sent = fields | {"note": "Ring twice, please"}

    for _ in range(2):
        page = lin.client.post(at, data=sent)

    assert page.text.count("Ring twice, please") == 1
    assert "You wrote a note for the seller" in page.text


def test_more_time_to_confirm_is_given_once(lin, front, two_goods):
    seller, _goods, paths = two_goods
    here = ordered(lin, paths[0])
    front.do(trade.ship(seller.ctx, order_id=key(here)))
    page = lin.open(here)
    if "more day" not in page.text:
        pytest.skip("this business gives no more time")

    assert "You have more time to confirm." in lin.send("/extend").text
    assert "/extend" not in lin.open(here).text


def test_an_order_goes_elsewhere_as_long_as_nothing_was_sent(lin, two_goods):
    here = ordered(lin, two_goods[2][0])
    lin.open("/bazaar/account")
    lin.send("/account/addresses", **{**ADDRESS, "street": "漕溪北路 595 号"})
    page = lin.open(here)
    other = page.text.partition('name="address" value="')[2].partition('"')[0]

    page = lin.send("/redirect", address=other)

    assert "It goes to the other address." in page.text
    assert "漕溪北路 595 号" in page.text


def test_a_price_that_was_lowered_is_said_while_it_is_unpaid(lin, front, two_goods):
    seller, _goods, paths = two_goods
    lin.add(paths[0])
    lin.open("/bazaar/checkout")
    lin.send("/checkout", **ADDRESS)
    here = lin.open("/bazaar/orders").text.partition('class="plain" href="')[2].partition('"')[0]

    front.do(
        trade.lower_price(
            acting(seller, "trade.order.price", "trade.order.read"), order_id=key(here), off_minor=300
        )
    )

    page = lin.open(here).text
    assert "The seller lowered the price." in page
    assert "It was ¥10.00; now you pay ¥7.00." in page


def test_an_offer_made_for_one_is_accepted_once_and_paid(lin, front, two_goods):
    seller, goods, _paths = two_goods

    async def offered():
        me = await user.identify(front.house.platform, lin.client.cookies[cookies.SESSION])
        await front.house.asks(front.house.system.with_(actor=me.actor), goods[0])
        made = await trade.make_draft(
            acting(seller, "trade.order.draft"),
            shop_id=seller.shop_id,
            buyer=me.actor.party,
            lines=[DraftLine(goods[0].offer_id, 2, 800)],
            freight=0,
        )
        return made.id

    front.do(offered())
    assert "Offers made for you" in lin.open("/bazaar/orders").text
    lin.open("/bazaar/drafts")
    here = lin.page.text.partition('class="plain" href="')[2].partition('"')[0]
    page = lin.open(here)
    assert "makes you an offer" in page.text
    assert '16<span class="minor">.00' in page.text
    ending = here.rpartition("/")[2]
    assert "Who receives it?" in lin.send(ending, **{**ADDRESS, "person": ""}).text
    at, fields = lin.form(ending)

    first, again = (lin.client.post(at, data=fields | ADDRESS) for _ in range(2))

    assert "/pay/" in str(first.url)
    assert first.url == again.url
    assert "You accepted this offer" in lin.open(here).text


def test_somebody_elses_offer_is_not_there(lin, somebody_else, front, two_goods):
    seller, goods, _paths = two_goods

    async def offered():
        buyer = await front.house.person()
        await front.house.asks(buyer, goods[0])
        made = await trade.make_draft(
            acting(seller, "trade.order.draft"),
            shop_id=seller.shop_id,
            buyer=buyer.party(),
            lines=[DraftLine(goods[0].offer_id, 1, 800)],
        )
        return made.id

    shown = DRAFT_ID.show(front.do(offered()))
    assert lin.open(f"/bazaar/drafts/{shown}").status_code == 404
    assert somebody_else.open("/bazaar/drafts").url.path == "/bazaar/login"


def test_what_was_received_is_reviewed_once_and_read_on_the_product(lin, front, two_goods):
    seller, _goods, paths = two_goods
    here = ordered(lin, paths[0])
    front.do(trade.ship(seller.ctx, order_id=key(here)))
    lin.open(here)
    lin.send("/receive")
    front.do(front.house.settle_down())
    page = lin.open("/bazaar/reviews")
    assert "How was it?" in page.text
    write = page.text.partition(f'href="{here}/lines/')[2].partition('"')[0]
    lin.open(f"{here}/lines/{write}")
    assert "One to five stars, please" in lin.send("/review", item="5").text
    at, fields = lin.form("/review")
    sent = fields | {"item": "5", "service": "4", "delivery": "3", "body": "Ripe and sweet."}

    for _ in range(2):
        page = lin.client.post(at, data=sent)

    assert page.text.count("Ripe and sweet.") == 1
    assert "Not shown yet" in page.text

    front.do(review.review_buyer(acting(seller, "review.buyer.write"), order_id=key(here), score=5))
    front.do(front.house.settle_down())
    page = lin.open(paths[0]).text
    assert "What buyers say" in page
    assert "Ripe and sweet." in page
    assert "L**" in page
    assert "Ripe and sweet." in lin.open(f"{paths[0]}/reviews?stars=5").text
    assert "Nobody said this" in lin.open(f"{paths[0]}/reviews?stars=1").text
    lin.open("/bazaar/reviews")
    later = lin.page.text.partition('href="/bazaar/reviews/')[2].partition('"')[0]
    assert "And today?" in lin.open(f"/bazaar/reviews/{later}").text
    assert "Thank you for your review." in lin.send("/later", body="Still good.").text
    assert "Still good." in lin.open(f"{paths[0]}/reviews").text


def test_somebody_elses_line_cannot_be_reviewed(lin, somebody_else, two_goods):
    here = ordered(lin, two_goods[2][0])
    somebody_else.sign_up(f"{uuid4().hex}@example.com")

    assert somebody_else.open(f"{here}/lines/1/review").status_code == 404
    assert lin.open(f"{here}/lines/9/review").status_code == 404
    assert lin.open(f"{here}/lines/x/review").status_code == 404
