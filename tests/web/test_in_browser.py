from __future__ import annotations

import itertools

import pytest
from accessible import AXE_SCRIPT, check
from playwright.sync_api import expect
from samples import SAMPLES, sample

pytestmark = [pytest.mark.timeout(600), pytest.mark.enable_socket]

THEMES = ("light", "dark")
LANGUAGES = ("en", "zh")
WIDTHS = (390, 1440)

# The default run looks at each page once, at another variant each time; `-m pages` at all of them.
ONE_EACH = [
    (name, *variant)
    for name, variant in zip(
        SAMPLES, itertools.cycle(itertools.product(LANGUAGES, THEMES, WIDTHS)), strict=False
    )
]
GIVEN_UP = "net::ERR_ABORTED"  # what the page before was still asking for when the tab went on
ALL = list(itertools.product(SAMPLES, LANGUAGES, THEMES, WIDTHS))


@pytest.fixture(scope="module")
def window(chromium):
    """Windows of a kind: pages of one share what the browser has fetched before, as a person's do."""
    kinds = {}

    def of(theme, width, *, scripts):
        kind = (theme, width, scripts)
        if kind not in kinds:
            kinds[kind] = chromium.new_context(
                viewport={"width": width, "height": 844}, color_scheme=theme, java_script_enabled=scripts
            )
        return kinds[kind]

    yield of
    for context in kinds.values():
        context.close()


def listen(page, complaints):
    """Write down whatever the browser complains about."""

    def failed(request):
        if request.failure != GIVEN_UP:
            complaints.append(f"failed: {request.url}")

    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", failed)


@pytest.fixture(scope="module")
def look(window, site):
    """Look at one sample page after another in the same tab, with what the browser complained about."""
    tabs = {}

    def at(name, language, theme, width):
        if (theme, width) not in tabs:
            made = window(theme, width, scripts=True)
            made.add_init_script(AXE_SCRIPT)
            tabs[theme, width] = made.new_page(), []
            listen(*tabs[theme, width])
        tab, complaints = tabs[theme, width]
        complaints.clear()
        tab.set_viewport_size({"width": width, "height": 844})
        tab.goto(f"{site}/{language}/{name}?theme={theme}")
        return tab, complaints

    return at


@pytest.fixture
def open_page(window, site):
    """Open a sample page; whatever the browser complains about fails the test."""
    complaints: list[str] = []
    opened = []

    def visit(name, language="en", theme="light", width=1440, *, scripts=True):
        page = window(theme, width, scripts=scripts).new_page()
        opened.append(page)
        listen(page, complaints)
        page.goto(f"{site}/{language}/{name}?theme={theme}")
        return page

    yield visit
    for page in opened:
        page.close()
    assert complaints == []


@pytest.mark.parametrize(("name", "language", "theme", "width"), ONE_EACH)
def test_a_page_is_open_to_everyone(look, name, language, theme, width):
    page, complaints = look(name, language, theme, width)
    check(page)
    assert complaints == []


@pytest.mark.pages
@pytest.mark.parametrize(("name", "language", "theme", "width"), ALL)
def test_every_variant_of_a_page_is_open_to_everyone(look, name, language, theme, width):
    page, complaints = look(name, language, theme, width)
    check(page)
    assert complaints == []


def test_fonts_icons_and_drawings_load_under_the_policy(open_page):
    page = open_page("product")
    page.evaluate("document.fonts.ready.then(() => 0)")
    assert page.evaluate("document.fonts.check('16px \"Hanken Grotesk\"')")
    assert page.locator(".scene use").first.bounding_box()["width"] > 100
    assert page.locator(".top .icon use").first.bounding_box()["width"] > 5


def test_a_person_chooses_the_theme_and_the_page_follows_at_once(open_page):
    page = open_page("home")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Dark").click()
    assert "theme=dark" in sent.value.post_data
    assert "_csrf_token=c5rf" in sent.value.post_data
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") == "rgb(12, 19, 22)"


def test_the_stepper_stays_within_its_limits(open_page):
    page = open_page("product")
    quantity = page.get_by_label("Quantity")
    assert page.get_by_role("button", name="One less").is_disabled()
    page.get_by_role("button", name="One more").click()
    assert quantity.input_value() == "2"
    quantity.fill("14")
    assert page.get_by_role("button", name="One more").is_disabled()


def test_an_id_is_copied_whole(open_page):
    page = open_page("order")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy ord_").click()
    assert page.evaluate("navigator.clipboard.readText()") == "ord_0198f3c2a7b47d0e9c1f5a6e3d7f3e91"
    assert page.locator("copy-id [role=status]").first.text_content() == "Copied"


def test_a_countdown_tells_what_is_left_by_the_clock_of_the_server(open_page):
    left = open_page("checkout").locator("count-down b").text_content()
    assert left in {"14:30", "14:29", "14:28"}


def test_more_goods_join_the_list_and_the_pager_moves_on(open_page):
    page = open_page("home")
    page.route("**/bazaar/?after=c16", lambda route: route.continue_(url=page.url.replace("home", "search")))
    page.get_by_role("link", name="Show more").click()
    shown = len(sample("home", "en").goods) + len(sample("search", "en").goods)
    expect(page.locator("#goods > li")).to_have_count(shown)
    assert "more than 1,000" in page.locator("#pager").text_content()


def test_a_changed_quantity_is_sent_and_the_cart_redrawn(open_page):
    page = open_page("cart")
    seen = []

    def answer(route):
        seen.append(route.request.post_data)
        route.fulfill(
            status=200,
            content_type="text/html",
            body="<main id=main><h1>new cart</h1></main><span id=cart-count>7</span>",
        )

    page.route("**/bazaar/cart/quantity", answer)
    page.get_by_role("button", name="One more").first.click()
    page.get_by_role("heading", name="new cart").wait_for()
    assert "quantity=2" in seen[0]
    assert "line=l1" in seen[0]
    assert page.locator("#cart-count").text_content() == "7"


def test_a_waiting_payment_looks_again_by_itself(open_page):
    page = open_page("pay_waiting")
    page.route(
        "**/bazaar/pay/pay_1", lambda route: route.continue_(url=page.url.replace("pay_waiting", "pay_done"))
    )
    page.get_by_role("heading", name="Paid, thank you").wait_for(timeout=10_000)


def test_the_fields_of_a_new_address_appear_when_it_is_chosen(open_page):
    page = open_page("checkout", scripts=False)
    assert not page.get_by_label("Street, house, door").is_visible()
    page.get_by_label("Another address").check()
    assert page.get_by_label("Street, house, door").is_visible()


def test_without_scripts_the_cart_still_has_a_button_to_update(open_page):
    page = open_page("cart", scripts=False)
    assert page.get_by_role("button", name="Update").first.is_visible()
    assert not open_page("cart").get_by_role("button", name="Update").first.is_visible()


def test_a_phone_finds_filters_in_a_sheet_and_a_desk_beside_the_list(open_page):
    phone = open_page("search", width=390)
    assert not phone.get_by_label("Food and tea").is_visible()
    phone.get_by_role("button", name="Narrow").click()
    assert phone.get_by_label("Food and tea").is_visible()
    assert open_page("search").get_by_label("Food and tea").is_visible()


def test_on_paper_an_order_is_a_receipt(open_page):
    page = open_page("order")
    page.emulate_media(media="print")
    for gone in (".top nav", ".tabbar", ".foot", ".order-head .actions", ".why"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.get_by_text("Receipt, printed").is_visible()
    assert page.get_by_text("ord_0198f3c2a7b47d0e9c1f5a6e3d7f3e91").is_visible()


def test_the_keyboard_reaches_the_content_first(open_page):
    page = open_page("home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
