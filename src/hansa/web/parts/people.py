"""Accounts, and what runs on an installation."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from hansa.web.parts.common import Action, Choice, Figure, Link, Part, Photograph, Picture


class Session(Part, frozen=True, kw_only=True):
    """A place where one is logged in, or a program that acts for one: `may` says what it may do, `until` how long.

    `used` is when it was last there, right to an hour.
    """

    device: str
    since: datetime
    icon: str = "monitor"
    used: datetime | None = None
    until: datetime | None = None
    may: tuple[str, ...] = ()
    current: bool = False
    action: Action | None = None


class Ceremony(Part, frozen=True, kw_only=True):
    """A passkey's form: a script asks `begin_url` for a challenge, and sends the device's answer to `post_url`."""

    begin_url: str
    post_url: str
    kind: Literal["get", "create"] = "get"


class PasskeyRow(Part, frozen=True, kw_only=True):
    """A passkey in its owner's list. The form that renames it sends `passkey` and `name`."""

    id: str
    name: str
    note: str
    added_at: datetime
    used_at: datetime | None = None
    remove: Action


class LinkedRow(Part, frozen=True, kw_only=True):
    """A log-in elsewhere that opens this account."""

    name: str
    linked_at: datetime
    used_at: datetime | None = None
    unlink: Action


class ConsentRow(Part, frozen=True, kw_only=True):
    """What a business asks consent for, and what was said to it; `said_at` is None for nothing yet.

    `actions` say yes or no to the text as it stands here.
    """

    purpose: str
    text: str
    given: bool
    actions: tuple[Action, ...]
    required: bool = False
    outdated: bool = False
    said_at: datetime | None = None


class TopicRow(Part, frozen=True, kw_only=True):
    """A kind of news and the channels it may come through: `choices` have the channel as value; a fixed one is closed."""

    topic: str
    title: str
    choices: tuple[Choice, ...]


class InboxItem(Part, frozen=True, kw_only=True):
    """Something one was told. `url` leads to what it is about, as far as that is known."""

    id: str
    subject: str
    text: str
    at: datetime
    unread: bool
    icon: str = "bell"
    url: str = ""


class Talk(Part, frozen=True, kw_only=True):
    """A conversation in a list: with whom, about what, when last."""

    url: str
    shop: str
    about: str
    at: datetime
    unread: int = 0
    state: str = "open"


class Said(Part, frozen=True, kw_only=True):
    """Something that was said in a conversation. `own` stands on the reader's side; what was taken down has no text."""

    number: int
    by: str
    at: datetime
    text: str
    own: bool
    gone: str = ""
    photographs: tuple[Photograph, ...] = ()


class ScopeRow(Part, frozen=True, kw_only=True):
    """One thing that an app asks for. `given`: it may do so already; `closed`: not the reader's to give."""

    scope: str
    label: str
    given: bool = False
    closed: bool = False
    checked: bool = True


class ScopeGroup(Part, frozen=True, kw_only=True):
    """What can be allowed in one place: oneself, or a shop. A form sends `{prefix}-{value}` for what is ticked."""

    prefix: str
    title: str
    choices: tuple[Choice, ...]


class BusinessCard(Part, frozen=True, kw_only=True):
    """A business on the portal. `things` make up its picture, from left to right."""

    id: str
    name: str
    lede: str
    url: str
    also: str = ""
    wall: str = "mist"
    things: tuple[Picture, ...] = ()
    figures: tuple[Figure, ...] = ()
    doors: tuple[Link, ...] = ()


class CenterCard(Part, frozen=True, kw_only=True):
    """One of the shared centers; `figure` is a short number, e.g. calls a minute."""

    id: str
    name: str
    figure: str = ""


class Door(Part, frozen=True, kw_only=True):
    """A demo account and where it leads."""

    role: str
    person: str
    does: str
    login: str
    password: str
    link: Link
