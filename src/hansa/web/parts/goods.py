"""Goods, as lists and their own pages show them."""

from __future__ import annotations

from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.parts.common import Part, Picture, Tag


class GoodCard(Part, frozen=True, kw_only=True):
    """A product in a list. `was` is the price it had; `from_price` that other variants cost more."""

    name: str
    url: str
    price: Money
    picture: Picture
    also: str = ""
    was: Money | None = None
    from_price: bool = False
    tags: tuple[Tag, ...] = ()
    note: str = ""
    sold_out: bool = False


class OptionValue(Part, frozen=True, kw_only=True):
    """One value of a variant axis; following `url` shows that variant, without a script."""

    label: str
    url: str
    also: str = ""
    picture: Picture | None = None
    current: bool = False
    sold_out: bool = False


class OptionGroup(Part, frozen=True, kw_only=True):
    """An axis on which variants differ, e.g. glaze."""

    label: str
    values: tuple[OptionValue, ...]


class Review(Part, frozen=True, kw_only=True):
    """What a buyer said; `stars` of 5."""

    person: str
    stars: int
    at: datetime
    text: str
    option: str = ""
    lang: str = ""
