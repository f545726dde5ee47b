"""`python -m benchmarks.baseline.sweep`: which pool size, and how many processes, suit the baseline best.

Each setting gets a short turn per scenario, and all settings are gone through twice, forth and back, so that a
neighbour on the machine spoils no single one. What is best goes into `contender.POOL_SIZE_BEST`.
"""

from __future__ import annotations

import asyncio
import sys

import msgspec
from rich.console import Console

from benchmarks import thin_order
from benchmarks.baseline.contender import Baseline
from benchmarks.thin_order import GOALS, Plan, Result

POOL_SIZES = (2, 4, 8, 16, 32)


async def sweep(plan: Plan, console: Console) -> None:
    """Print paid orders per second and CPU per order for each pool size, in both directions."""
    for pool_size in (*POOL_SIZES, *reversed(POOL_SIZES)):
        result = await thin_order.measure(
            plan, sides=["baseline"], contenders={"baseline": pooled(pool_size)}
        )
        console.print(f"pool of {pool_size:2} per process: " + ", ".join(_told(result, one) for one in GOALS))


def pooled(size: int) -> type[Baseline]:
    """Return the baseline with another pool size."""
    return type("Baseline", (Baseline,), {"pool_size": size})


def _told(result: Result, scenario: str) -> str:
    one = result.of("baseline", scenario)[0]
    cpu_us = (one.server_us or 0) + (one.postgres_us or 0)
    return f"{scenario} {one.orders_per_s:,.0f}/s at {cpu_us:,.0f} us, p99 {one.p99_ms['order']:,.0f} ms"


if __name__ == "__main__":
    short = msgspec.structs.replace(Plan.short(), rounds=1, processes=int((*sys.argv[1:], "2")[0]))
    asyncio.run(sweep(short, Console()))
