"""What operators see of the lanes: how large batches are, how long calls wait and commits take."""

from __future__ import annotations

from collections.abc import Callable

from hansa.kernel.lane.stats import BatchSeen
from hansa.kernel.telemetry import Metrics

_CALLS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


def batch_observer(metrics: Metrics, lane: str) -> Callable[[BatchSeen], None]:
    """Return what a lane calls after each batch: it feeds the lane's histograms."""
    names = ("lane",)
    calls = metrics.histogram("hansa_lane_batch_calls", "Calls committed together", names, buckets=_CALLS)
    waited = metrics.histogram("hansa_lane_wait_seconds", "Time the oldest call of a batch waited", names)
    took = metrics.histogram("hansa_lane_commit_seconds", "Time from taking a batch to its commit", names)
    calls_of, waited_of, took_of = calls.labels(lane), waited.labels(lane), took.labels(lane)

    def observe(seen: BatchSeen) -> None:
        calls_of.observe(seen.calls)
        waited_of.observe(seen.wait_s)
        took_of.observe(seen.work_s)

    return observe
