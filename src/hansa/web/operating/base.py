"""The frame of every page of the operator's desk."""

from __future__ import annotations

from collections.abc import Mapping

from hansa.web.parts import Form, Link, Part
from hansa.web.selling import MenuLink
from hansa.web.views import View

_BLANK = Form()


class OperatorDesk(Part, frozen=True, kw_only=True):
    """What stands around every page of a business's desk. `others` are the desks of other businesses."""

    business: str
    url: str
    front_url: str
    menu: tuple[MenuLink, ...]
    attempt: str
    others: tuple[Link, ...] = ()


class OperatorView(View, frozen=True, kw_only=True):
    """A page of the desk. `forms` holds what was typed into the forms of the page that were refused."""

    desk: OperatorDesk
    forms: Mapping[str, Form] = {}

    def form(self, name: str) -> Form:
        """Return one form of the page as it is shown: empty, or with what was typed and what is wrong."""
        return self.forms.get(name, _BLANK)
