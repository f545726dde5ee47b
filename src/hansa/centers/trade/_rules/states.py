"""The state machines of orders and lines as data; the tables' CHECK constraints are made of the same pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from hansa.centers.trade.types import LineState as L
from hansa.centers.trade.types import OrderState as S

State = TypeVar("State", bound=StrEnum)
Pair = tuple[S, S]
Standing = tuple[L, L | None]
"""Where a line stands, and where it stood before."""

INITIAL = frozenset({S.CREATED, S.AWAITING_PAYMENT, S.DEPOSIT_UNPAID})
"""Where an order may begin."""

TRANSITIONS: dict[S, frozenset[S]] = {
    S.CREATED: frozenset({S.AWAITING_PAYMENT, S.AWAITING_SHIPMENT, S.CLOSED}),
    S.AWAITING_PAYMENT: frozenset({S.PAYMENT_PENDING, S.PAID_ON_HOLD, S.AWAITING_SHIPMENT, S.CLOSED}),
    S.PAYMENT_PENDING: frozenset({S.AWAITING_PAYMENT, S.PAID_ON_HOLD, S.AWAITING_SHIPMENT, S.CLOSED}),
    S.DEPOSIT_UNPAID: frozenset({S.DEPOSIT_PAID, S.CLOSED}),
    S.DEPOSIT_PAID: frozenset({S.BALANCE_DUE, S.REFUNDED}),
    S.BALANCE_DUE: frozenset({S.FULLY_PAID, S.REFUNDED, S.CLOSED}),
    S.FULLY_PAID: frozenset({S.PAID_ON_HOLD, S.AWAITING_SHIPMENT, S.REFUNDED}),
    S.PAID_ON_HOLD: frozenset({S.AWAITING_SHIPMENT, S.REFUNDED}),
    S.AWAITING_SHIPMENT: frozenset(
        {S.PAID_ON_HOLD, S.PARTLY_SHIPPED, S.SHIPPED, S.FINISHED, S.REFUNDED, S.CLOSED}
    ),
    S.PARTLY_SHIPPED: frozenset({S.AWAITING_SHIPMENT, S.SHIPPED, S.FINISHED, S.REFUNDED}),
    S.SHIPPED: frozenset({S.SIGNED, S.FINISHED, S.REFUNDED, S.CLOSED}),
    S.SIGNED: frozenset({S.FINISHED, S.REFUNDED, S.CLOSED}),
    S.FINISHED: frozenset(),
    S.REFUNDED: frozenset(),
    S.CLOSED: frozenset(),
}
"""From each state, the states an order may move to."""

LINE_TRANSITIONS: dict[L, frozenset[L]] = {
    L.WAITING: frozenset({L.SHIPPED, L.RECEIVED, L.REFUNDING, L.REFUNDED, L.CLOSED}),
    L.SHIPPED: frozenset({L.RECEIVED, L.REFUNDING, L.REFUNDED, L.CLOSED}),
    L.REFUNDING: frozenset({L.WAITING, L.SHIPPED, L.REFUNDED}),
    L.RECEIVED: frozenset(),
    L.REFUNDED: frozenset(),
    L.CLOSED: frozenset(),
}
"""From each state, the states a line may move to."""

DRIVEN: frozenset[Pair] = frozenset(
    {
        (S.CREATED, S.AWAITING_SHIPMENT),
        (S.AWAITING_PAYMENT, S.PAYMENT_PENDING),
        (S.PAYMENT_PENDING, S.AWAITING_PAYMENT),
        (S.DEPOSIT_UNPAID, S.DEPOSIT_PAID),
        (S.DEPOSIT_UNPAID, S.CLOSED),
        (S.DEPOSIT_PAID, S.BALANCE_DUE),
        (S.DEPOSIT_PAID, S.REFUNDED),
        (S.BALANCE_DUE, S.FULLY_PAID),
        (S.BALANCE_DUE, S.REFUNDED),
        (S.BALANCE_DUE, S.CLOSED),
        (S.FULLY_PAID, S.PAID_ON_HOLD),
        (S.FULLY_PAID, S.AWAITING_SHIPMENT),
        (S.FULLY_PAID, S.REFUNDED),
        (S.PAID_ON_HOLD, S.AWAITING_SHIPMENT),
        (S.AWAITING_SHIPMENT, S.PAID_ON_HOLD),
        (S.AWAITING_SHIPMENT, S.CLOSED),
        (S.SHIPPED, S.SIGNED),
        (S.SHIPPED, S.CLOSED),
        (S.SIGNED, S.CLOSED),
    }
)
"""Moves that plays and later centers ask for (`advance`); they keep the money of these themselves.

All other moves are consequences of trade's own verbs: pay, ship, receive, refund, close.
"""

PAYABLE = frozenset({S.AWAITING_PAYMENT, S.PAYMENT_PENDING})
"""A payment waits for the buyer."""

UNPAID = frozenset({S.CREATED, S.DEPOSIT_UNPAID}) | PAYABLE
"""The buyer has paid nothing: stock is held, not allocated."""

SENDABLE = frozenset({S.AWAITING_SHIPMENT, S.PARTLY_SHIPPED})
"""Lines may be sent."""

RECEIVABLE = frozenset({S.AWAITING_SHIPMENT, S.PARTLY_SHIPPED, S.SHIPPED, S.SIGNED})
"""Lines may be received."""

REFUNDABLE = frozenset({S.PAID_ON_HOLD}) | RECEIVABLE
"""Trade holds the buyer's money for lines that are not settled: it may go back."""

COLLECTABLE = frozenset({S.SHIPPED, S.SIGNED})
"""What is paid on delivery may be collected: the goods are on their way, or handed over."""

FINAL = frozenset(state for state, after in TRANSITIONS.items() if not after)
"""Nothing follows."""

LINE_FINAL = frozenset(state for state, after in LINE_TRANSITIONS.items() if not after)
"""Nothing follows for the line."""

_OVERLAYS = {(S.PAID_ON_HOLD, S.AWAITING_SHIPMENT), (S.SIGNED, S.SHIPPED)}
"""States that say more than the lines do: they stay while the lines say the second."""


def may_move(previous: S, state: S) -> bool:
    """Tell whether an order may move from one state to another."""
    return state in TRANSITIONS[previous]


def pairs(transitions: Mapping[State, frozenset[State]]) -> list[tuple[str, str]]:
    """Return every legal (previous, state), sorted: what the database accepts."""
    return sorted((a.value, b.value) for a, after in transitions.items() for b in after)


def order_state(current: S, lines: Iterable[Standing]) -> S:
    """Return the state of a paid order that follows from its lines; their order changes nothing.

    Lines that ended count only when none is open. One whose refund is being decided counts as it stood.
    """
    standing = [(before if state is L.REFUNDING and before else state) for state, before in lines]
    under_way = {state for state in standing if state not in LINE_FINAL}
    if not under_way:
        if L.RECEIVED in standing:
            return S.FINISHED
        return S.REFUNDED if L.REFUNDED in standing else S.CLOSED
    if under_way == {L.SHIPPED}:
        derived = S.SHIPPED
    elif L.SHIPPED in under_way or L.RECEIVED in standing:
        derived = S.PARTLY_SHIPPED
    else:
        derived = S.AWAITING_SHIPMENT
    return current if (current, derived) in _OVERLAYS else derived
