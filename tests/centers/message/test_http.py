"""The routes, as a program meets them."""

from typing import Any

import httpx
import pytest
from litestar import Request

from hansa.centers.message.plug import MESSAGE
from hansa.centers.message.types import NOTIFICATION_ID
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.context import SYSTEM
from hansa.kernel.http import RouteGroup, create_api


@pytest.fixture(scope="module")
def served() -> Any:
    """What is served, in whichever context a request comes with; making it takes longer than most stories."""

    async def context(request: Request[Any, Any, Any]) -> Any:
        return request.scope["acting"]

    return create_api([RouteGroup("message", MESSAGE.routes())], context=context)


@pytest.fixture
async def client_of(served):
    """Return a client that acts as a context does."""
    opened = []

    async def open_client(ctx):
        async def door(scope, receive, send):
            await served({**scope, "acting": ctx}, receive, send)

        transport = httpx.ASGITransport(app=door, raise_app_exceptions=False)
        opened.append(httpx.AsyncClient(transport=transport, base_url="http://hansa"))
        return opened[-1]

    yield open_client
    for client in opened:
        await client.aclose()


async def test_an_inbox_is_read_and_marked(house, client_of):
    ada = await house.person()
    client = await client_of(ada)
    for n in range(3):
        await house.tell(ada.actor.party, "test.english_only", words=f"number {n}")
    first = (await client.get("/api/me/notifications", params={"limit": 2})).json()
    second = (
        await client.get("/api/me/notifications", params={"limit": 2, "cursor": first["cursor"]})
    ).json()
    items = [*first["items"], *second["items"]]
    assert [item["text"] for item in items] == ["number 2", "number 1", "number 0"]
    assert second["cursor"] is None
    assert (await client.get("/api/me/notifications/unread")).json() == {"unread": 3}
    left = await client.post("/api/me/notifications/read", json={"ids": [items[0]["id"], items[1]["id"]]})
    assert (left.status_code, left.json()) == (200, {"unread": 1})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/me/notifications?limit=0", None),
        ("GET", "/api/me/notifications?limit=99999999999999999999", None),
        ("GET", "/api/me/notifications?limit=x", None),
        ("GET", "/api/me/notifications?cursor=x", None),
        ("GET", "/api/me/notifications?cursor=%00", None),
        ("GET", "/api/me/notifications?cursor=WyJ4Il0", None),
        ("POST", "/api/me/notifications/read", {"ids": ["x"]}),
        ("POST", "/api/me/notifications/read", {"ids": "x"}),
        ("POST", "/api/me/notifications/read", {"ids": [NOTIFICATION_ID.show(NOTIFICATION_ID.new())] * 101}),
        ("GET", "/api/parties/x/notifications/y/deliveries", None),
    ],
)
async def test_bad_input_is_the_senders_fault(house, client_of, method, path, body):
    client = await client_of(house.ctx(SYSTEM) if "parties" in path else await house.person())
    answer = await client.request(method, path, json=body)
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"]


async def test_operators_see_how_far_a_notification_got(house, client_of):
    ada = await house.person()
    told = await house.tell(ada.actor.party)
    await house.deliver()
    path = (
        f"/api/parties/{PARTY_ID.show(ada.actor.party)}/notifications/{NOTIFICATION_ID.show(told)}/deliveries"
    )
    (delivery,) = (await (await client_of(house.ctx(SYSTEM))).get(path)).json()
    assert (delivery["channel"], delivery["state"]) == ("email", "sent")
    assert [attempt["code"] for attempt in delivery["attempts"]] == ["250"]
    assert (await (await client_of(ada)).get(path)).status_code == 403
    assert (await (await client_of(house.ctx())).get(path)).status_code == 401


async def test_a_mail_program_unsubscribes_at_one_click(house, office, client_of):
    ada = await house.person()
    await house.tell(ada.actor.party)
    await house.deliver()
    link = office.mails[0]["List-Unsubscribe"].removeprefix("<").removesuffix(">")
    path = link[link.index("/api/") :]
    nobody = await client_of(house.ctx())
    assert (await nobody.get(path)).json()["enabled"] is True
    browser = await nobody.get(path, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    page = browser.headers["location"]
    assert browser.status_code == 303
    assert page == link.replace("/api/", "/")
    written = office.mails[0]
    assert page in written.get_body(("plain",)).get_content()
    assert f'href="{page}"' in written.get_body(("html",)).get_content()
    assert (await nobody.get(path)).json()["enabled"] is True  # a look in a browser ends nothing either
    form = {"content-type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        answer = await nobody.post(path, content=b"List-Unsubscribe=One-Click", headers=form)
        assert (answer.status_code, answer.json()["topic"], answer.json()["enabled"]) == (
            200,
            "orders",
            False,
        )
    assert (await nobody.post(f"{path}x")).json()["code"] == "token.invalid"


async def test_preferences_and_quiet_hours_over_http(house, client_of):
    client = await client_of(await house.person())
    quiet = {"starts": "22:00", "ends": "07:30", "time_zone": "Asia/Shanghai"}
    assert (await client.put("/api/me/quiet-hours", json=quiet)).json()["quiet_hours"] == quiet
    assert (await client.delete("/api/me/quiet-hours")).status_code == 204
    chosen = await client.put("/api/me/notification-preferences/orders/email", json={"enabled": False})
    orders = next(topic for topic in chosen.json()["topics"] if topic["topic"] == "orders")
    assert {one["channel"]: one["enabled"] for one in orders["choices"]} == {"in_app": True, "email": False}
    fixed = await client.put("/api/me/notification-preferences/safety/email", json={"enabled": False})
    assert (fixed.status_code, fixed.json()["code"]) == (409, "message.preference_fixed")
    assert chosen.json()["quiet_hours"] is None


async def test_a_conversation_over_http(house, client_of):
    ada, staff = await house.person(), await house.staff()
    buyer, shop = await client_of(ada), await client_of(staff)
    asked = await buyer.post("/api/conversations", json={"subject": "prod_bowl", "text": "Is it safe?"})
    assert (asked.status_code, asked.json()["side"], asked.json()["messages"]) == (201, "buyer", 1)
    talk = asked.json()
    (listed,) = (await shop.get(f"/api/shops/{talk['shop']}/conversations")).json()["items"]
    assert (listed["id"], listed["unread"]) == (talk["id"], 1)
    path = f"/api/conversations/{talk['id']}"
    answer = await shop.post(f"{path}/messages", json={"text": "It is.", "seen": 1})
    assert (answer.status_code, answer.json()["number"]) == (201, 2)
    late = await shop.post(f"{path}/messages", json={"text": "Yes.", "seen": 1})
    assert (late.status_code, late.json()["number"]) == (409, 2)
    read = await buyer.post(f"{path}/read", json={"up_to": 2})
    assert (read.json()["unread"], read.json()["read_up_to"]) == (0, 2)
    said = (await buyer.get(f"{path}/messages", params={"limit": 1})).json()
    assert [one["text"] for one in said["items"]] == ["It is."]
    assert said["items"][0]["author"] is None
    assert (await buyer.get("/api/conversations/unread")).json() == {"unread": 0}
    assert (await buyer.put(f"{path}/state", json={"state": "blocked"})).json()["blocked_by"] == "buyer"
    stranger = await client_of(await house.person("bob@example.com"))
    assert (await stranger.get(path)).status_code == 404
