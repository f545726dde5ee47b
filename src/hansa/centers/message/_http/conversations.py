"""Buyers and shops speak with each other."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import Parameter

from hansa.centers.message import api
from hansa.centers.message._http.asked import Cursor, Limit, Shown
from hansa.centers.message.errors import (
    AnsweredMeanwhile,
    ConversationClosed,
    ConversationNotFound,
    MessageRefused,
    StateUnchangeable,
    SubjectUnknown,
    TooManyMessages,
)
from hansa.centers.message.types import (
    CONVERSATION_ID,
    PICTURE_ID,
    Conversation,
    ConversationState,
    Message,
    MessageState,
    Side,
)
from hansa.centers.user.types import PARTY_ID, OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdKind, IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

SHOP_ID = IdKind[UUID]("shop")
"""How shops are shown; `shop` stands above and cannot be asked."""
TAGS = ["conversations"]
ADMITTED = (Unauthenticated, IdMalformed, ConversationNotFound)
SAYING = (Invalid, ConversationClosed, MessageRefused, TooManyMessages)

Text = Annotated[
    str, msgspec.Meta(max_length=2000, description="What is said; may be empty beside pictures.")
]
About = Annotated[
    str | None, Parameter(description="Only about this: ord_... or prod_...", min_length=1, max_length=64)
]
Media = Annotated[
    list[str], msgspec.Meta(max_length=9, description="Pictures that were uploaded before: media_...")
]


class ConversationView(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as the caller's side sees it; `messages` is the number of the last message."""

    id: str
    subject_kind: str
    subject: str
    title: str
    shop: str
    side: Side
    state: ConversationState
    blocked_by: Side | None
    messages: int
    unread: int
    read_up_to: int
    read_by_other_up_to: int
    opened_at: datetime
    last_at: datetime


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said. `author` is told to the same side alone; what is not shown is empty."""

    number: int
    side: Side
    author: str | None
    text: str
    media: tuple[str, ...]
    state: MessageState
    sent_at: datetime


class UnreadConversations(msgspec.Struct, frozen=True):
    """In how many conversations there is something unread, counted no further than 100."""

    unread: int


class StartBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first words about an order or a product, or further ones."""

    subject: Annotated[str, msgspec.Meta(max_length=64, description="What it is about: ord_... or prod_...")]
    text: Text = ""
    media: Media = []


class PostBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message."""

    text: Text = ""
    media: Media = []
    seen: Annotated[
        int | None,
        msgspec.Meta(
            description="Number of the last message the writer saw; refused when a colleague wrote since."
        ),
    ] = None


class MarkBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the caller's side has read."""

    up_to: Annotated[int, msgspec.Meta(ge=0, description="Number of the last message read.")]


class MoveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The state a conversation is to have."""

    state: ConversationState


@post(
    "/conversations",
    summary="Start a conversation",
    responses=problems(Unauthenticated, SubjectUnknown, *SAYING),
    tags=TAGS,
    opt={
        "own": OwnScope.SPEAK,
        "example": {"subject": "prod_06bd3vk2s4fzs7w5h8j4m2k9tz", "text": "Is the glaze food safe?"},
    },
)
async def start(ctx: Ctx, data: StartBody) -> ConversationView:
    """Write to a shop about an order or a product; about the same thing the same conversation goes on."""
    return _conversation(
        await api.start_conversation(
            ctx, subject=data.subject, text=data.text, media=[PICTURE_ID.read(one) for one in data.media]
        )
    )


@get(
    "/conversations",
    summary="List own conversations",
    responses=problems(Unauthenticated, CursorMalformed, Invalid),
    tags=TAGS,
)
async def own(
    ctx: Ctx, *, unread: bool = False, subject: About = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[ConversationView]:
    """Return the acting buyer's conversations, that with the latest message first.

    `unread` ones alone, or those about one order or product, if asked.
    """
    page = await api.conversations(ctx, unread=unread, subject=subject, cursor=cursor, limit=limit)
    return Page([_conversation(one) for one in page.items], page.cursor)


@get(
    "/conversations/unread",
    summary="Count own unread conversations",
    responses=problems(Unauthenticated),
    tags=TAGS,
)
async def count_own(ctx: Ctx) -> UnreadConversations:
    """Count the acting buyer's conversations with something unread."""
    return UnreadConversations(await api.unread_conversations(ctx))


@get(
    "/shops/{shop_id:str}/conversations",
    summary="List a shop's conversations",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, CursorMalformed, Invalid),
    tags=TAGS,
)
async def of_shop(
    ctx: Ctx,
    shop_id: Shown,
    *,
    unread: bool = False,
    subject: About = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[ConversationView]:
    """Return a shop's conversations, or those about one order or product alone.

    Needs `message.conversation.answer` in the shop.
    """
    page = await api.conversations(
        ctx, shop_id=SHOP_ID.read(shop_id), unread=unread, subject=subject, cursor=cursor, limit=limit
    )
    return Page([_conversation(one) for one in page.items], page.cursor)


@get(
    "/shops/{shop_id:str}/conversations/unread",
    summary="Count a shop's unread conversations",
    responses=problems(Unauthenticated, Forbidden, IdMalformed),
    tags=TAGS,
)
async def count_of_shop(ctx: Ctx, shop_id: Shown) -> UnreadConversations:
    """Count a shop's conversations with something unread. Needs `message.conversation.answer` in the shop."""
    return UnreadConversations(await api.unread_conversations(ctx, shop_id=SHOP_ID.read(shop_id)))


@get(
    "/conversations/{conversation_id:str}",
    summary="Show a conversation",
    responses=problems(*ADMITTED),
    tags=TAGS,
)
async def show(ctx: Ctx, conversation_id: Shown) -> ConversationView:
    """Return a conversation to its buyer, or to staff with `message.conversation.answer` in its shop."""
    return _conversation(await api.conversation(ctx, conversation_id=CONVERSATION_ID.read(conversation_id)))


@get(
    "/conversations/{conversation_id:str}/messages",
    summary="Read a conversation",
    responses=problems(*ADMITTED, CursorMalformed, Invalid),
    tags=TAGS,
)
async def read(
    ctx: Ctx, conversation_id: Shown, cursor: Cursor = None, limit: Limit = 20
) -> Page[MessageView]:
    """Return what was said, the latest first. Reading marks nothing as read."""
    page = await api.messages(
        ctx, conversation_id=CONVERSATION_ID.read(conversation_id), cursor=cursor, limit=limit
    )
    return Page([_message(one) for one in page.items], page.cursor)


@post(
    "/conversations/{conversation_id:str}/messages",
    summary="Write in a conversation",
    responses=problems(*ADMITTED, *SAYING, AnsweredMeanwhile),
    tags=TAGS,
    opt={"own": OwnScope.SPEAK, "example": {"text": "It is, and it may go into the oven.", "seen": 1}},
)
async def say(ctx: Ctx, conversation_id: Shown, data: PostBody) -> MessageView:
    """Say something. The other side is told once, until it has read."""
    return _message(
        await api.post(
            ctx,
            conversation_id=CONVERSATION_ID.read(conversation_id),
            text=data.text,
            media=[PICTURE_ID.read(one) for one in data.media],
            seen=data.seen,
        )
    )


@post(
    "/conversations/{conversation_id:str}/read",
    summary="Mark a conversation as read",
    responses=problems(*ADMITTED, Invalid),
    status_code=200,
    tags=TAGS,
    opt={"own": OwnScope.SPEAK, "example": {"up_to": 2}},
)
async def mark(ctx: Ctx, conversation_id: Shown, data: MarkBody) -> ConversationView:
    """Say how far the caller's side has read; a mark only moves on."""
    return _conversation(
        await api.mark_conversation_read(
            ctx, conversation_id=CONVERSATION_ID.read(conversation_id), up_to=data.up_to
        )
    )


@put(
    "/conversations/{conversation_id:str}/state",
    summary="Close, block or open a conversation",
    responses=problems(*ADMITTED, StateUnchangeable),
    tags=TAGS,
    opt={"own": OwnScope.SPEAK, "example": {"state": "closed"}},
)
async def move(ctx: Ctx, conversation_id: Shown, data: MoveBody) -> ConversationView:
    """Bring a conversation into a state. Who blocked it, and nobody else, opens it again."""
    return _conversation(
        await api.move_conversation(
            ctx, conversation_id=CONVERSATION_ID.read(conversation_id), state=data.state
        )
    )


ROUTES = (
    start,
    own,
    count_own,
    of_shop,
    count_of_shop,
    show,
    read,
    say,
    mark,
    move,
)


def _conversation(found: Conversation) -> ConversationView:
    return ConversationView(
        id=CONVERSATION_ID.show(found.id),
        subject_kind=found.subject_kind,
        subject=found.subject,
        title=found.title,
        shop=SHOP_ID.show(found.shop_id),
        side=found.side,
        state=found.state,
        blocked_by=found.blocked_by,
        messages=found.messages,
        unread=found.unread,
        read_up_to=found.read_up_to,
        read_by_other_up_to=found.read_by_other_up_to,
        opened_at=found.opened_at,
        last_at=found.last_at,
    )


def _message(one: Message) -> MessageView:
    return MessageView(
        number=one.number,
        side=one.side,
        author=PARTY_ID.show(one.author) if one.author else None,
        text=one.text,
        media=tuple(PICTURE_ID.show(picture) for picture in one.media),
        state=one.state,
        sent_at=one.sent_at,
    )
