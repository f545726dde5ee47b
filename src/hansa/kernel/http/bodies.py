"""How long a request's body may be: as long as the platform says, or as long as its route says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from litestar.handlers import HTTPRouteHandler

from hansa.kernel.settings import Settings

BytesMax = Callable[[Settings], int]
"""Tells from the settings how many bytes a body may have."""

_PARAMETER = re.compile(r"\\\{[^}]*\\\}")


class BodyLimits:
    """The longest bodies that are read, in bytes.

    A route whose bodies may be longer than the platform's says `opt={"body_bytes_max": ...}`, a `BytesMax`,
    and `request_max_body_size=None`, because the router knows one limit for all. `routes` are named by the path
    that all of them are under.
    """

    def __init__(self, settings: Settings, routes: Mapping[str, Iterable[Any]] | None = None) -> None:
        self._bytes_max = settings.body_max_bytes
        self._own: dict[str, list[tuple[re.Pattern[str], int]]] = {}
        for under, handlers in (routes or {}).items():
            for route in handlers:
                if isinstance(route, HTTPRouteHandler) and "body_bytes_max" in route.opt:
                    self._take(route, under, settings)

    def _take(self, route: HTTPRouteHandler, under: str, settings: Settings) -> None:
        told: BytesMax = route.opt["body_bytes_max"]
        for path in route.paths:
            pattern = re.compile(_PARAMETER.sub("[^/]+", re.escape(f"{under}{path}")))
            for method in route.http_methods:
                self._own.setdefault(str(method), []).append((pattern, told(settings)))

    def of(self, method: str, path: str) -> int:
        """Return the limit of a request, the path without the business in front."""
        for pattern, bytes_max in self._own.get(method, ()):
            if pattern.fullmatch(path):
                return bytes_max
        return self._bytes_max
