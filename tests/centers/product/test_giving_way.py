"""Who tells of very much lets those who are told keep up, but waits for nobody who takes nothing."""

from types import SimpleNamespace

import pytest

from hansa.centers.product._service import giving_way
from hansa.centers.product._service.giving_way import GivesWay
from hansa.centers.product.events import OfferChanged
from hansa.kernel.event import Handler
from hansa.kernel.outbox import HandlerLag


async def takes(tx, told):
    """Take what is told."""


class House:
    """As much of a platform as is asked: the centers, and one more that is told of offers."""

    def __init__(self, market):
        self.db = market.db
        told = [Handler("index.follow", (OfferChanged,), handle=takes)]
        index = SimpleNamespace(name="index", events=(), handlers=told)
        self.centers = [*market.platform.centers, index]


@pytest.fixture
def lagging(market, monkeypatch):
    """A way to wait, for handlers that are behind as told: lists of (events, seconds), one per look."""
    looks = []

    async def look(tx, registry):
        assert "index.follow" in registry.handlers
        behind, oldest_s = looks.pop(0)
        return [HandlerLag(handler="index.follow", behind=behind, oldest_s=oldest_s, retrying=0, parked=0)]

    monkeypatch.setattr(giving_way, "lags", look)
    monkeypatch.setattr(giving_way, "_LOOK_EVERY_S", 0.001)
    monkeypatch.setattr(giving_way, "_STUCK_S", 0.003)
    return GivesWay(House(market), center="product"), looks


async def test_it_waits_as_long_as_somebody_is_behind_and_moves(lagging):
    way, looks = lagging
    looks += [(900 - n, 3.0) for n in range(20)] + [(10_000, 3.0 - n / 10) for n in range(20)] + [(4, 3.0)]

    await way.wait()

    assert looks == []


async def test_nobody_waits_for_who_takes_nothing(lagging):
    way, looks = lagging
    looks += [(900, 3.0 + n) for n in range(20)]

    await way.wait()
    left = len(looks)
    await way.wait()

    assert left > 10
    assert len(looks) == left - 1  # looked at once more, and known to be stuck


async def test_where_nobody_is_told_nobody_is_looked_at(market, monkeypatch):
    looks = []
    monkeypatch.setattr(giving_way, "lags", lambda *_: looks.append("looked"))

    await GivesWay(market.platform, center="nobody").wait()

    assert looks == []
