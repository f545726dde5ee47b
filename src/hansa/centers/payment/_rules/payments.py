"""What may become of a payment. Pure: rows in, rows or refusals out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from hansa.centers.payment.errors import (
    AlreadyCaptured,
    AmountMismatch,
    NotSucceeded,
    PaymentClosed,
    PaymentLate,
    PaymentMalformed,
    PaymentNotFound,
    PaymentSurplus,
    ProviderForbidden,
    RefundTooLarge,
)
from hansa.centers.payment.extensions import Card, Provider, ProviderAnswer
from hansa.centers.payment.types import (
    PAYMENT_ID,
    REFUND_ID,
    AttemptState,
    Capture,
    Close,
    Facts,
    NewPayment,
    NewRefund,
    Outcome,
    PaymentId,
    PaymentState,
    Unexpected,
)
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import INT64_MAX
from hansa.kernel.problem import Problem

SHARES_MAX = 200
PROVIDER_S_MAX = 10
"""How long a provider may take to answer; what it said later is asked for."""
ASK_AFTER = timedelta(seconds=2 * PROVIDER_S_MAX)
"""How old an unresolved attempt is before the provider is asked about it: longer than a charge takes, or an
answer that is still under way would be asked for beside it.
"""
LOST_AFTER = timedelta(minutes=2)
"""How old an attempt is when "never heard of it" is believed: longer than a request can be under way."""

OCCUPIED = frozenset({PaymentState.PENDING, PaymentState.AUTHORISED})
"""An attempt is under way."""
WAITING = frozenset({PaymentState.CREATED, PaymentState.PENDING, PaymentState.AUTHORISED})


class PaymentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A locked payment."""

    id: PaymentId
    payer: UUID
    business: str
    traffic: str
    entity: str
    currency: str
    amount: int
    state: PaymentState
    attempts: int
    captured_attempt: int | None
    captured_minor: int
    refunded_minor: int
    share_orders: tuple[UUID, ...]
    share_shops: tuple[UUID, ...]
    share_minors: tuple[int, ...]
    share_refunded: tuple[int, ...]
    expires_at: datetime
    changed_at: datetime

    def asked_for_in(self, ctx: Ctx) -> bool:
        """Tell whether it belongs to the business and traffic class one acts in: elsewhere it is not there."""
        return (self.business, self.traffic) == (ctx.business, ctx.traffic)

    def shop_of(self, order_id: UUID | None) -> UUID | None:
        """Return whose order it is; None of money that is for no order."""
        return None if order_id is None else self.share_shops[self.share_orders.index(order_id)]


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt of a locked payment."""

    payment_id: PaymentId
    number: int
    provider: str
    state: AttemptState
    brand: str
    last_four: str
    minor: int
    parts: int = 0
    taken: bool
    refunded_minor: int
    provider_reference: str | None
    decline_code: str | None
    started_at: datetime
    resolved_at: datetime | None


D = TypeVar("D")


@dataclass(slots=True)
class Locked(Generic[D]):
    """Payments a batch locked, as they are changed; `taken` remembers what each demand changed."""

    rows: dict[PaymentId, PaymentRow]
    taken: list[tuple[D, PaymentRow, PaymentRow]] = field(default_factory=list)
    """Each accepted demand with the row before and after it."""

    def take(self, demand: D, before: PaymentRow, after: PaymentRow) -> None:
        """Remember an accepted demand."""
        self.rows[before.id] = after
        self.taken.append((demand, before, after))

    def undo(self, demand: D) -> None:
        """Take back the latest acceptance of this demand."""
        for i in range(len(self.taken) - 1, -1, -1):
            if self.taken[i][0] is demand:
                before = self.taken.pop(i)[1]
                self.rows[before.id] = before
                return

    def changed(self) -> list[PaymentRow]:
        """Return the rows to store."""
        ids = {after.id for _, before, after in self.taken if before is not after}
        return [self.rows[id_] for id_ in sorted(ids)]


def check_new(new: NewPayment) -> Problem | None:
    """Return why a payment cannot be created like this, or None."""
    minors = [share.minor for share in new.shares]
    if not 0 < new.amount.minor <= INT64_MAX:
        return PaymentMalformed(payment=PAYMENT_ID.show(new.id), reason="amount")
    if not 1 <= len(minors) <= SHARES_MAX or min(minors) < 0 or sum(minors) != new.amount.minor:
        return PaymentMalformed(payment=PAYMENT_ID.show(new.id), reason="shares")
    if len({share.order_id for share in new.shares}) != len(minors):
        return PaymentMalformed(payment=PAYMENT_ID.show(new.id), reason="shares")
    currency = new.amount.currency
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        return PaymentMalformed(payment=PAYMENT_ID.show(new.id), reason="currency")
    return None


def guard(provider: Provider, traffic: Traffic) -> None:
    """Raise `ProviderForbidden` unless a live provider meets live traffic and a sandbox all other."""
    if provider.live is not (traffic is Traffic.LIVE):
        raise ProviderForbidden(provider=provider.name, traffic=traffic)


def may_charge(row: PaymentRow | None, *, payer: UUID, ctx: Ctx) -> Problem | None:
    """Return why this payer may not charge this payment here and now, or None."""
    if row is None or row.payer != payer or not row.asked_for_in(ctx):
        return PaymentNotFound()
    if row.state in {PaymentState.CAPTURED, PaymentState.PART_REFUNDED, PaymentState.REFUNDED}:
        return AlreadyCaptured(payment=PAYMENT_ID.show(row.id))
    if row.state not in WAITING or row.expires_at <= ctx.now():
        return PaymentClosed(payment=PAYMENT_ID.show(row.id))
    return None


def begin(
    row: PaymentRow, *, provider: str, card: Card, now: datetime, parts: int = 0
) -> tuple[PaymentRow, AttemptRow]:
    """Return the payment, occupied, and the attempt that occupies it."""
    attempt = AttemptRow(
        payment_id=row.id,
        number=row.attempts + 1,
        provider=provider,
        state=AttemptState.STARTED,
        brand=card.brand,
        last_four=card.last_four,
        minor=row.amount,
        parts=parts,
        taken=False,
        refunded_minor=0,
        provider_reference=None,
        decline_code=None,
        started_at=now,
        resolved_at=None,
    )
    occupied = msgspec.structs.replace(
        row, state=PaymentState.PENDING, attempts=attempt.number, changed_at=now
    )
    return occupied, attempt


def capture(state: Locked[Capture], demand: Capture) -> Problem | None:
    """Decide a capture: once per payment, the amount that the server asked for."""
    row = state.rows.get(demand.payment_id)
    facts = demand.facts
    problem = _check_facts(row, demand)
    if row is None or problem is not None:
        return problem
    if row.state in WAITING:
        after = msgspec.structs.replace(
            row,
            state=PaymentState.CAPTURED,
            captured_attempt=facts.attempt,
            captured_minor=row.amount,
            changed_at=demand.ctx.now(),
        )
        state.take(demand, row, after)
        return None
    if row.state is PaymentState.CLOSED:
        return PaymentLate(payment=PAYMENT_ID.show(row.id))
    if row.captured_attempt == facts.attempt:
        return AlreadyCaptured(payment=PAYMENT_ID.show(row.id))
    return PaymentSurplus(payment=PAYMENT_ID.show(row.id), attempt=facts.attempt)


def close(state: Locked[Close], demand: Close) -> Problem | None:
    """Decide a closing: what is captured stays; what is closed is closed."""
    row = state.rows.get(demand.payment_id)
    if row is None or not row.asked_for_in(demand.ctx):
        return PaymentNotFound()
    if row.state in WAITING:
        state.take(
            demand, row, msgspec.structs.replace(row, state=PaymentState.CLOSED, changed_at=demand.ctx.now())
        )
        return None
    if row.state in {PaymentState.CLOSED, PaymentState.LATE} or row.captured_attempt is None:
        state.take(demand, row, row)
        return None
    return AlreadyCaptured(payment=PAYMENT_ID.show(row.id))


def take_unexpected(
    row: PaymentRow | None, capture: Capture, *, taken: bool
) -> tuple[PaymentRow, Unexpected] | Problem:
    """Take late or surplus money into the payment; `taken` says that this attempt's money is in already."""
    facts = capture.facts
    problem = _check_facts(row, capture)
    if row is None or problem is not None:
        return problem or PaymentNotFound()
    if row.state in WAITING:
        return NotSucceeded(payment=PAYMENT_ID.show(row.id), reason="expected")
    if row.captured_attempt == facts.attempt:
        return AlreadyCaptured(payment=PAYMENT_ID.show(row.id))
    unexpected = Unexpected(
        payment_id=row.id, attempt=facts.attempt, minor=facts.minor, currency=facts.currency
    )
    if taken:
        return row, unexpected
    more = msgspec.structs.replace(
        row, captured_minor=row.captured_minor + facts.minor, changed_at=capture.ctx.now()
    )
    return msgspec.structs.replace(more, state=standing(more)), unexpected


def standing(row: PaymentRow) -> PaymentState:
    """Return the state of a payment that holds money, from how much of it went back."""
    if row.refunded_minor == 0:
        return PaymentState.LATE if row.captured_attempt is None else PaymentState.CAPTURED
    if row.refunded_minor == row.captured_minor:
        return PaymentState.REFUNDED
    return PaymentState.PART_REFUNDED


def give_back(row: PaymentRow, attempt: AttemptRow | None, asked: NewRefund) -> PaymentRow | Problem:
    """Return the payment with a refund counted: never more than its share, its attempt and itself hold."""
    if asked.minor <= 0:
        return RefundTooLarge(refund=REFUND_ID.show(asked.id), left_minor=0)
    if attempt is None or not attempt.taken:
        return RefundTooLarge(refund=REFUND_ID.show(asked.id), left_minor=0)
    left = min(row.captured_minor - row.refunded_minor, attempt.minor - attempt.refunded_minor)
    given = list(row.share_refunded)
    if asked.order_id is not None:
        if asked.order_id not in row.share_orders:
            return RefundTooLarge(refund=REFUND_ID.show(asked.id), left_minor=0)
        place = row.share_orders.index(asked.order_id)
        left = min(left, row.share_minors[place] - given[place])
        given[place] += asked.minor
    if asked.minor > left:
        return RefundTooLarge(refund=REFUND_ID.show(asked.id), left_minor=left)
    counted = msgspec.structs.replace(
        row,
        refunded_minor=row.refunded_minor + asked.minor,
        share_refunded=tuple(given),
        changed_at=asked.ctx.now(),
    )
    return msgspec.structs.replace(counted, state=standing(counted))


def uncount(row: PaymentRow, *, minor: int, order_id: UUID | None, now: datetime) -> PaymentRow:
    """Return the payment without a refund that the provider refused for good."""
    given = list(row.share_refunded)
    if order_id is not None:
        given[row.share_orders.index(order_id)] -= minor
    freed = msgspec.structs.replace(
        row, refunded_minor=row.refunded_minor - minor, share_refunded=tuple(given), changed_at=now
    )
    return msgspec.structs.replace(freed, state=standing(freed))


_MOVES: dict[Outcome, tuple[AttemptState, frozenset[AttemptState]]] = {
    Outcome.PENDING: (
        AttemptState.PENDING,
        frozenset({AttemptState.STARTED, AttemptState.ABANDONED}),
    ),
    Outcome.DECLINED: (
        AttemptState.DECLINED,
        frozenset({AttemptState.STARTED, AttemptState.PENDING, AttemptState.ABANDONED}),
    ),
    Outcome.SUCCEEDED: (
        AttemptState.SUCCEEDED,
        frozenset(
            {
                AttemptState.STARTED,
                AttemptState.PENDING,
                AttemptState.AUTHORISED,
                AttemptState.DECLINED,
                AttemptState.ABANDONED,
            }
        ),
    ),
}


def report(attempt: AttemptRow, answer: ProviderAnswer, *, now: datetime) -> AttemptRow | None:
    """Return the attempt after what the provider says, or None when that is nothing new.

    Reports may come twice and in any order: a success is final, and nothing returns to pending.
    """
    state, before = _MOVES[answer.outcome]
    if attempt.state not in before:
        return None
    return msgspec.structs.replace(
        attempt,
        state=state,
        provider_reference=answer.provider_reference,
        decline_code=answer.decline_code,
        resolved_at=None if state is AttemptState.PENDING else now,
    )


def after_attempt(row: PaymentRow, attempt: AttemptRow, *, now: datetime) -> PaymentRow:
    """Return the payment after its attempt changed: an unresolved one occupies it, a failed one frees it."""
    failed = attempt.state in {AttemptState.DECLINED, AttemptState.ABANDONED}
    if row.state in OCCUPIED and failed and attempt.number == row.attempts:
        return msgspec.structs.replace(row, state=PaymentState.CREATED, changed_at=now)
    return row


def facts_of(payment_id: PaymentId, attempt: int, provider: str, answer: ProviderAnswer) -> Facts:
    """Return what the provider said as `CAPTURE` wants it."""
    return Facts(
        payment_id=payment_id,
        attempt=attempt,
        provider=provider,
        provider_reference=answer.provider_reference,
        outcome=answer.outcome,
        minor=answer.minor,
        currency=answer.currency,
        at=answer.at,
        decline_code=answer.decline_code,
    )


def reference_of(payment_id: PaymentId, attempt: int) -> str:
    """Return how providers know an attempt: the payment's id and the attempt's number."""
    return f"{PAYMENT_ID.show(payment_id)}-{attempt}"


def read_reference(reference: str) -> tuple[PaymentId, int] | None:
    """Return the payment and attempt of a provider's reference, None when it is none of ours."""
    shown, _, number = reference.rpartition("-")
    try:
        payment_id = PAYMENT_ID.read(shown)
    except IdMalformed:
        return None
    if not (number.isascii() and number.isdigit() and len(number) <= 4):
        return None
    return payment_id, int(number)


def same_refund(asked: NewRefund, stored: Sequence[object]) -> bool:
    """Tell whether a stored refund (attempt, order, minor, reason) is the one that is asked for again."""
    attempt, order_id, minor, reason = stored
    return (asked.order_id, asked.minor, asked.reason) == (order_id, minor, reason) and asked.attempt in {
        None,
        attempt,
    }


def _check_facts(row: PaymentRow | None, capture: Capture) -> Problem | None:
    if row is None or not row.asked_for_in(capture.ctx):
        return PaymentNotFound()
    facts = capture.facts
    if facts.outcome is not Outcome.SUCCEEDED or not 1 <= facts.attempt <= row.attempts:
        return NotSucceeded(payment=PAYMENT_ID.show(row.id))
    if (facts.minor, facts.currency) != (row.amount, row.currency):
        return AmountMismatch(
            payment=PAYMENT_ID.show(row.id), reported_minor=facts.minor, reported_currency=facts.currency
        )
    return None
