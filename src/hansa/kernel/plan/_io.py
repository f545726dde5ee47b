"""The composed callables of IO points: the twins of `_pure`, with `await`.

They refuse to be asked inside a transaction: nobody waits for the outside world while holding locks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter_ns as clock_ns
from typing import Any

from hansa.kernel.db.scope import in_transaction, scope
from hansa.kernel.extension import EffectViolated
from hansa.kernel.plan._step import Call, Step

scope_of = scope.get


def neutral(answer: Any) -> Call:
    """Return the callable that always gives the neutral answer of a mode."""

    async def ask(*_args: Any, **_kwargs: Any) -> Any:
        return answer

    return ask


async def unchanged(_ctx: Any, value: Any, *_args: Any, **_kwargs: Any) -> Any:
    """Return the value as it came: the pipeline of nobody."""
    return value


def outside(call: Call, point: str) -> Call:
    """Return the answer of nobody with the same refusal: a caller's bug must not wait for an implementation."""

    async def ask(*args: Any, **kwargs: Any) -> Any:
        if scope_of() is not None:
            _refuse_inside(point)
        return await call(*args, **kwargs)

    return ask


def guarded(call: Call, guard: Call) -> Call:
    """Return `call` with the platform's guard behind it."""

    async def checked(*args: Any, **kwargs: Any) -> Any:
        return guard(await call(*args, **kwargs), *args, **kwargs)

    return checked


def solo(step: Step, empty: Call) -> Call:
    """Ask one implementation."""
    fn, cell, breaker, budget_ns = step.fn, step.cell, step.breaker, step.budget_ns
    fallback = step.fallback or empty

    async def ask(*args: Any, **kwargs: Any) -> Any:
        if scope_of() is not None:
            _refuse_inside(step.point.name)
        if breaker.shut and step.refused():
            return await fallback(*args, **kwargs)
        begun = clock_ns()
        try:
            answer = await fn(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever an implementation raises is its failure
            step.failed(error, clock_ns() - begun)
            return await fallback(*args, **kwargs)
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

    async def ask(*args: Any, **kwargs: Any) -> Any:
        if scope_of() is not None:
            _refuse_inside(steps[0].point.name)
        absent = 0
        begun = clock_ns()
        for fn, cell, breaker, budget_ns, fallback, step in rows:
            if breaker.shut and step.refused():
                if fallback is not None:
                    return await fallback(*args, **kwargs)
                absent += 1
                continue
            try:
                answer = await fn(*args, **kwargs)
            except Exception as error:  # noqa: BLE001
                step.failed(error, clock_ns() - begun)
                if fallback is not None:
                    return await fallback(*args, **kwargs)
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
        return await empty(*args, **kwargs) if absent == len(rows) else None

    return ask


def gather(steps: Sequence[Step], empty: Call, join: Callable[[list[Any]], Any]) -> Call:
    """Ask everybody and join the answers (ALL, REDUCE)."""
    rows = _rows(steps)

    async def ask(*args: Any, **kwargs: Any) -> Any:
        if scope_of() is not None:
            _refuse_inside(steps[0].point.name)
        answers = []
        begun = clock_ns()
        for fn, cell, breaker, budget_ns, fallback, step in rows:
            if breaker.shut and step.refused():
                if fallback is not None:
                    return await fallback(*args, **kwargs)
                continue
            try:
                answer = await fn(*args, **kwargs)
            except Exception as error:  # noqa: BLE001
                step.failed(error, clock_ns() - begun)
                if fallback is not None:
                    return await fallback(*args, **kwargs)
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
        return join(answers) if answers else await empty(*args, **kwargs)

    return ask


def pipeline(steps: Sequence[Step], empty: Call) -> Call:
    """Hand the value from one to the next."""
    rows = _rows(steps)

    async def ask(ctx: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        if scope_of() is not None:
            _refuse_inside(steps[0].point.name)
        given = value
        absent = 0
        begun = clock_ns()
        for fn, cell, breaker, budget_ns, fallback, step in rows:
            if breaker.shut and step.refused():
                if fallback is not None:
                    return await fallback(ctx, given, *args, **kwargs)
                absent += 1
                continue
            try:
                answer = await fn(ctx, value, *args, **kwargs)
            except Exception as error:  # noqa: BLE001
                step.failed(error, clock_ns() - begun)
                if fallback is not None:
                    return await fallback(ctx, given, *args, **kwargs)
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
        return await empty(ctx, given, *args, **kwargs) if absent == len(rows) else value

    return ask


def _rows(steps: Sequence[Step]) -> list[tuple[Call, Any, Any, int, Call | None, Step]]:
    return [(s.fn, s.cell, s.breaker, s.budget_ns, s.fallback, s) for s in steps]


def _refuse_inside(point: str) -> None:
    if in_transaction():
        raise EffectViolated(f"{point} asks the outside world and was called inside a transaction")
