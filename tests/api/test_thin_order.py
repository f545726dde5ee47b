"""One order over HTTP: what a buyer's and a seller's programs say, and what they are answered."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from callers import Caller, good, problem
from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.quota import Limits

GOOD_CARD = "9000000000000019"
DECLINED_CARD = "9000000000000027"


def fresh_key():
    return uuid4().hex


async def test_from_sign_up_to_receipt(guest, stall, doors):
    stand = await stall(price=3600)
    buyer = await guest.be_guest()
    assert good(await buyer.get("/me"))["kind"] == "guest"
    await buyer.sign_up()
    assert good(await buyer.get("/me"))["email"] == buyer.email

    found = good(await buyer.get("/products", params={"q": stand["title"]}))["items"]
    assert [one["price"] for one in found] == [{"minor": 3600, "currency": "CNY"}]
    page = good(await buyer.get(f"/products/{found[0]['id']}"))
    offer = page["offers"][0]["id"]
    assert offer == stand["offer"]

    quote = good(
        await buyer.post(
            "/quotes", {"lines": [{"offer_id": offer, "quantity": 2}], "address_id": await buyer.home()}
        )
    )
    assert quote["payable"] == 7200

    placing = fresh_key()
    placed = await buyer.post("/orders", {"token": quote["token"]}, key=placing)
    again = await buyer.at(doors[1]).post("/orders", {"token": quote["token"]}, key=placing)
    assert good(placed, 201) == good(again, 201)
    problem(await buyer.post("/orders", {"token": "another"}, key=placing), 422, "idempotency.key_reused")
    order = placed.json()["orders"][0]["id"]
    payment = placed.json()["payment_id"]
    stock = good(await stand["seller"].get(f"/places/{stand['place']}/stock"))["items"][0]
    assert (stock["on_hand"], stock["held"], stock["allocated"]) == (10, 2, 0)

    declined = await buyer.post(f"/payments/{payment}/pay", {"card": DECLINED_CARD})
    assert problem(declined, 402, "trade.payment_declined")["reason"]
    paying = fresh_key()
    paid = await buyer.post(f"/payments/{payment}/pay", {"card": GOOD_CARD}, key=paying)
    repeated = await buyer.at(doors[1]).post(f"/payments/{payment}/pay", {"card": GOOD_CARD}, key=paying)
    assert good(paid) == good(repeated) == {"payment_id": payment, "state": "paid", "orders": [order]}
    assert good(await buyer.get(f"/payments/{payment}"))["captured"] == {"minor": 7200, "currency": "CNY"}

    listed = good(await stand["seller"].get(f"/shops/{stand['shop']}/orders"))["items"]
    assert [one["id"] for one in listed] == [order]
    shipping = fresh_key()
    shipped = await stand["seller"].post(f"/orders/{order}/ship", key=shipping)
    assert good(shipped) == {"order_id": order, "state": "shipped"}
    assert (
        good(await stand["seller"].at(doors[1]).post(f"/orders/{order}/ship", key=shipping)) == shipped.json()
    )
    receipt = fresh_key()
    received = good(await buyer.post(f"/orders/{order}/receive", key=receipt))
    assert received == good(await buyer.post(f"/orders/{order}/receive", key=receipt))

    told = good(await buyer.get(f"/orders/{order}"))
    assert (told["state"], told["payable"], told["lines"][0]["quantity"]) == ("finished", 7200, 2)
    history = good(await buyer.get(f"/orders/{order}/history"))
    assert [step["state"] for step in history] == [
        "awaiting_payment",
        "awaiting_shipment",
        "shipped",
        "finished",
    ]
    assert [one["id"] for one in good(await buyer.get("/orders"))["items"]] == [order]


async def test_what_a_guest_began_its_account_goes_on_with(guest, stall):
    stand = await stall()
    buyer = await guest.be_guest()
    good(await buyer.ask("PUT", f"/cart/{stand['offer']}", json={"quantity": 3}))

    await buyer.sign_up()

    assert [line["quantity"] for line in good(await buyer.get("/cart"))] == [3]


async def test_a_repeat_is_answered_as_before_though_the_world_went_on(house, guest, stall, doors):
    stand = await stall()
    buyer = await guest.be_guest()
    quote = good(
        await buyer.post(
            "/quotes", {"lines": [{"offer_id": stand["offer"]}], "address_id": await buyer.home()}
        )
    )
    key = fresh_key()
    placed = good(await buyer.post("/orders", {"token": quote["token"]}, key=key), 201)

    await house.wait(timedelta(minutes=12))  # the quote is over, the checkout is not

    later = Caller(doors[0], buyer.token)
    assert good(await later.post("/orders", {"token": quote["token"]}, key=key), 201) == placed


async def test_a_key_that_paid_with_one_card_pays_with_no_other(guest, stall):
    stand = await stall()
    buyer = await guest.be_guest()
    quote = good(
        await buyer.post(
            "/quotes", {"lines": [{"offer_id": stand["offer"]}], "address_id": await buyer.home()}
        )
    )
    placed = good(await buyer.post("/orders", {"token": quote["token"]}), 201)
    pay, key = f"/payments/{placed['payment_id']}/pay", fresh_key()
    good(await buyer.post(pay, {"card": GOOD_CARD}, key=key))

    another = await buyer.post(pay, {"card": DECLINED_CARD}, key=key)

    problem(another, 422, "idempotency.key_reused")


async def test_two_cards_pay_together_or_not_at_all(guest, stall):
    stand = await stall()
    buyer = await guest.be_guest()
    quote = good(
        await buyer.post(
            "/quotes", {"lines": [{"offer_id": stand["offer"]}], "address_id": await buyer.home()}
        )
    )
    placed = good(await buyer.post("/orders", {"token": quote["token"]}), 201)
    pay = f"/payments/{placed['payment_id']}/pay"
    part = {"card": GOOD_CARD, "minor": 100}

    problem(await buyer.post(pay, {"sources": [part]}), 422, "payment.sources_malformed")
    for neither in ({}, {"card": GOOD_CARD, "sources": [part]}):
        problem(await buyer.post(pay, neither), 422, "request.invalid")
    declined = {"sources": [part, {"card": DECLINED_CARD}]}
    problem(await buyer.post(pay, declined), 402, "trade.payment_declined")
    paid = good(await buyer.post(pay, {"sources": [part, {"card": GOOD_CARD}]}))

    assert (paid["state"], paid["orders"]) == ("paid", [order["id"] for order in placed["orders"]])
    shown = good(await buyer.get(f"/payments/{placed['payment_id']}"))
    assert (shown["state"], shown["captured"]) == ("captured", shown["amount"])


async def test_a_write_outside_the_lanes_is_repeated_at_another_server(guest, doors):
    buyer = await guest.sign_up()
    key = fresh_key()
    made = await buyer.post("/me/apps", {"name": "ERP"}, key=key)
    again = await buyer.at(doors[1]).post("/me/apps", {"name": "ERP"}, key=key)

    assert good(made, 201) == good(again, 201)
    assert again.headers["idempotent-replayed"] == "true"
    problem(await buyer.post("/me/apps", {"name": "Till"}, key=key), 422, "idempotency.key_reused")
    assert good(await buyer.post("/me/apps", {"name": "Till"}, key=fresh_key()), 201) != made.json()


async def test_the_last_piece_goes_to_one_of_two(guest, stall, doors):
    stand = await stall(stock=1)
    first, second = await guest.be_guest(), await Caller(doors[1]).be_guest()
    tokens = [
        good(
            await buyer.post(
                "/quotes", {"lines": [{"offer_id": stand["offer"]}], "address_id": await buyer.home()}
            )
        )["token"]
        for buyer in (first, second)
    ]
    good(await first.post("/orders", {"token": tokens[0]}), 201)

    refused = problem(await second.post("/orders", {"token": tokens[1]}), 409, "inventory.out_of_stock")

    assert refused["lines"]


async def test_a_suspended_person_is_nobody(house, guest):
    buyer = await guest.sign_up()
    await user.suspend(house.system, party=PARTY_ID.read(buyer.party))

    refused = await buyer.get("/me")

    problem(refused, 401, "api.token_unknown")
    assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_one_key_at_two_servers_at_once_does_one_thing(guest, doors):
    buyer = await guest.sign_up()
    key = fresh_key()

    answers = await asyncio.gather(
        *(buyer.at(door).post("/me/apps", {"name": "ERP"}, key=key) for door in (*doors, *doors))
    )

    assert len({good(answer, 201)["id"] for answer in answers}) == 1
    assert sorted(answer.headers.get("idempotent-replayed", "") for answer in answers) == ["", *["true"] * 3]


async def test_one_key_at_two_servers_at_once_places_one_order(guest, stall, doors):
    stand = await stall()
    buyer = await guest.be_guest()
    lines = [{"offer_id": stand["offer"], "quantity": 2}]
    quote, key = (
        good(await buyer.post("/quotes", {"lines": lines, "address_id": await buyer.home()})),
        fresh_key(),
    )

    answers = await asyncio.gather(
        *(buyer.at(door).post("/orders", {"token": quote["token"]}, key=key) for door in (*doors, *doors))
    )

    assert len({good(answer, 201)["checkout_id"] for answer in answers}) == 1
    stock = good(await stand["seller"].get(f"/places/{stand['place']}/stock"))["items"][0]
    assert stock["held"] == 2


async def test_one_caller_too_fast_is_asked_to_wait(houses, guest):
    platform, buyer = houses[0].platform, await guest.be_guest()
    usual = platform.service(Limits)
    platform.add(Limits(processes=lambda: 1, monotonic=lambda: 0.0))  # what is spent never comes back
    try:
        answers = [await buyer.get("/me") for _ in range(101)]  # two seconds' worth, and one
    finally:
        platform.add(usual)

    assert [answer.status_code for answer in answers[:100]] == [200] * 100
    refused = problem(answers[100], 429, "quota.rate_limited")
    assert answers[100].headers["retry-after"] == str(refused["retry_after_s"])
