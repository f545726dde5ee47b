"""What payment refuses."""

from __future__ import annotations

from hansa.kernel.problem import NotFound, Problem


class PaymentNotFound(NotFound):
    """There is no such payment, or it is not the caller's."""

    code = "payment.not_found"
    title = "There is no such payment"


class PaymentMalformed(Problem):
    """A payment cannot be what was given: `reason` names amount, shares or currency."""

    code = "payment.malformed"
    status = 422
    title = "This cannot be paid"


class PaymentClosed(Problem):
    """The payment was closed, or its time is over; place the order again."""

    code = "payment.closed"
    status = 409
    title = "This payment is closed"


class AlreadyCaptured(Problem):
    """The payment is captured already; nothing more is charged."""

    code = "payment.already_captured"
    status = 409
    title = "This is already paid"


class PaymentLate(Problem):
    """The money came after the payment was closed: it is to be taken as unexpected, and goes back."""

    code = "payment.late"
    status = 409
    title = "The payment came after closing; the money goes back"


class PaymentSurplus(Problem):
    """The payment was captured with another attempt: this money is unexpected, and goes back."""

    code = "payment.surplus"
    status = 409
    title = "This was paid twice; the second payment goes back"


class AmountMismatch(Problem):
    """The provider reports another amount or currency than the server asked for; somebody has to look."""

    code = "payment.amount_mismatch"
    status = 409
    title = "The provider reports another amount than was asked for"


class NotSucceeded(Problem):
    """The facts do not say that the provider has the money, or name an attempt that does not exist."""

    code = "payment.not_succeeded"
    status = 409
    title = "The provider has not reported this money"


class RefundNotFound(NotFound):
    """There is no such refund in this business and traffic."""

    code = "payment.refund_not_found"
    title = "There is no such refund"


class RefundNotRefused(Problem):
    """Nothing of this refund was refused: there is nothing to give back by hand."""

    code = "payment.refund_not_refused"
    status = 409
    title = "The provider has not refused this refund"


class RefundReturned(Problem):
    """What was refused of this refund was given back by hand before, under another reference."""

    code = "payment.refund_returned"
    status = 409
    title = "This was given back already"


class NoProvider(Problem):
    """No provider serves this business and traffic class."""

    code = "payment.no_provider"
    status = 503
    title = "Paying is not possible here just now"


class ProviderForbidden(Problem):
    """The provider and the traffic class do not belong together: sandbox with live, or live with anything else."""

    code = "payment.provider_forbidden"
    status = 500
    title = "This provider may not serve this traffic"


class CardNotTestable(Problem):
    """The sandbox takes its test cards only; the number is not repeated here on purpose."""

    code = "payment.card_not_testable"
    status = 422
    title = "The sandbox takes test cards only"


class SourcesMalformed(Problem):
    """The sources do not make up the amount; `reason` says whether their number, a part or the sum is wrong."""

    code = "payment.sources_malformed"
    status = 422
    title = "These sources do not add up to what is to be paid"


class RefundConflict(Problem):
    """A refund with this id was asked for before and says something else."""

    code = "payment.refund_conflict"
    status = 409
    title = "Another refund was asked for under this id"


class RefundTooLarge(Problem):
    """More than what is left of what was captured; `left_minor` is what is."""

    code = "payment.refund_too_large"
    status = 409
    title = "There is not that much left to refund"


class OddAmountNotFound(NotFound):
    """The provider reported no other amount for this payment under this event."""

    code = "payment.odd_amount_not_found"
    title = "There is no such report of another amount"


class OddAmountSettled(Problem):
    """Somebody has accounted for this report before, under another `reference`."""

    code = "payment.odd_amount_settled"
    status = 409
    title = "This was accounted for already"


class WebhookRefused(Problem):
    """A callback is not from the provider, is too old, or cannot be read."""

    code = "payment.webhook_refused"
    status = 401
    title = "This callback is not the provider's"


class ProviderUnknown(NotFound):
    """There is no provider of this name here."""

    code = "payment.provider_unknown"
    title = "There is no such provider"


class StatementUnreadable(Problem):
    """A provider's statement cannot be read: `line` says where, `reason` what is wrong there."""

    code = "payment.statement_unreadable"
    status = 502
    title = "The provider's statement cannot be read"


class StatementConflict(Problem):
    """A row of this statement was imported before and said something else; `row` names the first."""

    code = "payment.statement_conflict"
    status = 409
    title = "This statement was imported with other rows"


class StatementNotFound(NotFound):
    """This provider's statement of this day was not imported."""

    code = "payment.statement_not_found"
    title = "There is no such statement"


class DayNotOver(Problem):
    """A day is reconciled when it is over (UTC): until then either side may still move money."""

    code = "payment.day_not_over"
    status = 409
    title = "This day is not over"


class StatementUnavailable(Problem):
    """The provider does not give its statement just now; ask again later."""

    code = "payment.statement_unavailable"
    status = 503
    title = "The provider does not give its statement just now"


class ProvidersBroken(Problem):
    """Packages that bring payment providers do not load; nothing is served before that is mended. `packages` says why."""

    code = "payment.providers_broken"
    status = 500
    title = "A payment provider does not load"
