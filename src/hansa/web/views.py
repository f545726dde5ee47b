"""One struct per page: the whole contract between a route and its template.

A field without a default must be given; nothing else reaches the template. `tests/web` renders each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from hansa.kernel.money import Money
from hansa.web.parts import (
    Action,
    Address,
    BusinessCard,
    CartShop,
    CenterCard,
    CheckoutGroup,
    Choice,
    Door,
    Entry,
    Facet,
    Fact,
    Form,
    Funding,
    GoodCard,
    Line,
    Link,
    Notice,
    OptionGroup,
    OrderCard,
    OrderShop,
    Pager,
    Picture,
    Review,
    Session,
    SumRow,
    TestCard,
)


class Chrome(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around every page: whose shop it is, who is reading, in which language, and when.

    `base` is the path prefix of the business ("/bazaar"), empty when it has a host of its own. `path` is the
    address of this page, where language and theme switches return to. `now` comes from the movable clock and
    decides what "today" means, in `timezone`. Switches post to `preferences_url` with `theme` or `language`,
    `next` and the CSRF token.
    """

    language: str
    now: datetime
    csrf: str
    base: str = ""
    path: str = "/"
    business: str = "Hansa"
    business_also: str = ""
    storefront: bool = True
    section: Literal["", "home", "cart", "orders", "account"] = ""
    query: str = ""
    cart_count: int = 0
    person: str = ""
    theme: Literal["system", "light", "dark"] = "system"
    timezone: str = "Asia/Shanghai"
    sandbox: bool = False
    preferences_url: str = "/preferences"
    portal_url: str = "/"
    api_url: str = "/api/docs"
    notices: tuple[Notice, ...] = ()

    def at(self, path: str = "") -> str:
        """An address below the business's prefix: `at("cart")` is "/bazaar/cart", or "/cart" on its own host."""
        return f"{self.base}/{path}"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A page. `template` names its file."""

    template: ClassVar[str]
    chrome: Chrome


class PortalPage(View, frozen=True, kw_only=True):
    """`/`: what runs on this installation. `pulse` is one short line about its health."""

    template = "pages/portal.html"
    businesses: tuple[BusinessCard, ...]
    centers: tuple[CenterCard, ...]
    doors: tuple[Door, ...]
    state: str = "healthy"
    pulse: str = ""


class ListPage(View, frozen=True, kw_only=True):
    """`/{business}/`: the home of a business, a search, a category. The URL is the whole state of the list.

    `empty` tells "nothing here yet" from "nothing matches"; `things` and `wall` draw the band of a home page.
    """

    template = "pages/list.html"
    heading: str
    goods: tuple[GoodCard, ...]
    pager: Pager
    search_url: str
    clear_url: str
    lede: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    """What of the address stays as it is when facets are chosen."""
    facets: tuple[Facet, ...] = ()
    chosen: tuple[Link, ...] = ()
    shortcuts: tuple[Link, ...] = ()
    sorts: tuple[Link, ...] = ()
    empty: Literal["", "nothing_yet", "no_match"] = ""
    things: tuple[Picture, ...] = ()
    wall: str = "mist"


class ProductPage(View, frozen=True, kw_only=True):
    """`/{business}/products/{id}`: one product in one variant. Forms send `offer` and `quantity`.

    `actions` are the ways to take it (put in the cart, buy now); each posts the same form to its own URL.
    """

    template = "pages/product.html"
    name: str
    offer: str
    price: Money
    pictures: tuple[Picture, ...]
    shop: Link
    actions: tuple[Action, ...]
    stock_state: str
    also: str = ""
    also_lang: str = ""
    was: Money | None = None
    price_note: str = ""
    breakdown: tuple[SumRow, ...] = ()
    stock_note: str = ""
    limit: int = 99
    score: str = ""
    remarks: tuple[str, ...] = ()
    crumbs: tuple[Link, ...] = ()
    options: tuple[OptionGroup, ...] = ()
    facts: tuple[Fact, ...] = ()
    description: tuple[str, ...] = ()
    reviews: tuple[Review, ...] = ()
    reviews_url: str = ""
    similar: tuple[GoodCard, ...] = ()
    form: Form = Form()


class CartPage(View, frozen=True, kw_only=True):
    """`/{business}/cart`: what would be bought, by seller."""

    template = "pages/cart.html"
    shops: tuple[CartShop, ...]
    sums: tuple[SumRow, ...]
    checkout: Action
    pieces: int
    picks: tuple[GoodCard, ...] = ()


class CheckoutPage(View, frozen=True, kw_only=True):
    """`/{business}/checkout`: one page, one form, sent to `post_url`.

    Field names: `address` (an id, or `new` with the fields of `ui.address_fields`), `email` for guests,
    `delivery-{group.id}`, `quote`, and `attempt`, the idempotency key of this form. `expires_at` is when the
    quoted prices end.
    """

    template = "pages/checkout.html"
    groups: tuple[CheckoutGroup, ...]
    sums: tuple[SumRow, ...]
    total: Money
    post_url: str
    quote: str
    attempt: str
    countries: tuple[Choice, ...]
    addresses: tuple[Address, ...] = ()
    guest: bool = False
    expires_at: datetime | None = None
    terms_url: str = ""
    form: Form = Form()


class PayPage(View, frozen=True, kw_only=True):
    """`/{business}/pay/{payment_id}`: pay in the sandbox, or see how far the payment is.

    The form sends `card`, `expiry`, `security_code` and `attempt`, and is shown while `state` is `created` or
    `declined` (states of payment.types.PaymentState and AttemptState); no card field is ever filled in. While `state` is `pending` the page asks
    `refresh_url` again every few seconds.
    """

    template = "pages/pay.html"
    payment_id: str
    amount: Money
    state: str
    post_url: str
    attempt: str
    order: Link
    lines: tuple[Line, ...] = ()
    cards: tuple[TestCard, ...] = ()
    expires_at: datetime | None = None
    refresh_url: str = ""
    form: Form = Form()


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


class LoginPage(View, frozen=True, kw_only=True):
    """`/{business}/login`: sends `email`, `password` and `next`. `doors` are the demo's accounts."""

    template = "pages/login.html"
    post_url: str
    signup_url: str
    forgot_url: str
    next: str = ""
    doors: tuple[Door, ...] = ()
    form: Form = Form()


class SignupPage(View, frozen=True, kw_only=True):
    """`/{business}/signup`: sends `name`, `email`, `password` and `next`."""

    template = "pages/signup.html"
    post_url: str
    login_url: str
    next: str = ""
    form: Form = Form()


class ProofPage(View, frozen=True, kw_only=True):
    """`/{business}/proof/{purpose}` and `/{business}/forgot`: one thing to do, after a mail or before one.

    Sends `token` (the link's, when there is one) and what it `wants`: `email`, `password`, or nothing but the button.
    """

    template = "pages/proof.html"
    title: str
    button: str
    post_url: str
    token: str = ""
    wants: str = ""
    form: Form = Form()


class AccountPage(View, frozen=True, kw_only=True):
    """`/{business}/account`: who one is here. Sends `name` to `post_url`.

    A new address goes to `address_url` with the fields of `ui.address_fields`. The password form sends
    `current_password` and `password` to `password_url`; without one there is no such form.
    """

    template = "pages/account.html"
    email: str
    since: datetime
    post_url: str
    address_url: str
    countries: tuple[Choice, ...]
    logout: Action
    password_url: str = ""
    addresses: tuple[Address, ...] = ()
    sessions: tuple[Session, ...] = ()
    tokens: tuple[Session, ...] = ()
    """Programs that may act for this account, by the name they were given."""
    form: Form = Form()
    address_form: Form = Form()
    password_form: Form = Form()


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
    form: Form = Form()
