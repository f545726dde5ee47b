"""Suspending, and closing that waits for what is open."""

import asyncio
from datetime import timedelta

import pytest

from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import ShopOver, StatusUnchangeable
from hansa.centers.shop.extensions import MAY_CLOSE
from hansa.centers.shop.plug import SHOP
from hansa.centers.shop.terms import ClosingShop
from hansa.centers.shop.types import Objection, Reason, ShopStatus
from hansa.kernel.deadlines import run_due
from hansa.kernel.problem import Forbidden, Invalid, NotFound

KINDS = {kind.kind: kind for kind in SHOP.deadlines}
SETTLED = timedelta(minutes=1)
"""Until then nobody is asked: what is being placed just now comes first."""


class OpenOrders:
    """A center above that knows how many orders of a shop are open."""

    def __init__(self):
        self.count = 0
        self.asked = 0
        self.broken = False

    async def __call__(self, tx, commands):
        self.asked += len(commands)
        if self.broken:
            raise RuntimeError("the orders cannot be counted")
        found = Objection("open_orders", "Orders are open", {"orders": self.count})
        return [(found,) if self.count else () for _ in commands]


@pytest.fixture
def orders():
    return OpenOrders()


@pytest.fixture
async def market(markets, orders):
    return await markets(extends=[MAY_CLOSE.by(orders, name="open_orders")], terms=[ClosingShop()])


async def wait(market, span=timedelta()):
    """Let time pass for the business's sandbox, and whatever falls due happen."""
    moved = market.clocks.moved().get(("bazaar", "sandbox"), (timedelta(), None))[0]
    async with market.db.transaction() as tx:
        await market.clocks.move(tx, business="bazaar", traffic=market.ctx.traffic, offset=moved + span)
    await run_due(market.platform, KINDS)


async def status_of(market, shop_id):
    return (await shop.shops(market.ctx, [shop_id]))[shop_id].status


async def test_a_shop_without_open_orders_closes_soon(market, orders):
    opened, seller = await market.seller()

    closing = await shop.close_shop(seller, shop_id=opened.id, reasons=[Reason(code="retiring")])
    assert (closing.status, closing.sells) == (ShopStatus.CLOSING, False)
    assert (await shop.list_shops(market.ctx)).items == []
    await wait(market)
    assert await status_of(market, opened.id) is ShopStatus.CLOSING
    assert orders.asked == 0
    await wait(market, SETTLED)

    assert await status_of(market, opened.id) is ShopStatus.CLOSED
    assert orders.asked == 1
    history = await shop.status_history(seller, shop_id=opened.id)
    assert [(one.status.value, one.actor.partition(":")[0]) for one in history.items[:2]] == [
        ("closed", "system"),
        ("closing", "person"),
    ]
    for late in (
        shop.rename_shop(seller, shop_id=opened.id, name={"en": "New"}),
        shop.close_shop(seller, shop_id=opened.id),
        shop.keep_open(seller, shop_id=opened.id),
        shop.add_staff(seller, shop_id=opened.id, party=seller.party(), permissions=["shop.shop.edit"]),
    ):
        with pytest.raises(ShopOver):
            await late
    assert await market.verify() == []


async def test_a_closing_waits_for_open_orders_and_says_so(market, orders):
    opened, seller = await market.seller()
    orders.count = 3
    await shop.close_shop(seller, shop_id=opened.id)
    with pytest.raises(NotFound):
        await shop.closing_of(seller, shop_id=opened.id)

    await wait(market, SETTLED)
    assert await status_of(market, opened.id) is ShopStatus.CLOSING
    asked = await shop.closing_of(seller, shop_id=opened.id)
    assert asked.objections == (Objection("open_orders", "Orders are open", {"orders": 3}),)
    await wait(market, timedelta(minutes=59))
    assert orders.asked == 1
    orders.count = 0
    await wait(market, timedelta(minutes=2))

    assert await status_of(market, opened.id) is ShopStatus.CLOSED
    assert (await shop.closing_of(seller, shop_id=opened.id)).objections == ()


async def test_whoever_finished_something_has_it_looked_at_again_at_once(market, orders):
    opened, seller = await market.seller()
    other, _ = await market.seller("other")
    orders.count = 1
    await shop.close_shop(seller, shop_id=opened.id)
    await wait(market, SETTLED)

    orders.count = 0
    async with market.db.transaction() as tx:
        await shop.ask_soon(tx, market.ctx, [opened.id, other.id])
    await wait(market)

    assert await status_of(market, opened.id) is ShopStatus.CLOSED
    assert await status_of(market, other.id) is ShopStatus.ACTIVE


async def test_who_cannot_answer_objects(market, orders):
    opened, seller = await market.seller()
    orders.broken = True
    await shop.close_shop(seller, shop_id=opened.id)

    await wait(market, SETTLED)

    assert await status_of(market, opened.id) is ShopStatus.CLOSING
    [objection] = (await shop.closing_of(seller, shop_id=opened.id)).objections
    assert objection.code == "extension.failed"


@pytest.mark.parametrize("suspended", [False, True])
async def test_a_closing_called_off_leaves_the_shop_as_it_was(market, orders, suspended):
    opened, seller = await market.seller()
    before = ShopStatus.ACTIVE
    if suspended:
        before = ShopStatus.SUSPENDED
        await shop.set_status(market.ctx, shop_id=opened.id, status=before)
    orders.count = 1
    await shop.close_shop(seller, shop_id=opened.id)
    await wait(market, SETTLED)

    assert (await shop.keep_open(seller, shop_id=opened.id)).status is before
    orders.count = 0
    await wait(market, timedelta(days=1))

    assert await status_of(market, opened.id) is before
    with pytest.raises(NotFound):
        await shop.closing_of(seller, shop_id=opened.id)
    with pytest.raises(StatusUnchangeable):
        await shop.keep_open(seller, shop_id=opened.id)
    assert await market.verify() == []


async def test_closing_and_calling_it_off_at_once_end_in_one_of_the_two(market, orders):
    opened, seller = await market.seller()
    for _ in range(6):
        await shop.close_shop(seller, shop_id=opened.id)
        outcomes = await asyncio.gather(
            shop.keep_open(seller, shop_id=opened.id),
            run_due(market.platform, KINDS),
            return_exceptions=True,
        )
        status = await status_of(market, opened.id)
        refused = isinstance(outcomes[0], ShopOver)
        assert status is (ShopStatus.CLOSED if refused else ShopStatus.ACTIVE)
        if refused:
            opened, seller = await market.seller(f"again-{_}")
    assert await market.verify() == []


async def test_staff_suspends_nobody_and_reasons_are_kept(market):
    opened, seller = await market.seller()
    operator = market.person("shop.shop.suspend", "shop.shop.see")
    why = Reason(code="counterfeit_goods", message="Three reports")

    with pytest.raises(Forbidden):
        await shop.set_status(seller, shop_id=opened.id, status=ShopStatus.SUSPENDED)
    with pytest.raises(Invalid):
        await shop.set_status(
            operator, shop_id=opened.id, status=ShopStatus.SUSPENDED, reasons=[Reason(code="!")]
        )
    await shop.set_status(operator, shop_id=opened.id, status=ShopStatus.SUSPENDED, reasons=[why])

    last = (await shop.status_history(seller, shop_id=opened.id)).items[0]
    assert (last.cause, last.reasons, last.actor) == ("suspended", (why,), operator.actor.label)


@pytest.mark.parametrize("wanted", sorted(set(ShopStatus) - {ShopStatus.ACTIVE, ShopStatus.SUSPENDED}))
async def test_the_operator_sets_no_other_status_by_hand(market, wanted):
    opened, _ = await market.seller()

    with pytest.raises(StatusUnchangeable):
        await shop.set_status(market.ctx, shop_id=opened.id, status=wanted)


async def test_only_who_may_close_closes(market):
    opened, _ = await market.seller()
    _, other = await market.seller("other")
    manager = market.person(f"shop.shop.edit@{opened.object}", f"shop.staff.change@{opened.object}")

    for stranger in (other, manager):
        with pytest.raises(Forbidden):
            await shop.close_shop(stranger, shop_id=opened.id)
        with pytest.raises(Forbidden):
            await shop.keep_open(stranger, shop_id=opened.id)
