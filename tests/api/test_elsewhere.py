"""What belongs to one business is not there in another: neither to look at nor to change, though the session is the owner's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from callers import Caller, good, problem
from described import OPERATIONS, Operation
from requests_of import request_to

ELSEWHERE = {"Hansa-Business": "flagship"}
OWNERS = ("buyer", "seller", "operator")

EVERYWHERE = {
    # A person is the same in every business, and so is what it keeps at the platform.
    *("PUT /api/me/addresses/{address_id}", "DELETE /api/me/addresses/{address_id}"),
    "DELETE /api/me/tokens/{token_id}",
    "GET /api/parties/{party_id}/mail-standing",
    "DELETE /api/parties/{party_id}/mail-standing",
    # Programs and their endpoints are their owner's; what they see of shops says the shop's business.
    *("GET /api/apps/{app_id}", "PATCH /api/apps/{app_id}", "DELETE /api/apps/{app_id}"),
    # It answers for every id that none is available here.
    "GET /api/availability",
    # Each business has words of its own; the id is only an example in them.
    "POST /api/message-templates/{template}/{language}/preview",
    # The address of a shop that is asked for may be free here.
    "POST /api/shops",
    "POST /api/categories",
}
"""What names something, and means it wherever it is asked."""


@pytest.fixture(scope="module")
async def world(bought, connected, operator, books):
    """A shop and somebody who bought there, and what there is besides."""
    made = await bought()
    outside = await connected(made["seller"], made["ids"]["shop_id"])
    named = {name: outside[name] for name in ("app_id", "endpoint_id", "delivery_id")}
    return made | {"ids": books["ids"] | made["ids"] | named, "operator": await operator()}


@pytest.fixture
async def owners(world, doors) -> dict[str, Caller]:
    """Everybody to whom something belongs, logged in anew."""
    return {role: await world[role].log_in(doors[0]) for role in OWNERS}


def named_by(asked: dict[str, Any], ids: dict[str, Any]) -> set[str]:
    """The ids of things that a request names."""
    said = json.dumps(asked)
    return {one for name, one in ids.items() if (name.endswith("_id") or name == "slug") and one in said}


def naming(ids: dict[str, Any]) -> list[tuple[Operation, dict[str, Any], set[str]]]:
    """Every operation that names a thing, but those that mean it everywhere."""
    asked = [(one, request_to(one, ids)) for one in OPERATIONS if str(one) not in EVERYWHERE]
    return [(one, request, found) for one, request in asked if (found := named_by(request, ids))]


async def read_at_home(owners: dict[str, Caller], ids: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """All that owners can look at by the ids, in the business where it is."""
    seen = {}
    for operation, request, _ in naming(ids):
        if not operation.writes and not operation.path.endswith("/opening"):  # which tells the time
            for role, one in owners.items():
                seen[role, str(operation)] = (await one.ask(operation.method, **request)).json()
    return seen


async def test_nothing_is_found_elsewhere_and_nothing_changes(world, owners):
    ids, wrong = world["ids"], []
    before = await read_at_home(owners, ids)

    for operation, request, named in naming(ids):
        for role, one in owners.items():
            told = await one.ask(operation.method, headers=dict(ELSEWHERE), **request)
            found = told.status_code < 400 and any(id_ in told.text for id_ in named)
            if told.status_code >= 500 or found or (operation.writes and told.status_code < 400):
                wrong.append((role, str(operation), told.status_code, told.text[:200]))

    assert not wrong
    assert await read_at_home(owners, ids) == before


async def test_a_payment_is_refused_as_if_there_were_none(world, owners):
    path = f"/payments/{world['ids']['payment_id']}"
    problem(
        await owners["buyer"].post(f"{path}/pay", {"card": "9000000000000019"}, headers=dict(ELSEWHERE)),
        404,
        "payment.not_found",
    )
    problem(await owners["operator"].get(path, headers=dict(ELSEWHERE)), 404, "payment.not_found")


async def test_nothing_is_available_elsewhere(world, owners):
    asked = {"sku": world["ids"]["sku_id"]}
    there = await owners["buyer"].get("/availability", params=asked, headers=dict(ELSEWHERE))

    assert [one["available"] for one in good(there)] == [0]
    assert [
        one["available"] > 0 for one in good(await owners["buyer"].get("/availability", params=asked))
    ] == [True]


async def test_stock_set_elsewhere_would_be_told_to_nobody_so_it_is_refused(world, owners):
    row = {"sku_id": world["ids"]["sku_id"], "place_id": world["ids"]["place_id"], "on_hand": 0}
    asked = {"rows": [row]}

    problem(
        await owners["seller"].ask("PUT", "/stock", json=asked, headers=dict(ELSEWHERE)),
        404,
        "inventory.sku_not_found",
    )

    assert (await owners["seller"].ask("PUT", "/stock", json=asked)).status_code == 200
