"""A buyer and a shop speak of real goods and real orders."""

from uuid import uuid4

import pytest

from hansa.centers.message import api as message
from hansa.centers.message.errors import ConversationNotFound, SubjectUnknown
from hansa.centers.message.types import Side
from hansa.centers.product import api as product
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID
from hansa.centers.shop import api as shop
from hansa.centers.trade.types import ORDER_ID

ANSWER = "message.conversation.answer"


def answering(ctx, shop_id):
    return ctx.with_(
        actor=type(ctx.actor)(ctx.actor.kind, ctx.actor.party, frozenset({f"{ANSWER}@shop:{shop_id}"}))
    )


async def told(ctx):
    return {item.template for item in (await message.inbox(ctx)).items}


@pytest.fixture
async def sold(house):
    """A good that somebody bought."""
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    return seller, buyer, good, ORDER_ID.show(await house.paid_order(buyer, good))


async def test_an_order_is_spoken_of_by_its_buyer_and_its_shop_alone(house, sold):
    seller, buyer, _, order = sold
    staff = answering(seller.ctx, seller.shop_id)
    rival_shop = await house.seller()
    rival, stranger = answering(rival_shop.ctx, rival_shop.shop_id), await house.buyer()
    for one in (rival, stranger):
        with pytest.raises(SubjectUnknown):
            await message.start_conversation(one, subject=order, text="Hello")

    asked = await message.start_conversation(buyer, subject=order, text="When does it leave?")
    await message.post(staff, conversation_id=asked.id, text="Today.")

    assert (asked.side, asked.shop_id) == (Side.BUYER, seller.shop_id)
    assert [one.text for one in (await message.messages(buyer, conversation_id=asked.id)).items] == [
        "Today.",
        "When does it leave?",
    ]
    assert "message.conversation_asked" in await told(staff)
    assert "message.conversation_answered" in await told(buyer)
    for one in (rival, stranger):
        with pytest.raises(ConversationNotFound):
            await message.messages(one, conversation_id=asked.id)


async def test_a_product_and_an_offer_are_spoken_of_by_anybody(house, sold):
    seller, _, good, _ = sold
    offer = (await product.offers(house.system, [good.offer_id]))[good.offer_id]
    somebody = await house.buyer()
    for subject in (PRODUCT_ID.show(offer.product_id), OFFER_ID.show(offer.id)):
        asked = await message.start_conversation(somebody, subject=subject, text="Is it ripe?")
        assert (asked.shop_id, asked.title) == (seller.shop_id, offer.titles["en"])
    for subject in (
        PRODUCT_ID.show(uuid4()),
        OFFER_ID.show(uuid4()),
        ORDER_ID.show(uuid4()),
        "prod_",
        "ord_x",
        "x",
    ):
        with pytest.raises(SubjectUnknown):
            await message.start_conversation(somebody, subject=subject, text="Is it ripe?")


async def test_staff_that_may_answer_is_told_and_staff_that_may_not_is_not(house, sold):
    seller, buyer, _, order = sold
    helper, packer = await house.person(), await house.person()
    await shop.add_staff(house.system, shop_id=seller.shop_id, party=helper.party(), permissions=[ANSWER])
    await shop.add_staff(
        house.system, shop_id=seller.shop_id, party=packer.party(), permissions=["trade.order.ship"]
    )

    await message.start_conversation(buyer, subject=order, text="When does it leave?")

    assert await told(helper) == {"message.conversation_asked"}
    assert await told(packer) == set()


async def test_orders_and_sales_are_topics_that_people_choose_by(house, sold):
    _, buyer, _, _ = sold
    topics = [one.topic for one in (await message.preferences(buyer)).topics]
    assert topics.index("selling") < topics.index("orders")
    assert topics[-1] == "other"
