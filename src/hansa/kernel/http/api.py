"""Makes the API: every center's routes under one address, read and refused in one way, described in one document."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, Router, get
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import LitestarDeprecationWarning
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp

from hansa.kernel.context import Ctx
from hansa.kernel.http import refusing
from hansa.kernel.http.errors import NotAcceptable
from hansa.kernel.http.idempotency import HEADER, KeyMissing, parse_key
from hansa.kernel.http.negotiation import accepts
from hansa.kernel.http.openapi import ScopeOf, config, document
from hansa.kernel.http.reading import ApiRequest
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.problem import FieldError, Invalid, Problem
from hansa.kernel.wire import INT64_MAX, INT64_MIN

MakeContext = Callable[[Request[Any, Any, Any]], Awaitable[Ctx]]
MakeKey = Callable[..., Awaitable[IdempotencyKey | None]]
"""Takes the request, and `ctx` if it asks for it."""

API_PATH = "/api"
DOCUMENT_PATH = "/api/openapi.json"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class RouteGroup:
    """The routes of one center, shown together in the document under its name."""

    name: str
    routes: Sequence[Any]
    description: str = ""


def create_api(
    groups: Sequence[RouteGroup],
    *,
    context: MakeContext,
    key: MakeKey | None = None,
    around: Callable[[ASGIApp], ASGIApp] | None = None,
    always: Sequence[type[Problem]] = (),
    scope_of: ScopeOf | None = None,
    body_bytes_max: int = 1 << 20,
    title: str = "Hansa",
    version: str = "0",
) -> Litestar:
    """Make the ASGI app of the API; routes stand under `/api`, its OpenAPI 3.1 document at `/api/openapi.json`.

    `context` makes the `ctx` that routes ask for from a request (who is it, in which business), `key` the
    `key` of a write, None when it names none. `around` wraps every route, behind the routing and in front
    of guards: its app finds `scope["route_handler"]` there. `always` are problems that any route may answer
    because `context`, `key` or `around` raise them. `scope_of` tells which scope a route asks of a person's token.
    A route's `opt` may say `idempotency="required"` (a write without Idempotency-Key is refused) or
    `idempotency="none"`, and `example={...}`, the body shown in the document. A route that reads something
    else than JSON says `media_types=(...)` and asks for the request's `parts()`; for bodies longer than the
    platform's see `BodyLimits`. `app.state.document()` is the document, encoded.
    """

    @cache
    def described() -> bytes:
        return msgspec.json.encode(document(app, groups, always=always, scope_of=scope_of))

    @get("/openapi.json", include_in_schema=False, sync_to_thread=True, name="openapi")
    def openapi() -> Response[bytes]:
        # Made for the first who asks, in a thread: a second's work that no process has to start with.
        return Response(described(), media_type="application/json")

    routers = [
        Router("/", route_handlers=list(group.routes), tags=[group.name]) for group in groups if group.routes
    ]
    dependencies = {"ctx": Provide(context)}
    if key is not None:
        dependencies["key"] = Provide(key)
    with plain_annotations():
        app = Litestar(
            [openapi, *routers],
            path=API_PATH,
            dependencies=dependencies,
            exception_handlers={Exception: refusing.handle_exception},
            guards=[_negotiate, _check_idempotency_key, _check_integers],
            logging_config=None,
            openapi_config=config(title=title, version=version),
            middleware=[around] if around else [],
            request_class=ApiRequest,
            request_max_body_size=body_bytes_max,
            include_in_schema=True,
        )
        _hand_over_unread(app, dependencies)
        app.state.document = described
    return app


@contextmanager
def plain_annotations() -> Iterator[None]:
    """Let Litestar infer dependencies: version 3 wants each marked; until then plain annotations read better."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        yield


def _hand_over_unread(app: Litestar, dependencies: Mapping[str, Provide]) -> None:
    """Keep Litestar from validating what we made: msgspec takes our dataclasses for input to be converted."""
    providers = [provide.signature_model for provide in dependencies.values()]
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    for model in providers + [
        handler.signature_model for route in routes for handler in route.route_handlers
    ]:
        for name in model.__annotations__.keys() & dependencies.keys():
            model.__annotations__[name] = Any  # read by msgspec at the first request


# Guards are coroutines because Litestar hands plain functions to a thread, which costs more than they do.


async def _negotiate(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    header = connection.headers.get("accept")
    media_type = handler.media_type if isinstance(handler, HTTPRouteHandler) else None
    wanted = str(getattr(media_type, "value", media_type) or "application/json").partition(";")[0]
    if not accepts(header, wanted):
        raise NotAcceptable(offered=wanted)


async def _check_idempotency_key(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    if connection.scope.get("method") in WRITES:
        rule = handler.opt.get("idempotency")
        key = None if rule == "none" else parse_key(connection.headers.get(HEADER))
        if key is None and rule == "required":
            raise KeyMissing


async def _check_integers(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse integers beyond int64 in path and query: they are integers to msgspec, and none to PostgreSQL."""
    errors = []
    for name, value in connection.path_params.items():
        if isinstance(value, int) and not INT64_MIN <= value <= INT64_MAX:
            errors.append(FieldError(name, "range", "Must be a number of 64 bits"))
    if connection.scope.get("query_string"):
        parameters = handler.parsed_fn_signature.parameters
        for name, text in connection.query_params.multi_items():
            field = parameters.get(name)
            if field is None or not (field.annotation is int or field.has_inner_subclass_of(int)):
                continue
            if _beyond_int64(text):
                errors.append(FieldError(name, "range", "Must be a number of 64 bits"))
    if errors:
        raise Invalid(*errors)


def _beyond_int64(text: str) -> bool:
    """Tell whether msgspec would read more than 64 bits from this text; it takes 1e30 for an integer as well."""
    try:
        number = int(text) if text.lstrip("-").isdigit() else int(float(text))
    except (ValueError, OverflowError):
        return False  # no number at all: the conversion says so
    return not INT64_MIN <= number <= INT64_MAX
