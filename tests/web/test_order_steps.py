"""What moves an order on, on the real pages: paid at the door, sent and received in pieces, cancelled for a cause."""

from __future__ import annotations

import re

import pytest
from desks import email, open_first_order, order
from surfer import ADDRESS, CARD

from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID, CancelReason, FulfilmentOption, LineState

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


@pytest.fixture
def buyer(somebody_else):
    """Somebody with an account: payment at the door is for people who can be asked why not."""
    somebody_else.sign_up(email(), name="Lin")
    return somebody_else


def bought(buyer, path, *, pieces=1, **typed):
    """The buyer orders so many; returns the address of the order."""
    buyer.add(path, quantity=str(pieces))
    buyer.open("/bazaar/checkout")
    buyer.send("/checkout", **ADDRESS, **typed)
    if "/pay/" in str(buyer.page.url):
        buyer.send(buyer.page.url.path.rpartition("/")[2], **CARD)
    return re.search(r'href="(/bazaar/orders/ord_[0-9a-z]+)"', buyer.open("/bazaar/orders").text).group(1)


def stands(front, path):
    """How the order stands, as the platform itself sees it."""
    return front.do(trade.order(front.house.system, order_id=ORDER_ID.read(path.rpartition("/")[2])))


def test_an_order_is_paid_at_the_door_and_confirmed(seller, buyer, front, good):
    here = bought(buyer, good, payment="door")

    page = buyer.open(here).text
    assert "To be paid on delivery" in page
    assert "¥25.00, when it is handed over to you" in page
    open_first_order(seller)
    assert "All of it leaves at once" in seller.page.text
    seller.send("/ship", carrier="SF Express", tracking="SF1388204755190")
    assert "The buyer pays ¥25.00 when it is handed over" in seller.page.text
    page = buyer.open(here).text
    assert "https://www.kuaidi100.com/chaxun?com=shunfeng&amp;nu=SF1388204755190" in page
    assert "/receive" not in page.replace("Only some", "")

    seller.send("/collect")
    assert "it is handed over and paid" in seller.page.text
    assert stands(front, here).state == "signed"
    page = buyer.open(here).text
    assert "¥25.00, paid when it was handed over" in page
    assert "Thank you. The seller is paid now." in buyer.send("/receive").text
    assert stands(front, here).state == "finished"


def test_who_orders_at_the_door_is_charged_nothing_and_told_so(buyer, good):
    buyer.add(good)
    page = buyer.open("/bazaar/checkout").text
    assert "You pay whoever hands it over" in page

    page = buyer.send("/checkout", **ADDRESS, payment="door").text

    assert "You pay when it is handed over to you." in page
    assert "/pay/" not in str(buyer.page.url)


def test_the_door_is_not_offered_to_guests_and_not_taken_from_them(somebody_else, good):
    somebody_else.add(good)
    assert 'name="payment"' not in somebody_else.open("/bazaar/checkout").text

    page = somebody_else.send("/checkout", **ADDRESS, email=email(), payment="door")

    assert page.status_code == 422
    assert "Please choose one of these" in page.text


def test_what_is_not_taken_in_is_closed_and_nobody_owes(seller, buyer, front, good):
    here = bought(buyer, good, payment="door")
    open_first_order(seller)
    seller.send("/ship")

    seller.send("/not-taken")

    assert "Receive the goods into stock" in seller.page.text
    assert stands(front, here).state == "closed"
    assert "It was not taken in; nothing was paid" in buyer.open(here).text


def test_an_order_for_the_door_is_cancelled_before_it_leaves(buyer, front, good):
    here = bought(buyer, good, payment="door")
    buyer.open(f"{here}/cancel")

    page = buyer.send("/cancel", reason="changed_mind").text

    assert "The order is closed; nothing was charged." in page
    assert stands(front, here).state == "closed"


def test_some_pieces_leave_in_a_parcel_and_arrive_before_the_rest(seller, buyer, front, good):
    here = bought(buyer, good, pieces=3)
    open_first_order(seller)
    seller.send("/ship", **{"pieces-1": "2"}, carrier="DHL", tracking="JD 01")
    assert [(one.quantity, one.state) for one in stands(front, here).lines] == [
        (1, LineState.WAITING),
        (2, LineState.SHIPPED),
    ]
    assert "DHL" in seller.page.text

    page = buyer.open(here).text
    assert "tracking-id=JD%2001" in page
    assert "This parcel is there" in page
    at, fields = buyer.form("/receive")
    buyer.client.post(at, data=fields | {"part": "yes", "line-2": "yes", "pieces-2": "1"})

    states = {(one.line_no, one.quantity, one.state) for one in stands(front, here).lines}
    assert states == {(1, 1, LineState.WAITING), (2, 1, LineState.SHIPPED), (3, 1, LineState.RECEIVED)}


def test_a_parcel_is_confirmed_by_its_button(seller, buyer, front, good):
    here = bought(buyer, good, pieces=3)
    open_first_order(seller)
    seller.send("/ship", **{"pieces-1": "2"}, carrier="A friend with a van")

    page = buyer.open(here).text
    assert "A friend with a van" in page
    button = re.search(r'name="line-(\d+)" value="yes">\s*<button', page)
    at, fields = buyer.form("/receive")
    answer = buyer.client.post(at, data=fields | {"part": "yes", f"line-{button.group(1)}": "yes"})

    assert "The seller is paid for these" in answer.text
    assert stands(front, here).lines[1].state == LineState.RECEIVED


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"tracking": "SF1"}, "Who carries it?"),
        ({"carrier": "SF", "tracking": "§1"}, "Letters, digits"),
        ({"pieces-1": "7"}, "A whole number, please"),
        ({"pieces-1": "none"}, "A whole number, please"),
    ],
)
def test_what_cannot_be_sent_is_said_beside_it_and_nothing_leaves(seller, buyer, front, good, typed, said):
    here = bought(buyer, good, pieces=3)
    open_first_order(seller)

    page = seller.send("/ship", **typed)

    assert page.status_code == 422
    assert said in page.text
    assert stands(front, here).state == "awaiting_shipment"


def test_a_buyer_takes_back_a_piece_and_says_why(seller, buyer, front, good):
    here = bought(buyer, good, pieces=3)
    buyer.open(here)
    assert f'href="{here}/cancel"' in buyer.page.text
    buyer.open(f"{here}/cancel")
    assert "¥75.00 at most" in buyer.page.text
    assert "Please say why" in buyer.send("/cancel", **{"pieces-1": "1"}).text

    page = buyer.send("/cancel", **{"pieces-1": "1"}, reason="ordered_by_mistake", text="Two will do.").text

    assert "These are cancelled" in page
    assert [(one.quantity, one.state) for one in stands(front, here).lines] == [
        (2, LineState.WAITING),
        (1, LineState.REFUNDED),
    ]
    open_first_order(seller)
    assert "Ordered by mistake" in seller.page.text
    assert "Two will do." in seller.page.text


def test_the_other_sides_causes_are_not_taken(buyer, good):
    here = bought(buyer, good)
    buyer.open(f"{here}/cancel")

    page = buyer.send("/cancel", reason="out_of_stock")

    assert page.status_code == 422
    assert "Please say why" in page.text


def test_a_whole_order_is_cancelled_after_paying(buyer, front, good):
    here = bought(buyer, good, pieces=2)
    buyer.open(f"{here}/cancel")

    page = buyer.send("/cancel", reason="changed_mind").text

    assert "what you paid goes back the way it came" in page
    assert stands(front, here).state == "refunded"


def test_an_unpaid_checkout_is_cancelled_for_a_cause(buyer, front, good):
    buyer.add(good)
    buyer.open("/bazaar/checkout")
    buyer.send("/checkout", **ADDRESS)
    here = re.search(r'href="(/bazaar/orders/ord_[0-9a-z]+)"', buyer.open("/bazaar/orders").text).group(1)
    buyer.open(f"{here}/cancel")

    assert "nothing was charged" in buyer.send("/cancel", reason="found_cheaper").text

    known = stands(front, here)
    (entry,) = front.do(trade.history(front.house.system, order=known))[1:]
    assert (known.state, entry.reason) == ("closed", CancelReason.FOUND_CHEAPER)


def test_somebody_elses_order_is_not_cancelled(seller, buyer, good):
    here = bought(buyer, good)

    assert seller.open(f"{here}/cancel").status_code == 404


def test_a_seller_takes_back_some_pieces_and_the_buyer_reads_why(seller, buyer, front, good):
    here = bought(buyer, good, pieces=3)
    open_first_order(seller)
    seller.send("/cancel", **{"pieces-1": "1"}, reason="out_of_stock", text="One broke in the kiln.")

    assert "the buyer knows why" in seller.page.text
    assert stands(front, here).lines[1].state == LineState.REFUNDED
    page = buyer.open(here).text
    assert "The goods are not there" in page
    assert "One broke in the kiln." in page


def test_nobody_elses_money_is_collected(seller, buyer, front, good, hire):
    here = bought(buyer, good, payment="door")
    at = open_first_order(seller)
    seller.send("/ship")
    token = buyer.form("/receive")[1] if "/receive" in buyer.page.text else {}
    csrf = buyer.open("/bazaar/account") and buyer.form("/logout")[1]["_csrf_token"]

    answer = buyer.client.post(f"{at}/collect", data=token | {"_csrf_token": csrf, "attempt": "a"})

    assert answer.status_code == 404
    assert stands(front, here).state == "shipped"


def test_a_paid_order_is_not_collected(seller, somebody_else, good):
    order(somebody_else, good)
    open_first_order(seller)

    assert "/collect" not in seller.send("/ship").text


@pytest.fixture
def two_couriers(front, monkeypatch):
    """Two couriers collect at the door, the second one in the evening and for six yuan."""

    async def ways(_ctx, _lines, place_id, _destination):
        return (
            FulfilmentOption(code="standard", price_minor=0, place_id=place_id),
            FulfilmentOption(code="by day", price_minor=0, place_id=place_id, on_delivery=True),
            FulfilmentOption(code="in the evening", price_minor=600, place_id=place_id, on_delivery=True),
        )

    plan = front.house.platform.context("bazaar").plan
    monkeypatch.setitem(plan.calls, "trade.fulfilment_options", ways)


@pytest.mark.usefixtures("two_couriers")
def test_of_several_ways_to_the_door_the_buyer_chooses_one(buyer, front, good):
    buyer.add(good)
    page = buyer.open("/bazaar/checkout").text
    (name,) = set(re.findall(r'name="(door-shop_[0-9a-z]+)"', page))
    assert re.findall(rf'name="{name}" value="([^"]+)"', page) == ["by day", "in the evening"]
    assert f'name="{name}" value="by day" checked' in page

    wrong = buyer.send("/checkout", **ADDRESS, payment="door", **{name: "by balloon"})
    assert wrong.status_code == 422
    assert "Please choose one of these" in wrong.text
    dearer = buyer.send("/checkout", **ADDRESS, payment="door", **{name: "in the evening"})
    assert dearer.status_code == 409
    assert "Please look the sum over again." in dearer.text
    assert f'name="{name}" value="in the evening" checked' in dearer.text
    buyer.send("/checkout", **ADDRESS, payment="door", **{name: "in the evening"})

    here = re.search(r'href="(/bazaar/orders/ord_[0-9a-z]+)"', buyer.open("/bazaar/orders").text).group(1)
    order = stands(front, here)
    assert (order.option.code, order.option.on_delivery, order.payable) == ("in the evening", True, 3100)
    assert order.state == "awaiting_shipment"


@pytest.mark.usefixtures("two_couriers")
def test_who_chooses_no_way_to_the_door_gets_the_first(buyer, front, good):
    order = stands(front, bought(buyer, good, payment="door"))

    assert (order.option.code, order.payable) == ("by day", 2500)
