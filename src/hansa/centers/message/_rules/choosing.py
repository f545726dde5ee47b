"""Through which channels a notification leaves: what its topic allows, what the business uses, what the party chose."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from hansa.centers.message.types import Channel, Topic

OTHER = Topic(
    name="other",
    titles={"en": "Everything else", "zh": "其他消息"},
    templates=("*",),
)
"""The topic of what nobody names."""


def topic_of(template: str, topics: Sequence[Topic]) -> Topic:
    """Return the first topic that has the template, or `OTHER`."""
    return next((topic for topic in topics if any(_has(name, template) for name in topic.templates)), OTHER)


def distinct(topics: Sequence[Topic]) -> list[Topic]:
    """Return the topics as people see them: of one name only the first, and `OTHER` last."""
    named = {topic.name: topic for topic in reversed((*topics, OTHER))}
    return [topic for name, topic in reversed(named.items()) if name != OTHER.name] + [named[OTHER.name]]


def wanted(topic: Topic, channel: Channel, chosen: Mapping[Channel, bool]) -> bool:
    """Tell whether a topic reaches its party through a channel."""
    if channel in topic.mandatory:
        return True
    return chosen.get(channel, channel not in topic.off_at_first)


def channels_for(
    topic: Topic, offered: Collection[Channel], chosen: Mapping[Channel, bool]
) -> tuple[list[Channel], list[Channel]]:
    """Return the channels a notification takes, and those it would have taken but for the party's choice.

    A mandatory channel is taken even where the business does not offer it.
    """
    usable = [channel for channel in topic.channels if channel in topic.mandatory or channel in offered]
    taken = [channel for channel in usable if wanted(topic, channel, chosen)]
    return taken, [channel for channel in usable if channel not in taken]


def _has(name: str, template: str) -> bool:
    return template.startswith(name[:-1]) if name.endswith("*") else template == name
