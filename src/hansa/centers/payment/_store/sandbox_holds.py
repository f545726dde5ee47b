"""Statements on what the sandbox provider holds, captures and gives back. The sandbox's alone, too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hansa.centers.payment import _tables as t
from hansa.centers.payment.extensions import CaptureRequest, RefundRequest
from hansa.kernel.db import Transaction

STATEMENT_MAX = 100_000

_HOLD = """
INSERT INTO payment.sandbox_hold
  (reference, provider_reference, business, traffic, minor, currency, behaviour, held_at, due_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (reference) DO NOTHING
"""

_FIND = "SELECT * FROM payment.sandbox_hold WHERE reference = $1"

_LOCK = "SELECT * FROM payment.sandbox_hold WHERE reference = $1 FOR UPDATE"

_VOID = "UPDATE payment.sandbox_hold SET voided_at = $2 WHERE reference = $1 AND voided_at IS NULL"

_CAPTURED = "SELECT captured_at FROM payment.sandbox_capture WHERE reference = $1"

_CAPTURE = """
WITH taken AS (
  INSERT INTO payment.sandbox_capture (reference, hold_reference, minor, captured_at) VALUES ($1, $2, $3, $4))
UPDATE payment.sandbox_hold SET captured_minor = captured_minor + $3 WHERE reference = $2
"""

_LOCK_CHARGE = "SELECT minor, refunded_minor FROM payment.sandbox_charge WHERE reference = $1 FOR UPDATE"

_LOCK_CAPTURE = "SELECT minor, refunded_minor FROM payment.sandbox_capture WHERE reference = $1 FOR UPDATE"

_REFUND = """
WITH given AS (
  INSERT INTO payment.sandbox_refund (reference, charge_reference, minor, refunded_at) VALUES ($1, $2, $3, $4)),
counted AS (
  UPDATE payment.sandbox_charge SET refunded_minor = refunded_minor + $3 WHERE reference = $2)
UPDATE payment.sandbox_capture SET refunded_minor = refunded_minor + $3 WHERE reference = $2
"""

_STATEMENT = """
SELECT 'charge' AS kind, reference, minor, currency, due_at AS at FROM payment.sandbox_charge
 WHERE business = $1 AND traffic = $2 AND due_at >= $3 AND due_at < $4 AND behaviour = ANY($5::text[])
UNION ALL
SELECT 'capture', c.reference, c.minor, h.currency, c.captured_at
  FROM payment.sandbox_capture c JOIN payment.sandbox_hold h ON h.reference = c.hold_reference
 WHERE h.business = $1 AND h.traffic = $2 AND c.captured_at >= $3 AND c.captured_at < $4
UNION ALL
SELECT 'refund', r.reference, r.minor, p.currency, r.refunded_at
  FROM payment.sandbox_refund r JOIN payment.sandbox_charge p ON p.reference = r.charge_reference
 WHERE p.business = $1 AND p.traffic = $2 AND r.refunded_at >= $3 AND r.refunded_at < $4
UNION ALL
SELECT 'refund', r.reference, r.minor, h.currency, r.refunded_at
  FROM payment.sandbox_refund r JOIN payment.sandbox_capture c ON c.reference = r.charge_reference
  JOIN payment.sandbox_hold h ON h.reference = c.hold_reference
 WHERE h.business = $1 AND h.traffic = $2 AND r.refunded_at >= $3 AND r.refunded_at < $4
ORDER BY at, kind, reference LIMIT $6
"""


class NewHold(NamedTuple):
    """A row of `payment.sandbox_hold` as it begins, in the order of the statement."""

    reference: str
    provider_reference: str
    business: str
    traffic: str
    minor: int
    currency: str
    behaviour: str
    held_at: datetime
    due_at: datetime
    expires_at: datetime


async def hold(tx: Transaction, new: NewHold) -> Any:
    """Write a hold down, once per reference; returns it as it was first written and stands now."""
    await tx.raw.execute(_HOLD, *new)
    return await tx.raw.fetchrow(_FIND, new.reference)


async def find(tx: Transaction, reference: str) -> Any | None:
    """Return a hold."""
    return await tx.raw.fetchrow(_FIND, reference)


async def lock(tx: Transaction, reference: str) -> Any | None:
    """Lock a hold and return it."""
    tx.locks(t.SANDBOX_RANK)
    return await tx.raw.fetchrow(_LOCK, reference)


async def void(tx: Transaction, reference: str, *, at: datetime) -> None:
    """Let go of a locked hold."""
    await tx.raw.execute(_VOID, reference, at)


async def captured_at(tx: Transaction, reference: str) -> datetime | None:
    """Return when a capture of this reference was made, None when there is none."""
    at: datetime | None = await tx.raw.fetchval(_CAPTURED, reference)
    return at


async def capture(tx: Transaction, request: CaptureRequest, *, at: datetime) -> None:
    """Take of a locked hold."""
    await tx.raw.execute(_CAPTURE, request.reference, request.hold_reference, request.minor, at)


async def refund(tx: Transaction, request: RefundRequest, *, at: datetime) -> bool:
    """Give back of a charge or capture, once per reference; false when it does not hold that much."""
    tx.locks(t.SANDBOX_RANK)
    took = await tx.raw.fetchrow(_LOCK_CHARGE, request.charge_reference)
    if took is None:
        took = await tx.raw.fetchrow(_LOCK_CAPTURE, request.charge_reference)
    if took is None:
        return False
    known = await tx.raw.fetchval(
        "SELECT true FROM payment.sandbox_refund WHERE reference = $1", request.reference
    )
    if known:
        return True
    if took["refunded_minor"] + request.minor > took["minor"]:
        return False
    await tx.raw.execute(_REFUND, request.reference, request.charge_reference, request.minor, at)
    return True


async def statement(
    tx: Transaction, *, business: str, traffic: str, since: datetime, until: datetime, good: Sequence[str]
) -> list[Any]:
    """Return what moved in a span of time, in its order; `good` names the behaviours that charge."""
    rows = await tx.raw.fetch(_STATEMENT, business, traffic, since, until, list(good), STATEMENT_MAX)
    return list(rows)
