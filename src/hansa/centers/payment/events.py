"""What payment tells."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from hansa.centers.payment.types import Facts, Outcome, PaymentId
from hansa.kernel.event import Event


class PaymentReported(Event, frozen=True, kw_only=True):
    """A provider decided an attempt: by callback or when asked. Trade completes what succeeded."""

    topic: ClassVar[str] = "payment.reported"

    payment_id: UUID
    attempt: int
    provider: str
    provider_reference: str
    outcome: Outcome
    minor: int
    currency: str
    at: datetime
    decline_code: str | None = None

    def subject(self) -> UUID:
        """Return the payment."""
        return self.payment_id

    @classmethod
    def of(cls, facts: Facts) -> PaymentReported:
        """Tell these facts."""
        return cls(
            payment_id=facts.payment_id,
            attempt=facts.attempt,
            provider=facts.provider,
            provider_reference=facts.provider_reference,
            outcome=facts.outcome,
            minor=facts.minor,
            currency=facts.currency,
            at=facts.at,
            decline_code=facts.decline_code,
        )

    def facts(self) -> Facts:
        """Return what `CAPTURE` wants to know."""
        return Facts(
            payment_id=PaymentId(self.payment_id),
            attempt=self.attempt,
            provider=self.provider,
            provider_reference=self.provider_reference,
            outcome=self.outcome,
            minor=self.minor,
            currency=self.currency,
            at=self.at,
            decline_code=self.decline_code,
        )


class PaymentCaptured(Event, frozen=True, kw_only=True):
    """The money of a payment is there, whole: once per payment, in the transaction in which its orders are paid.

    `orders`, `shops` and `minors` go together, by place: how much of it is for which order, and whose that is.
    """

    topic: ClassVar[str] = "payment.captured"

    payment_id: UUID
    minor: int
    currency: str
    orders: tuple[UUID, ...]
    shops: tuple[UUID, ...]
    minors: tuple[int, ...]
    on_delivery: bool = False
    """Whether it was paid when the goods were handed over."""

    def subject(self) -> UUID:
        """Return the payment."""
        return self.payment_id


class RefundRequested(Event, frozen=True, kw_only=True):
    """Money is to go back to the payer; the provider is told after this is committed."""

    topic: ClassVar[str] = "payment.refund_requested"

    payment_id: UUID
    refund_id: UUID
    order_id: UUID | None
    minor: int
    currency: str
    shop_id: UUID | None = None
    """Whose order it was paid for; None of money that was for no order."""

    def subject(self) -> UUID:
        """Return the payment."""
        return self.payment_id


class RefundSettled(Event, frozen=True, kw_only=True):
    """The money is back with its payer: the provider gave it, or somebody `by_hand`, from the bank."""

    topic: ClassVar[str] = "payment.refund_settled"

    payment_id: UUID
    refund_id: UUID
    order_id: UUID | None
    minor: int
    currency: str
    by_hand: bool = False
    shop_id: UUID | None = None
    """Whose order it was paid for; None of money that was for no order."""

    def subject(self) -> UUID:
        """Return the payment."""
        return self.payment_id


class RefundRefused(Event, frozen=True, kw_only=True):
    """The provider refused to give the money back for good; it counts as not refunded again."""

    topic: ClassVar[str] = "payment.refund_refused"

    payment_id: UUID
    refund_id: UUID
    order_id: UUID | None
    minor: int
    currency: str
    shop_id: UUID | None = None
    """Whose order it was paid for; None of money that was for no order."""

    def subject(self) -> UUID:
        """Return the payment."""
        return self.payment_id


class OddAmountExplained(Event, frozen=True, kw_only=True):
    """Somebody accounted for a provider's report of another amount than was asked for; what it reported."""

    topic: ClassVar[str] = "payment.odd_amount_explained"

    payment_id: UUID
    provider: str
    minor: int
    currency: str

    def subject(self) -> UUID:
        """Return the payment."""
        return self.payment_id


class StatementReconciled(Event, frozen=True, kw_only=True):
    """A provider's statement of a day was held to the books; the counts are of movements."""

    topic: ClassVar[str] = "payment.statement_reconciled"

    statement_id: UUID
    provider: str
    day: date
    matched: int
    missing_here: int
    missing_there: int
    differs: int
    fees: dict[str, int] = msgspec.field(default_factory=dict)
    """What the provider kept, in minor units by currency, as far as no import told of it before."""

    def subject(self) -> UUID:
        """Return the statement."""
        return self.statement_id


EVENTS = (
    PaymentReported,
    PaymentCaptured,
    RefundRequested,
    RefundSettled,
    RefundRefused,
    OddAmountExplained,
    StatementReconciled,
)
