"""Where an order goes, what the shop calls the goods, what the buyer said of them: told to who packs and sends."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from callers import Caller, good

CARD = {"card": "9000000000000019"}
UNTIL = {"label": "erp", "expires_at": "2027-06-30T00:00:00Z"}
READS = ["trade.order.read", "trade.order.ship"]


@pytest.fixture
async def sold(stall, person, home):
    """An engraved pear, paid and on its way to Ada's: who sold it, who bought it, and the order's id."""
    stand, buyer = await stall(), await person()
    seller = stand["seller"]
    coded = {
        "titles": {"en": f"Pear {uuid4().hex}"},
        "skus": [{"price": {"minor": 900, "currency": "CNY"}, "code": "PEAR-7"}],
    }
    made = good(await seller.post(f"/shops/{stand['shop']}/products", coded), 201)
    receipt = {"sku_id": made["skus"][0]["id"], "place_id": stand["place"], "quantity": 5}
    good(await seller.post("/stock/receipts", {"receipts": [receipt]}), 201)
    address = good(await buyer.post("/me/addresses", home), 201)[0]["id"]
    line = {"offer_id": made["offers"][0]["id"], "inputs": {"engraving": "For Zenobia"}}
    quote = good(await buyer.post("/quotes", {"lines": [line], "address_id": address}))
    placed = good(await buyer.post("/orders", {"token": quote["token"]}), 201)
    good(await buyer.post(f"/payments/{placed['payment_id']}/pay", CARD))
    return {
        "seller": seller,
        "buyer": buyer,
        "shop": stand["shop"],
        "order": placed["orders"][0]["id"],
        "address": address,
    }


async def test_shop_and_buyer_read_where_it_goes(sold, home, person, stall, operator):
    order = sold["order"]
    read = good(await sold["seller"].get(f"/orders/{order}"))
    assert {name: read["address"][name] for name in home} == home
    assert read["lines"][0]["sku_code"] == "PEAR-7"
    assert read["lines"][0]["inputs"] == {"engraving": "For Zenobia"}
    (listed,) = good(await sold["seller"].get(f"/shops/{sold['shop']}/orders"))["items"]
    assert listed == read
    own = good(await sold["buyer"].get(f"/orders/{order}"))
    assert own["address"] == read["address"]
    assert own["lines"][0]["inputs"] == {"engraving": "For Zenobia"}
    assert own["lines"][0]["sku_code"] is None  # the shop's own number is the shop's
    assert good(await sold["buyer"].get("/orders"))["items"] == [own]
    assert good(await (await operator()).get(f"/orders/{order}"))["address"] == read["address"]

    other = await stall()
    for somebody in (other["seller"], await person()):
        assert (await somebody.get(f"/orders/{order}")).status_code == 404
    assert (await other["seller"].get(f"/shops/{sold['shop']}/orders")).status_code == 403


async def test_an_app_reads_it_where_the_shop_said_so_in_words(sold, doors, home):
    async def app(scopes: list[str]) -> tuple[Caller, list[Any]]:
        made = good(await sold["seller"].post("/apps", {"name": "ERP", "scopes": scopes}), 201)["id"]
        consent = f"/shops/{sold['shop']}/apps/{made}"
        shown = good(await sold["seller"].get(consent))
        agreed = {"scopes": scopes, "seen": shown["seen"]}
        good(await sold["seller"].ask("PUT", consent, json=agreed))
        token = await sold["seller"].post(f"/apps/{made}/installations/{sold['shop']}/tokens", UNTIL)
        return Caller(doors[0], good(token, 201)["secret"]), shown["scopes"]

    plain, _ = await app(READS)
    read = good(await plain.get(f"/orders/{sold['order']}"))
    assert read["address"] is None
    assert read["lines"][0]["sku_code"] == "PEAR-7"
    (listed,) = good(await plain.get(f"/shops/{sold['shop']}/orders"))["items"]
    assert listed["address"] is None

    trusted, words = await app([*READS, "trade.order.address"])
    (means,) = [one["means"] for one in words if one["scope"] == "trade.order.address"]
    assert "addresses and telephone numbers" in means["en"]
    assert "地址和电话" in means["zh"]
    read = good(await trusted.get(f"/orders/{sold['order']}"))
    assert {name: read["address"][name] for name in home} == home


async def test_what_changes_an_order_is_answered_without_words_that_are_to_be_forgotten(
    sold, home, connected, houses
):
    await connected(sold["seller"], sold["shop"])
    elsewhere = good(await sold["buyer"].post("/me/addresses", home | {"street": "Well Lane 2"}), 201)
    other = next(one["id"] for one in elsewhere if one["address"]["street"] == "Well Lane 2")
    before = good(await sold["seller"].get(f"/orders/{sold['order']}"))["address"]
    sent = await sold["buyer"].ask("PUT", f"/orders/{sold['order']}/address", json={"address_id": other})
    assert (good(sent)["address"], good(sent)["lines"][0]["inputs"]) == (None, {})
    after = good(await sold["seller"].get(f"/orders/{sold['order']}"))["address"]
    assert after["street"] == "Well Lane 2"
    assert after["version"] != before["version"]

    await houses[0].deliver()
    told = good(await sold["seller"].get(f"/shops/{sold['shop']}/events?event_type=order.redirected"))[
        "items"
    ]
    assert [one["data"]["order_id"] for one in told] == [sold["order"]]
    assert "Well Lane" not in str(told)
