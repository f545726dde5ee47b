"""What a server process serves: the edge, and behind it the API and the pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from hansa.api import make_api
from hansa.kernel.center import Center
from hansa.kernel.http import API_PATH, BodyLimits, plain_annotations
from hansa.kernel.http.edge import Edge, HttpMetrics, Operations
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem
from hansa.kernel.settings import Settings
from hansa.kernel.telemetry import AccessLog, Metrics
from hansa.web.app import make_web, refusals
from hansa.web.routes import HANDLERS
from hansa.web.templating import Pages
from hansa.web.titles import ProblemTitles

_WELL_KNOWN = "/.well-known/oauth-authorization-server"
_METADATA = f"{API_PATH}/oauth/metadata"
Running = Callable[[Settings], AbstractAsyncContextManager[Platform]]


class Faces:
    """The ASGI application: starts the platform with the server, and stops it with it."""

    def __init__(self, settings: Settings, running: Running, centers: Sequence[Center]) -> None:
        for center in centers:
            center.routes()  # read before processes are forked from this one, so that they share what it brings
        self._settings = settings
        self._running = running
        self._edge: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection, or the server's own start and stop."""
        if scope["type"] == "lifespan":  # type: ignore[comparison-overlap]  # Litestar's type leaves it out
            await self._live(receive, send)
        elif self._edge is not None:
            await self._edge(scope, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            try:
                platform = await stack.enter_async_context(self._running(self._settings))
                self._edge = make_edge(platform)
            except Exception as wrong:
                await send({"type": "lifespan.startup.failed", "message": str(wrong)})
                raise
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def make_edge(platform: Platform) -> Edge:
    """Return the outermost app of a running platform."""
    settings = platform.settings
    metrics = platform.service(Metrics)
    shown = Pages()
    api = make_api(platform)
    with plain_annotations():
        web = make_web(platform, shown)
    routes = [route for center in platform.centers for route in center.routes()]

    async def by_path(scope: Scope, receive: Receive, send: Send) -> None:
        _lead_to_metadata(scope)
        inner = api if scope["path"] == "/api" or scope["path"].startswith("/api/") else web
        await inner(scope, receive, send)

    return Edge(
        by_path,
        settings=settings,
        businesses=platform.plans,
        operations=Operations(settings, metrics, ready=lambda: _missing(platform)),
        metrics=HttpMetrics(metrics),
        bodies=BodyLimits(settings, {API_PATH: routes, "": HANDLERS}),
        access_log=AccessLog(settings) if settings.access_log else None,
        titles=ProblemTitles(shown),
        as_page=refusals(platform, shown),
    )


def _lead_to_metadata(scope: Scope) -> None:
    """Describe a business's authorization server also where clients look for it by themselves.

    RFC 8414, 3.1: the well-known words come before the issuer's path, here the business.
    """
    if scope["path"] != _WELL_KNOWN and not scope["path"].startswith(f"{_WELL_KNOWN}/"):
        return
    if business := scope["path"].removeprefix(_WELL_KNOWN).strip("/"):
        scope["state"]["business"] = business
    scope["path"] = _METADATA
    scope["raw_path"] = _METADATA.encode()


async def _missing(platform: Platform) -> str:
    """Return why this process cannot serve just now; empty when it can."""
    try:
        async with platform.db.transaction() as tx:
            await tx.raw.execute("SELECT 1")
    except Problem as problem:
        return problem.title
    return platform.plans.outdated
