"""Routes: the acting party's inbox, and for operators how far a notification got."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.message import api
from hansa.centers.message.types import NOTIFICATION_ID, Attempt, Channel, DeliveryState, Item
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]
Shown = Annotated[str, Parameter(max_length=64, description="The id, as it was given.")]


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """Something the party was told."""

    id: str
    template: str
    subject: str
    text: str
    created_at: datetime
    read_at: datetime | None


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
    opt={"example": {"ids": ["ntf_06bd3vk2s4fzs7w5h8j4m2k9tz"]}},
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


ROUTES = (inbox, unread, mark_read, deliveries)


def _item(item: Item) -> ItemView:
    return ItemView(
        id=NOTIFICATION_ID.show(item.id),
        template=item.template,
        subject=item.subject,
        text=item.text,
        created_at=item.created_at,
        read_at=item.read_at,
    )
