"""Who works for a shop."""

from __future__ import annotations

from datetime import datetime

from hansa.web.parts import Action, Part
from hansa.web.selling.base import DeskView
from hansa.web.views import View


class StaffRow(Part, frozen=True, kw_only=True):
    """Somebody who works for the shop."""

    name: str
    roles: str
    since: datetime
    more: str = ""
    remove: Action | None = None


class InvitationRow(Part, frozen=True, kw_only=True):
    """An invitation that was not taken up yet."""

    roles: str
    until: datetime
    over: bool = False
    withdraw: Action | None = None


class RoleChoice(Part, frozen=True, kw_only=True):
    """A role that may be given: field `role-{value}`."""

    value: str
    label: str
    does: str


class StaffPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/staff`: who works here, and who is invited.

    `invite_url` takes `role-*`. `link` is the address of a new invitation: shown this once, kept nowhere.
    """

    template = "selling/staff.html"
    people: tuple[StaffRow, ...]
    invitations: tuple[InvitationRow, ...] = ()
    roles: tuple[RoleChoice, ...] = ()
    invite_url: str = ""
    link: str = ""


class InvitationPage(View, frozen=True, kw_only=True):
    """`/{business}/invitation?secret=...`: take up an invitation to work for a shop, or turn it down."""

    template = "selling/invitation.html"
    secret: str
    accept_url: str
    decline_url: str
    problem: str = ""
