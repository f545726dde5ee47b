"""What runs in the platform's processes: a server, or the worker."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import uvicorn

from hansa.cli.answering import Answering
from hansa.kernel.settings import Settings
from hansa.kernel.telemetry import configure_logs, configure_traces
from hansa.kernel.telemetry.tracing import stop_traces

if TYPE_CHECKING:
    from litestar.types import ASGIApp

_KEEP_ALIVE_S = 65  # longer than the 60 s of common proxies, so that they are the ones who close


class _Server(uvicorn.Server):
    """uvicorn on our socket: says when it is ready, and leaves signals to us."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again after its shutdown and end us before ours.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


def serve(
    settings: Settings, name: str, served: ASGIApp, listening: socket.socket, ready: Callable[[], None]
) -> None:
    """Be a server process until SIGTERM; then finish what is under way."""
    configure_logs(settings, process=name)
    configure_traces(settings, process=name)
    config = uvicorn.Config(
        served,
        loop="uvloop",
        http=Answering,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(settings.stop_timeout.total_seconds()),
    )
    try:
        _Server(config, ready).run(sockets=[listening])
    finally:
        stop_traces()


def work(settings: Settings, name: str, ready: Callable[[], None]) -> None:
    """Be the worker process until SIGTERM: events, deadlines and jobs."""
    configure_logs(settings, process=name)
    configure_traces(settings, process=name)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(_work(settings, ready))
    finally:
        stop_traces()


async def _work(settings: Settings, ready: Callable[[], None]) -> None:
    from hansa.app import running  # noqa: PLC0415 - imported by the parent before it forks
    from hansa.kernel.worker import Worker  # noqa: PLC0415

    async with running(settings) as platform:
        working = asyncio.create_task(Worker(platform).run(), name="worker")
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
        ready()
        with contextlib.suppress(asyncio.CancelledError):
            await working


def new_loop() -> asyncio.AbstractEventLoop:
    """Make the loop that servers and workers run on."""
    import uvloop  # noqa: PLC0415 - only where a loop runs

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
