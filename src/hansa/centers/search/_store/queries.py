"""Finding documents. A statement is put together of the conditions a query has; values are always parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.search.types import Sort
from hansa.kernel.db import Transaction

Row = Mapping[str, Any]

_BEST_MAX = 200


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What documents are asked for: with all of `keys`, not with all of `without`, with one of each of `any_of`."""

    slot: int
    business: str
    traffic: str
    keys: tuple[int, ...] = ()
    without: tuple[int, ...] = ()
    any_of: tuple[tuple[int, ...], ...] = ()
    currency: str
    """That of the business: prices are asked for, and ordered by, in it alone."""
    price_min: int | None = None
    price_max: int | None = None
    near: Mapping[int, int] | None = None
    """Keys of shops near somewhere, and how far their nearest place is, in metres; a document has one of them."""


_ORDERS = {
    Sort.RELEVANCE: ("rank", "<", "DESC"),
    Sort.SALES: ("sold", "<", "DESC"),
    Sort.PRICE_UP: ("price_minor", ">", "ASC"),
    Sort.PRICE_DOWN: ("price_minor", "<", "DESC"),
}


async def find(
    tx: Transaction, asked: Asked, *, sort: Sort, after: tuple[int, UUID] | None, limit: int
) -> list[Row]:
    """Return a page of documents: `value` is what they are ordered by, before the product's id.

    `near` is the key of the nearest shop of those asked for, None where none were.
    """
    values: list[Any] = []
    where = _where(asked, values)
    near, far = _nearest(asked, values)
    if sort is Sort.NEWEST:  # ids are made in the order of time
        value, order = "0::bigint", "product_id DESC"
        if after:
            where += f" AND product_id < {_put(values, after[1], 'uuid')}"
    else:
        value, beyond, way = (far, ">", "ASC") if sort is Sort.DISTANCE else _ORDERS[sort]
        if value == "price_minor":
            where += f" AND currency = {_put(values, asked.currency, 'text')}"
        order = f"{value} {way}, product_id {way}"
        if after:
            bound = f"({_put(values, after[0], 'bigint')}, {_put(values, after[1], 'uuid')})"
            where += f" AND ({value}, product_id) {beyond} {bound}"
    rows: list[Row] = await tx.raw.fetch(
        f"""SELECT product_id, offer_id, offers, sold, votes, rating, {value} AS value, {near} AS near
            FROM search.document_{asked.slot} WHERE {where} ORDER BY {order} LIMIT {_put(values, limit, "int")}""",
        *values,
    )
    return rows


async def facets(
    tx: Transaction, asked: Sequence[Asked], *, count_max: int
) -> list[tuple[int, list[int], dict[str, int]]]:
    """Return how many there are, their prices in the business's currency, and the facets with how often.

    For each of what was asked for, over `count_max` documents.
    """
    values: list[Any] = []
    hits = [
        f"""hit_{at} AS MATERIALIZED (
              SELECT price_minor, currency, facets FROM search.document_{one.slot}
              WHERE {_where(one, values)} LIMIT {_put(values, count_max, "int")})"""
        for at, one in enumerate(asked)
    ]
    counts = [
        f"""SELECT {at} AS number, (SELECT count(*) FROM hit_{at}) AS found,
                   ARRAY(SELECT price_minor FROM hit_{at}
                         WHERE currency = {_put(values, one.currency, "text")}) AS prices,
                   (SELECT jsonb_object_agg(facet, times) FROM (
                      SELECT facet, count(*) AS times FROM hit_{at} h, unnest(h.facets) AS facet GROUP BY facet) f)
                     AS facets"""
        for at, one in enumerate(asked)
    ]
    rows = await tx.raw.fetch(f"WITH {', '.join(hits)} {' UNION ALL '.join(counts)} ORDER BY number", *values)
    return [(row["found"], list(row["prices"]), dict(row["facets"] or {})) for row in rows]


async def known_keys(tx: Transaction, asked: Asked, keys: Sequence[int]) -> set[int]:
    """Return which of the keys any document of the scope has."""
    rows = await tx.raw.fetch(
        f"""SELECT k FROM unnest($3::bigint[]) AS k
            WHERE EXISTS (SELECT FROM search.document_{asked.slot}
                          WHERE business = $1 AND traffic = $2 AND keys @> ARRAY[k])""",
        asked.business,
        asked.traffic,
        list(keys),
    )
    return {row["k"] for row in rows}


async def similar_words(tx: Transaction, asked: Asked, grams: Sequence[str], *, limit: int) -> list[str]:
    """Return known words that share trigrams, those that share most first."""
    rows = await tx.raw.fetch(
        """SELECT word FROM search.gram
           WHERE slot = $1 AND business = $2 AND traffic = $3 AND gram = ANY($4::text[])
           GROUP BY word ORDER BY count(*) DESC, length(word), word LIMIT $5""",
        asked.slot,
        asked.business,
        asked.traffic,
        list(grams),
        limit,
    )
    return [row["word"] for row in rows]


async def suggestions(
    tx: Transaction, *, slot: int, business: str, traffic: str, start: str, language: str, limit: int
) -> list[str]:
    """Return what begins like this, in the reader's language first, the best ranked first.

    Two letters begin so much that only the best ranked are looked at.
    """
    begins = "start >= $4 AND start < $4 || chr(1114111)"
    best = f"left(start, 2) = $4 ORDER BY rank DESC LIMIT {_BEST_MAX}" if len(start) == 2 else begins
    rows = await tx.raw.fetch(
        f"""SELECT text FROM (
              SELECT text, language, rank FROM search.suggestion
              WHERE slot = $1 AND business = $2 AND traffic = $3 AND {best}) s
            GROUP BY text ORDER BY bool_or(language = $5) DESC, max(rank) DESC, text LIMIT $6""",
        slot,
        business,
        traffic,
        start,
        language,
        limit,
    )
    return [row["text"] for row in rows]


async def labels(
    tx: Transaction, business: str, traffic: str, facets: Sequence[str]
) -> dict[tuple[str, str], dict[str, str]]:
    """Return what `field=value` facets are called, and their fields (with an empty value)."""
    pairs = {
        (field, one) for facet in facets for field, _, value in [facet.partition("=")] for one in (value, "")
    }
    rows = await tx.raw.fetch(
        """SELECT field, value, names FROM search.label
           JOIN unnest($2::text[], $3::text[]) AS k (field, value) USING (field, value)
           WHERE business = $1 AND traffic = $4""",
        business,
        [field for field, _ in pairs],
        [value for _, value in pairs],
        traffic,
    )
    return {(row["field"], row["value"]): row["names"] for row in rows}


def _where(asked: Asked, values: list[Any]) -> str:
    found = [
        f"business = {_put(values, asked.business, 'text')}",
        f"traffic = {_put(values, asked.traffic, 'text')}",
    ]
    if asked.keys:
        found.append(f"keys @> {_put(values, list(asked.keys), 'bigint[]')}")
    if asked.without:
        found.append(f"NOT keys @> {_put(values, list(asked.without), 'bigint[]')}")
    found.extend(f"keys && {_put(values, list(keys), 'bigint[]')}" for keys in asked.any_of)
    if asked.near is not None:
        found.append(f"keys && {_put(values, list(asked.near), 'bigint[]')}")
    if asked.price_min is not None or asked.price_max is not None:
        found.append(f"currency = {_put(values, asked.currency, 'text')}")
    if asked.price_min is not None:
        found.append(f"price_minor >= {_put(values, asked.price_min, 'bigint')}")
    if asked.price_max is not None:
        found.append(f"price_minor <= {_put(values, asked.price_max, 'bigint')}")
    return " AND ".join(found)


def _nearest(asked: Asked, values: list[Any]) -> tuple[str, str]:
    """Return the expressions of a document's nearest shop and of its distance."""
    if asked.near is None:
        return "NULL::bigint", "0::bigint"
    keys, far = (
        _put(values, list(asked.near), "bigint[]"),
        _put(values, list(asked.near.values()), "bigint[]"),
    )
    shops = f"unnest({keys}, {far}) AS n (key, far) WHERE n.key = ANY(keys)"
    return f"(SELECT n.key FROM {shops} ORDER BY n.far, n.key LIMIT 1)", f"(SELECT min(n.far) FROM {shops})"


def _put(values: list[Any], value: Any, kind: str) -> str:
    values.append(value)
    return f"${len(values)}::{kind}"
