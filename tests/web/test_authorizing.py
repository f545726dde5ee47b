"""An app sends somebody's browser here: they log in, choose a shop, allow or refuse, and go back."""

from __future__ import annotations

from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest

from hansa.centers.interconnect import api as interconnect
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID
from hansa.web import cookies

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

BACK = "https://erp.example.com/back?tab=1"
ASKED = ("trade.order.read", "inventory.stock.see")
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # with its challenge, from RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
PASSWORD = "a long enough one"


@pytest.fixture
def app(front):
    """An app that somebody registered."""

    async def story():
        return await interconnect.register_app(
            await front.house.person(),
            name="Harbour <ERP>",
            scopes=ASKED,
            about={"en": "Brings orders into your books.", "zh": "将订单同步到账簿。"},
            homepage="https://erp.example.com/",
            redirect_uris=[BACK],
        )

    return front.do(story())


@pytest.fixture
def owner(front, surfer):
    """Somebody with an account, who may come to own shops."""
    surfer.email = f"{uuid4().hex}@example.com"
    surfer.sign_up(surfer.email, name="Lin")
    return surfer


def opens(front, owner, name):
    """Let the owner have a shop of this name; returns its id as it is shown."""

    async def story():
        party = await party_of(front, owner)
        opened = await shop.open_shop(
            front.house.system, slug=f"s{uuid4().hex[:20]}", name={"en": name}, owner=party
        )
        return SHOP_ID.show(opened.id)

    return front.do(story())


async def party_of(front, surfer):
    identity = await user.identify(front.house.platform, surfer.client.cookies[cookies.SESSION])
    return identity.actor.party


def asking(app, **other):
    """The address that an app sends a browser to."""
    about = {
        "client_id": PARTY_ID.show(app.id),
        "redirect_uri": BACK,
        "response_type": "code",
        "state": "a b&c",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"/bazaar/oauth/authorize?{urlencode(about | other)}"


def sent_to(page):
    """Where a page leads on to, and the query it goes there with."""
    url = unescape(page.text.partition('http-equiv="refresh" content="0; url=')[2].partition('"')[0])
    assert url.startswith("https://erp.example.com/back?tab=1&"), page.text
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_the_page_is_where_the_servers_metadata_says(surfer, front):
    metadata = surfer.client.get("/bazaar/api/oauth/metadata").json()
    assert metadata["authorization_endpoint"] == f"{front.named_url}/bazaar/oauth/authorize"


def test_somebody_logs_in_lets_an_app_in_and_goes_back_with_a_code(front, owner, app):
    opens(front, owner, "Moon Kiln")
    owner.open("/bazaar/account")
    owner.send("/logout")

    page = owner.open(asking(app, state="s" * 900))
    assert page.url.path == "/bazaar/login"
    page = owner.send("/login", email=owner.email, password=PASSWORD)

    assert page.url.path == "/bazaar/oauth/authorize"
    assert "Let Harbour &lt;ERP&gt; in?" in page.text
    assert "Brings orders into your books." in page.text
    assert "See the shop&#39;s orders" in page.text
    assert "Moon Kiln" in page.text
    assert "erp.example.com" in page.text

    page = owner.send("/oauth/authorize")

    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    back = sent_to(page)
    assert back["state"] == "s" * 900
    assert back["iss"] == f"{front.named_url}/bazaar"
    answer = owner.client.post(
        "/bazaar/api/oauth/token",
        data={
            "grant_type": "authorization_code",
            "client_id": PARTY_ID.show(app.id),
            "code": back["code"],
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        },
    )
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["scope"].split()) == set(ASKED)


def test_one_chooses_the_shop_and_what_to_give(front, owner, app):
    opens(front, owner, "Moon Kiln")
    reed = opens(front, owner, "Reed and Paper")
    page = owner.open(asking(app))
    assert "Choose a shop first" in page.text
    assert 'form="allow"' not in page.text

    owner.open(asking(app, shop=reed))
    at, fields = owner.form("/oauth/authorize")
    assert f"shop={reed}" in at
    nothing = {name: value for name, value in fields.items() if not name.startswith("scope.")}
    refused = owner.client.post(at, data=nothing)
    assert refused.status_code == 422
    assert "Please tick what it may do, or refuse." in refused.text

    sent_to(owner.client.post(at, data=nothing | {"scope.inventory.stock.see": "on"}))

    page = owner.open(asking(app, shop=reed)).text
    assert page.count("may do so already") == 1


def test_who_refuses_goes_back_without_a_code(front, owner, app):
    opens(front, owner, "Moon Kiln")
    owner.open(asking(app))

    page = owner.send("/oauth/authorize/refuse")

    assert "You gave it nothing." in page.text
    back = sent_to(page)
    assert back["error"] == "access_denied"
    assert back["state"] == "a b&c"
    assert "code" not in back


def test_who_has_no_shop_is_told_so_and_can_only_refuse(owner, app):
    page = owner.open(asking(app))

    assert "There is no shop in which you may let apps in." in page.text
    with pytest.raises(StopIteration):
        owner.form("/oauth/authorize")
    assert sent_to(owner.send("/oauth/authorize/refuse"))["error"] == "access_denied"


def test_the_shop_of_somebody_else_cannot_be_chosen(front, owner, app):
    opens(front, owner, "Moon Kiln")
    foreign = SHOP_ID.show(front.do(front.house.seller()).shop_id)
    page = owner.open(asking(app, shop=foreign))
    assert foreign not in page.text
    _, fields = owner.form("/oauth/authorize")

    for shop_id in (foreign, "shop_made_up", ""):
        answer = owner.client.post(asking(app, shop=shop_id), data=fields)
        assert answer.status_code in {403, 404}, answer.text
        assert "http-equiv" not in answer.text


@pytest.mark.parametrize(
    ("wrong", "status", "told"),
    [
        ({"redirect_uri": "https://evil.example.com/"}, 422, "an address that is not its own"),
        ({"redirect_uri": ""}, 422, "an address that is not its own"),
        ({"client_id": "pty_made_up"}, 404, "There is no such app here"),
        ({"client_id": ""}, 404, "There is no such app here"),
    ],
)
def test_whom_an_app_cannot_be_trusted_with_is_sent_nowhere(owner, app, wrong, status, told):
    page = owner.client.get(asking(app, **wrong), follow_redirects=False)

    assert page.status_code == status
    assert told in page.text
    assert 'href="https://evil' not in page.text
    assert "http-equiv" not in page.text


def test_an_address_that_is_there_twice_is_none(owner, app):
    twice = asking(app) + "&redirect_uri=https%3A%2F%2Fevil.example.com"
    assert owner.client.get(twice, follow_redirects=False).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "shop.shop.close"}, "invalid_scope"),
    ],
)
def test_what_else_is_wrong_the_app_is_told(owner, app, wrong, error):
    answer = owner.client.get(asking(app, **wrong), follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("https://erp.example.com/back?tab=1&")
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["error"] == [error]
    assert back["state"] == ["a b&c"]


def test_a_form_that_was_open_too_long_leads_to_the_log_in_and_back(front, owner, app):
    opens(front, owner, "Moon Kiln")
    owner.open(asking(app))
    at, fields = owner.form("/oauth/authorize")
    owner.open("/bazaar/account")
    owner.send("/logout")

    page = owner.client.post(at, data=fields)

    assert page.url.path == "/bazaar/login"
    owner.page = page
    page = owner.send("/login", email=owner.email, password=PASSWORD)
    assert page.url.path == "/bazaar/oauth/authorize"
    assert "Moon Kiln" in page.text


def test_an_app_that_asks_for_something_else_by_now_is_looked_at_again(front, owner, app):
    opens(front, owner, "Moon Kiln")
    owner.open(asking(app))

    page = owner.send("/oauth/authorize", seen="something else")

    assert page.status_code == 409
    assert "The app asks for something else by now" in page.text


def test_a_forged_form_gives_nothing(front, owner, app):
    opens(front, owner, "Moon Kiln")
    owner.open(asking(app))
    assert owner.send("/oauth/authorize", _csrf_token="AAAA").status_code == 403
