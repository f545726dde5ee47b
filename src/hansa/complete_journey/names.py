"""Ids and codes derived from the dataset's own numbers, so that everything is found again."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from hansa.centers.ledger.types import uuid8
from hansa.centers.trade.types import CheckoutId
from hansa.centers.user.types import PartyId

CATALOGUE = "complete-journey"
"""The slug of the shop that keeps the catalogue's texts: the chain's head office. It sells nothing itself."""


def household(number: int) -> PartyId:
    """Return the party of a household."""
    return PartyId(uuid8(b"complete-journey.household", number.to_bytes(8, "big")))


def checkout(basket: int, at: datetime) -> CheckoutId:
    """Return the checkout of a basket: a UUIDv7 of its moment, whose other bits are the basket's.

    It is what makes a replay repeatable: trade takes a checkout once, whatever process brings it.
    """
    stamp = int(at.timestamp() * 1000)
    rest = int.from_bytes(
        blake2b(basket.to_bytes(8, "big"), digest_size=10, person=b"basket").digest(), "big"
    )
    value = stamp << 80 | 0x7 << 76 | (rest >> 62 & 0xFFF) << 64 | 0x2 << 62 | rest & 0x3FFF_FFFF_FFFF_FFFF
    return CheckoutId(UUID(int=value))


def store(number: int) -> str:
    """Return the slug of a store."""
    return f"store-{number}"


def product(number: int) -> str:
    """Return the code of a product, and of its one variant."""
    return str(number)
