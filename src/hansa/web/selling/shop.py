"""One's shops, today's work, and the shop itself."""

from __future__ import annotations

from typing import Literal

from hansa.web.parts import Action, Choice, Entry, Form, OrderRow, Part, Picture, Step, Tile
from hansa.web.selling.base import DeskView
from hansa.web.views import View


class ShopCard(Part, frozen=True, kw_only=True):
    """A shop one owns or works for; `next` says what it waits for."""

    name: str
    url: str
    state: str
    slug: str
    role: str
    next: str = ""


class ShopsPage(View, frozen=True, kw_only=True):
    """`/{business}/sell`: one's shops, and the form for a new one (`name-zh`, `name-en`, `slug`)."""

    template = "selling/shops.html"
    shops: tuple[ShopCard, ...]
    post_url: str
    reviewed: bool
    """Whether somebody looks at a new shop before it sells."""
    asked: tuple[str, ...] = ()
    """What the business asks of a new shop."""
    form: Form = Form()


class LowRow(Part, frozen=True, kw_only=True):
    """Something that is running out."""

    name: str
    url: str
    place: str
    left: int
    picture: Picture
    option: str = ""


class TodayPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}`: what there is to do today. `steps` is what an unopened shop still lacks."""

    template = "selling/today.html"
    tiles: tuple[Tile, ...]
    orders: tuple[OrderRow, ...] = ()
    orders_url: str = ""
    low: tuple[LowRow, ...] = ()
    low_url: str = ""
    steps: tuple[Step, ...] = ()


class Question(Part, frozen=True, kw_only=True):
    """One thing the business asks of a shop; `name` is the field that answers it."""

    name: str
    label: str
    value: str
    kind: Literal["text", "date", "country", "document"]
    required: bool = True
    problem: str = ""
    letters_max: int = 200


class ShopPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/shop`: where the shop stands, what is asked of it, how it presents itself.

    `answers_url` takes the answers; empty when nothing can be answered now. `profile_url` takes `name-*`,
    `tagline-*`, `story-*`, `returns-*` and `version`. `close_url` takes `confirm`, which is to be `slug`.
    """

    template = "selling/shop.html"
    headline: str
    lede: str
    actions: tuple[Action, ...] = ()
    reasons: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    countries: tuple[Choice, ...] = ()
    answers_url: str = ""
    profile_url: str = ""
    profile: Form = Form()
    close_url: str = ""
    slug: str = ""
    timeline: tuple[Entry, ...] = ()
