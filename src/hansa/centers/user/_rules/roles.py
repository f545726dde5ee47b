"""What each role of the house may do: one table, read as it stands.

`operator` holds everything, by definition. The others hold what is named here and nothing that is not, so a permission
that a center adds later is the operator's alone until somebody writes it down here. Staff of a shop have no role:
shop names their permissions, each over its shop (`user.grants`). A buyer needs none: everybody acts for themselves.
"""

from __future__ import annotations

from hansa.centers.user.types import Role

# Seeing, of which whoever runs the house needs some and an auditor all.
_SEE_ORDERS = ("trade.order.read",)
_SEE_REVIEWS = ("review.order.read",)
_SEE_MONEY = ("ledger.account.read", "payment.payment.read")
_SEE_GOODS = ("inventory.stock.see",)
_SEE_PEOPLE = ("user.party.read", "message.delivery.read", "shop.staff.see")

ROLES: dict[Role, frozenset[str]] = {
    Role.SUPPORT: frozenset(
        (
            *_SEE_ORDERS,
            *_SEE_GOODS,
            *_SEE_PEOPLE,
            *_SEE_REVIEWS,
            "user.party.suspend",
            "review.entry.moderate",
            "message.conversation.moderate",
        )
    ),
    Role.FINANCE: frozenset(
        (
            *_SEE_ORDERS,
            *_SEE_MONEY,
            "ledger.journal.reverse",
            "ledger.shop.square",
            "payment.refund.return",
            "payment.amount.settle",
        )
    ),
    Role.CATALOGUE: frozenset(
        (
            *_SEE_GOODS,
            "product.category.edit",
            "product.product.edit",
            "product.change.decide",
            "product.offer.withdraw",
            "place.place.edit",
        )
    ),
    Role.AUDITOR: frozenset((*_SEE_ORDERS, *_SEE_MONEY, *_SEE_GOODS, *_SEE_PEOPLE, *_SEE_REVIEWS)),
}
