"""Lists that are narrowed: a seller's orders by number, buyer, code and date; shops by words; the platform's own places."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from callers import good, problem

CARD = {"card": "9000000000000019"}


async def test_a_seller_finds_an_order_among_many(stall, person):
    stand, other = await stall(), await stall()
    seller, shop = stand["seller"], stand["shop"]
    coded = {
        "titles": {"en": f"Pear {uuid4().hex}"},
        "skus": [{"price": {"minor": 900, "currency": "CNY"}, "code": "PEAR-7"}],
    }
    made = good(await seller.post(f"/shops/{shop}/products", coded), 201)
    receipt = {"sku_id": made["skus"][0]["id"], "place_id": stand["place"], "quantity": 5}
    good(await seller.post("/stock/receipts", {"receipts": [receipt]}), 201)
    orders, buyers = [], [await person(), await person()]
    for buyer in buyers:
        for offers in ([stand["offer"]], [stand["offer"], made["offers"][0]["id"]]):
            lines = [{"offer_id": one} for one in offers]
            quote = good(await buyer.post("/quotes", {"lines": lines, "address_id": await buyer.home()}))
            placed = good(await buyer.post("/orders", {"token": quote["token"]}), 201)
            orders.append(placed["orders"][0]["id"])

    async def found(**wanted: str) -> list[str]:
        page = good(await seller.get(f"/shops/{shop}/orders", params=wanted))
        return [one["id"] for one in page["items"]][::-1]

    assert await found() == orders
    assert await found(order_id=orders[2]) == [orders[2]]
    assert await found(buyer_id=buyers[0].party) == orders[:2]
    assert await found(sku_code="PEAR-7") == [orders[1], orders[3]]
    assert await found(sku_code="PEAR-7", buyer_id=buyers[1].party) == [orders[3]]
    assert await found(sku_code="PEAR-8") == []
    assert await found(order_state="shipped", buyer_id=buyers[0].party) == []
    third = good(await seller.get(f"/orders/{orders[2]}"))["placed_at"]
    later = (datetime.fromisoformat(third) + timedelta(microseconds=1)).isoformat()
    assert await found(placed_from=third) == orders[2:]
    assert await found(placed_before=third) == orders[:2]
    assert await found(placed_from=third, placed_before=later) == [orders[2]]
    for wrong in ({"order_id": "ord_nonsense"}, {"buyer_id": orders[0]}, {"placed_from": "yesterday"}):
        assert (await seller.get(f"/shops/{shop}/orders", params=wrong)).status_code in (400, 404, 422)

    rival = other["seller"]
    refused = await rival.get(f"/shops/{shop}/orders", params={"order_id": orders[0]})
    problem(refused, 403, "request.forbidden")
    elsewhere = await rival.get(f"/shops/{other['shop']}/orders", params={"order_id": orders[0]})
    assert good(elsewhere)["items"] == []


async def test_shops_are_found_by_words(person, guest):
    seller, mark = await person(), uuid4().hex[:12]
    names = [{"en": f"Pears {mark}", "zh": f"梨窖{mark}"}, {"en": f"Plums {mark} 100%"}]
    slugs = [f"s{uuid4().hex[:20]}" for _ in names]
    for slug, name in zip(slugs, names, strict=True):
        good(await seller.post("/shops", {"slug": slug, "name": name}), 201)

    async def found(words: str) -> list[str]:
        return [one["slug"] for one in good(await guest.get("/shops", params={"words": words}))["items"]][
            ::-1
        ]

    assert await found(mark) == slugs
    assert await found(f"{mark} pEARS") == slugs[:1]
    assert await found(f"梨窖{mark}") == slugs[:1]
    assert await found(f"{mark} 100%") == slugs[1:]
    assert await found(f"{mark} _%") == []
    assert await found(slugs[1][3:]) == slugs[1:]


async def test_the_platform_has_places_of_its_own(operator, person, guest):
    mark = uuid4().hex
    hub = {"name": {"en": f"Hub {mark}"}, "kind": "warehouse", "address": "Dock 1", "country": "CN"}
    problem(await (await person()).post("/places", hub), 403, "request.forbidden")
    keeper = await operator()
    made = good(await keeper.post("/places", hub), 201)
    assert made["shop_id"] is None

    async def listed() -> list[str]:
        names, cursor = [], ""
        while True:
            page = good(
                await guest.get("/places", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
            )
            names += [one["name"]["en"] for one in page["items"]]
            if not (cursor := page["cursor"]):
                return names

    assert f"Hub {mark}" in await listed()
    good(await keeper.ask("PATCH", f"/places/{made['id']}", json={"status": "closed"}))
    assert f"Hub {mark}" not in await listed()
