"""An order is explained by who really answered for it, not by who stands first in the plan."""

from dataclasses import replace

import pytest

from centers.trading import staff
from hansa.centers.inventory.extensions import SOURCING, nearest_first
from hansa.centers.trade import api as trade
from hansa.centers.trade.extensions import FULFILMENT_OPTIONS
from hansa.centers.trade.types import DraftLine
from hansa.kernel.plan._step import Link


async def broken(*_):
    raise RuntimeError("the warehouse is on fire")


async def silent(*_):
    return None


@pytest.fixture
async def answered(house):
    """Return the function that places an order while a business answers a point so, and explains it."""
    pear = await house.good(await house.seller(), stock=9)

    async def answered(*answers):
        buyer = await house.buyer()
        plan = buyer.plan.source
        chains = dict(plan.chains)
        for point, fns in answers:
            links = [Link(point.by(fn, name=fn.__name__), house.business) for fn in fns]
            chains[point.name, house.business] = tuple(links)
        changed = replace(plan, chains=chains, _made={}, _batches={}).of(house.business, buyer.traffic)
        buyer = replace(buyer, plan=changed)
        placed = await house.place(buyer, pear)
        told = await trade.explain(buyer, order_id=placed.orders[0].id)
        return {one.point: (one.answered_by, one.failed) for one in told.decisions}

    return answered


async def test_the_usual_answers_are_those_of_the_plan(house, answered):
    decided = await answered()

    plan = house.system.plan
    assert decided["inventory.sourcing"] == (plan.answered_by("inventory.sourcing")[:1], ())
    assert decided["trade.fulfilment_options"] == (plan.answered_by("trade.fulfilment_options"), ())


async def test_who_answers_first_is_named_alone(answered):
    decided = await answered((SOURCING, [nearest_first, silent]))

    assert decided["inventory.sourcing"] == (("nearest_first",), ())


async def test_who_has_nothing_to_say_is_not_named(answered):
    decided = await answered((SOURCING, [silent, nearest_first]))

    assert decided["inventory.sourcing"] == (("nearest_first",), ())


async def test_a_fallback_is_named_and_so_is_who_failed(answered):
    decided = await answered((SOURCING, [broken, silent]), (FULFILMENT_OPTIONS, [broken]))

    assert decided["inventory.sourcing"] == (("default",), ("broken",))
    assert decided["trade.fulfilment_options"] == (("default",), ("broken",))
    assert decided["trade.freight"] == (("default",), ())


async def test_an_accepted_draft_was_not_priced_by_the_business(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller)
    await house.asks(buyer, pear)
    made = await trade.make_draft(
        staff(seller),
        shop_id=seller.shop_id,
        buyer=buyer.party(),
        lines=[DraftLine(pear.offer_id, 1, 5)],
    )

    placed = await trade.accept_draft(buyer, draft_id=made.id, address_id=await house.home(buyer))

    told = await trade.explain(buyer, order_id=placed.orders[0].id)
    points = {one.point for one in told.decisions}
    assert "inventory.sourcing" in points
    assert not points & {"product.price", "trade.price_lines", "trade.layers", "trade.limits"}
