"""What a running process does all the time beside its work."""

import asyncio

import pytest

from hansa import app, asgi
from hansa.kernel.db.presence import Presence


class Faltering:
    """As much of a platform as upkeep needs, whose database fails in a way nobody foresaw."""

    def __init__(self):
        self.db = self
        self.presence = Presence()
        self.asked = asyncio.Queue()

    def transaction(self):
        self.asked.put_nowait(1)
        raise RuntimeError("nobody foresaw this")


class NoGauges:
    """Figures that are of no interest here."""

    def __init__(self, platform):
        pass

    def look(self):
        pass


async def test_upkeep_goes_on_whatever_went_wrong(monkeypatch):
    monkeypatch.setattr(app, "_UPKEEP_S", 0.001)
    monkeypatch.setattr(app, "ProcessGauges", NoGauges)
    platform = Faltering()
    upkeep = asyncio.create_task(app._keep_up(platform))

    async with asyncio.timeout(10):
        for _ in range(3):
            await platform.asked.get()

    assert not upkeep.done()
    upkeep.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upkeep


async def test_a_process_is_ready_as_long_as_the_plan_it_serves_is_good(house, monkeypatch):
    plans = house.platform.plans
    monkeypatch.setattr(plans, "behind", "generation 7 needs other code")
    assert await asgi._missing(house.platform) == ""

    monkeypatch.setattr(plans, "outdated", "generation 7 needs other code")
    assert await asgi._missing(house.platform) == "generation 7 needs other code"
