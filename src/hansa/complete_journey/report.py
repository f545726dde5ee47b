"""The report of a replay: made from a fresh export, shown as sums by week, and as a page with a chart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from hansa.complete_journey.files import Files, Weeks
from hansa.complete_journey.reconciling import Reconciliation, Sums, add, reconcile
from hansa.data import exporting
from hansa.data.charts import Series, columns, document, legend, table
from hansa.kernel.platform import Platform

CENTS = 100

Grouping = Literal["week", "store"]
Tell = Callable[[str], None]


async def reconciled(platform: Platform, files: Files, *, weeks: Weeks, tell: Tell) -> Reconciliation:
    """Export what is new, then hold it to the files."""
    await exporting.export(platform, tell=tell)
    tell("comparing")
    folder: Path = exporting.folder_of(platform)
    exports = [one for center in platform.centers for one in center.exports]
    return reconcile(files, folder, exports, weeks=weeks)


def by(found: Reconciliation, what: Grouping) -> list[tuple[int, Sums, Sums]]:
    """Return each week or store with what the house and what the files say."""
    house: dict[int, list[Sums]] = {}
    files: dict[int, list[Sums]] = {}
    for row in found.rows:
        key = row.week if what == "week" else row.store
        house.setdefault(key, []).append(row.house)
        files.setdefault(key, []).append(row.files)
    return [(key, add(house[key]), add(files[key])) for key in sorted(house)]


def page(found: Reconciliation) -> str:
    """Return a page with the year's chart: what was paid, and who bore the rest, week by week."""
    sums = by(found, "week")
    weeks = [str(week) for week, _, _ in sums]
    series = [
        _series("paid", [house.paid for _, house, _ in sums]),
        _series("borne by shops", [house.member + house.match for _, house, _ in sums]),
        _series("borne by brands", [house.coupon for _, house, _ in sums]),
    ]
    rows = [[week, *(one.shown[at] for one in series)] for at, week in enumerate(weeks)]
    chart = legend(series) + columns(weeks, series, title="Gross by week, and who bore it")
    reasons = [[one.meaning, f"{one.count:,}", _money(one.minor)] for one in found.reasons]
    verdict = "equal to the cent" if found.clean else f"unexplained: {found.unexplained:,}"
    return document(
        "The Complete Journey",
        f"{found.house.orders:,} orders, {found.house.lines:,} lines; the house and the files are {verdict}.",
        [
            ("Gross by week, and who bore it", chart),
            ("As a table", table(["week", *(one.name for one in series)], rows)),
            ("By store", table(["store", "orders", "lines", "gross", "paid", "files say"], _stores(found))),
            ("What is no order, or an unusual one", table(["what", "count", "amount"], reasons)),
        ],
    )


def _stores(found: Reconciliation) -> list[list[str]]:
    return [
        [
            str(store),
            f"{house.orders:,}",
            f"{house.lines:,}",
            *map(_money, (house.gross, house.paid, files.paid)),
        ]
        for store, house, files in by(found, "store")
    ]


def _series(name: str, cents: list[int]) -> Series:
    return Series(name, [one / CENTS for one in cents], [_money(one) for one in cents])


def _money(cents: int) -> str:
    return f"{cents / CENTS:,.2f}"
