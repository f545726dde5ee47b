"""One thin order over HTTP (quote, place, pay), Hansa against the same written with FastAPI and an ORM.

Both servers run on one cluster with one set of settings, each with a database of its own and the same number
of processes, and take turns: uniform A, uniform B, hot A, hot B, the same with a crowd of connections, again. The load generator shares their cores.
An order counts when its payment was answered. At the end the books of both sides are summed up, and compared
with what the load generator was told; a figure of a side that lost or invented anything is worth nothing.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import msgspec

from benchmarks import machine
from benchmarks.baseline.contender import Baseline
from benchmarks.contender import Acknowledged, Contender, Sizes
from benchmarks.ours.contender import Hansa
from benchmarks.spread import Spread, percentile
from benchmarks.storefront import Load, Outcome, Storefront, merged
from hansa.kernel.embedded import EmbeddedPostgres

GOALS = {"uniform": 15.0, "hot": 30.0, "uniform, crowd": 15.0, "hot, crowd": 30.0}
"""How many times faster, by load: many items or one, with the usual number of buyers at a time or a crowd."""
SIDES: dict[str, type[Contender]] = {"hansa": Hansa, "baseline": Baseline}
WARM_UP = "warm-up"
STEPS = ("quote", "place", "pay", "order")

Tell = Callable[[str], None]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How to measure."""

    rounds: int = 5
    connections: int = 64
    crowd: int = 256
    """Connections of the loads that are a crowd: what a sale's first minutes are like."""
    processes: int = 2
    load_processes: int = 1
    warm_up_orders: int = 600
    """Before the first round: statements are prepared on each connection, caches filled."""
    warm_s: float = 1.0
    """In each round, before the measured time."""
    measure_s: float = 6.0
    sizes: Sizes = Sizes()
    orders_max: int | None = None
    """Stop each round after so many orders per load process; for tests, which read no clock."""

    @classmethod
    def short(cls) -> Plan:
        """Return what shows that everything runs, with figures that are only a hint."""
        return cls(rounds=2, warm_up_orders=300, warm_s=0.5, measure_s=3.0)


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One side under one load, once. CPU in microseconds per paid order, None where it cannot be told."""

    side: str
    scenario: str
    orders: int
    orders_per_s: float
    server_us: float | None
    postgres_us: float | None
    load_us: float | None
    p50_ms: dict[str, float]
    p99_ms: dict[str, float]
    placed: int
    paid: int
    errors: dict[str, int]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the rounds gave; `ratios` by scenario, one per pair of rounds."""

    machine: str
    plan: Plan
    names: dict[str, str]
    rounds: list[Round]
    ratios: dict[str, list[float]]
    violations: dict[str, list[str]]

    @property
    def sound(self) -> bool:
        """Whether no side broke an invariant or answered wrongly."""
        return not any(self.violations.values()) and not any(one.errors for one in self.rounds)

    def of(self, side: str, scenario: str) -> list[Round]:
        """Return a side's rounds under a load."""
        return [one for one in self.rounds if (one.side, one.scenario) == (side, scenario)]

    def spread(self, scenario: str) -> Spread | None:
        """Return how many times faster Hansa was; None when one side was measured alone."""
        return Spread.of(self.ratios[scenario]) if self.ratios.get(scenario) else None

    def cpu_ratio(self, scenario: str) -> float | None:
        """Return how many times less CPU Hansa took per order, server and PostgreSQL together.

        Steadier than the ratio of orders where others use the machine; None where it cannot be told.
        """
        ours, theirs = (
            [
                one.server_us + one.postgres_us
                for one in self.of(side, scenario)
                if one.server_us is not None and one.postgres_us is not None
            ]
            for side in SIDES
        )
        return Spread.of(theirs).median / Spread.of(ours).median if ours and theirs else None

    def summary(self) -> dict[str, object]:
        """Return the figures a report shows, as plain values for JSON."""
        ratios = {scenario: self.spread(scenario) for scenario in GOALS}
        return {
            **msgspec.to_builtins(self),
            "goals": {
                scenario: {
                    "goal": goal,
                    "ratio": msgspec.to_builtins(ratio),
                    "met": ratio.median >= goal,
                    "cpu_ratio": self.cpu_ratio(scenario),
                }
                for scenario, goal in GOALS.items()
                if (ratio := ratios[scenario]) is not None
            },
        }


async def measure(
    plan: Plan,
    *,
    sides: Sequence[str] = tuple(SIDES),
    contenders: Mapping[str, type[Contender]] = SIDES,
    tell: Tell = lambda _: None,
) -> Result:
    """Measure the sides in turns. Raises `ServerFailed` when one does not come up."""
    with _cluster() as (folder, postgres):
        running = {side: contenders[side](postgres, folder, processes=plan.processes) for side in sides}
        try:
            storefronts = {}
            for side, contender in running.items():
                tell(f"preparing {contender.name}")
                storefronts[side] = await contender.prepare(plan.sizes)
                await contender.start()
            rounds = await _rounds(plan, running, storefronts, tell)
            violations = {}
            for side, contender in running.items():
                tell(f"summing up {contender.name}")
                violations[side] = await contender.verify(_acknowledged(rounds, side))
        finally:
            for contender in running.values():
                contender.stop()
        return Result(
            machine=machine.describe(postgres.server_version),
            plan=plan,
            names={side: contender.name for side, contender in running.items()},
            rounds=rounds,
            ratios={scenario: _ratios(rounds, scenario) for scenario in GOALS},
            violations=violations,
        )


async def _rounds(
    plan: Plan, running: Mapping[str, Contender], storefronts: Mapping[str, Storefront], tell: Tell
) -> list[Round]:
    rounds = []
    warming = msgspec.structs.replace(plan, orders_max=plan.orders_max or plan.warm_up_orders)
    for side, contender in running.items():
        tell(f"warming up {contender.name}")
        rounds.append(await _round(warming, side, WARM_UP, contender, storefronts[side], seed=99))
    for number in range(plan.rounds):
        for scenario in GOALS:
            for side, contender in running.items():
                tell(f"round {number + 1} of {plan.rounds}, {scenario}, {contender.name}")
                await _checkpoint(contender.postgres)
                seed = number * 100
                rounds.append(await _round(plan, side, scenario, contender, storefronts[side], seed=seed))
    return rounds


@contextmanager
def _cluster() -> Iterator[tuple[Path, EmbeddedPostgres]]:
    """Run a cluster with the settings Hansa ships, on a disk: /tmp may be memory."""
    disk = Path("/var/tmp")  # noqa: S108 - only the parent of a folder with a name of its own
    with (
        tempfile.TemporaryDirectory(
            prefix="hansa-bench-", dir=disk if os.access(disk, os.W_OK) else None
        ) as folder,
        EmbeddedPostgres(Path(folder) / "postgres") as postgres,
    ):
        yield Path(folder), postgres


async def _checkpoint(postgres: EmbeddedPostgres) -> None:
    """Write out what the round before left behind, so that it burdens nobody else."""
    connection = await asyncpg.connect(postgres.url("postgres"))
    try:
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _round(
    plan: Plan, side: str, scenario: str, contender: Contender, storefront: Storefront, *, seed: int
) -> Round:
    loads = [
        Load(
            storefront=storefront,
            port=contender.port,
            connections=(plan.crowd if scenario.endswith("crowd") else plan.connections)
            // plan.load_processes,
            hot=scenario.startswith("hot"),
            warm_s=plan.warm_s,
            measure_s=plan.measure_s,
            orders_max=plan.orders_max,
            seed=seed + number,
        )
        for number in range(plan.load_processes)
    ]
    processes = [await _send(load) for load in loads]
    roots = [contender.pid, contender.postgres.pid or 0]
    begin = end = _cpu(roots, processes)
    if plan.orders_max is None:
        await asyncio.gather(*(_line(process) for process in processes))
        begin = _cpu(roots, processes)
        await asyncio.gather(*(_line(process) for process in processes))
        end = _cpu(roots, processes)
    outcome = merged([await _outcome(process) for process in processes])
    if plan.orders_max is not None:
        end = _cpu(roots, [])
    server_us, postgres_us, load_us = _per_order(begin, end, outcome.orders)
    return Round(
        side=side,
        scenario=scenario,
        orders=outcome.orders,
        orders_per_s=outcome.orders / outcome.seconds,
        server_us=server_us,
        postgres_us=postgres_us,
        load_us=load_us,
        p50_ms={step: percentile(outcome.latencies_us[step], 0.50) / 1e3 for step in STEPS},
        p99_ms={step: percentile(outcome.latencies_us[step], 0.99) / 1e3 for step in STEPS},
        placed=outcome.placed,
        paid=outcome.paid,
        errors=outcome.errors,
    )


async def _send(load: Load) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 28,  # an outcome is one line with every latency
    )
    if process.stdin is not None:
        process.stdin.write(msgspec.json.encode(load))
        process.stdin.write_eof()
    return process


async def _line(process: asyncio.subprocess.Process) -> bytes:
    return await process.stdout.readline() if process.stdout else b""


async def _outcome(process: asyncio.subprocess.Process) -> Outcome:
    line = await _line(process)
    await process.wait()
    return msgspec.json.decode(line, type=Outcome)


def _cpu(roots: Sequence[int], loads: Sequence[asyncio.subprocess.Process]) -> list[float | None]:
    spent = [machine.cpu_s(process.pid) for process in loads]
    known = [one for one in spent if one is not None]
    return [*(machine.cpu_s(root) for root in roots), sum(known) if known else None]


def _per_order(
    begin: Sequence[float | None], end: Sequence[float | None], orders: int
) -> Iterator[float | None]:
    for before, after in zip(begin, end, strict=True):
        yield None if before is None or after is None or not orders else (after - before) * 1e6 / orders


def _ratios(rounds: Sequence[Round], scenario: str) -> list[float]:
    ours, theirs = (
        [one.orders_per_s for one in rounds if (one.side, one.scenario) == (side, scenario)] for side in SIDES
    )
    return [a / b for a, b in zip(ours, theirs, strict=False) if b]


def _acknowledged(rounds: Sequence[Round], side: str) -> Acknowledged:
    own = [one for one in rounds if one.side == side]
    return Acknowledged(
        placed=sum(one.placed for one in own),
        paid=sum(one.paid for one in own),
        exactly=not any(one.errors for one in own),
    )
