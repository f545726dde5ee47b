"""Prometheus metrics of all processes together.

Where the platform runs as several processes, each writes its values to files of one folder (prometheus_client's
multi-process mode), and whichever process answers `/metrics` adds them up. The folder is named in the
environment before `prometheus_client` is imported, so the command that starts the processes does it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The metrics of this process, each made once by its name. Found as `platform.service(Metrics)`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._made: dict[str, Counter | Gauge | Histogram] = {}

    def counter(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
        """Return a counter: only ever grows; its name ends in what it counts (`hansa_orders`)."""
        made = self._made.get(name) or Counter(name, meaning, labels, registry=self._registry)
        self._made[name] = made
        assert isinstance(made, Counter), name  # noqa: S101 - one name, one kind: a bug otherwise
        return made

    def gauge(
        self,
        name: str,
        meaning: str,
        labels: Sequence[str] = (),
        *,
        together: Literal["livesum", "livemostrecent"] = "livesum",
    ) -> Gauge:
        """Return a gauge: goes up and down; the sum over the living processes is what is shown.

        What every process would read the same (a count in the database) is `together="livemostrecent"`.
        """
        made = self._made.get(name) or Gauge(
            name, meaning, labels, registry=self._registry, multiprocess_mode=together
        )
        self._made[name] = made
        assert isinstance(made, Gauge), name  # noqa: S101 - as above
        return made

    def histogram(
        self, name: str, meaning: str, labels: Sequence[str] = (), *, buckets: Sequence[float] = _SECONDS
    ) -> Histogram:
        """Return a histogram; its name ends in its unit (`hansa_lane_wait_seconds`)."""
        made = self._made.get(name) or Histogram(
            name, meaning, labels, registry=self._registry, buckets=buckets
        )
        self._made[name] = made
        assert isinstance(made, Histogram), name  # noqa: S101 - as above
        return made

    def render(self) -> bytes:
        """Return the metrics of all processes in Prometheus's text format."""
        if folder := os.environ.get(MULTIPROCESS_VARIABLE):
            together = CollectorRegistry()
            MultiProcessCollector(together, path=folder)  # type: ignore[no-untyped-call]
            return generate_latest(together)
        return generate_latest(self._registry)
