"""Steps of an order in a real browser: at the door, in pieces, cancelled; with scripts on a phone, without on a desk."""

from __future__ import annotations

from uuid import uuid4

import pytest
from surfer import ADDRESS

pytestmark = [pytest.mark.timeout(600), pytest.mark.enable_socket]


@pytest.fixture(params=[(390, True), (1440, False)], ids=["scripts", "no scripts"])
def page(chromium, request):
    """A window of somebody's own."""
    width, scripts = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, locale="en-GB", java_script_enabled=scripts
    )
    context.set_default_timeout(60_000)
    complaints = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def signed_up(page, front):
    page.goto(f"{front.url}/bazaar/signup")
    page.locator("[name=name]").fill("Lin")
    page.locator("[name=email]").fill(f"{uuid4().hex}@example.com")
    page.locator("[name=password]").fill("a long enough one")
    page.get_by_role("button", name="Sign up", exact=True).click()
    page.get_by_text("Welcome! Your account is ready.").wait_for()


def to_checkout(page, front, good, *, pieces):
    page.goto(f"{front.url}{good}")
    page.locator("main [name=quantity]").fill(str(pieces))
    page.get_by_role("button", name="Add to cart", exact=True).click()
    page.goto(f"{front.url}/bazaar/checkout")
    for name in ("person", "phone", "region", "city", "street"):
        page.locator(f"[name={name}]").fill(ADDRESS[name])


def test_what_is_said_of_paying_changes_with_the_choice(seller, page, front, good):
    signed_up(page, front)
    to_checkout(page, front, good, pieces=1)
    assert page.get_by_role("button", name="Place the order and pay ¥25.00").is_visible()

    page.locator("[name=payment][value=door]").check()

    page.get_by_role("button", name="Place the order, ¥25.00 on delivery").click()
    page.get_by_role("heading", level=1, name="To be paid on delivery").wait_for()
    page.get_by_text("You pay when it is handed over to you.").first.wait_for()


def test_a_piece_is_cancelled_for_a_cause(seller, page, front, good):
    signed_up(page, front)
    to_checkout(page, front, good, pieces=3)
    page.get_by_role("button", name="Place the order and pay ¥75.00").click()
    page.locator("[name=card]").fill("9000 0000 0000 0019")
    page.locator("[name=expiry]").fill("12 / 40")
    page.locator("[name=security_code]").fill("123")
    page.locator("main button.big").click()
    page.get_by_role("heading", level=1, name="Paid, thank you").wait_for()
    page.goto(f"{front.url}/bazaar/orders")
    page.locator("main h2 a").first.click()
    page.get_by_role("link", name="Cancel", exact=True).click()
    page.locator("[name=pieces-1]").fill("1")
    page.get_by_text("Ordered by mistake").click()
    page.locator("[name=text]").fill("Two will do.")
    page.get_by_role("button", name="Cancel what is ticked").click()

    page.get_by_text("These are cancelled").wait_for()
    page.get_by_text("Two will do.").wait_for()
