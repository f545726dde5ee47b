"""Statements on the sandbox provider's own tables. Nobody but the sandbox calls them: it is the outside world."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction

_CHARGE = """
INSERT INTO payment.sandbox_charge
  (reference, provider_reference, business, traffic, minor, currency, behaviour, charged_at, due_at, callbacks_left)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[],
                     $8::timestamptz[], $9::timestamptz[], $10::smallint[])
ON CONFLICT (reference) DO NOTHING RETURNING *
"""

_FIND_ALL = "SELECT * FROM payment.sandbox_charge WHERE reference = ANY($1::text[])"

_FIND = "SELECT * FROM payment.sandbox_charge WHERE reference = $1"

_WAITING = "SELECT DISTINCT business, traffic FROM payment.sandbox_charge WHERE callbacks_left > 0 LIMIT 1000"

_DUE = """
SELECT * FROM payment.sandbox_charge
WHERE business = $1 AND traffic = $2 AND due_at <= $3 AND callbacks_left > 0 ORDER BY due_at LIMIT $4
"""

_CALLED = """
UPDATE payment.sandbox_charge SET callbacks_left = callbacks_left - 1 WHERE reference = $1 AND callbacks_left > 0
"""


class NewCharge(NamedTuple):
    """A row of `payment.sandbox_charge` as it begins, in the order of the statement."""

    reference: str
    provider_reference: str
    business: str
    traffic: str
    minor: int
    currency: str
    behaviour: str
    charged_at: datetime
    due_at: datetime
    callbacks_left: int


async def charge(tx: Transaction, charges: Sequence[NewCharge]) -> dict[str, Any]:
    """Write charges down, once per reference; returns them by reference as they were first written."""
    written = await tx.raw.fetch(_CHARGE, *(list(column) for column in zip(*sorted(charges), strict=True)))
    known = {row["reference"]: row for row in written}
    repeated = [charge.reference for charge in charges if charge.reference not in known]
    if repeated:
        known |= {row["reference"]: row for row in await tx.raw.fetch(_FIND_ALL, repeated)}
    return known


async def find(tx: Transaction, reference: str) -> Any | None:
    """Return a charge."""
    return await tx.raw.fetchrow(_FIND, reference)


async def waiting(tx: Transaction) -> list[Any]:
    """Return the (business, traffic) pairs that have callbacks to come."""
    return list(await tx.raw.fetch(_WAITING))


async def due(tx: Transaction, ctx: Ctx, *, limit: int) -> list[Any]:
    """Return charges of one clock whose callback is due, the oldest first."""
    return list(await tx.raw.fetch(_DUE, ctx.business, ctx.traffic.value, ctx.now(), limit))


async def called(tx: Transaction, reference: str) -> None:
    """Count a callback as delivered."""
    await tx.raw.execute(_CALLED, reference)
