"""problems.md: every code that an answer may carry."""

from __future__ import annotations

from itertools import groupby

from hansa.kernel.problem import meaning_of
from tools.reference import markdown as md
from tools.reference.house import House


def page(house: House) -> str:
    """Return every problem by its code."""
    parts = []
    for owner, kinds in groupby(house.problems, key=lambda kind: kind.code.partition(".")[0]):
        rows = [
            [f'<a id="{kind.code}"></a>`{kind.code}`', str(kind.status), kind.title, meaning_of(kind)]
            for kind in kinds
        ]
        parts += [f"## {owner}", md.table(["code", "status", "title", "meaning"], rows)]
    return md.page("Problems", _INTRODUCTION, *parts)


_INTRODUCTION = """\
Every refusal is a problem after RFC 9457 (`application/problem+json`): programs look at `code`, which is
stable, people read `title` and `detail`. `type` is `/problems/` and the code: a page, or JSON for who asks for it, says there what this one does. Some carry more members, which
each route's entry in the [API](api.md) shows; a wrong field is named in `errors` as `field`, `code` and
`message`, all fields at once. A fault of ours is `internal`, with an `incident` that stands in the log."""
