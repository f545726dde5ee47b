"""From finding something to having paid for it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from hansa.kernel.money import Money
from hansa.web.parts import (
    Action,
    Address,
    CartShop,
    CheckoutGroup,
    Choice,
    CollectRow,
    Facet,
    Fact,
    Form,
    GoodCard,
    Line,
    Link,
    OptionGroup,
    Pager,
    Picture,
    Rating,
    Review,
    SumRow,
    TestCard,
)
from hansa.web.views.base import View


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
    crumbs: tuple[Link, ...] = ()
    asked: str = ""
    corrected: str = ""
    """What was looked for instead, where nothing fits what was `asked`."""
    shortcuts: tuple[Link, ...] = ()
    sorts: tuple[Link, ...] = ()
    empty: Literal["", "nothing_yet", "no_match"] = ""
    things: tuple[Picture, ...] = ()
    wall: str = "mist"


class NearPage(View, frozen=True, kw_only=True):
    """`/{business}/near`: where somebody is. A position is put behind `next_url`; `towns` are for who says none."""

    template = "pages/near.html"
    next_url: str
    towns: tuple[Link, ...]
    back: Link


class ProductPage(View, frozen=True, kw_only=True):
    """`/{business}/products/{id}`: one product in one variant. Forms send `offer` and `quantity`.

    `actions` are the ways to take it (put in the cart, buy now); each posts the same form to its own URL. Of
    measured goods `least`, `step` and `limit` are in `measured_in` ("g"), as `quantity` is then; `terms` says so.
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
    least: int = 1
    step: int = 1
    measured_in: str = ""
    terms: str = ""
    rating: Rating | None = None
    ask: Link | None = None
    remarks: tuple[str, ...] = ()
    crumbs: tuple[Link, ...] = ()
    options: tuple[OptionGroup, ...] = ()
    facts: tuple[Fact, ...] = ()
    collect: tuple[CollectRow, ...] = ()
    """Where the shop hands out goods; `near` leads to who says where they are."""
    near: Link | None = None
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
    `delivery-{group.id}`, `payment` (`now` or `door`) where `payments` offer both, `quote`, and `attempt`, the
    idempotency key of this form. `expires_at` is when the quoted prices end.
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
    payments: tuple[Choice, ...] = ()
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
    further: tuple[str, ...] = ()
    """What the fields of further cards end in; each of them has an `amount` too, and the first card gives the rest."""
    over: tuple[str, str] = ("", "")
    """What became of it, when nothing can be paid any more: a heading and a sentence."""
    expires_at: datetime | None = None
    refresh_url: str = ""
    form: Form = Form()
