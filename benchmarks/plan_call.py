"""A call through the plan, with metering, beside a direct call and pluggy: the same work, interleaved, in one run.

Every implementation returns a list of one number and does nothing else, so what is measured is the way to
it. The sides take turns within each round, so that a busy machine slows all of them alike; the figures are
medians over the rounds, in nanoseconds per call.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter_ns
from typing import Any, Protocol

import msgspec
import pluggy
from rich.console import Console
from rich.table import Table

from hansa.kernel.business import Business
from hansa.kernel.context import Traffic
from hansa.kernel.extension import Effects, Extension, ExtensionPoint, Mode, OnError
from hansa.kernel.plan import compile_plan

GOAL_ONE_NS = 1_000
GOAL_FIVE_NS = 2_000
FORTY = 40
_KINDS = ("pure", "io", "awaiting")
_CALLS = 100  # short enough that most turns end before the machine gives the core to somebody else

Side = Callable[[int], None]
"""Makes this many calls."""


class Rank(Protocol):
    """Rank these lines."""

    def __call__(self, ctx: Any, lines: Sequence[int]) -> Sequence[int]: ...


class RankOutside(Protocol):
    """Rank these lines, asking the outside world."""

    async def __call__(self, ctx: Any, lines: Sequence[int]) -> Sequence[int]: ...


class Pick(Protocol):
    """Pick one, or leave it to the next."""

    def __call__(self, ctx: Any, lines: Sequence[int]) -> int | None: ...


def run(*, short: bool = False) -> dict[str, object]:
    """Measure every side; return nanoseconds per call, ratios, and whether the goals are met."""
    sides = _sides()
    times: dict[str, list[float]] = {name: [] for name in sides}
    for side in sides.values():
        side(_CALLS)  # warm: callables are compiled on the first call
    for _ in range(300 if short else 3_000):
        for name, side in sides.items():
            begun = perf_counter_ns()
            side(_CALLS)
            times[name].append((perf_counter_ns() - begun) / _CALLS)
    ns = {name: round(statistics.median(found), 1) for name, found in times.items()}
    least = {f"{name}_least": round(min(found), 1) for name, found in times.items()}
    return {
        **{f"{name}_ns": value for name, value in ns.items()},
        **{f"{name}_ns": value for name, value in least.items()},
        "plan_pure_1_times_direct": round(ns["plan_pure_1"] / ns["direct_pure"], 1),
        "plan_pure_5_times_pluggy_5": round(ns["plan_pure_5"] / ns["pluggy_5"], 2),
        "plan_first_of_40_times_pluggy": round(ns["plan_first_of_40"] / ns["pluggy_first_of_40"], 2),
        "goal_one_met": max(ns[f"plan_{kind}_1"] for kind in _KINDS) <= GOAL_ONE_NS,
        "goal_five_met": max(ns[f"plan_{kind}_5"] for kind in _KINDS) <= GOAL_FIVE_NS,
    }


def _sides() -> dict[str, Side]:
    pure, outside = [_pure() for _ in range(5)], [_outside() for _ in range(5)]
    awaiting = [_outside_awaiting() for _ in range(5)]
    rules: dict[str, Any] = {"version": 1, "budget_ms": 50, "on_error": OnError.CLOSED}
    ranks = ExtensionPoint[Rank]("bench.rank", mode=Mode.ALL, effects=Effects.PURE, **rules)
    ranks_outside = ExtensionPoint[RankOutside]("bench.outside", mode=Mode.ALL, effects=Effects.IO, **rules)
    awaits = ExtensionPoint[RankOutside]("bench.awaiting", mode=Mode.ALL, effects=Effects.IO, **rules)
    picks = ExtensionPoint[Pick]("bench.pick", mode=Mode.FIRST, effects=Effects.PURE, **rules)
    forty = [_silent() for _ in range(FORTY - 1)] + [_picking]
    plan = compile_plan(
        [ranks, ranks_outside, awaits, picks],
        [],
        [],
        [
            Business(
                "one", extends=[ranks.by(pure[0]), ranks_outside.by(outside[0]), awaits.by(awaiting[0])]
            ),
            Business(
                "five",
                extends=[
                    *_named(ranks, pure),
                    *_named(ranks_outside, outside),
                    *_named(awaits, awaiting),
                ],
            ),
            Business("forty", extends=_named(picks, forty)),
        ],
        {},
    )
    one, five = plan.of("one", Traffic.LIVE).calls, plan.of("five", Traffic.LIVE).calls
    return {
        "direct_pure": _calling(pure[0]),
        "direct_io": _awaiting(outside[0]),
        "plan_pure_1": _calling(one[ranks.name]),
        "plan_pure_5": _calling(five[ranks.name]),
        "plan_io_1": _awaiting(one[ranks_outside.name]),
        "plan_io_5": _awaiting(five[ranks_outside.name]),
        "direct_awaiting": _awaiting(awaiting[0]),
        "plan_awaiting_1": _awaiting(one[awaits.name]),
        "plan_awaiting_5": _awaiting(five[awaits.name]),
        "pluggy_1": _hooking(_pluggy("rank", pure[:1], firstresult=False)),
        "pluggy_5": _hooking(_pluggy("rank", pure, firstresult=False)),
        "plan_first_of_40": _calling(plan.of("forty", Traffic.LIVE).calls[picks.name]),
        # pluggy asks what was registered last first
        "pluggy_first_of_40": _hooking(_pluggy("pick", forty[::-1], firstresult=True)),
    }


def _pure() -> Rank:
    def rank(ctx: Any, lines: Sequence[int]) -> Sequence[int]:  # noqa: ARG001 - the signature under test
        return lines

    return rank


def _outside() -> RankOutside:
    async def rank(ctx: Any, lines: Sequence[int]) -> Sequence[int]:  # noqa: ARG001
        return lines

    return rank


def _outside_awaiting() -> RankOutside:
    async def ready() -> None: ...

    async def rank(ctx: Any, lines: Sequence[int]) -> Sequence[int]:  # noqa: ARG001
        await (
            ready()
        )  # which it is; but the plan cannot know that nobody waits, and has a time limit in place
        return lines

    return rank


def _silent() -> Pick:
    def pick(ctx: Any, lines: Sequence[int]) -> int | None:  # noqa: ARG001
        return None

    return pick


def _picking(ctx: Any, lines: Sequence[int]) -> int | None:  # noqa: ARG001
    return lines[0]


def _named(point: ExtensionPoint[Any], fns: Sequence[Callable[..., Any]]) -> list[Extension]:
    return [point.by(fn, name=f"n{at}") for at, fn in enumerate(fns)]


def _pluggy(name: str, fns: Sequence[Callable[..., Any]], *, firstresult: bool) -> Any:
    manager = pluggy.PluginManager("bench")
    mark, implement = pluggy.HookspecMarker("bench"), pluggy.HookimplMarker("bench")

    def spec(ctx: Any, lines: Sequence[int]) -> None: ...

    holder = type("Spec", (), {name: staticmethod(mark(firstresult=firstresult)(spec))})
    manager.add_hookspecs(holder)
    for fn in fns:
        manager.register(type("Plugin", (), {name: staticmethod(implement(fn))})())
    return getattr(manager.hook, name)


def _calling(fn: Callable[..., Any]) -> Side:
    lines = [1]

    def calls(times: int) -> None:
        for _ in range(times):
            fn(None, lines)

    return calls


def _hooking(hook: Any) -> Side:
    lines = [1]

    def calls(times: int) -> None:
        for _ in range(times):
            hook(ctx=None, lines=lines)

    return calls


def _awaiting(fn: Callable[..., Awaitable[Any]]) -> Side:
    lines = [1]

    async def awaits(times: int) -> None:
        for _ in range(times):
            await fn(None, lines)

    def calls(times: int) -> None:
        try:
            awaits(times).send(None)  # nothing waits, so no event loop is measured along with it
        except StopIteration:
            return

    return calls


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plan_call", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")
    parser.add_argument("--short", action="store_true", help="a few seconds; the figures are only a hint")
    asked = parser.parse_args()
    found = run(short=asked.short)
    if asked.json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("side", "median ns", "least ns")
    for name in _sides():
        table.add_row(name, f"{found[f'{name}_ns']:,}", f"{found[f'{name}_least_ns']:,}")
    console = Console()
    console.print(table)
    for name, value in found.items():
        if not name.endswith("_ns"):
            console.print(f"{name}: {value}")


if __name__ == "__main__":
    main()
