"""The bazaar is paid at the door as well: from the quote to the books, as programs order it."""

from callers import good, problem
from hansa.businesses.bazaar import AT_THE_DOOR_MAX
from hansa.centers.ledger.types import AccountClass
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID

DOOR = "on_delivery"
CARD = {"card": "9000000000000019"}


async def quoted(buyer, stand, quantity=1):
    """The answer to who wants so much against payment at the door."""
    lines = [{"offer_id": stand["offer"], "quantity": quantity}]
    return await buyer.post(
        "/quotes", {"lines": lines, "options": {stand["shop"]: DOOR}, "address_id": await buyer.home()}
    )


async def ordered(buyer, stand, quantity=1):
    """What is placed so."""
    quote = good(await quoted(buyer, stand, quantity))
    assert [group["on_delivery"] for group in quote["groups"]] == [True]
    return good(await buyer.post("/orders", {"token": quote["token"]}), 201)


async def test_goods_are_paid_when_they_are_handed_over(houses, stall, person):
    house, stand, buyer = houses[0], await stall(price=1200), await person()
    seller, shop_id = stand["seller"], SHOP_ID.read(stand["shop"])
    escrow = await house.balance(AccountClass.ESCROW)

    placed = await ordered(buyer, stand, quantity=2)
    order = placed["orders"][0]["id"]
    assert placed["state"] == "created"
    shown = good(await buyer.get(f"/orders/{order}"))
    assert (shown["state"], shown["paid_at"]) == ("awaiting_shipment", None)
    assert shown["option"]["on_delivery"]
    problem(await buyer.post(f"/payments/{placed['payment_id']}/pay", CARD), 404, "payment.not_found")
    problem(await buyer.post(f"/orders/{order}/receive"), 409, "trade.illegal_move")
    parcel = {"carrier": "SF Express", "tracking": "SF1"}
    assert good(await seller.post(f"/orders/{order}/ship", {"parcel": parcel}))["state"] == "shipped"
    assert await house.balance(AccountClass.ESCROW) == escrow

    problem(await buyer.post(f"/orders/{order}/collect"), 403, "request.forbidden")
    assert good(await seller.post(f"/orders/{order}/collect"))["state"] == "signed"
    assert await house.balance(AccountClass.ESCROW) == escrow + 2400
    assert await house.balance(AccountClass.SELLER_RECEIVABLE, shop_id) == 2400
    assert good(await buyer.post(f"/orders/{order}/receive"))["state"] == "finished"

    assert await house.balance(AccountClass.ESCROW) == escrow
    (line,) = (await trade.order(house.system, order_id=ORDER_ID.read(order))).lines
    kept = 2400 * line.commission_bp // 10_000  # another story may have made a rule
    assert await house.balance(AccountClass.SELLER_PAYABLE, shop_id) == 2400 - kept


async def test_what_nobody_takes_in_goes_back_on_the_shelf(stall, person):
    stand, buyer = await stall(price=1200), await person()
    order, changed_my_mind = [(await ordered(buyer, stand))["orders"][0]["id"] for _ in range(2)]

    good(await stand["seller"].post(f"/orders/{order}/ship"))
    gone = good(await stand["seller"].post(f"/orders/{order}/give-up-delivery"))
    cancelled = good(await buyer.post(f"/orders/{changed_my_mind}/cancel", {"reason": "changed_mind"}))

    assert gone["state"] == cancelled["state"] == "closed"
    stock = good(await stand["seller"].get(f"/places/{stand['place']}/stock"))["items"][0]
    assert (stock["held"], stock["allocated"]) == (0, 0)


async def test_the_door_is_for_people_with_accounts_and_sums_one_carries(guest, stall, person):
    stand = await stall(price=AT_THE_DOOR_MAX // 2)
    buyer, passer_by = await person(), await guest.be_guest()

    assert good(await quoted(buyer, stand, 2))["payable"] == AT_THE_DOOR_MAX
    for somebody, quantity in ((buyer, 3), (passer_by, 1)):
        problem(await quoted(somebody, stand, quantity), 422, "request.invalid")
        lines = [{"offer_id": stand["offer"], "quantity": quantity}]
        quote = good(await somebody.post("/quotes", {"lines": lines, "address_id": await somebody.home()}))
        assert [(one["option"], one["on_delivery"]) for one in quote["groups"]] == [("standard", False)]
