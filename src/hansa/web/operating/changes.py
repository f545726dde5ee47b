"""Changes of products that wait for a decision."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from hansa.web.operating.base import OperatorView
from hansa.web.parts import Fact, Link, Pager, Part, Photograph, Picture


class ChangeRow(Part, frozen=True, kw_only=True):
    """A change in a list: of what, by whom, and what of it changes."""

    url: str
    name: str
    picture: Picture
    shop: str
    what: str
    at: datetime


class ChangesPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/changes`: what waits, the oldest first."""

    template = "operating/changes.html"
    changes: tuple[ChangeRow, ...]
    pager: Pager


class Piece(Part, frozen=True, kw_only=True):
    """A piece of a text: as it was, taken away, or new."""

    text: str
    how: Literal["same", "gone", "new"] = "same"


class Difference(Part, frozen=True, kw_only=True):
    """One field of a product, as it is and as it is to be; pictures where they are what differs."""

    label: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    before_photographs: tuple[Photograph, ...] = ()
    after_photographs: tuple[Photograph, ...] = ()
    lang: str = ""


class ChangePage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/changes/{id}`: what is, what is to be, and the decision: `verdict` and `reason`.

    `post_url` is empty once it was decided. `first` says that the product is put before buyers for the first time.
    """

    template = "operating/change.html"
    name: str
    picture: Picture
    state: str
    facts: tuple[Fact, ...]
    note: str
    differences: tuple[Difference, ...]
    back: Link
    post_url: str
    first: bool = False
    reason: str = ""
