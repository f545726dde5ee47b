"""The routes, as a program meets them."""

from typing import Any

import httpx
import pytest
from litestar import Request

from hansa.centers.user import api
from hansa.centers.user.plug import USER
from hansa.kernel.context import GUEST
from hansa.kernel.http import RouteGroup, create_api

ADA = {"email": "ada@example.com", "password": "correct horse battery", "name": "Ada"}
DOOR = {
    "recipient": "Ada", "phone": "+86 138 0013 8000", "country": "CN", "region": "浙江省", "city": "杭州市",
    "district": "余杭区", "street": "文一西路 969 号", "postcode": "311121",
}  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Any:
    """What is served, of whichever house a request comes with; making it takes longer than most stories."""

    async def context(request: Request[Any, Any, Any]) -> Any:
        house: Any = request.scope["house"]
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        actor = await api.authenticate(house.platform, token) if scheme == "Bearer" else None
        return house.ctx(actor or GUEST)

    return create_api([RouteGroup("user", USER.routes())], context=context)


@pytest.fixture
async def client(house, served):
    async def door(scope, receive, send):
        await served({**scope, "house": house}, receive, send)

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=door, raise_app_exceptions=False), base_url="http://hansa"
    ) as made:
        yield made


def bearer(answer):
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def test_ada_signs_up_and_orders_her_things(client):
    signed_up = await client.post("/api/users", json=ADA)
    assert signed_up.status_code == 201
    ada = bearer(signed_up)
    me = (await client.get("/api/me", headers=ada)).json()
    assert me["id"] == signed_up.json()["party"]
    assert me["id"].startswith("pty_")
    assert (me["name"], me["email"], me["kind"]) == ("Ada", "ada@example.com", "person")

    book = await client.post("/api/me/addresses", json=DOOR, headers=ada)
    assert book.status_code == 201
    (entry,) = book.json()
    assert (entry["address"]["phone"], entry["preferred"]) == ("+8613800138000", True)
    path = f"/api/me/addresses/{entry['id']}"
    (changed,) = (await client.put(path, json={**DOOR, "street": "elsewhere 1"}, headers=ada)).json()
    assert changed["version"] != entry["version"]
    assert (await client.delete(path, headers=ada)).status_code == 204
    assert (await client.get("/api/me/addresses", headers=ada)).json() == []
    gone = await client.delete(path, headers=ada)
    assert (gone.status_code, gone.json()["code"]) == (404, "user.address_not_found")

    renamed = await client.patch("/api/me", json={"name": "Ada King", "locale": "zh-Hans"}, headers=ada)
    assert (renamed.json()["name"], renamed.json()["locale"]) == ("Ada King", "zh-Hans")
    assert (await client.get("/api/me/data", headers=ada)).json()["records"][0]["kind"] == "user.account"

    assert (await client.delete("/api/session", headers=ada)).status_code == 204
    assert (await client.get("/api/me", headers=ada)).status_code == 401


async def test_a_program_gets_a_token_and_loses_it(client):
    ada = bearer(await client.post("/api/users", json=ADA))
    app = (await client.post("/api/me/apps", json={"name": "ERP"}, headers=ada)).json()["id"]
    wish = {"label": "stock", "expires_at": "2027-06-30T00:00:00Z", "app": app}
    issued = await client.post("/api/me/tokens", json=wish, headers=ada)
    assert issued.status_code == 201
    program = {"Authorization": f"Bearer {issued.json()['secret']}"}
    assert (await client.get("/api/me", headers=program)).json()["kind"] == "app"
    (listed,) = (await client.get("/api/me/tokens", headers=ada)).json()
    assert listed["secret"] is None
    assert (await client.delete(f"/api/me/tokens/{listed['id']}", headers=ada)).status_code == 204
    assert (await client.get("/api/me", headers=program)).status_code == 401
    greedy = await client.post("/api/me/tokens", json={**wish, "grants": ["user.role.grant"]}, headers=ada)
    assert (greedy.status_code, greedy.json()["grants"]) == (403, ["user.role.grant"])
    of_a_shop = "trade.order.read@shop_01jd3x00000000000000000000"
    greedy = await client.post("/api/me/tokens", json={**wish, "grants": [of_a_shop]}, headers=ada)
    assert (greedy.status_code, greedy.json()["grants"]) == (403, [of_a_shop])


async def test_a_guest_logs_in_and_keeps_the_address(client):
    await client.post("/api/users", json=ADA)
    guest = bearer(await client.post("/api/session/guest"))
    await client.post("/api/me/addresses", json=DOOR, headers=guest)
    log_in = {"email": ADA["email"], "password": ADA["password"]}
    ada = bearer(await client.post("/api/session", json=log_in, headers=guest))
    assert len((await client.get("/api/me/addresses", headers=ada)).json()) == 1
    assert (await client.get("/api/me", headers=guest)).status_code == 401


async def test_refusals_are_problems_with_codes(client):
    await client.post("/api/users", json=ADA)
    again = await client.post("/api/users", json=ADA)
    assert (again.status_code, again.json()["code"]) == (409, "user.email_taken")
    assert again.headers["content-type"].startswith("application/problem+json")
    wrong = await client.post("/api/session", json={"email": ADA["email"], "password": "wrong password"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "user.wrong_credentials")
    bad = await client.post("/api/users", json={"email": "x", "password": "y", "name": ""})
    assert bad.status_code == 422
    assert {error["field"] for error in bad.json()["errors"]} == {"email", "password", "name"}


LONG = "x" * 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"email": "\xff"}', b'{"email": "a\\u0000@b.cd"}',
        b'{"email": 1, "password": 2, "name": 3}', b'{"email": "\\ud800@example.com", "password": "xxxxxxxxxx", "name": "x"}',
        b'{"email": "ada@example.com", "password": "' + LONG.encode() + b'", "name": "Ada"}',
        b'{"email": "ada@example.com", "password": "correct horse", "name": "' + LONG.encode() + b'"}',
        b'{"email": 99999999999999999999999999}', b'{"email": "a@b.cd", "password": "correct horse", "name": "x", "role": "operator"}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/users", "/api/session"])
async def test_a_bad_body_is_the_senders_fault(client, path, body):
    answer = await client.post(path, content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"]


@pytest.mark.parametrize(
    "shown", ["x", "adr_", "adr_0000000000000000000000000u", "%00", "adr_" + "z" * 26, "é", "x" * 80]
)
async def test_a_bad_id_is_not_found(client, shown):
    ada = bearer(await client.post("/api/users", json=ADA))
    for answer in (
        await client.delete(f"/api/me/addresses/{shown}", headers=ada),
        await client.delete(f"/api/me/tokens/{shown}", headers=ada),
    ):
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/me"), ("GET", "/api/me/data"), ("GET", "/api/me/addresses"), ("GET", "/api/me/tokens"),
        ("DELETE", "/api/session"), ("POST", "/api/me/addresses"), ("POST", "/api/me/apps"),
    ],
)  # fmt: skip
async def test_what_is_mine_wants_to_know_who_i_am(client, method, path):
    bodies = {"/api/me/addresses": DOOR, "/api/me/apps": {"name": "x"}}
    for headers in ({}, {"Authorization": "Bearer hss_made_up"}):
        body = bodies[path] if method == "POST" else None
        answer = await client.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "request.unauthenticated")


async def test_every_route_says_what_it_does_and_what_it_refuses(client):
    document = (await client.get("/api/openapi.json")).json()
    operations = [op for path in document["paths"].values() for op in path.values() if "responses" in op]
    assert len(operations) == len(USER.routes())
    assert all(op["summary"] and op["description"] for op in operations)
    assert "429" in document["paths"]["/api/session"]["post"]["responses"]
