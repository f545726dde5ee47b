"""Orders, messages and reviews, from the seller's side."""

from __future__ import annotations

from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.parts import (
    Action,
    Choice,
    Entry,
    Fact,
    Form,
    Link,
    OrderRow,
    Pager,
    Parcel,
    Part,
    Picture,
    PieceChoice,
    Said,
    Scale,
    SumRow,
)
from hansa.web.selling.base import DeskView, Empty


class SellerOrdersPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/orders`: a shop's orders, newest first; `tabs` narrow them, and so does `search`.

    Its form sends `find`, `from` and `to` to `here` by GET, and the `state` that is shown.
    """

    template = "selling/orders.html"
    orders: tuple[OrderRow, ...]
    pager: Pager
    tabs: tuple[Link, ...]
    clear_url: str
    here: str
    search: Form = Form()
    state: str = ""
    empty: Empty = ""


class SoldLine(Part, frozen=True, kw_only=True):
    """A line of an order as its seller sees it; `number` is what a form names it by, `amount` how much ("350 g").

    `said` is what the buyer said of it, such as an engraving.
    """

    number: int
    name: str
    picture: Picture
    quantity: int
    total: Money
    state: str
    amount: str = ""
    option: str = ""
    code: str = ""
    url: str = ""
    unsent: bool = False
    said: tuple[Fact, ...] = ()


class SentParcel(Part, frozen=True, kw_only=True):
    """Something that has left: what was in it, and who carries it."""

    parcel: Parcel
    holds: str


class JudgeBuyer(Part, frozen=True, kw_only=True):
    """What the shop says of the buyer, once: the form sends `score` and `body` to `post_url` until `until`.

    Once said, `stars` and `text` are there, and `shown` tells whether the buyer reads them yet.
    """

    post_url: str = ""
    scale: Scale | None = None
    until: datetime | None = None
    stars: int = 0
    text: str = ""
    shown: bool = False


class SoldNote(Part, frozen=True, kw_only=True):
    """A note on an order; the buyer's own are read by the shop, the shop's by the shop alone."""

    text: str
    by: str
    at: datetime
    remove: Action | None = None


class SellerOrderPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/orders/{id}`: what is to be sent where, what happened, what can be done.

    Forms, each shown while its address is not empty: `ship_url` takes `line-{number}` and `pieces-{number}` of
    `to_send` for what goes along (nothing where all of it does), `carrier` and `tracking`; `collect_url` and
    `not_taken_url` take nothing; `cancel_url` takes `reason` and `text`, and what of `to_cancel`; `lower_url` takes
    `off` and `freight`; `note_url` takes `note`; `write_url` takes `text`. `closed` are the steps that cannot be
    taken, with why.
    """

    template = "selling/order.html"
    order_id: str
    state: str
    headline: str
    lede: str
    placed_at: datetime
    lines: tuple[SoldLine, ...]
    sums: tuple[SumRow, ...]
    timeline: tuple[Entry, ...]
    facts: tuple[Fact, ...]
    notes: tuple[SoldNote, ...] = ()
    closed: tuple[Action, ...] = ()
    parcels: tuple[SentParcel, ...] = ()
    """What has left, with who carries it."""
    ship_url: str = ""
    to_send: tuple[PieceChoice, ...] = ()
    carriers: tuple[str, ...] = ()
    """Names of carriers to choose from; another one can be typed."""
    collect_url: str = ""
    not_taken_url: str = ""
    cancel_url: str = ""
    to_cancel: tuple[PieceChoice, ...] = ()
    reasons: tuple[Choice, ...] = ()
    lower_url: str = ""
    payable: Money | None = None
    freight: Money | None = None
    judge: JudgeBuyer | None = None
    note_url: str = ""
    write_url: str = ""
    agree_url: str = ""
    """Where another order can be made for the buyer, at agreed prices."""
    earned: tuple[SumRow, ...] = ()
    """What the order brings the shop, for who may know."""


class DeskTalk(Part, frozen=True, kw_only=True):
    """A conversation in a list: what it is about, and how much of it nobody of the shop has read."""

    url: str
    about: str
    at: datetime
    state: str
    unread: int = 0
    icon: str = "message-square"


class DeskTalksPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/messages`: conversations of the shop, the latest first."""

    template = "selling/messages.html"
    talks: tuple[DeskTalk, ...]
    pager: Pager
    tabs: tuple[Link, ...]
    empty: Empty = ""


class DeskTalkPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/messages/{id}`: one conversation. Sends `text`, and `seen` back.

    `seen` is the number of the last message that was shown: an answer is refused when a colleague was faster.
    """

    template = "selling/message.html"
    about: Link
    said: tuple[Said, ...]
    back: Link
    post_url: str
    seen: int
    earlier_url: str = ""
    closed_because: str = ""
    actions: tuple[Action, ...] = ()
    agree_url: str = ""
    """Where an order can be made for the buyer, at agreed prices."""


class ReviewRow(Part, frozen=True, kw_only=True):
    """A review of something the shop sold, with what followed. `reply_url` takes `body`, `report_url` `reason`."""

    id: str
    stars: int
    service: int
    delivery: int
    what: str
    at: datetime
    text: str
    option: str = ""
    follow_up: str = ""
    reply: str = ""
    reply_url: str = ""
    report_url: str = ""


class ReviewsPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/reviews`: what buyers say, newest first. A form is named by its review's id."""

    template = "selling/reviews.html"
    figures: tuple[Fact, ...]
    reasons: tuple[Choice, ...] = ()
    reviews: tuple[ReviewRow, ...]
    pager: Pager
