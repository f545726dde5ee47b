from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from litestar import post
from litestar.types import ASGIApp, Receive, Scope, Send

from hansa.kernel.http import BodyLimits
from hansa.kernel.http.edge import Edge, HttpMetrics, Operations, check_url
from hansa.kernel.http.edge.app import _route
from hansa.kernel.problem import Malformed
from hansa.kernel.settings import LogFormat, Secret, Settings
from hansa.kernel.telemetry import AccessLog, Metrics


class Finder:
    def named(self, path: str) -> str | None:
        return path if path in {"bazaar", "flagship.tea"} else None

    def at_host(self, host: str) -> str | None:
        return {"tea.example": "flagship.tea"}.get(host)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what the edge made of the request."""
    body = b""
    more = True
    while more:
        message: Any = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    state = scope["state"]
    seen = {
        "path": scope["path"],
        "business": state["business"],
        "prefix": state["prefix"],
        "body": len(body),
    }
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
    )
    await send({"type": "http.response.body", "body": json.dumps(seen).encode(), "more_body": False})


async def ready() -> str:
    return ""


def edge(
    app: ASGIApp = echo,
    settings: Settings | None = None,
    log: io.StringIO | None = None,
    bodies: BodyLimits | None = None,
) -> httpx.AsyncClient:
    told = settings or Settings(body_max_bytes=2_000)
    metrics = Metrics()
    made = Edge(
        app,
        settings=told,
        businesses=Finder(),
        operations=Operations(told, metrics, ready=ready),
        metrics=HttpMetrics(metrics),
        bodies=bodies,
        access_log=AccessLog(msgspec.structs.replace(told, log_format=LogFormat.JSON), stream=log)
        if log
        else None,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://hansa.test")


@pytest.mark.parametrize(
    ("url", "headers", "seen"),
    [
        ("/", {}, ("", "", "/")),
        ("/api/orders", {}, ("", "", "/api/orders")),
        ("/bazaar", {}, ("bazaar", "/bazaar", "/")),
        ("/bazaar/api/shops/bazaar", {}, ("bazaar", "/bazaar", "/api/shops/bazaar")),
        ("/flagship.tea/cart", {}, ("flagship.tea", "/flagship.tea", "/cart")),
        ("/cart", {"Host": "Tea.Example:8443"}, ("flagship.tea", "", "/cart")),
        ("/api/orders", {"Hansa-Business": "bazaar"}, ("bazaar", "", "/api/orders")),
        ("/bazaar/cart", {"Host": "tea.example"}, ("bazaar", "/bazaar", "/cart")),
    ],
)
async def test_a_request_finds_its_business(url, headers, seen):
    async with edge() as client:
        answer = (await client.get(url, headers=headers)).json()

    assert (answer["business"], answer["prefix"], answer["path"]) == seen


async def test_head_is_answered_as_get_is_without_the_body():
    async with edge() as client:
        got, head = await client.get("/bazaar/cart"), await client.head("/bazaar/cart")
        wrong = await client.head("/nobody/api")
        counted = (await client.get("/metrics")).text

    assert (head.status_code, head.content) == (200, b"")
    assert {name for name in got.headers if name != "hansa-trace"} <= set(head.headers)
    assert (wrong.status_code, wrong.content) == (404, b"")
    assert 'hansa_http_requests_total{method="HEAD"' in counted


@pytest.mark.parametrize(
    ("url", "headers", "code"),
    [
        ("/api/orders", {"Hansa-Business": "nobody"}, "business.unknown"),
        ("/nobody/api/orders", {}, "business.unknown"),
        ("/nobody/api", {}, "business.unknown"),
        ("/bazaar/cart", {"Hansa-Business": "flagship.tea"}, "business.unclear"),
    ],
)
async def test_a_business_that_is_unclear_is_refused(url, headers, code):
    async with edge() as client:
        assert (await client.get(url, headers=headers)).json()["code"] == code


@pytest.mark.parametrize(
    ("raw_path", "query"),
    [
        (b"/a%00b", b""),
        (b"/a", b"q=%00"),
        (b"/%ff", b""),
        (b"/a", b"q=%c3%28"),
        (b"/a%zz", b""),
        (b"/" + b"a" * 9_000, b""),
    ],
)
def test_an_address_that_cannot_be_read_is_refused(raw_path, query):
    with pytest.raises(Malformed):
        check_url(raw_path, query)


async def test_nul_in_a_cookie_is_refused():
    async with edge() as client:
        response = await client.get("/", headers={"Cookie": "session=a%00b"})

    assert response.json()["code"] == "request.malformed"


async def test_a_body_is_refused_by_its_announced_length_and_by_its_real_one():
    async def drops() -> Any:
        for _ in range(5):
            yield b"x" * 1_000

    async with edge() as client:
        announced = await client.post("/", content=b"x" * 2_001)
        counted = await client.post("/", content=drops())
        fits = await client.post("/", content=b"x" * 2_000)

    assert announced.json()["code"] == counted.json()["code"] == "request.too_large"
    assert fits.json()["body"] == 2_000


async def test_a_route_says_how_long_its_bodies_may_be():
    @post(
        "/shops/{shop_id:str}/pictures",
        opt={"body_bytes_max": lambda told: 2 * told.body_max_bytes},
        request_max_body_size=None,
    )
    async def add_picture(shop_id: str) -> None: ...

    limits = BodyLimits(Settings(body_max_bytes=2_000), {"/api": [add_picture]})
    async with edge(bodies=limits) as client:
        told = {
            path: (await client.post(path, content=b"x" * length)).json()
            for path, length in (
                ("/bazaar/api/shops/shop_1/pictures", 4_000),
                ("/api/shops/shop_1/pictures", 4_001),
                ("/api/shops/shop_1/pictures/more", 2_001),
                ("/shops/shop_1/pictures", 2_001),
                ("/api/shops/a/b/pictures", 2_001),
            )
        }
        other_method = await client.put("/api/shops/shop_1/pictures", content=b"x" * 2_001)

    assert [answer.get("body") or answer["bytes_max"] for answer in told.values()] == [4000, 4000] + 3 * [
        2000
    ]
    assert other_method.json()["code"] == "request.too_large"


async def test_a_request_that_takes_too_long_is_given_up():
    async def sleeper(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    async with edge(sleeper, Settings(request_timeout=timedelta(milliseconds=20))) as client:
        response = await client.get("/")

    assert response.json()["code"] == "request.timed_out"


async def test_each_request_has_its_own_time():
    async def by_path(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/at-once":
            await asyncio.sleep(0)
        else:
            await asyncio.Event().wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async with edge(by_path, Settings(request_timeout=timedelta(milliseconds=20))) as client:
        answers = await asyncio.gather(*(client.get(path) for path in ("/never", "/at-once", "/never")))
        later = await client.get("/never")

    assert [one.status_code for one in (*answers, later)] == [503, 204, 503, 503]


async def test_what_has_begun_to_answer_takes_as_long_as_it_likes():
    begun, over = asyncio.Event(), asyncio.Event()

    async def slow(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        begun.set()
        await over.wait()
        await send({"type": "http.response.body", "body": b"whole", "more_body": False})

    async def never(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    async def by_path(scope: Scope, receive: Receive, send: Send) -> None:
        await (slow if scope["path"] == "/slow" else never)(scope, receive, send)

    async with edge(by_path, Settings(request_timeout=timedelta(milliseconds=20))) as client:
        answering = asyncio.create_task(client.get("/slow"))
        await begun.wait()
        given_up = await client.get("/never")  # by then the time of the one before is over as well
        over.set()
        whole = await answering

    assert given_up.json()["code"] == "request.timed_out"
    assert whole.text == "whole"


async def test_who_is_cancelled_from_outside_was_not_too_slow():
    async def sleeper(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    async with edge(sleeper) as client:
        asking = asyncio.create_task(client.get("/"))
        await asyncio.sleep(0.01)
        asking.cancel()

        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_a_fault_behind_the_edge_is_an_answer():
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("secret plans")

    async with edge(broken) as client:
        response = await client.get("/")

    assert response.json()["code"] == "internal"
    assert "plans" not in response.text


async def test_every_answer_is_traced_logged_and_hardened():
    log = io.StringIO()
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with edge(log=log) as client:
        response = await client.get(
            "/bazaar/orders/anna@example.com?token=1",
            headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"},
        )
        refused = await client.get("/", headers={"traceparent": "00-0-0-00", "Hansa-Business": "nobody"})
        await asyncio.sleep(0.15)  # the log is written some lines at a time

    assert response.headers["hansa-trace"] == trace
    assert (
        response.headers["x-content-type-options"] == refused.headers["x-content-type-options"] == "nosniff"
    )
    first, second = (json.loads(line) for line in log.getvalue().splitlines())
    assert (
        first | {"path": "/bazaar/orders/[e-mail]", "status": 200, "business": "bazaar", "trace": trace}
        == first
    )
    assert "token" not in log.getvalue()
    assert (second["status"], second["trace"]) == (404, refused.headers["hansa-trace"])


async def test_metrics_are_for_this_machine_or_for_the_token():
    async with edge() as client:
        await client.get("/bazaar")
        here = await client.get("/metrics")
    async with edge(settings=Settings(metrics_token=Secret("t0ken"))) as client:
        refused = await client.get("/metrics")
        told = await client.get("/metrics", headers={"Authorization": "Bearer t0ken"})

    assert 'hansa_http_requests_total{method="GET",route="other",status="200"} 1.0' in here.text
    assert refused.status_code == 404
    assert told.status_code == 200


async def test_health_is_told():
    async with edge() as client:
        assert (await client.get("/health/live")).json() == {"state": "alive"}
        assert (await client.get("/health/ready")).json() == {"state": "ready"}


def test_routes_are_counted_under_one_spelling():
    assert (
        _route("/api/payments/{payment_id:str}/parts/{number:int}")
        == "/api/payments/{payment_id}/parts/{number}"
    )
    assert _route("/api/payments/{payment_id}") == "/api/payments/{payment_id}"
