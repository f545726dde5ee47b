"""The way back to an order for who bought without an account: a link in the mail, for reading and receipt."""

from __future__ import annotations

import pytest

from hansa.centers.message.extensions import WAY_BACK
from hansa.centers.message.types import Reference, ReferenceKind
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import IllegalMove, OrderNotFound
from hansa.centers.trade.types import ORDER_ID, OrderState


def about(order_id):
    return Reference(ReferenceKind.ORDER, ORDER_ID.show(order_id))


async def mailed(house, buyer, order_id):
    """What a mail about the order leads its buyer to."""
    page = await WAY_BACK.of(house.system)(house.system, buyer.party(), about(order_id))
    return page and page.rpartition("/order-links/")[2]


@pytest.fixture
async def bought(house):
    """A guest's paid order, and the link in its mail."""
    guest, seller = await house.person(guest=True), await house.seller()
    order_id = await house.paid_order(guest, await house.good(seller))
    await trade.ship(seller.ctx, order_id=order_id)
    return guest, order_id, await mailed(house, guest, order_id)


async def test_who_lost_the_session_reads_the_order_and_confirms_it(house, bought):
    guest, order_id, link = bought
    nobody = house.platform.context("bazaar")

    assert (await trade.linked_order(nobody, link=link)).id == order_id
    assert link == await mailed(house, guest, order_id)  # a mail that leaves once more is the same
    moved = await trade.receive_linked(nobody, link=link)

    assert moved.state is OrderState.FINISHED
    (last, *_) = reversed(await trade.history(nobody, order=await trade.linked_order(nobody, link=link)))
    assert last.actor == f"guest:{guest.party()}"
    with pytest.raises(IllegalMove):
        await trade.receive_linked(nobody, link=link)


async def test_it_opens_this_order_and_nothing_else(house, bought):
    _, _, link = bought
    nobody = house.platform.context("bazaar")
    other = house.platform.context("flagship")

    for ctx, opened in ((nobody, link[:-2]), (nobody, "x"), (nobody, "é"), (nobody, ""), (other, link)):
        with pytest.raises(OrderNotFound):
            await trade.linked_order(ctx, link=opened)
        with pytest.raises(OrderNotFound):
            await trade.receive_linked(ctx, link=opened)


async def test_who_has_an_account_logs_in(house, bought):
    guest, order_id, link = bought
    person = await house.sign_up_as(guest)

    with pytest.raises(OrderNotFound):
        await trade.linked_order(house.platform.context("bazaar"), link=link)
    assert (await trade.order(person, order_id=order_id)).id == order_id
    assert await mailed(house, guest, order_id) is None
    own = await house.paid_order(person, await house.good(await house.seller()))
    assert await mailed(house, person, own) is None


async def test_a_mail_leads_to_its_recipients_own_orders_alone(house, bought):
    _, order_id, _ = bought
    stranger = await house.person(guest=True)

    assert await mailed(house, stranger, order_id) is None
    page = await WAY_BACK.of(house.system)(
        house.system, stranger.party(), Reference(ReferenceKind.PRODUCT, "prod_1")
    )
    assert page is None
