"""Several sources for one payment: who gives how much, whether all hold it, and who is given back to first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from hansa.centers.payment._rules.payments import reference_of
from hansa.centers.payment.errors import SourcesMalformed
from hansa.centers.payment.extensions import Card, HoldAnswer
from hansa.centers.payment.types import HoldState, PartState, PaymentId

SOURCES_MAX = 5
SEVERAL = Card("several", "----")
"""What an attempt from several sources keeps in place of a card; its parts keep theirs."""
LOST = "request_lost"
WRONG_AMOUNT = "amount_mismatch"


class PartRow(msgspec.Struct, frozen=True, kw_only=True):
    """One source's part of an attempt."""

    payment_id: PaymentId
    attempt: int
    number: int
    reference: str
    provider: str
    state: PartState
    brand: str
    last_four: str
    minor: int
    refunded_minor: int = 0
    started_at: datetime
    captured_at: datetime | None = None

    @property
    def capture_reference(self) -> str:
        """How the provider knows what was taken of it."""
        return f"{self.reference}-capture"

    @property
    def return_reference(self) -> str:
        """How the provider knows that it was given back because another source failed."""
        return f"{self.reference}-return"


class WantedPart(NamedTuple):
    """A source's card and how much it gives; None is the rest."""

    card: Card
    minor: int | None


def shares(amount: int, wanted: Sequence[int | None]) -> list[int]:
    """Return what each source gives. Raises `SourcesMalformed` unless they make up the amount.

    From one to five sources, each above zero; only the last may say None, the rest.
    """
    if not 1 <= len(wanted) <= SOURCES_MAX:
        raise SourcesMalformed(reason="number")
    given = [minor for minor in wanted[:-1] if minor is not None]
    if len(given) < len(wanted) - 1:
        raise SourcesMalformed(reason="rest")
    last = wanted[-1]
    given.append(amount - sum(given) if last is None else last)
    if min(given) <= 0:
        raise SourcesMalformed(reason="part")
    if sum(given) != amount:
        raise SourcesMalformed(reason="sum")
    return given


def parts_of(
    payment_id: PaymentId,
    attempt: int,
    *,
    provider: str,
    amount: int,
    wanted: Sequence[WantedPart],
    now: datetime,
) -> list[PartRow]:
    """Return the parts of an attempt as they start. Raises `SourcesMalformed`."""
    minors = shares(amount, [part.minor for part in wanted])
    reference = reference_of(payment_id, attempt)
    return [
        PartRow(
            payment_id=payment_id,
            attempt=attempt,
            number=number,
            reference=f"{reference}.{number}",
            provider=provider,
            state=PartState.STARTED,
            brand=part.card.brand,
            last_four=part.card.last_four,
            minor=minor,
            started_at=now,
        )
        for number, (part, minor) in enumerate(zip(wanted, minors, strict=True), start=1)
    ]


def failure(
    parts: Sequence[PartRow], held: Sequence[HoldAnswer | None], *, currency: str, unknown_is_lost: bool
) -> str | None:
    """Return why these sources cannot pay together, None while they may."""
    for part, answer in zip(parts, held, strict=True):
        if answer is None:
            if unknown_is_lost:
                return LOST
        elif (answer.minor, answer.currency) != (part.minor, currency):
            return WRONG_AMOUNT
        elif answer.state not in {HoldState.PENDING, HoldState.AUTHORISED}:
            return answer.decline_code or f"authorisation_{answer.state}"
    return None


def all_held(held: Sequence[HoldAnswer | None]) -> bool:
    """Tell whether every source holds its part."""
    return all(answer is not None and answer.state is HoldState.AUTHORISED for answer in held)


def slices(parts: Sequence[PartRow], minor: int) -> list[tuple[PartRow, int]]:
    """Share a refund over the sources: the last one first, none beyond what it took and still has.

    The parts together have that much left: their attempt was asked before.
    """
    cut: list[tuple[PartRow, int]] = []
    for part in sorted(parts, key=lambda one: -one.number):
        share = min(minor, part.minor - part.refunded_minor)
        if share > 0:
            cut.append((part, share))
            minor -= share
    return cut
