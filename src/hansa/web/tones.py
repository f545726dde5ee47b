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
        # orders
        "awaiting_payment": Look(Tone.WARN, "clock", N_("Awaiting payment")),
        "placed": Look(Tone.WARN, "clock", N_("Awaiting payment")),
        "paid": Look(Tone.OK, "check", N_("Paid")),
        "packing": Look(Tone.INFO, "package-open", N_("Being packed")),
        "shipped": Look(Tone.INFO, "truck", N_("On the way")),
        "ready": Look(Tone.INFO, "store", N_("Ready to collect")),
        "delivered": Look(Tone.FINAL, "package-check", N_("Delivered")),
        "received": Look(Tone.FINAL, "package-check", N_("Received")),
        "completed": Look(Tone.PLAIN, "circle-check", N_("Completed")),
        "closed": Look(Tone.PLAIN, "ban", N_("Closed")),
        "cancelled": Look(Tone.PLAIN, "ban", N_("Cancelled")),
        "refunding": Look(Tone.INFO, "undo-2", N_("Refund on its way")),
        "refunded": Look(Tone.PLAIN, "undo-2", N_("Refunded")),
        "partly_refunded": Look(Tone.PLAIN, "undo-2", N_("Partly refunded")),
        "returning": Look(Tone.INFO, "rotate-ccw", N_("Coming back")),
        "disputed": Look(Tone.WARN, "message-square", N_("In dispute")),
        "in_review": Look(Tone.WARN, "triangle-alert", N_("Under review")),
        # payments
        "open": Look(Tone.WARN, "clock", N_("Awaiting payment")),
        "pending": Look(Tone.INFO, "hourglass", N_("Being confirmed")),
        "authorised": Look(Tone.INFO, "shield-check", N_("Authorised")),
        "captured": Look(Tone.OK, "check", N_("Paid")),
        "succeeded": Look(Tone.OK, "check", N_("Paid")),
        "declined": Look(Tone.WARN, "circle-alert", N_("Declined")),
        "failed": Look(Tone.WARN, "circle-alert", N_("Failed")),
        "expired": Look(Tone.PLAIN, "clock", N_("Expired")),
        # stock and offers
        "in_stock": Look(Tone.OK, "check", N_("In stock")),
        "low_stock": Look(Tone.WARN, "box", N_("Almost gone")),
        "sold_out": Look(Tone.PLAIN, "package-x", N_("Sold out")),
        "active": Look(Tone.OK, "check", N_("Active")),
        "paused": Look(Tone.PLAIN, "minus", N_("Paused")),
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
