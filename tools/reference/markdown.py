"""Markdown, as much of it as a reference needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from inspect import cleandoc

MADE = "<!-- Made from the code by `make docs`; change the code, not this page. -->"


def page(title: str, *parts: str) -> str:
    """Return a whole page."""
    return "\n\n".join([f"# {title}", MADE, *(part for part in parts if part)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; text in its cells may hold anything but tables."""
    lines = [_row(heads), _row(["---"] * len(heads)), *(_row([_cell(text) for text in row]) for row in rows)]
    return "\n".join(lines)


def listed(items: Iterable[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {item}" for item in items)


def code(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text}\n```"


def docstring(text: str | None) -> str:
    """Return a docstring as paragraphs."""
    return cleandoc(text or "")


def one_line(text: str | None) -> str:
    """Return a docstring in one line, for a cell of a table."""
    return " ".join(docstring(text).split())


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()
