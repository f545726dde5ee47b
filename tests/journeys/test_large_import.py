"""A large import beside the day's business: nothing partial is seen, orders go on, and nobody's events wait for it."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest

from hansa.centers.product import api as product
from hansa.centers.product.types import ImportFormat, ImportState
from hansa.kernel.money import Money
from hansa.kernel.outbox import Courier, Registry
from hansa.kernel.problem import Problem

PART = 400_000
WAITED_S_MAX = 2.0
"""What the events of others may be delayed; held to where the machine is ours (`make chaos`), told everywhere."""


def many(count: int, *, bad: int | None = None) -> str:
    """A file of so many products, perhaps with one row that has no price."""
    head = "product,title:en,title:zh,price_minor,currency"
    rows = (f"L-{n},Pot {n},壶 {n},{'' if n == bad else 1000 + n % 7},CNY" for n in range(count))
    return "\n".join([head, *rows]) + "\n"


class Post:
    """Delivers every event of the house, and notes when search has taken what was told of one offer."""

    def __init__(self, platform, offer_id):
        registry = Registry.of(platform.centers)
        search = registry.handlers["search.follow_products"]
        self.arrivals = defaultdict(asyncio.Event)  # by version

        async def noted(tx, told):
            await search.handle(tx, told)
            for one in told:
                if getattr(one.event, "offer_id", None) == offer_id:
                    tx.after_commit(self.arrivals[one.event.offer_version].set)

        registry.handlers[search.name] = replace(search, handle=noted)
        self.courier = Courier(platform, registry)


async def start(ctx, shop_id, text):
    begun = await product.begin_import(ctx, shop_id=shop_id, form=ImportFormat.CSV)
    parts = [text[at : at + PART] for at in range(0, len(text), PART)]
    for number, part in enumerate(parts, 1):
        await product.add_part(ctx, import_id=begun.id, number=number, text=part)
    return await product.start_import(ctx, import_id=begun.id, parts=len(parts))


async def buy(house, buyer, good):
    """Buy one, and try again when the house is too busy just now."""
    for _ in range(20):
        try:
            return await house.paid_order(buyer, good)
        except Problem as busy:
            if busy.status != 503:
                raise
    raise AssertionError("nobody was served")


def prices() -> Iterator[Money]:
    """One price after another, none of them twice."""
    at = 5_000
    while True:
        at += 1
        yield Money(at, "CNY")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rows", [1_500, pytest.param(100_000, marks=pytest.mark.chaos)])
async def test_the_events_of_others_are_delivered_while_a_large_import_goes_on(
    house, next_door, rows, record_property
):
    job = next(
        job.run for center in house.platform.centers for job in center.jobs if job.name == product.IMPORT_JOB
    )
    large, rival, buyer = await house.seller(), await house.seller(), await house.buyer()
    good = await house.good(rival, stock=10_000)
    started = await start(house.system, large.shop_id, many(rows))
    post, price, waited = Post(house.platform, good.offer_id), prices(), []
    delivering = asyncio.create_task(post.courier.run())
    first = await product.set_price(house.system, offer_id=good.offer_id, price=next(price))
    await post.arrivals[first.version].wait()  # who delivers has begun, and has had what was told before
    importing = asyncio.create_task(job(next_door.platform, started.id.bytes))
    orders = 0
    while not importing.done():
        changed = await product.set_price(house.system, offer_id=good.offer_id, price=next(price))
        told = time.perf_counter()
        arriving = asyncio.create_task(post.arrivals[changed.version].wait())
        await asyncio.wait([arriving, importing], return_when=asyncio.FIRST_COMPLETED)
        if importing.done():
            arriving.cancel()
            break
        waited.append(time.perf_counter() - told)
        await buy(house, buyer, good)
        orders += 1
    await importing
    delivering.cancel()

    done = await product.import_(house.system, started.id)
    assert (done.state, done.rows_written, done.rows_settled) == (ImportState.DONE, rows, rows)
    record_property("events", len(waited))
    record_property("orders", orders)
    record_property("waited_s_max", round(max(waited), 3))
    assert orders >= 3  # each after an event that was told and delivered while the import went on
    if rows >= 100_000:
        assert max(waited) < WAITED_S_MAX
    await house.deliver()


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rows", [1_500, pytest.param(100_000, marks=pytest.mark.chaos)])
async def test_one_bad_row_and_nothing_of_the_import_is_there_while_orders_run(house, next_door, rows):
    job = next(
        job.run for center in house.platform.centers for job in center.jobs if job.name == product.IMPORT_JOB
    )
    large, rival, buyer = await house.seller(), await house.seller(), await house.buyer()
    good = await house.good(rival, stock=10_000)
    started = await start(house.system, large.shop_id, many(rows, bad=rows - 1))
    importing = asyncio.create_task(job(next_door.platform, started.id.bytes))
    while not importing.done():
        await buy(house, buyer, good)
        assert (await product.list_products(house.system, shop_id=large.shop_id)).count == 0
    await importing

    done = await product.import_(house.system, started.id)
    [bad] = (await product.bad_rows(house.system, import_id=done.id)).items
    assert (done.state, done.rows_bad, bad.line) == (ImportState.REJECTED, 1, rows + 1)
    assert not await product.import_staged(house.system, done.id)
    assert (await product.products_of_shop(house.system, shop_id=large.shop_id)).items == []
