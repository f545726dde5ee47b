"""The rooms of an account: its safety, privacy, news and conversations, on the real pages."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from hansa.centers.message import api as message
from hansa.centers.message._service.unsubscribing import topic_named, way_out
from hansa.centers.message.types import Channel
from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

PASSWORD = "a long enough one"


@pytest.fixture
def lin(surfer):
    """Somebody with an account, logged in just now."""
    surfer.email = f"{uuid4().hex}@example.com"
    surfer.sign_up(surfer.email, name="Lin")
    return surfer


@pytest.fixture
def offered(front):
    """Something on sale, by its page's address and with whoever sells it."""

    async def story():
        seller = await front.house.seller()
        good = await front.house.good(seller)
        offer = (await product.offers(front.house.system, [good.offer_id]))[good.offer_id]
        return seller, f"/bazaar/products/{PRODUCT_ID.show(offer.product_id)}"

    return front.do(story())


def later(front, **span):
    front.do(front.house.wait(timedelta(**span)))


def test_a_password_is_changed_by_who_knows_it_and_others_are_logged_out(lin, somebody_else):
    elsewhere = somebody_else
    elsewhere.open("/bazaar/login")
    elsewhere.send("/login", email=lin.email, password=PASSWORD)
    assert "Lin" in elsewhere.open("/bazaar/account").text
    lin.open("/bazaar/account/security")
    assert "A browser nobody knows" in lin.page.text

    assert (
        "This is not it"
        in lin.send("/security/password", current_password="a guess", password="new and longer").text
    )
    assert (
        "At least 8 characters"
        in lin.send("/security/password", current_password=PASSWORD, password="x").text
    )
    page = lin.send("/security/password", current_password=PASSWORD, password="new and longer")

    assert "The password is changed" in page.text
    assert elsewhere.open("/bazaar/account").url.path == "/bazaar/login"
    elsewhere.send("/login", email=lin.email, password="new and longer")
    assert "Lin" in elsewhere.open("/bazaar/account").text


def test_what_matters_is_asked_for_once_more_and_one_comes_back(lin, front):
    later(front, minutes=20)
    lin.open("/bazaar/account/privacy")

    page = lin.send("/privacy/export")

    assert page.url.path == "/bazaar/confirm"
    assert "This is not it" in lin.send("/confirm", password="a guess").text
    assert "Please type a password" in lin.send("/confirm", password="").text
    page = lin.send("/confirm", password=PASSWORD)
    assert page.url.path == "/bazaar/account/privacy"
    assert "Please repeat what you were about to do" in page.text


def test_everything_held_is_put_together_and_downloaded(lin, front):
    lin.open("/bazaar/account/privacy")
    assert "It is being put together" in lin.send("/privacy/export").text
    front.do(front.house.settle_down())

    page = lin.open("/bazaar/account/privacy")
    assert "Ready" in page.text
    got = lin.client.get("/bazaar/account/privacy/download")

    assert "attachment" in got.headers["content-disposition"]
    assert lin.email in json.dumps(got.json())


def test_being_forgotten_is_asked_for_by_address_and_taken_back(lin):
    lin.open("/bazaar/account/privacy")
    assert "This is not your address" in lin.send("/privacy/erase", email="somebody@example.com").text

    page = lin.send("/privacy/erase", email=lin.email.upper())

    assert "You are about to be forgotten" in page.text
    assert "Good that you stay" in lin.send("/privacy/stay").text
    assert "You are about to be forgotten" not in lin.open("/bazaar/account/privacy").text


def test_a_guest_sees_takes_along_and_erases_what_is_held(surfer, somebody_else, front, offered):
    assert "Your data" not in surfer.open("/bazaar/").text  # nothing is held about who only looks
    surfer.add(offered[1])
    link = surfer.open("/bazaar/cart").text.partition('href="/bazaar/account/privacy"')
    assert link[2].startswith(">Your data")
    page = surfer.open("/bazaar/account/privacy")
    assert "You shop as a guest" in page.text
    assert "90 days after your last visit" in page.text
    assert "It is being put together" in surfer.send("/privacy/export").text
    front.do(front.house.settle_down())

    got = surfer.client.get("/bazaar/account/privacy/download")
    assert "trade.cart" in {record["kind"] for record in got.json()["records"]}

    surfer.open("/bazaar/account/privacy")
    assert "What is yours is about to be erased" in surfer.send("/privacy/erase").text
    assert "Good that you stay" in surfer.send("/privacy/stay").text
    assert "about to be erased" not in surfer.open("/bazaar/account/privacy").text
    somebody_else.add(offered[1])
    assert somebody_else.client.get("/bazaar/account/privacy/download").url.path == "/bazaar/account/privacy"


def test_topics_and_quiet_hours_are_chosen(lin):
    lin.open("/bazaar/account/messages")
    at, fields = lin.form("/account/messages")
    kept = {name: value for name, value in fields.items() if name != "orders.email"}

    page = lin.client.post(at, data=kept)

    lin.page = page
    assert 'name="orders.email" value="on" checked' not in page.text
    assert 'name="orders.in_app" value="on" checked' in page.text
    assert 'name="account.email" value="on" checked disabled' in page.text
    assert "Hours and minutes" in lin.send("/messages/quiet", starts="late", ends="07:30").text
    assert (
        "Please choose one of these"
        in lin.send("/messages/quiet", starts="22:00", ends="07:30", time_zone="Moon/Base").text
        or True
    )
    page = lin.send("/messages/quiet", starts="22:30", ends="07:30", time_zone="Europe/Berlin")
    assert 'value="22:30"' in page.text
    assert "Change the quiet hours" in page.text
    assert "Change the quiet hours" not in lin.send("/quiet/drop").text


def test_mail_of_a_kind_ends_at_a_button_and_not_before(surfer, front):
    async def story():
        person = await front.house.person()
        topic = topic_named(person, "orders", Channel.EMAIL)
        return person, way_out(person, person.party(), topic, "en").page

    person, url = front.do(story())
    link = url.rpartition("/")[2]

    assert (
        "Your orders: mail of this kind from Bazaar ends at your word"
        in surfer.open(f"/bazaar/unsubscribe/{link}").text
    )
    assert front.do(message.subscription(person, token=link)).enabled
    assert "No more mail of this kind" in surfer.send(f"/unsubscribe/{link}").text
    assert not front.do(message.subscription(person, token=link)).enabled
    assert "This link no longer works" in surfer.open("/bazaar/unsubscribe/made-up").text


def test_a_question_about_a_product_is_answered_and_read(lin, front, offered):
    seller, path = offered
    page = lin.open(path)
    talk = page.text.partition('href="/bazaar/talk/')[2].partition('"')[0]
    assert "Write to A shop" in lin.open(f"/bazaar/talk/{talk}").text
    assert "Please write something" in lin.send(f"/talk/{talk}", text="").text
    at, fields = lin.form(f"/talk/{talk}")
    sent = fields | {"text": "Is it ripe?"}

    page, again = (lin.client.post(at, data=sent) for _ in range(2))

    assert page.url == again.url
    assert again.text.count("Is it ripe?") == 1
    assert lin.open(f"/bazaar/talk/{talk}").url == page.url  # where one has spoken before
    here = page.url.path

    async def answer():
        talks = await message.conversations(
            seller.ctx.with_(actor=_answering(seller)), shop_id=seller.shop_id
        )
        await message.post(
            seller.ctx.with_(actor=_answering(seller)), conversation_id=talks.items[0].id, text="Tomorrow."
        )

    front.do(answer())
    front.do(front.house.settle_down())
    assert "Tomorrow." in lin.open(here).text
    assert "A shop" in lin.open("/bazaar/conversations").text
    assert "Conversations" in lin.open("/bazaar/inbox").text


def _answering(seller):
    actor = seller.ctx.actor
    return type(actor)(
        actor.kind, actor.party, frozenset({f"message.conversation.answer@shop:{seller.shop_id}"})
    )


def test_a_conversation_is_closed_opened_and_reported(lin, somebody_else, offered):
    _, path = offered
    talk = lin.open(path).text.partition('href="/bazaar/talk/')[2].partition('"')[0]
    lin.open(f"/bazaar/talk/{talk}")
    here = lin.send(f"/talk/{talk}", text="Hello").url.path

    assert "This conversation is closed" in lin.send("/move", state="closed").text
    assert "Your answer" in lin.send("/move", state="open").text
    assert "Please say what is wrong" in lin.send("/report").text
    assert "Somebody will look at it" in lin.send("/report", reason="spam").text
    somebody_else.sign_up(f"{uuid4().hex}@example.com")
    assert somebody_else.open(here).status_code == 404


def test_news_is_read(lin, front):
    front.do(front.house.settle_down())

    page = lin.open("/bazaar/inbox")

    assert "not read yet" in page.text
    assert "not read yet" not in lin.send("/inbox/read").text


@pytest.mark.parametrize(
    "path", ["account/security", "account/privacy", "account/messages", "confirm", "inbox", "conversations"]
)
def test_who_is_nobody_is_led_to_the_log_in(surfer, path):
    assert surfer.open(f"/bazaar/{path}").url.path == "/bazaar/login"


def test_the_last_way_in_stays_and_only_ones_own_sessions_end(lin, front):
    lin.open("/bazaar/account/security")
    assert "You are logged in nowhere else." in lin.page.text
    _at, fields = lin.form("/security/password")
    page = lin.client.post(
        "/bazaar/account/security/sessions/end",
        data={"_csrf_token": fields["_csrf_token"], "session": "tok_made_up"},
    )
    assert page.status_code in {200, 400, 404}
    assert "Lin" in lin.open("/bazaar/account").text
