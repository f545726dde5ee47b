"""The rooms of an account: what leads from one to another."""

from __future__ import annotations

from hansa.web.i18n import N_
from hansa.web.parts import Link
from hansa.web.visit import Visit

_ACCOUNT = (
    ("account", N_("You")),
    ("account/security", N_("Security")),
    ("account/privacy", N_("Privacy")),
    ("account/messages", N_("What you are told")),
)
_MAIL = (("inbox", N_("News")), ("conversations", N_("Conversations")))


def account_tabs(seen: Visit, current: str) -> tuple[Link, ...]:
    """Return the rooms of the account; `current` is the address of the one that is shown."""
    return tuple(
        Link(label=seen.gettext(word), url=seen.at(path), current=path == current) for path, word in _ACCOUNT
    )


def mail_tabs(seen: Visit, current: str) -> tuple[Link, ...]:
    """Return what one was told, and whom one speaks with."""
    return tuple(
        Link(label=seen.gettext(word), url=seen.at(path), current=path == current) for path, word in _MAIL
    )


def room_of(seen: Visit) -> str:
    """Return the page that an address below it belongs to: where one goes on after proving who one is."""
    if seen.request.method == "GET" and "download" not in seen.request.scope["path"]:
        return seen.here()
    return seen.at("/".join(seen.request.scope["path"].strip("/").split("/")[:2]))
