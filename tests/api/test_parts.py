"""An order in parts over HTTP: pieces are cancelled with a reason, others leave in a parcel with a number."""

from callers import good, problem

GOOD_CARD = "9000000000000019"


async def test_pieces_are_cancelled_and_the_others_sent(guest, stall):
    stand, buyer = await stall(price=1000), await guest.be_guest()
    quote = good(
        await buyer.post(
            "/quotes",
            {"lines": [{"offer_id": stand["offer"], "quantity": 3}], "address_id": await buyer.home()},
        )
    )
    placed = good(await buyer.post("/orders", {"token": quote["token"]}), 201)
    good(await buyer.post(f"/payments/{placed['payment_id']}/pay", {"card": GOOD_CARD}))
    order = placed["orders"][0]["id"]

    why = {"reason": "ordered_by_mistake", "text": "Two will do."}
    one = {"lines": [{"line_no": 1, "quantity": 1}]}
    too_many = await buyer.post(f"/orders/{order}/cancel", {"lines": [{"line_no": 1, "quantity": 4}]})
    assert problem(too_many, 409, "trade.pieces_exceeded")["lines"] == [{"line_no": 1, "quantity": 3}]
    theirs = await buyer.post(f"/orders/{order}/cancel", {"reason": "out_of_stock"})
    problem(theirs, 422, "request.invalid")
    took = good(await buyer.post(f"/orders/{order}/cancel", one | why))
    assert took == {"order_id": order, "state": "awaiting_shipment"}

    parcel = {"carrier": "SF Express", "tracking": "SF1234567890"}
    bad = await stand["seller"].post(f"/orders/{order}/ship", {"parcel": parcel | {"tracking": "<b>"}})
    problem(bad, 422, "request.invalid")
    good(await stand["seller"].post(f"/orders/{order}/ship", one | {"parcel": parcel}))

    lines = good(await buyer.get(f"/orders/{order}"))["lines"]
    assert [(line["quantity"], line["state"], line["part_of"], line["payable"]) for line in lines] == [
        (1, "waiting", None, 1000),
        (1, "refunded", 1, 1000),
        (1, "shipped", 1, 1000),
    ]
    assert [line["parcel"] for line in lines] == [None, None, parcel]
    history = good(await stand["seller"].get(f"/orders/{order}/history"))
    assert [(step["lines"], step["reason"], step["text"]) for step in history[-2:]] == [
        ([2], "ordered_by_mistake", "Two will do."),
        ([3], None, ""),
    ]
