"""What people write with an order: plain words, and nothing that turns a page around or rings a bell."""

from __future__ import annotations

import pytest

from hansa.centers.trade import api as trade
from hansa.centers.trade.types import NOTE_LETTERS_MAX, LineRequest
from hansa.kernel.problem import Invalid

SLY = ("bell\x07", "left \u202e thgir", "zero\x00", "\u2066inside\u2069")


@pytest.mark.parametrize("text", SLY)
async def test_letters_that_steer_are_refused_wherever_a_buyer_writes(house, text):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    order_id = await house.paid_order(buyer, good)
    lines = [LineRequest(good.offer_id)]
    for attempt, field in (
        (trade.add_note(buyer, order_id=order_id, text=text), "text"),
        (trade.write_to_shop(buyer, shop_id=seller.shop_id, text=text), "text"),
        (trade.quote(buyer, lines=lines, notes={seller.shop_id: text}), "notes"),
        (trade.quote(buyer, lines=[LineRequest(good.offer_id, inputs={"cut": text})]), "lines.0.inputs"),
        (trade.quote(buyer, lines=[LineRequest(good.offer_id, inputs={text: 1})]), "lines.0.inputs"),
    ):
        with pytest.raises(Invalid) as refused:
            await attempt
        assert [(one.field, one.code) for one in refused.value.errors] == [(field, "characters")]
    assert await trade.notes(buyer, order_id=order_id) == ()
    await trade.cancel_order(buyer, order_id=order_id)


async def test_words_of_several_lines_and_of_every_language_are_kept(house):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    words = "请放在物业前台。\nAt the porter's, مع الشكر 🍐"
    quote = await trade.quote(
        buyer,
        lines=[LineRequest(good.offer_id)],
        notes={seller.shop_id: words},
        address_id=await house.home(buyer),
    )
    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    (note,) = await trade.notes(buyer, order_id=placed.orders[0].id)
    assert note.text == words
    for text in ("x" * (NOTE_LETTERS_MAX + 1), "  "):
        with pytest.raises(Invalid):
            await trade.add_note(buyer, order_id=placed.orders[0].id, text=text)
