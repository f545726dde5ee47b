"""The cookies of the pages, and the only place where they are read, set and deleted.

Over https their names begin with `__Host-` (RFC 6265bis, 4.1.3.2): a browser then takes them only encrypted, from this
very host, for all of its paths. So neither a neighbour below the same domain nor whoever sits in an unencrypted line can
put one of theirs in place of ours, and a cookie without the prefix is not even looked at. Where the house is served by
plain http, as it is on one's own machine, browsers would refuse such names; they are plain there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from litestar import Request, Response

    from hansa.kernel.platform import Platform

SESSION = "hansa_session"
VISITOR = "hansa_visitor"
LANGUAGE = "hansa_language"
THEME = "hansa_theme"
TOLD = "hansa_told"
AWAY = "hansa_away"
DEVICE = "hansa_device"

_PREFIX = "__Host-"


class Cookies:
    """The cookies of one request, and how its answer sets them.

    The house is served by https where the request came so, or where HANSA_PUBLIC_URL says so: a proxy that speaks
    https to browsers may speak http to us.
    """

    def __init__(self, platform: Platform, request: Request[Any, Any, Any]) -> None:
        self._sent = request.cookies
        self._secure = "https" in {request.url.scheme, urlsplit(platform.settings.url()).scheme}

    def __contains__(self, name: str) -> bool:
        return self._named(name) in self._sent

    def get(self, name: str) -> str:
        """Return what the browser sent, empty when nothing."""
        return self._sent.get(self._named(name), "")

    def put(self, response: Response[Any], name: str, value: str, *, age_s: int) -> None:
        """Have the browser keep a value, out of reach of scripts."""
        response.set_cookie(
            self._named(name),
            value,
            max_age=age_s,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )

    def drop(self, response: Response[Any], name: str) -> None:
        """Have the browser forget; it takes the order for a prefixed name only with the cookie's own attributes."""
        self.put(response, name, "", age_s=0)

    def _named(self, name: str) -> str:
        return _PREFIX + name if self._secure else name
