"""The composed callables of TX points: set-based, inside the caller's transaction, one answer per command.

Every implementation is called once with all commands that still want its answer, behind a savepoint: when
it fails for some businesses together, they are asked one by one, so that one business's play never spoils
the batch of another. A failure that ends the transaction itself (a deadlock, a lost connection) goes on to
the lane, which sends the batch again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter_ns as clock_ns
from typing import Any

import asyncpg

from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.extension import ExtensionFailed, ExtensionPoint, HasCtx, Mode
from hansa.kernel.plan._step import Call, Step
from hansa.kernel.problem import Problem

Join = Callable[[list[Any]], Any]
StepOf = Callable[[str, Traffic], Step]
BatchCall = Callable[[Transaction, Sequence[Any]], Awaitable[list[Any]]]


class _Nothing:
    """An implementation that was left out: its breaker is shut, or it failed and the point goes on."""


_NOTHING = _Nothing()
_ENDS_TRANSACTION = (asyncpg.exceptions.TransactionRollbackError, asyncpg.PostgresConnectionError)


class BatchStep:
    """A link of a TX chain for many businesses: each has its own counters and breaker."""

    def __init__(self, point: ExtensionPoint[Any], name: str, fn: Call, *, step_of: StepOf) -> None:
        self.point = point
        self.name = name
        self.fn = fn
        self.fallback: BatchCall | None = None
        self._step_of = step_of

    async def answers(
        self, tx: Transaction, commands: Sequence[HasCtx], asked: Sequence[Any] | None = None
    ) -> list[Any]:
        """Return per command its answer, the problem that refuses it, or `_NOTHING`.

        A pipeline asks about `asked`, what the one before made of the commands.
        """
        found: list[Any] = [_NOTHING] * len(commands)
        admitted: dict[Step, list[int]] = {}
        for at, command in enumerate(commands):
            step = self._step_of(command.ctx.business, command.ctx.traffic)
            admitted.setdefault(step, []).append(at)
        for step in [step for step in admitted if step.breaker.shut]:
            try:
                refused = step.refused()
            except ExtensionFailed as problem:
                refused = True
                for at in admitted[step]:
                    found[at] = problem
            if refused:
                del admitted[step]
        if admitted:
            await self._call(tx, commands if asked is None else asked, admitted, found)
        return found

    async def _call(
        self, tx: Transaction, asked: Sequence[Any], groups: dict[Step, list[int]], found: list[Any]
    ) -> None:
        places = sorted(at for group in groups.values() for at in group)
        begun = clock_ns()
        try:
            async with tx.savepoint():
                answers = await self.fn(tx, [asked[at] for at in places])
                _one_each(self.name, answers, places)
        except _ENDS_TRANSACTION:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an implementation raises is its failure
            if len(groups) > 1:
                for step, group in groups.items():
                    await self._call(tx, asked, {step: group}, found)
                return
            (step,) = groups
            verdict = _verdict(step, error, clock_ns() - begun)
            for at in places:
                found[at] = verdict
            return
        took = clock_ns() - begun
        for at, answer in zip(places, answers, strict=True):
            found[at] = answer
        for step, group in groups.items():
            step.cell.add(calls=len(group), ns=took * len(group) // len(places))
            step.noted(took)


def _one_each(name: str, answers: Sequence[Any], places: Sequence[int]) -> None:
    if len(answers) != len(places):
        raise ValueError(f"{name} gave {len(answers)} answers to {len(places)} commands")


def _verdict(step: Step, error: Exception, took_ns: int) -> Any:
    try:
        step.failed(error, took_ns)
    except Problem as problem:
        return problem
    return _NOTHING


def compose(steps: Sequence[BatchStep], *, mode: Mode, empty: BatchCall, join: Join | None) -> BatchCall:
    """Return the callable of a chain; `empty` answers the commands that nobody answered."""
    if not steps:
        return empty
    if mode in (Mode.ALL, Mode.REDUCE):
        assert join is not None  # noqa: S101 - these two modes join, and the caller knows
        fold = _gather(steps, join)
    elif mode is Mode.PIPELINE:
        fold = _pipeline(steps)
    else:
        fold = _first(steps, one=mode is Mode.ONE)

    async def ask(tx: Transaction, commands: Sequence[Any]) -> list[Any]:
        answers = await fold(tx, commands)
        await _refill(answers, commands, lambda rest: empty(tx, rest))
        return answers

    return ask


def guarded(call: BatchCall, guard: Call) -> BatchCall:
    """Return `call` with the platform's guard behind it; it sees the commands that were not refused."""

    async def checked(tx: Transaction, commands: Sequence[Any]) -> list[Any]:
        answers = await call(tx, commands)
        places = [at for at, answer in enumerate(answers) if not isinstance(answer, Problem)]
        kept = guard(tx, [commands[at] for at in places], answer=[answers[at] for at in places])
        for at, answer in zip(places, kept, strict=True):
            answers[at] = answer
        return answers

    return checked


def neutral(answer: Any) -> BatchCall:
    """Return the callable that gives every command the neutral answer of a mode."""

    async def ask(_tx: Transaction, commands: Sequence[Any]) -> list[Any]:
        return [answer] * len(commands)

    return ask


async def unchanged(_tx: Transaction, commands: Sequence[Any]) -> list[Any]:
    """Return the commands as they came: the pipeline of nobody."""
    return list(commands)


def alone(step: BatchStep) -> BatchCall:
    """Return the callable of a point's default: nothing stands behind it, so its failure is a refusal."""

    async def ask(tx: Transaction, commands: Sequence[Any]) -> list[Any]:
        return await step.answers(tx, commands)

    return ask


async def _refill(
    answers: list[Any], commands: Sequence[Any], ask: Callable[[list[Any]], Awaitable[list[Any]]]
) -> None:
    """Put what `ask` says where there is no answer yet."""
    places = [at for at, answer in enumerate(answers) if answer is _NOTHING]
    if places:
        for at, answer in zip(places, await ask([commands[at] for at in places]), strict=True):
            answers[at] = answer


async def _ask(
    step: BatchStep, tx: Transaction, asked: Sequence[Any], commands: Sequence[Any]
) -> tuple[list[Any], list[bool]]:
    """Ask one step; tells per command whether its answer is final (a refusal, or the parent's)."""
    answers = await step.answers(tx, commands, asked)
    final = [isinstance(answer, Problem) for answer in answers]
    fallback = step.fallback
    if fallback is not None:
        final = [done or answer is _NOTHING for done, answer in zip(final, answers, strict=True)]
        await _refill(answers, commands, lambda rest: fallback(tx, rest))
    return answers, final


def _first(steps: Sequence[BatchStep], *, one: bool) -> BatchCall:
    async def ask(tx: Transaction, commands: Sequence[Any]) -> list[Any]:
        answers: list[Any] = [_NOTHING] * len(commands)
        open_places = list(range(len(commands)))
        for step in steps:
            rest = [commands[at] for at in open_places]
            found, final = await _ask(step, tx, rest, rest)
            still = []
            for at, answer, done in zip(open_places, found, final, strict=True):
                if answer is not _NOTHING:
                    answers[at] = answer
                if not (done or one) and (answer is None or answer is _NOTHING):
                    still.append(at)
            open_places = still
            if not open_places:
                break
        return answers

    return ask


def _gather(steps: Sequence[BatchStep], join: Join) -> BatchCall:
    async def ask(tx: Transaction, commands: Sequence[Any]) -> list[Any]:
        gathered: list[list[Any]] = [[] for _ in commands]
        answers: list[Any] = [_NOTHING] * len(commands)
        open_places = list(range(len(commands)))
        for step in steps:
            rest = [commands[at] for at in open_places]
            found, final = await _ask(step, tx, rest, rest)
            for at, answer, done in zip(open_places, found, final, strict=True):
                if done:
                    answers[at] = answer
                elif answer is not _NOTHING:
                    gathered[at].append(answer)
            open_places = [at for at, done in zip(open_places, final, strict=True) if not done]
        for at in open_places:
            if gathered[at]:
                answers[at] = join(gathered[at])
        return answers

    return ask


def _pipeline(steps: Sequence[BatchStep]) -> BatchCall:
    async def ask(tx: Transaction, commands: Sequence[Any]) -> list[Any]:
        values = list(commands)
        answered = [False] * len(commands)
        open_places = list(range(len(commands)))
        for step in steps:
            found, final = await _ask(
                step, tx, [values[at] for at in open_places], [commands[at] for at in open_places]
            )
            for at, answer in zip(open_places, found, strict=True):
                if answer is not _NOTHING:
                    values[at], answered[at] = answer, True
            open_places = [at for at, done in zip(open_places, final, strict=True) if not done]
        return [value if was else _NOTHING for value, was in zip(values, answered, strict=True)]

    return ask
