from __future__ import annotations

import asyncio

import asyncpg
import httpx
import pytest
from benchmarks.baseline.contender import Baseline
from benchmarks.contender import Acknowledged
from benchmarks.storefront import Storefront

STOCK = 5  # of everything, as the fixture has it


class Customer:
    """Somebody who buys the first two offers, or whichever."""

    def __init__(self, client: httpx.AsyncClient, storefront: Storefront) -> None:
        self.client = client
        self.storefront = storefront

    async def post(self, path: str, body: object, *, key: str = "k") -> httpx.Response:
        return await self.client.post(path, json=body, headers={"idempotency-key": key})

    async def quote(self, *, offers: slice = slice(2)) -> str:
        lines = [{"offer_id": offer.id} for offer in self.storefront.offers[offers]]
        token: str = (await self.post("/quotes", {"lines": lines})).json()["token"]
        return token

    async def place(self, *, key: str = "place") -> httpx.Response:
        return await self.post("/orders", {"token": await self.quote()}, key=key)

    async def pay(self, placed: httpx.Response, *, card: str = "", key: str = "pay") -> httpx.Response:
        body = {"card": card or self.storefront.card}
        return await self.post(f"/payments/{placed.json()['payment_id']}/pay", body, key=key)


@pytest.fixture
def customer(client: httpx.AsyncClient, storefront: Storefront) -> Customer:
    return Customer(client, storefront)


async def execute(baseline: Baseline, statement: str) -> None:
    connection = await asyncpg.connect(baseline.postgres.url("baseline"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_hot_item_is_sold_as_often_as_it_is_there(baseline: Baseline, customer: Customer) -> None:
    # Every basket holds the second offer, which is there five times.
    tokens = [await customer.quote(offers=slice(at % 2, at % 2 + 2)) for at in range(STOCK + 7)]

    placed = await asyncio.gather(
        *(customer.post("/orders", {"token": token}, key=f"{at}") for at, token in enumerate(tokens))
    )
    paid = await asyncio.gather(
        *(customer.pay(one, key=f"pay {at}") for at, one in enumerate(placed) if one.status_code == 201)
    )

    assert sorted(one.status_code for one in placed) == [201] * STOCK + [409] * 7
    assert {one.json()["code"] for one in placed if one.status_code == 409} == {"inventory.out_of_stock"}
    assert [one.status_code for one in paid] == [200] * STOCK
    assert await baseline.verify(Acknowledged(STOCK, STOCK, exactly=True)) == []


async def test_one_key_twice_at_once_is_one_order_and_one_charge(
    baseline: Baseline, customer: Customer
) -> None:
    token = await customer.quote()

    placed = await asyncio.gather(*(customer.post("/orders", {"token": token}) for _ in range(4)))
    paid = await asyncio.gather(*(customer.pay(placed[0]) for _ in range(4)))

    assert len({one.content for one in placed}) == 1
    assert {one.status_code for one in paid} == {200}
    assert len({one.content for one in paid}) == 1
    assert await baseline.verify(Acknowledged(1, 1, exactly=True)) == []


async def test_a_repeat_under_the_same_key_gets_the_same_answer(
    baseline: Baseline, customer: Customer
) -> None:
    token = await customer.quote()

    first, again = [await customer.post("/orders", {"token": token}, key="once") for _ in range(2)]

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert await baseline.verify(Acknowledged(placed=1, paid=0, exactly=True)) == []


async def test_a_key_is_refused_for_another_request(customer: Customer) -> None:
    await customer.place(key="mine")

    other = await customer.place(key="mine")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key_reused")


async def test_a_quote_is_placed_once_whatever_the_key(baseline: Baseline, customer: Customer) -> None:
    token = await customer.quote()

    first, second = [await customer.post("/orders", {"token": token}, key=key) for key in ("a", "b")]

    assert first.json() == second.json()
    assert await baseline.verify(Acknowledged(placed=1, paid=0, exactly=True)) == []


async def test_a_payment_is_charged_once_and_a_declined_card_not_at_all(
    baseline: Baseline, customer: Customer
) -> None:
    placed = await customer.place()

    declined = await customer.pay(placed, card="4000000000000002", key="1")
    paid = await customer.pay(placed, key="2")
    repeated = await customer.pay(placed, key="2")
    again = await customer.pay(placed, key="3")

    assert [one.status_code for one in (declined, paid, repeated, again)] == [402, 200, 200, 409]
    assert repeated.content == paid.content
    assert await baseline.verify(Acknowledged(placed=1, paid=1, exactly=True)) == []


async def test_a_stranger_a_forged_quote_and_a_new_price_are_refused(
    baseline: Baseline, customer: Customer
) -> None:
    token = await customer.quote()
    await execute(baseline, "UPDATE offer SET version = 2, price = price + 1")

    changed = await customer.post("/orders", {"token": token})
    forged = await customer.post("/orders", {"token": "A" + token[1:]})
    customer.client.headers["authorization"] = "Bearer somebody"
    stranger = await customer.post("/orders", {"token": token})

    assert changed.json()["code"] == "product.offer_changed"
    assert forged.json()["code"] == "trade.quote_invalid"
    assert stranger.status_code == 401


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE stock SET held = held + 1 WHERE sku_id = (SELECT sku_id FROM hold LIMIT 1)",
        "UPDATE account SET balance = balance + 1 WHERE account_class = 'escrow'",
        "DELETE FROM outbox",
        "DELETE FROM journal",
        'DELETE FROM "order"',
        "DELETE FROM line WHERE line_no = 2",
    ],
)
async def test_the_audit_finds_what_was_lost_or_invented(
    baseline: Baseline, customer: Customer, damage: str
) -> None:
    await customer.pay(await customer.place())
    assert await baseline.verify(Acknowledged(1, 1, exactly=True)) == []

    await execute(baseline, damage)

    assert await baseline.verify(Acknowledged(1, 1, exactly=True)) != []
