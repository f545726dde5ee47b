"""Reading what was written: what everybody may read, what is somebody's own, what waits for a moderator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from hansa.kernel.db import Transaction

Row = Mapping[str, Any]

_WITH_LINE = """
SELECT e.*, l.sku_id, l.title, l.options
FROM review.entry e JOIN review.line l USING (buyer, order_id, line_no)
"""


async def of_product(
    tx: Transaction,
    *,
    product_id: UUID,
    business: str,
    traffic: str,
    stars: int | None,
    pictures: bool | None,
    before: UUID | None,
    limit: int,
) -> list[Row]:
    """Return the reviews shown of a product, newest first; with so many stars, with pictures if asked."""
    return list(
        await tx.raw.fetch(
            f"""{_WITH_LINE}
            WHERE e.product_id = $1 AND e.business = $2 AND e.traffic = $3
              AND e.shown_at IS NOT NULL AND e.kind = 'review'
              AND ($4::int IS NULL OR e.item = $4)
              AND ($5::bool IS NULL OR (cardinality(e.media) > 0) = $5)
              AND ($6::uuid IS NULL OR e.id < $6)
            ORDER BY e.id DESC LIMIT $7""",
            product_id,
            business,
            traffic,
            stars,
            pictures,
            before,
            limit,
        )
    )


async def of_shop(
    tx: Transaction, *, shop_id: UUID, business: str, traffic: str, before: UUID | None, limit: int
) -> list[Row]:
    """Return the reviews shown of what a shop sold, newest first."""
    return list(
        await tx.raw.fetch(
            f"""{_WITH_LINE}
            WHERE e.shop_id = $1 AND e.business = $2 AND e.traffic = $3 AND e.kind = 'review'
              AND e.shown_at IS NOT NULL AND ($4::uuid IS NULL OR e.id < $4)
            ORDER BY e.id DESC LIMIT $5""",
            shop_id,
            business,
            traffic,
            before,
            limit,
        )
    )


async def of_author(
    tx: Transaction, *, authors: Sequence[UUID], business: str, traffic: str, before: UUID | None, limit: int
) -> list[Row]:
    """Return the reviews somebody wrote, shown or not, newest first."""
    return list(
        await tx.raw.fetch(
            f"""{_WITH_LINE}
            WHERE e.author = ANY($1::uuid[]) AND e.business = $2 AND e.traffic = $3 AND e.kind = 'review'
              AND ($4::uuid IS NULL OR e.id < $4)
            ORDER BY e.id DESC LIMIT $5""",
            list(authors),
            business,
            traffic,
            before,
            limit,
        )
    )


async def of_order(tx: Transaction, key: tuple[UUID, UUID]) -> list[Row]:
    """Return the reviews of an order's lines, by line."""
    return list(
        await tx.raw.fetch(
            f"""{_WITH_LINE} WHERE e.buyer = $1 AND e.order_id = $2 AND e.kind = 'review' ORDER BY e.line_no""",
            *key,
        )
    )


async def of_buyer(tx: Transaction, key: tuple[UUID, UUID]) -> Row | None:
    """Return what the seller wrote of the buyer of an order."""
    row: Row | None = await tx.raw.fetchrow(
        "SELECT * FROM review.entry WHERE buyer = $1 AND order_id = $2 AND kind = 'of_buyer'", *key
    )
    return row


async def review(tx: Transaction, entry_id: UUID) -> Row | None:
    """Return one review with its line."""
    row: Row | None = await tx.raw.fetchrow(f"{_WITH_LINE} WHERE e.id = $1 AND e.kind = 'review'", entry_id)
    return row


async def after_reviews(tx: Transaction, rows: Sequence[Row]) -> list[Row]:
    """Return the follow-ups and replies to these reviews."""
    return list(
        await tx.raw.fetch(
            """SELECT e.* FROM review.entry e
               JOIN unnest($1::uuid[], $2::uuid[], $3::int[]) AS k (buyer, order_id, line_no)
                 USING (buyer, order_id, line_no)
               WHERE e.kind IN ('follow_up', 'reply')""",
            [row["buyer"] for row in rows],
            [row["order_id"] for row in rows],
            [row["line_no"] for row in rows],
        )
    )


async def waiting(
    tx: Transaction, *, business: str, traffic: str, after: UUID | None, limit: int
) -> list[Row]:
    """Return what is held or was reported, the oldest first, with the signals that were seen."""
    return list(
        await tx.raw.fetch(
            """SELECT e.*, s.codes, s.weights FROM review.entry e
               LEFT JOIN LATERAL (
                 SELECT array_agg(code ORDER BY weight DESC, code) AS codes,
                        array_agg(weight ORDER BY weight DESC, code) AS weights
                 FROM review.signal WHERE entry_id = e.id) s ON true
               WHERE e.business = $1 AND e.traffic = $2 AND (e.state = 'held' OR e.reported <> '{}') AND ($3::uuid IS NULL OR e.id > $3)
               ORDER BY e.id LIMIT $4""",
            business,
            traffic,
            after,
            limit,
        )
    )


async def everything_of(tx: Transaction, authors: Sequence[UUID], *, limit: int | None) -> list[Row]:
    """Return everything these parties wrote, in every business, newest first."""
    return list(
        await tx.raw.fetch(
            "SELECT * FROM review.entry WHERE author = ANY($1::uuid[]) ORDER BY id DESC LIMIT $2",
            list(authors),
            limit,
        )
    )
