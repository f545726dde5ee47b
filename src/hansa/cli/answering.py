"""How answers leave: head and body in one piece, because each piece costs a system call and wakes the reader."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HELD_BYTES_MAX = 64 * 1024


class Answering(HttpToolsProtocol):
    """uvicorn's protocol on a transport that gathers what one step of the loop writes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn says it
        """Begin a connection."""
        super().connection_made(cast("asyncio.Transport", _Gathering(transport, self.loop)))


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
