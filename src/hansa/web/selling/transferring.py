"""Goods on the way between places of a shop: all of them, and one batch with what came of it."""

from __future__ import annotations

from datetime import datetime

from hansa.web.parts import Action, Choice, Link, Pager, Part, Picture
from hansa.web.selling.base import DeskView


class TransferRow(Part, frozen=True, kw_only=True):
    """Goods on the way, or that were, in a list."""

    url: str
    start: str
    goal: str
    state: str
    sent_at: datetime
    note: str = ""


class TransfersPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/transfers`: what is on the way, or all of it.

    `post_url` takes `start`, `goal` (two of `places`), `lines` (a number and how many, line by line) and `note`; it is
    empty for who may send nothing, and while there is but one place.
    """

    template = "selling/transfers.html"
    rows: tuple[TransferRow, ...]
    tabs: tuple[Link, ...]
    pager: Pager
    back: Link
    places: tuple[Choice, ...] = ()
    post_url: str = ""
    on_the_way: bool = True


class OnTheWayRow(Part, frozen=True, kw_only=True):
    """A variant that was sent; `field` and `why` take what came of it, and why that is not what was sent."""

    name: str
    picture: Picture
    field: str
    why: str
    sent: int
    option: str = ""
    code: str = ""
    received: int | None = None
    reason: str = ""

    @property
    def difference(self) -> int:
        """What came beyond what was sent; below zero what is missing."""
        return 0 if self.received is None else self.received - self.sent


class TransferPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/transfers/{id}`: one batch of goods. `receive_url` takes the fields of its rows."""

    template = "selling/transfer.html"
    start: str
    goal: str
    state: str
    rows: tuple[OnTheWayRow, ...]
    back: Link
    sent_at: datetime
    closed_at: datetime | None = None
    note: str = ""
    reasons: tuple[Choice, ...] = ()
    """Why something may have come otherwise; the first says that it did not."""
    came: bool = False
    receive_url: str = ""
    actions: tuple[Action, ...] = ()
