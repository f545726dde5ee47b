"""Accounts, and what runs on an installation."""

from __future__ import annotations

from datetime import datetime

from hansa.web.parts.common import Action, Figure, Link, Part, Picture


class Session(Part, frozen=True, kw_only=True):
    """A place where one is logged in."""

    device: str
    since: datetime
    current: bool = False
    action: Action | None = None


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
