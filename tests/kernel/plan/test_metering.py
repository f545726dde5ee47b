"""Metering: counted in the process, added to rows, readable per business."""

from datetime import UTC, datetime, timedelta

import pytest

from hansa.kernel.business import Business
from hansa.kernel.context import Traffic
from hansa.kernel.extension import Mode
from hansa.kernel.plan import Code

HOUR = datetime(2026, 11, 11, 20, tzinfo=UTC)


@pytest.fixture
async def house(houses, declare):
    point = declare("trade.price", mode=Mode.ONE, default=lambda ctx, value: value)
    house = await houses(Code(points=[point]))
    await house.publish(Business("tea"))
    return house


async def used(house, business="tea"):
    async with house.db.transaction() as tx:
        rows = await house.plans.meter.usage(tx, business=business, since=HOUR)
    return [(row.traffic.value, row.hour, row.what, row.calls, row.errors) for row in rows]


async def flush(house, now):
    async with house.db.transaction() as tx:
        return await house.plans.meter.flush(tx, now=now)


async def test_usage_adds_up_by_hour_and_traffic_class(house):
    orders = house.plans.meter.cell("tea", Traffic.LIVE, "orders")
    orders.add(calls=3, ns=30)
    house.plans.meter.cell("tea", Traffic.SANDBOX, "orders").add(errors=1)
    assert await flush(house, HOUR + timedelta(minutes=1)) == 2
    orders.add(calls=2, ns=500)
    assert await flush(house, HOUR + timedelta(minutes=59)) == 1
    assert await flush(house, HOUR + timedelta(minutes=59)) == 0
    orders.add(ns=1)
    await flush(house, HOUR + timedelta(minutes=61))

    assert await used(house) == [
        ("live", HOUR + timedelta(hours=1), "orders", 1, 0),
        ("live", HOUR, "orders", 5, 0),
        ("sandbox", HOUR, "orders", 1, 1),
    ]
    assert await house.rows("SELECT ns, ns_max FROM kernel.usage WHERE traffic = 'live' ORDER BY hour") == [
        (530, 500),
        (1, 1),
    ]


async def test_a_flush_that_fails_loses_nothing(house):
    house.plans.meter.cell("tea", Traffic.LIVE, "orders").add(calls=3)

    async def flush_and_fail():
        async with house.db.transaction() as tx:
            await house.plans.meter.flush(tx, now=HOUR)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await flush_and_fail()
    await flush(house, HOUR)

    assert await used(house) == [("live", HOUR, "orders", 3, 0)]


async def test_calls_through_the_plan_are_counted_under_whose_they_are(house):
    ctx = house.ctx("tea", traffic=Traffic.SANDBOX)
    (point,) = house.plans.code.points
    for _ in range(4):
        point.of(ctx)(ctx, 1)
    await house.publish(Business("coffee"))  # a new plan goes on with the same counts
    ctx = house.ctx("tea", traffic=Traffic.SANDBOX)
    point.of(ctx)(ctx, 1)
    await flush(house, HOUR)

    assert await used(house) == [("sandbox", HOUR, "trade.price/default", 5, 0)]


async def test_processes_add_to_the_same_rows(house, houses):
    other = await houses(house.plans.code)
    for process in (house, other):
        process.plans.meter.cell("tea", Traffic.LIVE, "orders").add()
        await flush(process, HOUR)

    assert await used(house) == [("live", HOUR, "orders", 2, 0)]
