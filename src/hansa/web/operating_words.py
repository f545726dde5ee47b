"""What the operator's desk says of refusals and things just done; `words` joins it with what others are told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hansa.web.i18n import N_

PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "shop.submission_outdated": N_("The shop was handed in anew; please read it again"),
        "review.decision_impossible": N_("There is nothing left to decide about"),
        "message.report_not_found": N_("There is no such report"),
        "message.report_resolved": N_("Somebody has dealt with this already, in another way"),
        "product.change_not_found": N_("There is no such change"),
        "payment.refund_not_found": N_("There is no such refund"),
        "payment.refund_not_refused": N_("This refund was not refused"),
        "payment.refund_returned": N_("This was given back already, under another reference"),
        "payment.refund_too_large": N_("Another refund has taken its place meanwhile"),
        "payment.odd_amount_not_found": N_("There is no such report of another amount"),
        "payment.odd_amount_settled": N_("Somebody has accounted for this already, in other words"),
        "user.last_operator": N_("This is the last operator; make somebody else one first"),
        "ledger.balance_differs": N_("This has changed in the meantime; please look at the amount again"),
        "ledger.insufficient_balance": N_("Some of what it earned is put by"),
    }
)

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "email.nobody": N_("Nobody logs in with this address"),
        "reason.required": N_("Please say why"),
        "reason.why": N_("Please choose why it is refused"),
        "finding.length": N_("Please say what it was: at most 200 characters"),
        "finding.required": N_("Please say what it was: at most 200 characters"),
        "finding.too_long": N_("Please say what it was: at most 200 characters"),
        "reference.length": N_("Please say how: at most 200 characters"),
        "reference.required": N_("Please say how: at most 200 characters"),
    }
)

TOLD: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "let_in": (N_("The shop is let in, and knows it."), "ok"),
        "asked_back": (N_("The shop is asked back, and knows why."), "info"),
        "refused": (N_("The shop is refused, and knows why."), "info"),
        "stopped": (N_("The shop is suspended: it makes no new sales."), "warn"),
        "lifted": (N_("The suspension is lifted: the shop sells again."), "ok"),
        "change_through": (N_("The change is through: buyers see it now."), "ok"),
        "change_declined": (N_("The change is declined, and the shop knows why."), "info"),
        "review_out": (N_("It is published."), "ok"),
        "review_refused": (N_("It is refused, and stays where nobody reads it."), "info"),
        "report_settled": (N_("The report is dealt with."), "ok"),
        "refund_returned": (N_("Noted: the money went back."), "ok"),
        "amount_settled": (N_("Noted: it is accounted for."), "ok"),
        "role_given": (N_("The role is given, and holds at once."), "ok"),
        "role_taken": (N_("The role is taken, at once."), "ok"),
        "person_suspended": (N_("The account is suspended."), "warn"),
        "person_back": (N_("The suspension is lifted: they can log in again."), "ok"),
        "shop_squared": (N_("Noted: you and the shop are even."), "ok"),
    }
)
