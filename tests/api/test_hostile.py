"""What nobody should send: every route refuses it with a problem it declares, and nothing half-done stays."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from callers import PROBLEM
from described import DOCUMENT, OPERATIONS, Operation, resolve
from requests_of import path_of, sample

INT64 = 2**63
EVERY = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
LISTS = [one for one in OPERATIONS if any(p["name"] == "cursor" for p in one.parameters("query"))]
LIVELY = {"kernel.usage", "kernel.process", "user.token", "user.log_in_attempt"}
"""Tables that change by themselves or by a refusal: usage, processes alive, sessions that go on, attempts to log in."""

SEGMENTS = [
    "%FF%FE",
    "%00",
    "a%00b",
    "%C3%28",
    "%",
    "%zz",
    str(INT64),
    "9" * 60,
    "-1",
    "1e400",
    "null",
    "ord_" + "z" * 26,
    "ord_" + "0" * 25,
    "ord_",
    "%F0%9F%8D%90",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "x" * 3000,
    "x" * 9000,
    "' OR 1=1 --",
]
BODIES = {
    "empty": b"",
    "not JSON": b"{",
    "two values": b"{}{}",
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"1",
    "null": b"null",
    "not UTF-8": b'{"name":"\xff\xfe"}',
    "NUL": b'{"name":"\\u0000"}',
    "a lone surrogate": b'{"name":"\\ud800"}',
    "NaN": b'{"quantity":NaN}',
    "beyond floats": b'{"quantity":1e999}',
    "deep": b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep, and open": b"[" * 200_000,
    "UTF-16": json.dumps({"name": "x"}).encode("utf-16"),
    "BOM": b"\xef\xbb\xbf{}",
}
HEADERS = {
    "a broken token": {"Authorization": b"Bearer \xff\xfe"},
    "an empty token": {"Authorization": b"Bearer "},
    "another scheme": {"Authorization": b"Basic YTpi"},
    "a token nobody has": {"Authorization": b"Bearer hss_" + b"A" * 50},
    "a long token": {"Authorization": b"Bearer " + b"A" * 20_000},
    "a huge header": {"X-Anything": b"A" * 100_000},
    "a business nobody has": {"Hansa-Business": b"nowhere"},
    "a broken business": {"Hansa-Business": b"\xff/../"},
    "no media type it can have": {"Accept": b"text/html"},
    "a broken media range": {"Accept": b"\xff;q=1"},
    "a broken length": {"Content-Length": b"12x"},
    "an endless length": {"Content-Length": b"9" * 40},
    "a length too large": {"Content-Length": b"999999999"},
}
KEYS = [b"", b"   ", b"\xff", b"x" * 201, b'"open', b"two words", b"tab\tbed", b'""']
TYPES: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "integer": 7,
    "number": 1.5,
    "string": "x",
    "array": [1],
    "object": {"a": 1},
}


def allowed(schema: Any) -> set[str]:
    """The JSON types a schema takes."""
    schema = resolve(DOCUMENT, schema)
    for union in ("oneOf", "anyOf"):
        if union in schema:
            return set().union(*(allowed(one) for one in schema[union]))
    if "enum" in schema:
        return {"string"}
    kind = schema.get("type", list(TYPES))
    found = set(kind) if isinstance(kind, list) else {kind}
    return found | ({"integer"} if "number" in found else set())


def lowest(schema: Any) -> int:
    """The lowest number a schema takes; above 0 where it does not say."""
    found = [one["minimum"] for one in (schema, *schema.get("oneOf", ())) if "minimum" in one]
    return min(found, default=1)


def wrong_bodies(operation: Operation, ids: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The bodies of an operation that cannot be right."""
    good = sample(operation.body, ids)
    fields = resolve(DOCUMENT, operation.body).get("properties", {})
    optional = "null" in allowed(operation.body)  # none at all is a body then, and is right
    yield from (
        (label, body) for label, body in BODIES.items() if not (optional and label in {"empty", "null"})
    )
    yield "an unknown field", json.dumps(good | {"nobody_asks_this": 1}).encode()
    for field, schema in fields.items():
        for kind in TYPES.keys() - allowed(schema):
            yield f"{field}: {kind}", json.dumps(good | {field: TYPES[kind]}).encode()
        if "integer" in allowed(schema):
            for number in (INT64, -INT64 - 1, 10**40):
                yield f"{field}: {number}", json.dumps(good | {field: number}).encode()
        if "string" in allowed(schema):
            yield f"{field}: NUL", json.dumps(good | {field: "a\0b"}).encode()
            yield f"{field}: surrogate", json.dumps(good | {field: "\udfff"}).encode()
        if good:
            twice = (
                json.dumps(good)[:-1]
                + f', "{next(iter(good))}": '
                + json.dumps(next(iter(good.values())))
                + "}"
            )
            yield f"{field}: twice", twice.encode()


def wrong_requests(operation: Operation, ids: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The requests to an operation that must be refused."""
    path, json_body = path_of(operation, ids), {}
    if operation.body is not None:
        json_body = {
            "content": json.dumps(sample(operation.body, ids)).encode(),
            "headers": {"Content-Type": "application/json"},
        }
    for parameter in operation.parameters("path"):
        for segment in SEGMENTS:
            yield (
                f"{parameter['name']}={segment[:30]}",
                {"path": path_of(operation, ids, **{parameter["name"]: segment})} | json_body,
            )
    for label, headers in HEADERS.items():
        yield label, {"path": path, **json_body, "headers": json_body.get("headers", {}) | headers}
    if any(one["name"] == "Idempotency-Key" for one in operation.parameters("header")):
        for key in KEYS:
            yield (
                f"key {key[:20]!r}",
                {
                    "path": path,
                    **json_body,
                    "headers": json_body.get("headers", {}) | {"Idempotency-Key": key},
                },
            )
    for parameter in operation.parameters("query"):
        kinds = allowed(parameter["schema"])
        wrong = ["%FF", "%00", "a%00b", "%zz"]
        if "integer" in kinds:
            wrong += ["", "x", "-1", str(INT64), "9" * 60, "1e30", "0x10"]
            wrong += [] if "number" in kinds else ["1.5"]
            wrong += ["0"] if lowest(parameter["schema"]) > 0 else []
        for text in wrong:
            yield f"?{parameter['name']}={text}", {"path": f"{path}?{parameter['name']}={text}"} | json_body
    if operation.body is not None:
        for label, body in wrong_bodies(operation, ids):
            yield label, {"path": path, "content": body, "headers": {"Content-Type": "application/json"}}
        for kind in (
            "",
            "text/plain",
            "application/xml",
            "multipart/form-data",
            "application/json; charset=gbk",
        ):
            yield f"content type {kind!r}", {"path": path, **json_body, "headers": {"Content-Type": kind}}
        large = b'{"x":"' + b"y" * 3_000_000 + b'"}'
        yield "too large", {"path": path, "content": large, "headers": {"Content-Type": "application/json"}}


async def rows(house: Any) -> dict[str, tuple[int, int]]:
    """How many rows every table has, and what is in them, in a number."""
    async with house.platform.db.transaction() as tx:
        tables = await tx.raw.fetch(
            "SELECT schemaname || '.' || tablename AS name, format('%I.%I', schemaname, tablename) AS quoted"
            "  FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        found = {}
        for table in tables:
            if table["name"] not in LIVELY:
                counted = await tx.raw.fetchrow(
                    f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table['quoted']} t"
                )
                found[table["name"]] = tuple(counted)
        return found


@pytest.fixture
def ids(books):
    """Ids and texts by the names that routes and bodies give them."""
    texts = {"en": "Pear"}
    return books["ids"] | {
        "name": texts,
        "names": texts,
        "titles": texts,
        "slug": books["ids"]["slug"],
        "quantity": 1,
        "currency": "CNY",
    }


@EVERY
async def test_what_cannot_be_right_is_refused_and_leaves_nothing(operation, books, ids, houses, doors):
    keeper = await books["operator"].log_in(doors[0])
    before = await rows(houses[0])
    wrong = []
    for label, request in wrong_requests(operation, ids):
        response = await keeper.ask(operation.method, **request)
        status = response.status_code
        if not 400 <= status < 500 or response.headers["content-type"] != PROBLEM:
            wrong.append(f"{label}: {status} {response.text[:200]}")
        elif response.json()["code"] not in operation.codes(status):
            wrong.append(f"{label}: {status} {response.json()['code']} is not declared")
    after = await rows(houses[0])
    changed = sorted(name for name in after if after[name] != before[name])
    assert (wrong, changed) == ([], [])


def cursor(*values: Any) -> str:
    return urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


SOME = str(uuid4())
BROKEN = [
    "x",
    "é",
    "====",
    "%F0%9F%8D%90",
    "x" * 500,
    "x" * 501,
    "AA",
    cursor(),
    cursor("x"),
    cursor([1]),
    cursor({}),
]
FORGED = [
    cursor(SOME),
    cursor(-1),
    cursor(INT64 - 1),
    cursor(INT64),
    cursor(10**40),
    cursor("0001-01-01T00:00:00+14:00", SOME),
    cursor("9999-12-31T23:59:59-14:00", SOME),
    cursor("a\0b", SOME),
    *(
        cursor(sort, number, SOME)
        for sort in ("newest", "cheapest", "dearest", "price", "price_up", "price_down")
        for number in (0, -1, INT64, 10**40)
    ),
]


NOT_THE_KEEPERS = {
    "GET /api/apps/{app_id}/installations": "an app is its owner's alone",
    "GET /api/webhooks/endpoints/{endpoint_id}/deliveries": "what is said at random may have removed the endpoint",
    "GET /api/payment-statements/{provider}/{day}/differences": "no statement came in yet",
}


@pytest.mark.parametrize("operation", LISTS, ids=str)
async def test_a_cursor_that_no_list_made_is_refused(operation, books, ids, doors):
    keeper = await books["operator"].log_in(doors[0])
    path = path_of(operation, ids)
    needed = {
        "/webhooks/endpoints": f"&shop={ids['shop_id']}",
        "/journals": f"&reference={SOME}",
        "/nearby": "&lat=30.25&lon=120.15",
        "/statement": "&currency=CNY&since=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z",
    }
    rest = next((query for end, query in needed.items() if operation.path.endswith(end)), "")
    for text in BROKEN:
        response = await keeper.get(f"{path}?cursor={text}{rest}")
        assert response.status_code in {400, 422}, (text, response.text)
        assert response.json()["code"] in operation.codes(response.status_code)
    for text in FORGED:
        response = await keeper.get(f"{path}?cursor={text}{rest}")
        assert (
            response.status_code == 200
            or response.json()["code"] == "page.cursor_malformed"
            or (response.status_code == 404 and str(operation) in NOT_THE_KEEPERS)
        ), (text, response.text)


async def test_a_body_that_grows_while_it_comes_is_cut_off(books, doors):
    buyer = await books["buyer"].log_in(doors[0])

    async def endless():
        for _ in range(64):
            yield b" " * 100_000

    response = await buyer.ask(
        "POST", "/me/apps", content=endless(), headers={"Content-Type": "application/json"}
    )

    assert (response.status_code, response.json()["code"]) == (413, "request.too_large")


async def test_a_key_that_is_named_twice_is_refused(books, doors):
    buyer = await books["buyer"].log_in(doors[0])
    headers = [
        ("Hansa-Business", "bazaar"),
        ("Authorization", f"Bearer {buyer.token}"),
        ("Idempotency-Key", "one"),
        ("Idempotency-Key", "two"),
    ]

    response = await doors[0].post("/api/me/apps", json={"name": "ERP"}, headers=headers)

    assert (response.status_code, response.json()["code"]) == (400, "request.malformed")
