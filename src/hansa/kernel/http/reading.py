"""How a request of the API is read: strictly, once, straight into the struct the route asks for."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.types import Empty, Receive

from hansa.kernel.http.errors import TooLarge, UnsupportedMediaType
from hansa.kernel.http.fields import field_error, field_errors
from hansa.kernel.problem import Invalid, Malformed
from hansa.kernel.wire import check_json


class ApiRequest(Request[Any, Any, State]):
    """A request whose JSON is decoded by the type of the route's `data`, with nothing converted on the quiet."""

    async def json(self) -> Any:
        """Return the body as the route's struct.

        Raises `UnsupportedMediaType`, `Malformed` (no JSON at all) and `Invalid` (JSON of another shape, with
        every field that is wrong).
        """
        if self._json is Empty:
            media_type, options = self.content_type
            if not _is_json(media_type) or options.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
                raise UnsupportedMediaType
            data = self.route_handler.parsed_fn_signature.parameters.get("data")
            self._json = decode(await self.body(), data.raw if data is not None else Any)
        return self._json

    async def parts(self) -> AsyncIterator[bytes]:
        """Give the body as it comes in, of a route that says what it reads: `opt={"media_types": (...)}`.

        Raises `UnsupportedMediaType` before anything is read, and `TooLarge` at the route's limit.
        """
        accepted = self.route_handler.opt["media_types"]
        if self.content_type[0] not in accepted:
            raise UnsupportedMediaType(accepted=list(accepted))
        async for part in self.stream():
            yield part


async def read_body(receive: Receive) -> bytes:
    """Return a body whole, for who stands in front of the router; what was there when the client left is all of it."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def decode(raw: bytes, kind: Any) -> Any:
    """Decode JSON of a stranger into `kind`. Raises `Malformed` or `Invalid`."""
    check_json(raw)
    try:
        try:
            return _decoder(kind).decode(raw)
        except msgspec.ValidationError as wrong:
            value = msgspec.json.decode(raw)  # fails only for a number that no float holds
            raise Invalid(*(field_errors(value, kind) or [field_error(str(wrong))])) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Malformed(str(wrong)) from None
    except RecursionError:
        raise Malformed("The body is nested too deep") from None


@functools.cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def within(length: str | None, *, bytes_max: int) -> None:
    """Refuse a body by its announced length, before a byte of it is read. Raises `TooLarge` or `Malformed`."""
    if length is not None:
        if not length.isascii() or not length.isdigit() or len(length) > 18:
            raise Malformed("The header Content-Length is not a number")
        if int(length) > bytes_max:
            raise TooLarge(bytes_max=bytes_max)
