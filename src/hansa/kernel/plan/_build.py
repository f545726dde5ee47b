"""From a chain of links to one callable: which shape, what stands behind it, what guards it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import chain as concatenate
from typing import Any

from hansa.kernel.business import parent_of
from hansa.kernel.context import Traffic
from hansa.kernel.extension import ExtensionPoint, Mode, OnError
from hansa.kernel.plan import _tx
from hansa.kernel.plan._shapes import Shapes
from hansa.kernel.plan._step import Call, Gauges, Link, Step
from hansa.kernel.plan.hearing import DEFAULT

Links = Callable[[str], Sequence[Link]]
"""A point's chain by path, in asking order."""


def build_call(
    point: ExtensionPoint[Any], path: str, links: Links, gauges: Gauges, clock_ns: Callable[[], int]
) -> Call:
    """Return the composed callable of a PURE or IO point for one business and traffic class."""
    shapes = Shapes(point)

    def step(name: str, fn: Call, fallback: Call | None = None, instead: Sequence[str] = ()) -> Step:
        gauge = gauges(point.name, name)
        return Step(point, name, fn, gauge=gauge, clock_ns=clock_ns, fallback=fallback, instead=instead)

    empty = shapes.unchanged() if point.mode is Mode.PIPELINE else shapes.neutral(neutral_answer(point))
    if point.default is not None:
        empty = shapes.solo(step(DEFAULT, point.default), empty)

    def named(path: str) -> tuple[str, ...]:
        return tuple(link.name for link in links(path)) or (DEFAULT,)

    def at(path: str) -> Call:
        steps = []
        for link in links(path):
            behind: Call | None = None
            instead: tuple[str, ...] = (DEFAULT,)
            if point.on_error is OnError.PARENT:
                behind = empty
                if link.level:
                    behind, instead = at(parent_of(link.level)), named(parent_of(link.level))
            steps.append(step(link.name, link.extension.fn, behind, instead))
        if point.mode is Mode.FIRST and steps and point.default is not None:
            steps.append(step(DEFAULT, point.default))
        return _shaped(shapes, steps, empty)

    call = at(path)
    return call if point.guard is None else shapes.guarded(call, point.guard)


def _shaped(shapes: Shapes, steps: Sequence[Step], empty: Call) -> Call:
    if not steps:
        return empty
    if len(steps) == 1:
        return shapes.solo(steps[0], empty)
    return shapes.several(steps, empty)


def build_batch(
    point: ExtensionPoint[Any],
    path: str,
    links: Links,
    gauges: Callable[[str, Traffic], Gauges],
    clock_ns: Callable[[], int],
) -> Call:
    """Return the composed callable of a TX point for every business with this chain."""

    def step(name: str, fn: Call) -> _tx.BatchStep:
        known: dict[tuple[str, Traffic], Step] = {}

        def step_of(business: str, traffic: Traffic) -> Step:
            found = known.get((business, traffic))
            if found is None:
                gauge = gauges(business, traffic)(point.name, name)
                found = known[business, traffic] = Step(point, name, fn, gauge=gauge, clock_ns=clock_ns)
            return found

        return _tx.BatchStep(point, name, fn, step_of=step_of)

    empty = _tx.unchanged if point.mode is Mode.PIPELINE else _tx.neutral(neutral_answer(point))
    if point.default is not None:
        empty = _tx.alone(step(DEFAULT, point.default))

    def at(path: str) -> _tx.BatchCall:
        steps = []
        for link in links(path):
            steps.append(step(link.name, link.extension.fn))
            if point.on_error is OnError.PARENT:
                steps[-1].fallback = at(parent_of(link.level)) if link.level else empty
        if point.mode is Mode.FIRST and steps and point.default is not None:
            steps.append(step(DEFAULT, point.default))
        join = joined(point) if point.mode in (Mode.ALL, Mode.REDUCE) else None
        return _tx.compose(steps, mode=point.mode, empty=empty, join=join)

    call = at(path)
    return call if point.guard is None else _tx.guarded(call, point.guard)


def neutral_answer(point: ExtensionPoint[Any]) -> Any:
    """Return the answer of nobody: no sequence elements, the reducer's identity, no veto."""
    if point.mode is Mode.ALL:
        return ()
    if point.mode is Mode.REDUCE and point.reducer is not None:
        return point.reducer.identity
    return None


def joined(point: ExtensionPoint[Any]) -> Callable[[list[Any]], Any]:
    """Return how several answers become one."""
    if point.reducer is None:
        return lambda answers: list(concatenate.from_iterable(answers))
    combine = point.reducer.combine
    return lambda answers: reduce(combine, answers)
