from __future__ import annotations

import sys
from typing import Any

from litestar import Litestar, Request
from litestar.types import ASGIApp, Receive, Scope, Send

from hansa import __version__
from hansa.api.identity import TokenElsewhere, TokenUnknown, of_scope, own_scope
from hansa.api.once import once
from hansa.api.outward import Outward
from hansa.api.thin import Thin
from hansa.kernel.context import Ctx
from hansa.kernel.http import DOCUMENT_PATH, RouteGroup, create_api, parse_key
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.platform import Platform
from hansa.kernel.quota import Limits, QuotaExceeded, RateLimited


def _first_line(module: str) -> str:
    return (sys.modules[module].__doc__ or "").partition("\n")[0]


def make_api(platform: Platform) -> ASGIApp:
    """Make the API of a running platform: who calls is known and admitted, then the hottest routes, then the router."""
    hot = [route for center in platform.centers for route in center.routes()]
    routes = Outward(Thin(make_router(platform), platform, hot))
    limits = platform.service(Limits)

    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == DOCUMENT_PATH:  # for everybody, and of no business
            await routes(scope, receive, send)
            return
        with limits.under_way(await of_scope(platform, scope)):
            await routes(scope, receive, send)

    return admitted


def make_router(platform: Platform) -> Litestar:
    """Make the router of all centers' routes, in their order, with their OpenAPI document."""

    async def context(request: Request[Any, Any, Any]) -> Ctx:
        ctx = await of_scope(platform, request.scope)
        return ctx.at_route(own_scope(request.method, request.route_handler.opt))

    async def key(request: Request[Any, Any, Any], ctx: Ctx) -> IdempotencyKey | None:
        named = parse_key(request.headers.get("idempotency-key"))
        if named is None:
            return None
        route = f"{request.method} {request.scope['path']}"
        return IdempotencyKey.of(ctx, route=route, key=named, body=await request.body())

    groups = [
        RouteGroup(center.name, routes, _first_line(f"hansa.centers.{center.name}"))
        for center in platform.centers
        if (routes := center.routes())
    ]
    return create_api(
        groups,
        context=context,
        key=key,
        around=once(platform),
        always=(TokenUnknown, TokenElsewhere, RateLimited, QuotaExceeded),
        scope_of=own_scope,
        body_bytes_max=platform.settings.body_max_bytes,
        version=__version__,
    )
