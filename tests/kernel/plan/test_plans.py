"""Many processes, one plan: publishing, going back, killing, and what is pinned meanwhile."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from hansa.kernel.business import Business
from hansa.kernel.context import SYSTEM, Traffic
from hansa.kernel.extension import Mode
from hansa.kernel.plan import (
    KERNEL_POINTS,
    Bounds,
    BusinessStopped,
    Code,
    CodeSuperseded,
    GenerationElsewhere,
    GenerationRetired,
    NothingToRollBackTo,
    PlanInvalid,
    ProposalOutdated,
    UnknownBusiness,
)
from hansa.kernel.problem import Invalid
from hansa.kernel.term import Term

pytestmark = pytest.mark.external


class Price(Term):
    each: int = 1


TEA = Business("tea", title={"en": "Tea"}, hosts=["tea.example"], terms=[Price(each=2)])
CODE = Code(terms=[Price])


def tea(each):
    return Business("tea", terms=[Price(each=each)])


async def test_a_configuration_goes_live_without_a_deploy(houses):
    house = await houses(CODE)
    with pytest.raises(UnknownBusiness):
        house.ctx("tea")

    await house.publish(TEA)

    ctx = house.ctx("tea")
    assert (ctx.term(Price).each, ctx.traffic, ctx.entity, ctx.locale) == (2, Traffic.LIVE, "platform", "en")
    assert ctx.plan.generation == house.plans.current.generation
    assert house.plans.at_host("Tea.Example") == house.plans.resolve("tea").path == "tea"
    assert (house.plans.named("tea"), house.plans.named("coffee"), house.plans.at_host("x")) == (
        "tea",
        None,
        None,
    )
    assert await house.rows("SELECT path, status, traded_live FROM kernel.business") == [
        ("tea", "live", False)
    ]


async def test_what_does_not_compile_changes_nothing(houses):
    house = await houses(CODE)
    before = house.plans.current

    with pytest.raises(PlanInvalid) as caught:
        await house.publish(Business("tea.green"), Business("coffee", currency="?"))

    assert {error.code for error in caught.value.errors} == {"parent_unknown", "manifest_faulty"}
    assert house.plans.current is before
    assert await house.rows("SELECT count(*) FROM kernel.generation") == [(1,)]


async def test_only_an_entity_whose_books_are_kept_is_published_and_stays_when_the_settings_change(houses):
    acme = Code(points=KERNEL_POINTS, bounds=Bounds(entities=frozenset({"acme"})))
    said, unsaid = await houses(acme), await houses()
    await said.publish(Business("tea", entity="acme"))
    with pytest.raises(
        PlanInvalid, match=r"fish: entity 'amce' keeps no books here; there are: acme, platform"
    ):
        await said.publish(Business("fish", entity="amce"))
    await unsaid.plans.refresh()

    assert unsaid.plans.resolve("tea").entity == "acme"
    assert unsaid.plans.behind == ""
    await unsaid.publish(Business("fish", entity="acme"))  # its books are kept already


async def test_functions_cannot_be_published(houses, declare):
    point = declare("x.y", mode=Mode.ALL)
    house = await houses(Code(points=[point]))

    with pytest.raises(Invalid, match="Some of what was sent"):
        await house.publish(Business("tea", extends=[point.by(lambda ctx, value: [])]))


async def test_a_second_process_finds_what_the_first_published(houses):
    one = await houses(CODE)
    await one.publish(TEA)

    two = await houses(CODE)

    assert two.plans.current.generation == one.plans.current.generation
    assert two.plans.current.hash == one.plans.current.hash
    assert two.ctx("tea").plan.hash == one.ctx("tea").plan.hash


async def test_processes_hear_of_a_publish_at_once(houses, eventually):
    one = await houses(CODE, follow=True, poll_s=3600)
    two = await houses(CODE, follow=True, poll_s=3600)

    await one.publish(TEA)
    await eventually(lambda: two.plans.named("tea"))
    await two.kill("tea")
    await eventually(lambda: one.plans.status("tea") == "killed")


async def test_a_process_that_heard_nothing_polls(houses):
    one, two = await houses(CODE), await houses(CODE)
    await one.publish(TEA)

    await two.plans.refresh()  # what the poll does

    assert two.plans.named("tea")


async def test_a_listener_that_was_cut_off_listens_again(houses, eventually):
    one = await houses(CODE)
    two = await houses(CODE, follow=True, poll_s=0.1)
    cut = await one.cut_listeners()
    await one.wait_for_listeners(other_than=cut)

    await one.publish(TEA)

    await eventually(lambda: two.plans.named("tea"))


@pytest.mark.parametrize("later", range(5))
async def test_a_process_that_is_told_something_as_it_stops_stops(houses, later):
    one = await houses(CODE, follow=True, poll_s=3600)
    two = await houses(CODE)
    await one.wait_for_listeners(other_than=set())
    for _ in range(3):
        await two.publish(TEA)
        one.plans._wake.set()
        for _ in range(later):
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await one.plans.stop()
        await one.plans.start(follow=True, activate=True)


async def test_a_process_keeps_up_whatever_went_wrong_once(houses, eventually, monkeypatch):
    one = await houses(CODE)
    two = await houses(CODE, follow=True, poll_s=0.05)
    failed = []

    async def fails():
        failed.append(1)
        raise OSError("no more files")

    with monkeypatch.context() as broken:
        broken.setattr(two.plans, "refresh", fails)
        await eventually(lambda: len(failed) > 1)  # again, although it failed
    await one.publish(TEA)

    await eventually(lambda: two.plans.named("tea"))


async def test_rollback_and_back_again(houses):
    house = await houses(CODE)
    await house.publish(tea(1))
    await house.publish(tea(2))
    await house.publish(tea(3))

    found = []
    for _ in range(2):
        await house.rollback()
        found.append(house.ctx("tea").term(Price).each)
    assert found == [2, 1]
    await house.publish(tea(9))
    await house.rollback()
    assert house.ctx("tea").term(Price).each == 1
    await house.rollback()
    with pytest.raises(UnknownBusiness):
        house.ctx("tea")
    with pytest.raises(NothingToRollBackTo):
        await house.rollback()


async def test_a_proposal_is_looked_at_before_it_goes_live(houses):
    house = await houses(CODE)
    await house.publish(tea(1))
    async with house.db.transaction() as tx:
        proposal = await house.plans.propose(tx, [tea(2), Business("coffee")], by="ada")
        late = await house.plans.propose(tx, [tea(3)], by="bob")

    assert str(proposal.difference) == "coffee: new business\ntea: term price.each: 1 -> 2"
    assert await house.rows("SELECT path, status FROM kernel.business ORDER BY path") == [
        ("coffee", "draft"),
        ("tea", "live"),
    ]
    assert house.ctx("tea").term(Price).each == 1
    async with house.db.transaction() as tx:
        await house.plans.activate(tx, proposal.plan.generation)
    assert house.ctx("tea").term(Price).each == 2
    async with house.db.transaction() as tx:
        with pytest.raises(ProposalOutdated):
            await house.plans.activate(tx, late.plan.generation)


async def test_publishing_is_undone_with_its_transaction(houses):
    house = await houses(CODE)

    async def publish_and_fail():
        async with house.db.transaction() as tx:
            await house.plans.publish(tx, [TEA], by="ada")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await publish_and_fail()

    assert house.plans.named("tea") is None
    await house.plans.refresh()
    assert house.plans.named("tea") is None


async def test_publishers_at_once_lose_nothing_of_each_other(houses):
    one, two = await houses(CODE), await houses(CODE)

    await asyncio.gather(
        *(
            house.publish(Business(f"{name}-{n}"))
            for n in range(4)
            for name, house in (("a", one), ("b", two))
        )
    )
    await one.plans.refresh()
    await two.plans.refresh()

    assert set(one.plans.current.businesses) == {f"{name}-{n}" for name in "ab" for n in range(4)}
    assert two.plans.current.hash == one.plans.current.hash


async def test_a_quote_keeps_its_plan_while_the_next_one_is_live(houses):
    house, other = await houses(CODE), await houses(CODE)
    quoted = await house.publish(tea(1))
    await house.publish(tea(2))
    await other.plans.refresh()

    for process in (house, other):  # the other one never worked under the quoted plan
        pinned = await process.plans.pinned(process.platform, quoted.generation, "tea", actor=SYSTEM)
        assert (pinned.term(Price).each, process.ctx("tea").term(Price).each) == (1, 2)
        assert await process.check((quoted.generation, "tea")) == [None]


def at(instant):
    """A clock that stands still."""

    async def clock(_):
        return instant

    return clock


async def test_a_plan_nobody_works_under_retires_when_its_time_is_up(houses):
    now = datetime(2026, 11, 1, tzinfo=UTC)
    seconds = count()
    moved = [timedelta()]

    async def clock(_):
        return now + moved[0] + timedelta(seconds=next(seconds) / 1000)

    house = await houses(CODE, pin=timedelta(hours=1), clock=clock)
    quoted = await house.publish(tea(1))
    await house.publish(tea(2))
    moved[0] = timedelta(minutes=59)
    await house.plans._beat()
    assert await house.check((quoted.generation, "tea")) == [None]

    moved[0] = timedelta(minutes=61)
    await house.plans._beat()
    await house.plans.refresh()

    (problem,) = await house.check((quoted.generation, "tea"))
    assert isinstance(problem, GenerationRetired)
    with pytest.raises(GenerationRetired):
        await house.plans.pinned(house.platform, quoted.generation, "tea")
    assert await house.check((house.plans.current.generation, "tea")) == [None]


async def test_a_plan_that_a_live_process_works_under_does_not_retire(houses):
    now = datetime(2026, 11, 1, tzinfo=UTC)
    slow, fast = await houses(CODE, clock=at(now)), await houses(CODE, clock=at(now))
    stuck = slow.plans.current.generation
    fast.plans._clock = slow.plans._clock = at(now + timedelta(hours=3))
    await fast.publish(tea(2))
    fast.plans._clock = slow.plans._clock = at(now + timedelta(hours=5))
    await slow.plans._beat()
    await fast.plans._beat()

    assert await fast.rows("SELECT state FROM kernel.generation WHERE id = $1", stuck) == [("active",)]
    assert (slow.plans.processes, fast.plans.processes) == (1, 2)


@pytest.mark.parametrize("wrong_by", [timedelta(hours=-1), timedelta(hours=1)])
async def test_a_host_whose_clock_is_wrong_takes_nobody_for_dead(houses, monkeypatch, wrong_by):
    class Wrong(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + wrong_by

    right = await houses(CODE)
    with monkeypatch.context() as there:
        there.setattr("hansa.kernel.clock.datetime", Wrong)
        wrong = await houses(CODE)
        await wrong.plans._beat()
    await right.plans._beat()

    assert (wrong.plans.processes, right.plans.processes) == (2, 2)


async def test_the_kill_switch_wins_over_pinned_plans_and_closes_everything_below(houses):
    house, other = await houses(CODE), await houses(CODE)
    plan = await house.publish(TEA, Business("tea.green"), Business("coffee"))
    await other.plans.refresh()

    await house.kill("tea")

    for path in ("tea", "tea.green"):
        with pytest.raises(BusinessStopped):
            house.ctx(path)
        with pytest.raises(BusinessStopped):
            await house.plans.pinned(house.platform, plan.generation, path)
    assert house.ctx("tea", actor=SYSTEM).business == "tea"  # what is owed is still paid
    # The other process knows nothing yet; the rows do.
    stale = other.ctx("tea.green")
    verdicts = await other.check((stale.plan.generation, "tea.green"), (plan.generation, "coffee"))
    assert [verdict and verdict.code for verdict in verdicts] == ["business.stopped", None]

    assert await house.unkill("tea")
    assert house.ctx("tea.green").business == "tea.green"
    assert await other.check((plan.generation, "tea.green")) == [None]


async def test_a_business_that_traded_stays_when_the_plan_goes_back_before_it(houses):
    house = await houses(CODE)
    first = await house.publish(Business("coffee", title="Coffee"))
    await house.publish(Business("coffee", title="Tea"), TEA)
    async with house.db.transaction() as tx:
        await house.plans.mark_traded(tx, ["tea"])

    back = await house.rollback()

    assert back.generation != first.generation
    assert back.businesses["coffee"].text("en") == "Coffee"
    assert house.ctx("tea").business == "tea"


async def test_who_used_the_kill_switch_and_why_is_kept(houses):
    house = await houses(CODE)
    await house.publish(TEA)

    assert not await house.unkill("tea")  # it was not off
    await house.kill("tea")
    await house.unkill("tea")

    async with house.db.transaction() as tx:
        used = await house.plans.switched(tx, "tea")
    assert [(one.off, one.by, one.why) for one in used] == [
        (False, "bob", "the test is over"),
        (True, "ada", "a test says so"),
    ]
    for forbidden in ("DELETE FROM kernel.kill_history", "UPDATE kernel.kill_history SET why = ''"):
        with pytest.raises(Exception, match="denied"):
            await house.rows(forbidden)


async def test_stopped_and_winding_businesses_in_a_batch(houses):
    house = await houses(CODE)
    plan = await house.publish(*(Business(path) for path in ("a", "b", "c")))
    async with house.db.transaction() as tx:
        await house.plans.mark_traded(tx, ["c"])
        await house.plans.set_status(tx, "b", "stopped")
        await house.plans.set_status(tx, "c", "winding")
    commands = [(plan.generation, path) for path in ("a", "b", "c", "gone")]

    sales = [verdict and verdict.code for verdict in await house.check(*commands)]
    drains = [verdict and verdict.code for verdict in await house.check(*commands, selling=False)]

    assert sales == [None, "business.stopped", "business.stopped", "business.unknown"]
    assert drains == [None, "business.stopped", None, "business.unknown"]
    assert house.ctx("c").business == "c"
    with pytest.raises(BusinessStopped):
        house.ctx("b")


async def test_a_killed_generation_takes_its_quotes_with_it(houses):
    house = await houses(CODE)
    good = await house.publish(tea(1))
    bad = await house.publish(tea(1000))

    async with house.db.transaction() as tx:
        await house.plans.kill_generation(tx, bad.generation, why="a zero too many", by="ada")

    assert house.ctx("tea").term(Price).each == 1
    verdicts = await house.check((bad.generation, "tea"), (good.generation, "tea"))
    assert [verdict and verdict.code for verdict in verdicts] == ["plan.generation_retired", None]
    with pytest.raises(GenerationRetired):
        await house.plans.pinned(house.platform, bad.generation, "tea")


async def test_a_process_without_the_code_says_so_and_goes_on(houses):
    old = await houses(Code(packages=[Business("bazaar")]))
    first = old.plans.current.generation
    new = await houses(Code(packages=[Business("bazaar"), Business("tea")]))
    await old.plans.refresh()

    assert new.plans.current.generation != first
    assert old.plans.current.generation == first
    assert old.plans.behind == (
        f"generation {new.plans.current.generation} needs code {new.plans.code.hash}, this process has"
        f" {old.plans.code.hash}: it goes on with generation {first}; restart it with the new code"
    )
    assert await old.check((first, "bazaar")) == [None]  # until its generation retires
    with pytest.raises(GenerationElsewhere):
        await new.plans.pinned(new.platform, first, "bazaar")


OLD, NEW = Code(terms=[Price]), Code(terms=[Price], packages=[Business("bazaar")])


async def test_a_process_that_only_reads_takes_nothing_over(houses):
    server = await houses(OLD)
    await server.publish(TEA)

    reader = await houses(NEW, activate=False)
    await server.plans.refresh()

    assert set(reader.plans.current.businesses) == {"tea", "bazaar"}  # its own reading of what is published
    assert f"generation {server.plans.current.generation} needs code {OLD.hash}" in reader.plans.behind
    assert server.plans.behind == ""
    assert await reader.rows("SELECT count(*) FROM kernel.generation") == [(2,)]
    await server.plans._beat()
    assert server.plans.processes == 1  # who reads takes no share of the rates


async def test_a_process_that_only_reads_works_under_the_generation_of_its_code(houses):
    server = await houses(OLD)

    reader = await houses(OLD, activate=False)

    assert reader.plans.current.generation == server.plans.current.generation
    assert reader.plans.behind == ""


async def test_old_code_that_restarts_in_a_rolling_deploy_does_not_take_over(houses):
    old = await houses(OLD)
    served = await old.publish(TEA)
    new = await houses(NEW)
    await new.publish(tea(9))

    again = await houses(OLD)
    await new.plans.refresh()
    await again.plans.refresh()

    assert new.plans.behind == ""
    assert new.ctx("bazaar").business == "bazaar"
    assert again.plans.current.generation == served.generation
    assert again.ctx("tea").term(Price).each == 2
    assert "restart it with the new code" in again.plans.behind
    assert again.plans.outdated == ""  # what it serves is still accepted
    assert await again.check((served.generation, "tea")) == [None]


async def test_a_process_is_outdated_once_the_generation_it_serves_is_killed(houses):
    old = await houses(OLD)
    served = await old.publish(TEA)
    new = await houses(NEW)
    await old.plans.refresh()
    assert (bool(old.plans.behind), old.plans.outdated) == (True, "")

    async with new.db.transaction() as tx:
        await new.plans.kill_generation(tx, served.generation, why="a zero too many", by="ada")
    await old.plans.refresh()

    assert old.plans.outdated == old.plans.behind


async def test_old_code_with_nothing_left_to_serve_says_that_newer_code_is_active(houses):
    old = await houses(OLD)
    new = await houses(NEW)
    async with new.db.transaction() as tx:
        await new.plans.kill_generation(tx, old.plans.current.generation, why="wrong", by="ada")

    with pytest.raises(CodeSuperseded, match=NEW.hash):
        await houses(OLD)


async def test_going_back_to_old_code_takes_over_once_nobody_runs_the_new(houses):
    old = await houses(OLD)
    await old.plans.stop()
    new = await houses(NEW)
    await new.publish(TEA)
    await new.plans.stop()

    back = await houses(OLD)

    assert back.plans.behind == ""
    assert set(back.plans.current.businesses) == {"tea"}
    assert await back.check((back.plans.current.generation, "tea")) == [None]


async def test_old_code_that_is_left_alone_takes_over_without_a_restart(houses, eventually):
    now = datetime.now(UTC)
    old = await houses(OLD, follow=True, poll_s=0.05)
    new = await houses(NEW)
    await eventually(lambda: old.plans.behind)

    await new.plans.stop()
    old.plans._clock = at(now + timedelta(minutes=1))

    await eventually(lambda: not old.plans.behind)
    assert set(old.plans.current.businesses) == set()
    assert await old.rows("SELECT count(*) FROM kernel.generation") == [(3,)]


async def test_new_code_that_restarts_does_not_lose_the_plan_to_the_old(houses):
    old = await houses(OLD)
    new = await houses(NEW)
    await old.plans.refresh()
    await new.plans.stop()

    await old.plans._take_over()
    await old.plans._beat()
    again = await houses(NEW)

    assert again.plans.behind == ""
    assert old.plans.behind
    assert old.plans.processes == 1  # what stopped takes no share of the rates
    assert await old.rows("SELECT count(*) FROM kernel.generation") == [(2,)]


async def test_a_command_on_a_new_database_begins_with_its_own_code(houses):
    command = await houses(NEW, activate=False)
    assert await command.check((command.plans.current.generation, "bazaar")) == [None]
    await command.plans.stop()

    server = await houses(OLD)

    assert server.plans.behind == ""


async def test_a_deploy_keeps_what_was_published(houses):
    old = await houses(CODE)
    await old.publish(tea(5))

    new = await houses(Code(terms=[Price], packages=[Business("bazaar")]))

    assert new.ctx("tea").term(Price).each == 5
    assert set(new.plans.current.businesses) == {"tea", "bazaar"}
    assert await new.rows("SELECT created_by FROM kernel.generation ORDER BY id") == [
        ("deploy",),
        ("ada",),
        ("deploy",),
    ]


async def test_rollback_across_a_deploy_takes_the_configurations_back_under_new_code(houses):
    old = await houses(CODE)
    await old.publish(tea(1))
    await old.publish(tea(2))
    new = await houses(Code(terms=[Price], packages=[Business("bazaar")]))

    await new.rollback()

    assert new.ctx("tea").term(Price).each == 1
    assert new.ctx("bazaar").business == "bazaar"


async def test_nobody_sees_a_mixture_while_plans_are_swapped_under_load(houses, declare, eventually):
    """Each plan says a number in three ways; whoever sees two numbers at once has seen a mixture."""

    def by_term(ctx, value):
        return ctx.term(Price).each

    point = declare("x.number", mode=Mode.ONE, default=by_term)
    house = await houses(Code(points=[point], terms=[Price]))

    def numbered(n):
        return Business("tea", terms=[Price(each=n)], look={"n": n})

    await house.publish(numbered(1))
    seen, calls, running = set(), 0, True

    async def call():
        nonlocal calls
        while running:
            ctx = house.ctx("tea")
            answer = point.of(ctx)
            await asyncio.sleep(0)
            numbers = {answer(ctx, 0), ctx.term(Price).each, ctx.plan.business.look["n"]}
            assert len(numbers) == 1, numbers
            seen.update(numbers)
            calls += 1

    async def swap():
        for n in range(2, 5):
            for change in (house.publish(numbered(n)), house.rollback(), house.publish(numbered(n + 100))):
                await change
                until = calls + 100
                await eventually(lambda: calls >= until)  # noqa: B023 - asked before the loop goes on

    callers = [asyncio.create_task(call()) for _ in range(20)]
    await swap()
    running = False
    await asyncio.gather(*callers)

    assert seen == {1, 2, 102, 3, 103, 4, 104}
    assert house.ctx("tea").term(Price).each == 104


FOLLOWER = """
import asyncio, sys
from hansa.kernel.db import Database
from hansa.kernel.plan import Code, Plans

async def main():
    plans = Plans(Code(), Database(sys.argv[1], connections_max=2), poll_s=60)
    await plans.start()
    print("ready", flush=True)
    while plans.named("tea") is None:
        await asyncio.sleep(0.01)
    print(plans.current.generation, plans.current.hash, flush=True)
    await plans.stop()

asyncio.run(main())
"""


async def test_another_process_of_the_system_hears_of_it_and_compiles_the_same(houses):
    house = await houses(Code())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FOLLOWER, house.db.url, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"ready"
        assert await house.rows("SELECT count(*) FROM kernel.process") == [(2,)]

        plan = await house.publish(Business("tea"))

        heard = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().split()
        assert heard == [str(plan.generation), plan.hash]
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
