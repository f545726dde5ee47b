"""The composed callables of PURE and IO points, generated with the exact signature of the point's Protocol.

A call through the plan happens dozens of times per order, so the usual path does nothing but call, count
and return. The source below is filled in once per shape (parameters, plain or async) and compiled; that
spares packing arguments, makes plain and async the same text, and keeps a caller's wrong arguments a
`TypeError` of the caller instead of a failure of the implementation. Around an implementation stand two
readings of the clock and a few additions; everything rare goes to `Step`.
"""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Sequence
from functools import lru_cache
from time import perf_counter_ns
from types import CoroutineType
from typing import Any

from hansa.kernel.db.scope import in_transaction, scope
from hansa.kernel.extension import Effects, EffectViolated, ExtensionPoint
from hansa.kernel.plan._signature import protocol_signature
from hansa.kernel.plan._step import Call, Step

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

_SOLO = """\
def make(point, step, empty):
    fn, cell, breaker = step.fn, step.cell, step.breaker
    fallback = step.fallback or empty

    {async_}def {name}({params}):
{enter}        if breaker.shut and step.refused():
            return {await_}fallback({args})
        begun = clock_ns()
        try:
            answer = {await_}fn({args})
{coroutine}        except Exception as error:
            step.failed(error, clock_ns() - begun)
            return {await_}fallback({args})
        took = clock_ns() - begun
{count}        return answer
    return {name}
"""

_SEVERAL = """\
def make(point, rows, empty, combine):
    several = len(rows)

    {async_}def {name}({params}):
{enter}        {before}
        absent = 0
        begun = clock_ns()
        for fn, cell, breaker, fallback, step in rows:
            if breaker.shut and step.refused():
                if fallback is not None:
                    return {await_}fallback({args})
                absent += 1
                continue
            try:
                answer = {await_}fn({args_now})
{coroutine}                {inside}
            except Exception as error:
                step.failed(error, clock_ns() - begun)
                if fallback is not None:
                    return {await_}fallback({args})
                absent += 1
                begun = clock_ns()
                continue
            ended = clock_ns()
            took = ended - begun
            begun = ended
{count}            {each}
        if absent == several:
            return {await_}empty({args})
        return {after}
    return {name}
"""

_FIRST = {"before": "pass", "inside": "pass", "each": "if answer is not None: return answer", "after": "None"}
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
        signature = protocol_signature(point)
        if signature is None:
            raise TypeError(f"{point.name} names no Protocol")  # the compiler has said so before
        self._point = point
        self._awaited = point.effects is Effects.IO
        self._signature = signature

    def neutral(self, answer: Any) -> Call:
        """Return the callable that always gives the neutral answer of a mode."""
        return self._make(_NEUTRAL, {"neutral": "answer"})(self._point.name, answer)

    def unchanged(self) -> Call:
        """Return the pipeline of nobody: the value goes out as it came."""
        return self._make(_NEUTRAL, {"neutral": "{value}"})(self._point.name, None)

    def guarded(self, call: Call, guard: Call) -> Call:
        """Return `call` with the platform's guard behind it."""
        return self._make(_GUARDED, {})(call, guard)

    def solo(self, step: Step, empty: Call) -> Call:
        """Ask one implementation."""
        return self._make(_SOLO, {})(self._point.name, step, empty)

    def first(self, steps: Sequence[Step], empty: Call) -> Call:
        """Ask one after the other until one has an answer (FIRST) or a veto (VETO)."""
        return self._make(_SEVERAL, _FIRST)(self._point.name, _rows(steps), empty, None)

    def all(self, steps: Sequence[Step], empty: Call) -> Call:
        """Ask everybody and concatenate."""
        return self._make(_SEVERAL, _ALL)(self._point.name, _rows(steps), empty, None)

    def reduce(self, steps: Sequence[Step], empty: Call, combine: Callable[[Any, Any], Any]) -> Call:
        """Ask everybody and combine the answers."""
        return self._make(_SEVERAL, _REDUCE)(self._point.name, _rows(steps), empty, combine)

    def pipeline(self, steps: Sequence[Step], empty: Call) -> Call:
        """Hand the value from one to the next."""
        return self._make(_SEVERAL, _PIPELINE)(self._point.name, _rows(steps), empty, None)

    def _make(self, shape: str, parts: dict[str, str]) -> Callable[..., Call]:
        """Fill in a shape and compile it; points with the same signature share the compiled text."""
        declared = list(self._signature.parameters.values())
        defaults = {f"default_{p.name}": p.default for p in declared if p.default is not p.empty}
        args = ", ".join(_argument(parameter) for parameter in declared)
        value = declared[1].name if len(declared) > 1 else "None"
        handed = [
            "found" if at == 1 and parts is _PIPELINE else _argument(p) for at, p in enumerate(declared)
        ]
        pad = " " * (12 if shape is _SOLO else 16)
        filled = {
            "name": "ask_" + "".join(letter if letter.isalnum() else "_" for letter in self._point.name),
            "async_": "async " if self._awaited else "",
            "await_": "await " if self._awaited else "",
            "params": _parameters(declared),
            "args": args,
            "args_now": ", ".join(handed),
            "enter": _ENTER if self._awaited else "",
            "coroutine": "" if self._awaited else _COROUTINE.format(pad=pad),
            "count": _COUNT.format(pad=pad[4:]),
            **{part: text.replace("{value}", value) for part, text in parts.items()},
        }
        return _compiled(shape.format(**filled), self._point.name, tuple(defaults.items()))


@lru_cache(maxsize=4096)
def _compiled_code(source: str, point: str) -> Any:
    where = f"<plan {point}>"
    linecache.cache[where] = (len(source), None, source.splitlines(keepends=True), where)  # for tracebacks
    return compile(source, where, "exec")


def _compiled(source: str, point: str, defaults: tuple[tuple[str, Any], ...]) -> Callable[..., Call]:
    names: dict[str, Any] = {
        "clock_ns": perf_counter_ns,
        "scope_of": scope.get,
        "refuse_inside": _refuse_inside,
        "CoroutineType": CoroutineType,
        **dict(defaults),
    }
    exec(_compiled_code(source, point), names)  # noqa: S102 - the text is ours; only names of parameters come in
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


def _rows(steps: Sequence[Step]) -> list[tuple[Any, ...]]:
    return [(s.fn, s.cell, s.breaker, s.fallback, s) for s in steps]


def _refuse_inside(point: str) -> None:
    if in_transaction():
        raise EffectViolated(f"{point} asks the outside world and was called inside a transaction")
