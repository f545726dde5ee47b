"""What people are told can be chosen: nothing that a center says falls to the topic of everything else."""

from hansa.centers.message.api import Templates
from hansa.centers.message.extensions import TEMPLATE, TOPICS
from hansa.centers.message.types import Channel


def words_of(house):
    """The names of everything that centers have words for, but for the mailed links, which are no notifications."""
    return {
        name
        for center in house.platform.centers
        for answer in center.answers
        if answer.point is TEMPLATE and isinstance(answer.fn, Templates)
        for name, _ in answer.fn.names()
        if not name.startswith("message.proof_")
    }


def has(topic, template):
    return any(
        template == one or (one[-1] == "*" and template.startswith(one[:-1])) for one in topic.templates
    )


async def test_everything_that_is_told_belongs_to_a_topic_with_a_name(house):
    topics = TOPICS.of(house.system)(house.system)

    told = words_of(house)

    assert {"trade.order_shipped", "review.reply", "interconnect.endpoint_disabled"} <= told
    assert [name for name in sorted(told) if not any(has(topic, name) for topic in topics)] == []
    assert all({"en", "zh"} <= set(topic.titles) for topic in topics)
    assert {topic.name for topic in topics if Channel.EMAIL in topic.mandatory} == {"account"}
