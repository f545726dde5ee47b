"""Which business a request speaks to: said by its path, else by its host, else by a header."""

from __future__ import annotations

from typing import Protocol

from hansa.kernel.http.errors import BusinessUnclear
from hansa.kernel.plan.errors import UnknownBusiness


class BusinessFinder(Protocol):
    """Knows which businesses there are; asked for every request, so it answers from memory."""

    def named(self, path: str) -> str | None:
        """Return the path of the business that is called so (`bazaar`, `flagship.tea`), or None."""
        ...

    def at_host(self, host: str) -> str | None:
        """Return the path of the business that this host (without port, lower case) belongs to, or None."""
        ...


def find_business(
    finder: BusinessFinder, *, path: str, host: str, header: str | None
) -> tuple[str, str, str]:
    """Return the business's path (empty: none was named), the prefix taken off, and the rest of the path.

    `/bazaar/api/orders` is `/api/orders` of `bazaar` under the prefix `/bazaar`. Raises `UnknownBusiness` for
    a header or the path of an API that names none, `BusinessUnclear` when header and address disagree.
    """
    segment, slash, rest = path[1:].partition("/")
    business = finder.named(segment) if segment else None
    prefix, inner = (f"/{segment}", f"/{rest}" if slash else "/") if business is not None else ("", path)
    if business is None:
        business = finder.at_host(host)
    if header is not None:
        named = finder.named(header)
        if named is None:
            raise UnknownBusiness
        if business is not None and named != business:
            raise BusinessUnclear
        business = named
    if business is None and f"{rest}/".startswith("api/"):
        raise UnknownBusiness  # a program, of a business that has ended: it is told so as programs are
    return business or "", prefix, inner
