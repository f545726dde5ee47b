"""Whole lives of stock on the database, one step after another and several at once: nothing is ever oversold.

What may be promised is counted from holds and movements alone, not from the row that decides.
"""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from uuid import uuid4

import pytest

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory._service.holding import release_expired
from hansa.centers.inventory.types import (
    Adjustment,
    Counted,
    MovementReason,
    StockLimits,
    StockPush,
    Transfer,
)
from hansa.kernel.problem import Problem

STEPS = 40
AT_ONCE = 4


class Life:
    """One SKU at two places, and everything that can happen to it."""

    def __init__(self, market, sku_id, places, rng):
        self.market, self.sku_id, self.places, self.rng = market, sku_id, places, rng
        self.orders = []
        self.sheet = None

    def steps(self):
        return (
            self.receive,
            self.adjust,
            self.push,
            self.transfer,
            self.limit,
            self.count,
            self.approve,
            *[self.hold] * 6,
            *[self.allocate] * 3,
            *[self.ship] * 3,
            self.release,
        )

    def place(self):
        return self.rng.choice(self.places)

    async def receive(self):
        await self.market.receive(self.sku_id, self.place(), self.rng.randint(1, 4))

    async def adjust(self):
        difference = self.rng.choice([-3, -2, -1, 1, 2])
        one = Adjustment(
            sku_id=self.sku_id, place_id=self.place(), difference=difference, reason=MovementReason.BROKEN
        )
        await inventory.adjust(self.market.ctx, adjustments=[one])

    async def push(self):
        one = StockPush(sku_id=self.sku_id, place_id=self.place(), on_hand=self.rng.randint(0, 8))
        await inventory.push_stock(self.market.ctx, rows=[one], note="the ERP says so")

    async def transfer(self):
        here, there = self.rng.sample(self.places, 2)
        one = Transfer(
            sku_id=self.sku_id, from_place_id=here, to_place_id=there, quantity=self.rng.randint(1, 4)
        )
        await inventory.transfer(self.market.ctx, transfers=[one])

    async def limit(self):
        one = StockLimits(
            sku_id=self.sku_id,
            place_id=self.place(),
            safety=self.rng.randint(0, 2),
            backorder=self.rng.randint(0, 3),
        )
        await inventory.set_limits(self.market.ctx, limits=[one])

    async def count(self):
        if self.sheet is None:
            self.sheet = await inventory.open_stocktake(self.market.ctx, place_id=self.places[0])
        found = Counted(sku_id=self.sku_id, counted=self.rng.randint(0, 8))
        await inventory.count(self.market.ctx, stocktake_id=self.sheet.id, counted=[found])

    async def approve(self):
        if self.sheet is not None:
            await inventory.approve_stocktake(self.market.ctx, stocktake_id=self.sheet.id)
            self.sheet = None

    async def hold(self):
        wanted = self.rng.randint(1, 4)
        demand = self.market.hold(self.sku_id, self.place(), wanted, order_id=uuid4())
        (refused,) = await self.market.run(inventory.HOLD, demand)
        if refused is None:
            self.orders.append(demand)

    async def allocate(self):
        await self.move(inventory.ALLOCATE)

    async def ship(self):
        await self.move(inventory.SHIP)

    async def release(self):
        await self.move(inventory.RELEASE)

    async def move(self, participant):
        if self.orders:
            await self.market.run(participant, self.market.of(self.rng.choice(self.orders)))

    async def expire(self):
        """An hour goes by, and what nobody paid for in time is set free."""
        clocks = self.market.clocks
        moved = clocks.moved().get(("bazaar", "sandbox"), (timedelta(), None))[0]
        async with self.market.db.transaction() as tx:
            await clocks.move(
                tx, business="bazaar", traffic=self.market.ctx.traffic, offset=moved + timedelta(hours=1)
            )
        await release_expired(self.market.platform)

    async def oversold(self):
        """Places that have promised or sent more than ever came in, and what may be promised beyond it."""
        return await self.market.rows(
            """SELECT s.place_id FROM inventory.stock s
               WHERE s.sku_id = $1 AND (
                 (SELECT coalesce(sum(h.quantity), 0) FROM inventory.hold h
                   WHERE h.sku_id = s.sku_id AND h.place_id = s.place_id AND h.state <> 'released')
                 > (SELECT coalesce(sum(m.quantity), 0) FROM inventory.movement m
                     WHERE m.sku_id = s.sku_id AND m.place_id = s.place_id AND m.kind <> 'shipped')
                   + s.backorder)""",
            self.sku_id,
        )


@pytest.fixture
async def begun(market):
    """Begin a life: (seller's places, the life)."""

    async def begin(seed):
        seller, first, page = await market.goods(stock=5)
        shop_id = (await market.rows("SELECT shop_id FROM place.place WHERE id = $1", first.id))[0]["shop_id"]
        second = await market.place_of(seller, shop_id)
        return Life(market, page.skus[0].id, [first.id, second.id], random.Random(seed))

    return begin


@pytest.mark.parametrize("seed", range(4))
async def test_no_sequence_of_steps_oversells(begun, market, seed):
    life = await begun(seed)
    outcomes = []
    for at in range(STEPS):
        step = life.expire if at % 13 == 12 else life.rng.choice(life.steps())
        try:
            outcomes.append(await step())
        except Problem as refused:
            outcomes.append(refused.code)
        assert await life.oversold() == []
    assert await market.verify() == []
    assert any(demand.lines for demand in life.orders)


@pytest.mark.parametrize("seed", range(4, 8))
async def test_no_steps_at_once_oversell(begun, market, seed):
    life = await begun(seed)
    for _ in range(STEPS // AT_ONCE):
        steps = [life.rng.choice(life.steps()) for _ in range(AT_ONCE)]
        outcomes = await asyncio.gather(*[step() for step in steps], return_exceptions=True)
        assert [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Problem)] == []
        assert await life.oversold() == []
    await life.expire()
    assert await life.oversold() == []
    assert await market.verify() == []


async def test_everybody_wants_the_last_pieces_while_they_are_carried_away(begun, market):
    """Orders, a transfer and a correction race for five pieces and two that may be promised."""
    life = await begun(99)
    limits = StockLimits(sku_id=life.sku_id, place_id=life.places[0], safety=1, backorder=2)
    await inventory.set_limits(market.ctx, limits=[limits])
    one = Transfer(sku_id=life.sku_id, from_place_id=life.places[0], to_place_id=life.places[1], quantity=2)
    lost = Adjustment(
        sku_id=life.sku_id, place_id=life.places[0], difference=-1, reason=MovementReason.BROKEN
    )
    life.rng = type("First", (random.Random,), {"choice": lambda _self, some: some[0]})(1)

    await asyncio.gather(
        *[life.hold() for _ in range(20)],
        inventory.transfer(market.ctx, transfers=[one]),
        inventory.adjust(market.ctx, adjustments=[lost]),
        return_exceptions=True,
    )

    on_hand, held, allocated = await market.level(life.sku_id, life.places[0])
    assert held + allocated <= on_hand + 2
    assert await life.oversold() == []
    assert await market.verify() == []
