"""The six modes, in all three effects, against a model that is too simple to be wrong."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.kernel.business import Business
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.extension import (
    SUM,
    UNION,
    Effects,
    ExtensionFailed,
    ExtensionPoint,
    Mode,
    OnError,
    Reducer,
    Veto,
)
from hansa.kernel.plan import compile_plan
from hansa.kernel.problem import NotFound, Problem

PATHS = ["", "a", "a.b"]


class Now(Protocol):
    def __call__(self, ctx: Ctx, value: Any) -> Any: ...


class Later(Protocol):
    async def __call__(self, ctx: Ctx, value: Any) -> Any: ...


class Together(Protocol):
    async def __call__(self, tx: Any, commands: Any) -> Any: ...


class Implementation:
    """An implementation as drawn: it answers something, has nothing to say, fails, or refuses on purpose."""

    def __init__(self, kind, number):
        self.kind = kind
        self.number = number

    def __repr__(self):
        return f"{self.kind}{self.number}"

    def answer(self, mode, value):
        if self.kind == "fails":
            raise RuntimeError("broken")
        if self.kind == "refuses":
            raise NotFound(number=self.number)
        silent = self.kind == "silent"
        if mode is Mode.PIPELINE:
            return value if silent else (*value, self.number)
        return {
            Mode.ONE: self.number,
            Mode.FIRST: None if silent else self.number,
            Mode.ALL: [] if silent else [self.number, self.number],
            Mode.REDUCE: 0 if silent else self.number,
            Mode.VETO: None if silent else Veto(f"v{self.number}", "no"),
        }[mode]


def expected(mode, on_error, levels, default, given_value):
    """The model: `levels` are lists of implementations, platform first."""
    value, answers = given_value, []
    for level, implementation in in_order(mode, levels, default):
        try:
            answer = implementation.answer(mode, value)
        except RuntimeError:
            if on_error is OnError.CLOSED or level is None:
                raise ExtensionFailed from None
            if on_error is OnError.PARENT:
                return expected(mode, on_error, levels[:level], default, given_value)
            continue
        answers.append(answer)
        value = answer
        if mode in (Mode.ONE, Mode.FIRST, Mode.VETO) and answer is not None:
            return answer
    return combined(mode, answers) if answers else nobody(mode, default, given_value)


def in_order(mode, levels, default):
    order = range(len(levels)) if mode in (Mode.VETO, Mode.PIPELINE) else reversed(range(len(levels)))
    asked = [(level, implementation) for level in order for implementation in levels[level]]
    if mode is Mode.FIRST and asked and default is not None:
        asked.append((None, default))
    return asked[:1] if mode is Mode.ONE else asked


def combined(mode, answers):
    if mode is Mode.ALL:
        return [item for answer in answers for item in answer]
    return {Mode.REDUCE: sum, Mode.PIPELINE: lambda all_: all_[-1]}.get(mode, lambda _: None)(answers)


def nobody(mode, default, value):
    if default is None:
        return {Mode.ALL: (), Mode.REDUCE: 0, Mode.PIPELINE: value}.get(mode)
    try:
        return default.answer(mode, value)
    except RuntimeError:
        raise ExtensionFailed from None


def install(point, implementation, name):
    mode = point.mode

    def now(ctx, value):
        return implementation.answer(mode, value)

    async def later(ctx, value):
        return implementation.answer(mode, value)

    async def together(tx, commands):
        return [implementation.answer(mode, value_of(command)) for command in commands]

    fn = {Effects.PURE: now, Effects.IO: later, Effects.TX: together}[point.effects]
    return fn if name is None else point.by(fn, name=name)


def value_of(command):
    return command.value if isinstance(command, Asked) else command


class Asked:
    def __init__(self, ctx, value):
        self.ctx = ctx
        self.value = value


class NoDatabase:
    @asynccontextmanager
    async def savepoint(self):
        yield


def plan_of(point, levels):
    names = iter(range(1000))
    installed = [[install(point, one, f"n{next(names)}") for one in level] for level in levels]
    businesses = [Business(path, extends=installed[at]) for at, path in enumerate(PATHS) if path]
    return compile_plan([point], [], [], businesses, {"center": installed[0]})


def ask(plan, point, value):
    ctx = Ctx(None, plan.of("a.b"), "a.b", Traffic.LIVE, "house")
    if point.effects is Effects.PURE:
        return point.of(ctx)(ctx, value)
    if point.effects is Effects.IO:
        return run(point.of(ctx)(ctx, value))
    (answer,) = run(point.of_batch(NoDatabase(), [Asked(ctx, value)]))
    if isinstance(answer, Problem):
        raise answer
    return value_of(answer)


def run(coroutine):
    """Run to the end what never really waits, without an event loop per example."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


def outcome(call):
    try:
        return ("answer", call())
    except Problem as problem:
        return ("problem", type(problem), problem.extras.get("number"))


kinds = st.sampled_from(["speaks", "speaks", "speaks", "silent", "fails", "refuses"])
implementations = st.builds(Implementation, kinds, st.integers(1, 9))


@settings(max_examples=250, deadline=None)
@given(
    mode=st.sampled_from(Mode),
    effects=st.sampled_from(Effects),
    on_error=st.sampled_from(OnError),
    levels=st.lists(st.lists(implementations, max_size=3), min_size=3, max_size=3),
    default=st.none() | implementations,
)
def test_every_mode_composes_as_the_model_says(declare_module, mode, effects, on_error, levels, default):
    if mode is Mode.ONE:
        levels = [level[:1] for level in levels]
        default = default or Implementation("speaks", 5)
    point = declare_module(mode=mode, effects=effects, on_error=on_error)
    if default is not None:
        point.default = install(point, default, None)
    value = ()
    plan = plan_of(point, levels)

    got = outcome(lambda: ask(plan, point, value))

    assert normal(got) == normal(outcome(lambda: expected(mode, on_error, levels, default, value)))


def normal(found):
    """Sequences compare by what is in them."""
    return (found[0], list(found[1]) if isinstance(found[1], tuple | list) else found[1], *found[2:])


@pytest.fixture(scope="module")
def declare_module():
    def declare(*, mode, effects, on_error):
        protocol = {Effects.PURE: Now, Effects.IO: Later, Effects.TX: Together}[effects]
        reducer = SUM if mode is Mode.REDUCE else None
        return ExtensionPoint[protocol](
            "shop.worth",
            version=1,
            mode=mode,
            effects=effects,
            budget_ms=1000,
            on_error=on_error,
            reducer=reducer,
        )

    return declare


@given(st.integers(), st.integers(), st.integers())
def test_sum_keeps_its_laws(a, b, c):
    assert SUM.broken_laws(a, b, c) == []


texts = st.frozensets(st.text(max_size=3), max_size=4)


@given(texts, texts, texts)
def test_union_keeps_its_laws(a, b, c):
    assert UNION.broken_laws(a, b, c) == []


def test_a_reducer_that_lies_about_its_laws_is_found_out():
    difference = Reducer("difference", 0, lambda a, b: a - b, commutative=True, associative=True)

    assert difference.broken_laws(1, 2, 3) == ["identity", "commutative", "associative"]


async def test_the_guard_sees_every_answer_last_even_the_default(declare, compiled, ctx_of):
    def never_below_zero(ctx, value, *, answer):
        return max(answer, 0)

    def minus(ctx, value):
        return -value

    point = declare(mode=Mode.ONE, default=minus, guard=never_below_zero)
    plan = compiled([point], [Business("plain"), Business("own", extends=[point.by(minus, name="worse")])])

    for path in ("plain", "own"):
        ctx = ctx_of(plan, path)
        assert point.of(ctx)(ctx, 5) == 0
        assert point.of(ctx)(ctx, -5) == 5


async def test_callers_wrong_arguments_are_no_failure_of_the_implementation(declare, compiled, ctx_of):
    point = declare(mode=Mode.ONE, default=lambda ctx, value: value)
    ctx = ctx_of(compiled([point], [Business("a")]), "a")

    with pytest.raises(TypeError, match="value"):
        point.of(ctx)(ctx)
    assert point.of(ctx)(ctx, value=3) == 3
    await asyncio.sleep(0)
