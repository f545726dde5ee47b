"""Received orders and their lines: who may review what, until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.review._tables import RECEIPT_RANK
from hansa.kernel.db import Transaction, columns

OrderKey = tuple[UUID, UUID]
"""(buyer, order): the distribution key first."""

Row = Mapping[str, Any]


class Receipt(msgspec.Struct, frozen=True, array_like=True):
    """A row of `review.receipt`, in the order of its columns."""

    buyer: UUID
    order_id: UUID
    business: str
    traffic: str
    shop_id: UUID
    seller: UUID
    lines: int
    paid_at: datetime | None
    received_at: datetime
    open_until: datetime
    revealed_at: datetime | None
    complete: bool
    """Whether no other line of the order can arrive."""


class ReceivedLine(msgspec.Struct, frozen=True, array_like=True):
    """A row of `review.line`, in the order of its columns."""

    buyer: UUID
    order_id: UUID
    line_no: int
    product_id: UUID
    sku_id: UUID
    title: str
    options: str


_RECEIPT = ", ".join(Receipt.__struct_fields__)


async def put_receipts(tx: Transaction, receipts: Sequence[Receipt]) -> list[Receipt]:
    """Write orders as far as they were received; return those of which this is news, as they stand now.

    More lines give all of the order's a new window; when it was first received, and revealed, stays.
    """
    tx.locks(RECEIPT_RANK)
    rows = await tx.raw.fetch(
        f"""INSERT INTO review.receipt AS r ({_RECEIPT})
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::int[],
                                 $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
                                 $12::boolean[])
            ON CONFLICT (buyer, order_id) DO UPDATE
            SET lines = greatest(r.lines, excluded.lines), complete = r.complete OR excluded.complete,
                open_until = CASE WHEN excluded.lines > r.lines THEN excluded.open_until ELSE r.open_until END
            WHERE excluded.lines > r.lines OR excluded.complete AND NOT r.complete
            RETURNING {_RECEIPT}""",
        *columns(map(msgspec.structs.astuple, sorted(receipts, key=_key)), 12),
    )
    return [_receipt(row) for row in rows]


async def all_said(tx: Transaction, keys: Sequence[OrderKey]) -> set[UUID]:
    """Return which of these locked orders both sides have said everything about, though nobody reads it yet."""
    rows = await tx.raw.fetch(
        """SELECT r.order_id FROM review.receipt r
           JOIN unnest($1::uuid[], $2::uuid[]) AS k (buyer, order_id)
             ON r.buyer = k.buyer AND r.order_id = k.order_id
           WHERE r.complete AND r.revealed_at IS NULL
             AND r.lines <= (SELECT count(*) FROM review.entry e
                             WHERE e.buyer = r.buyer AND e.order_id = r.order_id AND e.kind = 'review')
             AND EXISTS (SELECT FROM review.entry e
                         WHERE e.buyer = r.buyer AND e.order_id = r.order_id AND e.kind = 'of_buyer')""",
        *columns(keys, 2),
    )
    return {row["order_id"] for row in rows}


async def insert_lines(tx: Transaction, lines: Sequence[ReceivedLine]) -> None:
    """Write the lines of received orders."""
    await tx.raw.execute(
        """INSERT INTO review.line (buyer, order_id, line_no, product_id, sku_id, title, options)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::uuid[], $6::text[], $7::text[])
           ON CONFLICT (buyer, order_id, line_no) DO NOTHING""",
        *columns(map(msgspec.structs.astuple, lines), 7),
    )


async def lock_receipts(tx: Transaction, keys: Iterable[OrderKey]) -> dict[UUID, Receipt]:
    """Lock received orders in key order, and with them everything written about them; by order."""
    tx.locks(RECEIPT_RANK)
    rows = await tx.raw.fetch(
        f"""SELECT {_qualified("r")} FROM review.receipt r
            JOIN unnest($1::uuid[], $2::uuid[]) AS k (buyer, order_id)
              ON r.buyer = k.buyer AND r.order_id = k.order_id
            ORDER BY r.buyer, r.order_id FOR UPDATE OF r""",
        *columns(sorted(set(keys)), 2),
    )
    return {row["order_id"]: _receipt(row) for row in rows}


async def receipts(tx: Transaction, order_ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    """Return received orders by id, without locking."""
    rows = await tx.raw.fetch(
        f"SELECT {_RECEIPT} FROM review.receipt WHERE order_id = ANY($1::uuid[])", list(order_ids)
    )
    return {row["order_id"]: _receipt(row) for row in rows}


async def line(tx: Transaction, key: OrderKey, line_no: int) -> ReceivedLine | None:
    """Return a received line."""
    row = await tx.raw.fetchrow(
        """SELECT buyer, order_id, line_no, product_id, sku_id, title, options FROM review.line
           WHERE buyer = $1 AND order_id = $2 AND line_no = $3""",
        *key,
        line_no,
    )
    return ReceivedLine(*row) if row else None


async def mark_revealed(tx: Transaction, keys: Sequence[OrderKey], ats: Sequence[datetime]) -> None:
    """Note when each locked order was revealed."""
    await tx.raw.execute(
        """UPDATE review.receipt r SET revealed_at = k.at
           FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS k (buyer, order_id, at)
           WHERE r.buyer = k.buyer AND r.order_id = k.order_id""",
        *columns(keys, 2),
        list(ats),
    )


async def received_any(tx: Transaction, *, buyers: Sequence[UUID], business: str, traffic: str) -> bool:
    """Tell whether a person has received anything in this business and traffic class."""
    found: bool = await tx.raw.fetchval(
        """SELECT EXISTS (SELECT FROM review.receipt
                          WHERE buyer = ANY($1::uuid[]) AND business = $2 AND traffic = $3)""",
        list(buyers),
        business,
        traffic,
    )
    return found


async def reviewable(
    tx: Transaction,
    *,
    buyers: Sequence[UUID],
    business: str,
    traffic: str,
    now: datetime,
    after: tuple[UUID, int] | None,
    limit: int,
) -> list[Row]:
    """Return the lines a person may still review, the latest order first."""
    order_id, line_no = after or (None, 0)
    return list(
        await tx.raw.fetch(
            """SELECT l.*, r.shop_id, r.received_at, r.open_until
               FROM review.receipt r JOIN review.line l USING (buyer, order_id)
               WHERE r.buyer = ANY($1::uuid[]) AND r.business = $2 AND r.traffic = $3 AND r.open_until > $4
                 AND ($5::uuid IS NULL OR l.order_id < $5 OR (l.order_id = $5 AND l.line_no > $6))
                 AND NOT EXISTS (SELECT FROM review.entry e
                                 WHERE e.buyer = l.buyer AND e.order_id = l.order_id
                                   AND e.line_no = l.line_no AND e.kind = 'review')
               ORDER BY l.order_id DESC, l.line_no LIMIT $7""",
            list(buyers),
            business,
            traffic,
            now,
            order_id,
            line_no,
            limit,
        )
    )


def _receipt(row: Any) -> Receipt:
    return Receipt(*row)


def _key(receipt: Receipt) -> OrderKey:
    return (receipt.buyer, receipt.order_id)


def _qualified(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in Receipt.__struct_fields__)
