"""Carts, checkouts and orders."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from hansa.kernel.money import Money
from hansa.web.parts.common import Action, Fact, Link, Part, Picture


class Line(Part, frozen=True, kw_only=True):
    """A line of an order: `total` is its gross total, `before` what it was without discounts.

    `amount` says how much of measured goods ("350 g"); their quantity is 1.
    """

    name: str
    picture: Picture
    quantity: int
    total: Money
    amount: str = ""
    option: str = ""
    before: Money | None = None
    url: str = ""


class CartLine(Part, frozen=True, kw_only=True):
    """A line of a cart, which can be changed. `limit` is the most one may take; `problem` says what changed.

    Of measured goods `quantity`, `least`, `step` and `limit` are in `measured_in` ("g"), and `unit` is the price
    `per` so much ("kg").
    """

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
    least: int = 1
    step: int = 1
    measured_in: str = ""
    per: str = ""
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
    """The lines of one seller that travel together, and how they may travel. `id` names the radio group.

    `door` is how they may come when they are paid for as they are handed over, where that can be; of several ways one is
    chosen.
    """

    id: str
    shop: str
    lines: tuple[Line, ...]
    delivery: tuple[DeliveryOption, ...]
    door: tuple[DeliveryOption, ...] = ()


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


class PieceChoice(Part, frozen=True, kw_only=True):
    """A line that a form can name as `line-{number}`, whole or in `pieces-{number}`; `amount` is of measured goods.

    `said` is what the buyer said of it, such as an engraving.
    """

    number: int
    name: str
    picture: Picture
    pieces: int
    total: Money
    amount: str = ""
    option: str = ""
    code: str = ""
    said: tuple[Fact, ...] = ()


class Parcel(Part, frozen=True, kw_only=True):
    """Who carries goods, the number under which they can be followed, and where, when that is known."""

    carrier: str
    number: str = ""
    url: str = ""


class OrderShop(Part, frozen=True, kw_only=True):
    """What one seller delivers in an order, or a part of it: a parcel is called by `title` and left `at`.

    `parcel` says who carries it, `receive` confirms that just this is there.
    """

    shop: Link
    lines: tuple[Line, ...]
    state: str = ""
    title: str = ""
    at: datetime | None = None
    parcel: Parcel | None = None
    receive: Action | None = None


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
