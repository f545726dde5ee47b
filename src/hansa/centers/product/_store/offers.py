"""Offers, and the list of what is on sale that follows from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.product._rules.products import options_text
from hansa.centers.product.types import Measure, Offer, OfferId, Option, ProductId, SkuId, Sort, TimedPrice
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.money import Money


class NewOffer(msgspec.Struct, frozen=True, array_like=True):
    """A row of `product.offer` as it is made, in the order of the insert's columns."""

    id: UUID
    business: str
    traffic: str
    shop_id: UUID
    product_id: UUID
    sku_id: UUID
    price_minor: int
    list_price_minor: int | None
    currency: str
    created_at: Any
    unpublished: bool
    suspended: bool
    import_id: UUID | None = None


# Nobody's prices are looked for unless something is known to change at some time.
_OFFER = """
SELECT o.id, o.sku_id, o.product_id, o.shop_id, o.business, o.traffic, p.titles, p.options, p.measure, s.values,
       o.price_minor, o.list_price_minor, o.currency, o.version, o.on_sale,
       c.lineage, CASE WHEN s.art <> '' THEN s.art ELSE p.art END AS art,
       CASE WHEN cardinality(o.changes_at) > 0 THEN (
         SELECT jsonb_agg(jsonb_build_object('price_list_id', l.id, 'starts_at', l.starts_at, 'ends_at', l.ends_at,
                                             'priority', l.priority, 'price_minor', t.price_minor) ORDER BY l.id)
           FROM product.timed_price t JOIN product.price_list l ON l.id = t.price_list_id
          WHERE t.offer_id = o.id) END AS schedule
FROM product.offer_now o JOIN product.sku s ON s.id = o.sku_id JOIN product.product p ON p.id = o.product_id
     LEFT JOIN product.category c ON c.id = p.category_id
"""


async def insert_offers(tx: Transaction, offers: Sequence[NewOffer]) -> bool:
    """Write new offers, active, version 1; False when a shop offers one of the SKUs there already."""
    rows = [msgspec.structs.astuple(offer) for offer in offers]
    written = await tx.raw.fetch(
        """INSERT INTO product.offer (id, business, traffic, shop_id, product_id, sku_id, price_minor,
                                      list_price_minor, currency, created_at, unpublished, suspended, import_id,
                                      current_minor, state, version)
           SELECT n.*, n.price_minor, 'active', 1
           FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::bigint[],
                       $8::bigint[], $9::text[], $10::timestamptz[], $11::bool[], $12::bool[], $13::uuid[])
             AS n (id, business, traffic, shop_id, product_id, sku_id, price_minor, list_price_minor, currency,
                   created_at, unpublished, suspended, import_id)
           ON CONFLICT ON CONSTRAINT offer_once DO NOTHING RETURNING id""",
        *zip(*rows, strict=True),
    )
    return len(written) == len(rows)


async def read_offers(tx: Transaction, ids: Sequence[OfferId]) -> dict[OfferId, Offer]:
    """Return the offers that exist among these ids, as shops set them."""
    rows = await tx.raw.fetch(_OFFER + " WHERE o.id = ANY($1::uuid[])", list(ids))
    return {row["id"]: _offer(row) for row in rows}


async def offers_of_products(tx: Transaction, ids: Sequence[ProductId]) -> list[tuple[ProductId, OfferId]]:
    """Return (product, offer) for all offers of these products, whatever their business or state."""
    rows = await tx.raw.fetch(
        "SELECT product_id, id FROM product.offer_now WHERE product_id = ANY($1::uuid[]) ORDER BY id",
        list(ids),
    )
    return [(row["product_id"], row["id"]) for row in rows]


async def offers_by_sku(
    tx: Transaction, wanted: Collection[tuple[ShopId, SkuId]], *, business: str, traffic: Traffic
) -> dict[tuple[ShopId, SkuId], OfferId]:
    """Return the offers that shops have of SKUs; what none has is absent."""
    rows = await tx.raw.fetch(
        """SELECT o.shop_id, o.sku_id, o.id
           FROM unnest($1::uuid[], $2::uuid[]) AS w (shop_id, sku_id)
           JOIN product.offer_now o ON o.sku_id = w.sku_id AND o.shop_id = w.shop_id
                                   AND o.business = $3 AND o.traffic = $4""",
        [shop_id for shop_id, _ in wanted],
        [sku_id for _, sku_id in wanted],
        business,
        traffic.value,
    )
    return {(row["shop_id"], row["sku_id"]): row["id"] for row in rows}


async def versions(tx: Transaction, ids: Sequence[OfferId]) -> dict[OfferId, Mapping[str, Any]]:
    """Return version, moments of change, state, business and traffic class of offers: one unlocked read.

    No lock is needed under READ COMMITTED. A change that commits before this statement is seen here; one
    that commits later is serialised after the order, as if the buyer had come a moment earlier: nothing
    that changes an offer reads orders, and nothing in the order reads the offer again.
    """
    rows = await tx.raw.fetch(
        """SELECT id, version, changes_at, on_sale AS active, business, traffic
           FROM product.offer_now WHERE id = ANY($1::uuid[])""",
        list(ids),
    )
    return {row["id"]: row for row in rows}


async def set_price(tx: Transaction, offer_id: OfferId, price: Money, list_price: Money | None) -> None:
    """Set the price of an offer under a locked product; a withdrawn offer is active again."""
    await tx.raw.execute(
        """UPDATE product.offer
           SET price_minor = $2, current_minor = $2, currency = $3, list_price_minor = $4,
               previous_state = state, state = 'active',
               version = version + 1 + cardinality(changes_at), changed_xid = pg_current_xact_id()
           WHERE id = $1""",
        offer_id,
        price.minor,
        price.currency,
        list_price.minor if list_price else None,
    )


async def withdraw(tx: Transaction, offer_id: OfferId) -> bool:
    """Withdraw an offer under a locked product; False when it was withdrawn already."""
    changed = await tx.raw.fetchval(
        """UPDATE product.offer
           SET previous_state = state, state = 'withdrawn', version = version + 1 + cardinality(changes_at),
               changed_xid = pg_current_xact_id()
           WHERE id = $1 AND state = 'active' RETURNING id""",
        offer_id,
    )
    return changed is not None


async def withdraw_of_shop(tx: Transaction, product_id: ProductId, shop_id: ShopId) -> list[OfferId]:
    """Withdraw a shop's offers of a locked product; returns which were on sale."""
    rows = await tx.raw.fetch(
        """UPDATE product.offer
           SET previous_state = state, state = 'withdrawn', version = version + 1 + cardinality(changes_at),
               changed_xid = pg_current_xact_id()
           WHERE product_id = $1 AND shop_id = $2 AND state = 'active' RETURNING id""",
        product_id,
        shop_id,
    )
    return [row["id"] for row in rows]


async def others_sell(tx: Transaction, product_id: ProductId, shop_id: ShopId) -> bool:
    """Tell whether a shop besides this one sells a locked product, or will again when it opens."""
    found: bool = await tx.raw.fetchval(
        """SELECT EXISTS (SELECT FROM product.offer
                          WHERE product_id = $1 AND shop_id <> $2 AND state = 'active')""",
        product_id,
        shop_id,
    )
    return found


async def touch_offers(tx: Transaction, product_id: ProductId) -> None:
    """Tell every process's snapshot that texts which a product's offers show have changed."""
    await tx.raw.execute(
        "UPDATE product.offer SET changed_xid = pg_current_xact_id() WHERE product_id = $1", product_id
    )


async def products_offered_by(
    tx: Transaction, shop_ids: Sequence[ShopId], *, suspended: bool
) -> list[ProductId]:
    """Return the products of which these shops have offers that are (not) suspended."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT product_id FROM product.offer
           WHERE shop_id = ANY($1::uuid[]) AND suspended = $2 ORDER BY product_id""",
        list(shop_ids),
        suspended,
    )
    return [row["product_id"] for row in rows]


async def is_suspended(tx: Transaction, product_id: ProductId, shop_id: ShopId) -> bool:
    """Tell whether a shop's offers of a locked product are off sale because it makes no sales.

    Whoever suspends locks the product first: what is added to it is suspended with the rest, or begins so.
    """
    found: bool = await tx.raw.fetchval(
        """SELECT coalesce(bool_or(suspended), false) FROM product.offer
           WHERE product_id = $1 AND shop_id = $2""",
        product_id,
        shop_id,
    )
    return found


async def suspend(
    tx: Transaction, *, shop_ids: Sequence[ShopId], product_ids: Sequence[ProductId], suspended: bool
) -> list[OfferId]:
    """Take the shops' offers of these locked products off sale, or put them back; returns which changed."""
    rows = await tx.raw.fetch(
        """UPDATE product.offer
           SET suspended = $3, version = version + 1 + cardinality(changes_at),
               changed_xid = pg_current_xact_id()
           WHERE shop_id = ANY($1::uuid[]) AND product_id = ANY($2::uuid[]) AND suspended <> $3
           RETURNING id""",
        list(shop_ids),
        list(product_ids),
        suspended,
    )
    return [row["id"] for row in rows]


async def publish(tx: Transaction, product_id: ProductId, *, published: bool) -> list[OfferId]:
    """Show a locked product's offers to buyers, or hide them; returns which changed."""
    rows = await tx.raw.fetch(
        """UPDATE product.offer
           SET unpublished = NOT $2, version = version + 1 + cardinality(changes_at),
               changed_xid = pg_current_xact_id()
           WHERE product_id = $1 AND unpublished = $2 RETURNING id""",
        product_id,
        published,
    )
    return [row["id"] for row in rows]


async def set_current(tx: Transaction, prices: Mapping[OfferId, int]) -> None:
    """Note what locked offers cost at this moment: what lists are ordered by."""
    await tx.raw.execute(
        """UPDATE product.offer o SET current_minor = n.minor
           FROM unnest($1::uuid[], $2::bigint[]) AS n (id, minor)
           WHERE o.id = n.id AND o.current_minor <> n.minor""",
        list(prices),
        list(prices.values()),
    )


async def settle(tx: Transaction, product_ids: Sequence[ProductId]) -> list[OfferId]:
    """Write down what a flipped import says of these locked products; returns whose price it changed.

    Whoever changes an offer does this first, so that the import's word does not come after theirs.
    """
    rows = await tx.raw.fetch(
        """UPDATE product.offer o
           SET price_minor = coalesce(o.next_price_minor, o.price_minor),
               current_minor = coalesce(o.next_price_minor, o.current_minor),
               list_price_minor = CASE WHEN o.next_price_minor IS NULL THEN o.list_price_minor
                                       ELSE o.next_list_price_minor END,
               version = CASE WHEN o.next_price_minor IS NULL THEN o.version
                              ELSE o.version + 1 + cardinality(o.changes_at) END,
               import_id = NULL, next_price_minor = NULL, next_list_price_minor = NULL,
               changed_xid = pg_current_xact_id()
           FROM product.import i
           WHERE o.product_id = ANY($1::uuid[]) AND i.id = o.import_id AND i.flipped
           RETURNING o.id""",
        list(product_ids),
    )
    return [row["id"] for row in rows]


_LISTING_SHOULD_BE = """
SELECT DISTINCT ON (o.business, o.traffic, o.product_id)
       o.business, o.traffic, o.product_id, p.category_id, o.id AS offer_id,
       o.current_minor AS price_minor, p.import_id,
       (count(*) OVER (PARTITION BY o.business, o.traffic, o.product_id))::int AS offers,
       (SELECT string_agg(t.value, E'\\n' ORDER BY t.key) FROM jsonb_each_text(p.titles) t) AS words
FROM product.offer o JOIN product.product p ON p.id = o.product_id
WHERE o.on_sale
"""


async def refresh_listing(tx: Transaction, product_ids: Sequence[ProductId]) -> None:
    """Write anew what the list says of these products, whose rows are locked."""
    ids = list(product_ids)
    await tx.raw.execute(
        """DELETE FROM product.listing l
           WHERE l.product_id = ANY($1::uuid[]) AND NOT EXISTS (
             SELECT FROM product.offer o
             WHERE o.product_id = l.product_id AND o.business = l.business AND o.traffic = l.traffic
               AND o.on_sale)""",
        ids,
    )
    await tx.raw.execute(
        f"""INSERT INTO product.listing
              (business, traffic, product_id, category_id, offer_id, price_minor, import_id, offers, words)
            {_LISTING_SHOULD_BE} AND o.product_id = ANY($1::uuid[])
            ORDER BY o.business, o.traffic, o.product_id, o.current_minor, o.id
            ON CONFLICT (business, traffic, product_id)
            DO UPDATE SET category_id = excluded.category_id, offer_id = excluded.offer_id,
                          price_minor = excluded.price_minor, import_id = excluded.import_id,
                          offers = excluded.offers, words = excluded.words""",
        ids,
    )


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of products is asked for; `after` is (price, product) or (product,) of the last one shown."""

    business: str
    traffic: Traffic
    category_ids: Sequence[UUID] | None
    shop_id: UUID | None
    patterns: Sequence[str]
    sort: Sort
    price_after: int | None = None
    product_after: UUID | None = None


_WHERE = """
business = $1 AND traffic = $2 AND ($3::uuid[] IS NULL OR category_id = ANY($3::uuid[]))
AND ($4::uuid IS NULL OR EXISTS (
      SELECT FROM product.offer o
      WHERE o.product_id = l.product_id AND o.shop_id = $4 AND o.business = l.business
        AND o.traffic = l.traffic AND o.on_sale))
AND (cardinality($5::text[]) = 0 OR words ILIKE ALL ($5::text[]))
AND (import_id IS NULL OR EXISTS (SELECT FROM product.import i WHERE i.id = l.import_id AND i.flipped))
"""

_PAGES = {
    Sort.NEWEST: (
        "$6::bigint IS NULL AND ($7::uuid IS NULL OR product_id < $7)",
        "product_id DESC",
    ),
    Sort.PRICE_UP: (
        "($7::uuid IS NULL OR (price_minor, product_id) > ($6::bigint, $7))",
        "price_minor, product_id",
    ),
    Sort.PRICE_DOWN: (
        "($7::uuid IS NULL OR (price_minor, product_id) < ($6::bigint, $7))",
        "price_minor DESC, product_id DESC",
    ),
}


async def list_products(tx: Transaction, query: ListQuery, *, limit: int) -> list[Mapping[str, Any]]:
    """Return a page of the list: product, cheapest offer, number of offers, price as set."""
    after, order = _PAGES[query.sort]
    rows: list[Mapping[str, Any]] = await tx.raw.fetch(
        f"""SELECT product_id, category_id, offer_id, offers, price_minor FROM product.listing l
            WHERE {_WHERE} AND {after} ORDER BY {order} LIMIT $8""",
        *_asked(query),
        query.price_after,
        query.product_after,
        limit,
    )
    return rows


async def count_products(tx: Transaction, query: ListQuery, *, count_max: int) -> int:
    """Count what the list has, no further than `count_max`."""
    count = await tx.raw.fetchval(
        f"SELECT count(*) FROM (SELECT FROM product.listing l WHERE {_WHERE} LIMIT $6) AS found",
        *_asked(query),
        count_max,
    )
    return int(count)


async def first_wrong_listing(tx: Transaction) -> Mapping[str, Any] | None:
    """Return the first row of the list that is missing, superfluous, or not what the offers say."""
    row: Mapping[str, Any] | None = await tx.raw.fetchrow(
        f"""WITH should AS ({_LISTING_SHOULD_BE}
              ORDER BY o.business, o.traffic, o.product_id, o.current_minor, o.id)
            SELECT business, traffic, product_id, l.offer_id, s.offer_id AS should_be
            FROM product.listing l FULL JOIN should s USING (business, traffic, product_id)
            WHERE (l.offer_id, l.price_minor, l.offers, l.category_id, l.words)
                  IS DISTINCT FROM (s.offer_id, s.price_minor, s.offers, s.category_id, s.words)
            ORDER BY product_id LIMIT 1"""
    )
    return row


def _asked(query: ListQuery) -> tuple[Any, ...]:
    return (
        query.business,
        query.traffic.value,
        query.category_ids,
        query.shop_id,
        list(query.patterns),
    )


def _offer(row: Mapping[str, Any]) -> Offer:
    price = Money(row["price_minor"], row["currency"])
    listed = row["list_price_minor"]
    return Offer(
        id=row["id"],
        sku_id=row["sku_id"],
        product_id=row["product_id"],
        shop_id=row["shop_id"],
        business=row["business"],
        traffic=Traffic(row["traffic"]),
        titles=row["titles"],
        options=options_text(msgspec.convert(row["options"], tuple[Option, ...]), row["values"]),
        price=price,
        base=price,
        list_price=None if listed is None else Money(listed, row["currency"]),
        version=row["version"],
        active=row["on_sale"],
        art=row["art"],
        measure=msgspec.convert(row["measure"], Measure) if row["measure"] else None,
        category_ids=tuple(reversed(row["lineage"] or ())),
        schedule=msgspec.convert(row["schedule"] or (), tuple[TimedPrice, ...]),
    )
