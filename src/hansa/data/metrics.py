"""What each figure means, said once: its name, its grain, its formula. All figures come from one relation, `sale`.

`sale` has one row per line of an order that was paid, without lines whose money went back. A metric is an
aggregate over its rows; a dimension is what they are grouped by. Whatever shows a figure names it here.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

Texts = Mapping[str, str]


class Unit(enum.StrEnum):
    """What a figure is counted in."""

    COUNT = "count"
    MONEY = "money"
    """Minor units of the business's currency."""
    SHARE = "share"
    """A part of one."""


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A figure: `formula` is an aggregate over `sale`; `grain` is what one row of it stands for."""

    name: str
    title: Texts
    unit: Unit
    grain: str
    formula: str


class Dimension(msgspec.Struct, frozen=True, kw_only=True):
    """What figures are broken down by: `key` groups and orders, `label` is shown, both over `sale`."""

    name: str
    title: Texts
    key: str
    label: Texts


SMALL_SHOP_PERCENT = 1
"""A shop is small when it takes less than so many percent of a business's orders."""

SALE = f"""
CREATE OR REPLACE TEMP VIEW sale AS
WITH bearing AS (
  SELECT order_id, line_no, coalesce(sum(minor) FILTER (funder_kind = 'shop'), 0) AS by_shop,
         coalesce(sum(minor) FILTER (funder_kind = 'brand'), 0) AS by_brand,
         coalesce(sum(minor) FILTER (funder_kind = 'platform'), 0) AS by_platform
    FROM trade_allocation GROUP BY order_id, line_no),
chosen AS (
  SELECT * FROM trade_order WHERE business = getvariable('business') AND traffic = getvariable('traffic')
     AND paid_at IS NOT NULL),
lines AS (
  SELECT l.*, count(*) OVER (PARTITION BY l.order_id) AS order_lines
    FROM trade_line l WHERE l.state NOT IN ('refunded', 'closed') AND l.order_id IN (SELECT id FROM chosen)),
sizes AS (
  SELECT shop_id, count(*) * 100 < sum(count(*)) OVER () * {SMALL_SHOP_PERCENT} AS small FROM chosen GROUP BY shop_id)
SELECT l.order_id, l.line_no, o.buyer, o.currency, o.placed_at, o.shop_id, z.small, l.order_lines, l.product_id,
       l.quantity, l.gross, l.gross - l.discount AS net, coalesce(b.by_shop, 0) AS by_shop,
       coalesce(b.by_brand, 0) AS by_brand, coalesce(b.by_platform, 0) AS by_platform,
       s.name AS shop_names, s.slug AS shop_slug, coalesce(t.slug, '') AS department, t.names AS department_names
  FROM lines l
  JOIN chosen o ON o.id = l.order_id
  JOIN sizes z ON z.shop_id = o.shop_id
  LEFT JOIN bearing b ON b.order_id = l.order_id AND b.line_no = l.line_no
  LEFT JOIN shop_shop s ON s.id = o.shop_id
  LEFT JOIN product_product p ON p.id = l.product_id
  LEFT JOIN product_category c ON c.id = p.category_id
  LEFT JOIN product_category t ON t.id = c.top_id
"""

_LINE = "a line of a paid order"
_ORDER = "a paid order"

ORDERS = Metric(
    name="orders",
    title={"en": "Orders", "zh": "订单"},
    unit=Unit.COUNT,
    grain=_ORDER,
    formula="count(DISTINCT order_id)",
)
LINES = Metric(
    name="lines", title={"en": "Lines", "zh": "行数"}, unit=Unit.COUNT, grain=_LINE, formula="count(*)"
)
BUYERS = Metric(
    name="buyers",
    title={"en": "Buyers", "zh": "买家"},
    unit=Unit.COUNT,
    grain="a buyer of a paid order",
    formula="count(DISTINCT buyer)",
)
GROSS = Metric(
    name="gross", title={"en": "Gross", "zh": "原价"}, unit=Unit.MONEY, grain=_LINE, formula="sum(gross)"
)
BY_SHOPS = Metric(
    name="borne_by_shops",
    title={"en": "Borne by shops", "zh": "店铺承担"},
    unit=Unit.MONEY,
    grain=_LINE,
    formula="sum(by_shop)",
)
BY_BRANDS = Metric(
    name="borne_by_brands",
    title={"en": "Borne by brands", "zh": "品牌承担"},
    unit=Unit.MONEY,
    grain=_LINE,
    formula="sum(by_brand)",
)
SALES = Metric(
    name="sales",
    title={"en": "Sales", "zh": "销售额"},
    unit=Unit.MONEY,
    grain=_LINE,
    formula="sum(net)",
)
BASKET = Metric(
    name="basket",
    title={"en": "Average basket", "zh": "客单价"},
    unit=Unit.MONEY,
    grain=_ORDER,
    formula="round(sum(net) / count(DISTINCT order_id))::BIGINT",
)
SALES_SHARE = Metric(
    name="sales_share",
    title={"en": "Share of sales", "zh": "销售额占比"},
    unit=Unit.SHARE,
    grain=_LINE,
    formula="sum(net) / sum(sum(net)) OVER ()",
)
METRICS = (ORDERS, LINES, BUYERS, GROSS, BY_SHOPS, BY_BRANDS, SALES, BASKET, SALES_SHARE)


def _both(expression: str) -> Texts:
    return {"en": expression, "zh": expression}


def _named(names: str, otherwise: str) -> Texts:
    """Return expressions that pick a name in a language, else in English, else something that is always there."""
    return {
        language: f"any_value(coalesce({names} ->> '{language}', {names} ->> 'en', {otherwise}))"
        for language in ("en", "zh")
    }


WEEK = Dimension(
    name="week",
    title={"en": "Week", "zh": "周"},
    key="date_trunc('week', placed_at)",
    label=_both("strftime(any_value(date_trunc('week', placed_at)), '%G-W%V')"),
)
DEPARTMENT = Dimension(
    name="department",
    title={"en": "Department", "zh": "部门"},
    key="department",
    label=_named("department_names", "'-'"),
)
STORE = Dimension(
    name="store", title={"en": "Store", "zh": "门店"}, key="shop_id", label=_named("shop_names", "shop_slug")
)
BASKET_SIZE = Dimension(
    name="basket_size",
    title={"en": "Lines in the basket", "zh": "每单行数"},
    key="""CASE WHEN order_lines = 1 THEN 1 WHEN order_lines <= 3 THEN 2 WHEN order_lines <= 6 THEN 4
                WHEN order_lines <= 10 THEN 7 WHEN order_lines <= 20 THEN 11 WHEN order_lines <= 50 THEN 21
                ELSE 51 END""",
    label=_both(
        """CASE WHEN max(order_lines) = 1 THEN '1' WHEN max(order_lines) <= 3 THEN '2-3'
                WHEN max(order_lines) <= 6 THEN '4-6' WHEN max(order_lines) <= 10 THEN '7-10'
                WHEN max(order_lines) <= 20 THEN '11-20' WHEN max(order_lines) <= 50 THEN '21-50' ELSE '51+' END"""
    ),
)
SHOP_SIZE = Dimension(
    name="shop_size",
    title={"en": "Size of the shop", "zh": "店铺规模"},
    key="small",
    label={
        "en": "CASE WHEN any_value(small) THEN 'small: under 1 % of orders' ELSE 'large' END",
        "zh": "CASE WHEN any_value(small) THEN '小店：不足订单的 1 %' ELSE '大店' END",
    },
)
DIMENSIONS = (WEEK, DEPARTMENT, STORE, BASKET_SIZE, SHOP_SIZE)
