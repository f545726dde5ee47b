"""One struct per page of the seller's desk, as `views` has them for buyers, and the pieces only the desk needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from hansa.kernel.money import Money
from hansa.web.parts import (
    Action,
    Choice,
    Entry,
    Fact,
    Form,
    Link,
    Pager,
    Part,
    Picture,
    SumRow,
)
from hansa.web.views import View

_BLANK = Form()
Empty = Literal["", "nothing_yet", "no_match"]


class MenuLink(Part, frozen=True, kw_only=True):
    """A page of the desk; `count` says how much waits there. `main` ones stand in the bar of a phone."""

    label: str
    url: str
    icon: str
    current: bool = False
    count: int = 0
    main: bool = False


class Desk(Part, frozen=True, kw_only=True):
    """What stands around every page of a shop's desk. `attempt` makes sending a form twice the same as once."""

    shop: str
    state: str
    url: str
    front_url: str
    shops_url: str
    menu: tuple[MenuLink, ...]
    attempt: str


class DeskView(View, frozen=True, kw_only=True):
    """A page of the desk. `forms` holds what was typed into the forms of the page that were refused."""

    desk: Desk
    forms: Mapping[str, Form] = {}

    def form(self, name: str) -> Form:
        """Return one form of the page as it is shown: empty, or with what was typed and what is wrong."""
        return self.forms.get(name, _BLANK)


# ── One's shops, and a new one ──


class ShopCard(Part, frozen=True, kw_only=True):
    """A shop one owns or works for; `next` says what it waits for."""

    name: str
    url: str
    state: str
    slug: str
    role: str
    next: str = ""


class ShopsPage(View, frozen=True, kw_only=True):
    """`/{business}/sell`: one's shops, and the form for a new one (`name-zh`, `name-en`, `slug`)."""

    template = "selling/shops.html"
    shops: tuple[ShopCard, ...]
    post_url: str
    reviewed: bool
    """Whether somebody looks at a new shop before it sells."""
    asked: tuple[str, ...] = ()
    """What the business asks of a new shop."""
    form: Form = Form()


# ── Today ──


class Tile(Part, frozen=True, kw_only=True):
    """A figure of the day and where it leads; `tone` stands out when something waits."""

    label: str
    value: str
    url: str
    note: str = ""
    tone: str = "plain"


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


class LowRow(Part, frozen=True, kw_only=True):
    """Something that is running out."""

    name: str
    url: str
    place: str
    left: int
    picture: Picture
    option: str = ""


class TodayPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}`: what there is to do today. `steps` is what an unopened shop still lacks."""

    template = "selling/today.html"
    tiles: tuple[Tile, ...]
    orders: tuple[OrderRow, ...] = ()
    orders_url: str = ""
    low: tuple[LowRow, ...] = ()
    low_url: str = ""
    steps: tuple[Step, ...] = ()


class Step(Part, frozen=True, kw_only=True):
    """One thing between a new shop and its first sale."""

    label: str
    url: str
    done: bool = False


# ── Opening a shop ──


class Question(Part, frozen=True, kw_only=True):
    """One thing the business asks of a shop; `name` is the field that answers it."""

    name: str
    label: str
    value: str
    kind: Literal["text", "date", "country", "document"]
    required: bool = True
    problem: str = ""
    letters_max: int = 200


class ShopPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/shop`: where the shop stands, what is asked of it, how it presents itself.

    `answers_url` takes the answers; empty when nothing can be answered now. `profile_url` takes `name-*`,
    `tagline-*`, `story-*`, `returns-*` and `version`. `close_url` takes `confirm`, which is to be `slug`.
    """

    template = "selling/shop.html"
    headline: str
    lede: str
    actions: tuple[Action, ...] = ()
    reasons: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    countries: tuple[Choice, ...] = ()
    answers_url: str = ""
    profile_url: str = ""
    profile: Form = Form()
    close_url: str = ""
    slug: str = ""
    timeline: tuple[Entry, ...] = ()


# ── Orders ──


class SellerOrdersPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/orders`: a shop's orders, newest first; `tabs` narrow them."""

    template = "selling/orders.html"
    orders: tuple[OrderRow, ...]
    pager: Pager
    tabs: tuple[Link, ...]
    clear_url: str
    empty: Empty = ""


class SoldLine(Part, frozen=True, kw_only=True):
    """A line of an order as its seller sees it; `number` is what a form names it by."""

    number: int
    name: str
    picture: Picture
    quantity: int
    total: Money
    state: str
    option: str = ""
    code: str = ""
    url: str = ""
    unsent: bool = False


class SoldNote(Part, frozen=True, kw_only=True):
    """A note on an order; the buyer's own are read by the shop, the shop's by the shop alone."""

    text: str
    by: str
    at: datetime
    remove: Action | None = None


class SellerOrderPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/orders/{id}`: what is to be sent where, what happened, what can be done.

    Forms, each shown while its address is not empty: `ship_url` takes `line-{number}` for what goes along
    and `tracking`; `cancel_url` takes `reason`; `lower_url` takes `off` and `freight`; `note_url` takes
    `note`; `write_url` takes `text`. `closed` are the steps that cannot be taken, with why.
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
    draft_url: str = ""
    ship_url: str = ""
    tracked: bool = False
    """Whether a parcel's number can be told to the buyer."""
    cancel_url: str = ""
    lower_url: str = ""
    payable: Money | None = None
    freight: Money | None = None
    note_url: str = ""
    write_url: str = ""


# ── Goods ──


class GoodRow(Part, frozen=True, kw_only=True):
    """A product of the shop in a list; `dearest` when not all variants cost the same."""

    name: str
    url: str
    picture: Picture
    state: str
    code: str = ""
    variants: int = 1
    price: Money | None = None
    dearest: Money | None = None
    left: int | None = None


class GoodsPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/goods`: what the shop keeps in the catalogue, newest first."""

    template = "selling/goods.html"
    goods: tuple[GoodRow, ...]
    pager: Pager
    tabs: tuple[Link, ...]
    clear_url: str
    new_url: str = ""
    import_url: str = ""
    exports: tuple[Link, ...] = ()
    empty: Empty = ""


class NewGoodPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/goods/new`: something new, kept as a draft at first.

    Sends `title-*`, `description-*`, `category`, `code`, `price` and, for what there are several variants of,
    `option-1-*` with `values-1`, one a line, and the same with 2.
    """

    template = "selling/good_new.html"
    post_url: str
    categories: tuple[Choice, ...]
    currency: str


class VariantRow(Part, frozen=True, kw_only=True):
    """A variant of a product: fields `price-{offer}` and `list-{offer}`, sent with `version-{offer}`."""

    offer: str
    name: str
    code: str
    picture: Picture
    price: str
    list_price: str
    version: int
    active: bool
    left: int
    stock_url: str = ""
    withdraw: Action | None = None


class Asked(Part, frozen=True, kw_only=True):
    """A field of a category's template; choices where it has them, `many` where several may be ticked."""

    name: str
    label: str
    value: str = ""
    unit: str = ""
    required: bool = False
    many: bool = False
    choices: tuple[Choice, ...] = ()


class Photo(Part, frozen=True, kw_only=True):
    """A picture of a product, and what can be done with it."""

    url: str
    alt: str
    actions: tuple[Action, ...] = ()


class WaitingChange(Part, frozen=True, kw_only=True):
    """A change of a product that somebody decides about, or has decided about."""

    state: str
    at: datetime
    what: str
    reason: str = ""
    withdraw: Action | None = None


class GoodPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/goods/{id}`: everything a shop keeps of a product.

    `edit_url` takes texts, `category` and `attr-*`; `prices_url` the fields of the variants; `photo_url` a
    file; `values_url` takes `add-{option}`, new values one a line. Each is shown while it is not empty.
    """

    template = "selling/good.html"
    name: str
    state: str
    version: int
    front_url: str
    actions: tuple[Action, ...]
    texts: Form
    categories: tuple[Choice, ...]
    asked: tuple[Asked, ...]
    variants: tuple[VariantRow, ...]
    photos: tuple[Photo, ...]
    currency: str
    edit_url: str = ""
    prices_url: str = ""
    photo_url: str = ""
    values_url: str = ""
    options: tuple[Link, ...] = ()
    changes: tuple[WaitingChange, ...] = ()
    reviewed: bool = False
    """Whether a change of what buyers see waits for a decision."""
