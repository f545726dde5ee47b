"""Goods on the way from place to place: they leave, are for sale nowhere, and arrive with what is wrong."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
import pytest

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory._store import personal
from hansa.centers.inventory.errors import (
    OutOfStock,
    SkuNotFound,
    StockCommitted,
    TransferClosed,
    TransferNotFound,
)
from hansa.centers.inventory.types import (
    Adjustment,
    ArrivedLine,
    MovementKind,
    Receipt,
    SentLine,
    TransferState,
)
from hansa.centers.inventory.types import MovementReason as Why
from hansa.centers.product import api as product
from hansa.centers.product.types import NewSku
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid
from house import kinds, race


class Kept(NamedTuple):
    """A shop's ten pears and four plums at one place, and another place of it."""

    seller: object
    pear: UUID
    plum: UUID
    here: UUID
    there: UUID


@pytest.fixture
async def kept(market):
    seller, where, page = await market.goods(stock=10)
    (row,) = await market.rows("SELECT shop_id FROM place.place WHERE id = $1", where.id)
    there = await market.place_of(seller, row["shop_id"])
    other = await product.create_product(
        seller, shop_id=row["shop_id"], titles={"en": "Plums"}, skus=[NewSku(price=Money(100, "EUR"))]
    )
    plum = other.skus[0].id
    await inventory.receive_stock(seller, receipts=[Receipt(sku_id=plum, place_id=where.id, quantity=4)])
    return Kept(seller, page.skus[0].id, plum, where.id, there.id)


def send(kept, pears=6, plums=0, ctx=None, **about):
    lines = [(kept.pear, pears), (kept.plum, plums)]
    said = {
        "from_place_id": kept.here,
        "to_place_id": kept.there,
        "lines": [SentLine(sku_id=sku, quantity=pieces) for sku, pieces in lines if pieces],
    }
    return inventory.send_stock(ctx or kept.seller, **(said | about))


def receive(kept, goods, *lines, ctx=None):
    said = [ArrivedLine(sku_id=sku, received=came, reason=why) for sku, came, why in lines]
    return inventory.receive_transfer(ctx or kept.seller, transfer_id=goods.id, lines=said)


async def test_what_is_on_the_way_is_for_sale_nowhere(market, kept):
    goods = await send(kept, pears=6, note="for the weekend")

    assert goods.state is TransferState.SENT
    assert await market.level(kept.pear, kept.here) == (4, 0, 0)
    assert await market.level(kept.pear, kept.there) == (0, 0, 0)
    assert (await inventory.availability(market.ctx, [kept.pear]))[kept.pear] == {kept.here: 4}
    assert await inventory.pieces_on_the_way(
        kept.seller, place_id=kept.there, sku_ids=[kept.pear, kept.plum]
    ) == {kept.pear: 6}
    for place_id, pieces in ((kept.here, 5), (kept.there, 1)):
        (verdict,) = await market.run(inventory.HOLD, market.hold(kept.pear, place_id, pieces))
        assert isinstance(verdict, OutOfStock)
    assert await market.verify() == []


async def test_what_arrives_as_it_was_sent_is_booked_where_it_came_to(market, kept):
    goods = await send(kept, pears=6, plums=4)

    came = await receive(kept, goods)

    assert came.state is TransferState.RECEIVED
    assert [(one.sku_id, one.received) for one in came.lines] == [(kept.pear, 6), (kept.plum, 4)]
    assert await market.level(kept.pear, kept.there) == (6, 0, 0)
    assert await market.level(kept.plum, kept.there) == (4, 0, 0)
    seen = await inventory.transfer_by_id(kept.seller, transfer_id=goods.id)
    assert (seen.state, seen.closed_by) == (TransferState.RECEIVED, kept.seller.actor.label)
    assert await inventory.pieces_on_the_way(kept.seller, place_id=kept.there, sku_ids=[kept.pear]) == {}
    assert [await market.verify(), len(await market.told("inventory.stock_arrived"))] == [[], 2]


async def test_what_is_missing_or_too_much_is_booked_with_its_reason(market, kept):
    goods = await send(kept, pears=6, plums=2)

    await receive(kept, goods, (kept.pear, 4, Why.SPOILED), (kept.plum, 3, Why.FOUND))

    assert await market.level(kept.pear, kept.there) == (4, 0, 0)
    assert await market.level(kept.plum, kept.there) == (3, 0, 0)
    moved = (await inventory.movements(kept.seller, sku_id=kept.pear, place_id=kept.there)).items
    assert {(one.kind, one.quantity) for one in moved} == {
        (MovementKind.TRANSFERRED, 6),
        (MovementKind.ADJUSTED, -2),
    }
    assert [one.reason for one in moved if one.kind is MovementKind.ADJUSTED] == [Why.SPOILED]
    assert len({one.reference for one in moved}) == 1
    lines = (await inventory.transfer_by_id(kept.seller, transfer_id=goods.id)).lines
    assert {one.sku_id: one.difference for one in lines} == {kept.pear: -2, kept.plum: 1}
    assert await market.verify() == []


async def test_all_of_it_may_be_lost(market, kept):
    goods = await send(kept, pears=6)

    await receive(kept, goods, (kept.pear, 0, Why.LOST))

    assert await market.level(kept.pear, kept.there) == (0, 0, 0)
    assert await market.verify() == []


@pytest.mark.parametrize(
    "wrong",
    [
        [("pear", 5, Why.NONE)],
        [("pear", 5, Why.PUSHED)],
        [("pear", -1, Why.LOST)],
        [("pear", 6, Why.NONE), ("pear", 6, Why.NONE)],
        [("stranger", 1, Why.FOUND)],
    ],
)
async def test_a_difference_says_why_and_nothing_else_came_along(market, kept, wrong):
    goods = await send(kept, pears=6)
    skus = {"pear": kept.pear, "stranger": uuid4()}

    with pytest.raises(Invalid):
        await receive(kept, goods, *[(skus[name], came, why) for name, came, why in wrong])

    assert await market.level(kept.pear, kept.there) == (0, 0, 0)


async def test_what_is_called_back_is_where_it_came_from(market, kept):
    goods = await send(kept, pears=6)

    back = await inventory.recall_transfer(kept.seller, transfer_id=goods.id)

    assert back.state is TransferState.RECALLED
    assert await market.level(kept.pear, kept.here) == (10, 0, 0)
    with pytest.raises(TransferClosed):
        await receive(kept, goods)
    with pytest.raises(TransferClosed):
        await inventory.recall_transfer(kept.seller, transfer_id=goods.id)
    assert await market.verify() == []


async def test_it_arrives_or_comes_back_once_whoever_is_first(market, kept):
    goods = await send(kept, pears=6)

    outcomes = await race(
        *(receive(kept, goods) for _ in range(3)),
        *(inventory.recall_transfer(kept.seller, transfer_id=goods.id) for _ in range(2)),
    )

    assert kinds(outcomes) == {"GoodsOnTheWay": 1, "TransferClosed": 4}
    total = sum([(await market.level(kept.pear, one))[0] for one in (kept.here, kept.there)])
    assert total == 10
    assert await market.verify() == []


async def test_what_orders_were_promised_does_not_leave(market, kept):
    await market.run(inventory.HOLD, market.hold(kept.pear, kept.here, 5))

    with pytest.raises(StockCommitted):
        await send(kept, pears=6, plums=1)

    assert await market.level(kept.pear, kept.here) == (10, 5, 0)
    assert await market.level(kept.plum, kept.here) == (4, 0, 0)
    assert (await inventory.transfers(kept.seller, place_ids=[kept.here])).items == []


async def test_what_cannot_be_sent_is_refused(kept):
    for about in (
        {"lines": []},
        {"lines": [SentLine(sku_id=kept.pear, quantity=0)]},
        {"lines": [SentLine(sku_id=kept.pear, quantity=1)] * 2},
        {"to_place_id": kept.here},
        {"note": "x" * 401},
    ):
        with pytest.raises(Invalid):
            await send(kept, **about)
    with pytest.raises(SkuNotFound):
        await send(kept, lines=[SentLine(sku_id=uuid4(), quantity=1)])
    with pytest.raises(SkuNotFound):
        await send(kept, to_place_id=uuid4())


async def test_goods_on_the_way_are_the_shops_own(market, kept):
    rival, theirs, _ = await market.goods(slug="rival")
    goods = await send(kept, pears=6)

    for doing in (
        lambda: send(kept, pears=1, ctx=rival),
        lambda: receive(kept, goods, ctx=rival),
        lambda: inventory.recall_transfer(rival, transfer_id=goods.id),
        lambda: inventory.transfer_by_id(rival, transfer_id=goods.id),
        lambda: inventory.transfers(rival, place_ids=[kept.there]),
        lambda: inventory.pieces_on_the_way(rival, place_id=kept.there, sku_ids=[kept.pear]),
    ):
        with pytest.raises(Forbidden):
            await doing()
    with pytest.raises(SkuNotFound):  # nor is anything sent to somebody else
        await send(kept, pears=1, to_place_id=theirs.id)
    with pytest.raises(TransferNotFound):
        await inventory.transfer_by_id(market.ctx, transfer_id=uuid4())
    with pytest.raises(Forbidden):  # who may nothing everywhere learns nothing of what there is
        await inventory.transfer_by_id(kept.seller, transfer_id=uuid4())


async def test_lists_have_the_latest_first_and_perhaps_only_what_is_on_the_way(kept):
    sent = [await send(kept, pears=1) for _ in range(3)]
    await receive(kept, sent[1])

    async def listed(**about):
        page = await inventory.transfers(kept.seller, place_ids=[kept.there], limit=2, **about)
        return [one.id for one in page.items], page.cursor

    first, cursor = await listed()
    assert first == [sent[2].id, sent[1].id]
    assert await listed(cursor=cursor) == ([sent[0].id], None)
    assert (await listed(on_the_way=True))[0] == [sent[2].id, sent[0].id]


async def test_verify_names_goods_whose_movements_do_not_agree(market, kept):
    goods = await send(kept, pears=6)
    async with market.db.transaction() as tx:
        await tx.raw.execute("UPDATE inventory.transfer_line SET sent = 5 WHERE transfer_id = $1", goods.id)

    (said,) = await market.verify()

    assert str(goods.id) in said


async def test_the_database_keeps_states_and_reasons(market, kept):
    goods = await send(kept, pears=6)
    for change in (
        "UPDATE inventory.transfer SET previous_state = 'received', state = 'sent'",
        "UPDATE inventory.transfer SET previous_state = state, state = 'received'",  # by nobody
        "UPDATE inventory.transfer SET to_place_id = from_place_id",
        "UPDATE inventory.transfer_line SET received = 5",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            async with market.db.transaction() as tx:
                await tx.raw.execute(change)
    assert (await inventory.transfer_by_id(kept.seller, transfer_id=goods.id)).state is TransferState.SENT


async def test_goods_that_came_may_be_corrected_as_all_others(market, kept):
    goods = await send(kept, pears=6)
    await receive(kept, goods)

    await inventory.adjust(
        kept.seller,
        adjustments=[Adjustment(sku_id=kept.pear, place_id=kept.there, difference=-1, reason=Why.USED)],
    )

    assert await market.level(kept.pear, kept.there) == (5, 0, 0)
    assert await market.verify() == []


async def test_the_words_of_who_sent_them_stand_beside_what_they_sent_and_go_with_them(market, kept):
    goods = await send(kept, pears=6, note="Ada says hello")
    await receive(kept, goods)
    (sent,) = [
        one
        for one in (await inventory.movements(kept.seller, sku_id=kept.pear, place_id=kept.here)).items
        if one.kind is MovementKind.TRANSFERRED
    ]
    (came,) = (await inventory.movements(kept.seller, sku_id=kept.pear, place_id=kept.there)).items
    assert (sent.note, came.note) == ("Ada says hello", "")

    async with market.db.transaction() as tx:
        assert await personal.forget_notes(tx, [kept.seller.actor.label]) == {kept.seller.actor.label}

    assert (await inventory.transfer_by_id(kept.seller, transfer_id=goods.id)).note == ""
    assert await market.verify() == []
