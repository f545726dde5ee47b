"""A guest whose session is gone follows the link of the mail."""

from __future__ import annotations

import pytest

from hansa.centers.message.extensions import WAY_BACK
from hansa.centers.message.types import Reference, ReferenceKind
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


def test_a_mailed_link_opens_reading_and_receipt_alone(front, surfer):
    house = front.house

    async def story():
        guest, seller = await house.person(guest=True), await house.seller()
        order_id = await house.paid_order(guest, await house.good(seller))
        await trade.ship(seller.ctx, order_id=order_id)
        about = Reference(ReferenceKind.ORDER, ORDER_ID.show(order_id))
        page = await WAY_BACK.of(house.system)(house.system, guest.party(), about)
        return ORDER_ID.show(order_id), "/bazaar/order-links/" + page.rpartition("/")[2]

    order_id, address = front.do(story())

    page = surfer.open(address)
    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    assert order_id in page.text
    for closed in ("/notes", "/cancel", "/redirect", "/talk/"):
        assert f"orders/{order_id}{closed}" not in page.text
    assert "/login" in str(surfer.open(f"/bazaar/orders/{order_id}").url)

    surfer.open(address)
    done = surfer.send("/receive")
    assert done.status_code == 200
    assert str(done.url.path) == address
    assert "Confirm receipt" not in done.text
    assert surfer.open(address[:-3]).status_code == 404
