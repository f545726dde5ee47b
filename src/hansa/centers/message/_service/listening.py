"""Conversations as each side sees them: who is admitted, lists, what was said, and how far it was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.message._service.telling import UNREAD_CAP
from hansa.centers.message._service.unsubscribing import everybody_that_is
from hansa.centers.message._store import conversations as store
from hansa.centers.message._store.conversations import Said, StoredConversation
from hansa.centers.message.errors import ConversationNotFound
from hansa.centers.message.extensions import SUBJECT
from hansa.centers.message.types import Conversation, ConversationId, Message, MessageState, Side
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

ANSWER = "message.conversation.answer"


def shop_named(shop_id: UUID) -> str:
    """How permissions name a shop (`shop` stands above; its grants are named so)."""
    return f"shop:{shop_id}"


async def conversations(
    ctx: Ctx,
    *,
    shop_id: UUID | None,
    unread: bool,
    cursor: str | None,
    limit: int,
    subject: str | None = None,
) -> Page[Conversation]:
    """List the acting party's conversations as a buyer, or a shop's; see `message.api`."""
    side = Side.BUYER if shop_id is None else Side.SHOP
    party = ctx.party() if shop_id is None else None
    if shop_id is not None:
        ctx.require(ANSWER, of=shop_named(shop_id))
    limit = checked_limit(limit)
    before = decode_cursor(cursor, tuple[datetime, UUID]) if cursor is not None else None
    if subject is not None and (named := await SUBJECT.of(ctx)(ctx, subject)) is not None:
        subject = named.reference  # an offer is spoken of as its product
    async with ctx.transaction() as tx:
        found = await store.list_conversations(
            tx,
            business=ctx.business,
            traffic=ctx.traffic,
            buyers=await everybody_that_is(tx, party) if party else (),
            shop_id=shop_id,
            unread=unread,
            reference=subject,
            before=before,
            limit=limit + 1,
        )
    shown = [seen_by(side, one) for one in found]
    return page_of(shown, limit=limit, key=lambda one: (one.last_at, one.id))


async def has_spoken(tx: Transaction, ctx: Ctx, *, shop_id: UUID, parties: Sequence[UUID]) -> bool:
    """Tell whether one of these parties has a conversation with a shop; see `message.api`."""
    return await store.has_spoken(
        tx, shop_id=shop_id, parties=parties, business=ctx.business, traffic=ctx.traffic
    )


async def unread_conversations(ctx: Ctx, *, shop_id: UUID | None) -> int:
    """Count conversations with something unread; see `message.api`."""
    party = ctx.party() if shop_id is None else None
    if shop_id is not None:
        ctx.require(ANSWER, of=shop_named(shop_id))
    async with ctx.transaction() as tx:
        return await store.count_unread(
            tx,
            business=ctx.business,
            traffic=ctx.traffic,
            buyers=await everybody_that_is(tx, party) if party else (),
            shop_id=shop_id,
            limit=UNREAD_CAP,
        )


async def conversation(ctx: Ctx, *, conversation_id: ConversationId) -> Conversation:
    """Read a conversation as the actor's side sees it; see `message.api`."""
    async with ctx.transaction() as tx:
        found, side = await admitted_to(tx, ctx, conversation_id)
    return seen_by(side, found)


async def buyer_in(ctx: Ctx, *, conversation_id: ConversationId) -> UUID:
    """Tell the shop's side with whom it talks; see `message.api`."""
    async with ctx.transaction() as tx:
        found, side = await admitted_to(tx, ctx, conversation_id)
    if side is not Side.SHOP:
        raise ConversationNotFound
    return found.buyer


async def messages(
    ctx: Ctx, *, conversation_id: ConversationId, cursor: str | None, limit: int
) -> Page[Message]:
    """Read what was said, the latest first; see `message.api`."""
    limit = checked_limit(limit)
    before = decode_cursor(cursor, tuple[int])[0] if cursor is not None else None
    async with ctx.transaction() as tx:
        _, side = await admitted_to(tx, ctx, conversation_id)
        found = await store.read_said(tx, conversation_id, before=before, limit=limit + 1)
    return page_of([_shown_to(side, one) for one in found], limit=limit, key=lambda one: (one.number,))


async def mark_read(ctx: Ctx, *, conversation_id: ConversationId, up_to: int) -> Conversation:
    """Move the mark of the actor's side on; see `message.api`."""
    if up_to < 0:
        raise Invalid(FieldError("up_to", "range", "The number of a message"))
    async with ctx.transaction() as tx:
        _, side = await admitted_to(tx, ctx, conversation_id)
        found = await locked(tx, conversation_id)
        read = found.buyer_read if side is Side.BUYER else found.shop_read
        mark = min(up_to, found.last_number)
        if mark > read:
            found = await store.set_read(tx, conversation_id, side, mark)
    return seen_by(side, found)


async def admitted_to(
    tx: Transaction, ctx: Ctx, conversation_id: ConversationId
) -> tuple[StoredConversation, Side]:
    """Return a conversation and the actor's side of it. Raises `ConversationNotFound` for everybody else."""
    found = await store.read_conversation(tx, conversation_id)
    if found is None or (found.business, found.traffic) != (ctx.business, ctx.traffic):
        raise ConversationNotFound
    party = ctx.actor.party
    if party is not None and found.buyer in await everybody_that_is(tx, party):
        return found, Side.BUYER
    if ctx.may(ANSWER, of=shop_named(found.shop_id)):
        return found, Side.SHOP
    raise ConversationNotFound


async def locked(tx: Transaction, conversation_id: ConversationId) -> StoredConversation:
    """Return a conversation the actor was admitted to, locked for a change."""
    found = await store.lock_conversation(tx, conversation_id)
    if found is None:
        raise ConversationNotFound
    return found


def seen_by(side: Side, found: StoredConversation) -> Conversation:
    """Return a conversation as one side sees it."""
    is_buyer = side is Side.BUYER
    return Conversation(
        id=found.conversation_id,
        subject_kind=found.subject_kind,
        subject=found.reference,
        title=found.title,
        shop_id=found.shop_id,
        side=side,
        state=found.state,
        blocked_by=found.blocked_by,
        messages=found.last_number,
        unread=found.buyer_unread if is_buyer else found.shop_unread,
        read_up_to=found.buyer_read if is_buyer else found.shop_read,
        read_by_other_up_to=found.shop_read if is_buyer else found.buyer_read,
        opened_at=found.opened_at,
        last_at=found.last_at,
    )


def _shown_to(side: Side, one: Said) -> Message:
    is_shown = one.state is MessageState.SHOWN
    return Message(
        number=one.number,
        side=one.side,
        author=one.author if one.side is side else None,
        text=one.text if is_shown else "",
        media=one.media if is_shown else (),
        state=one.state,
        sent_at=one.sent_at,
    )
