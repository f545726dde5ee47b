"""One's orders, and those that sellers made for one."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from hansa.kernel.money import Money
from hansa.web.parts import (
    Action,
    Address,
    Choice,
    Entry,
    Fact,
    Form,
    Funding,
    Line,
    Link,
    Notice,
    OrderCard,
    OrderShop,
    Pager,
    PieceChoice,
    SellerSays,
    SumRow,
)
from hansa.web.views.base import View


class OrderPage(View, frozen=True, kw_only=True):
    """`/{business}/orders/{id}`: what it consists of, what happened, what comes next.

    The primary action is the next legal step. `stamp` is the seal of a final state, two characters or one
    short word. `parts` are the lines that can be confirmed by themselves; their form sends `line-{number}` and
    `pieces-{number}` to `receive_url`. `note_url` takes a note (`note`) for the seller; empty when writing is closed. `addresses` are
    where else it may go; the form sends `address` to `redirect_url`.
    """

    template = "pages/order.html"
    order_id: str
    state: str
    headline: str
    placed_at: datetime
    shops: tuple[OrderShop, ...]
    sums: tuple[SumRow, ...]
    timeline: tuple[Entry, ...]
    lede: str = ""
    stamp: str = ""
    actions: tuple[Action, ...] = ()
    parts: tuple[PieceChoice, ...] = ()
    receive_url: str = ""
    facts: tuple[Fact, ...] = ()
    funding: Funding | None = None
    note_url: str = ""
    addresses: tuple[Choice, ...] = ()
    redirect_url: str = ""
    of_buyer: SellerSays | None = None
    form: Form = Form()
    part_form: Form = Form()


class CancelPage(View, frozen=True, kw_only=True):
    """`/{business}/orders/{id}/cancel`: which goods are not wanted after all, and why.

    Sends `reason`, one of `reasons`, and `text` to `post_url`. Where only some of it can be cancelled, `parts` are
    the lines that can, sent as `line-{number}` and `pieces-{number}`; without any it is cancelled as a whole, all
    `orders` that were placed together. `back` is what goes back at most; None when nothing was paid.
    """

    template = "pages/cancel.html"
    order_id: str
    state: str
    order: Link
    reasons: tuple[Choice, ...]
    post_url: str
    parts: tuple[PieceChoice, ...] = ()
    orders: int = 1
    back: Money | None = None
    form: Form = Form()


class OrdersPage(View, frozen=True, kw_only=True):
    """`/{business}/orders`: one's orders, newest first; `tabs` narrow them by what they wait for.

    `beside` leads to what belongs to orders: offers made for one, reviews.
    """

    template = "pages/orders.html"
    orders: tuple[OrderCard, ...]
    pager: Pager
    clear_url: str
    tabs: tuple[Link, ...] = ()
    beside: tuple[Link, ...] = ()
    empty: Literal["", "nothing_yet", "no_match"] = ""


class DraftsPage(View, frozen=True, kw_only=True):
    """`/{business}/drafts`: orders that sellers made for one, at agreed prices."""

    template = "pages/drafts.html"
    drafts: tuple[OrderCard, ...]
    pager: Pager


class DraftPage(View, frozen=True, kw_only=True):
    """`/{business}/drafts/{id}`: an order a seller made for one; accepting it places it.

    Sends `address` (an id, or `new` with the fields of `ui.address_fields`), a guest `email`
    too. `closed` says why it cannot be accepted.
    """

    template = "pages/draft.html"
    draft_id: str
    state: str
    shop: Link
    lines: tuple[Line, ...]
    sums: tuple[SumRow, ...]
    made_at: datetime
    expires_at: datetime
    post_url: str
    write: Action
    countries: tuple[Choice, ...]
    addresses: tuple[Address, ...] = ()
    guest: bool = False
    closed: Notice | None = None
    to_order: Action | None = None
    form: Form = Form()
    note: str = ""
    """What the seller says with it."""
