"""The building blocks of views: plain texts, amounts, aware times, and what can be done.

Texts are final, in the reader's language; times are aware UTC and amounts are `Money`: the templates format
both. URLs are final too (`Chrome.at` makes those below the business's prefix).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from hansa.kernel.money import Money


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a view. Pieces never change; a route builds them and a template reads them."""


class Link(Part, frozen=True, kw_only=True):
    """Somewhere to go. `current` marks where the reader is; `lang` is the language of the label if another."""

    label: str
    url: str
    icon: str = ""
    current: bool = False
    lang: str = ""


class Action(Part, frozen=True, kw_only=True):
    """Something the reader can do. One that is closed stays visible: `closed_because` says why.

    `method` is `post` for whatever changes something; `fields` are sent along as hidden inputs.
    """

    label: str
    url: str
    method: Literal["get", "post"] = "post"
    primary: bool = False
    icon: str = ""
    closed_because: str = ""
    fields: tuple[tuple[str, str], ...] = ()


class Notice(Part, frozen=True, kw_only=True):
    """A message above the page's content. `tone` is a value of `tones.Tone`."""

    text: str
    tone: str = "info"
    title: str = ""
    link: Link | None = None


class Picture(Part, frozen=True, kw_only=True):
    """A drawn still life (`art`, `glaze`, `wall`: see `still_lifes`), or a photograph when `url` is set.

    `alt` says what is seen; empty means the text beside it already does. `beside` is a second, smaller thing
    in a large picture.
    """

    art: str = "parcel"
    glaze: str = ""
    wall: str = "mist"
    alt: str = ""
    beside: str = ""
    url: str = ""


class Form(Part, frozen=True, kw_only=True):
    """What was typed, and what is wrong with it, by field name; `problem` concerns the form as a whole."""

    values: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    problem: str = ""


class Pager(Part, frozen=True, kw_only=True):
    """Where one is in a list: by cursor, so there are no page numbers. `total` is None when it was not counted.

    `more_than_total` says that counting stopped at `total`.
    """

    shown: int
    total: int | None = None
    more_than_total: bool = False
    next_url: str = ""
    first_url: str = ""


class SumRow(Part, frozen=True, kw_only=True):
    """One line of a sum; `total` draws the darker rule above it. Deductions are negative amounts."""

    label: str
    amount: Money
    note: str = ""
    total: bool = False


class Fact(Part, frozen=True, kw_only=True):
    """A term and what it says, e.g. Delivery: tomorrow by 18:00."""

    label: str
    text: str
    url: str = ""


class Figure(Part, frozen=True, kw_only=True):
    """A label over a number that is already formatted."""

    label: str
    value: str


class Tag(Part, frozen=True, kw_only=True):
    """A short remark on a card: an offer, or with `plain` a mere fact."""

    text: str
    plain: bool = False


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


class Choice(Part, frozen=True, kw_only=True):
    """A value of a facet."""

    value: str
    label: str
    count: int | None = None
    checked: bool = False


class Facet(Part, frozen=True, kw_only=True):
    """A way to narrow a list; `name` is the query parameter. Where not `many`, one value at a time."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    many: bool = True


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


class Line(Part, frozen=True, kw_only=True):
    """A line of an order: `total` is its gross total, `before` what it was without discounts."""

    name: str
    picture: Picture
    quantity: int
    total: Money
    option: str = ""
    before: Money | None = None
    url: str = ""


class CartLine(Part, frozen=True, kw_only=True):
    """A line of a cart, which can be changed. `limit` is the most one may take; `problem` says what changed."""

    id: str
    name: str
    url: str
    picture: Picture
    quantity: int
    limit: int
    unit: Money
    total: Money
    update_url: str
    remove_url: str
    option: str = ""
    problem: str = ""


class CartShop(Part, frozen=True, kw_only=True):
    """The lines of one seller in a cart."""

    shop: Link
    lines: tuple[CartLine, ...]
    notes: tuple[str, ...] = ()


class DeliveryOption(Part, frozen=True, kw_only=True):
    """One way to get the goods of a group: a promise and a price."""

    id: str
    label: str
    price: Money
    promise: str = ""
    checked: bool = False


class CheckoutGroup(Part, frozen=True, kw_only=True):
    """The lines of one seller that travel together, and how they may travel. `id` names the radio group."""

    id: str
    shop: str
    lines: tuple[Line, ...]
    delivery: tuple[DeliveryOption, ...]


class Address(Part, frozen=True, kw_only=True):
    """Where to deliver. `selected` is the one in use or the default one."""

    id: str
    person: str
    text: str
    phone: str = ""
    selected: bool = False
    actions: tuple[Action, ...] = ()


class TestCard(Part, frozen=True, kw_only=True):
    """A card number of the sandbox and what paying with it leads to."""

    __test__ = False  # not a test, whatever pytest makes of the name

    number: str
    outcome: str
    explanation: str


class OrderShop(Part, frozen=True, kw_only=True):
    """What one seller delivers in an order."""

    shop: Link
    lines: tuple[Line, ...]
    state: str = ""


class Entry(Part, frozen=True, kw_only=True):
    """One entry of the timeline: an event, a note, a movement of money, or what comes `next`."""

    at: datetime
    what: str
    kind: Literal["event", "note", "money", "next"] = "event"
    icon: str = "circle-check"
    tone: str = "plain"
    by: str = ""
    quote: str = ""
    lang: str = ""
    amount: Money | None = None


class Funder(Part, frozen=True, kw_only=True):
    """Who bears a discount, and which offer it was."""

    name: str
    offer: str


class FundingRow(Part, frozen=True, kw_only=True):
    """How one line came to its price: one share per funder (negative, None for nothing), then what was paid."""

    label: str
    price: Money
    shares: tuple[Money | None, ...]
    paid: Money


class Funding(Part, frozen=True, kw_only=True):
    """How discounts were allocated over lines and funders; every row and column adds up."""

    funders: tuple[Funder, ...]
    rows: tuple[FundingRow, ...]
    total: FundingRow
    summary: str = ""


class OrderCard(Part, frozen=True, kw_only=True):
    """An order in the list of one's orders."""

    id: str
    url: str
    placed_at: datetime
    state: str
    shops: str
    pieces: int
    total: Money
    pictures: tuple[Picture, ...]
    next: str = ""
    actions: tuple[Action, ...] = ()


class Session(Part, frozen=True, kw_only=True):
    """A place where one is logged in."""

    device: str
    since: datetime
    current: bool = False
    action: Action | None = None


class BusinessCard(Part, frozen=True, kw_only=True):
    """A business on the portal. `things` make up its picture, from left to right."""

    id: str
    name: str
    lede: str
    url: str
    also: str = ""
    wall: str = "mist"
    things: tuple[Picture, ...] = ()
    figures: tuple[Figure, ...] = ()
    doors: tuple[Link, ...] = ()


class CenterCard(Part, frozen=True, kw_only=True):
    """One of the shared centers; `figure` is a short number, e.g. calls a minute."""

    id: str
    name: str
    figure: str = ""


class Door(Part, frozen=True, kw_only=True):
    """A demo account and where it leads."""

    role: str
    person: str
    does: str
    login: str
    password: str
    link: Link
