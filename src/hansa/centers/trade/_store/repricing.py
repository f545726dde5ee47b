"""Unpaid orders whose price is lowered."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.product.types import CategoryId
from hansa.centers.trade._rules.repricing import LAYER, SHOP, AsQuoted, Repricing
from hansa.centers.trade._rules.rows import OrderKey
from hansa.centers.trade._store.columns import keys_of
from hansa.kernel.db import Transaction


async def lines_as_quoted(tx: Transaction, key: OrderKey) -> dict[int, AsQuoted]:
    """Return what an order's lines were quoted with, by number."""
    rows = await tx.raw.fetch(
        """SELECT line_no, offer_version, inputs, category_ids FROM trade.line
           WHERE buyer = $1 AND order_id = $2""",
        *key,
    )
    return {
        row["line_no"]: AsQuoted(
            row["offer_version"],
            row["inputs"] or {},
            tuple(CategoryId(UUID(one)) for one in row["category_ids"] or ()),
        )
        for row in rows
    }


async def reprice(tx: Transaction, changes: Sequence[Repricing]) -> None:
    """Store lowered orders, their lines and allocations, and the payment that their checkouts wait for.

    Their orders are locked. The checkout's row is locked last of all, which nobody else does once it is
    there: its own transaction wrote it first, and only this changes it.
    """
    lines = [(change, line) for change in changes for line in change.lines]
    added = [(change, *one) for change in changes for one in change.added]
    await tx.raw.execute(
        _REPRICE,
        [change.order.buyer for change in changes],
        [change.order.id for change in changes],
        [change.discount for change in changes],
        [change.freight for change in changes],
        [change.tax for change in changes],
        [change.order.buyer for change, _ in lines],
        [change.order.id for change, _ in lines],
        [line.line_no for _, line in lines],
        [line.discount for _, line in lines],
        [line.tax for _, line in lines],
        [line.freight for _, line in lines],
        [change.order.buyer for change, *_ in added],
        [change.order.id for change, *_ in added],
        [line_no for _, line_no, _, _ in added],
        [ordinal for _, _, ordinal, _ in added],
        [minor for *_, minor in added],
        LAYER,
        SHOP.kind.value,
    )
    await set_payments(
        tx,
        keys=[(change.order.buyer, order_id) for change in changes for order_id in change.orders],
        payments=[change.payment.id for change in changes for _ in change.orders],
    )
    await tx.raw.execute(
        """UPDATE trade.checkout c SET payment_id = n.payment_id, payable = n.payable
           FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) AS n (buyer, id, payment_id, payable)
           WHERE c.buyer = n.buyer AND c.id = n.id""",
        [change.checkout[0] for change in changes],
        [change.checkout[1] for change in changes],
        [change.payment.id for change in changes],
        [change.checkout_payable for change in changes],
    )


async def set_payments(tx: Transaction, *, keys: Sequence[OrderKey], payments: Sequence[UUID]) -> None:
    """Store which payment pays for each of these locked orders."""
    await tx.raw.execute(
        """UPDATE trade."order" o SET payment_id = n.payment_id
           FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS n (buyer, id, payment_id)
           WHERE o.buyer = n.buyer AND o.id = n.id""",
        *keys_of(keys),
        payments,
    )


_REPRICE = """
WITH lined AS (
  UPDATE trade.line l SET discount = n.discount, tax = n.tax, freight = n.freight
  FROM unnest($6::uuid[], $7::uuid[], $8::int[], $9::bigint[], $10::bigint[], $11::bigint[])
    AS n (buyer, order_id, line_no, discount, tax, freight)
  WHERE l.buyer = n.buyer AND l.order_id = n.order_id AND l.line_no = n.line_no),
allocated AS (
  INSERT INTO trade.allocation
    (buyer, order_id, line_no, ordinal, layer, funder_kind, minor)
  SELECT buyer, order_id, line_no, ordinal, $17, $18, minor
  FROM unnest($12::uuid[], $13::uuid[], $14::int[], $15::int[], $16::bigint[])
    AS n (buyer, order_id, line_no, ordinal, minor))
UPDATE trade."order" o SET discount = n.discount, freight = n.freight, tax = n.tax
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])
  AS n (buyer, id, discount, freight, tax)
WHERE o.buyer = n.buyer AND o.id = n.id
"""
