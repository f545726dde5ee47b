"""What people make of a refusal at the edge: a title in their language, and a page where they look at pages."""

from __future__ import annotations

import json

import httpx
import pytest

from hansa.kernel.http.edge import Edge, HttpMetrics, Operations
from hansa.kernel.http.refusing import encode
from hansa.kernel.http.whole import WHOLE, respond
from hansa.kernel.problem import FieldError, Forbidden, Invalid, NotFound
from hansa.kernel.settings import Settings
from hansa.kernel.telemetry import Metrics


class Titles:
    languages = ("en", "zh")

    def title(self, code, language):
        known = {
            "request.not_found": "这里什么也没有",
            "request.malformed": "无法读取",
            "request.invalid": "有误",
        }
        return known.get(code)

    def field(self, message, language):
        return {"From 1 to 9": "1 至 9"}.get(message)


class Finder:
    def named(self, path):
        return path if path == "bazaar" else None

    def at_host(self, host):
        return None


async def ready():
    return ""


async def refuses(scope, receive, send):
    """Nothing is here; nobody may go there; the rest is broken."""
    if scope["path"] == "/api/whole":
        await respond({"extensions": {WHOLE: {}}}, send, *encode(NotFound()))
    elif scope["path"] == "/api/forbidden":
        await respond({}, send, *encode(Forbidden("Ask the owner")))
    elif scope["path"] == "/api/wrong":
        errors = [FieldError("size", "range", "From 1 to 9"), FieldError("name", "kept", "Only we know")]
        await respond({}, send, *encode(Invalid(*errors)))
    elif scope["path"] == "/api/odd":
        await respond({}, send, *encode(NotFound(errors=["plain", {"message": 7}])))
    elif scope["path"] == "/api/fine":
        await respond({}, send, 200, [(b"content-type", b"application/json")], b'{"title":"Tea"}')
    else:
        await respond({}, send, *encode(NotFound("No such order", order="7")))


def page(scope, problem):
    if scope["path"].startswith("/api"):
        return None
    if scope["path"] == "/worse":
        raise RuntimeError("no page either")
    body = f"<h1>{problem.code}</h1>{scope['path']}{scope['state']['business']}".encode()
    return problem.status, [(b"content-type", b"text/html")], body


def client(app=refuses):
    settings = Settings()
    made = Edge(
        app,
        settings=settings,
        businesses=Finder(),
        operations=Operations(settings, Metrics(), ready=ready),
        metrics=HttpMetrics(Metrics()),
        titles=Titles(),
        as_page=page,
    )

    async def whole(scope, receive, send):
        async def sends(message):
            if message["type"] == WHOLE:  # as a server that knows it does
                start = {key: message[key] for key in ("status", "headers")}
                await send({"type": "http.response.start", **start})
                await send({"type": "http.response.body", "body": message["body"], "more_body": False})
            else:
                await send(message)

        await made(scope, receive, sends)

    return httpx.AsyncClient(transport=httpx.ASGITransport(whole), base_url="http://hansa.test")


CHINESE = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"}


@pytest.mark.parametrize("path", ["/api/nothing", "/api/whole"])
async def test_a_title_is_in_the_readers_language_and_the_code_as_ever(path):
    async with client() as reader:
        english = await reader.get(path)
        chinese = await reader.get(path, headers=CHINESE)

    assert english.json()["title"] == "There is nothing here"
    assert "content-language" not in english.headers
    assert chinese.json() == english.json() | {"title": "这里什么也没有"}
    assert chinese.headers["content-language"] == "zh"
    assert int(chinese.headers["content-length"]) == len(chinese.content)
    assert chinese.headers["content-type"] == "application/problem+json"


async def test_what_is_wrong_with_fields_is_in_the_readers_language_where_it_is_known():
    async with client() as reader:
        english = await reader.get("/api/wrong")
        chinese = await reader.get("/api/wrong", headers=CHINESE)
        odd = await reader.get("/api/odd", headers=CHINESE)

    assert [one["message"] for one in english.json()["errors"]] == ["From 1 to 9", "Only we know"]
    assert chinese.json()["errors"] == [
        {"field": "size", "code": "range", "message": "1 至 9"},
        {"field": "name", "code": "kept", "message": "Only we know"},
    ]
    assert int(chinese.headers["content-length"]) == len(chinese.content)
    assert odd.json()["errors"] == ["plain", {"message": 7}]  # an extra that only has the name of it


@pytest.mark.parametrize("asked", ["en", "fr", "de;q=1, en;q=0.5", "", "*", ";;;", "zh;q=0"])
async def test_who_wants_no_language_that_there_is_reads_english(asked):
    async with client() as reader:
        answer = await reader.get("/api/nothing", headers={"accept-language": asked})

    assert answer.json()["title"] == "There is nothing here"


async def test_what_is_not_translated_is_said_in_english_and_answers_pass_as_they_are():
    async with client() as reader:
        forbidden = await reader.get("/api/forbidden", headers=CHINESE)
        fine = await reader.get("/api/fine", headers=CHINESE)

    assert forbidden.json()["title"] == "You may not do this"
    assert "content-language" not in forbidden.headers
    assert fine.json() == {"title": "Tea"}


async def test_what_the_edge_itself_refuses_is_told_so_too():
    async with client() as reader:
        answer = await reader.get("/api/orders?after=%zz", headers=CHINESE)

    assert (answer.status_code, answer.json()["title"]) == (400, "无法读取")


async def test_somebody_who_looks_at_pages_gets_a_page_and_a_program_a_problem():
    async with client() as reader:
        seen = await reader.get("/bazaar/cart?x=%zz", headers={"accept": "text/html,*/*;q=0.8"})
        program = await reader.get("/bazaar/cart?x=%zz", headers={"accept": "application/json"})
        anything = await reader.get("/bazaar/cart?x=%zz")
        api = await reader.get("/bazaar/api/orders?x=%zz", headers={"accept": "text/html"})

    assert (seen.status_code, seen.headers["content-type"]) == (400, "text/html")
    assert seen.text == "<h1>request.malformed</h1>/cartbazaar"
    for answer in (program, anything, api):
        assert json.loads(answer.text)["code"] == "request.malformed"


async def test_a_page_that_fails_hides_nothing():
    async with client() as reader:
        answer = await reader.get("/worse?x=%zz", headers={"accept": "text/html"})

    assert answer.json()["code"] == "request.malformed"
