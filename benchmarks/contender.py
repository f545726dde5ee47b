"""One side of the comparison: what it has to be able to do, and how its server is started and stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.storefront import Storefront
from hansa.kernel.embedded import EmbeddedPostgres

_READY_LIMIT_S = 60.0
_STOP_LIMIT_S = 20.0
_POLL_S = 0.05


class Sizes(msgspec.Struct, frozen=True):
    """How much is prepared: sessions, products with one SKU and offer each, pieces of each."""

    buyers: int = 1_000
    products: int = 1_000
    stock: int = 10_000_000


class Acknowledged(msgspec.Struct, frozen=True):
    """What the load generator was told: the database must hold it all, and without errors no more."""

    placed: int
    paid: int
    exactly: bool


class ServerFailed(Exception):
    """A server did not come up; the message ends with what it wrote last."""


class Contender(ABC):
    """A shop under load. Both sides live in one cluster, each in a database of its own."""

    name: str

    def __init__(self, postgres: EmbeddedPostgres, folder: Path, *, processes: int) -> None:
        """Take the running cluster, a folder for files, and how many server processes to start."""
        self.postgres = postgres
        self.folder = folder
        self.processes = processes
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None

    @abstractmethod
    async def prepare(self, sizes: Sizes) -> Storefront:
        """Make the database and fill it."""

    @abstractmethod
    def command(self) -> tuple[Sequence[str], Mapping[str, str]]:
        """Return the server's command line, and what to add to the environment."""

    @abstractmethod
    async def verify(self, acknowledged: Acknowledged) -> list[str]:
        """Return a sentence per violated invariant."""

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self.folder / f"{type(self).__name__.lower()}.log"

    @property
    def pid(self) -> int:
        """The process all server processes descend from."""
        if self._server is None:
            raise ServerFailed(f"{self.name} is not running")
        return self._server.pid

    async def start(self) -> None:
        """Start the server and wait until it takes connections. Raises `ServerFailed`."""
        server = self._server = self._launch()
        loop = asyncio.get_running_loop()
        limit = loop.time() + _READY_LIMIT_S
        while not await _answers(self.port):
            if server.poll() is not None or loop.time() > limit:
                self.stop()
                raise ServerFailed(f"{self.name} did not start:\n{self.log.read_text()[-4000:]}")
            await asyncio.sleep(_POLL_S)

    def _launch(self) -> subprocess.Popen[bytes]:
        argv, added = self.command()
        with self.log.open("wb") as log:
            return subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **added}
            )

    def stop(self) -> None:
        """Stop the server; harmless when it is not running."""
        if self._server is None:
            return
        self._server.send_signal(signal.SIGTERM)
        try:
            self._server.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._server = None


def free_port() -> int:
    """Return a TCP port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
