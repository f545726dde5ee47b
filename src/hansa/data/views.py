"""Views: figures put together for people. Each names its metrics and its dimension; what they mean is in `metrics`."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from hansa.data import metrics as m
from hansa.data.reading import Tables
from hansa.kernel.center import Export
from hansa.kernel.context import Traffic

ROWS_MAX = 100


class Shape(enum.StrEnum):
    """How a view is drawn."""

    COLUMNS = "columns"
    """Upright, in the order of the dimension."""
    BARS = "bars"
    """Lying, the largest first."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Some figures by one dimension; `shown` is how many rows, the largest of the first metric first for bars."""

    name: str
    title: m.Texts
    by: m.Dimension
    metrics: tuple[m.Metric, ...]
    shape: Shape
    shown: int = ROWS_MAX


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A view with its rows: a label and a figure for each metric."""

    view: View
    labels: tuple[str, ...]
    figures: tuple[tuple[int | float, ...], ...]
    total: tuple[int | float, ...]
    currency: str


SALES_BY_WEEK = View(
    name="sales_by_week",
    title={"en": "Sales by week", "zh": "每周销售额"},
    by=m.WEEK,
    metrics=(m.SALES, m.BY_SHOPS, m.BY_BRANDS, m.ORDERS),
    shape=Shape.COLUMNS,
)
SALES_BY_DEPARTMENT = View(
    name="sales_by_department",
    title={"en": "Sales by department", "zh": "各部门销售额"},
    by=m.DEPARTMENT,
    metrics=(m.SALES, m.SALES_SHARE, m.LINES),
    shape=Shape.BARS,
    shown=16,
)
SALES_BY_STORE = View(
    name="sales_by_store",
    title={"en": "Sales by store, the largest", "zh": "各门店销售额（前列）"},
    by=m.STORE,
    metrics=(m.SALES, m.SALES_SHARE, m.ORDERS, m.BUYERS),
    shape=Shape.BARS,
    shown=16,
)
BASKETS_BY_SIZE = View(
    name="baskets_by_size",
    title={"en": "Baskets by size", "zh": "按行数看订单"},
    by=m.BASKET_SIZE,
    metrics=(m.ORDERS, m.SALES, m.BASKET),
    shape=Shape.COLUMNS,
)
SMALL_SHOPS = View(
    name="small_shops",
    title={"en": "Share of small shops", "zh": "小店占比"},
    by=m.SHOP_SIZE,
    metrics=(m.SALES, m.SALES_SHARE, m.ORDERS),
    shape=Shape.BARS,
)
VIEWS = (SALES_BY_WEEK, SALES_BY_DEPARTMENT, SALES_BY_STORE, BASKETS_BY_SIZE, SMALL_SHOPS)


def answer(
    folder: Path,
    exports: Sequence[Export],
    *,
    business: str,
    traffic: Traffic,
    language: str,
    views: Sequence[View] = VIEWS,
) -> list[Answer]:
    """Run views over an export, for one business and traffic class. Raises `NothingExported`."""
    with Tables(folder, exports) as tables:
        tables.db.execute("SET VARIABLE business = $business", {"business": business})
        tables.db.execute("SET VARIABLE traffic = $traffic", {"traffic": traffic.value})
        tables.db.execute(m.SALE)
        tables.db.execute("CREATE TEMP TABLE sold AS FROM sale")
        currencies = tables.rows("SELECT DISTINCT currency FROM sold ORDER BY 1")
        currency = currencies[0][0] if len(currencies) == 1 else ""
        return [_answer(tables, view, language=language, currency=currency) for view in views]


def _answer(tables: Tables, view: View, *, language: str, currency: str) -> Answer:
    formulas = ", ".join(f"{metric.formula} AS {metric.name}" for metric in view.metrics)
    label = view.by.label.get(language, view.by.label["en"])
    order = "key" if view.shape is Shape.COLUMNS else f"{view.metrics[0].name} DESC, key"
    rows = tables.rows(
        f"""SELECT * FROM (SELECT {view.by.key} AS key, {label} AS label, {formulas} FROM sold GROUP BY key)
            ORDER BY {order} LIMIT {view.shown}"""
    )
    (total,) = tables.rows(f"SELECT {formulas} FROM sold")
    return Answer(
        view=view,
        labels=tuple(str(row[1]) for row in rows),
        figures=tuple(tuple(map(_figure, row[2:])) for row in rows),
        total=tuple(map(_figure, total)),
        currency=currency,
    )


def _figure(value: Any) -> int | float:
    return value if isinstance(value, float) else int(value or 0)
