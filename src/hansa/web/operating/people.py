"""Pages about people: who holds a role of the house, and one person with what was done with them."""

from __future__ import annotations

from datetime import datetime

from hansa.web.operating.base import OperatorView
from hansa.web.parts import Entry, Fact, Link, Pager, Part


class PersonRow(Part, frozen=True, kw_only=True):
    """Somebody who holds roles of the house."""

    name: str
    email: str
    url: str
    roles: str
    state: str
    since: datetime


class PeoplePage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/people`: a field that finds somebody by `email`, and who holds which role.

    The address is sent, not put into the page's own: it would stand in the browser's history.
    """

    template = "operating/people.html"
    people: tuple[PersonRow, ...]
    pager: Pager
    tabs: tuple[Link, ...]
    find_url: str


class RoleRow(Part, frozen=True, kw_only=True):
    """A role, what it is for, and since when it is held, if it is."""

    role: str
    label: str
    does: str
    held: datetime | None = None


class PersonPage(OperatorView, frozen=True, kw_only=True):
    """`/{business}/operate/people/{id}`: somebody, their roles, and what was done with them.

    `roles_url` takes `role` and `how` (`give`, `take`); `suspend_url` takes `how` (`suspend`, `lift`). Each is empty
    for whoever may not.
    """

    template = "operating/person.html"
    name: str
    id: str
    state: str
    facts: tuple[Fact, ...]
    roles: tuple[RoleRow, ...]
    timeline: tuple[Entry, ...]
    back: Link
    roles_url: str = ""
    suspend_url: str = ""
    suspended: bool = False
