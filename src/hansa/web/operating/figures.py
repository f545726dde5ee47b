"""What was sold, as figures: charts with their tables."""

from __future__ import annotations

from datetime import datetime

from hansa.web.operating.base import OperatorView
from hansa.web.parts import Part


class Figure(Part, frozen=True, kw_only=True):
    """One view of what was sold: `chart` is markup that was made here, `rows` is the same in words, the sum last."""

    title: str
    chart: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class FiguresPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/figures`: figures as the last export has them; without one, `exported_at` is None."""

    template = "operating/figures.html"
    lede: str = ""
    figures: tuple[Figure, ...] = ()
    exported_at: datetime | None = None
