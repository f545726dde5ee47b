"""The pages as strangers meet them: forms, doors, and what is nobody else's business."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from surfer import ADDRESS, CARD, Surfer

from hansa.centers.payment._rules.splitting import LOST, WRONG_AMOUNT
from hansa.centers.payment._sandbox import BEHAVIOURS
from hansa.centers.product import api as product
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import PaymentReplaced
from hansa.kernel.lane import Unsettled
from hansa.kernel.money import Money
from hansa.web import cookies
from hansa.web.words import DECLINES

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


@pytest.fixture
def sell(front):
    """Put something new on sale; returns it and the address of its page."""

    def made(*, price=1000, stock=10):
        async def story():
            good = await front.house.good(await front.house.seller(), price=price, stock=stock)
            offer = (await product.offers(front.house.system, [good.offer_id]))[good.offer_id]
            return good, f"/bazaar/products/{PRODUCT_ID.show(offer.product_id)}"

        return front.do(story())

    return made


def email():
    return f"{uuid4().hex}@example.com"


def order(surfer, path, **also):
    """Put a product in the cart and order it; the surfer stands before the payment."""
    surfer.add(path)
    surfer.open("/bazaar/checkout")
    surfer.send("/checkout", **ADDRESS, email=email(), **also)
    assert "/pay/" in str(surfer.page.url), surfer.page.text
    return surfer.page


def test_the_portal_shows_what_runs_here_and_who_may_try_it(surfer, front):
    page = surfer.open("/").text

    assert 'href="/bazaar/"' in page
    assert "lin@demo.hansa" in page
    assert "Things made by hand" in page
    assert not [one.name for one in front.house.platform.centers if f"<b>{one.name}</b>" in page]


def test_whoever_asks_only_whether_something_is_there_gets_no_body(surfer):
    for address in ("/", "/bazaar/", "/bazaar/api/orders", "/api/openapi.json", "/health/live"):
        got, head = surfer.client.get(address), surfer.client.head(address)
        assert (head.status_code, head.content) == (got.status_code, b""), address
        assert head.headers["content-type"] == got.headers["content-type"]


def test_pages_are_private_and_files_are_for_ever(surfer):
    page = surfer.open("/bazaar/")
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]

    assert page.headers["cache-control"] == "private, no-cache"
    assert "immutable" in surfer.open(style).headers["cache-control"]
    assert surfer.open("/static/css/app.00000000.css").status_code == 404


def test_a_visitor_gets_a_session_with_the_first_thing_in_the_cart(surfer, sell):
    _, path = sell()
    surfer.open(path)
    assert cookies.SESSION not in surfer.client.cookies

    answer = surfer.client.post("/bazaar/cart/add", data=surfer.form("/cart/add")[1], follow_redirects=False)

    cookie = next(set_ for set_ in answer.headers.get_list("set-cookie") if set_.startswith(cookies.SESSION))
    assert answer.status_code == 303
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "1 piece" in surfer.open("/bazaar/cart").text


@pytest.mark.parametrize("token", ["", "AAAA", "not ascii é", "x" * 5000])
def test_a_forged_form_changes_nothing(surfer, sell, token):
    _, path = sell()
    surfer.open(path)
    assert surfer.send("/cart/add", _csrf_token=token).status_code == 403
    assert "Your cart is empty" in surfer.open("/bazaar/cart").text


def test_the_form_of_another_browser_is_forged_here(surfer, somebody_else, sell):
    _, path = sell()
    somebody_else.open(path)
    theirs = somebody_else.form("/cart/add")[1]
    surfer.open(path)

    assert surfer.send("/cart/add", _csrf_token=theirs["_csrf_token"]).status_code == 403


def test_a_form_sent_from_another_site_is_refused(surfer, sell):
    _, path = sell()
    surfer.open(path)
    at, fields = surfer.form("/cart/add")

    assert surfer.client.post(at, data=fields, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_who_logs_in_gets_a_new_session_and_old_forms_are_over(surfer, sell):
    _, path = sell()
    surfer.add(path)
    guest, visitor = surfer.client.cookies[cookies.SESSION], surfer.client.cookies[cookies.VISITOR]
    surfer.open(path)
    old = surfer.form("/cart/add")[1]["_csrf_token"]

    surfer.sign_up(email())

    assert surfer.client.cookies[cookies.SESSION] != guest
    assert surfer.client.cookies[cookies.VISITOR] != visitor
    surfer.open(path)
    assert surfer.send("/cart/add", _csrf_token=old).status_code == 403
    assert "1 piece" in surfer.open("/bazaar/cart").text
    surfer.client.cookies.set(cookies.SESSION, guest)
    assert surfer.client.get("/bazaar/account", follow_redirects=False).status_code in {303, 401}


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/x" * 2000,
    ],
)
def test_nobody_is_led_away(surfer, front, wanted):
    front.do(front.house.person())
    surfer.open("/bazaar/login")
    at, fields = surfer.form("/login")
    fields |= {"email": "lin@demo.hansa", "password": "porcelain and ink", "next": wanted}

    answer = surfer.client.post(at, data=fields, follow_redirects=False)

    assert answer.headers["location"] == "/bazaar/"
    assert "evil" not in surfer.client.get("/bazaar/login", params={"next": wanted[:500]}).text
    surfer.open("/")
    at, fields = surfer.form("/preferences")
    assert (
        surfer.client.post(at, data=fields | {"next": wanted}, follow_redirects=False).headers["location"]
        == "/"
    )


def test_who_must_log_in_comes_back_afterwards(surfer):
    surfer.open("/bazaar/orders?state=shipped")
    assert surfer.page.url.path == "/bazaar/login"

    surfer.send("/login", email="lin@demo.hansa", password="porcelain and ink")

    assert str(surfer.page.url).endswith("/bazaar/orders?state=shipped")


def test_a_wrong_log_in_says_so_and_keeps_the_address(surfer):
    surfer.open("/bazaar/login")
    page = surfer.send("/login", email="lin@demo.hansa", password="guess")

    assert page.status_code == 401
    assert "do not belong together" in page.text
    assert 'value="lin@demo.hansa"' in page.text
    assert "guess" not in page.text


def test_a_language_and_a_brightness_are_remembered(surfer):
    surfer.open("/bazaar/?lang=en")
    page = surfer.send("/preferences", language="zh")
    assert 'lang="zh-Hans"' in page.text
    page = surfer.send("/preferences", theme="dark")
    assert 'data-theme="dark"' in page.text
    assert 'lang="zh-Hans"' in surfer.open("/bazaar/nothing").text


def test_a_guest_orders_pays_and_sees_the_order(surfer, sell):
    _, path = sell(price=2500)
    order(surfer, path)

    assert "Paid, thank you" in surfer.send(surfer.page.url.path.rpartition("/")[2], **CARD).text
    page = surfer.open("/bazaar/orders")
    assert "Paid, being packed" in page.text
    assert (
        "上海市武康路"
        in surfer.client.get(page.text.partition('class="plain" href="')[2].partition('"')[0]).text
    )


def test_somebody_elses_order_payment_and_cart_are_not_there(surfer, somebody_else, sell):
    _, path = sell()
    pay = order(surfer, path).url.path
    shown = surfer.open("/bazaar/orders").text.partition('class="plain" href="')[2].partition('"')[0]
    assert surfer.open(shown).status_code == 200
    somebody_else.sign_up(email())

    assert somebody_else.open(pay).status_code == 404
    assert somebody_else.open(shown).status_code == 404
    token = somebody_else.form("/preferences")[1]["_csrf_token"]
    for step in ("receive", "cancel"):
        assert somebody_else.client.post(f"{shown}/{step}", data={"_csrf_token": token}).status_code == 404
    assert somebody_else.client.post(pay, data={"_csrf_token": token, **CARD}).status_code == 404
    assert "Awaiting payment" in surfer.open(shown).text


def test_a_form_that_is_sent_twice_orders_once(surfer, sell):
    _, path = sell()
    surfer.add(path)
    surfer.open("/bazaar/checkout")
    at, fields = surfer.form("/checkout")
    sent = fields | ADDRESS | {"email": email()}

    first, again = (surfer.client.post(at, data=sent) for _ in range(2))

    assert first.url == again.url
    assert surfer.open("/bazaar/orders").text.count('class="panel order-card"') == 1


def test_a_price_that_changed_is_shown_before_anything_is_ordered(surfer, front, sell):
    good, path = sell(price=1000)
    surfer.add(path)
    surfer.open("/bazaar/checkout")
    front.do(product.set_price(front.house.system, offer_id=good.offer_id, price=Money(1200, "CNY")))

    page = surfer.send("/checkout", **ADDRESS, email=email())

    assert page.status_code == 409
    assert "¥10.00, now ¥12.00" in page.text
    assert "The price was ¥10.00 when you put it in." in surfer.client.get("/bazaar/cart").text
    surfer.page = page
    assert "/pay/" in str(surfer.send("/checkout", email=email()).url)


def test_a_quote_that_expired_comes_back_new(surfer, front, sell):
    _, path = sell()
    surfer.add(path)
    surfer.open("/bazaar/checkout")
    front.do(front.house.wait(timedelta(minutes=11)))

    page = surfer.send("/checkout", **ADDRESS, email=email())

    assert page.status_code == 409
    assert "The prices were held for a while" in page.text
    assert "/pay/" in str(surfer.send("/checkout", **ADDRESS, email=email()).url)


def test_what_was_sold_in_the_meantime_is_said_line_by_line(surfer, front, sell):
    good, path = sell(stock=1)
    surfer.add(path)
    surfer.open("/bazaar/checkout")

    async def somebody_is_faster():
        await front.house.place(await front.house.buyer(), good)

    front.do(somebody_is_faster())
    page = surfer.send("/checkout", **ADDRESS, email=email())

    assert page.status_code == 409
    assert "Some of this is sold out" in page.text or "Something was sold or withdrawn" in page.text
    assert "Pear" in page.text


def test_a_cart_says_what_cannot_be_had_any_more(surfer, front, sell):
    good, path = sell()
    surfer.add(path)
    front.do(product.withdraw_offer(front.house.system, offer_id=good.offer_id))

    page = surfer.open("/bazaar/cart")

    assert "Not for sale at the moment." in page.text
    assert "First change or remove what cannot be had." in page.text
    assert "Something was sold or withdrawn" in surfer.open("/bazaar/checkout").text
    assert "Your cart is empty" in surfer.send("/cart/remove").text


def test_one_buys_one_thing_and_leaves_the_cart_alone(surfer, sell):
    _, kept = sell()
    _, wanted = sell(price=7700)
    surfer.add(kept)
    surfer.open(wanted)
    surfer.send("/cart/add", to="/bazaar/buy", quantity="2")

    assert "¥154.00" in surfer.page.text
    surfer.send("/checkout", **ADDRESS, email=email())

    assert "/pay/" in str(surfer.page.url)
    assert "1 piece" in surfer.open("/bazaar/cart").text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"person": "", "street": ""}, "Who receives it?"),
        ({"phone": "12"}, "5 to 15 digits"),
        ({"email": "nobody"}, "This is not an e-mail address"),
        ({"country": "XX"}, "Please choose one of these"),
        ({"street": "x" * 5000}, "This is too long"),
        ({"city": "a\0b"}, "This holds characters that cannot be kept"),
        ({"address": "adr_somebody"}, ""),
        ({"quote": ""}, "This page was open for too long"),
        ({"quote": "é" * 40}, "This page was open for too long"),
    ],
)
def test_a_checkout_says_what_is_wrong_and_keeps_what_was_typed(surfer, sell, typed, told):
    _, path = sell()
    surfer.add(path)
    surfer.open("/bazaar/checkout")

    page = surfer.send("/checkout", **({**ADDRESS, "email": email()} | typed))

    assert page.status_code in {200, 409, 422}
    assert told in page.text
    if page.status_code != 200:
        assert 'value="+8613800000000"' in page.text or "phone" in typed


@pytest.mark.parametrize(
    "quantity", ["0", "-1", "1.5", "abc", "", "99999999999999999999", "\uff11", "\0", "11"]
)
def test_a_quantity_that_cannot_be_is_refused_where_it_was_typed(surfer, sell, quantity):
    _, path = sell(stock=10)

    page = surfer.add(path, quantity=quantity)

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text or "notice tone-warn" in page.text
    surfer.add(path)
    surfer.open("/bazaar/cart")
    assert surfer.send("/cart/quantity", quantity=quantity).status_code == 422


@pytest.mark.parametrize(
    ("card", "told"),
    [
        ({"card": "4242 4242 4242 4242"}, "The sandbox takes its test cards only"),
        ({"card": "12"}, "A card number has 12 to 19 digits"),
        ({"card": ""}, "Please type a card number"),
        ({"expiry": "13 / 30"}, "Month and year"),
        ({"expiry": "01 / 20"}, "This date has passed"),
        ({"security_code": "ab"}, "3 or 4 digits"),
        ({"card": "9000000000000035"}, "There is not enough on this card."),
    ],
)
def test_a_card_that_will_not_do_leaves_the_payment_open(surfer, sell, card, told):
    _, path = sell()
    order(surfer, path)
    ending = surfer.page.url.path.rpartition("/")[2]

    page = surfer.send(ending, **(CARD | card))

    assert page.status_code in {402, 422}
    assert told in page.text
    assert 'value="12 / 40"' not in page.text
    assert "Paid, thank you" in surfer.send(ending, **CARD).text


def test_several_cards_share_and_all_or_none_is_charged(surfer, front, sell):
    _, path = sell(price=3000)
    order(surfer, path)
    ending = surfer.page.url.path.rpartition("/")[2]
    second = {"amount_2": "10.50", "card_2": CARD["card"], "expiry_2": "12 / 40", "security_code_2": "123"}

    assert "more than there is to pay" in surfer.send(ending, **CARD, **(second | {"amount_2": "30"})).text
    assert "An amount, for example" in surfer.send(ending, **CARD, **(second | {"amount_2": "ten"})).text
    assert "Please type a card number" in surfer.send(ending, **CARD, amount_2="5").text
    page = surfer.send(ending, **CARD, **(second | {"card_2": "9000 0000 0000 0035"}))
    assert "There is not enough on this card." in page.text
    assert "9000 0000 0000 0035" not in page.text.partition('class="try"')[0]

    page = surfer.send(ending, **CARD, **second)
    for _ in range(5):
        if "Paid, thank you" in page.text:
            break
        front.do(front.house.wait(timedelta(seconds=10)))
        front.do(front.house.settle_down())
        page = surfer.open(f"/bazaar/pay/{ending}")
    assert "Paid, thank you" in page.text


def test_every_decline_of_a_provider_has_words_of_its_own():
    codes = {one.decline_code for one in BEHAVIOURS if one.decline_code}
    codes |= {LOST, WRONG_AMOUNT} | {f"authorisation_{state}" for state in ("expired", "voided")}

    assert codes <= set(DECLINES)


def refuses_to_pay(monkeypatch, problem):
    async def pay(ctx, **how):
        raise problem

    monkeypatch.setattr(trade, "pay", pay)


def test_a_price_that_fell_while_somebody_paid_leads_to_the_new_payment(surfer, sell, monkeypatch):
    _, path = sell()
    new = order(surfer, path).url.path.rpartition("/")[2]
    old = order(surfer, path).url.path.rpartition("/")[2]
    refuses_to_pay(monkeypatch, PaymentReplaced(payment_id=new))

    page = surfer.send(old, **CARD)

    assert page.url.path.endswith(f"/pay/{new}")
    assert "The seller lowered the price while you paid; this money goes back" in page.text


def test_who_cannot_be_told_yet_whether_it_is_paid_waits_and_types_no_card_again(surfer, sell, monkeypatch):
    _, path = sell()
    ending = order(surfer, path).url.path.rpartition("/")[2]
    refuses_to_pay(monkeypatch, Unsettled())

    page = surfer.send(ending, **CARD)

    assert page.status_code == 202
    assert "Waiting for the provider" in page.text
    assert 'name="card"' not in page.text
    monkeypatch.undo()
    assert 'name="card"' in surfer.open(f"/bazaar/pay/{ending}").text  # nothing happened, as it turns out


def test_an_order_is_cancelled_and_says_so(surfer, sell):
    _, path = sell()
    order(surfer, path)
    here = surfer.open("/bazaar/orders").text.partition('class="plain" href="')[2].partition('"')[0]
    surfer.open(f"{here}/cancel")

    page = surfer.send("/cancel", reason="changed_mind")

    assert "The order is closed; nothing was charged." in page.text
    assert "Cancelled" in page.text
    assert "No order waits for this" in surfer.open("/bazaar/orders?state=shipped").text


def test_a_list_goes_on_where_it_stopped(surfer, front):
    async def many():
        seller = await front.house.seller()
        for number in range(26):
            await front.house.good(seller, price=100 + number, stock=1)
        await front.house.settle_down()  # what is new can be found

    front.do(many())
    first = surfer.open("/bazaar/?q=pear&sort=price_up")
    pager = first.text.partition('id="pager"')[2]
    more = pager.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")

    second = surfer.open(more)

    def shown(page):
        return {part.partition('"')[0] for part in page.text.split('class="name" href="')[1:]}

    assert len(shown(first)) == 24
    assert shown(second)
    assert not shown(first) & shown(second)
    assert "Back to the start" in second.text


def test_nothing_matches_is_another_page_than_nothing_yet(surfer):
    assert "Nothing matches" in surfer.open("/bazaar/?q=zzqxv").text
    assert surfer.open("/bazaar/?category=unheard-of").status_code == 404
    assert surfer.open("/bazaar/?shop=unheard-of").status_code == 404
    assert surfer.open("/bazaar/?after=broken").status_code == 400
    assert surfer.open("/bazaar/?q=tea&after=broken").status_code == 400
    assert surfer.open("/bazaar/?sort=sideways").status_code == 200


def test_what_is_looked_for_is_narrowed_by_what_it_is_like_and_what_it_costs(surfer):
    page = surfer.open("/bazaar/?q=teapot").text
    assert "Glaze" in page
    assert 'name="f.option.glaze"' in page
    assert "Any price" in page or 'name="price"' not in page

    field, value = "f.option.glaze", page.partition('name="f.option.glaze" value="')[2].partition('"')[0]
    narrow = surfer.open(f"/bazaar/?q=teapot&{field}={value}").text

    assert 'class="chip chosen"' in narrow
    assert f'name="{field}" value="{value}" checked' in narrow
    assert "Nothing matches" in surfer.open("/bazaar/?q=teapot&price=1-2").text
    assert surfer.open(f"/bazaar/?{field}={'x' * 5000}&price=9-&f.=").status_code == 200
    assert surfer.open("/bazaar/?" + "&".join(f"f.a{n}=b" for n in range(50))).status_code == 200


def test_what_is_sold_out_is_left_out_where_only_what_is_in_stock_is_wanted(surfer, sell, front):
    gone, _ = sell(stock=0)
    there, _ = sell(stock=3)
    front.do(front.house.settle_down())

    def titles(address):
        return surfer.open(address).text

    everything = front.do(product.offers(front.house.system, [gone.offer_id, there.offer_id]))
    lost, kept = (f"{PRODUCT_ID.show(everything[one.offer_id].product_id)}" for one in (gone, there))
    assert lost in titles("/bazaar/?sort=newest")
    assert 'name="stock" value="in"' in surfer.page.text
    assert 'href="/bazaar/?stock=in"' in titles("/bazaar/")
    narrow = titles("/bazaar/?stock=in&sort=newest")

    assert lost not in narrow
    assert kept in narrow
    assert 'name="stock" value="in" checked' in narrow
    assert re.search(r'class="chip chosen" href="/bazaar/\?sort=newest">In stock only', narrow)
    assert lost in titles("/bazaar/?stock=perhaps&sort=newest")


def test_a_slip_of_the_hand_still_finds_and_says_so(surfer):
    page = surfer.open("/bazaar/?q=teepot").text

    assert "Nothing has “teepot”. Did you mean “teapot”?" in page
    assert "eapot" in page.partition('id="goods"')[2]


def test_a_few_letters_suggest_what_one_may_be_about_to_type(surfer):
    assert '<option value="' in surfer.open("/bazaar/suggest?q=tea").text
    assert "<option" not in surfer.open("/bazaar/suggest?q=%00").text
    assert "<option" not in surfer.open("/bazaar/suggest?q=").text


def test_a_category_leads_up_and_its_goods_are_all_of_it(surfer):
    home = surfer.open("/bazaar/").text
    slug = home.partition('class="chip" href="/bazaar/?category=')[2].partition('"')[0]

    page = surfer.open(f"/bazaar/?category={slug}").text

    assert 'class="crumbs"' in page
    assert 'id="goods"' in page


def test_an_account_keeps_a_name_and_addresses(surfer):
    surfer.sign_up(email(), name="Lin")
    surfer.open("/bazaar/account")
    assert "Lin Xiao" in surfer.send("/account", name="Lin Xiao").text
    assert surfer.send("/account", name="").status_code == 422
    surfer.open("/bazaar/account")
    wrong = surfer.send("/account/addresses", **{**ADDRESS, "phone": "x"})
    assert "5 to 15 digits" in wrong.text
    surfer.open("/bazaar/account")
    assert "上海市武康路 1 号" in surfer.send("/account/addresses", **ADDRESS).text
    assert "武康路" not in surfer.send("/addresses/remove").text
    assert "Log in" in surfer.send("/logout").text
    assert surfer.open("/bazaar/account").url.path == "/bazaar/login"


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/cart", "/bazaar/nothing", "/bazaar/products/prod_x", "/bazaar/orders/ord_1", "/bazaar/pay/pay_1",
     "/bazaar/cart/add", "/bazaar/products/" + PRODUCT_ID.show(UUID(int=7)), "/bazaar/checkout?offer=x", "/bazaar/checkout?offer=" + OFFER_ID.show(UUID(int=7))],
)  # fmt: skip
def test_what_is_not_there_is_a_page_that_says_so(surfer, path):
    surfer.sign_up(email())
    page = surfer.open(path)

    assert page.status_code < 500
    assert page.headers["content-type"].startswith("text/html")


def test_every_text_names_its_charset_once(surfer):
    page = surfer.open("/bazaar/")
    style = re.search(r'/static/css/[^"]+\.css', page.text)[0]
    picture = re.search(r'/static/[^"]+\.svg', page.text)[0]

    assert page.headers.get_list("content-type") == ["text/html; charset=utf-8"]
    assert surfer.open("/bazaar/nothing").headers.get_list("content-type") == ["text/html; charset=utf-8"]
    assert surfer.open(style).headers.get_list("content-type") == ["text/css; charset=utf-8"]
    assert surfer.open(picture).headers.get_list("content-type") == ["image/svg+xml; charset=utf-8"]


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"%FF=%FF", b"a=" + b"x" * 100_000, b"&".join([b"a=1"] * 5000), b"%00=%00"]
)
def test_a_form_that_cannot_be_read_is_no_fault_of_ours(surfer, body):
    surfer.open("/bazaar/login")
    for path in ("/bazaar/login", "/bazaar/cart/add", "/bazaar/checkout", "/preferences", "/bazaar/account"):
        answer = surfer.client.post(
            path, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code < 500, path


def test_every_page_of_a_stranger_speaks_both_languages(front):
    for language, word in (("zh", "登录"), ("en", "Log in")):
        surfer = Surfer(front.url, language=language)
        for path in ("/bazaar/", "/bazaar/login", "/bazaar/signup", "/bazaar/cart", "/bazaar/nothing"):
            assert word in surfer.open(path).text, path
        assert surfer.open("/design").status_code == 200
        surfer.client.close()
