"""The pieces every page is built from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from hansa.kernel.money import Money


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a view. Pieces never change; a route builds them and a template reads them."""


class Link(Part, frozen=True, kw_only=True):
    """Somewhere to go. `current` marks where the reader is; `lang` is the language of the label if another."""

    label: str
    url: str
    icon: str = ""
    current: bool = False
    lang: str = ""


class Action(Part, frozen=True, kw_only=True):
    """Something the reader can do. One that is closed stays visible: `closed_because` says why.

    `method` is `post` for whatever changes something; `fields` are sent along as hidden inputs.
    """

    label: str
    url: str
    method: Literal["get", "post"] = "post"
    primary: bool = False
    icon: str = ""
    closed_because: str = ""
    fields: tuple[tuple[str, str], ...] = ()


class Notice(Part, frozen=True, kw_only=True):
    """A message above the page's content. `tone` is a value of `tones.Tone`."""

    text: str
    tone: str = "info"
    title: str = ""
    link: Link | None = None


class Picture(Part, frozen=True, kw_only=True):
    """A drawn still life (`art`, `glaze`, `wall`: see `still_lifes`), or a photograph when `url` is set.

    `alt` says what is seen; empty means the text beside it already does. `beside` is a second, smaller thing
    in a large picture. `large_url` is where a photograph is seen large.
    """

    art: str = "parcel"
    glaze: str = ""
    wall: str = "mist"
    alt: str = ""
    beside: str = ""
    url: str = ""
    large_url: str = ""


class Photograph(Part, frozen=True, kw_only=True):
    """A photograph, small, that leads to itself large."""

    alt: str
    url: str
    large_url: str


class Upload(Part, frozen=True, kw_only=True):
    """A photograph that was uploaded with a form and is not shown yet; `name` and `value` keep it there."""

    name: str
    value: str
    photograph: Photograph


class Form(Part, frozen=True, kw_only=True):
    """What was typed, and what is wrong with it, by field name; `problem` concerns the form as a whole."""

    values: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    problem: str = ""


class Pager(Part, frozen=True, kw_only=True):
    """Where one is in a list: by cursor, so there are no page numbers. `total` is None when it was not counted.

    `more_than_total` says that counting stopped at `total`.
    """

    shown: int
    total: int | None = None
    more_than_total: bool = False
    next_url: str = ""
    first_url: str = ""


class SumRow(Part, frozen=True, kw_only=True):
    """One line of a sum; `total` draws the darker rule above it. Deductions are negative amounts."""

    label: str
    amount: Money
    note: str = ""
    total: bool = False


class Fact(Part, frozen=True, kw_only=True):
    """A term and what it says, e.g. Delivery: tomorrow by 18:00."""

    label: str
    text: str
    url: str = ""


class Figure(Part, frozen=True, kw_only=True):
    """A label over a number that is already formatted."""

    label: str
    value: str


class Tag(Part, frozen=True, kw_only=True):
    """A short remark on a card: an offer, or with `plain` a mere fact."""

    text: str
    plain: bool = False


class Choice(Part, frozen=True, kw_only=True):
    """A value of a facet."""

    value: str
    label: str
    count: int | None = None
    checked: bool = False
    fixed: bool = False
    """It stands as it is, whatever one would like."""


class Facet(Part, frozen=True, kw_only=True):
    """A way to narrow a list; `name` is the query parameter. Where not `many`, one value at a time."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    many: bool = True
