"""One's orders."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from hansa.web.parts import Action, Entry, Fact, Form, Funding, Link, OrderCard, OrderShop, Pager, SumRow
from hansa.web.views.base import View


class OrderPage(View, frozen=True, kw_only=True):
    """`/{business}/orders/{id}`: what it consists of, what happened, what comes next.

    The primary action is the next legal step. `stamp` is the seal of a final state, two characters or one
    short word. `note_url` takes a message (`note`) to the sellers; empty when writing is closed.
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
    facts: tuple[Fact, ...] = ()
    funding: Funding | None = None
    note_url: str = ""
    form: Form = Form()


class OrdersPage(View, frozen=True, kw_only=True):
    """`/{business}/orders`: one's orders, newest first; `tabs` narrow them by what they wait for."""

    template = "pages/orders.html"
    orders: tuple[OrderCard, ...]
    pager: Pager
    clear_url: str
    tabs: tuple[Link, ...] = ()
    empty: Literal["", "nothing_yet", "no_match"] = ""
