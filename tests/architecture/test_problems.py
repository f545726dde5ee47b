"""Problems as callers get them: their extras speak the callers' language."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import hansa.app
import hansa.complete_journey.replaying
from architecture.source import sources
from hansa.kernel.problem import problems

NAMES = {kind.__name__ for kind in problems()} | {"refusal"}
THINGS = {"account", "hold", "journal", "payment", "refund"}
"""Extras that are ids by what they are called."""
NUMBERS = {"basket", "generation"}
"""Extras that are called an id in the code and are plain numbers."""

assert hansa.app  # all is imported, so every problem is known
assert hansa.complete_journey.replaying


def stated(value: ast.expr) -> Iterator[ast.expr]:
    """What an extra consists of: the items of lists, whether written or drawn, and the values of dicts."""
    match value:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts):
            for part in parts:
                yield from stated(part)
        case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part):
            yield from stated(part)
        case ast.Call(func=ast.Name(id="str" | "next" | "list" | "sorted" | "min"), args=[part, *_]):
            yield from stated(part)
        case ast.IfExp(body=one, orelse=other):
            yield from stated(one)
            yield from stated(other)
        case _:
            yield value


def is_bare(called: str, value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return False
    name = value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
    return called in THINGS or name in {"id", "id_"} or name.endswith("_id")


def test_problems_show_ids_as_callers_know_them():
    bare = [
        f"{source.name}, line {call.lineno}: {extra.arg}={ast.unparse(extra.value)}"
        for source in sources()
        for call in ast.walk(source.tree)
        if isinstance(call, ast.Call)
        and (getattr(call.func, "id", "") or getattr(call.func, "attr", "")) in NAMES
        for extra in call.keywords
        if extra.arg not in NUMBERS and any(is_bare(extra.arg, value) for value in stated(extra.value))
    ]

    assert not bare, "IdKind.show() says what callers know"
