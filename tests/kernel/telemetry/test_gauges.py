"""What one process shows of its lanes and breakers."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hansa.kernel.breaker import BreakerPolicy, Breakers
from hansa.kernel.context import Traffic
from hansa.kernel.gauges import ProcessGauges
from hansa.kernel.lane.stats import LaneStats
from hansa.kernel.metering import Cell
from hansa.kernel.telemetry import Metrics

AWAY = 'hansa_breakers_shut{business="bazaar",implementation="toy",point="trade.price",traffic="live"}'


class StandInLane:
    name = "toy"

    def __init__(self):
        self.stats = LaneStats()
        self.waiting = {}

    def queue_lengths(self):
        return self.waiting


@pytest.fixture
def lane():
    return StandInLane()


@pytest.fixture
def breakers():
    return Breakers(BreakerPolicy(failures_min=1))


@pytest.fixture
def seen(lane, breakers):
    """Take the figures and return the lines of them."""
    metrics = Metrics()
    platform = SimpleNamespace(
        lanes={"toy": lane},
        plans=SimpleNamespace(current=SimpleNamespace(breakers=breakers)),
        service=lambda _kind: metrics,
    )
    gauges = ProcessGauges(platform)

    def look():
        gauges.look()
        return metrics.render().decode().splitlines()

    return look


def test_a_queue_that_has_emptied_is_shown_empty(lane, seen):
    lane.waiting = {"bazaar": 3, "flagship": 1}
    assert 'hansa_lane_waiting_calls{business="bazaar",lane="toy"} 3.0' in seen()

    lane.waiting = {"flagship": 2}
    later = seen()
    assert 'hansa_lane_waiting_calls{business="bazaar",lane="toy"} 0.0' in later
    assert 'hansa_lane_waiting_calls{business="flagship",lane="toy"} 2.0' in later


def test_calls_turned_away_are_counted_once(lane, seen):
    lane.stats.busy = 4
    seen()
    assert 'hansa_lane_busy_total{lane="toy"} 4.0' in seen()

    lane.stats.busy = 5
    assert 'hansa_lane_busy_total{lane="toy"} 5.0' in seen()


def test_a_breaker_is_shown_while_it_is_shut(breakers, seen):
    cell = Cell()
    cell.add(errors=1)
    breaker = breakers.of(("bazaar", Traffic.LIVE, "trade.price", "toy"), cell)

    breaker.failed(0)
    assert f"{AWAY} 1.0" in seen()

    breaker.healed()
    assert f"{AWAY} 0.0" in seen()
