"""The thin way: the few hottest routes are answered in front of the router.

A route says `opt={"thin": True}`. Its handler is called with the same context, key and body, and its answer
is encoded the same way; what is saved is the router's own work, which costs about as much as a thin order
itself. Only plain requests go this way (JSON in, JSON out, no query); every other one goes to the router, so
that each refusal has one place. A test sends both ways the same requests and compares the answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from hansa.api.identity import of_scope, own_scope
from hansa.kernel.http import decode, parse_key, problem_of, read_body
from hansa.kernel.http.api import API_PATH
from hansa.kernel.http.refusing import encode
from hansa.kernel.http.whole import respond
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.platform import Platform

_encode = msgspec.json.Encoder().encode
_JSON = b"application/json"
_PLAIN_ACCEPT = frozenset({b"", b"*/*", _JSON})


@dataclass(frozen=True, slots=True)
class _ThinRoute:
    """A hot route: how its path begins and ends, and what its handler wants."""

    method: str
    template: str
    head: str
    tail: str
    parameter: str
    """The name of the one path parameter; empty when the path is fixed."""
    handle: Callable[..., Awaitable[Any]]
    body: type[Any]
    wants_key: bool
    status: int
    own: str | None
    """The scope by which a person's token acts for that person here."""

    def match(self, path: str) -> str | None:
        """Return the path parameter (empty without one) when the path is this route's, else None."""
        if not self.parameter:
            return "" if path == self.head else None
        if path.startswith(self.head) and path.endswith(self.tail):
            value = path[len(self.head) : len(path) - len(self.tail)]
            return value if value and "/" not in value else None
        return None


class Thin:
    """Stands in front of the API's router."""

    def __init__(self, router: ASGIApp, platform: Platform, handlers: Sequence[Any]) -> None:
        self._router = router
        self._platform = platform
        self._routes = [_thin_route(handler) for handler in handlers if handler.opt.get("thin")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a plain request of a hot route; hand every other one to the router."""
        plain: MutableMapping[str, Any] = scope  # type: ignore[assignment]  # only HTTP comes here
        if plain["method"] == "POST" and not plain["query_string"]:
            path = plain["path"]
            for route in self._routes:
                value = route.match(path)
                if value is not None:
                    headers = _plain_headers(plain["headers"])
                    if headers is not None:
                        await self._answer(route, value, headers, plain, receive, send)
                        return
                    break
        await self._router(scope, receive, send)

    async def _answer(
        self,
        route: _ThinRoute,
        value: str,
        headers: Mapping[bytes, bytes],
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
    ) -> None:
        scope["path_template"] = route.template  # what metrics and traces call it, as the router does
        try:
            raw = await read_body(receive)
            ctx = (await of_scope(self._platform, scope)).at_route(route.own)
            wanted: dict[str, Any] = {"ctx": ctx}
            named = parse_key(_text(headers.get(b"idempotency-key")))
            if route.wants_key:
                wanted["key"] = (
                    IdempotencyKey.of(ctx, route=f"POST {scope['path']}", key=named, body=raw)
                    if named
                    else None
                )
            if route.parameter:
                wanted[route.parameter] = value
            wanted["data"] = decode(raw, route.body)
            answer = _encode(await route.handle(**wanted))
            status, out = route.status, [(b"content-type", _JSON), (b"content-length", b"%d" % len(answer))]
        except Exception as wrong:  # noqa: BLE001 - as the router does: every refusal becomes an answer
            status, out, answer = encode(problem_of(wrong))
        await respond(scope, send, status, out, answer)


def _thin_route(handler: HTTPRouteHandler) -> _ThinRoute:
    (path,) = handler.paths
    head, brace, rest = f"{API_PATH}{path}".partition("{")
    name, _, tail = rest.partition(":str}")
    hints = get_type_hints(handler.fn)
    return _ThinRoute(
        method="POST",
        template=f"{API_PATH}{path}",
        head=head,
        tail=tail,
        parameter=name if brace else "",
        handle=handler.fn,
        body=hints["data"],
        wants_key="key" in hints,
        status=handler.status_code,
        own=own_scope("POST", handler.opt),
    )


def _plain_headers(headers: Sequence[tuple[bytes, bytes]]) -> Mapping[bytes, bytes] | None:
    """Return the headers of a plain request, None when the router has to look at it."""
    known = dict(headers)
    if known.get(b"content-type") != _JSON or known.get(b"accept", b"") not in _PLAIN_ACCEPT:
        return None
    return known


def _text(header: bytes | None) -> str | None:
    return header.decode("latin-1") if header is not None else None
