"""What one was told in this business."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.message import api as message
from hansa.centers.message.types import NOTIFICATION_ID, Item
from hansa.kernel.ids import IdMalformed
from hansa.web.answers import go, show
from hansa.web.forms import read_form
from hansa.web.parts import Action, InboxItem, Link, Pager
from hansa.web.routes.guard import somebody
from hansa.web.routes.rooms import mail_tabs
from hansa.web.views import InboxPage
from hansa.web.visit import Seen, Visit

PAGE = 20
_MARKED_MAX = 100

_ABOUT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "trade.order_to_ship": ("store", ""),
        "trade.order_to_collect": ("store", ""),
        "trade.draft": ("file-text", "drafts"),
        "trade.": ("package", "orders"),
        "message.conversation_": ("message-square", "conversations"),
        "message.account_": ("shield-check", "account/security"),
        "message.sign_up_": ("shield-check", "account/security"),
        "message.address_": ("mail", "account/messages"),
        "review.": ("star", "reviews"),
        "interconnect.": ("code", ""),
        "user.": ("user", "account"),
    }
)
"""The icon of a kind of news, and the page of what names nothing, by how its template's name begins."""


@get("/inbox")
async def show_inbox(seen: Seen) -> Response[str]:
    """What one was told, newest first."""
    after = seen.asked("after", letters_max=1000)
    page = await message.inbox(somebody(seen).ctx, cursor=after or None, limit=PAGE)
    unread = [one for one in page.items if one.read_at is None]
    ids = " ".join(NOTIFICATION_ID.show(one.id) for one in unread)
    view = InboxPage(
        chrome=seen.chrome(section="inbox"),
        tabs=mail_tabs(seen, "inbox"),
        items=tuple(_item(seen, one) for one in page.items),
        pager=Pager(
            shown=len(page.items),
            next_url=seen.at("inbox", after=page.cursor) if page.cursor else "",
            first_url=seen.at("inbox") if after else "",
        ),
        settings=Link(
            label=seen.gettext("What you are told"), url=seen.at("account/messages"), icon="settings"
        ),
        read_all=Action(
            label=seen.gettext("I have read these"),
            url=seen.at("inbox/read"),
            icon="check",
            fields=(("ids", ids),),
        )
        if unread
        else None,
    )
    return show(seen, view)


@post("/inbox/read")
async def read(seen: Seen) -> Response[str]:
    """Mark what the page showed as read."""
    fields = await read_form(somebody(seen))
    ids = []
    for shown in fields.raw("ids").split()[:_MARKED_MAX]:
        try:
            ids.append(NOTIFICATION_ID.read(shown))
        except IdMalformed:
            continue
    await message.mark_read(seen.ctx, ids)
    return go(seen, seen.at("inbox"))


def _item(seen: Visit, item: Item) -> InboxItem:
    icon, path = next(
        (about for start, about in _ABOUT.items() if item.template.startswith(start)), ("bell", "")
    )
    return InboxItem(
        id=NOTIFICATION_ID.show(item.id),
        subject=item.subject,
        text=item.text.strip(),
        at=item.created_at,
        unread=item.read_at is None,
        icon=icon,
        url=seen.at(f"about/{item.about.kind}/{item.about.id}")
        if item.about
        else seen.at(path)
        if path
        else "",
    )


ROUTES = (show_inbox, read)
