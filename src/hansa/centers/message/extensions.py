"""The questions the center asks: in which words, and through which channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hansa.centers.message.types import Channel, Template, Topic
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError


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


def no_words(ctx: Ctx, name: str, language: str) -> Template | None:  # noqa: ARG001 - the point's signature
    """Have no words for anything."""
    return None


def app_and_mail(ctx: Ctx, template: str) -> Sequence[Channel]:  # noqa: ARG001 - the point's signature
    """Tell everything in the app and by mail."""
    return (Channel.IN_APP, Channel.EMAIL)


def no_topics(ctx: Ctx) -> Sequence[Topic]:  # noqa: ARG001 - the point's signature
    """Name none: everything belongs to `other`."""
    return ()


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

POINTS = (TEMPLATE, CHANNELS, TOPICS)
