"""What waits for a decision, and what a shop offers of products that others keep."""

from __future__ import annotations

from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.parts import Action, Link, Pager, Part, Picture
from hansa.web.selling.base import DeskView


class ChangeRow(Part, frozen=True, kw_only=True):
    """A change of one of the shop's products that waits for a decision."""

    name: str
    url: str
    picture: Picture
    what: str
    at: datetime
    note: str = ""
    withdraw: Action | None = None


class WaitingPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/changes`: the shop's changes that wait for a decision, the oldest first."""

    template = "selling/waiting.html"
    changes: tuple[ChangeRow, ...]
    tabs: tuple[Link, ...]
    pager: Pager


class BesideRow(Part, frozen=True, kw_only=True):
    """What the shop asks for another's product: field `price-{offer}`, sent with `version-{offer}`."""

    offer: str
    name: str
    url: str
    picture: Picture
    keeper: str
    price: str
    version: int
    active: bool
    option: str = ""
    stock_url: str = ""
    step: Action | None = None
    """What takes it off sale, or puts it there again."""


class MasterRow(Part, frozen=True, kw_only=True):
    """A variant that another shop keeps and this one may offer too; `from_price` is the lowest that is asked."""

    sku: str
    name: str
    url: str
    picture: Picture
    keeper: str
    option: str = ""
    gtin: str = ""
    from_price: Money | None = None
    sellers: int = 0


class BesidePage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/beside`: offers of what other shops keep, and how to find more (`query`).

    `prices_url` takes the fields of the rows; `make_url` takes `sku` and `price`, under the form `make-{sku}`.
    """

    template = "selling/beside.html"
    rows: tuple[BesideRow, ...]
    pager: Pager
    tabs: tuple[Link, ...]
    currency: str
    here: str
    query: str
    found: tuple[MasterRow, ...]
    prices_url: str
    make_url: str
