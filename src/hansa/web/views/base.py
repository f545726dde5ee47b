"""What stands around every page."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from hansa.web.parts import Notice


class Chrome(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around every page: whose shop it is, who is reading, in which language, and when.

    `base` is the path prefix of the business ("/bazaar"), empty when it has a host of its own. `path` is the
    address of this page, where language and theme switches return to. `now` comes from the movable clock and
    decides what "today" means, in `timezone`. Switches post to `preferences_url` with `theme` or `language`,
    `next` and the CSRF token.
    """

    language: str
    now: datetime
    csrf: str
    base: str = ""
    path: str = "/"
    business: str = "Hansa"
    business_also: str = ""
    storefront: bool = True
    section: Literal["", "home", "cart", "orders", "account", "inbox"] = ""
    query: str = ""
    cart_count: int = 0
    unread: int = 0
    attempt: str = ""
    """The key of this page's forms: one that is sent twice happens once."""
    person: str = ""
    held: bool = False
    """Whether something is held about the reader, an account or what a guest gathered: the way there is shown then."""
    sells: bool = False
    """Whether the reader owns a shop or works for one: the way to the desk is shown then."""
    theme: Literal["system", "light", "dark"] = "system"
    timezone: str = "Asia/Shanghai"
    sandbox: bool = False
    preferences_url: str = "/preferences"
    portal_url: str = "/"
    api_url: str = "/api/docs"
    notices: tuple[Notice, ...] = ()

    def at(self, path: str = "") -> str:
        """An address below the business's prefix: `at("cart")` is "/bazaar/cart", or "/cart" on its own host."""
        return f"{self.base}/{path}"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A page. `template` names its file."""

    template: ClassVar[str]
    chrome: Chrome
