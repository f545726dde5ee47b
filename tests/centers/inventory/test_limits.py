"""How far stock may be sold: safety stock, backorders, and being told when it is low."""

import asyncio

import asyncpg
import pytest

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.errors import NotOnHand, OutOfStock, SkuNotFound, StockCommitted
from hansa.centers.inventory.types import QUANTITY_MAX, Adjustment, MovementReason, StockLimits, Transfer
from hansa.kernel.problem import Forbidden, Invalid


@pytest.fixture
async def pear(market):
    """Ten pears at one place: (seller, sku, place)."""
    seller, where, page = await market.goods(stock=10)
    return seller, page.skus[0].id, where.id


async def limit(market, goods, **limits):
    [level] = await inventory.set_limits(
        market.ctx, limits=[StockLimits(sku_id=goods[0], place_id=goods[1], **limits)]
    )
    return level


async def test_safety_stock_is_not_sold(market, pear):
    _, *goods = pear
    level = await limit(market, goods, safety=3)

    verdicts = await market.run(inventory.HOLD, market.hold(*goods, 8), market.hold(*goods, 7))

    assert level.available == 7
    assert isinstance(verdicts[0], OutOfStock)
    assert verdicts[0].extras["lines"][0]["available"] == 7
    assert verdicts[1] is None
    assert (await inventory.availability(market.ctx, [goods[0]]))[goods[0]] == {goods[1]: 0}
    assert await market.verify() == []


async def test_safety_stock_above_what_is_left_sells_nothing_and_takes_nothing_back(market, pear):
    _, *goods = pear
    order = market.hold(*goods, 6)
    await market.run(inventory.HOLD, order)

    level = await limit(market, goods, safety=8)

    assert level.available == 0
    assert isinstance((await market.run(inventory.HOLD, market.hold(*goods)))[0], OutOfStock)
    assert await market.run(inventory.ALLOCATE, market.of(order)) == [None]
    assert await market.run(inventory.SHIP, market.of(order)) == [None]
    assert await market.level(*goods) == (4, 0, 0)


async def test_more_may_be_promised_than_is_there_up_to_the_threshold(market, pear):
    _, *goods = pear
    await limit(market, goods, backorder=5)

    verdicts = await market.run(inventory.HOLD, *(market.hold(*goods, n) for n in (12, 4, 3)))

    assert [verdict is None for verdict in verdicts] == [True, False, True]
    assert await market.level(*goods) == (10, 15, 0)
    assert await market.verify() == []
    with pytest.raises(asyncpg.CheckViolationError):
        await market.rows("UPDATE inventory.stock SET held = 16")


async def test_what_is_not_there_does_not_leave_before_it_comes(market, pear):
    _, *goods = pear
    await limit(market, goods, backorder=5)
    first, second = market.hold(*goods, 8), market.hold(*goods, 6)
    await market.run(inventory.HOLD, first, second)
    await market.run(inventory.ALLOCATE, market.of(first), market.of(second))

    sent, waiting = await market.run(inventory.SHIP, market.of(first), market.of(second))
    assert sent is None
    assert isinstance(waiting, NotOnHand)
    assert await market.level(*goods) == (2, 0, 6)
    assert await market.verify() == []

    await market.receive(*goods, 4)
    assert await market.run(inventory.SHIP, market.of(second)) == [None]
    assert await market.level(*goods) == (0, 0, 0)


async def test_limits_are_not_drawn_below_what_was_promised(market, pear):
    _, *goods = pear
    await limit(market, goods, backorder=5)
    await market.run(inventory.HOLD, market.hold(*goods, 13))

    with pytest.raises(StockCommitted):
        await limit(market, goods, backorder=2)
    assert (await limit(market, goods, backorder=3)).backorder == 3
    with pytest.raises(StockCommitted):
        await inventory.adjust(
            market.ctx,
            adjustments=[
                Adjustment(sku_id=goods[0], place_id=goods[1], difference=-1, reason=MovementReason.LOST)
            ],
        )


async def test_two_hundred_buyers_race_for_what_limits_leave(markets):
    here, there = await markets(), await markets()
    _, where, page = await here.goods(stock=50)
    goods = page.skus[0].id, where.id
    await limit(here, goods, safety=10, backorder=30)

    verdicts = await asyncio.gather(
        *(m.run(inventory.HOLD, *(m.hold(*goods) for _ in range(5))) for m in (here, there) * 10)
    )

    assert sum(verdict is None for batch in verdicts for verdict in batch) == 70
    assert await here.level(*goods) == (50, 70, 0)
    assert await here.verify() == []


async def test_low_stock_is_told_once_on_the_way_down(market, pear):
    seller, *goods = pear
    await limit(market, goods, low_at=4)

    await market.run(inventory.HOLD, market.hold(*goods, 5))
    assert await market.told("inventory.low_stock") == []
    order = market.hold(*goods, 2)
    await market.run(inventory.HOLD, order, market.hold(*goods, 1))
    await market.run(inventory.HOLD, market.hold(*goods, 1))
    assert len(await market.told("inventory.low_stock")) == 1

    await market.receive(*goods, 10)
    await inventory.adjust(
        seller,
        adjustments=[
            Adjustment(sku_id=goods[0], place_id=goods[1], difference=-9, reason=MovementReason.SPOILED)
        ],
    )
    assert len(await market.told("inventory.low_stock")) == 2


@pytest.mark.parametrize("wrong", [{"safety": -1}, {"backorder": QUANTITY_MAX + 1}, {"low_at": 2**70}])
async def test_wrong_limits_are_refused(pear, wrong):
    seller, *goods = pear
    with pytest.raises(Invalid):
        await inventory.set_limits(seller, limits=[StockLimits(sku_id=goods[0], place_id=goods[1], **wrong)])


async def test_limits_and_transfers_are_the_shops_own(market, pear):
    seller, *goods = pear
    rival, theirs, _ = await market.goods(slug="rival")
    limits = [StockLimits(sku_id=goods[0], place_id=goods[1], backorder=9)]
    there = Transfer(sku_id=goods[0], from_place_id=goods[1], to_place_id=theirs.id, quantity=1)
    for who, doing in (
        (rival, lambda ctx: inventory.set_limits(ctx, limits=limits)),
        (rival, lambda ctx: inventory.transfer(ctx, transfers=[there])),
        (seller, lambda ctx: inventory.transfer(ctx, transfers=[there])),
    ):
        with pytest.raises(Forbidden):
            await doing(who)
    assert await market.level(*goods) == (10, 0, 0)


async def test_goods_go_to_another_place_at_once(market, pear):
    seller, sku, here = pear
    shop_id = (await market.rows("SELECT shop_id FROM place.place WHERE id = $1", here))[0]["shop_id"]
    there = (await market.place_of(seller, shop_id)).id
    await market.run(inventory.HOLD, market.hold(sku, here, 7))

    def of(quantity):
        return [Transfer(sku_id=sku, from_place_id=here, to_place_id=there, quantity=quantity)]

    with pytest.raises(StockCommitted):
        await inventory.transfer(seller, transfers=of(4))
    levels = await inventory.transfer(seller, transfers=of(3))

    assert [level.on_hand for level in levels] == [7, 3]
    out = (await inventory.movements(seller, sku_id=sku, place_id=here)).items[0]
    came = (await inventory.movements(seller, sku_id=sku, place_id=there)).items[0]
    assert (out.kind, out.quantity, came.quantity) == ("transferred", -3, 3)
    assert out.reference == came.reference
    assert await market.verify() == []
    with pytest.raises(Invalid):
        await inventory.transfer(
            seller, transfers=[Transfer(sku_id=sku, from_place_id=here, to_place_id=here, quantity=1)]
        )


async def test_goods_that_cross_between_places_do_not_deadlock(market, pear):
    seller, sku, here = pear
    shop_id = (await market.rows("SELECT shop_id FROM place.place WHERE id = $1", here))[0]["shop_id"]
    there = (await market.place_of(seller, shop_id)).id
    await market.receive(sku, there, 10)

    await asyncio.gather(
        *(
            inventory.transfer(
                seller, transfers=[Transfer(sku_id=sku, from_place_id=a, to_place_id=b, quantity=1)]
            )
            for a, b in ((here, there), (there, here)) * 5
        )
    )

    assert (await market.level(sku, here), await market.level(sku, there)) == ((10, 0, 0), (10, 0, 0))


async def test_a_place_that_is_not_there_has_no_limits(pear):
    seller, sku, _ = pear
    with pytest.raises(SkuNotFound):
        await inventory.set_limits(seller, limits=[StockLimits(sku_id=sku, place_id=sku)])
