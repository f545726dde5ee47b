"""A buyer and a shop speak of real goods and real orders."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from PIL import Image

from hansa.centers.message import api as message
from hansa.centers.message._service.picturing import UNSAID_MAX, sweep_pictures
from hansa.centers.message.errors import ConversationNotFound, SubjectUnknown, TooManyUnsaid
from hansa.centers.message.types import Side
from hansa.centers.product import api as product
from hansa.centers.product._service.media import sweep_pictures as sweep_bytes
from hansa.centers.product.errors import PictureNotFound
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID
from hansa.centers.shop import api as shop
from hansa.centers.trade.types import ORDER_ID
from hansa.centers.user.extensions import ERASE, Erasure

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


def a_shot():
    file = io.BytesIO()
    Image.new("RGB", (24, 16), (9, 80, 80)).save(file, "PNG")
    return file.getvalue()


async def upload(ctx, subject):
    return await product.add_conversation_picture(ctx, subject=subject, content=a_shot())


async def is_there(ctx, media_id):
    try:
        await product.picture_bytes(ctx, media_id=media_id, form="thumb")
    except PictureNotFound:
        return False
    return True


async def age(house, *ids):
    """Two days of real time go by for pictures and for bytes that nobody has."""
    async with house.platform.db.transaction() as tx:
        for table, column in (("message.picture", "uploaded_at"), ("product.media_loose", "since")):
            await tx.raw.execute(
                f"UPDATE {table} SET {column} = {column} - $2::interval WHERE id = ANY($1::uuid[])",
                list(ids),
                timedelta(days=2),
            )


async def test_a_buyer_shows_what_came_broken_and_it_goes_with_the_buyer(house, sold):
    seller, _, good, _ = sold
    buyer = await house.person()
    order = ORDER_ID.show(await house.paid_order(buyer, good))
    shot, spare = await upload(buyer, order), await upload(buyer, order)
    talk = await message.start_conversation(buyer, subject=order, text="It came broken", media=[shot])
    (seen,) = (await message.messages(answering(seller.ctx, seller.shop_id), conversation_id=talk.id)).items
    assert seen.media == (shot,)

    await age(house, shot, spare)
    await sweep_pictures(house.platform)
    await age(house, spare)
    await sweep_bytes(house.platform)
    assert (await is_there(buyer, shot), await is_there(buyer, spare)) == (True, False)

    async with house.platform.db.transaction() as tx:
        await ERASE.of_batch(tx, [Erasure(house.system, (buyer.party(),))])
    await age(house, shot)
    await sweep_bytes(house.platform)
    assert not await is_there(buyer, shot)


async def test_only_who_speaks_of_something_brings_pictures_of_it_and_not_too_many(house, sold):
    _, buyer, good, order = sold
    page = await product.offers(house.system, [good.offer_id])
    subject = PRODUCT_ID.show(page[good.offer_id].product_id)
    stranger = await house.person()
    with pytest.raises(SubjectUnknown):
        await upload(stranger, order)
    with pytest.raises(SubjectUnknown):
        await upload(buyer, subject)  # a guest asks in words
    await upload(stranger, subject)
    async with stranger.transaction() as tx:
        for _ in range(UNSAID_MAX - 1):
            await message.own_picture(tx, stranger, uuid4())
    with pytest.raises(TooManyUnsaid):
        await upload(stranger, subject)
