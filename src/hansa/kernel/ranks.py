"""The global lock order. Ranks rise from below to above in the order of the centers; 100 places each.

A center numbers its own tables from its base: `STOCK_RANK = base("inventory") + 1`. The kernel's own
rows (generation, idempotency keys) come first, at rank 0.
"""

from __future__ import annotations

CENTER_ORDER = (
    "user",
    "message",
    "shop",
    "place",
    "product",
    "inventory",
    "ledger",
    "payment",
    "marketing",
    "trade",
    "review",
    "search",
)
PLAYS_BASE = (len(CENTER_ORDER) + 1) * 100


def base(center: str) -> int:
    """Return the first rank of a center's tables. Raises `ValueError` for a center not in the order."""
    return (CENTER_ORDER.index(center) + 1) * 100
