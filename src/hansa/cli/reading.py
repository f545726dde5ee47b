"""`hansa points`, `explain` and `settings`: what the code and the plan say about themselves."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from hansa.cli import screen
from hansa.cli.failure import Failure
from hansa.cli.options import Json
from hansa.cli.startup import centers, with_platform
from hansa.kernel.ids import IdMalformed
from hansa.kernel.plan.reading import PointEntry, catalogue
from hansa.kernel.plan.reading import explain as explain_point
from hansa.kernel.platform import Platform
from hansa.kernel.settings import Settings, describe


def points(
    point: Annotated[str | None, Parameter(help="One point, to see all about it.")] = None,
    /,
    *,
    json: Json = False,
) -> None:
    """Print the catalogue of extension points: the questions that businesses and plays may answer.

    It is that of the installed code, with the answers of its packages; no database is asked.
    """
    from hansa.app import code  # noqa: PLC0415 - brings the whole platform

    plan = code().compile()
    entries = catalogue(plan.points.values(), plan)
    if point is not None:
        entries = [entry for entry in entries if entry.name == point]
        if not entries:
            raise Failure(f"There is no extension point {point}; `hansa points` lists them.")
    if json:
        screen.print_json(entries)
    elif point is not None:
        _print_point(entries[0])
    else:
        _print_points(entries)


def _print_points(entries: list[PointEntry]) -> None:
    for owner, of_owner in groupby(entries, key=lambda entry: entry.owner):
        table = screen.table(owner, "mode", "effects", "budget", "on error", "answered by", "question")
        for entry in of_owner:
            answers = ", ".join(dict.fromkeys(one.name for one in entry.implementations)) or "default"
            table.add_row(
                Text(entry.name, style="cyan"),
                entry.mode,
                entry.effects,
                f"{entry.budget_ms:g} ms",
                entry.on_error,
                answers,
                entry.doc.partition("\n")[0],
            )
        screen.out.print(table)
        screen.out.print()


def _print_point(entry: PointEntry) -> None:
    screen.out.print(Text(f"{entry.name}, version {entry.version}", style="bold cyan"))
    screen.out.print(Text(entry.doc.strip() + "\n"))
    table = screen.table("", "")
    table.show_header = False
    for name, value in (
        ("signature", entry.signature),
        ("mode", entry.mode),
        ("effects", entry.effects),
        ("budget", f"{entry.budget_ms:g} ms"),
        ("on error", entry.on_error),
        ("default", entry.default or "none"),
        ("guard", entry.guard or "none"),
    ):
        table.add_row(name, Text(value))
    screen.out.print(table)
    for one in entry.implementations:
        screen.out.print(
            Text(f"answered by {one.name}: {one.function}, of {one.source}, at {one.level or 'platform'}")
        )


def explain(
    subject: Annotated[str, Parameter(help="An order's id, or the name of an extension point.")],
    /,
    *,
    business: Annotated[
        str, Parameter(show_default=False, help="The business, when the subject is an extension point.")
    ] = "",
    json: Json = False,
) -> None:
    """Tell why an order is what it is (`ord_...`), or who answers an extension point in a business.

    An order is explained from what was decided and kept when it was placed; no code runs again.
    """
    if subject.startswith("ord_"):
        from hansa.app import explain as explain_order  # noqa: PLC0415 - brings the whole platform
        from hansa.centers.trade.types import ORDER_ID  # noqa: PLC0415
        from hansa.cli.explaining import labelled, prose  # noqa: PLC0415 - as above

        try:
            ORDER_ID.read(subject)
        except IdMalformed:
            raise Failure(f"{subject} cannot be the id of an order.") from None
        told = with_platform(lambda platform: explain_order(platform, subject))
        if json:
            screen.print_json(labelled(told))
        else:
            screen.out.print(Text(prose(told)))
        return

    async def read(platform: Platform) -> object:
        plan = platform.plans.current
        if subject not in plan.points:
            raise Failure(
                f"There is no extension point {subject}; `hansa points` lists them. An order's id begins with ord_."
            )
        if not business:
            raise Failure("An extension point is explained within a business: add --business NAME.")
        if business not in plan.businesses:
            raise Failure(f"There is no business {business}; `hansa business list` names them.")
        return explain_point(plan, subject, business)

    explanation = with_platform(read)
    if json:
        screen.print_json(explanation)
    else:
        screen.out.print(Text(str(explanation)))


def settings(*, json: Json = False) -> None:
    """Print every setting: its name in the environment, its default and its meaning."""
    described = describe(Settings, *(section for center in centers() for section in center.settings))
    if json:
        screen.print_json(described)
        return
    table = screen.table("environment", "default", "meaning")
    for setting in described:
        table.add_row(Text(setting.variable, style="cyan"), setting.default, Text(setting.description))
    screen.out.print(table)
