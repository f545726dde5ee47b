"""What a server's refusal says about an address, and when to try again."""

from __future__ import annotations

import enum
import hashlib
import re
from datetime import timedelta
from uuid import UUID

REFUSALS_MAX = 3
"""So many mails in a row refused for good, without one taken between them, and no more is sent there."""

_PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480, 720, 1440, 1440, 1440)
)
"""RFC 5321, 4.5.4.1: try soon at first, then every half hour or more, and give up after four or five days."""

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_GONE = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""RFC 3463, RFC 7505: no such mailbox or domain, no address at all, moved without a trace, disabled."""
_POLICY = ("5.6.", "5.7.")
"""About what the mail says or who sends it, not about who gets it."""


class Judgement(enum.Enum):
    """What an answer says about the address."""

    NOTHING = "nothing"
    REFUSED = "refused"
    GONE = "gone"


def enhanced_code(message: str) -> str:
    """Return the enhanced status code (RFC 2034) that an answer begins with; empty when there is none."""
    found = _ENHANCED.match(message)
    return found[1] if found else ""


def judge(code: int, enhanced: str, *, at_recipient: bool) -> Judgement:
    """Judge an answer. Without an enhanced code, only a refusal of the recipient is one of the address."""
    if code < 500 or enhanced.startswith(_POLICY):
        return Judgement.NOTHING
    if enhanced in _GONE:
        return Judgement.GONE
    if enhanced.startswith(("5.1.", "5.2.")) or (at_recipient and not enhanced):
        return Judgement.REFUSED
    return Judgement.NOTHING


def suppresses(judgement: Judgement, refusals: int) -> bool:
    """Tell whether an address is given up, after so many refusals in a row."""
    return judgement is Judgement.GONE or refusals >= REFUSALS_MAX


def pause_after(attempts: int, notification_id: UUID) -> timedelta | None:
    """Return how long to wait after so many attempts; None when it is time to give up.

    Mails that one outage held back come apart: each waits up to a tenth more or less, always the same.
    """
    if attempts > len(_PAUSES):
        return None
    return _PAUSES[attempts - 1] * (0.9 + notification_id.int % 1000 / 5000)


def fingerprint(party_id: UUID, address: str) -> bytes:
    """Return what tells a party's address from its next one, and tells nobody the address."""
    return hashlib.sha256(party_id.bytes + address.lower().encode()).digest()
