"""Answers as people see them: figures in words, charts with their tables, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.data.charts import Series, bars, columns, document, legend, table
from hansa.data.metrics import Metric, Texts, Unit
from hansa.data.views import Answer, Shape

_MINOR = 100
_WORDS: dict[str, Texts] = {
    "title": {"en": "Figures", "zh": "经营数据"},
    "table": {"en": "As a table", "zh": "以表格查看"},
    "all": {"en": "all", "zh": "合计"},
    "nothing": {"en": "Nothing was sold yet.", "zh": "尚无销售。"},
    "lede": {
        "en": "{orders} paid orders, {sales} in sales.",
        "zh": "已支付订单 {orders} 笔，销售额 {sales}。",
    },
}


def word(name: str, language: str) -> str:
    """Return one of the page's own words."""
    return pick(_WORDS[name], language)


def pick(texts: Texts, language: str) -> str:
    """Return a text in a language, else in English."""
    return texts.get(language) or texts["en"]


def shown(value: float, metric: Metric, currency: str) -> str:
    """Write a figure: money with two digits and its currency, shares as percentages."""
    match metric.unit:
        case Unit.MONEY:
            return f"{value / _MINOR:,.2f} {currency}".strip()
        case Unit.SHARE:
            return f"{value * 100:.1f} %"
        case Unit.COUNT:
            return f"{value:,.0f}"


def page(answers: Sequence[Answer], *, business: str, language: str) -> str:
    """Return a page of its own with every answer."""
    return document(
        f"{business}: {word('title', language)}",
        lede(answers, language),
        [(pick(one.view.title, language), section(one, language)) for one in answers],
        language=language,
    )


def lede(answers: Sequence[Answer], language: str) -> str:
    """Say in a sentence how much was sold."""
    said: dict[str, str] = {}
    for one in answers:
        for metric, value in zip(one.view.metrics, one.total, strict=True):
            said.setdefault(metric.name, shown(value, metric, one.currency))
    return word("lede", language).format(orders=said.get("orders", "0"), sales=said.get("sales", "0"))


def section(one: Answer, language: str) -> str:
    """Return an answer as a chart, with its table folded in behind it."""
    if not one.labels:
        return f"<p>{word('nothing', language)}</p>"
    folded = table(*rows(one, language))
    return f"{chart(one, language)}<details><summary>{word('table', language)}</summary>{folded}</details>"


def chart(one: Answer, language: str) -> str:
    """Draw an answer, with a legend where it has several colours."""
    metrics = one.view.metrics
    title = pick(one.view.title, language)
    if one.view.shape is Shape.BARS:
        first = [row[0] for row in one.figures]
        return bars(one.labels, first, [shown(v, metrics[0], one.currency) for v in first], title=title)
    series = [
        Series(
            pick(metric.title, language),
            [row[at] / (_MINOR if metric.unit is Unit.MONEY else 1) for row in one.figures],
            [shown(row[at], metric, one.currency) for row in one.figures],
        )
        for at, metric in enumerate(metrics)
        if _stacks(metric, metrics[0])
    ]
    return (legend(series) if len(series) > 1 else "") + columns(one.labels, series, title=title)


def _stacks(metric: Metric, first: Metric) -> bool:
    """Tell whether a metric lies on top of the first: what it is, and what others bear of the gross beside it."""
    return metric is first or metric.name.startswith("borne_by_")


def rows(one: Answer, language: str) -> tuple[list[str], list[list[str]]]:
    """Return an answer's table in words: its head, and its rows with the sum of all as the last."""
    metrics = one.view.metrics
    heads = [pick(one.view.by.title, language), *(pick(metric.title, language) for metric in metrics)]
    labelled = [*zip(one.labels, one.figures, strict=True), (word("all", language), one.total)]
    return heads, [
        [label, *(shown(v, metric, one.currency) for v, metric in zip(row, metrics, strict=True))]
        for label, row in labelled
    ]
