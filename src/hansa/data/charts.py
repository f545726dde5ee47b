"""Charts as SVG, drawn here: no script, colours by the house's tokens, a table behind each for who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files

import msgspec

WIDTH, HEIGHT = 960, 280
_LEFT, _BOTTOM, _TOP, _RIGHT = 64, 36, 12, 8
_LABELS_MAX = 14
_TICKS = 4
_BAR, _BAR_LABEL, _BAR_FIGURE = 26, 220, 150


class Series(msgspec.Struct, frozen=True):
    """One colour of a chart: its name, its values by column, and how each is written."""

    name: str
    values: Sequence[int | float]
    shown: Sequence[str]


def columns(labels: Sequence[str], series: Sequence[Series], *, title: str) -> str:
    """Draw upright columns, the series on top of each other."""
    totals = [sum(one.values[at] for one in series) for at in range(len(labels))]
    top = _round_up(max(totals, default=0))
    step = (WIDTH - _LEFT - _RIGHT) / max(len(labels), 1)
    every = -(-len(labels) // _LABELS_MAX) or 1
    parts = [_grid(top)]
    for at, label in enumerate(labels):
        x, base = _LEFT + at * step + step * 0.12, 0.0
        said = "; ".join(f"{one.name} {one.shown[at]}" for one in series)
        parts.append(f"<g><title>{escape(label)}: {escape(said)}</title>")
        for number, one in enumerate(series, 1):
            height = _scaled(one.values[at], top)
            y = HEIGHT - _BOTTOM - base - height
            parts.append(
                f'<rect class="s{number}" x="{x:.1f}" y="{y:.1f}" width="{step * 0.76:.1f}" height="{height:.1f}"/>'
            )
            base += height
        parts.append("</g>")
        if at % every == 0:
            middle = _LEFT + at * step + step / 2
            parts.append(f'<text class="x" x="{middle:.1f}" y="{HEIGHT - 12}">{escape(label)}</text>')
    return _svg(WIDTH, HEIGHT, title, "".join(parts))


def bars(labels: Sequence[str], values: Sequence[int | float], shown: Sequence[str], *, title: str) -> str:
    """Draw lying bars, each with its label before it and its figure behind it."""
    most = max(values, default=0) or 1
    room = WIDTH - _BAR_LABEL - _BAR_FIGURE
    parts = []
    for at, (label, value, said) in enumerate(zip(labels, values, shown, strict=True)):
        y, length = at * _BAR, room * value / most
        parts.append(
            f'<text class="label" x="{_BAR_LABEL - 12}" y="{y + 17}">{escape(label)}</text>'
            f'<rect class="s1" x="{_BAR_LABEL}" y="{y + 4}" width="{max(length, 1):.1f}" height="{_BAR - 8}" rx="2"/>'
            f'<text class="figure" x="{_BAR_LABEL + length + 8:.1f}" y="{y + 17}">{escape(said)}</text>'
        )
    return _svg(WIDTH, max(len(labels), 1) * _BAR, title, "".join(parts))


def legend(series: Sequence[Series]) -> str:
    """Name the colours."""
    items = "".join(
        f'<li><i class="s{number}"></i>{escape(one.name)}</li>' for number, one in enumerate(series, 1)
    )
    return f'<ul class="legend">{items}</ul>'


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the figures as a table, folded in behind the chart."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(c)}</td>" for c in row[1:])
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def document(title: str, lede: str, sections: Sequence[tuple[str, str]], *, language: str = "en") -> str:
    """Return a page of its own with the house's colours: it needs no server, and nothing from elsewhere."""
    folder = files("hansa").joinpath("web/static/css")
    tokens, style = (
        folder.joinpath(f"{name}.css").read_text(encoding="utf-8") for name in ("tokens", "figures")
    )
    body = "".join(f"<section><h2>{escape(head)}</h2>{content}</section>" for head, content in sections)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{tokens}{style}{_PAGE}</style></head>"
        f'<body class="figures"><main><h1>{escape(title)}</h1><p class="lede">{escape(lede)}</p>{body}</main></body></html>'
    )


def _svg(width: int, height: int, title: str, inside: str) -> str:
    chart = f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">{inside}</svg>'
    return f'<div class="scroll" tabindex="0">{chart}</div>'


def _grid(top: float) -> str:
    parts = []
    for tick in range(_TICKS + 1):
        y = HEIGHT - _BOTTOM - _scaled(top * tick / _TICKS, top)
        parts.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="y" x="{_LEFT - 8}" y="{y + 4:.1f}">{_short(top * tick / _TICKS)}</text>')
    return "".join(parts)


def _scaled(value: float, top: float) -> float:
    return (HEIGHT - _BOTTOM - _TOP) * value / top if top else 0.0


def _round_up(value: float) -> float:
    """Return the next figure that divides well: 1, 2, 2.5, 4, 5 or 8 and zeros."""
    if value <= 0:
        return 1.0
    size: float = 10 ** (len(str(int(value))) - 1)
    return next(size * step for step in (1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10) if size * step >= value)


def _short(value: float) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


_PAGE = """
:root{color-scheme:light dark}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/20px system-ui,sans-serif}
main{max-inline-size:1040px;margin-inline:auto;padding:32px 16px}
h1{font-size:28px;line-height:36px;margin:0}h2{font-size:16px;line-height:24px;margin:0 0 12px}
.lede{color:var(--ink-2);margin:4px 0 24px}
section{background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:20px;margin-block-end:16px}
"""
