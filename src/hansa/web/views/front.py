"""The portal, a problem, and the page that shows every component."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.parts import (
    Action,
    BusinessCard,
    CenterCard,
    Choice,
    Door,
    Entry,
    Fact,
    Form,
    GoodCard,
    Link,
    Notice,
    OrderRow,
    Pager,
    Rating,
    Review,
    Said,
    Scale,
    SumRow,
    Tile,
)
from hansa.web.views.base import View


class PortalPage(View, frozen=True, kw_only=True):
    """`/`: what runs on this installation. `pulse` is one short line about its health."""

    template = "pages/portal.html"
    businesses: tuple[BusinessCard, ...]
    centers: tuple[CenterCard, ...]
    doors: tuple[Door, ...]
    state: str = "healthy"
    pulse: str = ""


class ErrorPage(View, frozen=True, kw_only=True):
    """A problem as a page. `hints` name what is wrong with single fields; `trace` is what support asks for."""

    template = "pages/error.html"
    status: int
    code: str
    title: str
    detail: str = ""
    trace: str = ""
    hints: tuple[Fact, ...] = ()
    actions: tuple[Action, ...] = ()


class DesignPage(View, frozen=True, kw_only=True):
    """`/design`: every component once, so that a change is seen before it ships."""

    template = "pages/design.html"
    amounts: tuple[Money, ...]
    moments: tuple[datetime, ...]
    order_id: str
    tokens: Mapping[str, tuple[str, ...]]
    timeline: tuple[Entry, ...]
    actions: tuple[Action, ...]
    notices: tuple[Notice, ...]
    sums: tuple[SumRow, ...]
    goods: tuple[GoodCard, ...]
    pager: Pager
    crumbs: tuple[Link, ...]
    tabs: tuple[Link, ...]
    rating: Rating
    reviews: tuple[Review, ...]
    scale: Scale
    said: tuple[Said, ...]
    tiles: tuple[Tile, ...]
    sold: tuple[OrderRow, ...]
    scopes: tuple[Choice, ...]
    form: Form = Form()
