"""Keys: everything a document can be found by, as numbers of 64 bits, so that one index answers all of it.

A key is a hash of what it stands for and of its kind. That two of the few million words of all catalogues share a
key is less likely than a failing disk; it would show a product too many, never one too few.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def word_keys(terms: Iterable[str]) -> list[int]:
    """Return the keys of terms that stand anywhere in a document."""
    return [_key("w", term) for term in terms]


def title_keys(terms: Iterable[str]) -> list[int]:
    """Return the keys of terms that stand in a title."""
    return [_key("t", term) for term in terms]


def facet_key(field: str, value: str) -> int:
    """Return the key of a facet's value."""
    return _key("f", f"{field}={value}")


IN_STOCK = "in"
"""The value of the field `stock` for what can be sold now."""


def stock_key() -> int:
    """Return the key of what can be sold now."""
    return facet_key("stock", IN_STOCK)


def _key(kind: str, text: str) -> int:
    digest = hashlib.blake2b(f"{kind}{text}".encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
