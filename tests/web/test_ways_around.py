"""From what one was told to what it is about, sessions by their device, tokens for programs, and what sellers say."""

from __future__ import annotations

import re

import httpx
import pytest
from desks import email, open_first_order, order
from surfer import Surfer

from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
TOKENS = "/bazaar/account/security/tokens"
SECRET = re.compile(r"<code>(hansa_[^<]+|[A-Za-z0-9_-]{30,})</code>")


@pytest.fixture
def lin(surfer):
    surfer.sign_up(email(), name="Lin")
    return surfer


def news(reader):
    """What is told in the inbox: subject and address."""
    page = reader.open("/bazaar/inbox").text
    return re.findall(r'<a class="plain" href="(/bazaar/about/[^"]+)">([^<]+)</a>', page)


def test_news_of_an_order_leads_each_side_to_its_own_page_of_it(seller, somebody_else, front, good):
    somebody_else.sign_up(email(), name="Lin")
    order(somebody_else, good)
    front.do(front.house.settle_down())

    told = [at for at, _subject in news(seller) if "/about/order/" in at]
    page = seller.open(told[0])
    assert str(page.url.path).startswith(f"{seller.desk}/orders/ord_")
    told = [at for at, _subject in news(somebody_else) if "/about/order/" in at]
    page = somebody_else.open(told[0])
    assert re.fullmatch(r"/bazaar/orders/ord_[0-9a-z]+", page.url.path)


def test_news_of_a_conversation_leads_into_it(seller, somebody_else, front, good):
    somebody_else.sign_up(email(), name="Lin")
    order(somebody_else, good)
    open_first_order(seller)
    seller.send("/write", text="Which colour is the ribbon to be?")
    front.do(front.house.settle_down())

    (at,) = [at for at, _subject in news(somebody_else) if "/about/conversation/" in at]

    assert "Which colour is the ribbon" in somebody_else.open(at).text


@pytest.mark.parametrize(
    "about", ["order/ord_01jd3x00000000000000000000", "order/nonsense", "nothing/ord_1", "product/shop_1"]
)
def test_what_there_is_not_is_not_found(lin, about):
    assert lin.open(f"/bazaar/about/{about}").status_code == 404


def test_nobody_is_led_to_somebody_elses_order(seller, somebody_else, front, good):
    somebody_else.sign_up(email())
    order(somebody_else, good)
    front.do(front.house.settle_down())
    at = news(somebody_else)[0][0]
    stranger = Surfer(front.url)
    stranger.sign_up(email())

    assert stranger.open(at).status_code == 404
    stranger.client.close()


def test_sessions_are_known_by_their_device_and_ended(lin, front):
    lin.open("/bazaar/account")
    address = re.search(r'class="as-value">([^<]+@example.com)<', lin.page.text).group(1)
    phone = Surfer(front.url)
    phone.client.headers["user-agent"] = FIREFOX
    phone.open("/bazaar/login")
    phone.send("/login", email=address, password="a long enough one")

    page = lin.open("/bazaar/account/security").text
    assert "Firefox on Linux" in page
    assert "this one" in page
    lin.send("/sessions/end")

    assert "Firefox on Linux" not in lin.open("/bazaar/account/security").text
    assert phone.open("/bazaar/account").url.path == "/bazaar/login"
    phone.client.close()


def made_token(surfer, **ticked):
    surfer.open(TOKENS)
    page = surfer.send("/tokens", label="warehouse", **ticked).text
    return re.search(r"<copy-id data-text=\"([^\"]+)\"", page).group(1), page


def test_a_token_does_what_was_ticked_and_is_shown_once(lin, front):
    secret, page = made_token(lin, **{"own-user.self.read": "on"})

    assert "keep it now" in page
    assert secret not in lin.open(TOKENS).text
    page = lin.open("/bazaar/account/security").text
    assert "warehouse" in page
    assert "See what is yours" in page
    with httpx.Client(
        base_url=f"{front.url}/bazaar/api", headers={"authorization": f"Bearer {secret}"}
    ) as api:
        assert api.get("/orders").status_code == 200
        assert api.post("/cart/lines", json={}).status_code in {400, 403, 404, 405, 422}
        lin.send("/tokens/revoke")
        assert api.get("/orders").status_code == 401


def test_a_token_of_a_seller_is_for_its_shop(seller, somebody_else, front, good):
    order(somebody_else, good)
    at = open_first_order(seller)
    slug = seller.desk.rpartition("/")[2]
    secret, _page = made_token(seller, **{f"{slug}-trade.order.read": "on"})

    with httpx.Client(
        base_url=f"{front.url}/bazaar/api", headers={"authorization": f"Bearer {secret}"}
    ) as api:
        shown = at.rpartition("/")[2]
        assert api.get(f"/orders/{shown}").status_code == 200
        assert api.post(f"/orders/{shown}/ship").status_code == 404


def test_a_token_that_may_do_nothing_is_not_made(lin):
    lin.open(TOKENS)

    page = lin.send("/tokens", label="warehouse")

    assert page.status_code == 422
    assert "Choose at least one" in page.text


def test_what_one_may_not_do_oneself_is_nothing_to_tick(somebody_else, seller):
    slug = seller.desk.rpartition("/")[2]
    somebody_else.sign_up(email())
    somebody_else.open(TOKENS)

    page = somebody_else.send("/tokens", label="thief", **{f"{slug}-trade.order.read": "on"})

    assert page.status_code == 422


def received(seller, buyer, front, good):
    """An order that was sent and received; returns its page for the buyer."""
    order(buyer, good)
    open_first_order(seller)
    seller.send("/ship")
    here = re.search(r'href="(/bazaar/orders/ord_[0-9a-z]+)"', buyer.open("/bazaar/orders").text).group(1)
    known = front.do(trade.order(front.house.system, order_id=ORDER_ID.read(here.rpartition("/")[2])))
    buyer.open(here)
    buyer.send("/receive")
    front.do(front.house.settle_down())
    return here, known


def test_a_seller_reviews_the_buyer_once_and_both_read_when_both_have_written(
    seller, somebody_else, front, good
):
    somebody_else.sign_up(email(), name="Lin")
    here, _known = received(seller, somebody_else, front, good)
    open_first_order(seller)
    assert "One to five stars, please" in seller.send("/buyer", score="6").text
    open_first_order(seller)
    address, fields = seller.form("/buyer")
    sent = fields | {"score": "5", "body": "Paid at once."}

    pages = [seller.client.post(address, data=sent).text for _ in range(2)]

    assert all("Not shown to the buyer yet" in page for page in pages)
    assert "Paid at once." not in somebody_else.open(here).text
    somebody_else.open(f"{here}/lines/1/review")
    somebody_else.send("/review", item="5", service="5", delivery="5", body="Lovely.")
    front.do(front.house.settle_down())
    page = somebody_else.open(here).text
    assert "What the seller says of you" in page
    assert "Paid at once." in page
    open_first_order(seller)
    assert "The buyer reads this" in seller.page.text


def test_nothing_is_said_of_a_buyer_who_has_not_received(seller, somebody_else, good):
    order(somebody_else, good)
    open_first_order(seller)

    assert "Review the buyer" not in seller.page.text
