"""Signs that a review was made to order. Each is a hint for a moderator; alone none of them refuses anything."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from hansa.centers.review.types import Signal

AUTHOR_BURST = 10
SHOP_BURST = 100
BURST_WINDOW = timedelta(hours=1)
SAME_TEXT_WINDOW = timedelta(days=90)
QUICK_RECEIPT = timedelta(minutes=10)
FINGERPRINT_CHARACTERS_MIN = 8
"""Shorter praise is alike without any ill will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known when somebody writes a review."""

    of_the_house: bool
    """The author owns the shop or is its staff."""
    author_recent: int
    """Reviews of the same author within `BURST_WINDOW`."""
    shop_recent: int
    """Reviews of the same shop within `BURST_WINDOW`."""
    same_text: int
    """Other entries with the same words within `SAME_TEXT_WINDOW`."""
    paid_to_receipt: timedelta | None


def signals(evidence: Evidence) -> tuple[Signal, ...]:
    """Return every sign there is, the heaviest first."""
    quick = evidence.paid_to_receipt is not None and evidence.paid_to_receipt < QUICK_RECEIPT
    found = (
        (evidence.of_the_house, Signal("self_dealing", 100)),
        (evidence.same_text > 0, Signal("same_text", 50)),
        (evidence.author_recent >= AUTHOR_BURST, Signal("author_burst", 40)),
        (evidence.shop_recent >= SHOP_BURST, Signal("shop_burst", 20)),
        (quick, Signal("quick_receipt", 10)),  # goods that never travelled: brushing, or a counter sale
    )
    return tuple(signal for is_there, signal in found if is_there)


def fingerprint(body: str) -> bytes | None:
    """Return what two texts share that differ in case, width, spaces and punctuation alone; None if too short."""
    folded = unicodedata.normalize("NFKC", body).casefold()
    letters = "".join(letter for letter in folded if letter.isalnum())
    if len(letters) < FINGERPRINT_CHARACTERS_MIN:
        return None
    return hashlib.blake2b(letters.encode(), digest_size=16).digest()
