"""Price lists, and what they ask for which offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from hansa.centers.product._store.rows import json_of, row_of
from hansa.centers.product._tables import PRICE_LIST_RANK
from hansa.centers.product.types import OfferId, OfferPrice, PriceList, PriceListId, ProductId
from hansa.centers.shop.types import ShopId
from hansa.kernel.db import Transaction
from hansa.kernel.money import Money

_LIST = "id, business, traffic, shop_id, names, starts_at, ends_at, priority, created_at, version"


async def insert_price_list(tx: Transaction, new: PriceList, *, lists_max: int, now: datetime) -> bool:
    """Write a price list; False when the shop has `lists_max` already that are not over."""
    written = await tx.raw.fetchval(
        f"""INSERT INTO product.price_list ({_LIST})
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
             WHERE (SELECT count(*) FROM product.price_list WHERE shop_id = $4 AND (ends_at IS NULL OR ends_at > $12)) < $11
            RETURNING true""",
        new.id,
        new.business,
        new.traffic.value,
        new.shop_id,
        json_of(new.names),
        new.starts_at,
        new.ends_at,
        new.priority,
        new.created_at,
        new.version,
        lists_max,
        now,
    )
    return written is not None


async def read_price_list(tx: Transaction, price_list_id: PriceListId) -> PriceList | None:
    """Return a price list, or None."""
    row = await tx.raw.fetchrow(f"SELECT {_LIST} FROM product.price_list WHERE id = $1", price_list_id)
    return row_of(PriceList, row) if row else None


async def lock_price_lists(tx: Transaction, ids: Sequence[PriceListId]) -> list[PriceList]:
    """Return those of these price lists that are there, locked in key order."""
    tx.locks(PRICE_LIST_RANK)
    rows = await tx.raw.fetch(
        f"SELECT {_LIST} FROM product.price_list WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(ids)
    )
    return [row_of(PriceList, row) for row in rows]


async def update_price_list(tx: Transaction, changed: PriceList) -> None:
    """Write a locked price list anew."""
    await tx.raw.execute(
        """UPDATE product.price_list
           SET names = $2, starts_at = $3, ends_at = $4, priority = $5, version = $6 WHERE id = $1""",
        changed.id,
        json_of(changed.names),
        changed.starts_at,
        changed.ends_at,
        changed.priority,
        changed.version,
    )


async def price_lists(
    tx: Transaction, shop_id: ShopId, *, business: str, before: UUID | None, limit: int
) -> list[PriceList]:
    """Return the price lists of a shop in its business, the latest first, ids below `before`."""
    rows = await tx.raw.fetch(
        f"""SELECT {_LIST} FROM product.price_list
            WHERE shop_id = $1 AND business = $4 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3""",
        shop_id,
        before,
        limit,
        business,
    )
    return [row_of(PriceList, row) for row in rows]


async def prices_of_list(
    tx: Transaction, price_list_id: PriceListId, *, after: UUID | None, limit: int
) -> list[OfferPrice]:
    """Return what a list asks, by offer, ids above `after`."""
    rows = await tx.raw.fetch(
        """SELECT t.offer_id, t.price_minor, o.currency
             FROM product.timed_price t JOIN product.offer o ON o.id = t.offer_id
            WHERE t.price_list_id = $1 AND ($2::uuid IS NULL OR t.offer_id > $2) ORDER BY t.offer_id LIMIT $3""",
        price_list_id,
        after,
        limit,
    )
    return [OfferPrice(row["offer_id"], Money(row["price_minor"], row["currency"])) for row in rows]


async def offers_of_lists(tx: Transaction, ids: Sequence[PriceListId]) -> dict[OfferId, ProductId]:
    """Return the offers that these lists name, with their products."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT o.id, o.product_id FROM product.timed_price t JOIN product.offer o ON o.id = t.offer_id
           WHERE t.price_list_id = ANY($1::uuid[])""",
        list(ids),
    )
    return {row["id"]: row["product_id"] for row in rows}


async def put_prices(
    tx: Transaction, price_list_id: PriceListId, prices: Mapping[OfferId, int]
) -> tuple[int, int]:
    """Write prices of a locked list; returns how many it has now, and the most lists that name one of these offers."""
    await tx.raw.execute(
        """INSERT INTO product.timed_price (offer_id, price_list_id, price_minor)
           SELECT n.id, $1, n.minor FROM unnest($2::uuid[], $3::bigint[]) AS n (id, minor) ORDER BY n.id
           ON CONFLICT (offer_id, price_list_id) DO UPDATE SET price_minor = excluded.price_minor""",
        price_list_id,
        list(prices),
        list(prices.values()),
    )
    row = await tx.raw.fetchrow(
        """SELECT (SELECT count(*) FROM product.timed_price WHERE price_list_id = $1) AS prices,
                  (SELECT max(lists) FROM (SELECT count(*) AS lists FROM product.timed_price
                    WHERE offer_id = ANY($2::uuid[]) GROUP BY offer_id) per) AS lists""",
        price_list_id,
        list(prices),
    )
    return row["prices"], row["lists"]


async def drop_prices(tx: Transaction, price_list_id: PriceListId, offer_ids: Sequence[OfferId]) -> None:
    """Remove prices of a locked list."""
    await tx.raw.execute(
        "DELETE FROM product.timed_price WHERE price_list_id = $1 AND offer_id = ANY($2::uuid[])",
        price_list_id,
        list(offer_ids),
    )


async def reschedule(tx: Transaction, offer_ids: Sequence[OfferId]) -> None:
    """Note when the prices of these offers, whose products are locked, change by time alone.

    The version rises past all moments there were: one that was seen never stands for another price.
    """
    await tx.raw.execute(
        """UPDATE product.offer o
           SET version = o.version + 1 + cardinality(o.changes_at),
               changes_at = coalesce((
                 SELECT array_agg(moment ORDER BY moment)
                   FROM product.timed_price t JOIN product.price_list l ON l.id = t.price_list_id
                  CROSS JOIN LATERAL unnest(ARRAY[l.starts_at, l.ends_at]) AS moment
                  WHERE t.offer_id = o.id AND moment IS NOT NULL), '{}'),
               changed_xid = pg_current_xact_id()
           WHERE o.id = ANY($1::uuid[])""",
        list(offer_ids),
    )
