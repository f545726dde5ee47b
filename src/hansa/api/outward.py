"""What programs are told of people: names of their own, which lead nowhere else.

Inside, a person is one party, whoever speaks of it. An app hears another name for each (`pwi_...`, see `user`), its
own in every business, so that two apps cannot lay their lists side by side; and it names a person to us by that name
alone: our own id, wherever it has it from, means nobody when it comes from an app. Done here, at the border, so that no route of any center can forget it.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from hansa.centers.user import api as user
from hansa.centers.user.types import PAIRWISE_ID, PARTY_ID, PairwiseId, PartyId
from hansa.kernel.context import ActorKind, Ctx
from hansa.kernel.ids import IdMalformed

_LETTERS = rb"[0-9a-hjkmnp-tv-z]{26}"
_SHOWN = re.compile(rb"\bpty_" + _LETTERS + rb"\b")
_LABEL = re.compile(rb"\b(person|guest|app):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
_NAMED = re.compile(rb"\bpwi_" + _LETTERS + rb"\b")
_FORGOTTEN = b"pwi_forgotten"
"""Whom nobody can be named any more: the names of who was erased are cut for good."""
_UNKNOWN = b"pwx_"
"""What our own ids are called when an app says them: it is the prefix of nothing."""
_JSON = (b"application/json", b"application/problem+json")


class Outward:
    """Stands around the routes; requests of people pass as they are."""

    def __init__(self, routes: ASGIApp) -> None:
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Translate the names of people in a program's request, and in what it is answered."""
        ctx: Ctx | None = scope["state"].get("ctx")  # none where the document is read
        if ctx is None or ctx.actor.kind is not ActorKind.APP:
            await self._routes(scope, receive, send)
            return
        plain: MutableMapping[str, Any] = scope  # type: ignore[assignment]  # only HTTP comes here
        plain["extensions"] = {}  # here an answer is read in its two messages
        await _read_address(ctx, plain)
        await self._routes(scope, _Inbound(ctx, plain, receive), _Outbound(ctx, send))


class _Inbound:
    """The request's body with parties in it; what is no JSON passes as it comes."""

    def __init__(self, ctx: Ctx, scope: MutableMapping[str, Any], receive: Receive) -> None:
        self._ctx, self._receive = ctx, receive
        self._is_json = dict(scope["headers"]).get(b"content-type", b"").startswith(b"application/json")

    async def __call__(self) -> Any:
        message: Any = await self._receive()
        if not self._is_json or message["type"] != "http.request":
            return message
        body = message.get("body", b"")
        while message.get("more_body"):
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            body += message.get("body", b"")
        self._is_json = False  # read whole: what comes next says that the program left
        return message | {"body": await _inward(self._ctx, body), "more_body": False}


class _Outbound:
    """The answer with the program's own names in it, once it is whole."""

    def __init__(self, ctx: Ctx, send: Send) -> None:
        self._ctx, self._send = ctx, send
        self._start: Any = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        said: Any = message
        if said["type"] == "http.response.start" and _is_json(said["headers"]):
            self._start = said
        elif self._start is not None and said["type"] == "http.response.body":
            self._body += said.get("body", b"")
            if not said.get("more_body"):
                await self._finish()
        else:
            await self._send(message)

    async def _finish(self) -> None:
        body = await _outward(self._ctx, self._body)
        headers = [
            (name, b"%d" % len(body) if name.lower() == b"content-length" else value)
            for name, value in self._start["headers"]
        ]
        start: Any = self._start | {"headers": headers}
        end: Any = {"type": "http.response.body", "body": body, "more_body": False}
        await self._send(start)
        await self._send(end)


async def _outward(ctx: Ctx, body: bytes) -> bytes:
    """Return an answer with everybody in it but the program itself called by the name that it knows."""
    shown = {text: PARTY_ID.read(text.decode()) for text in set(_SHOWN.findall(body))}
    labels = {text: UUID(text.decode()) for _, text in set(_LABEL.findall(body))}
    myself = ctx.party()
    meant = {party for party in (*shown.values(), *labels.values()) if party != myself}
    if not meant:
        return body
    async with ctx.transaction() as tx:
        names = await user.pairwise_ids(tx, ctx, party_ids=sorted(meant), app=PartyId(myself))
    written = {party: PAIRWISE_ID.show(name).encode() for party, name in names.items()}
    written[myself] = PARTY_ID.show(myself).encode()
    body = _SHOWN.sub(lambda found: written.get(shown[found[0]], _FORGOTTEN), body)
    return _LABEL.sub(lambda found: found[1] + b":" + written.get(labels[found[2]], _FORGOTTEN), body)


async def _inward(ctx: Ctx, text: bytes) -> bytes:
    """Return what a program says with the parties that it means; a name it made up is nobody's, and so is our own id.

    Else an app that heard of somebody by our id would be answered with its own name for them, and have the two joined.
    """
    myself = PARTY_ID.show(PartyId(ctx.party())).encode()
    text = _SHOWN.sub(lambda found: found[0] if found[0] == myself else _UNKNOWN + found[0][4:], text)
    named: dict[bytes, PairwiseId] = {}
    for found in set(_NAMED.findall(text)):
        try:
            named[found] = PAIRWISE_ID.read(found.decode())
        except IdMalformed:
            continue
    if not named:
        return text
    async with ctx.platform.db.reading() as tx:
        meant = await user.parties_of_pairwise(
            tx, ctx, pairwise_ids=list(named.values()), app=PartyId(ctx.party())
        )
    parties = {name: PARTY_ID.show(meant[known]).encode() for name, known in named.items() if known in meant}
    return _NAMED.sub(lambda found: parties.get(found[0], found[0]), text)


async def _read_address(ctx: Ctx, scope: MutableMapping[str, Any]) -> None:
    """Put parties in a request's path and query."""
    if _names_somebody(scope["query_string"]):
        scope["query_string"] = await _inward(ctx, scope["query_string"])
    if _names_somebody(scope["path"].encode()):
        scope["path"] = (await _inward(ctx, scope["path"].encode())).decode()
        scope["raw_path"] = await _inward(ctx, scope.get("raw_path") or b"")


def _names_somebody(text: bytes) -> bool:
    return b"pwi_" in text or b"pty_" in text


def _is_json(headers: Any) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(_JSON) for name, value in headers)
