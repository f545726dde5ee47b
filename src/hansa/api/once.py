"""A write that is repeated under its Idempotency-Key happens once, on every route that writes.

Routes of a lane hand their key to the lane (`opt={"idempotency": "lane"}`), which stores the answer with the
work. Here the others are served, by `answer_once`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from hansa.api.identity import of_scope
from hansa.kernel.http import parse_key, read_body
from hansa.kernel.http.declared import MEDIA_TYPE
from hansa.kernel.idempotency import Answer, IdempotencyKey, answer_once
from hansa.kernel.platform import Platform

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
REPLAYED = (b"idempotent-replayed", b"true")
_GRACE_S = 5  # a request that is given up ends within a moment


class Once:
    """Middleware behind the router: it knows the route, and stands in front of its handler."""

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        self._app = app
        self._platform = platform
        self._work_s_max = platform.settings.request_timeout.total_seconds() + _GRACE_S

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        named = _key_of(scope)
        if named is None:
            await self._app(scope, receive, send)
            return
        body = await read_body(receive)
        ctx = await of_scope(self._platform, scope)
        key = IdempotencyKey.of(ctx, route=f"{scope.get('method')} {scope['path']}", key=named, body=body)
        captured = _Captured()

        async def work() -> Answer:
            await self._app(scope, _replay(body), captured.send)
            return Answer(captured.status, captured.body)

        answer, repeated = await answer_once(self._platform.db, key, work, work_s_max=self._work_s_max)
        if repeated:
            await _answer_again(answer, send)
        else:
            await captured.pass_on(send)


def once(platform: Platform) -> Any:
    """Return the middleware as Litestar takes it: a function that wraps an app."""

    def wrap(app: ASGIApp) -> ASGIApp:
        return Once(app, platform)

    return wrap


def _key_of(scope: Scope) -> str | None:
    plain: Mapping[str, Any] = dict(scope)
    if plain["type"] != "http" or plain["method"] not in WRITES:
        return None
    if plain["route_handler"].opt.get("idempotency") in {"lane", "none"}:
        return None
    header = next((value for name, value in scope["headers"] if name == b"idempotency-key"), None)
    return parse_key(header.decode("latin-1")) if header is not None else None


def _replay(body: bytes) -> Receive:
    left = [body]

    async def receive() -> Any:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    return receive


class _Captured:
    """An answer held back until its key is stored."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self._messages.append(message)

    @property
    def status(self) -> int:
        return next(int(m["status"]) for m in self._messages if m["type"] == "http.response.start")

    @property
    def body(self) -> bytes:
        return b"".join(m.get("body", b"") for m in self._messages if m["type"] == "http.response.body")

    async def pass_on(self, send: Send) -> None:
        for message in self._messages:
            await send(message)


async def _answer_again(stored: Answer, send: Send) -> None:
    media_type = "application/json" if stored.status < 400 else MEDIA_TYPE
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(stored.body)).encode()),
        REPLAYED,
    ]
    start: Any = {"type": "http.response.start", "status": stored.status, "headers": headers}
    rest: Any = {"type": "http.response.body", "body": stored.body, "more_body": False}
    await send(start)
    await send(rest)
