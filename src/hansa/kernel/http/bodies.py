"""How long a request's body may be: as long as the platform says, or as long as its route says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from litestar.handlers import HTTPRouteHandler

from hansa.kernel.settings import Settings

BytesMax = Callable[[Settings], int]
"""Tells from the settings how many bytes a body may have."""

_PARAMETER = re.compile(r"\\\{[^}]*\\\}")


class BodyLimits:
    """The longest bodies that are read, in bytes.

    A route whose bodies may be longer than the platform's says `opt={"body_bytes_max": ...}`, a `BytesMax`,
    and `request_max_body_size=None`, because the router knows one limit for all.
    """

    def __init__(self, settings: Settings, routes: Iterable[Any] = (), *, under: str = "") -> None:
        self._bytes_max = settings.body_max_bytes
        self._own: dict[str, list[tuple[re.Pattern[str], int]]] = {}
        for route in routes:
            if isinstance(route, HTTPRouteHandler) and "body_bytes_max" in route.opt:
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
