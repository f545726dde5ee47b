"""The composed callables of PURE points. `_io` is their twin with `await`: written twice, it saves a frame.

Around an implementation stand two readings of the clock and a few additions; what is rare goes to `Step`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter_ns as clock_ns
from types import CoroutineType
from typing import Any

from hansa.kernel.plan._step import Call, Step


def neutral(answer: Any) -> Call:
    """Return the callable that always gives the neutral answer of a mode."""
    return lambda *_args, **_kwargs: answer


def unchanged(_ctx: Any, value: Any, *_args: Any, **_kwargs: Any) -> Any:
    """Return the value as it came: the pipeline of nobody."""
    return value


def guarded(call: Call, guard: Call) -> Call:
    """Return `call` with the platform's guard behind it."""

    def checked(*args: Any, **kwargs: Any) -> Any:
        return guard(call(*args, **kwargs), *args, **kwargs)

    return checked


def solo(step: Step, empty: Call) -> Call:
    """Ask one implementation."""
    fn, cell, breaker, budget_ns = step.fn, step.cell, step.breaker, step.budget_ns
    fallback = step.fallback or empty

    def ask(*args: Any, **kwargs: Any) -> Any:
        if breaker.shut and step.refused():
            return fallback(*args, **kwargs)
        begun = clock_ns()
        try:
            answer = fn(*args, **kwargs)
            if answer.__class__ is CoroutineType:
                step.refuse_coroutine(answer)
        except Exception as error:  # noqa: BLE001 - whatever an implementation raises is its failure
            step.failed(error, clock_ns() - begun)
            return fallback(*args, **kwargs)
        took = clock_ns() - begun
        cell.calls += 1
        cell.ns += took
        if took > cell.ns_max:
            cell.ns_max = took
        if took > budget_ns or breaker.shut:
            step.noted(took)
        return answer

    return ask


def first(steps: Sequence[Step], empty: Call) -> Call:
    """Ask one after the other until one has an answer (FIRST) or a veto (VETO)."""
    rows = _rows(steps)

    def ask(*args: Any, **kwargs: Any) -> Any:
        absent = 0
        begun = clock_ns()
        for fn, cell, breaker, budget_ns, fallback, step in rows:
            if breaker.shut and step.refused():
                if fallback is not None:
                    return fallback(*args, **kwargs)
                absent += 1
                continue
            try:
                answer = fn(*args, **kwargs)
                if answer.__class__ is CoroutineType:
                    step.refuse_coroutine(answer)
            except Exception as error:  # noqa: BLE001
                step.failed(error, clock_ns() - begun)
                if fallback is not None:
                    return fallback(*args, **kwargs)
                absent += 1
                begun = clock_ns()
                continue
            ended = clock_ns()
            took = ended - begun
            begun = ended
            cell.calls += 1
            cell.ns += took
            if took > cell.ns_max:
                cell.ns_max = took
            if took > budget_ns or breaker.shut:
                step.noted(took)
            if answer is not None:
                return answer
        return empty(*args, **kwargs) if absent == len(rows) else None

    return ask


def gather(steps: Sequence[Step], empty: Call, join: Callable[[list[Any]], Any]) -> Call:
    """Ask everybody and join the answers (ALL, REDUCE)."""
    rows = _rows(steps)

    def ask(*args: Any, **kwargs: Any) -> Any:
        answers = []
        begun = clock_ns()
        for fn, cell, breaker, budget_ns, fallback, step in rows:
            if breaker.shut and step.refused():
                if fallback is not None:
                    return fallback(*args, **kwargs)
                continue
            try:
                answer = fn(*args, **kwargs)
                if answer.__class__ is CoroutineType:
                    step.refuse_coroutine(answer)
            except Exception as error:  # noqa: BLE001
                step.failed(error, clock_ns() - begun)
                if fallback is not None:
                    return fallback(*args, **kwargs)
                begun = clock_ns()
                continue
            ended = clock_ns()
            took = ended - begun
            begun = ended
            cell.calls += 1
            cell.ns += took
            if took > cell.ns_max:
                cell.ns_max = took
            if took > budget_ns or breaker.shut:
                step.noted(took)
            answers.append(answer)
        return join(answers) if answers else empty(*args, **kwargs)

    return ask


def pipeline(steps: Sequence[Step], empty: Call) -> Call:
    """Hand the value from one to the next."""
    rows = _rows(steps)

    def ask(ctx: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        given = value
        absent = 0
        begun = clock_ns()
        for fn, cell, breaker, budget_ns, fallback, step in rows:
            if breaker.shut and step.refused():
                if fallback is not None:
                    return fallback(ctx, given, *args, **kwargs)
                absent += 1
                continue
            try:
                answer = fn(ctx, value, *args, **kwargs)
                if answer.__class__ is CoroutineType:
                    step.refuse_coroutine(answer)
            except Exception as error:  # noqa: BLE001
                step.failed(error, clock_ns() - begun)
                if fallback is not None:
                    return fallback(ctx, given, *args, **kwargs)
                absent += 1
                begun = clock_ns()
                continue
            value = answer
            ended = clock_ns()
            took = ended - begun
            begun = ended
            cell.calls += 1
            cell.ns += took
            if took > cell.ns_max:
                cell.ns_max = took
            if took > budget_ns or breaker.shut:
                step.noted(took)
        return empty(ctx, given, *args, **kwargs) if absent == len(rows) else value

    return ask


def _rows(steps: Sequence[Step]) -> list[tuple[Call, Any, Any, int, Call | None, Step]]:
    return [(s.fn, s.cell, s.breaker, s.budget_ns, s.fallback, s) for s in steps]
