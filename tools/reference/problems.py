"""problems.md: every code that an answer may carry."""

from __future__ import annotations

from itertools import groupby

from hansa.kernel.problem import Problem
from tools.reference import markdown as md
from tools.reference.house import House


def page(house: House) -> str:
    """Return every problem by its code."""
    parts = []
    for owner, kinds in groupby(house.problems, key=lambda kind: kind.code.partition(".")[0]):
        rows = [
            [f'<a id="{kind.code}"></a>`{kind.code}`', str(kind.status), kind.title, _meaning(kind)]
            for kind in kinds
        ]
        parts += [f"## {owner}", md.table(["code", "status", "title", "meaning"], rows)]
    return md.page("Problems", _INTRODUCTION, *parts)


_INTRODUCTION = """\
Every refusal is a problem after RFC 9457 (`application/problem+json`): programs look at `code`, which is
stable, people read `title` and `detail`. `type` is `/problems/` and the code. Some carry more members, which
each route's entry in the [API](api.md) shows; a wrong field is named in `errors` as `field`, `code` and
`message`, all fields at once. A fault of ours is `internal`, with an `incident` that stands in the log."""


def _meaning(kind: type[Problem]) -> str:
    if kind is Problem:
        return "A fault of ours; `incident` is the id under which it was logged."
    return md.one_line(kind.__doc__)
