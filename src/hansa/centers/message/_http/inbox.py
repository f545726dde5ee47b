"""The acting party's inbox, and for operators how far a notification got and how mail fares."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, post

from hansa.centers.message import api
from hansa.centers.message._http.asked import Cursor, Limit, Shown
from hansa.centers.message.errors import BounceUnknown
from hansa.centers.message.types import (
    NOTIFICATION_ID,
    Attempt,
    Channel,
    DeliveryState,
    Item,
    MailStanding,
    ReferenceKind,
)
from hansa.centers.user.types import PARTY_ID, OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated


class ReferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """What something is about: its kind, and its id, by which it is asked for (`ord_...`)."""

    kind: ReferenceKind
    id: str


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """Something the party was told, and what it is about, if it is about one thing."""

    id: str
    template: str
    subject: str
    text: str
    created_at: datetime
    read_at: datetime | None
    about: ReferenceView | None


class ReadBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was read."""

    ids: Annotated[list[str], msgspec.Meta(max_length=100, description="Ids from the inbox.")]


class UnreadView(msgspec.Struct, frozen=True):
    """How much was not read yet, counted no further than 100."""

    unread: int


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """How far a notification got on a channel."""

    channel: Channel
    state: DeliveryState
    reason: str
    attempts: tuple[Attempt, ...]


class BounceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mail that came back."""

    message_id: Annotated[
        str, msgspec.Meta(min_length=3, max_length=300, description="Message-ID of the mail that came back.")
    ]
    status_code: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[245]\.[0-9]{1,3}\.[0-9]{1,3}$", description="Status code by RFC 3463, such as 5.1.1."
        ),
    ]


@get(
    "/me/notifications",
    summary="Inbox",
    responses=problems(Unauthenticated, CursorMalformed, Invalid),
)
async def inbox(ctx: Ctx, cursor: Cursor = None, limit: Limit = 20) -> Page[ItemView]:
    """Return what the acting party was told in this business, newest first, in its language."""
    page = await api.inbox(ctx, cursor=cursor, limit=limit)
    return Page([_item(item) for item in page.items], page.cursor)


@get("/me/notifications/unread", summary="Count unread", responses=problems(Unauthenticated))
async def unread(ctx: Ctx) -> UnreadView:
    """Count what the acting party has not read yet in this business."""
    return UnreadView(await api.unread(ctx))


@post(
    "/me/notifications/read",
    summary="Mark as read",
    responses=problems(Unauthenticated, Invalid, IdMalformed),
    status_code=200,
    opt={"own": OwnScope.CHANGE, "example": {"ids": ["ntf_06bd3vk2s4fzs7w5h8j4m2k9tz"]}},
)
async def mark_read(ctx: Ctx, data: ReadBody) -> UnreadView:
    """Mark notifications as read and return how many are left."""
    await api.mark_read(ctx, [NOTIFICATION_ID.read(shown) for shown in data.ids])
    return UnreadView(await api.unread(ctx))


@get(
    "/parties/{party_id:str}/notifications/{notification_id:str}/deliveries",
    summary="How far a notification got",
    responses=problems(Unauthenticated, Forbidden, IdMalformed),
)
async def deliveries(ctx: Ctx, party_id: Shown, notification_id: Shown) -> list[DeliveryView]:
    """Return where each channel stands, with the log of attempts. Needs `message.delivery.read`."""
    found = await api.deliveries(
        ctx, party=PARTY_ID.read(party_id), notification_id=NOTIFICATION_ID.read(notification_id)
    )
    return [
        DeliveryView(channel=one.channel, state=one.state, reason=one.reason, attempts=one.attempts)
        for one in found
    ]


@get(
    "/parties/{party_id:str}/mail-standing",
    summary="How mail to a party fares",
    responses=problems(Unauthenticated, Forbidden, IdMalformed),
)
async def mail_standing(ctx: Ctx, party_id: Shown) -> MailStanding:
    """Return how often mail to the party's address came back. Needs `message.delivery.read`."""
    return await api.mail_standing(ctx, party=PARTY_ID.read(party_id))


@delete(
    "/parties/{party_id:str}/mail-standing",
    summary="Send mail to a party again",
    responses=problems(Unauthenticated, Forbidden, IdMalformed),
)
async def release_address(ctx: Ctx, party_id: Shown) -> None:
    """Forget that mail to the party's address came back. Needs `message.address.release`."""
    await api.release_address(ctx, party=PARTY_ID.read(party_id))


@post(
    "/mail-bounces",
    summary="Report a mail that came back",
    responses=problems(Unauthenticated, Forbidden, Invalid, BounceUnknown),
    status_code=204,
    opt={
        "example": {
            "message_id": "<0192f0c1a5b27c3d8e4f5a6b7c8d9e0f.0192f0c1a5b27c3d8e4f5a6b7c8d9e10.mail@example.com>",
            "status_code": "5.1.1",
        }
    },
)
async def report_bounce(ctx: Ctx, data: BounceBody) -> None:
    """Take a report (RFC 3464) of whoever reads what comes back. Needs `message.bounce.report`.

    A status that begins with 5 is for good and counts against the address; one that begins with 4 is not.
    """
    await api.report_bounce(ctx, message_id=data.message_id, status=data.status_code)


ROUTES = (inbox, unread, mark_read, deliveries, mail_standing, release_address, report_bounce)


def _item(item: Item) -> ItemView:
    return ItemView(
        id=NOTIFICATION_ID.show(item.id),
        template=item.template,
        subject=item.subject,
        text=item.text,
        created_at=item.created_at,
        read_at=item.read_at,
        about=ReferenceView(kind=item.about.kind, id=item.about.id) if item.about else None,
    )
