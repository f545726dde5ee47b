"""What there is, and where."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from hansa.web.parts import Action, Choice, Fact, Form, Link, Pager, Part, Picture
from hansa.web.selling.base import DeskView


class StockRow(Part, frozen=True, kw_only=True):
    """What there is of one variant at one place; `promised` pieces of `on_hand` are spoken for."""

    name: str
    url: str
    picture: Picture
    on_hand: int
    promised: int
    left: int
    option: str = ""
    code: str = ""
    place: str = ""
    low: bool = False


class StockPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/stock`: what there is, place by place. Of one variant, `heading` is its name."""

    template = "selling/stock.html"
    heading: str
    lede: str
    rows: tuple[StockRow, ...]
    pager: Pager
    places: tuple[Link, ...]
    goods_url: str = ""
    places_url: str = ""
    count_url: str = ""
    transfers_url: str = ""
    empty: Literal["", "no_place", "nothing_yet"] = ""


class Movement(Part, frozen=True, kw_only=True):
    """One change of what is on hand, signed."""

    at: datetime
    what: str
    quantity: int
    why: str = ""
    by: str = ""


class LevelPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/stock/{place}/{sku}`: one variant at one place.

    `receive_url` takes `quantity` and `reference`; `adjust_url` takes `counted` (what was `seen` before) and
    `reason` (one of the `reasons`) and `note`; `limits_url` takes `safety`, `backorder` and `low_at`; `move_url` takes `pieces`, `place` (one of the
    `others`), `why` and `how` (`at_once`, where they are there already). Each is shown while it is not empty.
    """

    template = "selling/level.html"
    row: StockRow
    seen: int
    figures: tuple[Fact, ...]
    movements: tuple[Movement, ...]
    pager: Pager
    receive_url: str = ""
    adjust_url: str = ""
    limits_url: str = ""
    limits: Form = Form()
    move_url: str = ""
    others: tuple[Choice, ...] = ()
    reasons: tuple[Choice, ...] = ()
    back: Link


class PlaceRow(Part, frozen=True, kw_only=True):
    """A place of the shop; `open` says how it stands now where hours are known."""

    name: str
    url: str
    kind: str
    icon: str
    address: str
    state: str
    open: str = ""


class PlacesPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/places`: warehouses, stores and other places of the shop."""

    template = "selling/places.html"
    places: tuple[PlaceRow, ...]
    new_url: str = ""


class Weekday(Part, frozen=True, kw_only=True):
    """The hours of one weekday: fields `opens-{day}` and `closes-{day}`, both empty where it is closed."""

    day: int
    label: str


class PlacePage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/places/{id}` or `/new`: a place and its opening hours.

    Sends `name-*`, `kind`, `address`, `country`, `postal_code`, `lat` and `lon`, `can-{capability}`,
    `timezone`, the hours, and `version` of the place that was seen.
    """

    template = "selling/place.html"
    heading: str
    post_url: str

    kinds: tuple[Choice, ...]
    countries: tuple[Choice, ...]
    capabilities: tuple[Choice, ...]
    week: tuple[Weekday, ...]
    timezones: tuple[Choice, ...]
    state: str = ""
    version: int = 0
    actions: tuple[Action, ...] = ()
