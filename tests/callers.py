"""People and programs that speak to the house over HTTP."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx

from hansa.asgi import make_edge
from hansa.kernel.platform import Platform

PROBLEM = "application/problem+json"
_UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_ACTOR = re.compile(r"\b(person|guest|app):[0-9a-f]{8}-")
PASSWORD = "a long enough one"
HOME = {
    "recipient": "Ada",
    "phone": "+8613800138000",
    "country": "CN",
    "region": "Zhejiang",
    "city": "Hangzhou",
    "street": "Well Lane 1",
}


def door_of(platform: Platform) -> httpx.AsyncClient:
    """A way to one server process of the house, where problems, and whoever did something, show ids as callers know them."""
    transport = httpx.ASGITransport(make_edge(platform))
    return httpx.AsyncClient(
        transport=transport, base_url="http://hansa.test", event_hooks={"response": [_read_problem]}
    )


async def _read_problem(answer: httpx.Response) -> None:
    kind = answer.headers.get("content-type", "")
    if kind.startswith(PROBLEM):
        told = (await answer.aread()).decode()
        assert not _UUID.search(told), told
    elif kind.startswith("application/json"):
        told = (await answer.aread()).decode()
        assert not _ACTOR.search(told), told


class Caller:
    """Somebody at the bazaar, with a token or without."""

    def __init__(self, door: httpx.AsyncClient, token: str = "", *, party: str = "", email: str = "") -> None:
        self.door = door
        self.token = token
        self.party = party
        self.email = email
        self._home = ""

    def at(self, door: httpx.AsyncClient) -> Caller:
        """The same caller, at another server."""
        return Caller(door, self.token, party=self.party, email=self.email)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **rest: Any,
    ) -> httpx.Response:
        """Send one request."""
        said = {"Hansa-Business": "bazaar"} | (headers or {})
        if self.token:
            said.setdefault("Authorization", f"Bearer {self.token}")
        if key is not None:
            said["Idempotency-Key"] = key
        return await self.door.request(method, f"/api{path}", headers=said, **rest)

    async def get(self, path: str, **rest: Any) -> httpx.Response:
        """Look at something."""
        return await self.ask("GET", path, **rest)

    async def post(self, path: str, json: Any = None, **rest: Any) -> httpx.Response:
        """Do something."""
        if json is not None:
            rest["json"] = json
        return await self.ask("POST", path, **rest)

    async def home(self) -> str:
        """Where what they order goes: an entry of their address book, made when it is first asked for."""
        if not self._home:
            self._home = good(await self.post("/me/addresses", HOME), 201)[0]["id"]
        return self._home

    async def become(self, session: httpx.Response) -> Caller:
        """Go on under the session that was just answered."""
        told = good(session, 201)
        self.token, self.party = told["token"], told["party"]
        return self

    async def be_guest(self) -> Caller:
        """Start a session without an account."""
        return await self.become(await self.post("/session/guest"))

    async def sign_up(self) -> Caller:
        """Make an account, and go on as its owner."""
        self.email = f"{uuid4().hex}@example.com"
        wanted = {"email": self.email, "password": PASSWORD, "name": "Somebody"}
        return await self.become(await self.post("/users", wanted))

    async def log_in(self, door: httpx.AsyncClient) -> Caller:
        """Start another session of the same person."""
        session = await Caller(door).post("/session", {"email": self.email, "password": PASSWORD})
        return await Caller(door, email=self.email).become(session)


def good(response: httpx.Response, status: int = 200) -> Any:
    """Return what a request was answered with that went well."""
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the problem a request was refused with, once it is seen to be one."""
    assert response.headers["content-type"] == PROBLEM, response.text
    told: dict[str, Any] = response.json()
    assert (response.status_code, told["code"]) == (status, code), response.text
    assert told["status"] == status
    assert told["type"] == f"/problems/{code}"
    assert told["title"]
    return told
