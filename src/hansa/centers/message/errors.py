"""What the center refuses, each with a stable code."""

from __future__ import annotations

from hansa.kernel.problem import Problem


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


class MailNotTaken(Problem):
    """The mail server did not take a mail this time; it is tried again. `reason` is the server's answer."""

    code = "message.mail_not_taken"
    status = 503
    title = "The mail server did not take the mail"
