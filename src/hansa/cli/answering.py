"""How answers leave: head and body in one piece, because each piece costs a system call and wakes the reader."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from hansa.kernel.http.whole import WHOLE, parted

_HELD_BYTES_MAX = 64 * 1024


class Answering(HttpToolsProtocol):
    """uvicorn's protocol on a transport that gathers what one step of the loop writes; takes whole answers."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn says it
        """Begin a connection."""
        super().connection_made(cast("asyncio.Transport", _Gathering(transport, self.loop)))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        plain: Any = cycle.scope
        plain["extensions"] = {WHOLE: {}}

        async def send(message: Any) -> None:
            if message["type"] == WHOLE:
                await _answer(cycle, message["status"], message["headers"], message["body"])
            else:
                await cycle.send(message)

        super()._start_asgi_task(cycle, lambda scope, receive, _: app(scope, receive, send))


async def _answer(
    cycle: RequestResponseCycle, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    """Write an answer in one go; on a connection that ends or is slow, and for HEAD, uvicorn does it in two."""
    ordinary = cycle.keep_alive and not (
        cycle.disconnected or cycle.response_started or cycle.access_log or cycle.flow.write_paused
    )
    all_headers = [*cycle.default_headers, *headers]
    names, values = zip(*all_headers, strict=True)
    if not ordinary or cycle.scope["method"] == "HEAD" or b"connection" in names:
        for message in parted(status, headers, body):
            await cycle.send(message)
        return
    if HEADER_RE.search(b"".join(names)) or HEADER_VALUE_RE.search(b"".join(values)):
        raise ValueError("a header of an answer cannot be written")
    lines = [b"%b: %b\r\n" % header for header in all_headers]
    cycle.waiting_for_100_continue = False
    cycle.response_started = cycle.response_complete = True
    cast("_Gathering", cycle.transport).write_through(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
    cycle.message_event.set()
    cycle.on_response()


class _Gathering:
    """A transport that writes once per step of the loop."""

    __slots__ = ("_bytes", "_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._bytes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Hold what is to be written until this step of the loop has ended, unless it is much."""
        if not self._held:
            self._loop.call_soon(self._let_go)
        self._held.append(data)
        self._bytes += len(data)
        if self._bytes > _HELD_BYTES_MAX:  # a stream: the transport must feel it, or nobody slows it down
            self._let_go()

    def write_through(self, data: bytes) -> None:
        """Write at once, behind what is held."""
        self._let_go()
        self._transport.write(data)

    def close(self) -> None:
        """Close behind what is held."""
        self._let_go()
        self._transport.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection on, behind what is held."""
        self._let_go()
        self._transport.set_protocol(protocol)

    def _let_go(self) -> None:
        if self._held:
            held, self._held, self._bytes = self._held, [], 0
            self._transport.write(b"".join(held) if len(held) > 1 else held[0])
