"""The sold-out gate: refuses only what a locked read has just shown, and opens when stock arrives."""

from uuid import uuid4

import pytest

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory._gate import WINDOW_S, SoldOutGate
from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.inventory.types import Adjustment, MovementReason

pytestmark = pytest.mark.external


class Stopwatch:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def stopwatch(market):
    watch = Stopwatch()
    market.platform.add(SoldOutGate(monotonic=watch))
    return watch


@pytest.fixture
async def pear(market, stopwatch):
    _, where, page = await market.goods(stock=2)
    return page.skus[0].id, where.id


def ask(market, pear, quantity=1):
    return inventory.sold_out_gate(market.ctx, market.hold(*pear, quantity))


async def test_a_shut_gate_refuses_as_the_lane_would(market, pear):
    assert ask(market, pear, 3) is None  # nobody has seen it short yet
    [seen] = await market.run(inventory.HOLD, market.hold(*pear, 3))

    refusal = ask(market, pear, 3)

    assert isinstance(refusal, OutOfStock)
    assert refusal.extras == seen.extras
    assert ask(market, pear, 2) is None  # two are left
    assert inventory.sold_out_gate(market.ctx, market.hold_lines((uuid4(), *pear, 1), (uuid4(), *pear, 2)))


async def test_the_gate_knows_what_the_batch_left(market, pear):
    await market.run(inventory.HOLD, market.hold(*pear, 3), market.hold(*pear, 2))

    assert ask(market, pear, 1)


async def test_the_gate_opens_by_itself_after_its_window(market, pear, stopwatch):
    await market.run(inventory.HOLD, market.hold(*pear, 3))

    stopwatch.now += WINDOW_S

    assert ask(market, pear, 3) is None


async def test_stock_that_arrives_opens_the_gate_at_once(market, pear):
    order = market.hold(*pear, 2)
    await market.run(inventory.HOLD, order, market.hold(*pear, 1))
    assert ask(market, pear)

    await market.receive(*pear, 1)
    assert ask(market, pear) is None

    await market.run(inventory.HOLD, market.hold(*pear), market.hold(*pear))
    assert ask(market, pear)
    await market.run(inventory.RELEASE, market.of(order))
    assert ask(market, pear) is None

    await market.run(inventory.HOLD, market.hold(*pear, 2), market.hold(*pear))
    assert ask(market, pear)
    await inventory.adjust(
        market.ctx,
        adjustments=[Adjustment(sku_id=pear[0], place_id=pear[1], difference=1, reason=MovementReason.FOUND)],
    )
    assert ask(market, pear) is None


async def test_what_was_rolled_back_shuts_nothing(market, pear):
    async def break_off():
        async with market.db.transaction() as tx:
            demands = [market.hold(*pear, 2), market.hold(*pear, 1)]
            state = await inventory.HOLD.lock(tx, demands)
            for demand in demands:
                inventory.HOLD.decide(state, demand)
            await inventory.HOLD.write(tx, state)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()

    assert ask(market, pear) is None
    assert await market.level(*pear) == (2, 0, 0)


async def test_other_traffic_is_not_refused(market, pear):
    await market.run(inventory.HOLD, market.hold(*pear, 3))
    demand = market.hold(pear[0], uuid4(), 3)

    assert inventory.sold_out_gate(market.ctx, demand) is None
