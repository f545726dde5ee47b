"""A browser without a window: it keeps cookies, follows redirects and sends the forms it was shown."""

from __future__ import annotations

import ssl
from html.parser import HTMLParser

import httpx

_TICKED = {"radio", "checkbox"}  # sent only where they are
_TRUSTING_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here is https; by default every visitor would read all the certificates there are."""


class Forms(HTMLParser):
    """The forms of a page: their addresses and what they would send as they stand."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._open: dict[str, str] | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form" and known.get("method") == "post":
            self._open = self.forms.setdefault(known["action"], {})
        elif tag == "select":
            self._select = known["name"]
        elif self._open is None:
            return
        elif tag == "option" and "selected" in known:
            self._open[self._select] = known["value"]
        elif tag == "input" and "name" in known and ("checked" in known or known.get("type") not in _TICKED):
            self._open[known["name"]] = known.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


class Surfer:
    """One visitor."""

    def __init__(self, url: str, *, language: str = "en") -> None:
        self.client = httpx.Client(
            base_url=url,
            follow_redirects=True,
            headers={"accept-language": language},
            verify=_TRUSTING_NOBODY,
        )
        self.page = httpx.Response(200, text="")

    def open(self, path: str) -> httpx.Response:
        """Go to a page."""
        self.page = self.client.get(path)
        return self.page

    def form(self, ending: str) -> tuple[str, dict[str, str]]:
        """The form of the page whose address ends so, and what it would send."""
        forms = Forms(self.page.text).forms
        return next(
            (at, dict(fields)) for at, fields in forms.items() if at.partition("?")[0].endswith(ending)
        )

    def send(self, ending: str, *, to: str = "", **typed: str) -> httpx.Response:
        """Fill in a form of the page and send it; `to` is another button's address."""
        at, fields = self.form(ending)
        self.page = self.client.post(to or at, data=fields | typed)
        return self.page

    def add(self, product: str, **typed: str) -> httpx.Response:
        """Put a product in the cart."""
        self.open(product)
        return self.send("/cart/add", **typed)

    def sign_up(self, email: str, *, name: str = "Somebody") -> httpx.Response:
        """Make an account."""
        self.open("/bazaar/signup")
        return self.send("/signup", name=name, email=email, password="a long enough one")


ADDRESS = {
    "address": "new",
    "person": "Lin Xiao",
    "phone": "+8613800000000",
    "country": "CN",
    "region": "上海市",
    "city": "上海市",
    "street": "武康路 1 号",
}
CARD = {"card": "9000 0000 0000 0019", "expiry": "12 / 40", "security_code": "123"}
