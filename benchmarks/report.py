from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.spread import Spread
from benchmarks.thin_order import GOALS, STEPS, Result, Round


def show_thin_order(console: Console, result: Result) -> None:
    """Print what the rounds gave, the goals beside it, and whatever went wrong."""
    plan = result.plan
    console.print()
    console.print(
        Text("A thin order over HTTP", style="bold"), Text("quote, place, pay; two lines", style="dim")
    )
    console.print(Text(result.machine, style="dim"))
    console.print(
        Text(
            f"{plan.rounds} interleaved rounds of {plan.measure_s:g} s, {plan.connections} connections (a crowd: {plan.crowd}), "
            f"{plan.processes} server processes each, fsync on; median (lowest to highest)",
            style="dim",
        )
    )
    console.print(_orders(result))
    console.print(_latencies(result))
    _show_goals(console, result)
    _show_faults(console, result)


def _orders(result: Result) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("load", "side"):
        table.add_column(heading)
    for heading in ("paid orders/s", "server us", "PostgreSQL us", "load us"):
        table.add_column(heading, justify="right")
    for scenario in GOALS:
        for side, name in result.names.items():
            rounds = result.of(side, scenario)
            table.add_row(
                scenario,
                name,
                _spread(rounds, lambda one: one.orders_per_s),
                _spread(rounds, lambda one: one.server_us),
                _spread(rounds, lambda one: one.postgres_us),
                _spread(rounds, lambda one: one.load_us),
            )
    return table


def _latencies(result: Result) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("load", "side"):
        table.add_column(heading)
    for step in STEPS:
        table.add_column(f"{step} ms", justify="right")
    for scenario in GOALS:
        for side, name in result.names.items():
            rounds = result.of(side, scenario)
            table.add_row(scenario, name, *(_p50_p99(rounds, step) for step in STEPS))
    return table


def _show_goals(console: Console, result: Result) -> None:
    for scenario, goal in GOALS.items():
        ratio = result.spread(scenario)
        if ratio is None:
            console.print(Text(f"{scenario}: one side alone, so no ratio (goal {goal:g}x)", style="dim"))
            continue
        met = ratio.median >= goal
        verdict = Text("met", style="bold green") if met else Text("not met", style="bold red")
        told = Text(
            f"{scenario}: {ratio.median:.1f}x ({ratio.low:.1f} to {ratio.high:.1f}), goal {goal:g}x: "
        )
        cpu = result.cpu_ratio(scenario)
        less = Text(f"; {cpu:.1f}x less CPU per order" if cpu else "", style="dim")
        console.print(told, verdict, less, sep="")


def _show_faults(console: Console, result: Result) -> None:
    for side, violations in result.violations.items():
        name = result.names[side]
        if violations:
            for violation in violations:
                console.print(Text(f"{name}: {violation}", style="bold red"))
        else:
            console.print(Text(f"{name}: books, stock and acknowledged orders agree", style="green"))
    for one in result.rounds:
        if one.errors:
            told = ", ".join(f"{count} x {what}" for what, count in sorted(one.errors.items()))
            console.print(Text(f"{result.names[one.side]}, {one.scenario}: {told}", style="bold red"))


def show_mapping(console: Console, title: str, mapping: Mapping[str, object]) -> None:
    """Print plain values by name."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_header=False, pad_edge=False)
    for name, value in mapping.items():
        table.add_row(name, str(value))
    console.print(table)


def _spread(rounds: Sequence[Round], figure: Callable[[Round], float | None]) -> str:
    values = [value for one in rounds if (value := figure(one)) is not None]
    if not values:
        return "-"
    spread = Spread.of(values)
    return f"{spread.median:,.0f} ({spread.low:,.0f}-{spread.high:,.0f})"


def _p50_p99(rounds: Sequence[Round], step: str) -> str:
    p50 = Spread.of([one.p50_ms[step] for one in rounds]).median
    p99 = Spread.of([one.p99_ms[step] for one in rounds]).median
    return f"{p50:,.1f} / {p99:,.1f}"
