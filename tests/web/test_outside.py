"""What a shop lets out and whom it lets in: webhooks and apps, at the desk."""

from __future__ import annotations

import re

import pytest
from desks import email, open_shop
from surfer import Surfer

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

TARGET = "https://example.com/hooks"


def add_hook(seller, **more):
    """The seller adds a webhook; the surfer stands at its page, which shows the secret."""
    seller.open(f"{seller.desk}/webhooks/new")
    address, fields = seller.form("/webhooks/new")
    plain = {name: value for name, value in fields.items() if not name.startswith("type-")}
    wanted = {"url": TARGET, "description": "ERP", "type-order.placed": "on"} | more
    seller.page = seller.client.post(address, data=plain | wanted)
    return seller.page


def open_first_hook(seller):
    seller.open(f"{seller.desk}/webhooks")
    seller.open(re.search(rf'href="({seller.desk}/webhooks/hook_[0-9a-z]+)"', seller.page.text).group(1))


def secret_of(page):
    found = re.search(r'data-text="(whsec_[^"]+)"', page.text)
    return found.group(1) if found else ""


def test_a_webhook_is_added_and_its_secret_is_shown_this_once(seller):
    page = add_hook(seller)

    assert page.status_code == 200
    assert secret_of(page)
    assert page.headers["cache-control"] == "no-store"
    assert "whsec_" not in seller.open(f"{seller.desk}/webhooks").text
    open_first_hook(seller)
    assert "whsec_" not in seller.page.text
    assert TARGET in seller.page.text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"url": "over there"}, "An address, like https://example.com/hooks"),
        ({"url": "http://10.0.0.1/in"}, "This address is not on the internet"),
        ({"url": "https://example.com:99999/in"}, "A port that events are sent to"),
        ({"url": ""}, "Please fill this in"),
        ({"description": "x" * 201}, "This is too long"),
        ({"type-nonsense": "on", "url": TARGET}, "Please choose one of these"),
    ],
)
def test_what_cannot_be_a_webhook_is_said_at_its_field(seller, typed, says):
    page = add_hook(seller, **typed)

    assert page.status_code == 422
    assert says in page.text
    assert "No webhooks yet" in seller.open(f"{seller.desk}/webhooks").text


def test_a_webhook_that_is_told_nothing_is_refused(seller):
    seller.open(f"{seller.desk}/webhooks/new")

    page = seller.client.post(
        seller.form("/webhooks/new")[0],
        data={"_csrf_token": seller.form("/webhooks/new")[1]["_csrf_token"], "url": TARGET},
    )

    assert page.status_code == 422
    assert "Choose at least one" in page.text


def test_a_webhook_is_changed_paused_tried_and_removed(seller):
    add_hook(seller)
    open_first_hook(seller)

    seller.send("/edit", url="https://example.com/elsewhere", **{"type-stock.changed": "on"})
    assert "https://example.com/elsewhere" in seller.page.text
    assert "2 kinds of events" in seller.page.text
    seller.send("/state")
    assert "Nothing is sent: it was switched off" in seller.page.text
    assert "/test" not in seller.page.text
    seller.send("/state")
    seller.send("/test")

    assert "A test" in seller.page.text
    assert "What is sent" in seller.page.text
    open_first_hook(seller)
    assert "A test" in seller.page.text
    seller.send("/remove")
    assert "The webhook is gone" in seller.page.text
    assert "No webhooks yet" in seller.page.text


def test_a_secret_is_rotated_and_shown_this_once(seller):
    first = secret_of(add_hook(seller))
    open_first_hook(seller)

    assert seller.send("/secret", overlap="9999").status_code == 422
    second = secret_of(seller.send("/secret", overlap="24"))

    assert second
    assert second != first
    assert seller.page.headers["cache-control"] == "no-store"


def test_an_event_that_never_came_is_sent_again(seller, front):
    add_hook(seller)
    open_first_hook(seller)
    hook = str(seller.page.url)
    seller.send("/test")
    here = str(seller.page.url)
    seller.open(hook)
    seller.send("/state")  # switched off: what was on its way is given up
    seller.send("/state")

    seller.open(here)
    assert "Failed" in seller.page.text
    seller.send("/replay")

    assert "It is sent again." in seller.page.text


def test_webhooks_and_apps_are_nobody_elses(seller, somebody_else, front):
    add_hook(seller)
    open_first_hook(seller)
    hook = str(seller.page.url).rpartition("/")[2]
    somebody_else.sign_up(email())
    own = open_shop(somebody_else)

    for path in ("webhooks", "webhooks/new", f"webhooks/{hook}", "apps"):
        assert somebody_else.open(f"{seller.desk}/{path}").status_code == 404, path
    assert somebody_else.open(f"{own}/webhooks/{hook}").status_code == 404
    token = re.search(r'name="_csrf_token" value="([^"]+)"', somebody_else.open(own).text).group(1)
    for way in ("edit", "state", "test", "secret", "remove"):
        answer = somebody_else.client.post(f"{own}/webhooks/{hook}/{way}", data={"_csrf_token": token})
        assert answer.status_code == 404, way
    assert TARGET in seller.open(f"{seller.desk}/webhooks").text


@pytest.mark.parametrize("role", ["manager", "support"])
def test_only_who_may_sees_webhooks_and_apps(seller, somebody_else, hire, role):
    hire(seller, somebody_else, role)

    for path in ("webhooks", "apps"):
        assert somebody_else.open(f"{seller.desk}/{path}").status_code == 403, path
        assert f"{seller.desk}/{path}" not in somebody_else.open(seller.desk).text


def register(seller, *scopes):
    seller.open(f"{seller.desk}/apps")
    address, fields = seller.form("/apps")
    plain = {name: value for name, value in fields.items() if not name.startswith("scope-")}
    ticked = {f"scope-{scope}": "on" for scope in scopes}
    seller.page = seller.client.post(address, data=plain | {"name": "Shelf labels"} | ticked)
    return seller.page


def test_an_app_is_registered_let_in_given_a_token_and_taken_out(seller):
    register(seller, "trade.order.read", "inventory.stock.see")
    assert "What it asks for" in seller.page.text
    here = str(seller.page.url)
    address, fields = seller.form("/install")
    del fields["scope-inventory.stock.see"]
    seller.page = seller.client.post(address, data=fields)

    assert "It may now do what you ticked." in seller.page.text
    assert "See the shop&#39;s orders" in seller.open(f"{seller.desk}/apps").text
    seller.open(here)
    page = seller.send("/tokens", label="ERP", days="30")
    assert page.headers["cache-control"] == "no-store"
    secret = re.search(r'data-text="([^"]+)"', page.text.partition("The token: keep it now")[2]).group(1)
    assert secret not in seller.open(here).text
    assert "ERP" in seller.page.text
    assert (
        seller.client.get("/bazaar/api/me", headers={"authorization": f"Bearer {secret}"}).status_code < 500
    )
    seller.send("/tokens/end")
    assert "until" not in re.sub(
        r"<[^>]+>", "", seller.page.text.partition("Its tokens")[2].partition("<form")[0]
    )
    seller.send("/remove")
    assert "The app is out" in seller.page.text
    assert "No app may do anything here." in seller.page.text


def test_what_cannot_be_an_app_or_a_token_is_said_at_its_field(seller):
    assert "Choose at least one" in register(seller).text
    assert "There is no such app" in seller.open(f"{seller.desk}/apps?app=pty_nothing").text
    register(seller, "trade.order.read")
    address, fields = seller.form("/install")
    nothing = {name: value for name, value in fields.items() if not name.startswith("scope-")}
    assert "Choose at least one" in seller.client.post(address, data=nothing).text
    outdated = seller.client.post(address, data=fields | {"seen": "something else"})
    assert outdated.status_code == 409
    assert "asks for something else" in outdated.text
    seller.page = seller.client.post(address, data=fields)

    page = seller.send("/tokens", label=" ", days="4000")

    assert page.status_code == 422
    assert 'id="f-token-label-error"' in page.text
    assert 'id="f-token-days-error"' in page.text


def test_an_app_of_somebody_else_is_let_in_by_its_id_and_gives_no_tokens(seller, front):
    register(seller, "trade.order.read")
    app = str(seller.page.url).rpartition("/")[2]
    other = Surfer(front.url)
    other.sign_up(email())
    own = open_shop(other)

    other.open(f"{own}/apps?app={app}")
    assert "Shelf labels" in other.page.text
    other.send("/install")

    assert "It may now do what you ticked." in other.page.text
    assert "Its tokens for this shop" not in other.page.text
    assert "No app may do anything here." in seller.open(f"{seller.desk}/apps").text
    other.client.close()
