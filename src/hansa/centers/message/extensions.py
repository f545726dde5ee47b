"""The questions the center asks: in which words, through which channels, and who may speak of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from hansa.centers.message.types import Channel, ConversationSubject, Draft, Reference, Template, Topic
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError, Veto


class FindTemplate(Protocol):
    """Return the words of a notification in one language, or None to leave them to others.

    A center answers for its own notifications (`trade.order_paid`) by `message.api.Templates`; a business
    answers first, and so says it in its own words. Asked for the reader's language (`zh-Hans`, then `zh`),
    then the business's languages, then English.
    """

    def __call__(self, ctx: Ctx, name: str, language: str) -> Template | None: ...


class ChooseChannels(Protocol):
    """Return the channels of a notification, or None to leave the choice to others."""

    def __call__(self, ctx: Ctx, template: str) -> Sequence[Channel] | None: ...


class NameTopics(Protocol):
    """Name the kinds of notifications that people choose by, each with the templates that belong to it.

    Everybody is asked, a business before the centers, and the first topic that has a template is its topic;
    what nobody names belongs to `other`. The topic says which channels cannot be switched off.
    """

    def __call__(self, ctx: Ctx) -> Sequence[Topic]: ...


class FindSubject(Protocol):
    """Return what an id is about that buyer and seller speak of (`ord_...`, `prod_...`), or None when it is none of yours.

    The answer is of the business and traffic of `ctx`, and says which shop it belongs to and who its buyer
    is. It does not depend on who asks: message lets nobody speak who is neither.
    """

    async def __call__(self, ctx: Ctx, reference: str) -> ConversationSubject | None: ...


class FindDesk(Protocol):
    """Return the parties to tell when somebody writes to a shop: those who may answer for it; None for no idea."""

    async def __call__(self, ctx: Ctx, shop_id: UUID) -> Sequence[UUID] | None: ...


class FindWayBack(Protocol):
    """Return an address that shows a party without an account what a mail is about; None for no such way.

    Asked when the mail is written, so the address stands in the mail alone; written again it is the same.
    """

    async def __call__(self, ctx: Ctx, party_id: UUID, about: Reference) -> str | None: ...


class Moderate(Protocol):
    """Say why something may not be said in a conversation, or None when it may.

    Asked before every message, outside any transaction. While it does not answer, messages go through.
    """

    async def __call__(self, ctx: Ctx, draft: Draft) -> Veto | None: ...


@dataclass(frozen=True, slots=True)
class PicturesGone:
    """Pictures that people showed each other, and that nobody has any more."""

    ctx: Ctx
    media: tuple[UUID, ...]


class LetPicturesGo(Protocol):
    """Remove the bytes of pictures that were kept for conversations."""

    async def __call__(self, tx: Transaction, commands: Sequence[PicturesGone]) -> Sequence[None]: ...


def no_words(ctx: Ctx, name: str, language: str) -> Template | None:  # noqa: ARG001 - the point's signature
    """Have no words for anything."""
    return None


def app_and_mail(ctx: Ctx, template: str) -> Sequence[Channel]:  # noqa: ARG001 - the point's signature
    """Tell everything in the app and by mail."""
    return (Channel.IN_APP, Channel.EMAIL)


def no_topics(ctx: Ctx) -> Sequence[Topic]:  # noqa: ARG001 - the point's signature
    """Name none: everything belongs to `other`."""
    return ()


async def no_subject(ctx: Ctx, reference: str) -> ConversationSubject | None:  # noqa: ARG001 - the point's signature
    """Know nothing to speak of."""
    return None


async def nobody(ctx: Ctx, shop_id: UUID) -> Sequence[UUID] | None:  # noqa: ARG001 - the point's signature
    """Know nobody who answers; the shop sees what is unread when it looks."""
    return ()


async def no_way_back(ctx: Ctx, party_id: UUID, about: Reference) -> str | None:  # noqa: ARG001 - the point's signature
    """Know no way: who has an account finds it there."""
    return None


async def anything(ctx: Ctx, draft: Draft) -> Veto | None:  # noqa: ARG001 - the point's signature
    """Let everything be said."""
    return None


async def none_kept(
    tx: Transaction,  # noqa: ARG001 - the point's signature
    commands: Sequence[PicturesGone],
) -> Sequence[None]:
    """Keep no pictures."""
    return [None for _ in commands]


TEMPLATE = ExtensionPoint[FindTemplate](
    "message.template",
    version=1,
    mode=Mode.FIRST,
    effects=Effects.PURE,
    budget_ms=5,
    on_error=OnError.PARENT,
    default=no_words,
)
CHANNELS = ExtensionPoint[ChooseChannels](
    "message.channels",
    version=1,
    mode=Mode.FIRST,
    effects=Effects.PURE,
    budget_ms=5,
    on_error=OnError.PARENT,
    default=app_and_mail,
)
TOPICS = ExtensionPoint[NameTopics](
    "message.topics",
    version=1,
    mode=Mode.ALL,
    effects=Effects.PURE,
    budget_ms=5,
    on_error=OnError.OPEN,
    default=no_topics,
)
SUBJECT = ExtensionPoint[FindSubject](
    "message.subject",
    version=1,
    mode=Mode.FIRST,
    effects=Effects.IO,
    budget_ms=100,
    on_error=OnError.CLOSED,
    default=no_subject,
)
DESK = ExtensionPoint[FindDesk](
    "message.desk",
    version=1,
    mode=Mode.FIRST,
    effects=Effects.IO,
    budget_ms=100,
    on_error=OnError.PARENT,
    default=nobody,
)
WAY_BACK = ExtensionPoint[FindWayBack](
    "message.way_back",
    version=1,
    mode=Mode.FIRST,
    effects=Effects.IO,
    budget_ms=100,
    on_error=OnError.PARENT,
    default=no_way_back,
)
MODERATION = ExtensionPoint[Moderate](
    "message.moderation",
    version=1,
    mode=Mode.VETO,
    effects=Effects.IO,
    budget_ms=500,
    on_error=OnError.OPEN,
    default=anything,
)

PICTURES_GONE = ExtensionPoint[LetPicturesGo](
    "message.pictures_gone",
    version=1,
    mode=Mode.ONE,
    effects=Effects.TX,
    budget_ms=1_000,
    on_error=OnError.CLOSED,
    default=none_kept,
)

POINTS = (TEMPLATE, CHANNELS, TOPICS, SUBJECT, DESK, WAY_BACK, MODERATION, PICTURES_GONE)
