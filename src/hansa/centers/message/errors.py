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


class SubjectUnknown(NotFound):
    """There is nothing of this id to speak of, or it is not the caller's to speak of; both look the same."""

    code = "message.subject_unknown"
    title = "There is nothing here to speak of"


class ConversationNotFound(NotFound):
    """There is no such conversation, or the caller is on neither side of it; both look the same."""

    code = "message.conversation_not_found"
    title = "There is no such conversation"


class ConversationClosed(Problem):
    """Nobody writes in a conversation that is closed or blocked; `state` and `blocked_by` say which."""

    code = "message.conversation_closed"
    status = 409
    title = "This conversation is closed"


class StateUnchangeable(Problem):
    """The conversation's state does not lead to the one asked for, or not for this side: who blocked it lifts it."""

    code = "message.state_unchangeable"
    status = 409
    title = "The conversation cannot be brought into this state"


class AnsweredMeanwhile(Problem):
    """Somebody of the same side wrote since the last message that was seen; `number` is the latest."""

    code = "message.answered_meanwhile"
    status = 409
    title = "Somebody answered in the meantime"


class MessageRefused(Problem):
    """The business does not let this be said; `reason` says why."""

    code = "message.refused"
    status = 422
    title = "This message cannot be sent"


class TooManyUnsaid(Problem):
    """So many pictures as somebody may have that no message shows, `pictures_max`, are there already."""

    code = "message.too_many_pictures"
    status = 409
    title = "Please send the pictures that you uploaded before, first"


class TooManyMessages(Problem):
    """Too many messages in a short time; after `retry_after_s` the next one may be sent."""

    code = "message.too_many"
    status = 429
    title = "Too many messages in a short time, please wait a moment"

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__("", retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class ReportNotFound(NotFound):
    """There is no such report."""

    code = "message.report_not_found"
    title = "There is no such report"


class ReportResolved(Problem):
    """The report was resolved already, in another way; `resolution` says how."""

    code = "message.report_resolved"
    status = 409
    title = "This report has been dealt with already"


class TemplateUnknown(NotFound):
    """No center tells a notification of this name, or it has no words in this language."""

    code = "message.template_unknown"
    title = "There is no such template"


class TemplateChangedSince(Problem):
    """Somebody published another version than the one this is based on; `version` is the present one."""

    code = "message.template_changed_since"
    status = 409
    title = "Somebody changed these words in the meantime"
