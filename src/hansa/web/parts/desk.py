"""What the pages of a seller's desk share."""

from __future__ import annotations

from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.parts.common import Part, Picture


class Tile(Part, frozen=True, kw_only=True):
    """A figure of the day and where it leads; `tone` stands out when something waits."""

    label: str
    value: str
    url: str
    note: str = ""
    tone: str = "plain"


class Step(Part, frozen=True, kw_only=True):
    """One thing between a new shop and its first sale."""

    label: str
    url: str
    done: bool = False


class OrderRow(Part, frozen=True, kw_only=True):
    """An order in a list. `due` is when something happens by itself, and `due_word` what."""

    id: str
    url: str
    state: str
    placed_at: datetime
    what: str
    pieces: int
    total: Money
    pictures: tuple[Picture, ...]
    to: str = ""
    due: datetime | None = None
    due_word: str = ""
