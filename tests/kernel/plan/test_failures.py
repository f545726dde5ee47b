"""What happens when an implementation fails, is late, or breaks the rules of its point."""

import asyncio
import re

import pytest

from hansa.kernel.breaker import BreakerPolicy, Breakers
from hansa.kernel.business import Business
from hansa.kernel.context import Traffic
from hansa.kernel.db.scope import enter, leave
from hansa.kernel.extension import Effects, EffectViolated, ExtensionFailed, Mode, OnError, Veto
from hansa.kernel.metering import Meter
from hansa.kernel.plan import hearing
from hansa.kernel.problem import NotFound, Problem

POLICY = BreakerPolicy(failures_min=3, window_s=10, pause_s=5, pause_s_max=20)


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self):
        self.now_ns = 1

    def __call__(self):
        return self.now_ns

    def move(self, seconds):
        self.now_ns += int(seconds * 1e9)


@pytest.fixture
def clock():
    return Clock()


class Weak:
    """An implementation that fails while it is told to, and counts how often it was asked."""

    def __init__(self):
        self.broken = True
        self.asked = 0

    def __call__(self, ctx, value):
        self.asked += 1
        if self.broken:
            raise RuntimeError("secret internals")
        return value


@pytest.fixture
def weak_house(declare, compiled, ctx_of, clock):
    """A business whose only implementation is weak; returns (ask, weak, breakers, meter)."""

    def weak_house(on_error, **rules):
        point = declare(mode=Mode.ONE, on_error=on_error, default=lambda ctx, value: "default", **rules)
        weak, meter = Weak(), Meter()
        breakers = Breakers(POLICY, clock_ns=clock)
        parent = Business("a", extends=[point.by(lambda ctx, value: "parent", name="steady")])
        plan = compiled(
            [point],
            [parent, Business("a.b", extends=[point.by(weak, name="weak")])],
            meter=meter,
            breakers=breakers,
        )

        def ask(path="a.b", traffic=Traffic.LIVE):
            ctx = ctx_of(plan, path, traffic=traffic)
            return point.of(ctx)(ctx, 1)

        return ask, weak, breakers, meter

    return weak_house


def test_closed_refuses_and_names_the_point_but_no_internals(weak_house):
    ask, *_ = weak_house(OnError.CLOSED)

    with pytest.raises(ExtensionFailed) as caught:
        ask()

    assert caught.value.to_dict() | {"title": ""} == {
        "type": "/problems/extension.failed",
        "title": "",
        "status": 503,
        "code": "extension.failed",
        "point": "shop.worth",
    }
    assert isinstance(caught.value.__cause__, RuntimeError)  # for the log, never for the answer


def test_open_goes_on_with_the_default_and_parent_with_the_parents_answer(weak_house):
    assert weak_house(OnError.OPEN)[0]() == "default"
    assert weak_house(OnError.PARENT)[0]() == "parent"


def test_a_refusal_on_purpose_passes_and_is_no_failure(declare, compiled, ctx_of, clock):
    def sold_out(ctx, value):
        raise NotFound(sku=value)

    point = declare(mode=Mode.ONE, on_error=OnError.OPEN, default=lambda ctx, value: 0)
    meter, breakers = Meter(), Breakers(POLICY, clock_ns=clock)
    plan = compiled([point], [Business("a", extends=[point.by(sold_out)])], meter=meter, breakers=breakers)
    ctx = ctx_of(plan, "a")

    for _ in range(10):
        with pytest.raises(NotFound):
            point.of(ctx)(ctx, 7)

    cell = meter.cells()["a", Traffic.LIVE, "shop.worth/sold_out"]
    assert (cell.calls, cell.errors, breakers.shut()) == (10, 0, [])


def test_a_breaker_opens_tries_again_and_closes(weak_house, clock):
    ask, weak, breakers, meter = weak_house(OnError.PARENT)

    assert [ask() for _ in range(3)] == ["parent"] * 3
    assert breakers.shut() == [("a.b", Traffic.LIVE, "shop.worth", "weak")]
    assert [ask() for _ in range(5)] == ["parent"] * 5
    assert weak.asked == 3  # left alone

    clock.move(5)
    assert ask() == "parent"  # one trial, and it failed: twice the pause
    assert weak.asked == 4
    clock.move(5)
    ask()
    assert weak.asked == 4
    weak.broken = False
    clock.move(5)
    assert (ask(), ask()) == (1, 1)
    assert breakers.shut() == []
    cell = meter.cells()["a.b", Traffic.LIVE, "shop.worth/weak"]
    assert (cell.calls, cell.errors) == (6, 4)


def test_an_open_breaker_of_a_closed_point_refuses_without_asking(weak_house):
    ask, weak, *_ = weak_house(OnError.CLOSED)
    for _ in range(6):
        with pytest.raises(ExtensionFailed):
            ask()

    assert weak.asked == 3


def test_a_breaker_is_of_one_business_and_traffic_class_alone(weak_house):
    ask, weak, breakers, _ = weak_house(OnError.PARENT)
    for _ in range(4):
        ask(traffic=Traffic.SANDBOX)
    weak.broken = False

    assert ask(traffic=Traffic.LIVE) == 1
    assert breakers.shut() == [("a.b", Traffic.SANDBOX, "shop.worth", "weak")]


def test_now_and_then_a_failure_opens_no_breaker(weak_house):
    ask, weak, breakers, _ = weak_house(OnError.PARENT)
    for turn in range(30):
        weak.broken = turn % 3 == 0
        ask()

    assert breakers.shut() == []
    assert weak.asked == 30


def test_old_failures_are_forgotten(weak_house, clock):
    ask, _, breakers, _ = weak_house(OnError.PARENT)
    for _ in range(10):
        ask()
        ask()
        clock.move(11)

    assert breakers.shut() == []


def test_overrunning_the_budget_again_and_again_opens_the_breaker(weak_house):
    ask, weak, breakers, _ = weak_house(OnError.PARENT, budget_ms=0.000001)
    weak.broken = False

    assert [ask() for _ in range(4)] == [1, 1, 1, "parent"]  # a late answer is still an answer
    assert breakers.shut() == [("a.b", Traffic.LIVE, "shop.worth", "weak")]
    assert ask("a") == "parent"


def test_only_one_call_tries_a_half_open_breaker(weak_house, clock):
    ask, _, breakers, meter = weak_house(OnError.PARENT)
    for _ in range(3):
        ask()
    clock.move(5)
    breaker = breakers.of(("a.b", Traffic.LIVE, "shop.worth", "weak"), meter.cell("a.b", Traffic.LIVE, "-"))

    assert [breaker.admits(clock()) for _ in range(3)] == [True, False, False]
    clock.move(5)
    assert breaker.admits(clock())  # the first trial never told: somebody else may try


def test_a_pure_point_gives_nothing_to_await(declare, compiled, ctx_of):
    async def later(ctx, value):
        return value

    point = declare(mode=Mode.ONE, on_error=OnError.OPEN, default=lambda ctx, value: 0)

    def sneaky(ctx, value):
        return later(ctx, value)

    ctx = ctx_of(compiled([point], [Business("a", extends=[point.by(sneaky)])]), "a")

    with pytest.raises(EffectViolated, match=r"sneaky answers the pure point shop\.worth"):
        point.of(ctx)(ctx, 1)


async def test_the_outside_world_is_never_asked_inside_a_transaction(declare, compiled, ctx_of):
    asked = []

    async def outside(ctx, value):
        asked.append(value)
        return []

    answered = declare("x.answered", mode=Mode.ALL, effects=Effects.IO)
    several = declare("x.several", mode=Mode.ALL, effects=Effects.IO)
    alone = declare("x.alone", mode=Mode.ALL, effects=Effects.IO)
    extends = [answered.by(outside), several.by(outside), several.by(outside, name="again")]
    ctx = ctx_of(compiled([answered, several, alone], [Business("a", extends=extends)]), "a")

    before = enter()
    try:
        for point in (answered, several, alone):
            with pytest.raises(EffectViolated, match=rf"{re.escape(point.name)} asks the outside world"):
                await point.of(ctx)(ctx, 1)
        # Another task holds no transaction, even one that was started in here.
        await asyncio.create_task(answered.of(ctx)(ctx, 2))
    finally:
        leave(before)
    await answered.of(ctx)(ctx, 3)

    assert asked == [2, 3]


async def test_a_real_transaction_is_such_a_transaction(houses, declare, compiled, ctx_of):
    house = await houses(start=False)
    point = declare("x.outside", mode=Mode.ALL, effects=Effects.IO)
    ctx = ctx_of(compiled([point], [Business("a")]), "a")

    async with house.db.transaction():
        with pytest.raises(EffectViolated):
            await point.of(ctx)(ctx, 1)
    assert list(await point.of(ctx)(ctx, 1)) == []


class Hanging:
    """An implementation that waits for ever, or until somebody says that it may go on."""

    def __init__(self):
        self.asked = 0
        self.cancelled = 0
        self.goes_on = asyncio.Event()
        self.waits = asyncio.Event()

    async def __call__(self, ctx, value):
        self.asked += 1
        self.waits.set()
        try:
            await self.goes_on.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return [value]


@pytest.fixture
def impatient(monkeypatch):
    """No call may wait longer than its budgets say: tests have no seconds to wait."""
    monkeypatch.setattr("hansa.kernel.plan._limit.TIME_LIMIT_S_MIN", 0)


@pytest.fixture
def hanging_house(impatient, declare, compiled, ctx_of, clock):
    """A business whose only implementation of an outside point hangs; returns (ask, hanging, breakers, cell)."""

    def hanging_house(*, several=False, **rules):
        rules = {"budget_ms": 0.5, "on_error": OnError.OPEN, "mode": Mode.ALL} | rules
        point = declare("x.outside", effects=Effects.IO, **rules)
        hanging, meter = Hanging(), Meter()
        breakers = Breakers(POLICY, clock_ns=clock)
        extends = [point.by(hanging, name="hanging")] + [point.by(steady)] * several
        plan = compiled([point], [Business("a", extends=extends)], meter=meter, breakers=breakers)
        ctx = ctx_of(plan, "a")
        cell = meter.cell("a", Traffic.LIVE, "x.outside/hanging")
        return (lambda: point.of(ctx)(ctx, 1)), hanging, breakers, cell

    async def steady(ctx, value):
        return ["steady"]

    return hanging_house


async def test_an_implementation_that_hangs_is_given_up_and_trips_its_breaker(hanging_house):
    ask, hanging, breakers, cell = hanging_house()

    async with asyncio.timeout(20):
        answers = [list(await ask()) for _ in range(5)]

    assert answers == [[]] * 5
    assert (hanging.asked, hanging.cancelled) == (3, 3)  # then it is left alone
    assert (cell.calls, cell.errors) == (3, 3)
    assert breakers.shut() == [("a", Traffic.LIVE, "x.outside", "hanging")]


async def test_one_that_hangs_costs_the_others_nothing_but_time(hanging_house):
    ask, _, _, cell = hanging_house(several=True)

    async with asyncio.timeout(20):
        assert list(await ask()) == ["steady"]
    assert (cell.calls, cell.errors) == (1, 1)


@pytest.fixture
async def wait_long(monkeypatch):
    """Let seconds pass for the timers of this test's event loop, without waiting for them."""
    loop, passed = asyncio.get_running_loop(), [0.0]
    time = loop.time
    monkeypatch.setattr(loop, "time", lambda: time() + passed[0])

    def wait_long(seconds):
        passed[0] += seconds

    return wait_long


@pytest.fixture
def takes_its_time(wait_long):
    """An implementation that waits 15 minutes."""

    async def takes_its_time(ctx, value):
        wait_long(900)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return [value]

    return takes_its_time


ALLOWED_20_MINUTES = {"effects": Effects.IO, "mode": Mode.ALL, "budget_ms": 60_000}


async def test_each_implementation_has_the_whole_limit_for_itself(declare, compiled, ctx_of, takes_its_time):
    point = declare("x.outside", on_error=OnError.CLOSED, **ALLOWED_20_MINUTES)
    extends = [point.by(takes_its_time, name=f"n{at}") for at in range(5)]
    ctx = ctx_of(compiled([point], [Business("a", extends=extends)]), "a")

    assert list(await point.of(ctx)(ctx, 7)) == [7] * 5


async def test_one_that_hangs_within_another_is_the_only_one_given_up(declare, compiled, ctx_of):
    async def asks_on(ctx, value):
        answers = list(await inner.of(ctx)(ctx, value))
        return [*answers, "asked on"]

    hanging = Hanging()
    rules = {"effects": Effects.IO, "mode": Mode.ALL, "on_error": OnError.OPEN}
    outer = declare("x.outer", budget_ms=60_000, **rules)
    inner = declare("x.inner", budget_ms=0.5, **rules)
    business = Business("a", extends=[outer.by(asks_on), inner.by(hanging, name="hanging")])
    ctx = ctx_of(compiled([outer, inner], [business]), "a")

    async with asyncio.timeout(20):
        assert list(await outer.of(ctx)(ctx, 1)) == ["asked on"]
    assert hanging.cancelled == 1


async def test_one_that_hangs_in_what_it_asks_is_given_up_itself(declare, compiled, ctx_of):
    async def asks_on(ctx, value):
        return [*await inner.of(ctx)(ctx, value), "asked on"]

    hanging, meter = Hanging(), Meter()
    rules = {"effects": Effects.IO, "mode": Mode.ALL, "on_error": OnError.OPEN}
    outer = declare("x.outer", budget_ms=0.5, **rules)
    inner = declare("x.inner", budget_ms=60_000, **rules)
    business = Business("a", extends=[outer.by(asks_on, name="asks on"), inner.by(hanging, name="hanging")])
    ctx = ctx_of(compiled([outer, inner], [business], meter=meter), "a")

    async with asyncio.timeout(20):
        assert list(await outer.of(ctx)(ctx, 1)) == []
    asked, asked_on = (meter.cell("a", Traffic.LIVE, what) for what in ("x.outer/asks on", "x.inner/hanging"))
    assert (asked.calls, asked.errors) == (1, 1)
    assert (asked_on.calls, asked_on.errors) == (1, 0)  # its caller gave it up


async def test_the_parent_that_is_asked_instead_has_limits_of_its_own(
    declare, compiled, ctx_of, takes_its_time
):
    async def fails(ctx, value):
        await asyncio.sleep(0)
        raise RuntimeError("broken")

    point = declare("x.outside", on_error=OnError.PARENT, **ALLOWED_20_MINUTES)
    above = Business("a", extends=[point.by(takes_its_time, name=f"n{at}") for at in range(5)])
    below = Business("a.b", extends=[point.by(fails, name="fails")])
    ctx = ctx_of(compiled([point], [above, below]), "a.b")

    assert list(await point.of(ctx)(ctx, 7)) == [7] * 5


async def test_who_cancels_just_when_the_time_is_up_is_obeyed(hanging_house, wait_long):
    ask, hanging, _, cell = hanging_house(budget_ms=60_000)

    task = asyncio.create_task(ask())
    await hanging.waits.wait()
    wait_long(3_600)
    asyncio.get_running_loop().call_soon(task.cancel)  # in the turn in which the timer rings
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (cell.calls, cell.errors, hanging.cancelled) == (1, 0, 1)


async def test_a_call_that_waits_at_a_peak_is_late_and_not_given_up(declare, compiled, ctx_of, wait_long):
    async def queues(ctx, value):
        for _ in range(3):
            wait_long(0.6)
            await asyncio.sleep(0)
        return [value]

    point = declare("x.outside", mode=Mode.ALL, effects=Effects.IO, budget_ms=0.5)
    ctx = ctx_of(compiled([point], [Business("a", extends=[point.by(queues)])]), "a")

    assert list(await point.of(ctx)(ctx, 7)) == [7]


async def test_a_closed_point_refuses_when_its_implementation_hangs(hanging_house):
    ask, *_ = hanging_house(on_error=OnError.CLOSED)

    async with asyncio.timeout(20):
        with pytest.raises(ExtensionFailed) as caught:
            await ask()
    assert isinstance(caught.value.__cause__, TimeoutError)


async def test_an_implementation_may_wait_within_its_limit(hanging_house):
    ask, hanging, breakers, cell = hanging_house(budget_ms=60_000)

    task = asyncio.create_task(ask())
    await hanging.waits.wait()
    hanging.goes_on.set()

    assert list(await task) == [1]
    assert (cell.calls, cell.errors, breakers.shut()) == (1, 0, [])


@pytest.mark.parametrize(("budget_ms", "is_shut"), [(60_000, False), (0.000_001, True)])
async def test_who_cancels_a_call_is_obeyed_and_the_call_is_metered(
    hanging_house, monkeypatch, budget_ms, is_shut
):
    monkeypatch.setattr("hansa.kernel.plan._limit.TIME_LIMIT_BUDGETS", 1e12)
    ask, hanging, breakers, cell = hanging_house(budget_ms=budget_ms)

    for _ in range(3):
        hanging.waits.clear()
        task = asyncio.create_task(ask())
        await hanging.waits.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert (cell.calls, cell.errors, hanging.cancelled) == (3, 0, 3)
    assert cell.ns > 0
    assert bool(breakers.shut()) is is_shut  # cancelled late, again and again: its callers gave up on it


async def test_what_an_implementation_does_with_a_cancellation_is_its_own(
    hanging_house, declare, compiled, ctx_of
):
    async def stubborn(ctx, value):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.append(value)
        await asyncio.sleep(0)
        return [value]

    told = []
    point = declare("x.outside", mode=Mode.ALL, effects=Effects.IO, budget_ms=0.5, on_error=OnError.OPEN)
    ctx = ctx_of(compiled([point], [Business("a", extends=[point.by(stubborn)])]), "a")

    async with asyncio.timeout(20):
        assert list(await point.of(ctx)(ctx, 7)) == [7]  # a late answer is still an answer
    assert told == [7]


class Recorder:
    """A set-based implementation that records with how many commands it was called."""

    def __init__(self, fails_for=()):
        self.calls = []
        self.fails_for = set(fails_for)

    async def __call__(self, tx, commands):
        self.calls.append([command.value for command in commands])
        for command in commands:
            if command.ctx.business in self.fails_for:
                raise RuntimeError("broken")
        return [Veto("no", "no") if command.value < 0 else None for command in commands]


@pytest.fixture
def batch(declare, compiled, ctx_of, command, no_database):
    """Two businesses answered by one center's implementation, and one with its own."""

    def batch(shared, *, on_error=OnError.CLOSED, breakers=None):
        point = declare("x.rows", mode=Mode.VETO, effects=Effects.TX, on_error=on_error, lock_slot=1300)
        own = Recorder()
        businesses = [Business("a"), Business("b"), Business("c", extends=[point.by(own, name="own")])]
        plan = compiled(
            [point], businesses, answers={"shop": [point.by(shared, name="shared")]}, breakers=breakers
        )

        async def ask(*pairs):
            return await point.of_batch(
                no_database, [command(ctx_of(plan, path), value) for path, value in pairs]
            )

        return ask, own, no_database, plan

    return batch


async def test_businesses_with_the_same_chain_are_asked_together(batch):
    shared = Recorder()
    ask, own, tx, plan = batch(shared)

    answers = await ask(("a", 1), ("c", 2), ("b", -3), ("a", 4), ("c", -5))

    assert [answer and answer.code for answer in answers] == [None, None, "no", None, "no"]
    assert shared.calls == [[1, -3, 4], [2, -5]]
    assert own.calls == [[2]]  # who is refused already is asked nothing more
    assert tx.ranks == [1300]
    cells = {key[0]: cell.calls for key, cell in plan.meter.cells().items() if key[2] == "x.rows/shared"}
    assert cells == {"a": 2, "b": 1, "c": 2}


async def test_a_failure_in_one_business_spares_the_others_of_the_batch(batch):
    shared = Recorder(fails_for=["a"])
    ask, *_ = batch(shared)

    broken, fine, refused = await ask(("a", 1), ("b", 2), ("b", -2))

    assert isinstance(broken, ExtensionFailed)
    assert (fine, refused.code) == (None, "no")
    assert shared.calls == [[1, 2, -2], [1], [2, -2]]  # together first, then one business at a time


async def test_an_open_point_leaves_the_broken_one_out(batch):
    ask, *_ = batch(Recorder(fails_for=["a"]), on_error=OnError.OPEN)

    assert await ask(("a", -1), ("b", 2)) == [None, None]


async def test_a_shut_breaker_of_one_business_is_not_asked_for_it(batch, clock):
    shared = Recorder(fails_for=["a"])
    ask, *_ = batch(shared, breakers=Breakers(POLICY, clock_ns=clock))
    for _ in range(3):
        await ask(("a", 1))
    shared.calls.clear()

    refused, fine = await ask(("a", 1), ("b", 2))

    assert isinstance(refused, ExtensionFailed)
    assert fine is None
    assert shared.calls == [[2]]


async def test_the_wrong_number_of_answers_is_a_failure(batch):
    async def forgetful(tx, commands):
        return [None]

    ask, *_ = batch(forgetful)

    answers = await ask(("a", 1), ("a", 2))

    assert all(isinstance(answer, ExtensionFailed) for answer in answers)


async def test_what_a_failed_implementation_wrote_is_undone_and_the_rest_is_kept(
    houses, declare, compiled, ctx_of, command
):
    async def writes_and_fails(tx, commands):
        await tx.raw.execute("INSERT INTO kernel.kill_switch VALUES ('half', 'w', 'b', now())")
        tx.after_commit(lambda: told.append("half"))
        raise RuntimeError("broken")

    async def writes(tx, commands):
        await tx.raw.execute("INSERT INTO kernel.kill_switch VALUES ('whole', 'w', 'b', now())")
        tx.after_commit(lambda: told.append("whole"))
        return [None for _ in commands]

    told: list[str] = []
    house = await houses(start=False)
    point = declare("x.rows", mode=Mode.VETO, effects=Effects.TX, on_error=OnError.OPEN)
    extends = [point.by(writes_and_fails), point.by(writes)]
    ctx = ctx_of(compiled([point], [Business("a", extends=extends)]), "a")

    async with house.db.transaction() as tx:
        assert await point.of_batch(tx, [command(ctx, 1)]) == [None]

    assert await house.rows("SELECT path FROM kernel.kill_switch") == [("whole",)]
    assert told == ["whole"]


async def test_a_refusal_on_purpose_refuses_its_own_business_alone(batch):
    async def picky(tx, commands):
        if any(command.ctx.business == "a" for command in commands):
            raise NotFound
        return [None for _ in commands]

    ask, *_ = batch(picky)
    refused, fine = await ask(("a", 1), ("b", 2))

    assert isinstance(refused, Problem)
    assert (refused.code, fine) == ("request.not_found", None)


@pytest.fixture
def heard(declare, compiled, ctx_of, clock):
    """Ask a business with these answers (in order) `times` times; return who answered the last time, and who failed."""

    def heard(own, *, above=(), times=1, **rules):
        point = declare(mode=Mode.FIRST, on_error=OnError.PARENT, default=lambda ctx, value: 0, **rules)

        def links(names):
            fns = {"silent": lambda ctx, value: None, "steady": lambda ctx, value: value, "weak": Weak()}
            return [point.by(fns[name], name=name, after=names[:at]) for at, name in enumerate(names)]

        manifests = [Business("a", extends=links(above)), Business("a.b", extends=links(own))]
        plan = compiled([point], manifests, breakers=Breakers(POLICY, clock_ns=clock))
        ctx = ctx_of(plan, "a.b")
        for _ in range(times):
            with hearing() as listening:
                point.of(ctx)(ctx, 1)
        return listening.who(point.name, plan.of("a.b").answered_by(point.name)[:1])

    return heard


@pytest.mark.parametrize("times", [1, 5])  # the fifth time the breaker is shut
def test_who_listens_hears_who_answered_and_who_failed(heard, times):
    assert heard(["steady"], times=times) == (("steady",), ())
    assert heard(["silent", "steady"], times=times) == (("steady",), ())
    assert heard(["silent"], times=times) == (("default",), ())
    assert heard(["weak"], times=times) == (("default",), ("weak",))
    assert heard(["weak"], above=["steady"], times=times) == (("steady",), ("weak",))
    assert heard(["weak"], above=["silent", "steady"], times=times) == (("steady",), ("weak",))
    assert heard(["silent", "weak"], above=["steady"], times=times) == (("steady",), ("weak",))


def test_nobody_hears_what_is_said_elsewhere(weak_house):
    ask, *_ = weak_house(OnError.PARENT)
    with hearing() as listening:
        pass

    ask()

    assert listening.who("shop.worth", ["weak"]) == (("weak",), ())
