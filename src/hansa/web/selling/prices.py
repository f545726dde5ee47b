"""Price lists: what a shop asks for some of its goods, and when."""

from __future__ import annotations

from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.parts import Action, Form, Link, Pager, Part, Picture
from hansa.web.selling.agreed import ChosenGood
from hansa.web.selling.base import DeskView


class PriceListRow(Part, frozen=True, kw_only=True):
    """A price list; `ends` is None where it holds for good."""

    url: str
    name: str
    state: str
    starts: datetime
    ends: datetime | None
    priority: int


class PriceListsPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/prices`: the shop's price lists, the latest first."""

    template = "selling/price_lists.html"
    lists: tuple[PriceListRow, ...]
    pager: Pager
    new_url: str


class NewPriceListPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/prices/new`: the form `list` with `name-*`, `starts`, `ends` and `priority`."""

    template = "selling/price_list_new.html"
    post_url: str
    back: Link


class PriceRow(Part, frozen=True, kw_only=True):
    """What a list asks for a variant: the field `price-{offer}`. `now` is what buyers pay at this moment."""

    offer: str
    name: str
    picture: Picture
    now: Money
    price: str
    option: str = ""
    per: str = ""
    drop: Action | None = None


class PriceListPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/prices/{id}`: when a list holds, and what it asks.

    `terms` is what the list says, or what was typed; `edit_url` takes it. `prices_url` takes the fields of the rows,
    `add_url` takes `offer` and `price` of one of the `goods`, which `query` finds. All take the `version` that was seen.
    """

    template = "selling/price_list.html"
    name: str
    state: str
    version: int
    terms: Form
    rows: tuple[PriceRow, ...]
    goods: tuple[ChosenGood, ...]
    query: str
    pager: Pager
    back: Link
    here: str
    edit_url: str
    prices_url: str
    add_url: str
    clear_url: str
    currency: str
