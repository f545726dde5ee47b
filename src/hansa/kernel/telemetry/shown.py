"""A gauge of many labels as one picture: what is no longer in it is shown as 0, not as it last was."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Gauge

Labels = tuple[str, ...]


class Shown:
    """A gauge that is set as a whole."""

    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge
        self._labels: set[Labels] = set()

    def show(self, figures: Mapping[Labels, float]) -> None:
        """Show these figures, and 0 for every label that was shown before and is not among them."""
        for gone in self._labels - figures.keys():
            self._gauge.labels(*gone).set(0)
        for labels, figure in figures.items():
            self._gauge.labels(*labels).set(figure)
        self._labels |= figures.keys()
