"""What people make of a refusal: a page where they look at pages, and a title in their language everywhere.

The kernel has neither words nor pages: who composes the platform hands them to the edge.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, Protocol

import msgspec
from litestar.types import Send

from hansa.kernel.http.declared import MEDIA_TYPE
from hansa.kernel.http.whole import WHOLE
from hansa.kernel.i18n import negotiate
from hansa.kernel.problem import Problem

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]
"""Status, headers, body."""

AsPage = Callable[[MutableMapping[str, Any], Problem], Answer | None]
"""Renders a problem as a page, None for an address that is no page's.

It gets the request without its query and with `state`: nothing else of it is known to be readable.
"""

ENGLISH = "en"
"""The language problems are written in."""


class Titles(Protocol):
    """What problems say in other languages than English: their titles, and what is wrong with each field."""

    @property
    def languages(self) -> Sequence[str]:
        """The languages there are, English among them."""
        ...

    def title(self, code: str, language: str) -> str | None:
        """Return what a problem is called in a language, None where that is not known."""
        ...

    def field(self, message: str, language: str) -> str | None:
        """Return what is said of a wrong field in a language, None where that is not known."""
        ...


def reader_of(titles: Titles | None, accept_language: bytes | None) -> str:
    """Return the language a program's reader wants (Accept-Language): English unless it asks for another one."""
    if titles is None or not accept_language:
        return ENGLISH
    return negotiate(
        (ENGLISH, *(one for one in titles.languages if one != ENGLISH)),
        accept_language=accept_language.decode("latin-1"),
    )


class Translated:
    """Stands before `send`: what a problem says to people leaves in the reader's language (RFC 9457, 3.1.3).

    That is its title, and the message of each of its fields. All else of it stays as it is, its codes above all. Answers that are no problems pass as they come.
    """

    def __init__(self, send: Send, titles: Titles, language: str) -> None:
        self._send, self._titles, self._language = send, titles, language
        self._held: Any = None

    async def __call__(self, message: Any) -> None:
        """Send a message of an answer, or keep the beginning of a problem until its body is there."""
        kind = message["type"]
        if kind == WHOLE and _is_problem(message["headers"]):
            headers, body = self._said(message["headers"], message["body"])
            await self._send({**message, "headers": headers, "body": body})  # type: ignore[arg-type]
        elif kind == "http.response.start" and _is_problem(message["headers"]):
            self._held = message
        elif self._held is not None:
            start, self._held = self._held, None
            if not message.get("more_body"):
                headers, body = self._said(start["headers"], message.get("body", b""))
                start, message = {**start, "headers": headers}, {**message, "body": body}
            await self._send(start)
            await self._send(message)
        else:
            await self._send(message)

    def _said(
        self, headers: Sequence[tuple[bytes, bytes]], body: bytes
    ) -> tuple[list[tuple[bytes, bytes]], bytes]:
        told: dict[str, Any] = msgspec.json.decode(body) if body else {}
        title = self._titles.title(str(told.get("code")), self._language)
        if title is None:
            return list(headers), body
        changed: dict[str, Any] = {"title": title}
        if isinstance(errors := told.get("errors"), list):
            changed["errors"] = [self._field(error) for error in errors]
        said = msgspec.json.encode(told | changed)
        kept = [header for header in headers if header[0].lower() != b"content-length"]
        length = (b"content-length", str(len(said)).encode())
        return [*kept, length, (b"content-language", self._language.encode())], said

    def _field(self, error: Any) -> Any:
        """Return one of a problem's errors; what is no `FieldError` stays as it is."""
        if not isinstance(error, dict) or not isinstance(error.get("message"), str):
            return error
        said = self._titles.field(error["message"], self._language)
        return error if said is None else error | {"message": said}


def _is_problem(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(MEDIA_TYPE.encode()) for name, value in headers
    )
