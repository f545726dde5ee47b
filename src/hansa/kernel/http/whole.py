"""An answer in one message, head and body together, for a server that takes it.

ASGI knows an answer as two messages, and each passes every layer on its way out. Where the server lists `WHOLE`
among the extensions of the scope (ASGI 3.0, "Extensions"), one message does: `status`, `headers`, which hold the
content's length, and `body`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar.types import Send

WHOLE = "hansa.response.whole"

Headers = list[tuple[bytes, bytes]]


async def respond(scope: Mapping[str, Any], send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Answer a request in one message, or in two where the server knows no better."""
    if WHOLE in scope.get("extensions", ()):
        whole: Any = {"type": WHOLE, "status": status, "headers": headers, "body": body}
        await send(whole)
        return
    start, rest = parted(status, headers, body)
    await send(start)
    await send(rest)


def parted(status: int, headers: Headers, body: bytes) -> tuple[Any, Any]:
    """Return an answer as the two messages every server knows."""
    return (
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body, "more_body": False},
    )
