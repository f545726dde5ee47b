"""The order's state machine as data; the table's CHECK constraint is made of the same pairs."""

from __future__ import annotations

from hansa.centers.trade.types import OrderState as S

TRANSITIONS: dict[S, frozenset[S]] = {
    S.AWAITING_PAYMENT: frozenset(
        {S.PAYMENT_PENDING, S.PAID_ON_HOLD, S.AWAITING_SHIPMENT, S.SIGNED, S.CLOSED},
    ),
    S.PAYMENT_PENDING: frozenset({S.AWAITING_PAYMENT, S.PAID_ON_HOLD, S.AWAITING_SHIPMENT, S.CLOSED}),
    S.PAID_ON_HOLD: frozenset({S.AWAITING_SHIPMENT, S.REFUNDED}),
    S.AWAITING_SHIPMENT: frozenset({S.PARTLY_SHIPPED, S.SHIPPED, S.FINISHED, S.REFUNDED}),
    S.PARTLY_SHIPPED: frozenset({S.SHIPPED, S.FINISHED, S.REFUNDED}),
    S.SHIPPED: frozenset({S.FINISHED, S.REFUNDED}),
    S.SIGNED: frozenset({S.FINISHED, S.CLOSED}),
    S.FINISHED: frozenset(),
    S.REFUNDED: frozenset(),
    S.CLOSED: frozenset(),
}
"""From each state, the states an order may move to."""

UNPAID = frozenset({S.AWAITING_PAYMENT, S.PAYMENT_PENDING})
"""The buyer has not paid: stock is held, not allocated."""

FINAL = frozenset(state for state, after in TRANSITIONS.items() if not after)
"""Nothing follows."""


def may_move(previous: S, state: S) -> bool:
    """Tell whether an order may move from one state to another."""
    return state in TRANSITIONS[previous]


def pairs() -> list[tuple[str, str]]:
    """Return every legal (previous, state), sorted: what the database accepts."""
    return sorted((a.value, b.value) for a, after in TRANSITIONS.items() for b in after)
