"""What happens to an order's goods, on a real database and raced."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.errors import HoldConflict, HoldLost, NotAllocated, OutOfStock
from hansa.centers.inventory.types import MoveDemand, StockStep
from hansa.kernel.context import SYSTEM, Traffic
from hansa.kernel.problem import Invalid

pytestmark = pytest.mark.external


@pytest.fixture
async def pear(market):
    """One SKU at one place, ten pieces on hand: (sku, place)."""
    _, where, page = await market.goods(stock=10)
    return page.skus[0].id, where.id


async def test_an_order_goes_all_the_way(market, pear):
    order = market.hold(*pear, 3)

    assert await market.run(inventory.HOLD, order) == [None]
    assert await market.level(*pear) == (10, 3, 0)
    assert await market.run(inventory.ALLOCATE, market.of(order)) == [None]
    assert await market.level(*pear) == (10, 0, 3)
    assert await market.run(inventory.SHIP, market.of(order)) == [None]
    assert await market.level(*pear) == (7, 0, 0)
    assert await market.verify() == []


@pytest.mark.parametrize("paid", [False, True])
async def test_a_released_order_gives_everything_back(market, pear, paid):
    order = market.hold(*pear, 3)
    await market.run(inventory.HOLD, order)
    if paid:
        await market.run(inventory.ALLOCATE, market.of(order))

    assert await market.run(inventory.RELEASE, market.of(order)) == [None]

    assert await market.level(*pear) == (10, 0, 0)
    assert await market.verify() == []


async def test_every_step_may_be_repeated(market, pear):
    order = market.hold(*pear, 3)
    for step, demand in (
        (inventory.HOLD, order),
        (inventory.ALLOCATE, market.of(order)),
        (inventory.SHIP, market.of(order)),
    ):
        assert await market.run(step, demand) == [None]
        before = await market.level(*pear)
        assert await market.run(step, demand) == [None]
        assert await market.level(*pear) == before
    assert await market.run(inventory.HOLD, order) == [None]  # late, and still the same hold
    assert await market.run(inventory.ALLOCATE, market.of(order)) == [None]
    assert await market.level(*pear) == (7, 0, 0)


async def test_an_order_that_is_not_new_after_all_is_not_held_twice(market, pear):
    order = market.hold(*pear, 3)
    assert await market.run(inventory.HOLD_FIRST, order) == [None]

    with pytest.raises(asyncpg.UniqueViolationError):
        await market.run(inventory.HOLD_FIRST, order)

    assert await market.level(*pear) == (10, 3, 0)
    assert await market.verify() == []


async def test_the_same_order_twice_in_one_batch_takes_once(market, pear):
    order = market.hold(*pear, 3)

    assert await market.run(
        inventory.HOLD, order, market.hold(*pear, 3, order_id=order.lines[0].order_id)
    ) == [
        None,
        None,
    ]

    assert await market.level(*pear) == (10, 3, 0)


async def test_an_order_does_not_hold_something_else_the_second_time(market, pear):
    order = market.hold(*pear, 3)
    await market.run(inventory.HOLD, order)

    [refusal] = await market.run(inventory.HOLD, market.hold(*pear, 4, order_id=order.lines[0].order_id))

    assert isinstance(refusal, HoldConflict)
    assert await market.level(*pear) == (10, 3, 0)


async def test_a_released_hold_does_not_come_back(market, pear):
    order = market.hold(*pear, 3)
    await market.run(inventory.HOLD, order)
    await market.run(inventory.RELEASE, market.of(order))

    assert isinstance((await market.run(inventory.HOLD, order))[0], HoldConflict)
    assert isinstance((await market.run(inventory.ALLOCATE, market.of(order)))[0], HoldLost)
    assert isinstance((await market.run(inventory.SHIP, market.of(order)))[0], NotAllocated)
    assert await market.level(*pear) == (10, 0, 0)


async def test_what_is_only_held_is_not_shipped(market, pear):
    order = market.hold(*pear, 3)
    await market.run(inventory.HOLD, order)

    assert isinstance((await market.run(inventory.SHIP, market.of(order)))[0], NotAllocated)

    assert await market.level(*pear) == (10, 3, 0)


async def test_lines_that_share_an_item_are_summed(market, pear):
    order = uuid4()

    [refusal] = await market.run(inventory.HOLD, market.hold_lines((order, *pear, 6), (order, *pear, 5)))

    assert isinstance(refusal, OutOfStock)
    assert [line["line_no"] for line in refusal.extras["lines"]] == [1, 2]
    assert refusal.extras["lines"][0]["available"] == 10
    assert await market.run(inventory.HOLD, market.hold_lines((order, *pear, 6), (order, *pear, 4))) == [None]
    assert await market.level(*pear) == (10, 10, 0)


async def test_an_order_is_taken_whole_or_not_at_all(market, pear):
    _, where, page = await market.goods(stock=1, slug="bowls")
    bowl = page.skus[0].id, where.id

    [refusal] = await market.run(inventory.HOLD, market.hold_lines((uuid4(), *pear, 1), (uuid4(), *bowl, 2)))

    assert [line["line_no"] for line in refusal.extras["lines"]] == [2]
    assert await market.level(*pear) == (10, 0, 0)
    assert await market.level(*bowl) == (1, 0, 0)


async def test_a_smaller_order_still_fits_after_a_larger_was_refused(market, pear):
    verdicts = await market.run(
        inventory.HOLD, *(market.hold(*pear, quantity) for quantity in (6, 5, 3, 2, 1))
    )

    assert [verdict is None for verdict in verdicts] == [True, False, True, False, True]
    assert await market.level(*pear) == (10, 10, 0)


@pytest.mark.parametrize("quantity", [0, -1, -(2**63)])
async def test_nothing_is_held_of_nothing(market, pear, quantity):
    assert isinstance((await market.run(inventory.HOLD, market.hold(*pear, quantity)))[0], Invalid)


async def test_what_was_never_received_is_sold_out(market, pear):
    [refusal] = await market.run(inventory.HOLD, market.hold(pear[0], uuid4()))

    assert isinstance(refusal, OutOfStock)


async def test_live_stock_is_not_sold_to_the_sandbox(market, pear):
    live = market.acting(SYSTEM, traffic=Traffic.LIVE)

    assert isinstance((await market.run(inventory.HOLD, market.hold(*pear, 1, ctx=live)))[0], OutOfStock)

    order = market.hold(*pear)
    await market.run(inventory.HOLD, order)
    elsewhere = market.hold(*pear, order_id=order.lines[0].order_id, ctx=live)
    assert isinstance((await market.run(inventory.ALLOCATE, market.of(elsewhere)))[0], HoldLost)


async def test_two_buyers_want_the_last_pear(markets):
    here, there = await markets(), await markets()
    _, where, page = await here.goods(stock=1)
    pear = page.skus[0].id, where.id

    verdicts = await asyncio.gather(
        here.run(inventory.HOLD, here.hold(*pear)), there.run(inventory.HOLD, there.hold(*pear))
    )

    assert sorted(type(verdict).__name__ for [verdict] in verdicts) == ["NoneType", "OutOfStock"]
    assert await here.level(*pear) == (1, 1, 0)


async def test_two_hundred_buyers_want_a_hundred_pears(markets):
    here, there = await markets(), await markets()
    _, where, page = await here.goods(stock=100)
    pear = page.skus[0].id, where.id

    verdicts = await asyncio.gather(
        *(m.run(inventory.HOLD, *(m.hold(*pear) for _ in range(5))) for m in (here, there) * 20)
    )

    assert sum(verdict is None for batch in verdicts for verdict in batch) == 100
    assert await here.level(*pear) == (100, 100, 0)
    assert await here.verify() == []


async def test_one_order_raced_from_two_processes_is_held_once(markets):
    here, there = await markets(), await markets()
    _, where, page = await here.goods(stock=10)
    pear = page.skus[0].id, where.id
    order = here.hold(*pear, 3)

    assert await asyncio.gather(here.run(inventory.HOLD, order), there.run(inventory.HOLD, order)) == [
        [None],
        [None],
    ]

    assert await here.level(*pear) == (10, 3, 0)


async def test_pay_and_cancel_at_once_leave_one_outcome(markets):
    here, there = await markets(), await markets()
    _, where, page = await here.goods(stock=1)
    pear = page.skus[0].id, where.id
    order = here.hold(*pear)
    await here.run(inventory.HOLD, order)

    [[paid], [cancelled]] = await asyncio.gather(
        here.run(inventory.ALLOCATE, here.of(order)), there.run(inventory.RELEASE, there.of(order))
    )

    assert cancelled is None
    assert paid is None or isinstance(paid, HoldLost)
    assert await here.level(*pear) == (1, 0, 0)
    assert await here.verify() == []


async def test_many_orders_in_opposite_order_do_not_deadlock(markets):
    here, there = await markets(), await markets()
    goods = []
    for slug in ("a", "b", "c"):
        _, where, page = await here.goods(stock=100, slug=slug)
        goods.append((page.skus[0].id, where.id))

    def batch(market, items):
        return market.run(
            inventory.HOLD, *(market.hold_lines(*((uuid4(), *item, 1) for item in items)) for _ in range(3))
        )

    verdicts = await asyncio.gather(
        *(batch(m, g) for m, g in ((here, goods), (there, goods[::-1])) * 8), return_exceptions=True
    )

    assert all(batch == [None, None, None] for batch in verdicts), verdicts
    assert [await here.level(*item) for item in goods] == [(100, 48, 0)] * 3


async def test_the_database_itself_refuses_to_oversell(market, pear):
    assert await market.level(*pear) == (10, 0, 0)
    for column in ("held", "allocated"):
        with pytest.raises(asyncpg.CheckViolationError):
            await market.rows(f"UPDATE inventory.stock SET {column} = 11")
    with pytest.raises(asyncpg.CheckViolationError):
        await market.rows("UPDATE inventory.stock SET on_hand = -1")


async def test_the_database_itself_refuses_an_illegal_transition(market, pear):
    order = market.hold(*pear)
    await market.run(inventory.HOLD, order)

    with pytest.raises(asyncpg.CheckViolationError):
        await market.rows("UPDATE inventory.hold SET previous_state = state, state = 'shipped'")


async def test_movements_are_written_once_and_never_changed(market, pear):
    order = market.hold(*pear, 2)
    for step, demand in (
        (inventory.HOLD, order),
        (inventory.ALLOCATE, market.of(order)),
        (inventory.SHIP, market.of(order)),
    ):
        await market.run(step, demand)

    page = await inventory.movements(market.ctx, sku_id=pear[0], place_id=pear[1])

    assert [(one.kind, one.quantity) for one in page.items] == [("shipped", -2), ("received", 10)]
    assert page.items[0].reference == str(order.lines[0].order_id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await market.rows("UPDATE inventory.movement SET quantity = 1")


async def test_selling_the_last_piece_is_told_once(market, pear):
    await market.run(inventory.HOLD, market.hold(*pear, 9))
    assert await market.told("inventory.sold_out") == []

    await market.run(inventory.HOLD, market.hold(*pear, 1), market.hold(*pear, 1))

    assert len(await market.told("inventory.sold_out")) == 1


async def test_a_hold_that_everybody_forgot_goes_back_by_its_own_clock(market, pear):
    old, fresh, paid = market.hold(*pear, 2), market.hold(*pear, 3), market.hold(*pear, 4)
    fresh = market.hold(*pear, 3, expires_in=timedelta(hours=9))
    await market.run(inventory.HOLD, old, fresh, paid)
    await market.run(inventory.ALLOCATE, market.of(paid))
    assert await inventory.release_expired(market.platform) == 0

    async with market.db.transaction() as tx:
        await market.clocks.move(tx, business="fair", traffic=Traffic.SANDBOX, offset=timedelta(hours=1))
    assert await inventory.release_expired(market.platform) == 0  # another business's clock
    async with market.db.transaction() as tx:
        await market.clocks.move(tx, business="bazaar", traffic=Traffic.SANDBOX, offset=timedelta(hours=1))

    assert await inventory.release_expired(market.platform) == 1
    assert await market.level(*pear) == (10, 3, 4)
    assert len(await market.told("inventory.hold_expired")) == 1
    assert await inventory.release_expired(market.platform) == 0
    assert await market.verify() == []


async def test_holds_of_a_business_that_is_gone_hold_up_nobody_else(market, pear, caplog):
    gone, forgotten = market.hold(*pear, 2), market.hold(*pear, 3)
    await market.run(inventory.HOLD, gone, forgotten)
    await market.rows(
        "UPDATE inventory.hold SET business = 'gone', expires_at = expires_at - interval '1 day' "
        "WHERE order_id = $1",
        gone.lines[0].order_id,
    )
    async with market.db.transaction() as tx:
        await market.clocks.move(tx, business="bazaar", traffic=Traffic.SANDBOX, offset=timedelta(hours=1))

    # The lost hold comes first, and fills the batch.
    assert await inventory.release_expired(market.platform, limit=1) == 1
    assert await inventory.release_expired(market.platform, limit=1) == 0

    assert await market.level(*pear) == (10, 2, 0)
    assert "business=gone" in caplog.text


async def test_one_batch_does_different_things_to_holds_and_locks_them_together(market, pear):
    paid, sent, cancelled = (market.hold(*pear, quantity) for quantity in (1, 2, 3))
    await market.run(inventory.HOLD, paid, sent, cancelled)
    await market.run(inventory.ALLOCATE, market.of(sent))

    def step(what, order):
        return MoveDemand(market.ctx, what, market.of(order).holds)

    verdicts = await market.run(
        inventory.MOVE,
        step(StockStep.ALLOCATE, paid),
        step(StockStep.SHIP, sent),
        step(StockStep.RELEASE, cancelled),
        step(StockStep.ALLOCATE, cancelled),  # too late
        step(StockStep.SHIP, paid),  # paid and sent in one batch
    )

    assert [type(verdict).__name__ for verdict in verdicts] == ["NoneType"] * 3 + ["HoldLost", "NoneType"]
    assert await market.level(*pear) == (7, 0, 0)
    assert await market.verify() == []


async def test_a_hold_leaves_and_comes_back_in_parts(market, pear):
    order = market.hold(*pear, 5)
    (key,) = market.of(order).holds
    await market.run(inventory.HOLD, order)

    def part(what, n):
        return MoveDemand(market.ctx, what, (key,), {key: n})

    verdicts = await market.run(
        inventory.MOVE,
        part(StockStep.RELEASE, 1),  # not paid for yet
        MoveDemand(market.ctx, StockStep.ALLOCATE, (key,)),
        part(StockStep.SHIP, 2),
        part(StockStep.SHIP, 3),  # more than is left
    )
    assert [type(verdict).__name__ for verdict in verdicts] == ["NoneType"] * 3 + ["NotAllocated"]
    assert await market.level(*pear) == (8, 0, 2)
    assert await market.verify() == []

    await market.run(inventory.MOVE, part(StockStep.RELEASE, 1), part(StockStep.SHIP, 1))
    assert await market.level(*pear) == (7, 0, 0)
    movements = await market.rows(
        "SELECT quantity FROM inventory.movement WHERE reference = $1 ORDER BY id", str(key.order_id)
    )
    assert [row["quantity"] for row in movements] == [-2, -1]
    assert await market.verify() == []


async def test_shipping_and_cancelling_in_opposite_order_do_not_deadlock(markets):
    here, there = await markets(), await markets()
    goods = []
    for slug in ("a", "b"):
        _, where, page = await here.goods(stock=100, slug=slug)
        goods.append((page.skus[0].id, where.id))
    batches = []
    for market, items in ((here, goods), (there, goods[::-1])) * 6:
        orders = [market.hold(*item) for item in items]
        await market.run(inventory.HOLD, *orders)
        await market.run(inventory.ALLOCATE, *(market.of(order) for order in orders))
        steps = zip((StockStep.SHIP, StockStep.RELEASE), orders, strict=True)
        batches.append(
            (market, [MoveDemand(market.ctx, what, market.of(order).holds) for what, order in steps])
        )

    verdicts = await asyncio.gather(*(market.run(inventory.MOVE, *demands) for market, demands in batches))

    assert verdicts == [[None, None]] * 12
    assert [await here.level(*item) for item in goods] == [(94, 0, 0)] * 2
    assert await here.verify() == []
