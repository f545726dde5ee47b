from __future__ import annotations

import io
import json

import msgspec
from benchmarks.contender import Sizes
from benchmarks.thin_order import Plan, Result, Round
from rich.console import Console

from benchmarks import report, thin_order

TINY = Plan(
    rounds=1,
    connections=4,
    crowd=6,
    processes=1,
    orders_max=4,
    sizes=Sizes(buyers=4, products=8, stock=1_000),
)


def shown(result: Result) -> str:
    out = io.StringIO()
    report.show_thin_order(Console(file=out, width=120), result)
    return out.getvalue()


async def test_the_baseline_alone_runs_from_start_to_end() -> None:
    result = await thin_order.measure(TINY, sides=["baseline"])

    assert result.sound
    assert {(one.scenario, one.orders) for one in result.rounds} == {
        ("warm-up", 4),
        ("uniform", 4),
        ("hot", 4),
        ("uniform, crowd", 4),
        ("hot, crowd", 4),
    }
    assert result.spread("uniform") is None
    assert "books, stock and acknowledged orders agree" in shown(result)


def turn(side: str, scenario: str, orders_per_s: float, **errors: int) -> Round:
    steps = dict.fromkeys(thin_order.STEPS, 1.0)
    return Round(
        side=side,
        scenario=scenario,
        orders=10,
        orders_per_s=orders_per_s,
        server_us=4.0 if side == "hansa" else 19.0,
        postgres_us=1.0,
        load_us=1.0,
        p50_ms=steps,
        p99_ms=steps,
        placed=10,
        paid=10,
        errors=errors,
    )


def result(*rounds: Round, violations: list[str] | None = None) -> Result:
    return Result(
        machine="a machine",
        plan=TINY,
        names={"hansa": "Hansa", "baseline": "FastAPI + ORM"},
        rounds=list(rounds),
        ratios={"uniform": [16.0, 14.0, 20.0], "hot": [29.0], "uniform, crowd": [30.0], "hot, crowd": [30.0]},
        violations={"hansa": violations or [], "baseline": []},
    )


def rounds() -> list[Round]:
    return [turn(side, scenario, 5.0) for side in ("hansa", "baseline") for scenario in thin_order.GOALS]


def test_goals_are_shown_met_or_not() -> None:
    told = result(*rounds())

    assert "uniform: 16.0x (14.0 to 20.0), goal 15x: met" in shown(told)
    assert "hot: 29.0x (29.0 to 29.0), goal 30x: not met" in shown(told)
    assert "4.0x less CPU per order" in shown(told)
    goals = json.loads(msgspec.json.encode(told.summary()))["goals"]
    assert [goals[scenario]["met"] for scenario in ("uniform", "hot")] == [True, False]


def test_errors_and_violations_are_shown_and_make_it_unsound() -> None:
    wrong = turn("hansa", "hot", 1.0, **{"place: 500": 3})

    erring, lying = result(*rounds(), wrong), result(*rounds(), violations=["2 orders were lost"])

    assert "3 x place: 500" in shown(erring)
    assert "Hansa: 2 orders were lost" in shown(lying)
    assert not erring.sound
    assert not lying.sound
    assert result(*rounds()).sound
