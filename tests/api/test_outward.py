"""Programs and people: each app hears names of its own, in everything the API says, and is understood by them."""

import re

import pytest

from callers import Caller, good, problem
from hansa.centers.user.types import PARTY_ID

SCOPES = [
    "trade.order.read",
    "trade.order.draft",
    "trade.order.ship",
    "trade.order.note",
    "inventory.stock.see",
]
PERSON = re.compile(r"(?:person|guest):[0-9a-f-]{36}|pty_[0-9a-z]{26}")


@pytest.fixture(scope="module")
async def world(bought):
    return await bought()


async def program(world, doors):
    """An app in the shop, with its token."""
    seller, shop = world["seller"], world["ids"]["shop_id"]
    app = good(await seller.post("/apps", {"name": "ERP", "scopes": SCOPES}), 201)["id"]
    seen = good(await seller.get(f"/shops/{shop}/apps/{app}"))["seen"]
    good(await seller.ask("PUT", f"/shops/{shop}/apps/{app}", json={"scopes": SCOPES, "seen": seen}))
    wish = {"label": "till", "expires_at": "2027-06-30T00:00:00Z"}
    token = good(await seller.post(f"/apps/{app}/installations/{shop}/tokens", wish), 201)
    return Caller(doors[0], token["secret"], party=app)


async def names_in(one, world):
    """Everybody whom a program finds named in an order, its history, a draft and a shop."""
    ids = world["ids"]
    answers = [
        await one.get(path)
        for path in (
            f"/orders/{ids['order_id']}",
            f"/orders/{ids['order_id']}/history",
            f"/drafts/{ids['draft_id']}",
            f"/shops/{ids['shop_id']}/orders",
            f"/shops/{ids['shop_id']}",
            f"/places/{ids['place_id']}/stock/{ids['sku_id']}/movements",
        )
    ]
    text = "".join(answer.text for answer in answers if answer.status_code == 200)
    assert not PERSON.search(text)
    party = str(PARTY_ID.read(world["buyer"].party))
    owner = str(PARTY_ID.read(world["seller"].party))
    assert party not in text
    assert owner not in text
    return good(answers[2])["buyer"], set(re.findall(r"pwi_[0-9a-z]{26}", text))


async def test_every_app_has_its_own_names_for_people(world, doors):
    till, adviser = await program(world, doors), await program(world, doors)

    buyer, mine = await names_in(till, world)
    other, theirs = await names_in(adviser, world)

    assert buyer in mine
    assert mine.isdisjoint(theirs)
    assert (buyer, mine) == await names_in(till, world)  # and keeps them
    assert buyer != other
    seen_by_people = good(await world["seller"].get(f"/drafts/{world['ids']['draft_id']}"))["buyer"]
    assert seen_by_people == world["buyer"].party


async def test_an_app_is_understood_by_its_own_names_alone(world, doors):
    till, adviser = await program(world, doors), await program(world, doors)
    buyer, _ = await names_in(till, world)
    other, _ = await names_in(adviser, world)
    drafts = f"/shops/{world['ids']['shop_id']}/drafts"
    lines = [{"offer_id": world["ids"]["offer_id"], "unit_minor": 900}]

    made = await till.post(drafts, {"party_id": buyer, "lines": lines})
    assert good(made, 201)["buyer"] == buyer
    assert int(made.headers["content-length"]) == len(made.content)
    problem(await till.post(drafts, {"party_id": other, "lines": lines}), 404, "id.malformed")
    problem(await till.post(drafts, {"party_id": "pwi_" + "0" * 26, "lines": lines}), 404, "id.malformed")
    raw = world["buyer"].party  # heard elsewhere, from a person of the shop
    problem(await till.post(drafts, {"party_id": raw, "lines": lines}), 404, "id.malformed")
    problem(await till.get(f"/apps/{raw}"), 404, "id.malformed")


async def test_an_app_is_itself_and_what_it_does_is_told_so(world, doors):
    till = await program(world, doors)
    assert good(await till.get("/me"))["id"] == till.party
    good(await till.get(f"/apps/{till.party}"))
    good(await till.post(f"/orders/{world['ids']['order_id']}/ship", {}))

    history = good(await till.get(f"/orders/{world['ids']['order_id']}/history"))
    steps = history if isinstance(history, list) else history["items"]
    actors = {step["actor"] for step in steps}

    assert f"app:{till.party}" in actors
