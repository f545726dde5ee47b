"""Stocktakes: a place is counted while it goes on selling."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.errors import (
    SkuNotFound,
    StocktakeBlocked,
    StocktakeClosed,
    StocktakeNotFound,
    StocktakeOpen,
)
from hansa.centers.inventory.types import STOCKTAKE_ID, Counted, StocktakeState
from hansa.centers.product import api as product
from hansa.centers.product.types import NewSku
from hansa.kernel.context import Traffic
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated


@pytest.fixture
async def cellar(market):
    """Ten pears and five bowls in one cellar: (seller, place, pear, bowl)."""
    seller, where, page = await market.goods(stock=10)
    shop_id = (await market.rows("SELECT shop_id FROM place.place WHERE id = $1", where.id))[0]["shop_id"]
    bowls = await product.create_product(
        seller,
        shop_id=shop_id,
        titles={"en": "Bowl"},
        skus=[NewSku(price=Money(100, "EUR"))],
        art="teapot celadon mist",
    )
    await market.receive(bowls.skus[0].id, where.id, 5)
    return seller, where.id, page.skus[0].id, bowls.skus[0].id


async def write_down(ctx, sheet, *found):
    return await inventory.count(
        ctx,
        stocktake_id=sheet.id,
        counted=[Counted(sku_id=sku_id, counted=counted) for sku_id, counted in found],
    )


async def test_a_sheet_is_summed_up_by_the_latest_counts(market, cellar):
    seller, place_id, pear, bowl = cellar
    sheet = await inventory.open_stocktake(seller, place_id=place_id)

    async def tally():
        one = await inventory.tally(seller, stocktake_id=sheet.id)
        return one.counted, one.off, one.found, one.lost, one.uncounted

    assert await tally() == (0, 0, 0, 0, 2)
    await write_down(seller, sheet, (pear, 7))
    assert await tally() == (1, 1, 0, 3, 1)
    await write_down(seller, sheet, (pear, 10), (bowl, 9))
    assert await tally() == (2, 1, 4, 0, 0)

    off = await inventory.counts(seller, stocktake_id=sheet.id, differing=True)
    assert [(one.sku_id, one.difference) for one in off.items] == [(bowl, 4)]
    assert len((await inventory.counts(seller, stocktake_id=sheet.id)).items) == 2


async def test_differences_are_posted_with_their_reason(market, cellar):
    seller, place_id, pear, bowl = cellar
    sheet = await inventory.open_stocktake(seller, place_id=place_id, note="end of the year")
    counts = await write_down(seller, sheet, (pear, 8), (bowl, 5))
    assert [(one.expected, one.counted, one.difference) for one in counts] == [(10, 8, -2), (5, 5, 0)]
    assert await market.level(pear, place_id) == (10, 0, 0)  # nothing is posted yet

    closed = await inventory.approve_stocktake(seller, stocktake_id=sheet.id)

    assert closed.state is StocktakeState.APPROVED
    assert await market.level(pear, place_id) == (8, 0, 0)
    assert await market.level(bowl, place_id) == (5, 0, 0)
    last = (await inventory.movements(seller, sku_id=pear, place_id=place_id)).items[0]
    assert (last.kind, last.quantity, last.reason) == ("adjusted", -2, "stocktake")
    assert last.reference == STOCKTAKE_ID.show(sheet.id)
    assert len(await market.told("inventory.stocktake_approved")) == 1
    assert len(await market.told("inventory.stock_adjusted")) == 1
    assert await market.verify() == []


async def test_what_happens_between_count_and_approval_stays(market, cellar):
    seller, place_id, pear, _ = cellar
    order = market.hold(pear, place_id, 3)
    await market.run(inventory.HOLD, order)
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    await write_down(seller, sheet, (pear, 9))  # of ten, three of which are spoken for

    await market.run(inventory.ALLOCATE, market.of(order))
    await market.run(inventory.SHIP, market.of(order))
    await market.receive(pear, place_id, 20)
    await market.run(inventory.HOLD, market.hold(pear, place_id, 4))
    await inventory.approve_stocktake(seller, stocktake_id=sheet.id)

    assert await market.level(pear, place_id) == (10 - 3 + 20 - 1, 4, 0)
    assert await market.verify() == []


async def test_a_line_counted_again_counts_anew(market, cellar):
    seller, place_id, pear, _ = cellar
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    await write_down(seller, sheet, (pear, 2))
    await market.receive(pear, place_id, 5)

    [again] = await write_down(seller, sheet, (pear, 14))
    listed = (await inventory.counts(seller, stocktake_id=sheet.id)).items
    await inventory.approve_stocktake(seller, stocktake_id=sheet.id)

    assert (again.nr, again.expected) == (2, 15)
    assert listed == [again]
    assert await market.level(pear, place_id) == (14, 0, 0)
    assert len(await market.rows("SELECT * FROM inventory.count")) == 2  # the first is not forgotten


async def test_what_nobody_counted_stays_and_is_listed_without_its_number(market, cellar):
    seller, place_id, pear, bowl = cellar
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    everything = {pear, bowl}
    first = await inventory.uncounted(seller, stocktake_id=sheet.id, limit=1)
    rest = await inventory.uncounted(seller, stocktake_id=sheet.id, limit=1, cursor=first.cursor)
    assert {*first.items, *rest.items} == everything

    await write_down(seller, sheet, (pear, 10))

    assert (await inventory.uncounted(seller, stocktake_id=sheet.id)).items == [bowl]
    await inventory.approve_stocktake(seller, stocktake_id=sheet.id)
    assert await market.level(bowl, place_id) == (5, 0, 0)


async def test_goods_nobody_knew_of_are_found(market, cellar):
    seller, place_id, *_ = cellar
    _, _, other = await market.goods(slug="other")
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    await write_down(seller, sheet, (other.skus[0].id, 3))

    await inventory.approve_stocktake(seller, stocktake_id=sheet.id)

    assert await market.level(other.skus[0].id, place_id) == (3, 0, 0)
    assert await market.verify() == []


async def test_less_than_was_promised_blocks_until_it_is_settled(market, cellar):
    seller, place_id, pear, bowl = cellar
    order = market.hold(pear, place_id, 9)
    await market.run(inventory.HOLD, order)
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    await write_down(seller, sheet, (pear, 8), (bowl, 4))

    with pytest.raises(StocktakeBlocked):
        await inventory.approve_stocktake(seller, stocktake_id=sheet.id)
    assert await market.level(bowl, place_id) == (5, 0, 0)  # all or none
    await market.run(inventory.RELEASE, market.of(order))
    await inventory.approve_stocktake(seller, stocktake_id=sheet.id)

    assert await market.level(pear, place_id) == (8, 0, 0)
    assert await market.verify() == []


async def test_a_cancelled_sheet_posts_nothing_and_is_over(market, cellar):
    seller, place_id, pear, _ = cellar
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    await write_down(seller, sheet, (pear, 1))

    assert (await inventory.cancel_stocktake(seller, stocktake_id=sheet.id)).state is StocktakeState.CANCELLED

    assert await market.level(pear, place_id) == (10, 0, 0)
    for doing in (
        inventory.approve_stocktake(seller, stocktake_id=sheet.id),
        inventory.cancel_stocktake(seller, stocktake_id=sheet.id),
        write_down(seller, sheet, (pear, 1)),
    ):
        with pytest.raises(StocktakeClosed):
            await doing


async def test_a_place_is_counted_on_one_sheet_at_a_time(market, cellar):
    seller, place_id, *_ = cellar
    outcomes = await asyncio.gather(
        *(inventory.open_stocktake(seller, place_id=place_id) for _ in range(4)), return_exceptions=True
    )
    [sheet] = [one for one in outcomes if not isinstance(one, Exception)]
    assert [type(one) for one in outcomes if one is not sheet] == [StocktakeOpen] * 3

    await inventory.cancel_stocktake(seller, stocktake_id=sheet.id)
    again = await inventory.open_stocktake(seller, place_id=place_id)

    assert [one.id for one in (await inventory.stocktakes(seller, place_id=place_id)).items] == [
        again.id,
        sheet.id,
    ]


async def test_two_approvals_at_once_post_once(market, cellar):
    seller, place_id, pear, _ = cellar
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    await write_down(seller, sheet, (pear, 7))

    outcomes = await asyncio.gather(
        *(inventory.approve_stocktake(seller, stocktake_id=sheet.id) for _ in range(3)),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in outcomes) == [
        "Stocktake",
        "StocktakeClosed",
        "StocktakeClosed",
    ]
    assert await market.level(pear, place_id) == (7, 0, 0)


async def test_buyers_race_a_stocktake_and_nothing_is_sold_twice(market, cellar):
    seller, place_id, pear, _ = cellar
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    await write_down(seller, sheet, (pear, 6))

    outcomes = await asyncio.gather(
        *(market.run(inventory.HOLD, market.hold(pear, place_id)) for _ in range(12)),
        inventory.approve_stocktake(seller, stocktake_id=sheet.id),
        return_exceptions=True,
    )

    on_hand, held, _ = await market.level(pear, place_id)
    assert held == sum(one == [None] for one in outcomes[:12])
    assert (on_hand, isinstance(outcomes[-1], StocktakeBlocked)) in {(6, False), (10, True)}
    assert held <= on_hand
    assert await market.verify() == []


async def test_seller_a_does_not_count_for_seller_b(market, cellar):
    seller, place_id, pear, _ = cellar
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    rival, *_ = await market.goods(slug="rival")
    for doing in (
        lambda ctx: inventory.open_stocktake(ctx, place_id=place_id),
        lambda ctx: inventory.stocktakes(ctx, place_id=place_id),
        lambda ctx: inventory.stocktake(ctx, stocktake_id=sheet.id),
        lambda ctx: inventory.counts(ctx, stocktake_id=sheet.id),
        lambda ctx: inventory.uncounted(ctx, stocktake_id=sheet.id),
        lambda ctx: inventory.tally(ctx, stocktake_id=sheet.id),
        lambda ctx: write_down(ctx, sheet, (pear, 0)),
        lambda ctx: inventory.approve_stocktake(ctx, stocktake_id=sheet.id),
        lambda ctx: inventory.cancel_stocktake(ctx, stocktake_id=sheet.id),
    ):
        with pytest.raises(Forbidden):
            await doing(rival)
        with pytest.raises(Unauthenticated):
            await doing(market.platform.context("bazaar"))
    with pytest.raises(StocktakeNotFound):
        await inventory.stocktake(replace(market.ctx, traffic=Traffic.LIVE), stocktake_id=sheet.id)


async def test_who_counts_need_not_be_who_approves(market, cellar):
    _, place_id, pear, _ = cellar
    shop_id = (await market.rows("SELECT shop_id FROM place.place WHERE id = $1", place_id))[0]["shop_id"]
    clerk = market.person(f"inventory.stock.count@shop:{shop_id}")
    sheet = await inventory.open_stocktake(clerk, place_id=place_id)
    await write_down(clerk, sheet, (pear, 0))

    with pytest.raises(Forbidden):
        await inventory.approve_stocktake(clerk, stocktake_id=sheet.id)
    assert await market.level(pear, place_id) == (10, 0, 0)


@pytest.mark.parametrize("counted", [-1, 2**70])
async def test_wrong_counts_are_refused(cellar, counted):
    seller, place_id, pear, bowl = cellar
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    with pytest.raises(Invalid) as refusal:
        await write_down(seller, sheet, (pear, 1), (bowl, counted))
    assert refusal.value.errors[0].field == "counts.1.counted"
    with pytest.raises(Invalid):
        await write_down(seller, sheet, (pear, 1), (pear, 2))
    with pytest.raises(Invalid):
        await write_down(seller, sheet)
    with pytest.raises(SkuNotFound):
        await write_down(seller, sheet, (uuid4(), 1))
    assert (await inventory.counts(seller, stocktake_id=sheet.id)).items == []


async def test_counts_are_never_changed_and_sheets_do_not_open_again(market, cellar):
    seller, place_id, pear, _ = cellar
    sheet = await inventory.open_stocktake(seller, place_id=place_id)
    await write_down(seller, sheet, (pear, 10))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await market.rows("UPDATE inventory.count SET counted = 0")
    await inventory.approve_stocktake(seller, stocktake_id=sheet.id)
    with pytest.raises(asyncpg.CheckViolationError):
        await market.rows("UPDATE inventory.stocktake SET previous_state = state, state = 'cancelled'")
