"""What a person's token may do in that person's name: nothing but what a scope says, at every route."""

from __future__ import annotations

from typing import Any

import pytest

from callers import Caller, good, problem
from described import OPERATIONS, Operation
from hansa.centers.user.types import OwnScope
from requests_of import request_to

UNTIL = "2027-06-30T00:00:00Z"

SCOPES: dict[OwnScope, set[str]] = {
    OwnScope.CHANGE: {
        "PATCH /api/me",
        "POST /api/me/addresses",
        "PUT /api/me/addresses/{address_id}",
        "DELETE /api/me/addresses/{address_id}",
        "POST /api/me/consents",
        "PUT /api/me/notification-preferences/{topic}/{channel}",
        "POST /api/me/notifications/read",
        "PUT /api/me/quiet-hours",
        "DELETE /api/me/quiet-hours",
        "DELETE /api/me/tokens/{token_id}",
        "POST /api/shops",
        "POST /api/shop-invitations/acceptance",
        "POST /api/shop-invitations/refusal",
        "POST /api/webhooks/endpoints",
        "PATCH /api/webhooks/endpoints/{endpoint_id}",
        "DELETE /api/webhooks/endpoints/{endpoint_id}",
        "POST /api/webhooks/endpoints/{endpoint_id}/deliveries/{delivery_id}/replay",
        "POST /api/webhooks/endpoints/{endpoint_id}/ping",
        "POST /api/webhooks/endpoints/{endpoint_id}/replay",
        "POST /api/webhooks/endpoints/{endpoint_id}/secret",
    },
    OwnScope.BUY: {
        "PUT /api/cart/notes/{shop_id}",
        "POST /api/cart/quote",
        "PUT /api/cart/{offer_id}",
        "POST /api/checkouts/{checkout_id}/cancel",
        "POST /api/drafts/{draft_id}/accept",
        "POST /api/orders",
        "PUT /api/orders/{order_id}/address",
        "POST /api/orders/{order_id}/cancel",
        "POST /api/orders/{order_id}/extend",
        "POST /api/orders/{order_id}/notes",
        "DELETE /api/orders/{order_id}/notes/{note_id}",
        "POST /api/orders/{order_id}/receive",
        "POST /api/payments/{payment_id}/pay",
        "POST /api/quotes",
    },
    OwnScope.SPEAK: {
        "POST /api/conversations",
        "POST /api/conversations/{conversation_id}/messages",
        "POST /api/conversations/{conversation_id}/read",
        "POST /api/conversations/{conversation_id}/reports",
        "PUT /api/conversations/{conversation_id}/state",
        "POST /api/orders/{order_id}/lines/{line_no}/review",
        "POST /api/conversation-pictures",
        "POST /api/review-pictures",
        "DELETE /api/reviews/{review_id}",
        "POST /api/reviews/{review_id}/reports",
        "POST /api/reviews/{review_id}/follow-up",
    },
}
"""Every write that a token does in its person's name. All others are done in a session, or by permission."""

REFUSED = {401, 403}

JUDGED_FIRST = {
    "POST /api/conversations",
    "GET /api/webhooks/endpoints",
    "POST /api/webhooks/endpoints",
}
"""Where a permission may do as well, and the walk's plain request is judged before whoever sends it."""


def declared(operation: Operation) -> str | None:
    """The scope that the document names at an operation."""
    (_, bearer) = operation.described["security"]
    return next(iter(bearer["token"]), None)


async def issued(owner: Caller, *grants: str) -> Caller:
    """A program with a token of the owner's."""
    wish = {"label": "program", "expires_at": UNTIL, "grants": grants}
    return Caller(owner.door, good(await owner.post("/me/tokens", wish), 201)["secret"])


@pytest.fixture(scope="module")
async def empty(bought):
    """Programs of a buyer and of a seller, whose tokens carry nothing, and what belongs to both."""
    made = await bought()
    return made, await issued(made["buyer"]), await issued(made["seller"])


def test_every_route_says_what_it_asks_of_a_persons_token():
    wanted = {operation: scope for scope, those in SCOPES.items() for operation in those}
    found = {str(one): declared(one) for one in OPERATIONS}
    assert found == {
        str(one): wanted.get(str(one), None if one.writes else OwnScope.READ) for one in OPERATIONS
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_a_token_without_scopes_is_a_stranger(operation, empty, books, doors):
    made, *programs = empty
    ids = books["ids"] | made["ids"]
    request = request_to(operation, ids)
    stranger = await Caller(doors[0]).ask(operation.method, **request)
    for program in programs:
        response = await program.ask(operation.method, **request)
        like_a_stranger = response.status_code == stranger.status_code or stranger.status_code < 400
        hidden = response.status_code == 404 and response.json()["code"].endswith("not_found")
        unreadable = response.status_code == 422 and str(operation) in JUDGED_FIRST
        refused = response.status_code in REFUSED or hidden or unreadable
        assert refused or like_a_stranger, (response.status_code, response.text[:300])
        if response.status_code < 400:
            assert not [
                name for name in ("order_id", "address_id", "payment_id") if ids[name] in response.text
            ]


async def test_a_token_reads_buys_and_speaks_where_a_scope_says_so(bought):
    made = await bought()
    buyer, ids = made["buyer"], made["ids"]
    reader, shopper = await issued(buyer, OwnScope.READ), await issued(buyer, OwnScope.BUY)
    keeper, speaker = await issued(buyer, OwnScope.CHANGE), await issued(buyer, OwnScope.SPEAK)

    good(await reader.get("/me/addresses"))
    good(await reader.get(f"/orders/{ids['order_id']}"))
    problem(
        await reader.post("/quotes", {"lines": [{"offer_id": ids["offer_id"]}]}), 403, "request.forbidden"
    )
    problem(await reader.post(f"/orders/{ids['order_id']}/receive", {}), 404, "trade.order_not_found")
    problem(await reader.ask("PATCH", "/me", json={"name": "Mallory"}), 403, "request.forbidden")

    quote = good(
        await shopper.post(
            "/quotes", {"lines": [{"offer_id": ids["offer_id"]}], "address_id": ids["address_id"]}
        )
    )
    problem(await reader.post("/orders", {"token": quote["token"]}), 403, "request.forbidden")
    good(await shopper.post("/orders", {"token": quote["token"]}), 201)
    problem(await shopper.get("/me/addresses"), 403, "request.forbidden")

    good(await keeper.ask("PATCH", "/me", json={"name": "Ada"}))
    problem(await keeper.get("/me"), 403, "request.forbidden")

    said = {"text": "Is it ripe?"}
    good(await speaker.post(f"/conversations/{ids['conversation_id']}/messages", said), 201)
    problem(
        await keeper.post(f"/conversations/{ids['conversation_id']}/messages", said),
        404,
        "message.conversation_not_found",
    )


async def test_an_app_is_no_person(bought):
    """Its token acts as itself, so a scope for what is a person's own means nothing there."""
    owner = (await bought())["seller"]
    app = good(await owner.post("/me/apps", {"name": "till"}), 201)["id"]
    wish: dict[str, Any] = {"label": "x", "expires_at": UNTIL, "app": app, "grants": [OwnScope.READ]}

    problem(await owner.post("/me/tokens", wish), 403, "user.grant_not_held")


async def test_a_token_sends_nobody_elsewhere(bought):
    """Where an app leads those who log in, and whether it is there, is for its owner in a session alone."""
    owner = (await bought())["seller"]
    asked = {"name": "ERP", "scopes": ["trade.order.read"], "redirect_uris": ["https://erp.example.com/back"]}
    app = good(await owner.post("/apps", asked), 201)["id"]

    for program in (await issued(owner), await issued(owner, *OwnScope)):
        evil = {"redirect_uris": ["https://evil.example.com/back"]}
        problem(await program.ask("PATCH", f"/apps/{app}", json=evil), 403, "request.forbidden")
        problem(await program.ask("DELETE", f"/apps/{app}"), 403, "request.forbidden")
        problem(await program.post(f"/apps/{app}/client-secret"), 403, "request.forbidden")
        problem(await program.post("/apps", asked), 403, "request.forbidden")
    assert good(await owner.get(f"/apps/{app}"))["redirect_uris"] == ["https://erp.example.com/back"]
