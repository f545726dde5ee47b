"""What the address of a list says: the whole state of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from hansa.centers.product.errors import CategoryNotFound
from hansa.centers.product.types import Category
from hansa.centers.search.types import FILTERS_MAX, VALUES_MAX, Filters, Near, Sort
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import Shop
from hansa.web.routes import nearby
from hansa.web.visit import Visit

FACET = "f."
"""What the names of parameters begin with that are fields of the search."""

IN_STOCK = "in"
"""What the parameter `stock` says where only what can be had now is wanted."""

_QUERY_MAX = 100
_LETTERS_MAX = 200
_DIGITS_MAX = 12
_SHOWN_DIGITS_MAX = 6


class Asked(NamedTuple):
    """What is asked for."""

    query: str
    category: Category | None
    shop: Shop | None
    facets: Mapping[str, tuple[str, ...]]
    price: tuple[int, int] | None
    in_stock: bool
    near: Near | None
    sort: Sort | None
    after: str
    before: int
    """How many were shown on the pages before."""

    @property
    def narrowed(self) -> bool:
        """Whether this is less than everything there is, or in another order than the home's."""
        return bool(
            self.query
            or self.category
            or self.shop
            or self.facets
            or self.price
            or self.in_stock
            or self.near
            or self.sort
        )

    def filters(self) -> Filters:
        """Return what everything found must fit."""
        low, high = self.price or (None, None)
        return Filters(
            category=self.category.id if self.category else None,
            shop=self.shop.id if self.shop else None,
            price_min=low,
            price_max=high,
            in_stock=self.in_stock,
            near=self.near,
            facets=self.facets,
        )

    def pairs(self, **changed: str) -> list[tuple[str, str]]:
        """Return this as parameters, with something changed; what is empty is left out."""
        said = {
            "q": self.query,
            "category": self.category.slug if self.category else "",
            "shop": self.shop.slug if self.shop else "",
            "price": "{}-{}".format(*self.price) if self.price else "",
            "stock": IN_STOCK if self.in_stock else "",
            **self._near(),
            "sort": self.sort.value if self.sort else "",
        } | changed
        facets = [(f"{FACET}{field}", value) for field, values in self.facets.items() for value in values]
        return [(name, value) for name, value in [*said.items(), *facets] if value]

    def _near(self) -> dict[str, str]:
        if self.near is None:
            return {nearby.NEAR: "", nearby.WITHIN: ""}
        km = round(self.near.radius_m / 1000)
        return {
            nearby.NEAR: nearby.written(self.near.center),
            nearby.WITHIN: "" if km == nearby.USUAL_KM else str(km),
        }

    def address(self, seen: Visit, **changed: str) -> str:
        """Return the address of this list with something changed, from its beginning."""
        return _address(seen, self.pairs(**changed))

    def address_without(self, seen: Visit, field: str, value: str) -> str:
        """Return the address of this list without one value of a field."""
        return _address(seen, [one for one in self.pairs() if one != (f"{FACET}{field}", value)])


def _address(seen: Visit, pairs: Sequence[tuple[str, str]]) -> str:
    return seen.at() + (f"?{urlencode(pairs)}" if pairs else "")


async def read_asked(seen: Visit, categories: Sequence[Category]) -> Asked:
    """Read the address. Raises `CategoryNotFound`, `ShopNotFound`; what else cannot be is as if it were not there."""
    slug, seller, sort = seen.asked("category"), seen.asked("shop"), seen.asked("sort")
    category = next((one for one in categories if one.slug == slug), None)
    if slug and category is None:
        raise CategoryNotFound
    before, near = seen.asked("shown"), nearby.near(seen)
    return Asked(
        query=" ".join(seen.asked("q", letters_max=_QUERY_MAX).split()),
        category=category,
        shop=await shop.shop_by_slug(seen.ctx, slug=seller) if seller else None,
        facets=_facets(seen),
        price=_price(seen.asked("price")),
        in_stock=seen.asked("stock") == IN_STOCK,
        near=near,
        sort=_sort(sort, near),
        after=seen.asked("after", letters_max=2000),
        before=int(before) if _digits(before, _SHOWN_DIGITS_MAX) else 0,
    )


def _sort(said: str, near: Near | None) -> Sort | None:
    """Return the order that is asked for; nothing is far or near where nobody said from where."""
    found = Sort(said) if said in {one.value for one in Sort} else None
    return None if found is Sort.DISTANCE and near is None else found


def _facets(seen: Visit) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in seen.request.query_params.multi_items():
        field = name.removeprefix(FACET)
        if name == field or not value or max(len(field), len(value)) > _LETTERS_MAX:
            continue
        values = found.setdefault(field, [])
        if value not in values and len(values) < VALUES_MAX:
            values.append(value)
    return {field: tuple(values) for field, values in list(found.items())[:FILTERS_MAX]}


def _price(text: str) -> tuple[int, int] | None:
    low, _, high = text.partition("-")
    if not (_digits(low, _DIGITS_MAX) and _digits(high, _DIGITS_MAX)):
        return None
    return int(low), int(high)


def _digits(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= most
