"""Reconciling: what the house says it sold, held to sums taken straight from the files, to the cent.

Every basket is compared: its lines, gross, each discount by its funder, what was paid. What the files hold
and no order can (lines of quantity 0, coupon money beyond the room of a basket) is counted by its reason,
so that the files' own totals are explained to the last cent; `unexplained` is what is left, and must be 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from hansa.complete_journey import manifest, names
from hansa.complete_journey.files import Files, Weeks
from hansa.data.reading import Tables
from hansa.kernel.center import Export
from hansa.kernel.context import Traffic

SHOWN_MAX = 20


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over some orders. Amounts in cents."""

    orders: int = 0
    lines: int = 0
    gross: int = 0
    member: int = 0
    """Borne by shops: their own programme."""
    match: int = 0
    """Borne by shops: matched coupons."""
    coupon: int = 0
    """Borne by brands."""
    paid: int = 0


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one store sold in one week, by the files and by the house."""

    week: int
    store: int
    files: Sums
    house: Sums


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why something of the files is no order, or an unusual one: how many, and how much, in cents."""

    code: str
    meaning: str
    count: int
    minor: int = 0


class Bridge(msgspec.Struct, frozen=True, kw_only=True):
    """From a total of the files to one of the house, in cents: `files - not_sold - no_room = house + unexplained`."""

    amount: str
    files: int
    not_sold: int
    no_room: int
    house: int

    @property
    def unexplained(self) -> int:
        """What no reason explains."""
        return self.files - self.not_sold - self.no_room - self.house


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A basket that is not in the house as it is in the files."""

    basket: int
    files: Sums | None
    house: Sums | None


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. Clean when nothing differs and nothing is unexplained."""

    weeks: Weeks
    rows: tuple[Row, ...]
    files: Sums
    house: Sums
    bridges: tuple[Bridge, ...]
    reasons: tuple[Reason, ...]
    differences: tuple[Difference, ...]
    """The first of the baskets that differ; `differing` says how many there are."""
    differing: int
    unexplained: int
    """Baskets that differ, rows whose sums differ, and cents that no reason explains."""

    @property
    def clean(self) -> bool:
        """Whether the house says what the files say."""
        return self.unexplained == 0


def reconcile(files: Files, folder: Path, exports: Sequence[Export], *, weeks: Weeks) -> Reconciliation:
    """Compare some weeks of the files with an export of the house. Raises `NothingExported`."""
    tables = Tables(folder, exports, db=files.db)
    db = tables.db
    db.execute(_NAMED, _names(files))
    db.execute(
        _HOUSE,
        {
            "business": manifest.PATH,
            "traffic": Traffic.REPLAY.value,
            "prefix": len("store-") + 1,
            "first": weeks.first,
        },
    )
    db.execute(_FILES, {"first": weeks.first, "last": weeks.last})
    db.execute(_SIDE_BY_SIDE, {"first": weeks.first, "last": weeks.last})
    rows = tuple(
        Row(week=row[0], store=row[1], files=_sums(row[2:9]), house=_sums(row[9:16]))
        for row in tables.rows(_ROWS)
    )
    (differing,) = tables.rows(f"SELECT count(*) FROM side WHERE {_DIFFERS}")[0]
    found = tables.rows(f"SELECT * FROM side WHERE {_DIFFERS} ORDER BY basket LIMIT {SHOWN_MAX}")
    bridges = tuple(
        Bridge(amount=row[0], files=row[1], not_sold=row[2], no_room=row[3], house=row[4])
        for row in tables.rows(_BRIDGES, weeks.first, weeks.last)
    )
    reasons = tuple(
        Reason(code=row[0], meaning=_MEANINGS[row[0]], count=row[1], minor=row[2] or 0)
        for row in tables.rows(_REASONS, weeks.first, weeks.last)
    )
    return Reconciliation(
        weeks=weeks,
        rows=rows,
        files=add(row.files for row in rows),
        house=add(row.house for row in rows),
        bridges=bridges,
        reasons=reasons,
        differences=tuple(_difference(row) for row in found),
        differing=differing,
        unexplained=differing
        + sum(row.files != row.house for row in rows)
        + sum(abs(one.unexplained) for one in bridges),
    )


def _names(files: Files) -> dict[str, list[Any]]:
    """Return the checkout that each basket has by its name, in columns."""
    moments = files.moments()
    return {
        "baskets": [basket for basket, _, _ in moments],
        "weeks": [week for _, week, _ in moments],
        "checkouts": [str(names.checkout(basket, at)) for basket, _, at in moments],
    }


def _sums(values: Sequence[int | None]) -> Sums:
    fields = Sums.__struct_fields__
    return Sums(**{name: value or 0 for name, value in zip(fields, values, strict=True)})


def add(parts: Iterable[Sums]) -> Sums:
    """Add sums up."""
    every = list(parts)
    return Sums(**{name: sum(getattr(one, name) for one in every) for name in Sums.__struct_fields__})


def _difference(row: tuple[Any, ...]) -> Difference:
    def side(values: Sequence[int | None]) -> Sums | None:
        return None if values[0] is None else _sums(values)

    return Difference(basket=row[0], files=side(row[3:10]), house=side(row[10:17]))


_NAMED = """
CREATE OR REPLACE TEMP TABLE named AS
SELECT unnest($baskets::BIGINT[]) AS basket, unnest($weeks::INTEGER[]) AS week, unnest($checkouts::VARCHAR[]) AS checkout
"""

# What each basket became: one order, whose checkout has the basket's name. One that has no basket's is shown as basket 0.
_HOUSE = """
CREATE OR REPLACE TEMP TABLE house AS
WITH orders AS (
  SELECT o.id, coalesce(n.basket, 0) AS basket, coalesce(n.week, $first) AS week,
         substr(s.slug, $prefix)::INTEGER AS store, o.goods, o.goods - o.discount + o.freight + o.tax AS paid
    FROM trade_order o JOIN shop_shop s ON s.id = o.shop_id LEFT JOIN named n ON n.checkout = o.checkout_id::VARCHAR
   WHERE o.business = $business AND o.traffic = $traffic AND o.state = 'finished'),
lines AS (
  SELECT order_id, count(*) AS lines, sum(gross) AS gross
    FROM trade_line WHERE order_id IN (SELECT id FROM orders) GROUP BY order_id),
shares AS (
  SELECT order_id,
         sum(minor) FILTER (layer = 'member' AND funder_kind = 'shop') AS member,
         sum(minor) FILTER (layer = 'coupon' AND funder_kind = 'shop') AS match,
         sum(minor) FILTER (layer = 'coupon' AND funder_kind = 'brand') AS coupon
    FROM trade_allocation WHERE order_id IN (SELECT id FROM orders) GROUP BY order_id)
SELECT o.basket, o.week, o.store, count(*)::BIGINT AS orders, sum(l.lines)::BIGINT AS lines,
       sum(l.gross)::BIGINT AS gross, sum(coalesce(a.member, 0))::BIGINT AS member,
       sum(coalesce(a.match, 0))::BIGINT AS match, sum(coalesce(a.coupon, 0))::BIGINT AS coupon,
       sum(o.paid)::BIGINT AS paid
  FROM orders o JOIN lines l ON l.order_id = o.id LEFT JOIN shares a ON a.order_id = o.id
 GROUP BY o.basket, o.week, o.store
"""

_FILES = """
CREATE OR REPLACE TEMP TABLE bought AS
SELECT basket, any_value(week) AS week, any_value(store) AS store, 1::BIGINT AS orders,
       count(*) FILTER (sold) AS lines, (sum(gross) FILTER (sold))::BIGINT AS gross,
       (sum(member) FILTER (sold))::BIGINT AS member, (sum(match) FILTER (sold))::BIGINT AS match,
       least(sum(coupon), sum(sales) FILTER (sold))::BIGINT AS coupon,
       (sum(sales) FILTER (sold) - least(sum(coupon), sum(sales) FILTER (sold)))::BIGINT AS paid
  FROM line WHERE week BETWEEN $first AND $last GROUP BY basket HAVING bool_or(sold)
"""

_AMOUNTS = ("orders", "lines", "gross", "member", "match", "coupon", "paid")

_SIDE_BY_SIDE = f"""
CREATE OR REPLACE TEMP TABLE side AS
SELECT coalesce(b.basket, h.basket) AS basket, coalesce(b.week, h.week) AS week,
       coalesce(b.store, h.store) AS store,
       {", ".join(f"b.{name} AS f_{name}" for name in _AMOUNTS)},
       {", ".join(f"h.{name} AS h_{name}" for name in _AMOUNTS)},
       b.store IS NOT DISTINCT FROM h.store AND b.week IS NOT DISTINCT FROM h.week AS same_place
  FROM bought b FULL JOIN (SELECT * FROM house WHERE week BETWEEN $first AND $last) h ON h.basket = b.basket
"""

_DIFFERS = "NOT same_place OR " + " OR ".join(f"f_{name} IS DISTINCT FROM h_{name}" for name in _AMOUNTS)

_ROWS = f"""
SELECT week, store, {", ".join(f"sum(f_{name})::BIGINT" for name in _AMOUNTS)},
       {", ".join(f"sum(h_{name})::BIGINT" for name in _AMOUNTS)}
  FROM side GROUP BY week, store ORDER BY week, store
"""

_BRIDGES = """
WITH chosen AS (FROM line WHERE week BETWEEN ? AND ?),
over AS (
  SELECT sum(coupon) - least(sum(coupon), coalesce(sum(sales) FILTER (sold), 0)) AS minor
    FROM chosen GROUP BY basket),
totals AS (SELECT sum(h_gross) AS gross, sum(h_member) AS member, sum(h_match) AS match, sum(h_coupon) AS coupon,
                  sum(h_paid) AS paid FROM side)
SELECT 'sales_value', sum(sales)::BIGINT, coalesce(sum(sales) FILTER (NOT sold), 0)::BIGINT, 0,
       (SELECT coalesce(paid + coupon, 0) FROM totals)::BIGINT FROM chosen
UNION ALL
SELECT 'retail_disc', sum(member)::BIGINT, coalesce(sum(member) FILTER (NOT sold), 0)::BIGINT, 0,
       (SELECT coalesce(member, 0) FROM totals)::BIGINT FROM chosen
UNION ALL
SELECT 'coupon_match_disc', sum(match)::BIGINT, coalesce(sum(match) FILTER (NOT sold), 0)::BIGINT, 0,
       (SELECT coalesce(match, 0) FROM totals)::BIGINT FROM chosen
UNION ALL
SELECT 'coupon_disc', sum(coupon)::BIGINT, 0, (SELECT sum(minor) FROM over)::BIGINT,
       (SELECT coalesce(coupon, 0) FROM totals)::BIGINT FROM chosen
"""

_REASONS = """
WITH chosen AS (FROM line WHERE week BETWEEN ? AND ?),
baskets AS (
  SELECT basket, bool_or(sold) AS any_sold, sum(coupon) AS coupon, coalesce(sum(sales) FILTER (sold), 0) AS room
    FROM chosen GROUP BY basket)
SELECT 'quantity_zero', count(*), sum(coupon)::BIGINT FROM chosen WHERE NOT sold
UNION ALL
SELECT 'quantity_zero_with_coupon', count(*), sum(coupon)::BIGINT FROM chosen WHERE NOT sold AND coupon > 0
UNION ALL
SELECT 'quantity_zero_with_sales', count(*), sum(sales)::BIGINT FROM chosen WHERE NOT sold AND sales > 0
UNION ALL
SELECT 'quantity_zero_with_discount', count(*), sum(member)::BIGINT FROM chosen WHERE NOT sold AND member > 0
UNION ALL
SELECT 'quantity_zero_all_zero', count(*), 0 FROM chosen
 WHERE NOT sold AND sales = 0 AND member = 0 AND match = 0 AND coupon = 0
UNION ALL
SELECT 'nothing_sold', count(*), sum(coupon)::BIGINT FROM baskets WHERE NOT any_sold
UNION ALL
SELECT 'nothing_sold_with_coupon', count(*), sum(coupon)::BIGINT FROM baskets WHERE NOT any_sold AND coupon > 0
UNION ALL
SELECT 'coupon_beyond_room', count(*), sum(coupon - room)::BIGINT FROM baskets WHERE coupon > room
UNION ALL
SELECT 'coupon_whole_total', count(*), sum(room)::BIGINT FROM baskets WHERE any_sold AND room > 0 AND coupon >= room
UNION ALL
SELECT 'nothing_to_pay', count(*), 0 FROM baskets WHERE any_sold AND coupon >= room
UNION ALL
SELECT 'sold_all_zero', count(*), 0 FROM chosen WHERE sold AND gross = 0 AND coupon = 0
UNION ALL
SELECT 'sold_for_nothing', count(*), sum(gross)::BIGINT FROM chosen WHERE sold AND sales = 0 AND gross > 0
UNION ALL
SELECT 'not_in_catalogue', count(*), sum(sales)::BIGINT FROM chosen JOIN product p ON p.id = chosen.product
 WHERE NOT p.known
UNION ALL
SELECT 'not_in_catalogue_sold', count(*), sum(sales)::BIGINT FROM chosen JOIN product p ON p.id = chosen.product
 WHERE NOT p.known AND sold
UNION ALL
SELECT 'unit_price_uneven', count(*), sum(gross)::BIGINT FROM chosen WHERE sold AND gross % quantity <> 0
UNION ALL
SELECT 'measured', count(*), sum(gross)::BIGINT FROM chosen JOIN product p ON p.id = chosen.product
 WHERE p.measured AND sold
"""

_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "quantity_zero": "lines of quantity 0: not sold; their coupon money goes to the basket's sold lines",
        "quantity_zero_with_coupon": "of these, with coupon money",
        "quantity_zero_with_sales": "of these, with sales value: not sold, so not in the house",
        "quantity_zero_with_discount": "of these, with a discount of the shop: not in the house either",
        "quantity_zero_all_zero": "of these, with all amounts zero",
        "nothing_sold": "baskets with nothing but lines of quantity 0: no order",
        "nothing_sold_with_coupon": "of these, with coupon money, which finds no room",
        "coupon_beyond_room": "baskets whose coupon money exceeds what is left to pay: the excess is not given",
        "coupon_whole_total": "orders whose coupons pay for everything: refused by default, allowed here",
        "nothing_to_pay": "orders of amount zero: no payment, no provider",
        "sold_all_zero": "sold lines with all amounts zero",
        "sold_for_nothing": "sold lines whose discount takes their whole value",
        "not_in_catalogue": "lines of products that are not in the catalogue",
        "not_in_catalogue_sold": "of these, sold: under the number alone",
        "unit_price_uneven": "sold lines whose unit price is no whole number of cents: the gross is the fact",
        "measured": "sold lines of measured goods: quantity 1 and a measure",
    }
)
