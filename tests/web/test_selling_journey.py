"""A seller in a real browser: from opening a shop to sending the first order."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from accessible import check
from surfer import ADDRESS, CARD, Forms, Surfer

pytestmark = [pytest.mark.timeout(600), pytest.mark.enable_socket]


def buys(front, path):
    """Somebody finds it, orders it and pays for it."""
    buyer = Surfer(front.url)
    buyer.client.timeout = 60
    buyer.add(path)
    buyer.open("/bazaar/checkout")
    buyer.send("/checkout", **ADDRESS, email=f"{uuid4().hex}@example.com")
    at = next(at for at in Forms(buyer.page.text).forms if "/pay/" in at)
    buyer.send(at.partition("?")[0].rpartition("/")[2], **CARD)
    assert "Paid, thank you" in buyer.page.text
    buyer.client.close()


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1440, False)])
def test_from_an_empty_shop_to_the_first_order_sent(chromium, front, width, scripts):
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, locale="en-GB", java_script_enabled=scripts
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    slug = f"s{uuid4().hex[:12]}"
    desk = f"{front.url}/bazaar/sell/{slug}"

    page.goto(f"{front.url}/bazaar/signup?next=/bazaar/sell")
    page.locator("[name=name]").fill("Qinghe")
    page.locator("[name=email]").fill(f"{uuid4().hex}@example.com")
    page.locator("[name=password]").fill("a long enough one")
    page.get_by_role("button", name="Sign up", exact=True).click()
    page.locator("[name=name-en]").fill("Celadon House")
    page.locator("[name=slug]").fill(slug)
    page.get_by_role("button", name="Open the shop").click()

    page.get_by_role("link", name="Say where your goods are").click()
    page.get_by_role("link", name="Add a place").first.click()
    page.locator("[name=name-en]").fill("Home")
    page.locator("[name=address]").fill("Longjing Road 1")
    page.get_by_role("button", name="Save").click()

    page.goto(f"{desk}/goods/new")
    page.locator("[name=title-en]").fill("Side-handle teapot")
    page.locator("[name=price]").fill("238")
    page.get_by_role("button", name="Keep the draft").click()
    page.get_by_text("A draft is kept").wait_for()
    good = page.url
    page.get_by_role("link", name=re.compile("see the stock")).click()
    page.get_by_role("link", name="Home").click()
    page.locator("[name=quantity]").fill("3")
    page.get_by_role("button", name="Take in").click()
    page.get_by_text("Came in").wait_for()
    page.goto(good)
    page.get_by_role("button", name="Put on sale").click()
    page.get_by_text("It is on sale").wait_for()

    buys(front, f"/bazaar/products/{good.rpartition('/')[2]}")

    page.goto(desk)
    page.get_by_role("link", name="Side-handle teapot").first.click()
    page.get_by_role("heading", level=1, name="To be sent").wait_for()
    if scripts:
        check(page)
    page.locator("[name=carrier]").fill("SF Express")
    page.locator("[name=tracking]").fill("SF 1388")
    page.get_by_role("button", name="It has left the house").click()
    page.get_by_role("heading", level=1, name="On the way to the buyer").wait_for()
    context.close()
