"""Reviews over HTTP: a buyer and a seller at the door, and everybody else beside them."""

from uuid import uuid4

import pytest

from callers import Caller, door_of, good, problem
from centers.reviewing import words
from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID, Role

CARD = "9000000000000019"
REVIEW = {"item": 5, "service": 4, "delivery": 3}


@pytest.fixture
async def door(house):
    made = door_of(house.platform)
    yield made
    await made.aclose()


@pytest.fixture
def stall(door):
    """Open a shop with one good."""

    async def make():
        seller = await Caller(door).sign_up()
        shop = good(
            await seller.post("/shops", {"slug": f"s{uuid4().hex[:20]}", "name": {"en": "Pears"}}), 201
        )
        cellar = {"name": {"en": "Cellar"}, "kind": "warehouse", "address": "Kiln lane 1"}
        place = good(await seller.post(f"/shops/{shop['id']}/places", cellar), 201)
        wanted = {"titles": {"en": "Pear"}, "skus": [{"price": {"minor": 900, "currency": "CNY"}}]}
        made = good(await seller.post(f"/shops/{shop['id']}/products", wanted), 201)
        receipt = {"sku_id": made["skus"][0]["id"], "place_id": place["id"], "quantity": 9}
        good(await seller.post("/stock/receipts", {"receipts": [receipt]}), 201)
        return seller, shop["id"], made

    return make


@pytest.fixture
async def received(door, house, stall):
    """(buyer, seller, order id, shop id, product id) of an order that arrived."""
    seller, shop, page = await stall()
    buyer = await Caller(door).sign_up()
    quote = good(
        await buyer.post(
            "/quotes", {"lines": [{"offer_id": page["offers"][0]["id"]}], "address_id": await buyer.home()}
        )
    )
    placed = good(await buyer.post("/orders", {"token": quote["token"]}), 201)
    good(await buyer.post(f"/payments/{placed['payment_id']}/pay", {"card": CARD}))
    order = placed["orders"][0]["id"]
    good(await seller.post(f"/orders/{order}/ship"))
    good(await buyer.post(f"/orders/{order}/receive"))
    await house.deliver()
    return buyer, seller, order, shop, page["id"]


async def test_a_review_from_writing_to_reading(received, door):
    buyer, seller, order, shop, product = received
    (line,) = good(await buyer.get("/me/reviewable"))["items"]
    assert (line["order_id"], line["line_no"]) == (order, 1)

    said = words()
    wrote = good(await buyer.post(f"/orders/{order}/lines/1/review", REVIEW | {"text": said}), 201)
    assert good(await Caller(door).get(f"/products/{product}/reviews"))["items"] == []
    good(await seller.post(f"/orders/{order}/buyer-review", {"score": 5}), 201)
    good(await seller.post(f"/reviews/{wrote['id']}/reply", {"text": "Thank you"}), 201)
    good(await buyer.post(f"/reviews/{wrote['id']}/follow-up", {"text": "Still good"}), 201)

    (shown,) = good(await Caller(door).get(f"/products/{product}/reviews"))["items"]
    assert (shown["words"]["text"], shown["item"], shown["delivery"]) == (said, 5, 3)
    assert (shown["reply"]["text"], shown["follow_up"]["text"]) == ("Thank you", "Still good")
    assert buyer.party not in str(shown)
    assert [one["id"] for one in good(await Caller(door).get(f"/shops/{shop}/reviews"))["items"]] == [
        wrote["id"]
    ]
    rating = good(await Caller(door).get(f"/products/{product}/rating"))
    assert (rating["votes"], rating["stars"]) == (1, [0, 0, 0, 0, 1])
    assert rating["item"] == 409  # ten votes of 4.00 and one of 5
    assert good(await Caller(door).get(f"/shops/{shop}/rating"))["delivery"] == 391
    assert good(await buyer.get(f"/orders/{order}/reviews"))["of_buyer"]["score"] == 5
    assert [one["order_id"] for one in good(await buyer.get("/me/reviews"))["items"]] == [order]


async def test_who_has_nothing_to_do_with_an_order_does_not_find_it(received, door, stall):
    buyer, seller, order, *_ = received
    rival, _, _ = await stall()
    wrote = good(await buyer.post(f"/orders/{order}/lines/1/review", REVIEW), 201)

    for stranger in (rival, await Caller(door).sign_up()):
        problem(await stranger.get(f"/orders/{order}/reviews"), 404, "review.line_not_received")
        problem(
            await stranger.post(f"/orders/{order}/lines/1/review", REVIEW), 404, "review.line_not_received"
        )
        problem(
            await stranger.post(f"/orders/{order}/buyer-review", {"score": 1}),
            404,
            "review.line_not_received",
        )
    problem(await rival.post(f"/reviews/{wrote['id']}/reply", {"text": "x"}), 404, "review.not_found")
    good(await seller.post(f"/orders/{order}/buyer-review", {"score": 5}), 201)
    problem(await rival.post(f"/reviews/{wrote['id']}/reply", {"text": "x"}), 403, "request.forbidden")
    problem(await rival.post(f"/reviews/{wrote['id']}/follow-up", {"text": "x"}), 404, "review.not_found")
    problem(
        await Caller(door).post(f"/orders/{order}/lines/1/review", REVIEW), 401, "request.unauthenticated"
    )


async def test_moderation_is_the_operators(received, door, house):
    buyer, seller, order, _, product = received
    held = good(await buyer.post(f"/orders/{order}/lines/1/review", REVIEW | {"text": "www.pear.shop"}), 201)
    good(await seller.post(f"/orders/{order}/buyer-review", {"score": 5}), 201)
    decision = {"state": "published", "reason": "harmless"}
    for one in (buyer, seller):
        problem(await one.get("/reviews/waiting"), 403, "request.forbidden")
        problem(await one.post(f"/reviews/{held['id']}/decisions", decision), 403, "request.forbidden")

    operator = await Caller(door).sign_up()
    await user.grant_role(house.system, party=PARTY_ID.read(operator.party), role=Role.OPERATOR)
    operator = await operator.log_in(door)
    assert held["id"] in str(good(await operator.get("/reviews/waiting?limit=100")))
    assert (
        good(await operator.post(f"/reviews/{held['id']}/decisions", decision), 201)["state"] == "published"
    )

    (made,) = good(await operator.get(f"/reviews/{held['id']}/decisions"))
    assert (made["previous"], made["state"], made["reason"]) == ("held", "published", "harmless")
    assert len(good(await buyer.get(f"/products/{product}/reviews"))["items"]) == 1
    problem(
        await operator.post(f"/reviews/{held['id']}/decisions", {"state": "held", "reason": "x"}),
        422,
        "request.invalid",
    )
