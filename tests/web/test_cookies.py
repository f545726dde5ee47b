"""Over https the browser's own rules keep our cookies ours; over http, on one's own machine, they have plain names."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest
from surfer import Forms

from hansa.asgi import make_edge
from hansa.web import cookies

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

PASSWORD = "a long enough one"


class Encrypted:
    """A visitor who comes by https."""

    def __init__(self, front) -> None:
        self._front = front
        self._transport = httpx.ASGITransport(app=make_edge(front.house.platform))
        self.cookies = httpx.Cookies()

    def open(self, path, **data):
        async def story():
            async with httpx.AsyncClient(
                transport=self._transport, base_url="https://shop.example", cookies=self.cookies
            ) as client:
                answer = await (client.post(path, data=data) if data else client.get(path))
                self.cookies = client.cookies
                return answer

        return self._front.do(story())

    def send(self, path, ending, **typed):
        forms = Forms(self.open(path).text).forms
        at, fields = next((at, fields) for at, fields in forms.items() if at.endswith(ending))
        return self.open(at, **fields | typed)

    def sign_up(self):
        email = f"{uuid4().hex}@example.com"
        return self.send("/bazaar/signup", "/signup", name="Lin", email=email, password=PASSWORD)


@pytest.fixture
def encrypted(front):
    return Encrypted(front)


def set_by(answer):
    """What an answer sets: attributes by the cookie's name."""
    found = {}
    for line in answer.headers.get_list("set-cookie"):
        pair, *attributes = line.split("; ")
        found[pair.partition("=")[0]] = {one.casefold() for one in attributes}
    return found


def test_over_https_every_cookie_belongs_to_this_host_alone(encrypted):
    answers = [
        encrypted.open("/bazaar/"),
        encrypted.sign_up(),
        encrypted.send("/bazaar/", "/preferences", language="zh"),
        encrypted.send("/bazaar/account", "/logout"),
        encrypted.open("/bazaar/"),
    ]

    seen = [(name, attributes) for answer in answers for name, attributes in set_by(answer).items()]
    assert {name for name, _ in seen} == {
        f"__Host-{name}"
        for name in (cookies.SESSION, cookies.VISITOR, cookies.DEVICE, cookies.LANGUAGE, cookies.TOLD)
    }
    for _, attributes in seen:
        assert {"secure", "path=/", "httponly", "samesite=lax"} <= attributes
        assert not [one for one in attributes if one.startswith("domain")]


def test_over_https_a_session_works_and_ends(encrypted):
    encrypted.sign_up()
    assert encrypted.open("/bazaar/account").status_code == 200

    encrypted.send("/bazaar/account", "/logout")

    assert encrypted.open("/bazaar/account").status_code != 200
    assert f"__Host-{cookies.SESSION}" not in encrypted.cookies


def test_over_https_a_cookie_that_others_could_have_set_is_not_looked_at(encrypted, surfer):
    surfer.sign_up(f"{uuid4().hex}@example.com")
    theirs = surfer.client.cookies[cookies.SESSION]

    encrypted.cookies.set(cookies.SESSION, theirs, domain="shop.example")

    assert encrypted.open("/bazaar/account").status_code != 200


def test_over_http_names_are_plain_as_browsers_want_them(surfer):
    surfer.sign_up(f"{uuid4().hex}@example.com")

    assert {cookies.SESSION, cookies.VISITOR} <= set(surfer.client.cookies)
    assert not [name for name in surfer.client.cookies if name.startswith("__")]
    assert surfer.open("/bazaar/account").status_code == 200


def test_a_browser_that_was_here_comes_in_however_often_others_guess(surfer, somebody_else):
    email = f"{uuid4().hex}@example.com"
    surfer.open("/bazaar/signup")
    surfer.send("/signup", name="Ada", email=email, password=PASSWORD)
    surfer.open("/bazaar/account")
    surfer.send("/logout")
    somebody_else.open("/bazaar/login")
    for _ in range(21):  # all from this machine, as are both
        last = somebody_else.send("/login", email=email, password="a wrong guess")
    assert last.status_code == 429

    surfer.open("/bazaar/login")
    page = surfer.send("/login", email=email, password=PASSWORD)

    assert page.status_code == 200
    assert "Log out" in surfer.open("/bazaar/account").text
