"""What a shop keeps in the catalogue, and goods as files."""

from __future__ import annotations

from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.parts import Action, Choice, Fact, Form, Link, Pager, Part, Picture
from hansa.web.selling.base import DeskView, Empty


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


class BadLine(Part, frozen=True, kw_only=True):
    """A line of a file that cannot be imported, and why, field by field."""

    line: int
    wrong: tuple[Fact, ...]


class ImportRow(Part, frozen=True, kw_only=True):
    """An import in a list."""

    url: str
    at: datetime
    state: str
    read: int
    bad: int


class ImportsPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/imports`: imports of the shop, and the form for another (`file`, `format`)."""

    template = "selling/imports.html"
    imports: tuple[ImportRow, ...]
    post_url: str
    sample: str
    """The head line of a file and one row, to begin with."""


class ImportPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/imports/{id}`: how far an import has come, and which lines cannot be right.

    While it is under way the page asks `refresh_url` again every few seconds.
    """

    template = "selling/import.html"
    state: str
    headline: str
    lede: str
    done: int
    whole: int
    figures: tuple[Fact, ...]
    bad: tuple[BadLine, ...]
    pager: Pager
    back: Link
    file_url: str = ""
    """Where all of the wrong lines are a file for a spreadsheet."""
    refresh_url: str = ""
    stop: Action | None = None
