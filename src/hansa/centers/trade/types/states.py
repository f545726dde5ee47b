from __future__ import annotations

import enum


class OrderState(enum.StrEnum):
    """Where an order stands (after Taobao's trade states, with names of our own)."""

    CREATED = "created"
    """Placed without a payment: cash on delivery, or the payment is asked for later."""
    AWAITING_PAYMENT = "awaiting_payment"
    PAYMENT_PENDING = "payment_pending"
    """The provider has the money's promise but not its word."""
    DEPOSIT_UNPAID = "deposit_unpaid"
    """Presale: neither the deposit nor the balance is paid."""
    DEPOSIT_PAID = "deposit_paid"
    """Presale: the deposit is paid, the balance is not due yet."""
    BALANCE_DUE = "balance_due"
    """Presale: the deposit is paid, the balance may and must be paid now."""
    FULLY_PAID = "fully_paid"
    """Presale: deposit and balance are paid, the goods are not ready yet."""
    PAID_ON_HOLD = "paid_on_hold"
    """Paid, but must not be sent yet: a group is forming, a check is running."""
    AWAITING_SHIPMENT = "awaiting_shipment"
    PARTLY_SHIPPED = "partly_shipped"
    """Some lines have left or arrived, others still have to be sent."""
    SHIPPED = "shipped"
    """Everything that is still under way has left."""
    SIGNED = "signed"
    """Handed over against cash on delivery; the money is on its way."""
    FINISHED = "finished"
    REFUNDED = "refunded"
    """Closed after payment; the money goes back."""
    CLOSED = "closed"
    """Closed before payment."""


class LineState(enum.StrEnum):
    """Where a line of an order stands. The order's own state follows from those of its lines."""

    WAITING = "waiting"
    """Not sent yet: unpaid or paid."""
    SHIPPED = "shipped"
    RECEIVED = "received"
    """The buyer has it, and the seller was credited for it."""
    REFUNDING = "refunding"
    """Somebody decides whether its money goes back; meanwhile it is neither sent nor received."""
    REFUNDED = "refunded"
    """Closed after payment: what was paid for it goes back."""
    CLOSED = "closed"
    """Closed before payment."""
