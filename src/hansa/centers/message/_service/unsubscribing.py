"""Links that end a kind of mail at one click, without logging in: signed, so that nobody makes one for others."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.message._rules.choosing import distinct, wanted
from hansa.centers.message._rules.mail import WayOut
from hansa.centers.message._store import preferences as store
from hansa.centers.message.errors import TopicUnknown
from hansa.centers.message.extensions import TOPICS
from hansa.centers.message.types import Channel, Subscription, Topic
from hansa.centers.user import api as user
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.security import Signer, TokenInvalid
from hansa.kernel.texts import pick

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

_PURPOSE = "message.unsubscribe"
_WORDS = {
    "en": "No more mail of this kind (“{topic}”):",
    "zh": "不再接收此类邮件（“{topic}”）：",
}


class _Link(msgspec.Struct, frozen=True, array_like=True):
    """What a link carries. It never expires: an old mail must still be a way out (RFC 8058, 4)."""

    party: UUID
    business: str
    traffic: Traffic
    topic: str
    channel: Channel


def way_out(ctx: Ctx, party_id: UUID, topic: Topic, locale: str) -> WayOut:
    """Return the two addresses that end mail of a topic to a party in this business, and how a mail says so."""
    link = _Link(party_id, ctx.business, ctx.traffic, topic.name, Channel.EMAIL)
    token = ctx.platform.service(Signer).sign(msgspec.json.encode(link), purpose=_PURPOSE)
    return WayOut(
        one_click=f"{ctx.platform.settings.url()}/{ctx.business}/api/unsubscribe/{token}",
        page=page_of_link(ctx, token),
        words=pick(_WORDS, locale).format(topic=pick(topic.titles, locale)),
    )


def page_of_link(ctx: Ctx, token: str) -> str:
    """Return the address where a person reads what a link is about, and ends it."""
    return f"{ctx.platform.settings.url()}/{ctx.business}/unsubscribe/{token}"


async def subscription(ctx: Ctx, *, token: str) -> Subscription:
    """Read what a link is about; see `message.api`."""
    link = _read(ctx, token)
    topic = topic_named(ctx, link.topic, link.channel)
    async with ctx.transaction() as tx:
        place = (link.party, link.business, link.traffic.value)
        wishes = (await store.read_wishes(tx, [place]))[place]
    enabled = wanted(topic, link.channel, wishes.chosen.get(topic.name, {}))
    return _subscription(ctx, link, topic, enabled=enabled)


async def unsubscribe(ctx: Ctx, *, token: str) -> Subscription:
    """End what a link is about; see `message.api`."""
    link = _read(ctx, token)
    topic = topic_named(ctx, link.topic, link.channel)
    if link.channel in topic.mandatory:  # became so since the mail was sent
        return _subscription(ctx, link, topic, enabled=True)
    async with ctx.transaction() as tx:
        await store.put_preference(
            tx,
            party_ids=await everybody_that_is(tx, link.party),
            business=link.business,
            traffic=link.traffic,
            topic=link.topic,
            channel=link.channel,
            enabled=False,
            now=ctx.now(),
        )
    return _subscription(ctx, link, topic, enabled=False)


def topic_named(ctx: Ctx, name: str, channel: Channel) -> Topic:
    """Return a topic of this business that uses a channel. Raises `TopicUnknown`."""
    for topic in distinct(TOPICS.of(ctx)(ctx)):
        if topic.name == name and channel in topic.channels:
            return topic
    raise TopicUnknown


async def everybody_that_is(tx: Transaction, party: UUID) -> list[UUID]:
    """Return a party with the guests that turned out to be it: they want the same."""
    return [party, *await user.merged_guests(tx, party)]


def _read(ctx: Ctx, token: str) -> _Link:
    payload = ctx.platform.service(Signer).verify(token, purpose=_PURPOSE, now=ctx.now())
    link = msgspec.json.decode(payload, type=_Link)
    if link.business != ctx.business:
        raise TokenInvalid
    return link


def _subscription(ctx: Ctx, link: _Link, topic: Topic, *, enabled: bool) -> Subscription:
    return Subscription(
        business=ctx.plan.business.text(ctx.locale),
        topic=topic.name,
        title=pick(topic.titles, ctx.locale),
        channel=link.channel,
        enabled=enabled,
    )
