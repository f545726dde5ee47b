"""The operator's desk: who gets in where, and what is decided there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from operators import log_in

from hansa.centers.message.types import REPORT_ID
from hansa.centers.payment.types import PAYMENT_ID, REFUND_ID
from hansa.centers.product import api as product
from hansa.centers.product.types import CHANGE_ID, NewSku, ProductEdit, ProductReview
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import SHOP_ID, ShopStatus
from hansa.centers.user.types import PARTY_ID, Role
from hansa.kernel.context import Ctx
from hansa.kernel.money import Money
from hansa.web.routes.operating.differing import compared
from house import House

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

SECTIONS = ("shops", "changes", "reviews", "reports", "refunds", "odd-amounts", "squaring", "people")
OPEN = {
    Role.OPERATOR: set(SECTIONS),
    Role.SUPPORT: {"reviews", "reports", "people"},
    Role.FINANCE: {"refunds", "odd-amounts", "squaring"},
    Role.CATALOGUE: {"changes"},
    Role.AUDITOR: {"refunds", "odd-amounts", "squaring", "people"},
}
"""What each role sees, by the permissions it carries."""


@pytest.fixture
def operator(front):
    """Somebody who may do everything."""
    surfer = log_in(front, Role.OPERATOR)
    yield surfer
    surfer.client.close()


@pytest.fixture
def flagship(front):
    """The business that looks at shops before they sell."""
    return House(front.house.platform, "flagship")


def handed_in(front, house, name="Celadon House"):
    """A shop that waits to be let in."""

    async def story():
        owner = await house.person()
        opened = await shop.open_shop(
            house.system, slug=f"s{uuid4().hex[:20]}", name={"en": name}, owner=owner.party()
        )
        for one in ("legal_name", "registration_number", "country", "bank_reference", "trademark"):
            value = "CN" if one == "country" else f"said of {one}"
            await shop.give_answer(house.system, shop_id=opened.id, requirement=one, value=value)
        return await shop.submit(house.system, shop_id=opened.id)

    return front.do(story())


def status_of(front, house, one):
    return front.do(shop.dossier(house.system, shop_id=one.id))


def press(surfer, ending, button, value, **typed):
    """Fill in a form and press one of its buttons."""
    return surfer.send(ending, **{button: value}, **typed)


# ── Who gets in ──


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_its_queues_and_no_other(front, role):
    surfer = log_in(front, role)

    overview = surfer.open("/bazaar/operate")
    assert overview.status_code == 200
    for section in SECTIONS:
        wanted = 200 if section in OPEN[role] else 403
        assert surfer.open(f"/bazaar/operate/{section}").status_code == wanted, section
        assert (f'href="/bazaar/operate/{section}"' in overview.text) == (section in OPEN[role])
    surfer.client.close()


ONES = {
    "shops": SHOP_ID.show(SHOP_ID.new()),
    "changes": CHANGE_ID.show(CHANGE_ID.new()),
    "reports": REPORT_ID.show(REPORT_ID.new()),
    "people": PARTY_ID.show(PARTY_ID.new()),
}
ACTS = {
    f"shops/{ONES['shops']}/decision": Role.OPERATOR,
    f"shops/{ONES['shops']}/stop": Role.OPERATOR,
    f"changes/{ONES['changes']}": Role.CATALOGUE,
    "reviews/rev_01jd3x00000000000000000000": Role.SUPPORT,
    f"reports/{ONES['reports']}": Role.SUPPORT,
    f"refunds/{REFUND_ID.show(REFUND_ID.new())}": Role.FINANCE,
    f"odd-amounts/{PAYMENT_ID.show(PAYMENT_ID.new())}": Role.FINANCE,
    f"squaring/{ONES['shops']}": Role.FINANCE,
    f"people/{ONES['people']}/roles": Role.OPERATOR,
    f"people/{ONES['people']}/suspension": Role.SUPPORT,
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_and_does_what_it_may_and_nothing_else(front, role):
    surfer = log_in(front, role)
    surfer.open("/bazaar/account")
    token = {"_csrf_token": surfer.form("/preferences")[1]["_csrf_token"]}

    for section, one in ONES.items():
        wanted = 404 if section in OPEN[role] else 403
        assert surfer.open(f"/bazaar/operate/{section}/{one}").status_code == wanted, section
    for act, least in ACTS.items():
        answer = surfer.client.post(f"/bazaar/operate/{act}", data=token)
        if role in {Role.OPERATOR, least}:  # it gets as far as there being no such thing, or nothing said
            assert answer.status_code in {400, 404, 422}, act
        else:
            assert answer.status_code == 403, act
    surfer.client.close()


def test_a_buyer_and_a_seller_find_nothing_and_a_guest_is_led_to_the_log_in(front, surfer):
    buyer = log_in(front, None)
    buyer.open("/bazaar/sell")
    buyer.send("/sell", **{"name-en": "Celadon House", "slug": f"s{uuid4().hex[:12]}"})
    token = {"_csrf_token": buyer.form("/preferences")[1]["_csrf_token"]}

    for path in (
        "",
        *(f"/{one}" for one in SECTIONS),
        *(f"/{section}/{one}" for section, one in ONES.items()),
    ):
        assert buyer.open(f"/bazaar/operate{path}").status_code == 404, path
        surfer.open(f"/bazaar/operate{path}")
        assert "/login?next=%2Fbazaar%2Foperate" in str(surfer.page.url)
    for act in ACTS:
        assert buyer.client.post(f"/bazaar/operate/{act}", data=token).status_code == 404, act
    assert "/bazaar/operate" not in buyer.open("/bazaar/account").text
    buyer.client.close()


def test_the_account_of_an_operator_leads_to_the_desk(operator):
    assert 'href="/bazaar/operate"' in operator.open("/bazaar/account").text


def test_the_demo_leads_its_operator_to_a_shop_that_waits(surfer):
    page = surfer.open("/").text
    assert "mei@demo.hansa" in page
    assert 'href="/bazaar/login?next=/bazaar/operate"' in page

    surfer.open("/bazaar/login?next=/bazaar/operate")
    overview = surfer.send("/login", email="mei@demo.hansa", password="porcelain and ink")
    assert overview.url.path == "/bazaar/operate"
    assert 'href="/flagship/operate"' in overview.text
    assert "Little Kiln of Jingde, the house" in surfer.open("/flagship/operate").text
    assert "Little Kiln of Jingde, the house" in surfer.open("/flagship/operate/shops").text


def test_a_forged_form_decides_nothing(front, flagship, operator):
    one = handed_in(front, flagship)
    here = f"/flagship/operate/shops/{SHOP_ID.show(one.id)}"
    operator.open(here)

    assert press(operator, "/decision", "how", "approve", _csrf_token="x").status_code == 403
    assert status_of(front, flagship, one).shop.status is ShopStatus.READY_FOR_REVIEW


# ── Shops ──


def test_a_shop_that_waits_is_let_in_with_its_papers_seen(front, flagship, operator):
    one = handed_in(front, flagship)
    here = f"/flagship/operate/shops/{SHOP_ID.show(one.id)}"

    assert f'href="{here}"' in operator.open("/flagship/operate/shops").text
    page = operator.open(here)
    assert "said of trademark" in page.text
    assert "China" in page.text
    page = press(operator, "/decision", "how", "approve")

    assert "The shop is let in" in page.text
    assert "by you" in page.text
    assert status_of(front, flagship, one).shop.status is ShopStatus.ACTIVE
    assert f'href="{here}"' not in operator.open("/flagship/operate/shops").text
    assert f'href="{here}"' in operator.open("/flagship/operate/shops?state=active").text


def test_a_shop_is_asked_back_with_what_is_wrong_beside_the_answer(front, flagship, operator):
    one = handed_in(front, flagship)
    operator.open(f"/flagship/operate/shops/{SHOP_ID.show(one.id)}")

    page = press(operator, "/decision", "how", "back")
    assert page.status_code == 422
    assert "Please say why" in page.text
    press(operator, "/decision", "how", "back", **{"wrong-bank_reference": "One digit is missing."})

    found = status_of(front, flagship, one)
    assert found.shop.status is ShopStatus.REJECTED
    assert [(r.code, r.requirement, r.message) for r in found.reasons] == [
        ("wrong", "bank_reference", "One digit is missing.")
    ]
    (last, *_rest) = front.do(shop.status_history(flagship.system, shop_id=one.id)).items
    assert (last.cause, last.actor.startswith("person:")) == ("rejected", True)


def test_a_shop_is_refused_with_a_reason(front, flagship, operator):
    one = handed_in(front, flagship)
    operator.open(f"/flagship/operate/shops/{SHOP_ID.show(one.id)}")

    page = press(operator, "/decision", "how", "refuse", reason="No such company.")

    assert "The shop is refused" in page.text
    assert "No such company." in page.text
    assert [r.code for r in status_of(front, flagship, one).reasons] == ["refused"]


def test_what_was_handed_in_anew_is_read_again(front, flagship, operator):
    one = handed_in(front, flagship)
    operator.open(f"/flagship/operate/shops/{SHOP_ID.show(one.id)}")

    async def again():
        await shop.withdraw_submission(flagship.system, shop_id=one.id)
        await shop.submit(flagship.system, shop_id=one.id)

    front.do(again())
    page = press(operator, "/decision", "how", "approve")

    assert page.status_code == 409
    assert "handed in anew" in page.text
    assert "2 times" in page.text


def test_of_two_clicks_one_counts(front, flagship, operator):
    one = handed_in(front, flagship)
    operator.open(f"/flagship/operate/shops/{SHOP_ID.show(one.id)}")
    at, fields = operator.form("/decision")

    pages = [operator.client.post(at, data=fields | {"how": "approve"}) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    steps = front.do(shop.status_history(flagship.system, shop_id=one.id)).items
    assert [step.cause for step in steps].count("approved") == 2  # approved, and open with it


@pytest.mark.parametrize("how", ["", "erase", "suspend"])
def test_a_button_that_is_not_there_decides_nothing(front, flagship, operator, how):
    one = handed_in(front, flagship)
    operator.open(f"/flagship/operate/shops/{SHOP_ID.show(one.id)}")

    assert press(operator, "/decision", "how", how).status_code == 400


def test_a_shop_is_suspended_with_a_reason_and_that_is_lifted(front, operator):
    seller = front.do(front.house.seller())
    here = f"/bazaar/operate/shops/{SHOP_ID.show(seller.shop_id)}"
    operator.open(here)

    assert press(operator, "/stop", "how", "suspend", reason=" ").status_code == 422
    page = press(operator, "/stop", "how", "suspend", reason="Complaints.\nMany of them.")
    assert "The shop is suspended" in page.text
    assert f'href="{here}"' in operator.open("/bazaar/operate/shops?state=suspended").text
    assert f'href="{here}"' not in operator.open("/bazaar/operate/shops?state=active").text
    operator.open(here)
    page = press(operator, "/stop", "how", "lift")

    assert "The suspension is lifted" in page.text
    (lifted, stopped, *_rest) = front.do(
        shop.status_history(front.house.system, shop_id=seller.shop_id)
    ).items
    assert (lifted.cause, stopped.cause) == ("reinstated", "suspended")
    assert stopped.reasons[0].message == "Complaints.\nMany of them."


def test_a_shop_of_another_business_is_not_here(front, flagship, operator):
    one = handed_in(front, flagship)

    here = f"/bazaar/operate/shops/{SHOP_ID.show(one.id)}"
    assert operator.open(here).status_code == 404
    operator.open("/bazaar/account")
    token = {"_csrf_token": operator.form("/preferences")[1]["_csrf_token"]}
    answer = operator.client.post(f"{here}/decision", data=token | {"how": "approve", "submission": "1"})
    assert answer.status_code == 404
    assert status_of(front, flagship, one).shop.status is ShopStatus.READY_FOR_REVIEW


# ── Goods ──


@pytest.fixture
def looks_first(monkeypatch):
    """Have businesses look at goods before buyers do."""
    plain = Ctx.term

    def made(**what):
        def term(self, kind):
            return ProductReview(**what) if kind is ProductReview else plain(self, kind)

        monkeypatch.setattr(Ctx, "term", term)

    return made


@pytest.fixture
def staged(front, looks_first):
    """A change of something on sale that waits."""
    looks_first(edits=True)

    async def story():
        seller = await front.house.seller()
        good = await front.house.good(seller)
        offer = (await product.offers(front.house.system, [good.offer_id]))[good.offer_id]
        done = await product.edit_product(
            front.house.system,
            product_id=offer.product_id,
            edit=ProductEdit(titles={"en": "Pear of autumn"}, descriptions={"en": "Picked today."}),
            note="A better name.",
        )
        return done.change

    return front.do(story())


def test_a_change_is_shown_beside_what_it_changes_and_let_through(front, operator, staged):
    here = f"/bazaar/operate/changes/{CHANGE_ID.show(staged.id)}"
    assert f'href="{here}"' in operator.open("/bazaar/operate/changes").text
    page = operator.open(here).text
    assert "A better name." in page
    assert "<ins>of</ins>" in page or "<ins>of autumn</ins>" in page
    assert "<del>" in page

    page = press(operator, f"/{CHANGE_ID.show(staged.id)}", "verdict", "confirmed")

    assert "The change is through" in page.text
    found = front.do(product.change(front.house.system, staged.id))
    assert found.state == "confirmed"
    assert found.decided_by.startswith("person:")


def test_declining_a_change_takes_a_reason(front, operator, staged):
    operator.open(f"/bazaar/operate/changes/{CHANGE_ID.show(staged.id)}")
    ending = f"/{CHANGE_ID.show(staged.id)}"

    page = press(operator, ending, "verdict", "declined")
    assert page.status_code == 422
    assert "Please say why" in page.text
    press(operator, ending, "verdict", "declined", reason="It names another brand.")

    found = front.do(product.change(front.house.system, staged.id))
    assert (found.state, found.reason) == ("declined", "It names another brand.")
    assert "It names another brand." in operator.open(f"/bazaar/operate/changes{ending}").text


def test_what_nobody_has_seen_yet_is_shown_whole(front, operator, looks_first):
    looks_first(new_products=True)

    async def story():
        seller = await front.house.seller()
        made = await product.create_product(
            front.house.system,
            shop_id=seller.shop_id,
            titles={"en": "Quince"},
            skus=[NewSku(price=Money(900, "CNY"))],
            draft=True,
        )
        return (await product.publish_product(front.house.system, product_id=made.product.id)).change

    change = front.do(story())
    page = operator.open(f"/bazaar/operate/changes/{CHANGE_ID.show(change.id)}").text
    assert "Quince" in page
    assert "<ins>" not in page


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("teapot 320 ml", "teapot 340 ml", ["320"], ["340"]),
        ("釉面温润", "釉面很温润", [], ["很"]),
        ("", "new", [], ["new"]),
        ("old", "", ["old"], []),
        ("x " * 2000, "y", ["x " * 2000], ["y"]),
    ],
)
def test_texts_are_compared_word_by_word(before, after, gone, new):
    left, right = compared(before, after)

    assert "".join(piece.text for piece in left) == before
    assert "".join(piece.text for piece in right) == after
    assert [piece.text for piece in left if piece.how == "gone"] == gone
    assert [piece.text for piece in right if piece.how == "new"] == new
