"""`hansa business usage`: what a business used, as the processes metered it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.text import Text

from hansa.cli import screen
from hansa.cli.options import Json, whole_number
from hansa.cli.startup import with_platform
from hansa.kernel.context import PLATFORM_BUSINESS, Traffic
from hansa.kernel.metering import Usage
from hansa.kernel.platform import Platform

HOURS_MAX = 24 * 366
_ROWS_MAX = 100_000

Hours = Annotated[int, whole_number("How far back, in whole hours of UTC.", least=1, most=HOURS_MAX)]


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What was used of one thing over the hours asked for."""

    traffic: Traffic
    what: str
    calls: int
    errors: int
    seconds: float
    longest_ms: float


def usage(
    path: Annotated[str, Parameter(help="The business.")], /, *, hours: Hours = 24, json: Json = False
) -> None:
    """Show what a business used: calls of each extension, orders and what else is metered, costliest first."""

    async def read(platform: Platform) -> list[Usage]:
        platform.plans.resolve(path)
        now = platform.clocks.now(PLATFORM_BUSINESS, Traffic.LIVE)
        since = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours - 1)
        async with platform.db.transaction() as tx:
            return await platform.meter.usage(tx, business=path, since=since, limit=_ROWS_MAX)

    rows = with_platform(read)
    found = _added_up(rows)
    if json:
        screen.print_json(found)
        return
    if not found:
        screen.out.print(f"{path} used nothing in the last {hours} hours.", markup=False)
        return
    table = screen.table("traffic", "what", "calls", "errors", "seconds", "longest ms")
    for one in found:
        table.add_row(
            one.traffic.value,
            Text(one.what, style="cyan"),
            f"{one.calls:,}",
            f"{one.errors:,}",
            f"{one.seconds:,.3f}",
            f"{one.longest_ms:,.1f}",
        )
    screen.out.print(table)
    if len(rows) == _ROWS_MAX:
        screen.out.print("There is more than fits: ask for fewer --hours.")


def _added_up(rows: Sequence[Usage]) -> list[Used]:
    """Add the hours up, by traffic and what was used; what took longest comes first."""
    hours: dict[tuple[Traffic, str], list[Usage]] = {}
    for row in rows:
        hours.setdefault((row.traffic, row.what), []).append(row)
    found = [
        Used(
            traffic=traffic,
            what=what,
            calls=sum(one.calls for one in used),
            errors=sum(one.errors for one in used),
            seconds=sum(one.ns for one in used) / 1e9,
            longest_ms=max(one.ns_max for one in used) / 1e6,
        )
        for (traffic, what), used in hours.items()
    ]
    return sorted(found, key=lambda one: (-one.seconds, one.traffic.value, one.what))
