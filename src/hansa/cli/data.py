"""`hansa export` and `hansa report`: events and orders as files, and figures taken from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.text import Text

from hansa.cli import screen
from hansa.cli.journey import require_extra
from hansa.cli.options import Json
from hansa.cli.startup import with_platform
from hansa.kernel.platform import Platform

if TYPE_CHECKING:
    from hansa.data.exporting import Exported
    from hansa.data.views import Answer


def export(*, json: Json = False) -> None:
    """Write what is new to Parquet files in the data directory: events, and the orders they tell of.

    Safe to repeat and to interrupt; a folder that was deleted is written anew.
    """
    require_extra("duckdb")
    from hansa.data import exporting  # noqa: PLC0415 - needs the extra

    async def run(platform: Platform) -> tuple[Exported, Path]:
        with screen.progress("Exporting", quiet=json) as tell:
            return await exporting.export(platform, tell=tell), exporting.folder_of(platform)

    done, folder = with_platform(run)
    if json:
        screen.print_json(done)
        return
    rows = ", ".join(f"{count:,} of {name}" for name, count in done.rows.items())
    screen.out.print(f"{done.events:,} events and {rows} went to {folder}.", markup=False)


def report(
    business: Annotated[str, Parameter(help="The business.")],
    /,
    *,
    language: Annotated[Literal["en", "zh"], Parameter(help="In which language.")] = "en",
    page: Annotated[
        Path | None, Parameter(show_default=False, help="Also write a page with charts to this file.")
    ] = None,
    json: Json = False,
) -> None:
    """Show sales by week, department and store, baskets by size, and the share of small shops.

    Exports what is new first. What each figure means is in `hansa.data.metrics`, and in docs/data/metrics.md.
    """
    require_extra("duckdb")
    from hansa.data import exporting, showing, views  # noqa: PLC0415 - needs the extra

    async def run(platform: Platform) -> list[Answer]:
        ctx = platform.context(business)
        with screen.progress("Reporting", quiet=json) as tell:
            await exporting.export(platform, tell=tell)
            tell("figures")
            return views.answer(
                exporting.folder_of(platform),
                [one for center in platform.centers for one in center.exports],
                business=ctx.business,
                traffic=ctx.traffic,
                language=language,
            )

    answers = with_platform(run)
    if page is not None:
        page.write_text(showing.page(answers, business=business, language=language), encoding="utf-8")
    if json:
        screen.print_json(answers)
        return
    for one in answers:
        screen.out.print(Text(showing.pick(one.view.title, language), "bold"))
        heads, rows = showing.rows(one, language)
        table = screen.table(*heads)
        for column in table.columns[1:]:
            column.justify = "right"
        for label, *cells in rows:
            table.add_row(Text(label), *cells)
        screen.out.print(table)
        screen.out.print()
