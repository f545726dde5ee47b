"""The authorization code flow over HTTP, with a client that knows nothing of ours but the standards."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import (
    parse_authorization_code_response,
    prepare_grant_uri,
    prepare_token_request,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from callers import Caller, good, problem

BACK = "https://erp.example.com/back"
SCOPES = "trade.order.read inventory.stock.see"


@pytest.fixture(scope="module")
async def shop(stall):
    return await stall()


@pytest.fixture
async def app(shop):
    """An app with a secret, of the shop's owner."""
    wish = {"name": "ERP", "scopes": SCOPES.split(), "redirect_uris": [BACK]}
    made = good(await shop["seller"].post("/apps", wish), 201)
    return made | good(await shop["seller"].post(f"/apps/{made['id']}/client-secret"), 201)


@pytest.fixture
async def metadata(doors):
    return good(await Caller(doors[0]).get("/oauth/metadata"))


class Library:
    """A library's client: it writes requests and reads answers; what it writes goes to our door."""

    def __init__(self, door, app, metadata, method):
        self.door, self.app, self.metadata = door, app, metadata
        self.auth = ClientAuth(app["id"], app["secret"], method)

    def url(self, verifier, state):
        return prepare_grant_uri(
            self.metadata["authorization_endpoint"],
            client_id=self.app["id"],
            response_type="code",
            redirect_uri=BACK,
            scope=SCOPES,
            state=state,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )

    async def token(self, grant, **fields):
        body = prepare_token_request(grant, **fields)
        return await self.send(self.metadata["token_endpoint"], body)

    async def revoke(self, token):
        return await self.send(self.metadata["revocation_endpoint"], urlencode({"token": token}))

    async def send(self, url, body):
        form = {"content-type": "application/x-www-form-urlencoded"}
        url, headers, body = self.auth.prepare("POST", url, form, body)
        return await self.door.post(httpx.URL(url).path, content=body, headers=headers)


async def agreed(seller, shop, url):
    """What the page does for somebody who was sent to it and agrees: return where the browser goes."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    shown = good(await seller.get("/oauth/authorization", params=asked | {"shop": shop}))
    given = {
        "request": asked,
        "shop_id": shop,
        "scopes": [one["scope"] for one in shown["scopes"]],
        "seen": shown["seen"],
    }
    return good(await seller.post("/oauth/authorization", given))["redirect_to"]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_a_client_from_the_shelf_gets_tokens_and_uses_them(doors, shop, app, metadata, method):
    client, verifier = Library(doors[0], app, metadata, method), "a" * 43
    back = await agreed(shop["seller"], shop["shop"], client.url(verifier, "x y"))
    code = parse_authorization_code_response(back, state="x y")["code"]
    got = good(await client.token("authorization_code", code=code, redirect_uri=BACK, code_verifier=verifier))

    assert (got["token_type"], got["scope"], got["shop_id"]) == ("Bearer", SCOPES, shop["shop"])
    program = Caller(doors[0], got["access_token"])
    good(await program.get(f"/shops/{shop['shop']}/orders"))
    wanted = {"titles": {"en": "x"}, "skus": [{"price": {"minor": 1, "currency": "CNY"}}]}
    problem(await program.post(f"/shops/{shop['shop']}/products", wanted), 403, "request.forbidden")

    fresh = good(await client.token("refresh_token", refresh_token=got["refresh_token"]))
    assert fresh["refresh_token"] != got["refresh_token"]
    assert (await client.revoke(fresh["refresh_token"])).status_code == 200
    refused = await client.token("refresh_token", refresh_token=fresh["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    problem(await Caller(doors[0], fresh["access_token"]).get("/me"), 401, "api.token_unknown")


async def test_the_token_endpoint_answers_as_its_standard_says(doors, app):
    async def send(content=b"", *, headers=None):
        said = {"Hansa-Business": "bazaar", "content-type": "application/x-www-form-urlencoded"}
        return await doors[0].post("/api/oauth/token", content=content, headers=said | (headers or {}))

    for content, headers, status, error in (
        (b"", {}, 401, "invalid_client"),
        (b"grant_type=refresh_token", {"authorization": "Basic eDp5"}, 401, "invalid_client"),
        (b"client_id=a&client_id=b", {}, 400, "invalid_request"),
        (b"client_id=%ff", {}, 400, "invalid_request"),
        (b"client_id=a%00", {}, 400, "invalid_request"),
        (b"&".join([b"a=b"] * 50), {}, 400, "invalid_request"),
        (b"{}", {"content-type": "application/json"}, 400, "invalid_request"),
    ):
        answer = await send(content, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (status, error), content
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert ("www-authenticate" in answer.headers) is ("authorization" in headers)
    problem(
        await send(headers={"authorization": "Basic eDp5", "Hansa-Business": "nowhere"}),
        404,
        "business.unknown",
    )
    elsewhere = await Caller(doors[0]).get("/me", headers={"authorization": "Basic eDp5"})
    problem(elsewhere, 401, "api.token_unknown")  # a client's secret is no way to act for somebody


async def test_the_server_describes_itself(doors, metadata):
    for place in (
        "/.well-known/oauth-authorization-server/bazaar",
        "/bazaar/.well-known/oauth-authorization-server",
    ):
        assert good(await doors[0].get(place)) == metadata
    nowhere = await doors[0].get("/.well-known/oauth-authorization-server/nowhere")
    problem(nowhere, 404, "business.unknown")
    issuer = metadata["issuer"]
    assert issuer.endswith("/bazaar")
    assert metadata["authorization_endpoint"] == f"{issuer}/oauth/authorize"
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert "trade.order.read" in metadata["scopes_supported"]
    assert httpx.URL(metadata["token_endpoint"]).path == "/bazaar/api/oauth/token"


async def test_somebody_says_no(shop, app):
    asked = {
        "client_id": app["id"],
        "redirect_uri": BACK,
        "response_type": "code",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    told = good(await shop["seller"].post("/oauth/authorization/refusal", asked))["redirect_to"]
    assert parse_qs(urlsplit(told).query)["error"] == ["access_denied"]
    wrong = await shop["seller"].post("/oauth/authorization/refusal", asked | {"response_type": "token"})
    told = problem(wrong, 422, "interconnect.authorization_refused")
    assert (told["error"], told["redirect_to"][: len(BACK)]) == ("unsupported_response_type", BACK)
    led_away = asked | {"redirect_uri": "https://evil.example/"}
    problem(
        await shop["seller"].post("/oauth/authorization/refusal", led_away),
        422,
        "interconnect.redirect_unknown",
    )
