"""The composed callables of PURE and IO points, generated with the exact signature of the point's Protocol.

A call through the plan happens dozens of times per order, so the usual path does nothing but call, count
and return. The source below is filled in once per shape (parameters, plain or async) and compiled; that
spares packing arguments, makes plain and async the same text, and keeps a caller's wrong arguments a
`TypeError` of the caller instead of a failure of the implementation. Around an implementation stand two
readings of the clock and a few additions; everything rare goes to `Step`. Where an implementation may wait
for something, the chain is asked by `_LIMITED`, which drives it under its time limit once it does wait.
"""

from __future__ import annotations

import inspect
import linecache
from asyncio import CancelledError
from collections.abc import Callable, Sequence
from functools import lru_cache
from time import perf_counter_ns
from types import CoroutineType
from typing import Any

from hansa.kernel.db.scope import in_transaction, scope
from hansa.kernel.extension import Effects, EffectViolated, ExtensionPoint, Mode
from hansa.kernel.plan._limit import Instead, can_wait, driven, limit_s
from hansa.kernel.plan._signature import protocol_signature
from hansa.kernel.plan._step import Call, Step
from hansa.kernel.plan.hearing import listener

_ENTER = """\
        if scope_of() is not None:
            refuse_inside(point)
"""
_COROUTINE = """\
{pad}if answer.__class__ is CoroutineType:
{pad}    step.refuse_coroutine(answer)
"""
_COUNT = """\
{pad}cell.calls += 1
{pad}cell.ns += took
{pad}if took > cell.alert_ns:
{pad}    step.noted(took)
"""

_NEUTRAL = """\
def make(point, answer):
    {async_}def {name}({params}):
{enter}        return {neutral}
    return {name}
"""

_GUARDED = """\
def make(call, guard):
    {async_}def {name}({params}):
        return guard({args}, answer={await_}call({args}))
    return {name}
"""

_LIMITED = """\
def make(chain, limit_s):
    {async_}def {name}({params}):
        time_up = []
        asked = chain(time_up, {args})
        try:
            waits_for = asked.send(None)
        except StopIteration as done:
            answer = done.value
        else:
            answer = await driven(asked, waits_for, time_up, limit_s)
        if answer.__class__ is Instead:
            return await answer.call({args})
        return answer
    return {name}
"""

_SOLO = """\
def make(point, step, empty):
    fn, cell, breaker = step.fn, step.cell, step.breaker
    fallback = step.fallback or empty

    {async_}def {name}({shared}{params}):
{enter}        if breaker.shut and step.refused():
            return {fallback}
        begun = clock_ns()
        try:
            answer = {await_}fn({args})
{coroutine}        except {errors} as error:
            {failed}
            return {fallback}
        took = clock_ns() - begun
{count}        return answer
    return {name}
"""

_SEVERAL = """\
def make(point, rows, empty, combine):
    several = len(rows)

    {async_}def {name}({shared}{params}):
{enter}        {before}
        absent = 0
        begun = clock_ns()
        for fn, cell, breaker, fallback, step in rows:
            if breaker.shut and step.refused():
                if fallback is not None:
                    return {fallback}
                absent += 1
                continue
            try:
                answer = {await_}fn({args_now})
{coroutine}                {inside}
            except {errors} as error:
                {failed}
                if fallback is not None:
                    return {fallback}
                absent += 1
                begun = clock_ns()
                continue
            ended = clock_ns()
            took = ended - begun
            begun = ended
{count}            {each}
        if absent == several:
            return {empty}
        return {after}
    return {name}
"""

_FIRST = {"before": "pass", "inside": "pass", "each": "if answer is not None: return answer", "after": "None"}
_HEARD = """\
if answer is not None:
                heard = listener()
                if heard is not None:
                    heard.answered(point, step.name)
                return answer"""
_ALL = {"before": "found = []", "inside": "found += answer", "each": "pass", "after": "found"}
_REDUCE = {
    "before": "found = first = object()",
    "inside": "found = answer if found is first else combine(found, answer)",
    "each": "pass",
    "after": "found",
}
_PIPELINE = {"before": "found = {value}", "inside": "found = answer", "each": "pass", "after": "found"}

_STARS: dict[object, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


class Shapes:
    """The shapes of one point: each method returns a callable with the signature of its Protocol."""

    def __init__(self, point: ExtensionPoint[Any]) -> None:
        self._point = point

    def neutral(self, answer: Any) -> Call:
        """Return the callable that always gives the neutral answer of a mode."""
        return _maker(self._point, "neutral")(self._point.name, answer)

    def unchanged(self) -> Call:
        """Return the pipeline of nobody: the value goes out as it came."""
        return _maker(self._point, "unchanged")(self._point.name, None)

    def guarded(self, call: Call, guard: Call) -> Call:
        """Return `call` with the platform's guard behind it."""
        return _maker(self._point, "guarded")(call, guard)

    def solo(self, step: Step, empty: Call) -> Call:
        """Ask one implementation."""
        return self._within_limits("solo", [step], self._point.name, step, empty)

    def several(self, steps: Sequence[Step], empty: Call) -> Call:
        """Ask several, as the point's mode says; `empty` answers when none of them did."""
        point = self._point
        rows = [(step.fn, step.cell, step.breaker, step.fallback, step) for step in steps]
        combine = point.reducer.combine if point.reducer else None
        return self._within_limits(point.mode, steps, point.name, rows, empty, combine)

    def _within_limits(self, name: str, steps: Sequence[Step], *parts: Any) -> Call:
        """Make a chain, under the point's time limit where one of its implementations may wait."""
        point = self._point
        if point.effects is not Effects.IO or not any(can_wait(step.fn) for step in steps):
            return _maker(point, name)(*parts)
        chain = _maker(point, name, within=True)(*parts)
        return _maker(point, "limited")(chain, limit_s(point))


_SHAPES: dict[str, tuple[str, dict[str, str]]] = {
    "neutral": (_NEUTRAL, {"neutral": "answer"}),
    "unchanged": (_NEUTRAL, {"neutral": "{value}"}),
    "guarded": (_GUARDED, {}),
    "limited": (_LIMITED, {}),
    "solo": (_SOLO, {}),
    Mode.FIRST: (_SEVERAL, _FIRST | {"each": _HEARD}),
    Mode.VETO: (_SEVERAL, _FIRST),
    Mode.ALL: (_SEVERAL, _ALL),
    Mode.REDUCE: (_SEVERAL, _REDUCE),
    Mode.PIPELINE: (_SEVERAL, _PIPELINE),
}


@lru_cache(maxsize=8192)
def _maker(point: ExtensionPoint[Any], name: str, *, within: bool = False) -> Callable[..., Call]:
    """Fill in a shape for a point and compile it, once for all businesses and plans.

    `within` makes a chain that `_LIMITED` drives: it says what to ask instead of asking it.
    """
    shape, parts = _SHAPES[name]
    signature = protocol_signature(point)
    if signature is None:
        raise TypeError(f"{point.name} names no Protocol")  # the compiler has said so before
    declared = list(signature.parameters.values())
    awaited = point.effects is Effects.IO
    value = declared[1].name if len(declared) > 1 else "None"
    handed = ["found" if at == 1 and parts is _PIPELINE else _argument(p) for at, p in enumerate(declared)]
    pad = " " * (12 if shape is _SOLO else 16)
    args = ", ".join(_argument(parameter) for parameter in declared)
    await_ = "await " if awaited else ""
    instead = "Instead({call})" if within else f"{await_}{{call}}({args})"
    took = "clock_ns() - begun"
    source = shape.format(
        name="ask_" + "".join(letter if letter.isalnum() else "_" for letter in point.name),
        async_="async " if awaited else "",
        await_=await_,
        params=_parameters(declared),
        shared="time_up, " if within else "",
        errors="(Exception, CancelledError)" if within else "Exception",
        failed=f"step.ended(error, {took}, time_up)" if within else f"step.failed(error, {took})",
        fallback=instead.format(call="fallback"),
        empty=instead.format(call="empty"),
        args=args,
        args_now=", ".join(handed),
        enter=_ENTER if awaited else "",
        coroutine="" if awaited else _COROUTINE.format(pad=pad),
        count=_COUNT.format(pad=pad[4:]),
        **{part: text.replace("{value}", value) for part, text in parts.items()},
    )
    where = f"<plan {point.name} {name}{' within' * within}>"
    linecache.cache[where] = (len(source), None, source.splitlines(keepends=True), where)  # for tracebacks
    names: dict[str, Any] = {
        "clock_ns": perf_counter_ns,
        "scope_of": scope.get,
        "refuse_inside": _refuse_inside,
        "CancelledError": CancelledError,
        "CoroutineType": CoroutineType,
        "Instead": Instead,
        "driven": driven,
        "listener": listener,
        **{f"default_{p.name}": p.default for p in declared if p.default is not p.empty},
    }
    exec(compile(source, where, "exec"), names)  # noqa: S102 - the text is ours; only names of parameters come in
    made: Callable[..., Call] = names["make"]
    return made


def _argument(parameter: inspect.Parameter) -> str:
    if parameter.kind is parameter.KEYWORD_ONLY:
        return f"{parameter.name}={parameter.name}"
    return _STARS.get(parameter.kind, "") + parameter.name


def _parameters(declared: Sequence[inspect.Parameter]) -> str:
    """Return the parameter list as source: bare names, defaults by reference."""
    words: list[str] = []
    starred = False
    for parameter in declared:
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            words.append("*")
            starred = True
        starred = starred or parameter.kind is parameter.VAR_POSITIONAL
        stars = _STARS.get(parameter.kind, "")
        default = "" if parameter.default is parameter.empty else f"=default_{parameter.name}"
        words.append(f"{stars}{parameter.name}{default}")
    return ", ".join(words)


def _refuse_inside(point: str) -> None:
    if in_transaction():
        raise EffectViolated(f"{point} asks the outside world and was called inside a transaction")
