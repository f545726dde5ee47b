"""Holding a provider's statement to the books: what each side says of a movement, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from hansa.centers.payment._rules.payments import read_reference
from hansa.centers.payment._statements import fault
from hansa.centers.payment.errors import StatementUnreadable
from hansa.centers.payment.types import (
    REFUND_ID,
    Difference,
    PaymentId,
    StatementKind,
    StatementRow,
    Verdict,
)
from hansa.kernel.ids import IdMalformed

ROWS_MAX = 100_000
"""The most rows of one provider's statement for one business and traffic on one day."""


class Movement(NamedTuple):
    """A charge, capture or refund, as both sides name it."""

    kind: StatementKind
    reference: str


class Amount(NamedTuple):
    """What a side says of a movement; currency `***` when its rows name several."""

    minor: int
    currency: str


MIXED = "***"


def check_rows(rows: Sequence[StatementRow]) -> None:
    """Raise `StatementUnreadable` for rows that cannot be: too many, numbered twice, impossible values."""
    if len(rows) > ROWS_MAX:
        raise StatementUnreadable(line=ROWS_MAX + 1, reason="rows")
    seen: set[int] = set()
    for row in rows:
        problem = fault(row) or ("row" if row.row in seen else None)
        if problem:
            raise StatementUnreadable(line=row.row, reason=problem)
        seen.add(row.row)


def charges_named(movements: Iterable[Movement]) -> dict[tuple[PaymentId, int], Movement]:
    """Return the attempts that these charges name; what is none of ours is left out."""
    return {
        key: movement
        for movement in movements
        if movement.kind is StatementKind.CHARGE and (key := read_reference(movement.reference))
    }


def refunds_named(movements: Iterable[Movement]) -> dict[UUID, Movement]:
    """Return the refunds that these rows name; what is none of ours is left out."""
    named: dict[UUID, Movement] = {}
    for movement in movements:
        if movement.kind is StatementKind.REFUND:
            try:
                named[REFUND_ID.read(movement.reference)] = movement
            except IdMalformed:
                continue
    return named


def compare(
    theirs: Mapping[Movement, Amount], ours: Mapping[Movement, Amount], *, now: datetime
) -> list[Difference]:
    """Return the movements on which the two differ, in the order of kind and reference."""
    found = []
    for movement in sorted(theirs.keys() | ours.keys()):
        there, here = theirs.get(movement), ours.get(movement)
        if there == here:
            continue
        verdict = Verdict.DIFFERS
        if here is None or there is None:
            verdict = Verdict.MISSING_HERE if here is None else Verdict.MISSING_THERE
        found.append(
            Difference(
                kind=movement.kind,
                reference=movement.reference,
                verdict=verdict,
                their_minor=there.minor if there else None,
                their_currency=there.currency if there else None,
                our_minor=here.minor if here else None,
                our_currency=here.currency if here else None,
                found_at=now,
            )
        )
    return found
