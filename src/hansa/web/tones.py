"""How a state looks: one map from state to tone, icon and word, for every face.

Colour never speaks alone: a state is always icon, word and colour together.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec

from hansa.web.i18n import N_


class Tone(StrEnum):
    """What a colour says. `final` is the cinnabar seal and belongs to the last good state alone."""

    PLAIN = "plain"
    OK = "ok"
    WARN = "warn"
    INFO = "info"
    FINAL = "final"


class Look(msgspec.Struct, frozen=True):
    """Tone, icon (a symbol of the sprite) and word (an English msgid) of one state."""

    tone: Tone
    icon: str
    word: str


STATES: Mapping[str, Look] = MappingProxyType(
    {
        # orders, their parts and their parcels
        "awaiting_payment": Look(Tone.WARN, "clock", N_("Awaiting payment")),
        "payment_pending": Look(Tone.INFO, "hourglass", N_("Payment being confirmed")),
        "paid_on_hold": Look(Tone.INFO, "hourglass", N_("Paid, waiting to start")),
        "deposit_unpaid": Look(Tone.WARN, "clock", N_("Awaiting the deposit")),
        "deposit_paid": Look(Tone.OK, "check", N_("Deposit paid")),
        "balance_due": Look(Tone.WARN, "clock", N_("The balance is due")),
        "fully_paid": Look(Tone.INFO, "hourglass", N_("Paid, waiting to start")),
        "paid": Look(Tone.OK, "check", N_("Paid")),
        "awaiting_shipment": Look(Tone.OK, "package", N_("Paid, being packed")),
        "packing": Look(Tone.INFO, "package-open", N_("Being packed")),
        "partly_shipped": Look(Tone.INFO, "truck", N_("Partly on the way")),
        "shipped": Look(Tone.INFO, "truck", N_("On the way")),
        "ready": Look(Tone.INFO, "store", N_("Ready to collect")),
        "delivered": Look(Tone.FINAL, "package-check", N_("Delivered")),
        "signed": Look(Tone.FINAL, "package-check", N_("Delivered")),
        "finished": Look(Tone.FINAL, "badge-check", N_("Completed")),
        "closed": Look(Tone.PLAIN, "ban", N_("Closed")),
        "cancelled": Look(Tone.PLAIN, "ban", N_("Cancelled")),
        "returning": Look(Tone.INFO, "rotate-ccw", N_("Coming back")),
        "disputed": Look(Tone.WARN, "message-square", N_("In dispute")),
        "in_review": Look(Tone.WARN, "triangle-alert", N_("Under review")),
        # payments, attempts and refunds
        "created": Look(Tone.WARN, "clock", N_("Awaiting payment")),
        "started": Look(Tone.INFO, "hourglass", N_("Being confirmed")),
        "pending": Look(Tone.INFO, "hourglass", N_("Being confirmed")),
        "authorised": Look(Tone.INFO, "shield-check", N_("Authorised")),
        "captured": Look(Tone.OK, "check", N_("Paid")),
        "succeeded": Look(Tone.OK, "check", N_("Successful")),
        "declined": Look(Tone.WARN, "circle-alert", N_("Declined")),
        "abandoned": Look(Tone.PLAIN, "circle-x", N_("Never arrived")),
        "late": Look(Tone.WARN, "clock", N_("Arrived too late")),
        "requested": Look(Tone.INFO, "undo-2", N_("Refund on its way")),
        "refunding": Look(Tone.INFO, "undo-2", N_("Refund on its way")),
        "refused": Look(Tone.WARN, "circle-alert", N_("Refused")),
        "refunded": Look(Tone.PLAIN, "undo-2", N_("Refunded")),
        "part_refunded": Look(Tone.PLAIN, "undo-2", N_("Partly refunded")),
        # stock, offers and shops
        "to_send": Look(Tone.WARN, "package", N_("To send")),
        "on_sale": Look(Tone.OK, "check", N_("On sale")),
        "in_stock": Look(Tone.OK, "check", N_("In stock")),
        "low_stock": Look(Tone.WARN, "box", N_("Almost gone")),
        "counting": Look(Tone.INFO, "clock", N_("Being counted")),
        "recalled": Look(Tone.PLAIN, "undo-2", N_("Called back")),
        "posted": Look(Tone.OK, "check", N_("Posted")),
        "sold_out": Look(Tone.PLAIN, "package-x", N_("Sold out")),
        "active": Look(Tone.OK, "check", N_("Active")),
        "withdrawn": Look(Tone.PLAIN, "minus", N_("Withdrawn")),
        "suspended": Look(Tone.WARN, "ban", N_("Suspended")),
        # accounts
        "merged": Look(Tone.PLAIN, "users", N_("Part of another account")),
        "erased": Look(Tone.PLAIN, "minus", N_("Forgotten")),
        # drafts, lines, shops on their way, products, imports
        "open": Look(Tone.INFO, "clock", N_("Still open")),
        "accepted": Look(Tone.OK, "check", N_("Accepted")),
        "expired": Look(Tone.PLAIN, "clock", N_("Expired")),
        "received": Look(Tone.OK, "check", N_("Received")),
        "waiting": Look(Tone.INFO, "hourglass", N_("Waiting")),
        "released": Look(Tone.PLAIN, "minus", N_("Released")),
        "releasing": Look(Tone.INFO, "hourglass", N_("Being released")),
        "voided": Look(Tone.PLAIN, "circle-x", N_("Voided")),
        "onboarding": Look(Tone.INFO, "hourglass", N_("Being set up")),
        "ready_for_review": Look(Tone.INFO, "clock", N_("In review")),
        "approved": Look(Tone.OK, "check", N_("Approved")),
        "rejected": Look(Tone.WARN, "circle-alert", N_("Rejected")),
        "closing": Look(Tone.WARN, "clock", N_("Closing")),
        "draft": Look(Tone.PLAIN, "minus", N_("Draft")),
        "held": Look(Tone.INFO, "hourglass", N_("Being looked at")),
        "hidden": Look(Tone.INFO, "hourglass", N_("Not shown yet")),
        "published": Look(Tone.OK, "check", N_("Published")),
        "archived": Look(Tone.PLAIN, "minus", N_("Archived")),
        "confirmed": Look(Tone.OK, "check", N_("Confirmed")),
        "receiving": Look(Tone.INFO, "hourglass", N_("Being received")),
        "reading": Look(Tone.INFO, "hourglass", N_("Being read")),
        "writing": Look(Tone.INFO, "hourglass", N_("Being written")),
        "flipped": Look(Tone.OK, "check", N_("In force")),
        "done": Look(Tone.OK, "check", N_("Done")),
        # conversations and places
        "blocked": Look(Tone.WARN, "ban", N_("Blocked")),
        "in_use": Look(Tone.OK, "check", N_("In use")),
        "paused": Look(Tone.WARN, "clock", N_("Paused")),
        "given_up": Look(Tone.PLAIN, "minus", N_("Given up")),
        # price lists
        "coming": Look(Tone.INFO, "clock", N_("Coming")),
        "in_force": Look(Tone.OK, "check", N_("In force")),
        "over": Look(Tone.PLAIN, "minus", N_("Ended")),
        # webhooks
        "due": Look(Tone.INFO, "clock", N_("About to be sent")),
        "arrived": Look(Tone.OK, "check", N_("Arrived")),
        "failed": Look(Tone.WARN, "circle-alert", N_("Failed")),
        "skipped": Look(Tone.PLAIN, "minus", N_("Not sent")),
        "disabled": Look(Tone.WARN, "ban", N_("Switched off")),
        # the installation
        "healthy": Look(Tone.OK, "check", N_("All healthy")),
        "degraded": Look(Tone.WARN, "triangle-alert", N_("Something needs attention")),
    }
)

# Icons of notices, by tone.
NOTICE_ICONS: Mapping[str, str] = MappingProxyType(
    {
        Tone.PLAIN: "info",
        Tone.OK: "circle-check",
        Tone.WARN: "triangle-alert",
        Tone.INFO: "info",
        Tone.FINAL: "badge-check",
    }
)


def look(state: str) -> Look:
    """The look of a state. One that is not in the map is shown plainly under its own name, never hidden."""
    known = STATES.get(state)
    return known or Look(Tone.PLAIN, "circle-help", state.replace("_", " "))
