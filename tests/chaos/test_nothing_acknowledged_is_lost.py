"""Kill anything at any moment: what a buyer was told stays true, happens once, and the books are clean."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time

import pytest

from shopping import Shoppers

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.enable_socket,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]
PASSWORD = "porcelain and ink"


@pytest.fixture
def seed(request):
    """What is killed when; printed with a failure, given again by HANSA_CHAOS_SEED."""

    chosen = int(os.environ.get("HANSA_CHAOS_SEED") or random.randrange(10**6))
    print(f"HANSA_CHAOS_SEED={chosen}")
    return chosen


async def test_killed_at_any_moment(site, seed, pytestconfig):
    chaos_s = 25 if pytestconfig.getoption("--short") else 180
    await asyncio.to_thread(site.wait_until_ready)
    shoppers = Shoppers(site.url)
    await shoppers.enter("qinghe", "qinghe@demo.hansa", PASSWORD)
    before = await shoppers.stock()

    shopping = asyncio.create_task(shoppers.shop_until_stopped(6))
    await asyncio.to_thread(kill_for, site, chaos_s, random.Random(seed))
    await asyncio.to_thread(site.wait_until_ready)
    shoppers.stop()
    await shopping

    log = shoppers.log
    print(
        f"{len(log.orders)} orders, {log.repeated} repeats, refused {dict(log.refused)}, killed {site.killed}"
    )
    assert len(log.orders) > chaos_s / 4
    await orders_are_as_acknowledged(shoppers)
    await stock_is_as_acknowledged(shoppers, before)
    await told_once(shoppers)
    await shoppers.close()

    assert await asyncio.to_thread(site.stop) == 0, site.tail()
    verified = await asyncio.to_thread(site.run, "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert site.processes() == {}


def kill_for(site, seconds, chance):
    """Kill one after the other; sometimes the next falls before the last is back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.3, 2.5))
        site.kill_somebody(chance)
        if chance.random() < 0.7:
            site.wait_until_ready()
        else:
            time.sleep(chance.uniform(0, 0.5))
            site.keep_up()


async def orders_are_as_acknowledged(shoppers):
    """Each acknowledged order is there once, in the state and with the amounts that were told, and no other."""
    for bought in shoppers.log.orders:
        mine = (await shoppers.get("/orders?limit=100", bought.buyer))["items"]
        assert [(one["id"], one["state"], one["payable"]) for one in mine] == [
            (bought.order, bought.state, bought.payable)
        ], bought
        payment = await shoppers.get(f"/payments/{bought.payment}", bought.buyer)
        paid = bought.state not in {"awaiting_payment", "closed"}
        assert payment["captured"]["minor"] == (bought.payable if paid else 0), bought
        assert payment["refunded"]["minor"] == 0, bought
    assert await all_orders(shoppers) == sorted(bought.order for bought in shoppers.log.orders)


async def all_orders(shoppers):
    found, cursor = [], ""
    while cursor is not None:
        page = await shoppers.get(
            f"/shops/{shoppers.shop}/orders?limit=100" + (f"&cursor={cursor}" if cursor else ""),
            shoppers.seller,
        )
        found += [one["id"] for one in page["items"]]
        cursor = page["cursor"]
    return sorted(found)


async def stock_is_as_acknowledged(shoppers, before):
    after = await shoppers.stock()
    quantity = {
        kind: sum(one.quantity for one in shoppers.log.orders if one.state in states)
        for kind, states in {
            "gone": {"shipped", "finished"},
            "held": {"awaiting_payment"},
            "allocated": {"awaiting_shipment"},
        }.items()
    }
    came = shoppers.log.receipts
    totals = [sum(level[at] for level in after.values()) for at in range(3)]
    on_hand = sum(level[0] for level in before.values())
    assert totals == [on_hand + came - quantity["gone"], quantity["held"], quantity["allocated"]]


async def told_once(shoppers):
    """Every buyer hears of what happened, once each, though whoever delivers was killed as well."""
    paid = [one for one in shoppers.log.orders if one.state not in {"awaiting_payment", "closed"}]
    give_up = time.monotonic() + 60
    for bought in paid:
        told = []
        while not told:
            assert time.monotonic() < give_up, f"nobody told the buyer of {bought}"
            told = [
                one["template"] for one in (await shoppers.get("/me/notifications", bought.buyer))["items"]
            ]
            if not told:
                await asyncio.sleep(0.5)
        assert len(told) == len(set(told)), (bought, told)
