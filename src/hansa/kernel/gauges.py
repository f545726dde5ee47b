"""What operators see between requests: who waits in the lanes, what is shut, and what has come to a stand.

Two kinds of figures. What one process knows by itself is taken from memory every few seconds and summed over the
processes. What stands in the database is the same for all of them: the worker asks for it, rarely, and no server
asks again when it is scraped.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from hansa.kernel import deadlines, jobs
from hansa.kernel.outbox import HandlerLag, Registry, lags
from hansa.kernel.problem import Problem
from hansa.kernel.telemetry import Metrics
from hansa.kernel.telemetry.shown import Shown

if TYPE_CHECKING:
    from hansa.kernel.platform import Platform

ASK_EVERY = timedelta(seconds=15)

_log = logging.getLogger("hansa.gauges")


class ProcessGauges:
    """Lanes and breakers of this process."""

    def __init__(self, platform: Platform) -> None:
        metrics = platform.service(Metrics)
        self._platform = platform
        self._waiting = Shown(
            metrics.gauge("hansa_lane_waiting_calls", "Calls waiting in a lane's queue", ("lane", "business"))
        )
        self._busy = metrics.counter(
            "hansa_lane_busy", "Calls turned away: the queue was full or they waited too long", ("lane",)
        )
        self._shut = Shown(
            metrics.gauge(
                "hansa_breakers_shut",
                "In how many processes an implementation is left alone because it kept failing",
                ("business", "traffic", "point", "implementation"),
            )
        )
        self._counted: dict[str, int] = {}

    def look(self) -> None:
        """Take the figures as they are now."""
        lanes = self._platform.lanes.values()
        self._waiting.show(
            {
                (lane.name, business): length
                for lane in lanes
                for business, length in lane.queue_lengths().items()
            }
        )
        for lane in lanes:
            busy = lane.stats.busy
            self._busy.labels(lane.name).inc(busy - self._counted.get(lane.name, 0))
            self._counted[lane.name] = busy
        breakers = self._platform.plans.current.breakers
        self._shut.show(
            {
                (business, traffic.value, point, implementation): 1
                for business, traffic, point, implementation in breakers.shut()
            }
        )


class StandingGauges:
    """What the database holds that waits for a handler, or for somebody."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = Registry.of(platform.centers)
        metrics = platform.service(Metrics)

        def of(name: str, meaning: str, label: str) -> Shown:
            return Shown(metrics.gauge(name, meaning, (label,), together="livemostrecent"))

        self._lag_events = of("hansa_outbox_lag_events", "Events a handler has yet to take", "handler")
        self._lag_seconds = of("hansa_outbox_lag_seconds", "Age of the next event of a handler", "handler")
        self._retrying = of(
            "hansa_outbox_retrying_events",
            "Events set aside that are tried again, and those behind",
            "handler",
        )
        self._parked = of(
            "hansa_outbox_parked_events", "Events that stay parked until somebody acts", "handler"
        )
        self._jobs = of("hansa_jobs_failed", "Jobs that failed as often as they may", "job")
        self._deadlines = of("hansa_deadlines_failed", "Deadlines that failed and are not through", "kind")

    async def look(self) -> None:
        """Ask the database once. While it cannot be asked, the figures stay as they were."""
        try:
            async with self._platform.db.transaction() as tx:
                behind = await lags(tx, self._registry)
                failed_jobs = await jobs.count_failed(tx)
                failed_deadlines = await deadlines.count_failed(tx)
        except Problem as problem:
            if not self._platform.db.presence.explains(problem):
                _log.warning("what stands still could not be counted: %s", problem)
            return
        self._show_outbox(behind)
        centers = self._platform.centers
        none = dict.fromkeys([job.name for center in centers for job in center.jobs], 0)
        self._jobs.show({(name,): count for name, count in (none | failed_jobs).items()})
        none = dict.fromkeys([kind.kind for center in centers for kind in center.deadlines], 0)
        self._deadlines.show({(kind,): count for kind, count in (none | failed_deadlines).items()})

    def _show_outbox(self, behind: list[HandlerLag]) -> None:
        self._lag_events.show({(lag.handler,): lag.behind for lag in behind})
        self._lag_seconds.show({(lag.handler,): lag.oldest_s for lag in behind})
        self._retrying.show({(lag.handler,): lag.retrying for lag in behind})
        self._parked.show({(lag.handler,): lag.parked for lag in behind})
