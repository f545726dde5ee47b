"""Who gets to a page at all."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from hansa.kernel.problem import NotFound, Unauthenticated
from hansa.web.visit import Visit


def in_a_business(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Raise `NotFound` where no business was named: the platform itself sells nothing."""
    if not connection.scope["state"]["business"]:
        raise NotFound


def person(seen: Visit) -> Visit:
    """Return the visit of somebody with an account. Raises `Unauthenticated`, which leads to the log-in."""
    if not seen.logged_in:
        raise Unauthenticated
    return seen


def somebody(seen: Visit) -> Visit:
    """Return the visit of a party, a guest's too. Raises `Unauthenticated`, which leads to the log-in."""
    if seen.ctx.actor.party is None:
        raise Unauthenticated
    return seen
