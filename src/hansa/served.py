"""The first words of the addresses that are the platform's, whichever businesses there are.

A business of such a name would hide them, since businesses are looked for first. Named here and not gathered from the
routes, so that who compiles a plan needs no routes; a test holds the list against them.
"""

from __future__ import annotations

ANSWERED = frozenset({
    "about", "account", "api", "buy", "cart", "checkout", "confirm", "conversations", "design", "drafts",
    "forgot", "health", "inbox", "invitation", "login", "logout", "metrics", "near", "oauth", "operate", "order-links",
    "orders",
    "pay", "preferences", "problems", "products", "proof", "reviews", "sell", "signup", "static", "suggest",
    "talk", "unsubscribe",
})  # fmt: skip
_KEPT_FREE = frozenset({"admin", "assets", "docs", "help", "schema", "search"})
"""What people expect of a platform and not of a business; nothing is served there yet."""

SERVED = ANSWERED | _KEPT_FREE
