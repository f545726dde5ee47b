"""Commands that are told again happen at their own moments, however many are under way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hansa.kernel.clock import LiveClockFixed
from hansa.kernel.context import SYSTEM, Traffic

THEN = datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC)


async def test_each_command_has_its_own_moment_and_the_clock_stays(house):
    ctx = house.platform.context("bazaar", traffic=Traffic.REPLAY, actor=SYSTEM)

    told = ctx.happened(THEN)

    assert told.now() == THEN
    assert told.with_(locale="zh").now() == THEN
    assert (await told.under(ctx.plan.generation)).now() == THEN
    assert ctx.now() > THEN


async def test_live_traffic_happens_now(house):
    live = house.platform.context("bazaar", traffic=Traffic.LIVE, actor=SYSTEM)

    with pytest.raises(LiveClockFixed):
        live.happened(THEN)
