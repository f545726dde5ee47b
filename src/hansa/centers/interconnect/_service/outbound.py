"""Requests to addresses that strangers name: resolved once, checked, and connected to as checked.

A name is resolved when the connection is made, every address it stands for is judged, and the connection goes to
one of those very addresses, so that a name which changes its mind in between (DNS rebinding) gains nothing. No
redirect is followed, no proxy of the environment is used, no more is read of an answer than is kept.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore
import httpx
import msgspec

from hansa.centers.interconnect._rules.addresses import Target, is_public, read_target, url_error
from hansa.centers.interconnect.types import Outcome
from hansa.kernel.problem import FieldError

RESPONSE_LETTERS_MAX = 1000
_RESPONSE_OCTETS_MAX = 4 * RESPONSE_LETTERS_MAX
_ADDRESSES_MAX = 3  # tried one after the other

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one request."""

    outcome: Outcome
    status: int | None = None
    duration_ms: int
    response: str
    """The beginning of the answer, or what went wrong."""
    retry_after: str | None = None

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing more, ever (410)."""
        return self.status == httpx.codes.GONE


class AddressForbidden(Exception):
    """A name stands for an address that nothing is sent to."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system what a host name stands for."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Outbound:
    """Sends requests, each on a connection of its own."""

    def __init__(
        self,
        *,
        chosen: Collection[str],
        timeout_s: float,
        together_max: int,
        resolve: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._chosen = frozenset(chosen)
        self._timeout_s = timeout_s
        self._network = _GuardedNetwork(resolve, self._chosen)
        self._trust = trust
        self._together_max = together_max
        self._pool: httpcore.AsyncConnectionPool | None = None

    def url_error(self, target: Target, *, plain: bool) -> FieldError | None:
        """Say why nothing is sent there, as far as the URL tells."""
        return url_error(target, plain=plain, chosen=self._chosen)

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, plain: bool) -> Answer:
        """Send a body; whatever happens is an answer. `plain` allows http."""
        began = time.monotonic()
        target = read_target(url)
        error = target if isinstance(target, FieldError) else self.url_error(target, plain=plain)
        if error is not None or isinstance(target, FieldError):
            return _answer(began, Outcome.FORBIDDEN, error.message if error else "")
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._send(target, headers, body, began)
        except AddressForbidden as forbidden:
            return _answer(began, Outcome.FORBIDDEN, str(forbidden))
        except (TimeoutError, httpcore.TimeoutException):
            return _answer(began, Outcome.TIMED_OUT, f"No answer within {self._timeout_s:g} s")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, UnicodeError) as error:
            return _answer(began, Outcome.UNREACHABLE, str(error) or type(error).__name__)

    async def close(self) -> None:
        """Let go of every connection."""
        if self._pool is not None:
            await self._pool.aclose()

    async def _send(self, target: Target, headers: Mapping[str, str], body: bytes, began: float) -> Answer:
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        said = [("Host", target.authority), ("Content-Length", str(len(body))), *headers.items()]
        async with self._connections().stream("POST", url, headers=said, content=body) as response:
            read = bytearray()
            async for part in response.aiter_stream():
                read += part
                if len(read) >= _RESPONSE_OCTETS_MAX:
                    break
            told = dict(response.headers)
        return _answer(
            began,
            Outcome.DELIVERED if 200 <= response.status < 300 else Outcome.REFUSED,
            bytes(read[:_RESPONSE_OCTETS_MAX]).decode(errors="replace"),
            status=response.status,
            retry_after=told.get(b"Retry-After", told.get(b"retry-after", b"")).decode("latin-1") or None,
        )

    def _connections(self) -> httpcore.AsyncConnectionPool:
        if self._pool is None:
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=self._trust or httpx.create_ssl_context(),
                max_connections=self._together_max,
                max_keepalive_connections=0,
                network_backend=self._network,
            )
        return self._pool


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses alone; TLS still asks for the name's certificate."""

    def __init__(self, resolve: Resolve, chosen: Collection[str]) -> None:
        self._resolve = resolve
        self._chosen = chosen
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, judge, connect to what was judged. Raises `AddressForbidden`."""
        plain_host = host.strip("[]")
        addresses = await self._resolve(plain_host, port)
        if plain_host not in self._chosen and f"{plain_host}:{port}" not in self._chosen:
            for address in addresses:
                if not is_public(ip_address(address.partition("%")[0])):
                    raise AddressForbidden(f"{plain_host} is not on the internet")
        failed: Exception = httpcore.ConnectError(f"{plain_host} has no address")
        for address in addresses[:_ADDRESSES_MAX]:
            try:
                return _Stream(
                    await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
                )
            except httpcore.ConnectError as error:
                failed = error
        raise failed

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Never: a path is nobody's address."""
        raise AddressForbidden(path)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is let go of also when time runs out while TLS is agreed on."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as above
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._inner.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _answer(
    began: float,
    outcome: Outcome,
    response: str,
    *,
    status: int | None = None,
    retry_after: str | None = None,
) -> Answer:
    """Make an answer of what can be stored: no NUL, no lone surrogate, no more than is kept."""
    kept = response.replace("\0", "").encode(errors="replace").decode()[:RESPONSE_LETTERS_MAX]
    return Answer(
        outcome=outcome,
        status=status,
        duration_ms=round((time.monotonic() - began) * 1000),
        response=kept,
        retry_after=retry_after,
    )
