"""What payment speaks of. Amounts are minor units of the payment's currency."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import NewType
from uuid import UUID

import msgspec

from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.ids import IdKind
from hansa.kernel.money import Money

PaymentId = NewType("PaymentId", UUID)
RefundId = NewType("RefundId", UUID)
StatementId = NewType("StatementId", UUID)
PAYMENT_ID = IdKind[PaymentId]("pay")
REFUND_ID = IdKind[RefundId]("rfd")
STATEMENT_ID = IdKind[StatementId]("stm")


class PaymentState(enum.StrEnum):
    """Where a payment stands."""

    CREATED = "created"
    """Nothing was charged yet, or the last attempt was declined."""
    PENDING = "pending"
    """An attempt is under way; its outcome is not known, or known and not yet captured by trade."""
    AUTHORISED = "authorised"
    """The provider holds the amount for us."""
    CAPTURED = "captured"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    CLOSED = "closed"
    """Nobody waits for this money any more, and none had arrived."""
    LATE = "late"
    """Money arrived after closing; it goes back."""


class AttemptState(enum.StrEnum):
    """Where one attempt to charge stands."""

    STARTED = "started"
    """Written down; the provider may or may not have heard of it."""
    PENDING = "pending"
    """The provider knows of it and has not decided."""
    AUTHORISED = "authorised"
    """Each of its sources holds its part, and it was decided to take them all."""
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    ABANDONED = "abandoned"
    """The provider never heard of it."""


class PartState(enum.StrEnum):
    """Where one source's part of an attempt stands."""

    STARTED = "started"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    RELEASING = "releasing"
    """Not wanted any more: the provider is to let go of it, or to give it back."""
    RELEASED = "released"


class OddAmount(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider reported with another amount than its payment asked for, in minor units.

    Nobody believed it. `reference` says what somebody found out about it; None as long as nobody did.
    """

    payment_id: PaymentId
    provider: str
    event_id: str
    reported_minor: int
    reported_currency: str
    asked_minor: int
    asked_currency: str
    received_at: datetime
    reference: str | None
    settled_at: datetime | None


class RefundState(enum.StrEnum):
    """Where a refund stands."""

    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"


class OrderShare(msgspec.Struct, frozen=True):
    """What of a payment is for one order."""

    order_id: UUID
    shop_id: UUID
    minor: int


class NewPayment(msgspec.Struct, frozen=True, kw_only=True):
    """Asked of `CREATE`: a checkout's payment. The shares sum to the amount, which is above zero."""

    ctx: Ctx
    id: PaymentId
    checkout_id: UUID
    payer: UUID
    amount: Money
    shares: tuple[OrderShare, ...]
    expires_at: datetime


class TestCard(msgspec.Struct, frozen=True):
    """A card of the sandbox. Its number decides what happens; only listed numbers are taken."""

    __test__ = False  # it is no test, whatever pytest thinks of its name

    number: str

    def __repr__(self) -> str:
        """Show nothing of the number but its end: sources may be printed by accident, card numbers may not."""
        return f"TestCard(...{self.number[-4:]})"


Source = TestCard


ON_DELIVERY = "on_delivery"
"""Who charged what was paid on delivery: no provider, but whoever handed the goods over."""


class SourcePart(msgspec.Struct, frozen=True):
    """A source and how much it gives; the last one may say None: the rest."""

    source: Source
    minor: int | None = None


class Outcome(enum.StrEnum):
    """What a provider says about a charge."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


class HoldState(enum.StrEnum):
    """How an authorisation stands at a provider."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    """Held for us, in part captured perhaps."""
    DECLINED = "declined"
    EXPIRED = "expired"
    """Nobody captured it in time: the provider let go by itself."""
    VOIDED = "voided"
    """Let go of at our wish."""


class StatementKind(enum.StrEnum):
    """What a row of a provider's statement tells of."""

    CHARGE = "charge"
    CAPTURE = "capture"
    REFUND = "refund"
    FEE = "fee"
    """What the provider kept for a charge or capture of this reference."""


class StatementRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a provider's statement. `row` is its number in the file, from 1; `reference` is ours."""

    row: int
    kind: StatementKind
    reference: str
    minor: int
    currency: str
    at: datetime


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider said about one attempt."""

    payment_id: PaymentId
    attempt: int
    provider: str
    provider_reference: str
    outcome: Outcome
    minor: int
    currency: str
    at: datetime
    decline_code: str | None = None


class Charged(msgspec.Struct, frozen=True, kw_only=True):
    """The provider has the money; `CAPTURE` with these facts makes it the payment's."""

    facts: Facts


class Declined(msgspec.Struct, frozen=True, kw_only=True):
    """The provider said no; another source may work. `code` is stable: `card_declined`, `insufficient_funds` ..."""

    payment_id: PaymentId
    attempt: int
    code: str


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome is not known yet; `payment.reported` will tell."""

    payment_id: PaymentId
    attempt: int


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """Asked of `CAPTURE`: make the provider's success the payment's."""

    ctx: Ctx
    payment_id: PaymentId
    facts: Facts


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """Asked of `UNDER_WAY`: that an attempt to charge this payment is undecided, or that none is."""

    ctx: Ctx
    payment_id: PaymentId
    undecided: bool


class Collect(msgspec.Struct, frozen=True, kw_only=True):
    """Asked of `COLLECT`: money that was paid on delivery. It is captured at once: somebody has it in hand."""

    payment: NewPayment


class Close(msgspec.Struct, frozen=True, kw_only=True):
    """Asked of `CLOSE`: nobody waits for this payment any more."""

    ctx: Ctx
    payment_id: PaymentId


class Unexpected(msgspec.Struct, frozen=True, kw_only=True):
    """Money nobody waits for was taken into the payment's books: `minor` has to go back from `attempt`."""

    payment_id: PaymentId
    attempt: int
    minor: int
    currency: str


class NewRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Asked of `request_refunds`. The same id with the same content is one refund, however often it is asked.

    `order_id` names the share it comes out of; without one it gives back unexpected money, and `attempt`
    names the charge it came in with.
    """

    ctx: Ctx
    id: RefundId
    payment_id: PaymentId
    minor: int
    reason: str
    order_id: UUID | None = None
    attempt: int | None = None


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """A refund, from its request to the provider's answer."""

    id: RefundId
    payment_id: PaymentId
    attempt: int
    order_id: UUID | None
    minor: int
    currency: str
    reason: str
    state: RefundState
    requested_at: datetime
    resolved_at: datetime | None = None
    refused_minor: int = 0
    """What of it the provider refused to give back, for good."""
    by_hand_minor: int = 0
    """What of that was given back another way since."""
    by_hand_reference: str | None = None
    """How: the number of the bank transfer, the receipt."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What of a payment is for one order, and how much of it went back."""

    order_id: UUID
    shop_id: UUID
    minor: int
    refunded_minor: int


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to charge a payment. Of a card, its brand and last four digits are all that is kept."""

    number: int
    provider: str
    state: AttemptState
    brand: str
    last_four: str
    minor: int
    refunded_minor: int
    provider_reference: str | None
    decline_code: str | None
    started_at: datetime
    resolved_at: datetime | None


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment with its shares and attempts."""

    id: PaymentId
    checkout_id: UUID
    payer: UUID
    business: str
    traffic: Traffic
    entity: str
    state: PaymentState
    amount: Money
    captured_minor: int
    refunded_minor: int
    shares: tuple[Share, ...]
    attempts: tuple[Attempt, ...]
    expires_at: datetime
    created_at: datetime
    changed_at: datetime


class Verdict(enum.StrEnum):
    """How a movement on a provider's statement differs from our books."""

    MISSING_HERE = "missing_here"
    """The provider tells of money that our books do not know, or know as not moved."""
    MISSING_THERE = "missing_there"
    """Our books say that money moved that day, and no statement tells of it."""
    DIFFERS = "differs"
    """Both know it, with another amount or currency."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A movement on which a statement and our books differ, since when, and until when if it was cleared.

    An amount is None where its side knows nothing of the movement.
    """

    kind: StatementKind
    reference: str
    verdict: Verdict
    their_minor: int | None
    their_currency: str | None
    our_minor: int | None
    our_currency: str | None
    found_at: datetime
    cleared_at: datetime | None = None


class StatementReport(msgspec.Struct, frozen=True, kw_only=True):
    """What came of holding a provider's statement of a day to our books.

    A movement is a charge, capture or refund, however many rows tell of it. `fees` are what the provider
    kept, by currency.
    """

    id: StatementId
    provider: str
    day: date
    rows: int
    matched: int
    missing_here: int
    missing_there: int
    differs: int
    fees: tuple[Money, ...]
    reconciled_at: datetime
