"""Orders at agreed prices: a shop makes them for one buyer."""

from __future__ import annotations

from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.parts import Action, Choice, Line, Link, Pager, Part, Picture, SumRow
from hansa.web.selling.base import DeskView


class AgreedRow(Part, frozen=True, kw_only=True):
    """An agreed order in a list; `until` is when an open one ends."""

    id: str
    url: str
    state: str
    what: str
    total: Money
    made_at: datetime
    note: str = ""
    until: datetime | None = None
    pictures: tuple[Picture, ...] = ()


class AgreedOrdersPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/agreed`: what the shop made for single buyers, newest first."""

    template = "selling/agreed_orders.html"
    rows: tuple[AgreedRow, ...]
    pager: Pager
    new_url: str


class AgreedOrderPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/agreed/{id}`: one of them, as its buyer sees it, and where it stands."""

    template = "selling/agreed_order.html"
    draft_id: str
    state: str
    headline: str
    lede: str
    made_at: datetime
    expires_at: datetime
    lines: tuple[Line, ...]
    sums: tuple[SumRow, ...]
    note: str
    back: Link
    actions: tuple[Action, ...] = ()


class WithWhom(Part, frozen=True, kw_only=True):
    """Somebody the shop deals with, known by an order or a conversation."""

    label: str
    what: str
    url: str
    at: datetime
    icon: str


class AgreeWithPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/agreed/new`: for whom? Whoever ordered or wrote lately."""

    template = "selling/agree_with.html"
    people: tuple[WithWhom, ...]
    back: Link


class AgreeLine(Part, frozen=True, kw_only=True):
    """A line that is being agreed on: fields `many-{number}` and `price-{number}`, beside the hidden `line-{number}`.

    `usual` is what one, or `per` so much, costs everybody. Of measured goods `many` counts `measured_in`.
    """

    number: int
    offer: str
    name: str
    picture: Picture
    usual: Money
    option: str = ""
    per: str = ""
    measured_in: str = ""
    terms: str = ""


class ChosenGood(Part, frozen=True, kw_only=True):
    """Something on sale that may be put on an agreed order, or in a price list."""

    offer: str
    name: str
    price: Money
    picture: Picture
    option: str = ""
    per: str = ""


class AgreeingPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/agreed/new?with=...`: an order at agreed prices, line by line.

    One form with several buttons, so that it works without scripts: `do` is `find`, `send` or nothing (Enter), `add`
    an offer, `drop` the number of a line. `query` finds goods; `freight` may be empty, `days` is how long it holds. What was typed is the form `agree`.
    """

    template = "selling/agreeing.html"
    about: Link
    post_url: str
    lines: tuple[AgreeLine, ...]
    goods: tuple[ChosenGood, ...]
    days: tuple[Choice, ...]
    currency: str
    total: Money | None
    """What the goods come to, as far as the amounts can be read."""
    back: Link
