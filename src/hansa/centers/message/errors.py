"""What the center refuses, each with a stable code."""

from __future__ import annotations

from hansa.kernel.problem import NotFound, Problem


class TemplateMissing(Problem):
    """No center and no business has words for this notification; `template` names it."""

    code = "message.template_missing"
    status = 500
    title = "There are no words for this notification"


class TemplateUnfit(Problem):
    """Template and parameters do not go together; `missing` names what the template needs and did not get."""

    code = "message.template_unfit"
    status = 500
    title = "The words of this notification need something that is not there"


class PreferenceFixed(Problem):
    """The channel of this topic cannot be switched off: what it tells is needed to keep an account safe."""

    code = "message.preference_fixed"
    status = 409
    title = "This cannot be switched off"


class TopicUnknown(NotFound):
    """There is no such topic in this business, or it does not use this channel."""

    code = "message.topic_unknown"
    title = "There is no such kind of message"


class BounceUnknown(NotFound):
    """No mail of ours has this Message-ID, or it did not get as far as to come back."""

    code = "message.bounce_unknown"
    title = "There is no such mail"
