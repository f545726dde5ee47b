"""What waits: the overview, and one page per queue."""

from __future__ import annotations

from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.operating.base import OperatorView
from hansa.web.parts import Action, Choice, Entry, Fact, Link, Pager, Part, Photograph
from hansa.web.selling import Tile


class WaitingRow(Part, frozen=True, kw_only=True):
    """Something that waits for a decision; `about` says whose or of what it is, `queue` what kind of thing it is."""

    what: str
    url: str
    queue: str
    icon: str
    since: datetime
    about: str = ""


class OverviewPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate`: how much waits in each queue, and what has waited longest."""

    template = "operating/overview.html"
    tiles: tuple[Tile, ...]
    oldest: tuple[WaitingRow, ...]


class ShopRow(Part, frozen=True, kw_only=True):
    """A shop in a list; `since` is when it was handed in, or opened."""

    name: str
    slug: str
    url: str
    state: str
    since: datetime
    times: int = 0
    """How often it was handed in."""


class ShopsPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/shops`: the shops of a status; those that wait are the oldest first."""

    template = "operating/shops.html"
    shops: tuple[ShopRow, ...]
    pager: Pager
    tabs: tuple[Link, ...]
    since_word: str
    waiting: bool = False


class Answer(Part, frozen=True, kw_only=True):
    """What a shop answered; `name` is the field that says what is wrong with it."""

    name: str
    label: str
    value: str
    required: bool = True


class ShopPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/shops/{id}`: one shop, its papers and its life.

    `decide_url` takes `how` (`approve`, `back`, `refuse`), `submission`, `reason` and what is wrong with single
    answers; `stop_url` takes `reason`. Each is empty when there is nothing of it to do.
    """

    template = "operating/shop.html"
    name: str
    slug: str
    state: str
    opened_at: datetime
    facts: tuple[Fact, ...]
    answers: tuple[Answer, ...]
    seller: tuple[Fact, ...]
    timeline: tuple[Entry, ...]
    back: Link
    decide_url: str = ""
    submission: int = 0
    stop_url: str = ""
    stopped: bool = False


class ReviewRow(Part, frozen=True, kw_only=True):
    """Something written that is held. `stars` is 0 where none were given; `signs` are why it is held."""

    id: str
    kind: str
    what: str
    at: datetime
    text: str
    post_url: str
    stars: int = 0
    shop: str = ""
    signs: tuple[str, ...] = ()
    photographs: tuple[Photograph, ...] = ()


class ReviewsPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/reviews`: what is held, the oldest first.

    A form is named by its entry's id; it sends `state` (`published`, `refused`) and `reason`, one of `reasons`.
    """

    template = "operating/reviews.html"
    reviews: tuple[ReviewRow, ...]
    reasons: tuple[Choice, ...]
    pager: Pager


class ReportRow(Part, frozen=True, kw_only=True):
    """A report of a conversation; `about` is what was spoken of, `by` which side reported."""

    url: str
    reason: str
    by: str
    at: datetime
    note: str = ""
    done: str = ""
    """What was done about it; empty while it waits."""


class ReportsPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/reports`: reports that wait, the oldest first, or those dealt with."""

    template = "operating/reports.html"
    reports: tuple[ReportRow, ...]
    pager: Pager
    tabs: tuple[Link, ...]
    waiting: bool


class SaidRow(Part, frozen=True, kw_only=True):
    """Something that was said. `reported`: it is what the report names; `gone`: buyers and shop do not see it."""

    number: int
    by: str
    at: datetime
    text: str
    of_shop: bool
    reported: bool = False
    gone: str = ""


class ReportPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/reports/{id}`: a report, with what was said around it, and what can be done."""

    template = "operating/report.html"
    report: ReportRow
    about: Link
    facts: tuple[Fact, ...]
    said: tuple[SaidRow, ...]
    actions: tuple[Action, ...]
    back: Link


class RefundRow(Part, frozen=True, kw_only=True):
    """What a provider refused to give back; `post_url` takes `reference`, and is empty for who only reads."""

    id: str
    refused: Money
    of: Money
    at: datetime
    payment: str
    order: str
    reason: str
    post_url: str


class RefundsPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/refunds`: refunds that wait for a hand, the oldest first. A form is named by its refund."""

    template = "operating/refunds.html"
    refunds: tuple[RefundRow, ...]
    pager: Pager


class OddAmountRow(Part, frozen=True, kw_only=True):
    """What a provider reported with another amount than was asked for.

    `post_url` takes `finding`, `provider` and `event_id`, and is empty for who only reads.
    """

    id: str
    reported: Money
    asked: Money
    at: datetime
    payment: str
    provider: str
    event: str
    post_url: str


class OddAmountsPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/odd-amounts`: reports that wait for a word, the oldest first; a form is named by its row."""

    template = "operating/odd_amounts.html"
    amounts: tuple[OddAmountRow, ...]
    pager: Pager


class SquareRow(Part, frozen=True, kw_only=True):
    """A shop that is not even in one currency: `due` goes to it, or comes from it.

    `post_url` takes `reference`, `paid` and `currency`; it is empty for who only reads, and where nothing is free.
    `put_by` says that some of what it earned is, and stays.
    """

    id: str
    shop: Link
    earned: Money
    owed: Money
    due: Money
    to_shop: bool
    post_url: str
    paid: str
    put_by: str = ""


class SquaringPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/squaring`: shops that are not even with the house. A form is named by its row."""

    template = "operating/squaring.html"
    shops: tuple[SquareRow, ...]
    pager: Pager
