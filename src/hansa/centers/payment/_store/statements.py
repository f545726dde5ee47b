"""Statements on providers' statements: their rows, what our books say of them, where the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from hansa.centers.payment import _tables as t
from hansa.centers.payment._rules.payments import reference_of
from hansa.centers.payment._rules.statements import MIXED, Amount, Movement
from hansa.centers.payment.types import (
    REFUND_ID,
    Difference,
    PaymentId,
    StatementId,
    StatementKind,
    StatementReport,
    StatementRow,
    Verdict,
)
from hansa.kernel.db import Transaction
from hansa.kernel.db.columns import columns
from hansa.kernel.money import Money


class Account(NamedTuple):
    """Whose statements: a provider's, of one business and traffic."""

    business: str
    traffic: str
    provider: str


_OPEN = """
INSERT INTO payment.statement (business, traffic, provider, day, id, reconciled_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""

# A movement may be told of on one day's statement and stand in our books on the day before: one import at
# a time for an account, so that each sees what the others stored. Its rows' keys are in the order of days.
_LOCK = """
SELECT day FROM payment.statement WHERE business = $1 AND traffic = $2 AND provider = $3 ORDER BY day
FOR NO KEY UPDATE
"""

_WRITE_ROWS = """
INSERT INTO payment.statement_row (business, traffic, provider, day, row, kind, reference, minor, currency, at)
SELECT $1, $2, $3, $4, n.* FROM unnest($5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::timestamptz[]) n
ON CONFLICT DO NOTHING
"""

_WRITE_ROWS_FEES = """
WITH written AS (%s RETURNING kind, minor, currency)
SELECT currency::text, sum(minor)::numeric AS minor FROM written WHERE kind = 'fee' GROUP BY currency ORDER BY 1
"""

_CHANGED_ROW = """
SELECT r.row FROM unnest($5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::timestamptz[])
  AS n (row, kind, reference, minor, currency, at)
JOIN payment.statement_row r
  ON (r.business, r.traffic, r.provider, r.day, r.row) = ($1::text, $2::text, $3::text, $4::date, n.row)
WHERE (r.kind, r.reference, r.minor, r.currency::text, r.at) <> (n.kind, n.reference, n.minor, n.currency, n.at)
ORDER BY r.row LIMIT 1
"""

_MOVEMENTS = """
WITH named AS (
  SELECT DISTINCT kind, reference FROM payment.statement_row
   WHERE business = $1 AND traffic = $2 AND provider = $3 AND day = $4 AND kind <> 'fee')
SELECT r.kind, r.reference, sum(r.minor)::numeric AS minor,
       CASE WHEN min(r.currency) = max(r.currency) THEN min(r.currency) ELSE $5 END AS currency
FROM named n JOIN payment.statement_row r ON r.reference = n.reference AND r.kind = n.kind
WHERE (r.business, r.traffic, r.provider) = ($1, $2, $3) GROUP BY r.kind, r.reference
"""

_TOLD = """
SELECT DISTINCT n.kind, n.reference FROM unnest($4::text[], $5::text[]) AS n (kind, reference)
JOIN payment.statement_row r ON r.reference = n.reference AND r.kind = n.kind
WHERE (r.business, r.traffic, r.provider) = ($1, $2, $3)
"""

_CHARGES = """
SELECT a.payment_id, a.number, a.minor, p.currency
FROM unnest($4::uuid[], $5::smallint[]) AS n (payment_id, number)
JOIN payment.attempt a ON a.payment_id = n.payment_id AND a.number = n.number
JOIN payment.payment p ON p.id = a.payment_id
WHERE (p.business, p.traffic, a.provider) = ($1, $2, $3) AND a.state = 'succeeded' AND a.parts = 0
"""

_REFUNDS = """
SELECT r.id, r.minor, p.currency
FROM payment.refund r JOIN payment.payment p ON p.id = r.payment_id
JOIN payment.attempt a ON a.payment_id = r.payment_id AND a.number = r.attempt
WHERE r.id = ANY($4::uuid[]) AND (p.business, p.traffic, a.provider) = ($1, $2, $3) AND r.state = 'succeeded' AND a.parts = 0
"""

# Read once a day, behind everything else: an index on the time of resolving would cost every capture.
_CHARGES_OF_DAY = """
SELECT a.payment_id, a.number, a.minor, p.currency
FROM payment.attempt a JOIN payment.payment p ON p.id = a.payment_id
WHERE (p.business, p.traffic, a.provider) = ($1, $2, $3) AND a.state = 'succeeded' AND a.parts = 0
  AND a.resolved_at >= $4 AND a.resolved_at < $5
"""

_REFUNDS_OF_DAY = """
SELECT r.id, r.minor, p.currency
FROM payment.refund r JOIN payment.payment p ON p.id = r.payment_id
JOIN payment.attempt a ON a.payment_id = r.payment_id AND a.number = r.attempt
WHERE (p.business, p.traffic, a.provider) = ($1, $2, $3) AND r.state = 'succeeded' AND a.parts = 0
  AND r.resolved_at >= $4 AND r.resolved_at < $5
"""

# What several sources gave and got back, found by reference or by time.
_SPLIT = """
SELECT 'capture' AS kind, s.reference || '-capture' AS reference, s.minor, p.currency
FROM payment.part s JOIN payment.payment p ON p.id = s.payment_id
WHERE (p.business, p.traffic, s.provider) = ($1, $2, $3)
  AND (s.reference = ANY($4::text[]) OR s.captured_at >= $5 AND s.captured_at < $6) AND s.captured_at IS NOT NULL
UNION ALL
SELECT 'refund', s.reference || '-return', s.minor, p.currency
FROM payment.part s JOIN payment.payment p ON p.id = s.payment_id
WHERE (p.business, p.traffic, s.provider) = ($1, $2, $3) AND s.state = 'released' AND s.captured_at IS NOT NULL
  AND (s.reference = ANY($4::text[]) OR s.released_at >= $5 AND s.released_at < $6)
UNION ALL
SELECT 'refund', r.reference, r.minor, p.currency
FROM payment.refund_part r JOIN payment.payment p ON p.id = r.payment_id
JOIN payment.refund f ON f.payment_id = r.payment_id AND f.id = r.refund_id
JOIN payment.attempt a ON a.payment_id = f.payment_id AND a.number = f.attempt
WHERE (p.business, p.traffic, a.provider) = ($1, $2, $3) AND r.state = 'succeeded'
  AND (r.reference = ANY($4::text[]) OR r.resolved_at >= $5 AND r.resolved_at < $6)
"""

_CLEAR = """
UPDATE payment.statement_difference AS d SET cleared_at = $5
WHERE (d.business, d.traffic, d.provider) = ($1, $2, $3) AND d.cleared_at IS NULL
  AND (d.day = $4 OR (d.kind, d.reference) IN (SELECT * FROM unnest($6::text[], $7::text[])))
  AND (d.kind, d.reference) NOT IN (SELECT * FROM unnest($8::text[], $9::text[]))
"""

_DIFFER = """
INSERT INTO payment.statement_difference AS d
  (business, traffic, provider, day, kind, reference, verdict, their_minor, their_currency, our_minor, our_currency,
   found_at)
SELECT $1, $2, $3, $4, n.* FROM unnest($5::text[], $6::text[], $7::text[], $8::numeric[], $9::text[], $10::bigint[],
                                       $11::text[], $12::timestamptz[]) n
ON CONFLICT (business, traffic, provider, kind, reference) DO UPDATE
SET day = excluded.day, verdict = excluded.verdict, their_minor = excluded.their_minor,
    their_currency = excluded.their_currency, our_minor = excluded.our_minor, our_currency = excluded.our_currency,
    found_at = CASE WHEN d.cleared_at IS NULL THEN d.found_at ELSE excluded.found_at END, cleared_at = NULL
"""

_CLOSE = """
UPDATE payment.statement AS s
SET rows = (SELECT count(*) FROM payment.statement_row r
            WHERE (r.business, r.traffic, r.provider, r.day) = ($1, $2, $3, $4)),
    matched = $5, missing_here = $6, missing_there = $7, differs = $8, reconciled_at = $9
WHERE (s.business, s.traffic, s.provider, s.day) = ($1, $2, $3, $4)
"""

_FEES = """
SELECT currency, sum(minor)::numeric AS minor FROM payment.statement_row
WHERE business = $1 AND traffic = $2 AND provider = $3 AND day = $4 AND kind = 'fee' GROUP BY currency ORDER BY 1
"""

_FIND = "SELECT * FROM payment.statement WHERE business = $1 AND traffic = $2 AND provider = $3 AND day = $4"

_DIFFERENCES = """
SELECT kind, reference, verdict, their_minor, their_currency, our_minor, our_currency, found_at, cleared_at
FROM payment.statement_difference
WHERE business = $1 AND traffic = $2 AND provider = $3 AND day = $4 AND (kind, reference) > ($5, $6)
ORDER BY kind, reference LIMIT $7
"""


async def begin(tx: Transaction, account: Account, day: date, *, id_: StatementId, now: datetime) -> None:
    """Begin the statement of a day, or go on with it, alone with this account."""
    tx.locks(t.STATEMENT_RANK)
    await tx.raw.execute(_OPEN, *account, day, id_, now)
    await tx.raw.fetch(_LOCK, *account)


async def write_rows(
    tx: Transaction, account: Account, day: date, rows: Sequence[StatementRow]
) -> tuple[int | None, dict[str, int]]:
    """Store rows of a statement, each once.

    Returns the number of the first that was stored otherwise before, and the fees that are new, by currency.
    """
    if not rows:
        return None, {}
    told = columns([(r.row, r.kind.value, r.reference, r.minor, r.currency, r.at) for r in rows], 6)
    fees = await tx.raw.fetch(_WRITE_ROWS_FEES % _WRITE_ROWS, *account, day, *told)
    changed: int | None = await tx.raw.fetchval(_CHANGED_ROW, *account, day, *told)
    return changed, {row["currency"]: int(row["minor"]) for row in fees}


async def last_day(tx: Transaction, account: Account) -> date | None:
    """Return the latest day of which a statement of the account was imported."""
    found: date | None = await tx.raw.fetchval(
        "SELECT max(day) FROM payment.statement WHERE business = $1 AND traffic = $2 AND provider = $3",
        *account,
    )
    return found


async def movements(tx: Transaction, account: Account, day: date) -> dict[Movement, Amount]:
    """Return what the provider says of the movements that a day's statement names, on whatever day it says it."""
    return {
        Movement(StatementKind(row["kind"]), row["reference"]): Amount(int(row["minor"]), row["currency"])
        for row in await tx.raw.fetch(_MOVEMENTS, *account, day, MIXED)
    }


async def charges(
    tx: Transaction, account: Account, keys: Sequence[tuple[PaymentId, int]]
) -> dict[Movement, Amount]:
    """Return what our books say of these attempts, where they say that the money came."""
    numbers = [id_ for id_, _ in keys], [number for _, number in keys]
    return _charged(await tx.raw.fetch(_CHARGES, *account, *numbers))


async def refunds(tx: Transaction, account: Account, ids: Sequence[UUID]) -> dict[Movement, Amount]:
    """Return what our books say of these refunds, where they say that the money went back."""
    return _refunded(await tx.raw.fetch(_REFUNDS, *account, list(ids)))


async def moved(
    tx: Transaction, account: Account, since: datetime, until: datetime
) -> dict[Movement, Amount]:
    """Return what our books say moved in a span of time."""
    came = await tx.raw.fetch(_CHARGES_OF_DAY, *account, since, until)
    went = await tx.raw.fetch(_REFUNDS_OF_DAY, *account, since, until)
    return _charged(came) | _refunded(went) | _split(await tx.raw.fetch(_SPLIT, *account, [], since, until))


async def split(tx: Transaction, account: Account, named: Sequence[Movement]) -> dict[Movement, Amount]:
    """Return what our books say of these movements, where they are of payments from several sources."""
    wanted = set(named)
    references = [one.reference.removesuffix("-capture").removesuffix("-return") for one in named]
    found = _split(await tx.raw.fetch(_SPLIT, *account, references, None, None))
    return {one: amount for one, amount in found.items() if one in wanted}


async def told(tx: Transaction, account: Account, named: Sequence[Movement]) -> set[Movement]:
    """Return which of these movements some statement of the account tells of."""
    rows = await tx.raw.fetch(_TOLD, *account, *_pairs(named))
    return {Movement(StatementKind(row["kind"]), row["reference"]) for row in rows}


async def settle(
    tx: Transaction,
    account: Account,
    day: date,
    *,
    seen: Sequence[Movement],
    found: Sequence[Difference],
    now: datetime,
) -> None:
    """Store the differences of a day, and clear those that are no more; `seen` is what was looked at."""
    still = [Movement(difference.kind, difference.reference) for difference in found]
    await tx.raw.execute(_CLEAR, *account, day, now, *_pairs(seen), *_pairs(still))
    if found:
        differences = columns(
            [
                (
                    d.kind.value,
                    d.reference,
                    d.verdict.value,
                    d.their_minor,
                    d.their_currency,
                    d.our_minor,
                    d.our_currency,
                    d.found_at,
                )
                for d in found
            ],
            8,
        )
        await tx.raw.execute(_DIFFER, *account, day, *differences)


async def end(
    tx: Transaction,
    account: Account,
    day: date,
    *,
    matched: int,
    differing: dict[Verdict, int],
    now: datetime,
) -> None:
    """Store what came of it."""
    counts = (
        differing[verdict] for verdict in (Verdict.MISSING_HERE, Verdict.MISSING_THERE, Verdict.DIFFERS)
    )
    await tx.raw.execute(_CLOSE, *account, day, matched, *counts, now)


async def report(tx: Transaction, account: Account, day: date) -> StatementReport | None:
    """Return what came of a day's statement, None when it was not imported."""
    row = await tx.raw.fetchrow(_FIND, *account, day)
    if row is None:
        return None
    fees = await tx.raw.fetch(_FEES, *account, day)
    return StatementReport(
        id=StatementId(row["id"]),
        provider=row["provider"],
        day=row["day"],
        rows=row["rows"],
        matched=row["matched"],
        missing_here=row["missing_here"],
        missing_there=row["missing_there"],
        differs=row["differs"],
        fees=tuple(Money(int(fee["minor"]), fee["currency"]) for fee in fees),
        reconciled_at=row["reconciled_at"],
    )


async def differences(
    tx: Transaction, account: Account, day: date, *, after: tuple[str, str], limit: int
) -> list[Difference]:
    """Return differences of a day in the order of kind and reference, cleared ones too."""
    rows = await tx.raw.fetch(_DIFFERENCES, *account, day, *after, limit)
    return [
        Difference(
            **{
                **row,
                "kind": StatementKind(row["kind"]),
                "verdict": Verdict(row["verdict"]),
                "their_minor": None if row["their_minor"] is None else int(row["their_minor"]),
            }
        )
        for row in rows
    ]


def _charged(rows: Sequence[Any]) -> dict[Movement, Amount]:
    return {
        Movement(StatementKind.CHARGE, reference_of(row["payment_id"], row["number"])): _amount(row)
        for row in rows
    }


def _split(rows: Sequence[Any]) -> dict[Movement, Amount]:
    return {Movement(StatementKind(row["kind"]), row["reference"]): _amount(row) for row in rows}


def _refunded(rows: Sequence[Any]) -> dict[Movement, Amount]:
    return {Movement(StatementKind.REFUND, REFUND_ID.show(row["id"])): _amount(row) for row in rows}


def _amount(row: Any) -> Amount:
    return Amount(row["minor"], row["currency"])


def _pairs(movements_: Sequence[Movement]) -> tuple[list[str], list[str]]:
    return [m.kind.value for m in movements_], [m.reference for m in movements_]
