"""Shoppers who buy from a running installation and write down, on their side, what they were told.

They never give up on a request: whatever is not answered for certain is sent again under the same key.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from callers import HOME

GOOD_CARD = "9000000000000019"
DECLINED_CARD = "9000000000000027"
AGAIN = {"idempotency.in_flight", "quota.rate_limited", "quota.exceeded"}


@dataclass
class Bought:
    """An order as its buyer knows it: what was acknowledged, and nothing else."""

    buyer: str
    order: str
    checkout: str
    payment: str
    payable: int
    quantity: int
    state: str = "awaiting_payment"


@dataclass
class Log:
    """What all shoppers were told."""

    orders: list[Bought] = field(default_factory=list)
    receipts: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    repeated: int = 0


class Shoppers:
    """A few shoppers at one shop, and the seller who ships."""

    def __init__(self, url: str, *, patience_s: float = 180) -> None:
        self.log = Log()
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=15,
            headers={"Hansa-Business": "bazaar"},
            limits=httpx.Limits(max_connections=50),
        )
        self._patience_s = patience_s
        self._stop = asyncio.Event()
        self.seller = ""
        self.shop = ""
        self.goods: list[dict[str, Any]] = []

    async def ask(
        self, method: str, path: str, *, token: str = "", json: Any = None, keyed: bool = False
    ) -> httpx.Response:
        """Send a request until it is answered for certain."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if keyed:
            headers["Idempotency-Key"] = uuid4().hex
        loop = asyncio.get_running_loop()
        give_up = loop.time() + self._patience_s
        last: object = None
        while loop.time() < give_up:
            try:
                last = response = await self._client.request(
                    method, f"/api{path}", json=json, headers=headers
                )
            except httpx.TransportError as error:
                last = error
            else:
                if response.status_code < 500 and not (
                    response.status_code >= 400 and _code(response) in AGAIN
                ):
                    return response
                assert response.status_code != 500, response.text
            self.log.repeated += 1
            await asyncio.sleep(random.uniform(0.05, 0.4))
        raise AssertionError(f"{method} {path} was never answered for certain: {last!r}")

    async def get(self, path: str, token: str = "") -> Any:
        """Look, and expect to see."""
        response = await self.ask("GET", path, token=token)
        assert response.status_code == 200, response.text
        return response.json()

    async def enter(self, slug: str, email: str, password: str) -> None:
        """Learn what the shop sells, and log its seller in."""
        session = await self.ask("POST", "/session", json={"email": email, "password": password})
        self.seller = session.json()["token"]
        self.shop = (await self.get(f"/shops/by-slug/{slug}"))["id"]
        place = (await self.get(f"/shops/{self.shop}/places"))[0]["id"]
        for listed in (await self.get(f"/products?shop={self.shop}"))["items"]:
            page = await self.get(f"/products/{listed['id']}")
            self.goods += [
                {"offer": offer["id"], "sku": offer["sku_id"], "place": place} for offer in page["offers"]
            ]

    async def stock(self) -> dict[str, tuple[int, int, int]]:
        """On hand, held and allocated, by SKU."""
        place = self.goods[0]["place"]
        levels = (await self.get(f"/places/{place}/stock?limit=100", self.seller))["items"]
        return {one["sku_id"]: (one["on_hand"], one["held"], one["allocated"]) for one in levels}

    async def shop_until_stopped(self, shoppers: int) -> None:
        """Buy, pay, cancel, ship, receive and restock, until told to stop; what is begun is finished."""
        await asyncio.gather(self._restock(), *(self._shop() for _ in range(shoppers)))

    def stop(self) -> None:
        """Begin nothing new."""
        self._stop.set()

    async def close(self) -> None:
        """Leave."""
        await self._client.aclose()

    async def _restock(self) -> None:
        while not self._stop.is_set():
            good = random.choice(self.goods)
            receipt = {"sku_id": good["sku"], "place_id": good["place"], "quantity": 1}
            told = await self.ask(
                "POST", "/stock/receipts", token=self.seller, json={"receipts": [receipt]}, keyed=True
            )
            # Whoever is told that the answer is lost knows that the goods came in.
            assert told.status_code == 201 or _code(told) == "idempotency.answer_lost", told.text
            self.log.receipts += 1
            await asyncio.sleep(0.2)

    async def _shop(self) -> None:
        while not self._stop.is_set():
            buyer = (await self.ask("POST", "/session/guest")).json()["token"]
            bought = await self._place(buyer)
            if bought is not None:
                await self._go_on(bought)

    async def _place(self, buyer: str) -> Bought | None:
        good, quantity = random.choice(self.goods), random.randint(1, 3)
        lines = [{"offer_id": good["offer"], "quantity": quantity}]
        book = await self.ask("POST", "/me/addresses", token=buyer, json=HOME, keyed=True)
        assert book.status_code == 201, book.text
        wanted = {"lines": lines, "address_id": book.json()[0]["id"]}
        quote = await self.ask("POST", "/quotes", token=buyer, json=wanted)
        if quote.status_code != 200:
            return self._refused(quote)
        placed = await self.ask(
            "POST", "/orders", token=buyer, json={"token": quote.json()["token"]}, keyed=True
        )
        if placed.status_code != 201:
            return self._refused(placed)
        told = placed.json()
        assert told["payable"] == quote.json()["payable"]
        (order,) = told["orders"]
        bought = Bought(
            buyer, order["id"], told["checkout_id"], told["payment_id"], told["payable"], quantity
        )
        self.log.orders.append(bought)
        return bought

    async def _go_on(self, bought: Bought) -> None:
        what = random.random()
        if what < 0.1:
            return
        if what < 0.3:
            await self._step(bought, f"/checkouts/{bought.checkout}/cancel", bought.buyer, "closed")
            return
        pay = f"/payments/{bought.payment}/pay"
        if what < 0.4:
            declined = await self.ask(
                "POST", pay, token=bought.buyer, json={"card": DECLINED_CARD}, keyed=True
            )
            assert declined.status_code == 402, declined.text
        while bought.state == "awaiting_payment":
            paid = await self.ask("POST", pay, token=bought.buyer, json={"card": GOOD_CARD}, keyed=True)
            if _code(paid) == "trade.payment_declined":  # the earlier card's answer, told once more
                continue
            assert paid.status_code == 200, paid.text
            if paid.json()["state"] == "paid":
                bought.state = "awaiting_shipment"
            else:
                await asyncio.sleep(0.3)
        if what < 0.8:
            await self._step(bought, f"/orders/{bought.order}/ship", self.seller, "shipped")
        if what < 0.6:
            await self._step(bought, f"/orders/{bought.order}/receive", bought.buyer, "finished")

    async def _step(self, bought: Bought, path: str, token: str, state: str) -> None:
        told = await self.ask("POST", path, token=token, keyed=True)
        assert told.status_code == 200, (path, told.text)
        bought.state = state

    def _refused(self, response: httpx.Response) -> None:
        self.log.refused[_code(response)] += 1


def _code(response: httpx.Response) -> str:
    told = response.json() if response.status_code >= 400 else {}
    code: str = told.get("code", "")
    return code
