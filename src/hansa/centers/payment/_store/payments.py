"""Statements on payments and their attempts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from hansa.centers.payment import _tables as t
from hansa.centers.payment._rules.payments import AttemptRow, PaymentRow
from hansa.centers.payment.types import (
    Attempt,
    AttemptState,
    Facts,
    NewPayment,
    Payment,
    PaymentId,
    PaymentState,
    Share,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.db.columns import columns
from hansa.kernel.money import Money

_LOCK = """
SELECT id, payer, business, traffic, entity, currency, amount, state, attempts, captured_attempt, captured_minor,
       refunded_minor, share_orders, share_shops, share_minors, share_refunded, expires_at, changed_at
FROM payment.payment WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""

_INSERT = """
INSERT INTO payment.payment
  (id, checkout_id, payer, business, traffic, entity, currency, amount, state, expires_at, created_at, changed_at,
   share_orders, share_shops, share_minors, share_refunded)
SELECT id, checkout_id, payer, business, traffic, entity, currency, amount, 'created', expires_at, created_at,
       created_at, share_orders, share_shops, share_minors, array_fill(0::bigint, ARRAY[cardinality(share_minors)])
FROM unnest($1::payment.new_payment[])
"""

_UPDATE = """
UPDATE payment.payment AS p
SET previous_state = CASE WHEN p.state <> n.state THEN p.state ELSE p.previous_state END,
    state = n.state, attempts = n.attempts, captured_attempt = n.captured_attempt,
    captured_minor = n.captured_minor, refunded_minor = n.refunded_minor, changed_at = n.changed_at
FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::smallint[], $5::bigint[], $6::bigint[], $7::timestamptz[])
  AS n (id, state, attempts, captured_attempt, captured_minor, refunded_minor, changed_at)
WHERE p.id = n.id
"""

_UPDATE_REFUNDED = """
UPDATE payment.payment AS p
SET previous_state = CASE WHEN p.state <> n.state THEN p.state ELSE p.previous_state END,
    state = n.state, refunded_minor = n.refunded_minor, changed_at = n.changed_at,
    share_refunded = ($7::bigint[])[n.low:n.high]
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::timestamptz[], $5::int[], $6::int[])
  AS n (id, state, refunded_minor, changed_at, low, high)
WHERE p.id = n.id
"""

_BEGIN = """
WITH n AS (
  SELECT * FROM unnest($1::payment.new_attempt[])),
begun AS (
  INSERT INTO payment.attempt (payment_id, number, provider, state, brand, last_four, minor, started_at, parts)
  SELECT payment_id, number, provider, 'started', brand, last_four, minor, started_at, parts FROM n)
UPDATE payment.payment AS p
SET previous_state = p.state, state = 'pending', attempts = n.number, changed_at = n.started_at
FROM n WHERE p.id = n.payment_id
"""

_UPDATE_ATTEMPTS = """
UPDATE payment.attempt AS a
SET previous_state = CASE WHEN a.state <> n.state THEN a.state ELSE a.previous_state END,
    state = n.state, taken = n.taken, refunded_minor = n.refunded_minor,
    provider_reference = n.provider_reference, decline_code = n.decline_code, resolved_at = n.resolved_at
FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::boolean[], $5::bigint[], $6::text[], $7::text[],
            $8::timestamptz[])
  AS n (payment_id, number, state, taken, refunded_minor, provider_reference, decline_code, resolved_at)
WHERE a.payment_id = n.payment_id AND a.number = n.number
"""

_TAKE_ATTEMPTS = """
UPDATE payment.attempt AS a
SET previous_state = CASE WHEN a.state <> 'succeeded' THEN a.state ELSE a.previous_state END,
    state = 'succeeded', taken = true, provider_reference = n.provider_reference, decline_code = NULL,
    resolved_at = coalesce(CASE WHEN a.state = 'succeeded' THEN a.resolved_at END, n.resolved_at)
FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::timestamptz[])
  AS n (payment_id, number, provider_reference, resolved_at)
WHERE a.payment_id = n.payment_id AND a.number = n.number
"""

_CAPTURE = """
WITH n AS (
  SELECT * FROM unnest($1::payment.taken_attempt[])),
taken AS (
  UPDATE payment.attempt AS a
  SET previous_state = CASE WHEN a.state <> 'succeeded' THEN a.state ELSE a.previous_state END,
      state = 'succeeded', taken = true, provider_reference = n.provider_reference, decline_code = NULL,
      resolved_at = coalesce(CASE WHEN a.state = 'succeeded' THEN a.resolved_at END, n.resolved_at)
  FROM n WHERE a.payment_id = n.payment_id AND a.number = n.number)
UPDATE payment.payment AS p
SET previous_state = p.state, state = 'captured', captured_attempt = n.number, captured_minor = p.amount,
    changed_at = n.captured_at
FROM n WHERE p.id = n.payment_id
"""

_ATTEMPTS = """
SELECT payment_id, number, provider, state, brand, last_four, minor, parts, taken, refunded_minor, provider_reference,
       decline_code, started_at, resolved_at
FROM payment.attempt WHERE payment_id = ANY($1::uuid[])
"""

_UNRESOLVED = """
SELECT a.payment_id, a.number, a.provider, a.parts, a.started_at, p.business, p.traffic
FROM payment.attempt a JOIN payment.payment p ON p.id = a.payment_id
WHERE a.state IN ('started', 'pending', 'authorised') ORDER BY a.asked_at NULLS FIRST, a.started_at LIMIT $1
"""

_ASKED = """
UPDATE payment.attempt AS a SET asked_at = $3
FROM unnest($1::uuid[], $2::smallint[]) AS n (payment_id, number)
WHERE a.payment_id = n.payment_id AND a.number = n.number
"""

_CALLBACK = """
INSERT INTO payment.callback (payment_id, provider, event_id, attempt, outcome, minor, currency, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING true
"""


async def lock(tx: Transaction, ids: Sequence[PaymentId]) -> dict[PaymentId, PaymentRow]:
    """Lock payments in the order of their ids, and read them."""
    tx.locks(t.PAYMENT_RANK)
    return {row["id"]: _locked(row) for row in await tx.raw.fetch(_LOCK, sorted(set(ids)))}


async def insert(tx: Transaction, payments: Sequence[NewPayment]) -> None:
    """Write new payments."""
    rows = [
        (
            new.id,
            new.checkout_id,
            new.payer,
            new.ctx.business,
            new.ctx.traffic,
            new.ctx.entity,
            new.amount.currency,
            new.amount.minor,
            new.expires_at,
            new.ctx.now(),
            [share.order_id for share in new.shares],
            [share.shop_id for share in new.shares],
            [share.minor for share in new.shares],
        )
        for new in payments
    ]
    await tx.raw.execute(_INSERT, rows)


async def update(tx: Transaction, rows: Sequence[PaymentRow]) -> None:
    """Store changed payments, their shares apart."""
    if rows:
        await tx.raw.execute(
            _UPDATE,
            *columns(
                [
                    (
                        r.id,
                        r.state.value,
                        r.attempts,
                        r.captured_attempt,
                        r.captured_minor,
                        r.refunded_minor,
                        r.changed_at,
                    )
                    for r in rows
                ],
                7,
            ),
        )


async def update_refunded(tx: Transaction, rows: Sequence[PaymentRow]) -> None:
    """Store payments whose refunds changed, with their shares."""
    if not rows:
        return
    flat: list[int] = []
    changed = []
    for row in rows:
        low = len(flat) + 1
        flat.extend(row.share_refunded)
        changed.append((row.id, row.state.value, row.refunded_minor, row.changed_at, low, len(flat)))
    await tx.raw.execute(_UPDATE_REFUNDED, *columns(changed, 6), flat)


async def begin(tx: Transaction, attempts: Sequence[AttemptRow]) -> None:
    """Write attempts as they start, and that they occupy their payments."""
    rows = [
        (a.payment_id, a.number, a.provider, a.brand, a.last_four, a.minor, a.started_at, a.parts)
        for a in attempts
    ]
    await tx.raw.execute(_BEGIN, rows)


async def update_attempts(tx: Transaction, attempts: Sequence[AttemptRow]) -> None:
    """Store changed attempts."""
    if attempts:
        await tx.raw.execute(
            _UPDATE_ATTEMPTS,
            *columns(
                [
                    (
                        a.payment_id,
                        a.number,
                        a.state.value,
                        a.taken,
                        a.refunded_minor,
                        a.provider_reference,
                        a.decline_code,
                        a.resolved_at,
                    )
                    for a in attempts
                ],
                8,
            ),
        )


async def capture(tx: Transaction, taken: Sequence[tuple[Facts, datetime]]) -> None:
    """Store payments as captured whole at these moments, by the attempts that the facts name."""
    if taken:
        rows = [
            (f.payment_id, f.attempt, f.provider_reference, f.at, captured_at) for f, captured_at in taken
        ]
        rows.sort(key=itemgetter(0, 1))
        await tx.raw.execute(_CAPTURE, rows)


async def take_attempts(tx: Transaction, facts: Sequence[Facts]) -> None:
    """Store that the money of these attempts is part of what their payments captured."""
    if facts:
        await tx.raw.execute(
            _TAKE_ATTEMPTS,
            *columns([(f.payment_id, f.attempt, f.provider_reference, f.at) for f in facts], 4),
        )


async def attempts(tx: Transaction, ids: Sequence[PaymentId]) -> dict[tuple[PaymentId, int], AttemptRow]:
    """Return the attempts of locked payments."""
    rows = await tx.raw.fetch(_ATTEMPTS, list(ids))
    return {
        (row["payment_id"], row["number"]): AttemptRow(**{**row, "state": AttemptState(row["state"])})
        for row in rows
    }


async def unresolved(tx: Transaction, *, limit: int) -> list[Any]:
    """Return attempts whose outcome is not known, the longest not asked for first."""
    return list(await tx.raw.fetch(_UNRESOLVED, limit))


async def asked(tx: Transaction, keys: Sequence[tuple[PaymentId, int]], at: datetime) -> None:
    """Note that these attempts had their turn of being asked about, so that others come next."""
    if keys:
        await tx.raw.execute(_ASKED, *columns(sorted(keys), 2), at)


async def insert_callback(tx: Transaction, facts: Facts, *, event_id: str, received_at: datetime) -> bool:
    """Write a callback down; false when it came before."""
    fresh: bool | None = await tx.raw.fetchval(
        _CALLBACK,
        facts.payment_id,
        facts.provider,
        event_id,
        facts.attempt,
        facts.outcome.value,
        facts.minor,
        facts.currency,
        received_at,
    )
    return bool(fresh)


async def payment(tx: Transaction, id_: PaymentId, ctx: Ctx) -> Payment | None:
    """Return one payment of a business with its shares and attempts."""
    row = (await tx.conn.execute(select(t.payment).where(t.payment.c.id == id_, *_asked_for_in(ctx)))).first()
    if row is None:
        return None
    found = await tx.conn.execute(
        select(t.attempt).where(t.attempt.c.payment_id == id_).order_by(t.attempt.c.number)
    )
    shares = zip(row.share_orders, row.share_shops, row.share_minors, row.share_refunded, strict=True)
    return Payment(
        id=id_,
        checkout_id=row.checkout_id,
        payer=row.payer,
        business=row.business,
        traffic=ctx.traffic,
        entity=row.entity,
        state=PaymentState(row.state),
        amount=Money(row.amount, row.currency),
        captured_minor=row.captured_minor,
        refunded_minor=row.refunded_minor,
        shares=tuple(
            Share(order_id=order, shop_id=shop, minor=minor, refunded_minor=back)
            for order, shop, minor, back in shares
        ),
        attempts=tuple(
            Attempt(
                number=a.number,
                provider=a.provider,
                state=AttemptState(a.state),
                brand=a.brand,
                last_four=a.last_four,
                minor=a.minor,
                refunded_minor=a.refunded_minor,
                provider_reference=a.provider_reference,
                decline_code=a.decline_code,
                started_at=a.started_at,
                resolved_at=a.resolved_at,
            )
            for a in found
        ),
        expires_at=row.expires_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


async def waiting(tx: Transaction, among: Sequence[PaymentId] | None) -> list[PaymentId]:
    """Return the ids of the payments that wait for money, all or among these."""
    rows = await tx.raw.fetch(
        """SELECT id FROM payment.payment
           WHERE state IN ('created', 'pending', 'authorised') AND ($1::uuid[] IS NULL OR id = ANY($1))
           ORDER BY id""",
        among,
    )
    return [PaymentId(row["id"]) for row in rows]


async def payments_of_checkout(tx: Transaction, checkout_id: UUID, ctx: Ctx) -> list[PaymentId]:
    """Return the ids of a checkout's payments."""
    found = await tx.conn.scalars(
        select(t.payment.c.id).where(t.payment.c.checkout_id == checkout_id, *_asked_for_in(ctx)).limit(20)
    )
    return [PaymentId(id_) for id_ in found]


def _asked_for_in(ctx: Ctx) -> Sequence[ColumnElement[bool]]:
    return t.payment.c.business == ctx.business, t.payment.c.traffic == ctx.traffic.value


def _locked(row: Any) -> PaymentRow:
    values = dict(row)
    values["state"] = PaymentState(row["state"])
    for name in ("share_orders", "share_shops", "share_minors", "share_refunded"):
        values[name] = tuple(row[name])
    return PaymentRow(**values)
