"""The real pages on a free port, with the demo in a real database; a server in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec
import uvicorn

from centers.user.issuer import OwnIssuer
from hansa.app import CENTERS, demo, running
from hansa.asgi import make_edge
from hansa.centers.user.types import Accounts
from hansa.kernel.db.migrate import migrate
from hansa.kernel.settings import Secret, Settings
from house import House

T = TypeVar("T")


class Shopfront:
    """A running server, and the house behind it."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.named_url = f"http://localhost:{port}"
        """The same by a name, as passkeys want it."""
        self.issuer: OwnIssuer
        """Where people log in elsewhere."""
        self.house: House
        self._loop: asyncio.AbstractEventLoop
        self._server: uvicorn.Server
        self._ready = threading.Event()

    def do(self, story: Awaitable[T]) -> T:
        """Let something happen behind the pages, in the server's own loop."""

        async def told() -> T:
            return await story

        return asyncio.run_coroutine_threadsafe(told(), self._loop).result(60)

    @contextmanager
    def open(self, settings: Settings) -> Iterator[Shopfront]:
        """Serve until the block ends."""
        failed: list[BaseException] = []

        def live() -> None:
            try:
                asyncio.run(self._live(settings))
            except BaseException as wrong:  # noqa: BLE001 - told in the thread that waits
                failed.append(wrong)
            finally:
                self._ready.set()

        thread = threading.Thread(target=live, daemon=True)
        thread.start()
        assert self._ready.wait(240), "the shop did not open"
        if failed:
            raise failed[0]
        yield self
        self._server.should_exit = True
        thread.join(30)
        assert not failed, failed

    async def _live(self, settings: Settings) -> None:
        assert settings.database_url is not None
        self.issuer = await OwnIssuer().start()
        accounts = msgspec.structs.replace(
            settings.section(Accounts),
            issuers=(f"acme={self.issuer.url}#hansa",),
            issuer_secrets=Secret("acme=shared secret"),
        )
        settings = msgspec.structs.replace(
            settings, public_url=self.named_url, _sections={**settings._sections, Accounts: accounts}
        )
        await migrate(settings.database_url.reveal(), CENTERS)
        async with running(settings) as platform:
            await demo(platform, lambda _: None)
            self._loop = asyncio.get_running_loop()
            self.house = House(platform)
            await self.house.deliver()  # what the demo sells is found
            config = uvicorn.Config(
                make_edge(platform), lifespan="off", ws="none", log_config=None, access_log=False
            )
            self._server = uvicorn.Server(config)
            self._ready.set()
            await self._server.serve(sockets=[self._listening])
        await self.issuer.stop()
