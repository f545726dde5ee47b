"""A buyer in a real browser, from finding a teapot to having it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from accessible import check

from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID
from hansa.web.i18n import translations

pytestmark = [pytest.mark.timeout(600), pytest.mark.enable_socket]

WORDS = {"en": ("teapot", "Ink black"), "zh": ("横把壶", "乌金")}
ALL = list(itertools.product(("en", "zh"), ("light", "dark"), (390, 1440)))


class Buyer:
    """Somebody in front of a screen. `looks` is done on every page."""

    def __init__(self, page, url, language, *, looks=lambda page: None, scripts=True):
        self.page, self.url, self.language, self.scripts = page, url, language, scripts
        self.look = lambda: looks(page)
        self.say = translations(language).gettext

    def press(self, word):
        self.page.get_by_role("button", name=self.say(word), exact=True).click()

    def follow(self, word):
        self.page.locator("a:visible", has_text=self.say(word)).first.click()

    def arrives(self, heading):
        self.page.get_by_role("heading", level=1, name=self.say(heading)).wait_for()
        self.look()

    def finds_a_teapot(self):
        teapot, glaze = WORDS[self.language]
        self.page.goto(f"{self.url}/")
        self.look()
        self.page.goto(f"{self.url}/bazaar/")
        self.look()
        self.page.locator("#q").fill(teapot)
        self.page.locator("#q").press("Enter")
        self.page.wait_for_url("**/?q=*")
        self.look()
        self.page.locator(".good a", has_text=teapot).first.click()
        self.page.wait_for_url("**/products/*")
        self.page.get_by_role("link", name=glaze).click()
        self.page.wait_for_url("**sku=*")
        self.look()

    def puts_two_in_the_cart(self):
        self.press("Add to cart")
        self.arrives("Cart")
        if self.scripts:
            with self.page.expect_response("**/cart/quantity"):
                self.press("One more")
        else:
            self.page.locator("main input[name=quantity]").fill("2")
            self.press("Update")
        self.page.get_by_text("¥476.00").or_(
            self.page.locator(".line-total", has_text="476")
        ).first.wait_for()

    def signs_up(self):
        self.follow("Log in")
        self.arrives("Log in")
        self.follow("Sign up")
        self.arrives("Sign up")
        self.page.locator("[name=name]").fill("Lin")
        self.page.locator("[name=email]").fill(f"{uuid4().hex}@example.com")
        self.page.locator("[name=password]").fill("a long enough one")
        self.press("Sign up")
        self.page.get_by_text(self.say("Welcome! Your account is ready.")).wait_for()

    def checks_out(self, **also):
        self.page.goto(f"{self.url}/bazaar/cart")
        self.follow("To checkout")
        self.arrives("Checkout")
        typed = {
            "person": "Lin",
            "phone": "13800000000",
            "region": "上海",
            "city": "上海市",
            "street": "武康路 1 号",
        } | also
        for name, text in typed.items():
            self.page.locator(f"[name={name}]").fill(text)
        self.page.locator("main button.big").click()
        self.page.wait_for_url("**/pay/*")
        self.look()

    def pays(self, card):
        self.page.locator("[name=card]").fill(card)
        self.page.locator("[name=expiry]").fill("12 / 40")
        self.page.locator("[name=security_code]").fill("123")
        self.page.locator("main button.big").click()

    def receives(self, front):
        self.follow("To the order")
        self.page.get_by_role("heading", level=1, name=self.say("Paid, being packed")).wait_for()
        self.look()
        order_id = ORDER_ID.read(urlsplit(self.page.url).path.rpartition("/")[2])
        front.do(trade.ship(front.house.system, order_id=order_id))
        self.page.reload()
        self.arrives("On the way to you")
        self.press("Confirm receipt")
        self.arrives("Received, and all is done")
        self.page.goto(f"{self.url}/bazaar/orders")
        self.arrives("Orders")
        self.page.goto(f"{self.url}/bazaar/account")
        self.look()


@pytest.fixture
def buyer(chromium, front):
    """Open a browser of one's own; a fault of a script fails the test, a refused form does not."""
    complaints, opened = [], []

    def come(language="en", theme="light", width=1440, *, scripts=True, looks=lambda page: None):
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, color_scheme=theme, java_script_enabled=scripts,
            locale={"en": "en-GB", "zh": "zh-CN"}[language],
        )  # fmt: skip
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Buyer(page, front.url, language, looks=looks, scripts=scripts)

    yield come
    for context in opened:
        context.close()
    assert complaints == []


def from_finding_to_having(buyer, front):
    buyer.finds_a_teapot()
    buyer.puts_two_in_the_cart()
    buyer.signs_up()
    buyer.checks_out()
    buyer.pays("9000 0000 0000 0027")
    buyer.page.get_by_text(
        buyer.say("The card was declined. Nothing was charged; another one may work.")
    ).wait_for()
    buyer.look()
    buyer.pays("9000 0000 0000 0019")
    buyer.arrives("Paid, thank you")
    buyer.receives(front)


def test_a_buyer_finds_orders_pays_and_receives(buyer, front):
    from_finding_to_having(buyer("zh", "dark", 390), front)


def test_the_same_without_scripts(buyer, front):
    from_finding_to_having(buyer("en", scripts=False), front)


@pytest.mark.pages
@pytest.mark.parametrize(("language", "theme", "width"), ALL)
def test_every_page_on_the_way_is_open_to_everyone(buyer, front, language, theme, width):
    def looks(page):
        check(page)
        page.set_viewport_size({"width": width, "height": 844})

    from_finding_to_having(buyer(language, theme, width, looks=looks), front)


def test_a_payment_that_takes_a_while_shows_its_end_by_itself(buyer, front):
    buyer = buyer("en", width=390)
    buyer.finds_a_teapot()
    buyer.press("Add to cart")
    buyer.arrives("Cart")
    buyer.checks_out(email="guest@example.com")
    buyer.pays("9000 0000 0000 0068")
    buyer.arrives("Waiting for the provider")

    front.do(front.house.wait(timedelta(seconds=10)))
    front.do(front.house.settle_down())

    buyer.arrives("Paid, thank you")
