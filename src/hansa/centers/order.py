"""The order of the centers, and with it the global lock order: ranks rise from below to above, 100 places each.

A center numbers its own tables from its base: `STOCK_RANK = rank_base("inventory") + 1`. The generation's row
is read and never locked; deadlines and idempotency keys come after everything else, keys last
(docs/adr/0004-transactions-and-the-lane.md).
"""

from __future__ import annotations

ORDER = (
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
    "interconnect",
)


def rank_base(center: str) -> int:
    """Return the first rank of a center's tables. Raises `ValueError` for a center not in the order."""
    return (ORDER.index(center) + 1) * 100
