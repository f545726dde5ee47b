"""What a party wants to be told, and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.message._rules.choosing import distinct, wanted
from hansa.centers.message._rules.quiet import quiet_errors
from hansa.centers.message._service.standing import current_standing
from hansa.centers.message._service.unsubscribing import everybody_that_is, topic_named
from hansa.centers.message._store import preferences as store
from hansa.centers.message._store.preferences import Wishes
from hansa.centers.message.errors import PreferenceFixed
from hansa.centers.message.extensions import TOPICS
from hansa.centers.message.types import Channel, Choice, Preferences, QuietHours, Topic, TopicChoices
from hansa.centers.user.extensions import GuestMerge
from hansa.kernel.context import Ctx
from hansa.kernel.problem import Invalid
from hansa.kernel.texts import pick

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

OWN_TOPICS = (
    Topic(
        name="account",
        titles={"en": "Your account and its safety", "zh": "账户与安全"},
        templates=("message.welcome", "message.account_*", "message.sign_up_*"),
        mandatory=(Channel.EMAIL,),
    ),
    Topic(
        name="conversations",
        titles={"en": "Conversations with buyers and sellers", "zh": "买家与卖家的聊天"},
        templates=("message.conversation_*",),
    ),
    Topic(
        name="mail_standing",
        titles={"en": "When mail does not reach you", "zh": "邮件无法送达的提醒"},
        templates=("message.address_*",),
        channels=(Channel.IN_APP,),
        mandatory=(Channel.IN_APP,),
    ),
)


def own_topics(ctx: Ctx) -> Sequence[Topic]:  # noqa: ARG001 - the point's signature
    """Answer `message.topics` for what this center itself tells."""
    return OWN_TOPICS


async def preferences(ctx: Ctx) -> Preferences:
    """Read what the acting party chose; see `message.api`."""
    party = ctx.party()
    async with ctx.transaction() as tx:
        place = (party, ctx.business, ctx.traffic.value)
        wishes = (await store.read_wishes(tx, [place]))[place]
        standing = await current_standing(tx, party)
    return Preferences(
        topics=tuple(_choices(ctx, topic, wishes) for topic in distinct(TOPICS.of(ctx)(ctx))),
        quiet_hours=wishes.quiet,
        mail_suppressed=standing is not None and standing.suppressed_at is not None,
    )


def _choices(ctx: Ctx, topic: Topic, wishes: Wishes) -> TopicChoices:
    chosen = wishes.chosen.get(topic.name, {})
    return TopicChoices(
        topic=topic.name,
        title=pick(topic.titles, ctx.locale),
        choices=tuple(
            Choice(channel=channel, enabled=wanted(topic, channel, chosen), fixed=channel in topic.mandatory)
            for channel in topic.channels
        ),
    )


async def choose(ctx: Ctx, *, topic: str, channel: Channel, enabled: bool) -> None:
    """Switch a channel of a topic on or off for the acting party; see `message.api`."""
    party = ctx.party()
    if channel in topic_named(ctx, topic, channel).mandatory and not enabled:
        raise PreferenceFixed(topic=topic, channel=channel.value)
    async with ctx.transaction() as tx:
        await store.put_preference(
            tx,
            party_ids=await everybody_that_is(tx, party),
            business=ctx.business,
            traffic=ctx.traffic,
            topic=topic,
            channel=channel,
            enabled=enabled,
            now=ctx.now(),
        )


async def set_quiet_hours(ctx: Ctx, quiet: QuietHours | None) -> None:
    """Say when the acting party wants quiet, or that it never does; see `message.api`."""
    party = ctx.party()
    if quiet is not None and (errors := quiet_errors(quiet)):
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        party_ids = await everybody_that_is(tx, party)
        if quiet is None:
            await store.drop_quiet_hours(tx, party_ids=party_ids, business=ctx.business, traffic=ctx.traffic)
        else:
            await store.put_quiet_hours(
                tx, party_ids=party_ids, business=ctx.business, traffic=ctx.traffic, quiet=quiet
            )


async def follow_party(tx: Transaction, commands: Sequence[GuestMerge]) -> list[tuple[str, ...]]:
    """Answer `user.merge_guest`: what is told to the guest is told as the party wants it."""
    await store.follow_parties(
        tx, guests=[merge.guest for merge in commands], parties=[merge.party for merge in commands]
    )
    return [("message.preference",) for _ in commands]
