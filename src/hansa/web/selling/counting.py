"""Counting a place: its sheets, and one of them."""

from __future__ import annotations

from datetime import datetime

from hansa.web.parts import Action, Fact, Link, Pager, Part, Picture
from hansa.web.selling.base import DeskView


class SheetRow(Part, frozen=True, kw_only=True):
    """A sheet in a list."""

    url: str
    state: str
    opened_at: datetime
    note: str = ""
    by: str = ""


class SheetsPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/stocktakes`: the sheets of one place, and the form for another (`place`, `note`).

    While a sheet is open, `go_on` leads to it, and no other can be begun.
    """

    template = "selling/stocktakes.html"
    place: str
    heading: str
    sheets: tuple[SheetRow, ...]
    pager: Pager
    places: tuple[Link, ...]
    back: Link
    post_url: str = ""
    go_on: Link | None = None


class CountRow(Part, frozen=True, kw_only=True):
    """A variant on a sheet; what was expected is told once it was counted. `field` takes a number of pieces."""

    name: str
    picture: Picture
    field: str
    option: str = ""
    code: str = ""
    url: str = ""
    expected: int | None = None
    counted: int | None = None

    @property
    def difference(self) -> int:
        """What was found beyond what was expected; below zero what is missing."""
        return (self.counted or 0) - (self.expected or 0)


class SheetPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/stocktakes/{id}`: a place is counted, and what is off is posted.

    `count_url` takes the fields of the rows; `entry_url` takes `code`, the shop's own number or a GTIN, and
    `pieces`. Both are empty once the sheet is closed. `show` says which rows are listed.
    """

    template = "selling/stocktake.html"
    heading: str
    state: str
    lede: str
    figures: tuple[Fact, ...]
    rows: tuple[CountRow, ...]
    tabs: tuple[Link, ...]
    pager: Pager
    back: Link
    show: str
    here: str
    nothing: str = ""
    """Why no rows are listed."""
    count_url: str = ""
    entry_url: str = ""
    actions: tuple[Action, ...] = ()
