"""Buyers and shops speak with each other: starting, writing, reading, closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.message._rules import talking as rules
from hansa.centers.message._service.listening import ANSWER, admitted_to, locked, seen_by, shop_named
from hansa.centers.message._service.picturing import show_pictures
from hansa.centers.message._service.telling import notify
from hansa.centers.message._service.unsubscribing import everybody_that_is
from hansa.centers.message._store import conversations as store
from hansa.centers.message._store.conversations import Said, StoredConversation
from hansa.centers.message.errors import (
    AnsweredMeanwhile,
    ConversationClosed,
    MessageRefused,
    StateUnchangeable,
    SubjectUnknown,
    TooManyMessages,
)
from hansa.centers.message.events import ConversationMoved, ConversationStarted, MessagePosted
from hansa.centers.message.extensions import DESK, MODERATION, SUBJECT
from hansa.centers.message.types import (
    CONVERSATION_ID,
    Conversation,
    ConversationId,
    ConversationState,
    ConversationSubject,
    Draft,
    Message,
    MessageState,
    Notification,
    Reference,
    ReferenceKind,
    Side,
)
from hansa.kernel.context import Ctx
from hansa.kernel.problem import Invalid

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

MODERATE = "message.conversation.moderate"
_TITLE_MAX = 200


class _Speaker(msgspec.Struct, frozen=True):
    """Who is about to say something, and who is told of it if the other side is a shop."""

    party: UUID
    side: Side
    desk: tuple[UUID, ...] = ()


async def start(ctx: Ctx, *, reference: str, text: str, media: Sequence[UUID]) -> Conversation:
    """Say something about an order or a product, the first time or again; see `message.api`."""
    party = ctx.author()
    if errors := rules.draft_errors(text, media):
        raise Invalid(*errors)
    subject = await SUBJECT.of(ctx)(ctx, reference)
    if subject is None:
        raise SubjectUnknown
    async with ctx.transaction() as tx:
        own = await everybody_that_is(tx, ctx.actor.party) if ctx.actor.party else ()
    buyer, side = _starts_as(ctx, subject, own)
    draft = Draft(
        subject_kind=subject.kind, shop_id=subject.shop_id, side=side, text=text, media=tuple(media)
    )
    speaker = await _admitted(ctx, party, draft)
    async with ctx.transaction() as tx:
        conversation, is_new = await store.open_conversation(tx, _new(ctx, subject, buyer))
        if is_new:
            times = await store.times_of_started(
                tx, party, now=ctx.now(), window=rules.STARTED_WINDOW, limit=rules.STARTED_MAX
            )
            _refuse_haste(times, now=ctx.now(), window=rules.STARTED_WINDOW, most=rules.STARTED_MAX)
            started = ConversationStarted(
                conversation=conversation.conversation_id,
                buyer=buyer,
                shop_id=subject.shop_id,
                reference=subject.reference,
            )
            tx.emit(ctx, started)
        conversation = await _say(tx, ctx, conversation, speaker, draft)
    return seen_by(side, conversation)


def _starts_as(ctx: Ctx, subject: ConversationSubject, own: Sequence[UUID]) -> tuple[UUID, Side]:
    """Return the buyer of the conversation, and on which side the actor stands. Raises `SubjectUnknown`."""
    if subject.buyer is None:
        ctx.party()  # a token that does not act for its person asks no shop in that person's name
        return own[0], Side.BUYER
    if subject.buyer in own:
        return subject.buyer, Side.BUYER
    if ctx.may(ANSWER, of=shop_named(subject.shop_id)):
        return subject.buyer, Side.SHOP
    raise SubjectUnknown


def _new(ctx: Ctx, subject: ConversationSubject, buyer: UUID) -> StoredConversation:
    now = ctx.now()
    return StoredConversation(
        conversation_id=CONVERSATION_ID.new(),
        business=ctx.business,
        traffic=ctx.traffic,
        reference=subject.reference,
        subject_kind=subject.kind,
        title=subject.title[:_TITLE_MAX],
        buyer=buyer,
        shop_id=subject.shop_id,
        state=ConversationState.OPEN,
        blocked_by=None,
        last_number=0,
        buyer_read=0,
        shop_read=0,
        buyer_unread=0,
        shop_unread=0,
        buyer_told_at=None,
        shop_told_at=None,
        opened_at=now,
        last_at=now,
    )


async def post(
    ctx: Ctx, *, conversation_id: ConversationId, text: str, media: Sequence[UUID], seen: int | None
) -> Message:
    """Say something in a conversation; see `message.api`."""
    party = ctx.author()
    async with ctx.transaction() as tx:
        found, side = await admitted_to(tx, ctx, conversation_id)
    if errors := rules.draft_errors(text, media):
        raise Invalid(*errors)
    draft = Draft(
        subject_kind=found.subject_kind, shop_id=found.shop_id, side=side, text=text, media=tuple(media)
    )
    speaker = await _admitted(ctx, party, draft)
    async with ctx.transaction() as tx:
        conversation = await locked(tx, conversation_id)
        if seen is not None:
            latest = await store.last_of_side(tx, conversation_id, side)
            if latest > seen:
                raise AnsweredMeanwhile(number=latest)
        conversation = await _say(tx, ctx, conversation, speaker, draft)
    return Message(
        number=conversation.last_number,
        side=side,
        author=party,
        text=text,
        media=tuple(media),
        state=MessageState.SHOWN,
        sent_at=conversation.last_at,
    )


async def _admitted(ctx: Ctx, party: UUID, draft: Draft) -> _Speaker:
    """Ask what must not be asked inside a transaction: may it be said, and who is told. Raises `MessageRefused`."""
    if veto := await MODERATION.of(ctx)(ctx, draft):
        raise MessageRefused(veto.message, reason=veto.code)
    desk = await DESK.of(ctx)(ctx, draft.shop_id) if draft.side is Side.BUYER else ()
    return _Speaker(party, draft.side, tuple(desk or ()))


async def _say(
    tx: Transaction, ctx: Ctx, conversation: StoredConversation, speaker: _Speaker, draft: Draft
) -> StoredConversation:
    """Write the next message of a locked conversation, and tell the other side if it has not been told."""
    if conversation.state is not ConversationState.OPEN:
        raise ConversationClosed(state=conversation.state.value, blocked_by=conversation.blocked_by)
    await show_pictures(
        tx, ctx, draft.media, party=speaker.party, conversation_id=conversation.conversation_id
    )
    now = ctx.now()
    times = await store.times_of_said(
        tx, speaker.party, now=now, window=rules.SAID_WINDOW, limit=rules.SAID_MAX
    )
    _refuse_haste(times, now=now, window=rules.SAID_WINDOW, most=rules.SAID_MAX)
    said = Said(
        conversation_id=conversation.conversation_id,
        number=conversation.last_number + 1,
        side=speaker.side,
        author=speaker.party,
        text=draft.text,
        media=draft.media,
        state=MessageState.SHOWN,
        sent_at=now,
    )
    conversation = await store.add_said(tx, said)
    posted = MessagePosted(
        conversation=conversation.conversation_id,
        number=said.number,
        side=said.side,
        buyer=conversation.buyer,
        shop_id=conversation.shop_id,
    )
    tx.emit(ctx, posted)
    await _tell(tx, ctx, conversation, speaker)
    return conversation


async def _tell(tx: Transaction, ctx: Ctx, conversation: StoredConversation, speaker: _Speaker) -> None:
    """Tell the other side that there is something to read: once, until it reads."""
    to_shop = speaker.side is Side.BUYER
    told_at = conversation.shop_told_at if to_shop else conversation.buyer_told_at
    if not rules.is_to_be_told(told_at, ctx.now()):
        return
    parties = speaker.desk if to_shop else (conversation.buyer,)
    await store.note_told(tx, conversation.conversation_id, Side.SHOP if to_shop else Side.BUYER, ctx.now())
    about = Reference(ReferenceKind.CONVERSATION, CONVERSATION_ID.show(conversation.conversation_id))
    params = {
        "conversation": CONVERSATION_ID.show(conversation.conversation_id),
        "subject": conversation.title or conversation.reference,
    }
    template = "message.conversation_asked" if to_shop else "message.conversation_answered"
    await notify(
        tx,
        [
            (ctx, Notification(party=party, template=template, params=params, about=about))
            for party in parties
            if party != speaker.party
        ],
    )


def _refuse_haste(times: Sequence[datetime], *, now: datetime, window: timedelta, most: int) -> None:
    wait_s = rules.wait_s(times, now=now, window=window, most=most)
    if wait_s is not None:
        raise TooManyMessages(retry_after_s=wait_s)


async def set_state(ctx: Ctx, *, conversation_id: ConversationId, state: ConversationState) -> Conversation:
    """Close, block or open a conversation; see `message.api`."""
    async with ctx.transaction() as tx:
        _, side = await admitted_to(tx, ctx, conversation_id)
        found = await locked(tx, conversation_id)
        found = await move(tx, ctx, found, state, by=_mover(ctx, side, found))
    return seen_by(side, found)


def _mover(ctx: Ctx, side: Side, found: StoredConversation) -> Side:
    """Return who moves a conversation: what the platform blocked, only the platform opens."""
    if found.blocked_by is Side.PLATFORM and ctx.may(MODERATE):
        return Side.PLATFORM
    return side


async def move(
    tx: Transaction, ctx: Ctx, found: StoredConversation, state: ConversationState, *, by: Side
) -> StoredConversation:
    """Bring a locked conversation to a state; nothing happens when it is there. Raises `StateUnchangeable`."""
    if found.state is state:
        return found
    if not rules.may_move(found.state, state, by=by, blocked_by=found.blocked_by):
        raise StateUnchangeable(state=found.state.value, wanted=state.value, blocked_by=found.blocked_by)
    moved = await store.set_state(
        tx, found.conversation_id, state, blocked_by=by if state is ConversationState.BLOCKED else None
    )
    tx.emit(ctx, ConversationMoved(conversation=found.conversation_id, state=state, by=by))
    return moved


async def block(tx: Transaction, ctx: Ctx, found: StoredConversation) -> None:
    """End a locked conversation for both sides; a block by one of them becomes the platform's."""
    if found.blocked_by is Side.PLATFORM:
        return
    blocked = ConversationState.BLOCKED
    await store.set_state(tx, found.conversation_id, blocked, blocked_by=Side.PLATFORM)
    tx.emit(ctx, ConversationMoved(conversation=found.conversation_id, state=blocked, by=Side.PLATFORM))
