"""Writing documents, with their products locked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.search._rules.documents import Document
from hansa.centers.search._rules.keys import stock_key
from hansa.centers.search._rules.spelling import trigrams
from hansa.centers.search._tables import TRACKED_RANK
from hansa.centers.search.types import DocumentKey, Popularity
from hansa.kernel.db import Transaction, columns


async def lock_products(tx: Transaction, ids: Iterable[UUID]) -> list[UUID]:
    """Lock everything the index says of these products, known or not; return them in key order."""
    tx.locks(TRACKED_RANK)
    wanted = sorted(set(ids))
    await tx.raw.execute(
        "INSERT INTO search.tracked (product_id) SELECT unnest($1::uuid[]) ON CONFLICT (product_id) DO NOTHING",
        wanted,
    )
    await tx.raw.fetch(
        "SELECT FROM search.tracked WHERE product_id = ANY($1::uuid[]) ORDER BY product_id FOR UPDATE", wanted
    )
    return wanted


async def popularities(tx: Transaction, ids: Sequence[UUID]) -> dict[DocumentKey, Popularity]:
    """Return how locked products fare, wherever they do."""
    rows = await tx.raw.fetch("SELECT * FROM search.popularity WHERE product_id = ANY($1::uuid[])", list(ids))
    return {
        (row["business"], row["traffic"], row["product_id"]): Popularity(
            sold=row["sold"], votes=row["votes"], rating=row["rating"]
        )
        for row in rows
    }


async def add_sales(tx: Transaction, pieces: Mapping[DocumentKey, int]) -> None:
    """Count pieces that were paid for, or given back, of locked products."""
    keys = sorted(pieces, key=lambda key: (key[2], key[0], key[1]))
    await tx.raw.execute(
        """INSERT INTO search.popularity (business, traffic, product_id, sold, votes, rating)
           SELECT k.*, 0, 0, 0 FROM unnest($1::text[], $2::text[], $3::uuid[]) AS k
           ON CONFLICT (product_id, business, traffic) DO NOTHING""",
        *columns(keys, 3),
    )
    await tx.raw.execute(
        """UPDATE search.popularity p SET sold = greatest(p.sold + d.pieces, 0)
           FROM unnest($1::text[], $2::text[], $3::uuid[], $4::bigint[])
             AS d (business, traffic, product_id, pieces)
           WHERE (p.business, p.traffic, p.product_id) = (d.business, d.traffic, d.product_id)""",
        *columns(keys, 3),
        [pieces[key] for key in keys],
    )


async def set_ratings(tx: Transaction, ratings: Mapping[DocumentKey, tuple[int, int]]) -> None:
    """Note (votes, rating) of locked products."""
    keys = sorted(ratings, key=lambda key: (key[2], key[0], key[1]))
    await tx.raw.execute(
        """INSERT INTO search.popularity (business, traffic, product_id, sold, votes, rating)
           SELECT business, traffic, product_id, 0, votes, rating
           FROM unnest($1::text[], $2::text[], $3::uuid[], $4::bigint[], $5::int[])
             AS r (business, traffic, product_id, votes, rating)
           ON CONFLICT (product_id, business, traffic)
           DO UPDATE SET votes = excluded.votes, rating = excluded.rating""",
        *columns(keys, 3),
        *columns([ratings[key] for key in keys], 2),
    )


async def in_stock(
    tx: Transaction, slots: Iterable[int], products: Collection[UUID]
) -> dict[tuple[str, UUID], set[bool]]:
    """Return what documents of locked products say of their stock in these slots, by traffic class and product."""
    found: dict[tuple[str, UUID], set[bool]] = {}
    one_slot = """SELECT traffic, product_id, keys @> ARRAY[$2::bigint] AS in_stock FROM search.document_{}
           WHERE product_id = ANY($1::uuid[])"""
    statement = " UNION ALL ".join(one_slot.format(slot) for slot in slots)
    for row in await tx.raw.fetch(statement, list(products), stock_key()):
        found.setdefault((row["traffic"], row["product_id"]), set()).add(row["in_stock"])
    return found


async def replace_documents(
    tx: Transaction, slot: int, *, products: Sequence[UUID], documents: Sequence[Document]
) -> None:
    """Write what is to be found of locked products into a slot, in place of what was there."""
    await tx.raw.execute(
        f"""DELETE FROM search.document_{slot} d
            WHERE d.product_id = ANY($1::uuid[]) AND (d.business, d.traffic, d.product_id) NOT IN (
              SELECT * FROM unnest($2::text[], $3::text[], $4::uuid[]))""",
        list(products),
        *columns([document.key for document in documents], 3),
    )
    await tx.raw.execute(
        f"""INSERT INTO search.document_{slot} AS d
              (business, traffic, product_id, offer_id, offers, price_minor, currency, rank, sold, votes, rating,
               keys, facets)
            SELECT business, traffic, product_id, offer_id, offers, price_minor, currency, rank, sold, votes, rating,
                   keys::bigint[], ARRAY(SELECT jsonb_array_elements_text(facets))
            FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::int[], $6::bigint[], $7::text[],
                        $8::int[], $9::bigint[], $10::bigint[], $11::int[], $12::text[], $13::jsonb[])
              AS n (business, traffic, product_id, offer_id, offers, price_minor, currency, rank, sold, votes,
                    rating, keys, facets)
            ON CONFLICT (business, traffic, product_id) DO UPDATE
            SET offer_id = excluded.offer_id, offers = excluded.offers, price_minor = excluded.price_minor,
                currency = excluded.currency, rank = excluded.rank, sold = excluded.sold,
                votes = excluded.votes, rating = excluded.rating, keys = excluded.keys, facets = excluded.facets""",
        *columns([_row(document) for document in documents], 13),
    )
    await _replace_suggestions(tx, slot, products=products, documents=documents)
    await _add_words(tx, slot, documents)


async def _replace_suggestions(
    tx: Transaction, slot: int, *, products: Sequence[UUID], documents: Sequence[Document]
) -> None:
    await tx.raw.execute(
        "DELETE FROM search.suggestion WHERE slot = $1 AND source = ANY($2::uuid[])", slot, list(products)
    )
    rows = sorted(
        {
            (document.business, document.traffic, one.start, one.source, one.language, one.text, one.rank)
            for document in documents
            for one in document.suggestions
        }
    )
    await tx.raw.execute(
        """INSERT INTO search.suggestion (slot, business, traffic, start, source, language, text, rank)
           SELECT $1, n.* FROM unnest($2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[],
                                      $8::int[]) AS n
           ON CONFLICT (slot, business, traffic, start, source, language) DO NOTHING""",
        slot,
        *columns(rows, 7),
    )


async def _add_words(tx: Transaction, slot: int, documents: Sequence[Document]) -> None:
    """Learn words that were not known yet. They stay until the index is built anew: a word too many is no harm."""
    words = sorted({(one.business, one.traffic, word) for one in documents for word in one.words})
    new = await tx.raw.fetch(
        """INSERT INTO search.word (slot, business, traffic, word)
           SELECT $1, n.* FROM unnest($2::text[], $3::text[], $4::text[]) AS n
           ON CONFLICT (slot, business, traffic, word) DO NOTHING RETURNING business, traffic, word""",
        slot,
        *columns(words, 3),
    )
    if not new:
        return
    grams = sorted(
        (row["business"], row["traffic"], gram, row["word"]) for row in new for gram in trigrams(row["word"])
    )
    await tx.raw.execute(
        """INSERT INTO search.gram (slot, business, traffic, gram, word)
           SELECT $1, n.* FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS n
           ON CONFLICT (slot, business, traffic, gram, word) DO NOTHING""",
        slot,
        *columns(grams, 4),
    )


def _row(document: Document) -> tuple[Any, ...]:
    return (
        *document.key,
        document.offer_id,
        document.offers,
        document.price_minor,
        document.currency,
        document.rank,
        document.popularity.sold,
        document.popularity.votes,
        document.popularity.rating,
        f"{{{','.join(map(str, document.keys))}}}",
        msgspec.json.encode(document.facets).decode(),
    )
