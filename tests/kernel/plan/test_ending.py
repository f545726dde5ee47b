"""The end of a business: without residue when it never traded, with a tombstone when it did."""

from uuid import uuid4

import pytest

from hansa.kernel import deadlines, jobs
from hansa.kernel.business import Business
from hansa.kernel.center import Deadline
from hansa.kernel.clock import system_now
from hansa.kernel.context import SYSTEM, Traffic
from hansa.kernel.extension import Veto
from hansa.kernel.plan import (
    BUSINESS_REMOVED,
    KERNEL_POINTS,
    MAY_END_BUSINESS,
    BusinessEnded,
    BusinessKept,
    Code,
    PlanInvalid,
    UnknownBusiness,
    end_business,
)


class Shop:
    """A center that holds orders of businesses."""

    def __init__(self):
        self.open_orders = set()
        self.rows = {"tea": 3}

    async def may_end(self, ctx):
        return Veto("trade.open_orders", "It has open orders") if ctx.business in self.open_orders else None

    async def removed(self, tx, commands):
        return [[f"trade.cart: {self.rows.pop(command.ctx.business, 0)}"] for command in commands]


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
async def house(houses, shop):
    answers = {"trade": [MAY_END_BUSINESS.by(shop.may_end), BUSINESS_REMOVED.by(shop.removed)]}
    house = await houses(Code(points=KERNEL_POINTS, packages=[Business("bazaar")], answers=answers))
    await house.publish(Business("tea"), Business("coffee"))
    return house


async def everything(house):
    """Every row of the kernel's tables, as text."""
    tables = await house.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'kernel'")
    found = []
    for (table,) in tables:
        found += [text for (text,) in await house.rows(f"SELECT t::text FROM kernel.{table} AS t")]
    return found


async def test_a_business_that_never_traded_live_leaves_nothing(house, shop):
    house.plans.meter.cell("tea", Traffic.SANDBOX, "orders").add(ns=5)
    async with house.db.transaction() as tx:
        await house.plans.meter.flush(tx)
        await tx.raw.execute("INSERT INTO kernel.clock VALUES ('tea', 'sandbox', 5, NULL)")
    await house.kill("tea")
    assert any("tea" in row for row in await everything(house))

    ending = await end_business(house.platform, "tea", by="ada", owner=house.owner)

    assert ending.status == "removed"
    assert ending.deleted == (
        "trade.cart: 3",
        "kernel.business: 1",
        "kernel.clock: 1",
        "kernel.kill_history: 1",
        "kernel.kill_switch: 1",
        "kernel.usage: 1",
    )
    assert shop.rows == {}
    assert [row for row in await everything(house) if "tea" in row] == []
    house.plans.meter.cell("tea", Traffic.SANDBOX, "orders").add()  # a straggler's count
    async with house.db.transaction() as tx:
        await house.plans.meter.flush(tx)
    assert [row for row in await everything(house) if "tea" in row] == []
    with pytest.raises(UnknownBusiness):
        house.ctx("tea")
    await house.rollback()
    assert house.plans.named("tea") is None  # going back does not bring it back
    await house.publish(Business("tea"))  # and the name is free again
    assert house.ctx("tea").business == "tea"


async def test_jobs_of_a_removed_business_are_not_run(house):
    async with house.db.transaction() as tx:
        await jobs.enqueue(tx, "trade.give_back", b'{"business":"tea","minor":5}')
        await jobs.enqueue(tx, "trade.give_back", b'{"business":"tea-room","minor":5}')

    ending = await end_business(house.platform, "tea", by="ada", owner=house.owner)

    assert "kernel.pgqueuer: 1" in ending.deleted
    assert await house.rows("SELECT payload FROM kernel.pgqueuer") == [
        (b'{"business":"tea-room","minor":5}',)
    ]


async def test_what_would_fall_due_after_the_end_is_dropped(house):
    async with house.db.transaction() as tx:
        await house.plans.mark_traded(tx, ["tea"])
        for path in ("tea", "coffee"):
            at = Deadline(
                kind="trade.close_unpaid",
                subject=uuid4(),
                business=path,
                traffic=Traffic.SANDBOX,
                due_at=system_now(),
            )
            await deadlines.schedule(tx, [at])

    ending = await end_business(house.platform, "tea", by="ada", owner=house.owner)

    assert ending.status == "tombstone"
    assert await house.rows("SELECT business FROM kernel.deadline") == [("coffee",)]


async def test_a_business_that_traded_is_wound_down_and_keeps_its_name(house, shop):
    async with house.db.transaction() as tx:
        await house.plans.mark_traded(tx, ["tea"])
    shop.open_orders.add("tea")
    generation = house.plans.current.generation

    ending = await end_business(house.platform, "tea", by="ada", owner=house.owner)

    assert (ending.status, ending.objection.code) == ("winding", "trade.open_orders")
    (refused,) = await house.check((generation, "tea"))
    assert refused.code == "business.stopped"
    assert await house.check((generation, "tea"), selling=False) == [None]
    assert house.ctx("tea", actor=SYSTEM)

    shop.open_orders.clear()
    ending = await end_business(house.platform, "tea", by="ada", owner=house.owner)

    assert ending.status == "tombstone"
    assert shop.rows == {"tea": 3}  # history stays
    with pytest.raises(BusinessEnded):
        house.ctx("tea")
    with pytest.raises(BusinessEnded):
        house.plans.resolve("tea")
    with pytest.raises(PlanInvalid, match="tea is the name of a business that was wound down"):
        await house.publish(Business("tea"))
    (refused,) = await house.check((generation, "tea"), selling=False)
    assert refused.code == "business.ended"


async def test_a_center_may_object_to_removing_one_that_never_traded(house, shop):
    shop.open_orders.add("tea")

    with pytest.raises(BusinessKept, match="It has open orders") as caught:
        await end_business(house.platform, "tea", by="ada", owner=house.owner)

    assert caught.value.extras["objection"] == "trade.open_orders"
    assert house.ctx("tea").business == "tea"


async def test_a_center_that_fails_to_clean_up_keeps_the_business_whole(house, shop):
    async def broken(tx, commands):
        raise RuntimeError("broken")

    shop.removed = broken
    answers = {"trade": [BUSINESS_REMOVED.by(broken)]}
    house.plans.code = Code(points=KERNEL_POINTS, packages=[Business("bazaar")], answers=answers)
    await house.publish(Business("tea"))

    with pytest.raises(Exception, match="not answering"):
        await end_business(house.platform, "tea", by="ada", owner=house.owner)

    assert house.ctx("tea").business == "tea"
    assert await house.rows("SELECT status FROM kernel.business WHERE path = 'tea'") == [("live",)]


async def test_what_others_inherit_from_or_a_package_brings_stays(house):
    await house.publish(Business("tea.green"))

    with pytest.raises(BusinessKept, match=r"tea\.green inherit from it"):
        await end_business(house.platform, "tea", by="ada", owner=house.owner)
    with pytest.raises(BusinessKept, match="never traded: uninstall the package"):
        await end_business(house.platform, "bazaar", by="ada", owner=house.owner)
    with pytest.raises(UnknownBusiness):
        await end_business(house.platform, "nobody", by="ada", owner=house.owner)


async def test_other_processes_drop_it_too(house, houses, shop):
    other = await houses(house.plans.code)
    assert other.ctx("tea")

    await end_business(house.platform, "tea", by="ada", owner=house.owner)
    await other.plans.refresh()

    assert other.plans.named("tea") is None
    with pytest.raises(UnknownBusiness):
        async with other.db.transaction() as tx:
            await other.plans.mark_traded(tx, ["tea"])


async def test_a_comparison_finds_what_publishing_would_and_changes_nothing(house):
    async with house.db.transaction() as tx:
        await house.plans.mark_traded(tx, ["coffee"])
    assert (await end_business(house.platform, "coffee", by="ada", owner=house.owner)).status == "tombstone"
    number = house.plans.current.generation

    async with house.db.transaction() as tx:
        difference = await house.plans.compare(tx, [Business("tea.green")])
        with pytest.raises(PlanInvalid, match="coffee is the name of a business that was wound down"):
            await house.plans.compare(tx, [Business("coffee")])

    assert "tea.green" in str(difference)
    assert house.plans.current.generation == number
    assert await house.rows("SELECT max(id) FROM kernel.generation") == [(number,)]


async def test_a_packaged_business_that_traded_is_wound_down_while_its_package_is_installed(
    house, houses, shop
):
    async with house.db.transaction() as tx:
        await house.plans.mark_traded(tx, ["bazaar"])
    shop.open_orders.add("bazaar")

    ending = await end_business(house.platform, "bazaar", by="ada", owner=house.owner)

    assert (ending.status, ending.objection.code) == ("winding", "trade.open_orders")
    assert house.ctx("bazaar", actor=SYSTEM)  # what is under way goes on

    shop.open_orders.clear()
    ending = await end_business(house.platform, "bazaar", by="ada", owner=house.owner)

    assert ending.status == "tombstone"
    with pytest.raises(BusinessEnded):
        house.ctx("bazaar")
    again = await houses(house.plans.code)  # the package is still there
    with pytest.raises(BusinessEnded):
        again.ctx("bazaar")
    with pytest.raises(UnknownBusiness):
        await end_business(house.platform, "nobody", by="ada", owner=house.owner)


async def test_a_package_is_not_uninstalled_before_its_business_that_traded_has_ended(house, houses, shop):
    async with house.db.transaction() as tx:
        await house.plans.mark_traded(tx, ["bazaar"])
    await house.plans.stop()
    without = Code(points=KERNEL_POINTS, answers=house.plans.code.answers)

    with pytest.raises(PlanInvalid, match=r"bazaar traded live .* install its package again"):
        await houses(without)

    assert (await end_business(house.platform, "bazaar", by="ada", owner=house.owner)).status == "tombstone"
    assert (await houses(without)).plans.named("bazaar") is None
