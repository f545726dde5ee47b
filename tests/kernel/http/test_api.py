from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import msgspec
import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar, Request, get, post

from hansa.kernel.context import Ctx
from hansa.kernel.http import RouteGroup, create_api, parse_key, problems
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.problem import Forbidden, NotFound, Problem


class Line(msgspec.Struct):
    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=5)]
    quantity: Annotated[int, msgspec.Meta(ge=1)]


class Order(msgspec.Struct):
    lines: list[Line]
    note: str = ""
    weight: float = 0.0


class SoldOut(Problem):
    """Too little is left."""

    code = "http_test.sold_out"
    status = 409
    title = "Sold out"


@post("/orders", responses=problems(SoldOut), opt={"idempotency": "required", "example": {"lines": []}})
async def place_order(ctx: Ctx, data: Order) -> Order:
    """Place an order."""
    if data.note == "sold out":
        raise SoldOut(lines=[1])
    return data


@get("/orders/{order_id:str}", responses=problems(NotFound, Forbidden))
async def show_order(ctx: Ctx, order_id: str, limit: int = 20, since: int | None = None) -> list[Any]:
    """Show an order."""
    return [order_id, limit, since]


@post("/keyed")
async def keyed(key: IdempotencyKey | None) -> str:
    return key.business if key else "no key"


@post("/broken", opt={"idempotency": "none"})
async def broken() -> None:
    raise RuntimeError("the password is hunter2")


async def make_context(request: Request[Any, Any, Any]) -> Ctx:
    return None  # type: ignore[return-value]


async def make_key(request: Request[Any, Any, Any], ctx: Ctx) -> IdempotencyKey | None:
    named = parse_key(request.headers.get("idempotency-key"))
    return (
        IdempotencyKey(scope=b"", body=await request.body(), business=f"{named} {ctx}", traffic="")
        if named
        else None
    )


def api() -> Litestar:
    group = RouteGroup("trade", [place_order, show_order, keyed, broken], "Orders.")
    return create_api([group], context=make_context, key=make_key, body_bytes_max=10_000)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api()), base_url="http://hansa.test") as made:
        yield made


KEY = {"Idempotency-Key": "k-1"}
JSON = KEY | {"Content-Type": "application/json"}
LINE = b'{"lines":[{"sku":"pear","quantity":1}]'


def problem(response: httpx.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == response.status_code
    assert body["type"] == f"/problems/{body['code']}"
    return body


async def test_a_good_request_is_answered(client):
    response = await client.post("/api/orders", headers=KEY, json={"lines": [{"sku": "pear", "quantity": 2}]})

    assert response.status_code == 201
    assert response.json()["lines"] == [{"sku": "pear", "quantity": 2}]


async def test_a_refusal_of_a_center_is_a_problem_with_its_extras(client):
    response = await client.post("/api/orders", headers=KEY, json={"lines": [], "note": "sold out"})

    assert problem(response) | {"lines": [1]} == problem(response)
    assert problem(response)["code"] == "http_test.sold_out"


async def test_every_wrong_field_is_named_at_once(client):
    body = {"lines": [{"sku": "much too long", "quantity": "1"}, {}, 5], "note": 3}

    response = await client.post("/api/orders", headers=KEY, json=body)

    assert response.status_code == 422
    assert {(error["field"], error["code"]) for error in problem(response)["errors"]} == {
        ("lines.0.sku", "length"),
        ("lines.0.quantity", "type"),
        ("lines.1.sku", "required"),
        ("lines.1.quantity", "required"),
        ("lines.2", "type"),
        ("note", "type"),
    }


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "request.invalid"),
        (b"[]", 422, "request.invalid"),
        (b"{", 400, "request.malformed"),
        (LINE + b',"note":"\xff"}', 400, "request.malformed"),
        (LINE + b',"nobody reads this":"\xff"}', 400, "request.malformed"),
        (LINE + b',"note":"\\u0000"}', 400, "request.malformed"),
        (LINE + b',"note":"\\ud800"}', 400, "request.malformed"),
        (LINE + b',"note":"a\x00b"}', 400, "request.malformed"),
        (LINE + b',"weight":NaN}', 400, "request.malformed"),
        (LINE + b',"weight":1e999}', 400, "request.malformed"),
        (b'{"lines":[{"sku":"pear","quantity":9223372036854775808}]}', 400, "request.malformed"),
        (b'{"lines":[{"sku":"pear","quantity":1e30}]}', 422, "request.invalid"),
        (b'{"lines":[],"x":' + b"[" * 500 + b"]" * 500 + b"}", 400, "request.malformed"),
        (b"[" * 9_000, 400, "request.malformed"),
        (b'{"lines":[],"note":"' + b"x" * 20_000 + b'"}', 413, "request.too_large"),
    ],
)
async def test_a_bad_body_is_a_clear_refusal(client, body, status, code):
    response = await client.post("/api/orders", headers=JSON, content=body)

    assert (response.status_code, problem(response)["code"]) == (status, code)


async def test_text_that_only_looks_dangerous_passes(client):
    note = "\\u0000 is how NUL is written; card 92233720368547758080"

    response = await client.post("/api/orders", headers=KEY, json={"lines": [], "note": note})

    assert response.json()["note"] == note


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/xml", "multipart/form-data", "application/json; charset=gb2312"],
)
async def test_other_media_types_are_refused(client, content_type):
    response = await client.post(
        "/api/orders", headers=KEY | {"Content-Type": content_type}, content=LINE + b"}"
    )

    assert problem(response)["code"] == "request.unsupported_media_type"


@pytest.mark.parametrize(
    "query", ["limit=x", "limit=99999999999999999999", "since=-99999999999999999999", "limit=1e30"]
)
async def test_a_parameter_that_is_no_integer_is_refused(client, query):
    response = await client.get(f"/api/orders/abc?{query}")

    assert response.status_code == 422
    assert problem(response)["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/api/nothing", {}, 404),
        ("GET", "/elsewhere", {}, 404),
        ("PUT", "/api/orders", {}, 405),
        ("TRACE", "/api/orders", {}, 405),
        ("GET", "/api/orders/abc", {"Accept": "text/html"}, 406),
        ("GET", "/api/orders/abc", {"Accept": "application/json;q=0, text/html"}, 406),
        ("POST", "/api/orders", {}, 400),
        ("POST", "/api/orders", {"Idempotency-Key": "x" * 201}, 400),
        ("POST", "/api/orders", {"Idempotency-Key": '"open'}, 400),
    ],
)
async def test_http_refuses_what_is_not_offered(client, method, path, headers, status):
    response = await client.request(method, path, headers=headers)

    assert problem(response)["status"] == status
    assert (status == 405) == ("allow" in response.headers)


async def test_a_fault_of_ours_is_logged_under_its_incident_and_tells_nothing(client):
    with structlog.testing.capture_logs() as lines:
        response = await client.post("/api/broken")

    body = problem(response)
    assert response.status_code == 500
    assert "hunter2" not in response.text
    assert [line["incident"] for line in lines] == [body["incident"]]


async def test_the_document_declares_every_answer(client):
    document = (await client.get("/api/openapi.json")).json()

    place = document["paths"]["/api/orders"]["post"]
    assert document["openapi"].startswith("3.1")
    assert place["operationId"] == "trade_place_order"
    assert place["tags"] == ["trade"]
    assert list(place["responses"]) == [
        "201",
        "400",
        "401",
        "403",
        "404",
        "406",
        "409",
        "410",
        "413",
        "415",
        "422",
        "431",
        "500",
        "503",
    ]
    assert place["requestBody"]["content"]["application/json"]["example"] == {"lines": []}
    key = next(parameter for parameter in place["parameters"] if parameter["name"] == "Idempotency-Key")
    assert key["required"]
    for status, answer in place["responses"].items():
        if status.startswith(("4", "5")):
            assert list(answer["content"]) == ["application/problem+json"]
            schema = answer["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ProblemDetails"}
    assert "http_test.sold_out" in place["responses"]["409"]["description"]
    assert document["components"]["schemas"]["ProblemDetails"]["required"] == [
        "type",
        "title",
        "status",
        "code",
    ]


async def test_the_document_is_the_same_every_time(client):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api()), base_url="http://hansa.test") as other:
        first = (await client.get("/api/openapi.json")).content
        assert first == (await other.get("/api/openapi.json")).content


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["lines", "sku", "note"]), inner)
    ),
    max_leaves=15,
)


@given(body=anything | st.fixed_dictionaries({"lines": anything, "note": anything}))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_json_makes_a_fault(client, body):
    response = await client.post("/api/orders", headers=JSON, content=json.dumps(body).encode())

    assert response.status_code in {201, 400, 409, 422}
