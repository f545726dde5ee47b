"""The frame of every page of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from hansa.web.parts import Form, Part
from hansa.web.views import View

Empty = Literal["", "nothing_yet", "no_match"]
"""Why a list is empty."""

_BLANK = Form()


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
