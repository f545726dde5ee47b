from __future__ import annotations

import asyncio
import re
import time
from collections.abc import MutableMapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

from litestar.types import ASGIApp, Message, Receive, Scope, Send
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode
from prometheus_client import Counter, Histogram

from hansa.kernel.http.bodies import BodyLimits
from hansa.kernel.http.edge.business import BusinessFinder, find_business
from hansa.kernel.http.edge.checks import check_headers, check_url
from hansa.kernel.http.edge.faces import ENGLISH, Answer, AsPage, Titles, Translated, reader_of
from hansa.kernel.http.edge.operations import OPERATIONS, Operations
from hansa.kernel.http.edge.patience import Attempt, Patience
from hansa.kernel.http.errors import TimedOut, TooLarge
from hansa.kernel.http.reading import within
from hansa.kernel.http.refusing import encode, problem_of
from hansa.kernel.http.whole import WHOLE
from hansa.kernel.problem import Problem
from hansa.kernel.settings import Settings
from hansa.kernel.telemetry import AccessLog, Metrics, new_trace, parse_traceparent, set_current, span

Inner = ASGIApp
"""An app behind the edge."""

# On every answer, unless the app behind says otherwise; pages bring a content policy of their own.
_SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")


class HttpMetrics:
    """Requests by method, route and status, and how long they take."""

    def __init__(self, metrics: Metrics) -> None:
        self._requests = metrics.counter(
            "hansa_http_requests", "Requests answered", ("method", "route", "status")
        )
        self._seconds = metrics.histogram("hansa_http_request_seconds", "Time to answer", ("route",))
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._histograms: dict[str, Histogram] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. `route` is a template (`/api/orders/{order_id}`), so there are only so many."""
        key = (method, route, status)
        counter = self._counters.get(key)
        if counter is None:  # looking a child up costs more than counting
            counter = self._counters[key] = self._requests.labels(method, route, str(status))
            self._histograms[route] = self._seconds.labels(route)
        counter.inc()
        self._histograms[route].observe(seconds)


class Edge:
    """Wraps the platform's apps; see the package for what they see."""

    def __init__(
        self,
        app: Inner,
        *,
        settings: Settings,
        businesses: BusinessFinder,
        operations: Operations,
        metrics: HttpMetrics,
        bodies: BodyLimits | None = None,
        access_log: AccessLog | None = None,
        titles: Titles | None = None,
        as_page: AsPage | None = None,
    ) -> None:
        self._app = app
        self._titles = titles
        self._as_page = as_page
        self._businesses = businesses
        self._operations = operations
        self._metrics = metrics
        self._access_log = access_log
        self._patience = Patience(settings.request_timeout.total_seconds())
        self._bodies = bodies or BodyLimits(settings)
        self._headers = _SECURITY_HEADERS + ((_HSTS,) if settings.url().startswith("https:") else ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        plain: MutableMapping[str, Any] = dict(scope)
        if plain["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(plain["headers"])
        remote = parse_traceparent(headers.get(b"traceparent"))
        exchange = _Exchange(
            receive,
            self._spoken(send, headers),
            self._headers,
            remote[0] if remote else new_trace(),
            self._patience,
        )
        asked: str = plain["method"]
        if asked == "HEAD":  # the same as GET, and nothing after the headers (RFC 9110, 9.3.2)
            plain["method"] = "GET"
            exchange.bodiless = True
        started_ns = time.perf_counter_ns()
        with span(asked, parent=remote[1] if remote else _NO_PARENT, kind=SpanKind.SERVER) as request_span:
            if request_span.is_recording():
                exchange.trace = f"{request_span.get_span_context().trace_id:032x}"
            await self._handle(plain, headers, exchange)
            route = _route(plain.get("path_template") or "other")
            if request_span.is_recording():
                request_span.update_name(f"{asked} {route}")
                request_span.set_attributes(
                    {"http.response.status_code": exchange.status, "hansa.business": exchange.business}
                )
                if exchange.status >= 500:
                    request_span.set_status(Status(StatusCode.ERROR))
        elapsed_ns = time.perf_counter_ns() - started_ns
        method = asked if asked in _METHODS else "OTHER"
        self._metrics.observe(method, route, exchange.status, elapsed_ns / 1e9)
        if self._access_log is not None:
            self._access_log.write(
                method=method,
                path=scope["path"],
                status=exchange.status,
                ms=elapsed_ns / 1e6,
                trace=exchange.trace,
                business=exchange.business,
            )

    async def _handle(
        self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes], exchange: _Exchange
    ) -> None:
        """Hand the request on; whatever goes wrong becomes an answer, as long as none was begun."""
        try:
            check_url(scope.get("raw_path") or scope["path"].encode(), scope.get("query_string", b""))
            check_headers(scope["headers"])
            if scope["path"] in OPERATIONS:
                await self._operate(scope, headers, exchange)
                return
            self._find_business(scope, headers, exchange)
            exchange.body_bytes_max = self._bodies.of(scope["method"], scope["path"])
            within(_text(headers.get(b"content-length")), bytes_max=exchange.body_bytes_max)
            set_current(exchange.trace, exchange.business)
            await self._within_time(scope, exchange)
        except Exception as wrong:  # noqa: BLE001 - the last place where a fault can become an answer
            problem = problem_of(wrong)
            if not exchange.status:  # else an answer was begun, and only the log knows
                await exchange.answer(*(self._page(scope, headers, exchange, problem) or encode(problem)))

    def _spoken(self, send: Send, headers: dict[bytes, bytes]) -> Send:
        """Return what sends the answer: with titles in the reader's language, where that is not English."""
        language = reader_of(self._titles, headers.get(b"accept-language"))
        return (
            send if self._titles is None or language == ENGLISH else Translated(send, self._titles, language)
        )

    def _page(
        self,
        scope: MutableMapping[str, Any],
        headers: dict[bytes, bytes],
        exchange: _Exchange,
        problem: Problem,
    ) -> Answer | None:
        """Return a refusal as a page, for somebody who looks at pages; None for programs."""
        if self._as_page is None or b"text/html" not in headers.get(b"accept", b""):
            return None
        plain = {**scope, "query_string": b""}
        if "business" not in plain.get("state", {}):  # it was refused before that was known
            with suppress(Problem):
                self._find_business(plain, headers, exchange)
        plain["state"] = {"business": "", "prefix": "", "trace": exchange.trace} | plain.get("state", {})
        try:
            return self._as_page(plain, problem)
        except Exception as worse:  # noqa: BLE001 - a page that fails must not hide what it was to tell
            problem_of(worse)  # to the log
            return None

    async def _within_time(self, scope: MutableMapping[str, Any], exchange: _Exchange) -> None:
        """Hand the request on. Raises `TimedOut` when no answer began in time."""
        attempt = exchange.attempt = self._patience.begin()
        try:
            await self._app(scope, exchange.receive, exchange.send)  # type: ignore[arg-type]
        except asyncio.CancelledError:
            if self._patience.was_it(attempt):
                raise TimedOut from None
            raise
        finally:
            self._patience.end(attempt)

    def _find_business(
        self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes], exchange: _Exchange
    ) -> None:
        exchange.business, prefix, path = find_business(
            self._businesses,
            path=scope["path"],
            host=(_text(headers.get(b"host")) or "").partition(":")[0].lower(),
            header=_text(headers.get(b"hansa-business")),
        )
        scope["path"] = path
        if prefix and (raw := scope.get("raw_path")):
            scope["raw_path"] = raw[len(prefix) :] or b"/"
        # Not in root_path: Litestar cuts the first occurrence of that out of any path.
        scope["state"] = {
            **scope.get("state", {}),
            "business": exchange.business,
            "prefix": prefix,
            "trace": exchange.trace,
        }

    async def _operate(
        self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes], exchange: _Exchange
    ) -> None:
        client = scope.get("client")
        answer = await self._operations.answer(
            scope["path"],
            client=client[0] if client else "",
            authorization=_text(headers.get(b"authorization")) or "",
        )
        scope["path_template"] = scope["path"]
        if answer is not None:
            status, media_type, body = answer
            await exchange.answer(
                status, [(b"content-type", media_type.encode()), (b"cache-control", b"no-store")], body
            )


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PARAMETER_TYPE: Final = re.compile(r":\w+\}")
_NO_PARENT: Final = Context()
_BEGINNINGS: Final = frozenset({"http.response.start", WHOLE})
_BODIES: Final = frozenset({"http.response.body", WHOLE})


class _Exchange:
    """One request and its answer, as the edge follows it."""

    __slots__ = (
        "_body_bytes",
        "_headers",
        "_patience",
        "_receive",
        "_send",
        "attempt",
        "bodiless",
        "body_bytes_max",
        "business",
        "status",
        "trace",
    )

    def __init__(
        self,
        receive: Receive,
        send: Send,
        headers: tuple[tuple[bytes, bytes], ...],
        trace: str,
        patience: Patience,
    ) -> None:
        self._receive = receive
        self._send = send
        self._headers = headers
        self._patience = patience
        self._body_bytes = 0
        self.body_bytes_max = 0
        self.status = 0
        self.trace = trace
        self.business = ""
        self.bodiless = False
        self.attempt: Attempt | None = None

    async def receive(self) -> Any:
        """Receive, counting the body: a length that was not announced is found out here."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._body_bytes += len(message["body"])
            if self._body_bytes > self.body_bytes_max:
                raise TooLarge(bytes_max=self.body_bytes_max)
        return message

    async def send(self, message: Message) -> None:
        """Send, adding what every answer carries; once an answer began, the time limit has nothing to say."""
        kind: str = message["type"]
        if kind in _BEGINNINGS:
            begun: Any = message
            self.status = begun["status"]
            said = begun["headers"]
            present = {name.lower() for name, _ in said}
            added = [header for header in self._headers if header[0] not in present]
            begun["headers"] = [*said, *added, (b"hansa-trace", self.trace.encode())]
            if self.attempt is not None:
                self._patience.end(self.attempt)
        if self.bodiless and kind in _BODIES:
            bare: Any = {**message, "body": b""}
            message = bare
        await self._send(message)

    async def answer(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Answer at once."""
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})


@lru_cache(maxsize=4096)
def _route(template: str) -> str:
    """Return a route's template as the API's document writes it: the types of its parameters are ours alone."""
    return _PARAMETER_TYPE.sub("}", template)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
