"""Goods, as lists and their own pages show them."""

from __future__ import annotations

from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.parts.common import Action, Fact, Part, Photograph, Picture, Tag
from hansa.web.parts.orders import Line


class GoodCard(Part, frozen=True, kw_only=True):
    """A product in a list. `was` is the price it had; `from_price` that other variants cost more.

    `price_note` says what the price is for, where that is not a piece ("per kg").
    """

    name: str
    url: str
    price: Money
    picture: Picture
    also: str = ""
    was: Money | None = None
    price_note: str = ""
    from_price: bool = False
    tags: tuple[Tag, ...] = ()
    note: str = ""
    score: str = ""
    sold_out: bool = False
    near: str = ""
    """How far it is, and where, in a list of what is near."""


class CollectRow(Part, frozen=True, kw_only=True):
    """A place where buyers collect; `state` says whether what is shown lies there, `far` and `opening` may be unknown."""

    name: str
    address: str
    state: str
    far: str = ""
    opening: str = ""


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
    """What a buyer said; `stars` of 5. `later` is what the same buyer added, `reply` what the seller answered."""

    person: str
    stars: int
    at: datetime
    text: str
    option: str = ""
    lang: str = ""
    photographs: tuple[Photograph, ...] = ()
    later: str = ""
    later_at: datetime | None = None
    later_photographs: tuple[Photograph, ...] = ()
    reply: str = ""
    reply_by: str = ""


class Bar(Part, frozen=True, kw_only=True):
    """How many gave so many stars; `percent` of all."""

    stars: int
    count: int
    percent: int


class Rating(Part, frozen=True, kw_only=True):
    """How something is rated: a score that is already formatted, by how many, and how the votes lie.

    `also` are the other scores by name: the seller's service, the delivery.
    """

    score: str
    stars: int
    votes: int
    bars: tuple[Bar, ...]
    also: tuple[Fact, ...] = ()


class Scale(Part, frozen=True, kw_only=True):
    """Something one gives one to five stars; `name` is the field."""

    name: str
    label: str


class SellerSays(Part, frozen=True, kw_only=True):
    """What the seller of an order says of its buyer, once both may read each other."""

    stars: int
    text: str
    at: datetime


class MyReview(Part, frozen=True, kw_only=True):
    """A review of one's own: where it stands, and whether one can still add to it (`add_url`), or take it back."""

    line: Line
    shop: str
    stars: int
    at: datetime
    text: str
    state: str
    photographs: tuple[Photograph, ...] = ()
    later: str = ""
    later_photographs: tuple[Photograph, ...] = ()
    reply: str = ""
    reply_by: str = ""
    add_url: str = ""
    withdraw: Action | None = None


class ToReview(Part, frozen=True, kw_only=True):
    """A line that waits for its buyer's review."""

    line: Line
    write: Action
    until: datetime
