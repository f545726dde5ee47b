"""Searching: what was typed becomes a query; where nothing fits, what was meant becomes another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec

from hansa.centers.place import api as place
from hansa.centers.place.types import Capability
from hansa.centers.product import api as product
from hansa.centers.product.errors import CategoryNotFound
from hansa.centers.search._rules.keys import facet_key, stock_key, title_keys, word_keys
from hansa.centers.search._rules.spelling import CANDIDATES_MAX, correction, trigrams
from hansa.centers.search._rules.words import QUERY_TERMS_MAX, is_dense, query_terms
from hansa.centers.search._service.narrowing import Counts, describe
from hansa.centers.search._store import generations, queries
from hansa.centers.search._store.queries import Asked, Row
from hansa.centers.search.types import (
    FILTERS_MAX,
    NEAR_PLACES_MAX,
    QUERY_MAX,
    VALUES_MAX,
    Filters,
    Found,
    Hit,
    Near,
    Nearest,
    Sort,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import COUNT_CAP, CursorMalformed, checked_limit, decode_cursor, encode_cursor
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import plain_errors, typed_errors

_TITLE, _ANYWHERE = 1, 0  # what has every word in its title comes before what has it anywhere


class _Mark(msgspec.Struct, frozen=True, array_like=True):
    """Where the next page starts: after this document of this tier, in a list that was asked for like this."""

    asked: str
    tier: int
    value: int
    product_id: UUID
    terms: list[str]
    corrected: bool


@dataclass(frozen=True, slots=True)
class _Query:
    """What is looked for."""

    asked: Asked
    """With `near` where that was asked for."""
    sort: Sort
    terms: tuple[str, ...]
    limit: int

    def tiers(self) -> list[tuple[int, Asked]]:
        """Return what to look through, one after another."""
        anywhere = (*self.asked.keys, *word_keys(self.terms))
        whole = msgspec.structs.replace(self.asked, keys=anywhere)
        if self.sort is not Sort.RELEVANCE or not self.terms:
            return [(_ANYWHERE, whole)]
        titles = tuple(title_keys(self.terms))
        titled = msgspec.structs.replace(self.asked, keys=(*self.asked.keys, *titles))
        return [(_TITLE, titled), (_ANYWHERE, msgspec.structs.replace(whole, without=titles))]

    def whole(self) -> Asked:
        """Return everything that fits, in whatever order."""
        return msgspec.structs.replace(self.asked, keys=(*self.asked.keys, *word_keys(self.terms)))


async def search(
    ctx: Ctx,
    *,
    query: str = "",
    filters: Filters | None = None,
    sort: Sort = Sort.RELEVANCE,
    with_facets: bool = False,
    cursor: str | None = None,
    limit: int = 24,
) -> Found:
    """Find what is on sale in the context's business and traffic class.

    All words must occur, in any language; what has them in its title comes first, then by rank. Where nothing
    fits, words nobody uses are corrected, or left out, and `corrected` says so. An empty query finds everything
    that fits the filters. By distance is sorted what is near. Raises `Invalid`, `CategoryNotFound`, `CursorMalformed`.
    """
    checked_limit(limit)
    filters = filters or Filters()
    if errors := [
        *typed_errors("query", query, length_max=QUERY_MAX),
        *filter_errors(filters, sort=sort),
    ]:
        raise Invalid(*errors)
    if filters.category is not None:
        await _require_category(ctx, filters)
    asked_for = _fingerprint(query, filters, sort)
    mark = _read_mark(cursor, asked_for)
    terms = tuple(mark.terms) if mark else query_terms(query)
    if query.strip() and not terms:  # nothing but punctuation: nobody is called that
        return Found(hits=[], cursor=None, facets=None, corrected=None)
    corrected = mark is not None and mark.corrected
    near = await _near(ctx, filters.near) if filters.near else None
    async with ctx.transaction() as tx:
        slot = await generations.begin_reading(tx)
        wanted = _Query(_asked(ctx, slot, filters, near), sort, terms, limit)
        rows = await _find(tx, wanted, mark)
        if not rows and mark is None and terms:
            meant = await _meant(tx, wanted.asked, terms)
            if meant != terms:
                corrected, wanted = True, _Query(wanted.asked, sort, meant, limit)
                rows = await _find(tx, wanted, None)
        counts = None
        if with_facets and mark is None:
            counts = await _count(tx, ctx, wanted, filters, near)
    shown = rows[:limit]
    return Found(
        hits=await _hits(ctx, [row for _, row in shown], near or {}),
        cursor=_write_mark(asked_for, wanted, shown[-1], corrected=corrected) if len(rows) > limit else None,
        facets=await describe(ctx, counts) if counts else None,
        corrected=" ".join(wanted.terms) if corrected and shown else None,
    )


async def _near(ctx: Ctx, asked: Near) -> dict[int, Nearest]:
    """Return the nearest place of each shop that has one within the distance, by the shop's key."""
    page = await place.places_nearby(
        ctx,
        center=asked.center,
        radius_m=asked.radius_m,
        capability=Capability.PICKUP,
        limit=NEAR_PLACES_MAX,
    )
    found: dict[int, Nearest] = {}
    for one in page.items:
        if one.place.shop_id is not None:
            key = facet_key("shop", str(one.place.shop_id))
            found.setdefault(key, Nearest(one.place, one.distance_m))
    return found


async def _count(
    tx: Transaction, ctx: Ctx, wanted: _Query, filters: Filters, near: Mapping[int, Nearest] | None
) -> Counts:
    """Count what can be narrowed by: each field, and the price, under all filters but its own.

    So whoever chose one glaze still sees how many there are of the others, and may choose another one as well.
    """
    chosen = {field: tuple(values) for field, values in filters.facets.items() if values}
    variants = [filters] + [
        msgspec.structs.replace(
            filters, facets={field: values for field, values in chosen.items() if field != one}
        )
        for one in chosen
    ]
    priced = filters.price_min is not None or filters.price_max is not None
    if priced:
        variants.append(msgspec.structs.replace(filters, price_min=None, price_max=None))
    asked = [replace(wanted, asked=_asked(ctx, wanted.asked.slot, one, near)).whole() for one in variants]
    ((found, prices, facets), *others) = await queries.facets(tx, asked, count_max=COUNT_CAP + 1)
    for field, (_, _, counted) in zip(chosen, others, strict=False):
        facets = {facet: count for facet, count in facets.items() if facet.partition("=")[0] != field}
        facets |= {facet: count for facet, count in counted.items() if facet.partition("=")[0] == field}
    return Counts(found=found, prices=others[-1][1] if priced else prices, facets=facets, chosen=chosen)


def filter_errors(filters: Filters, *, sort: Sort = Sort.RELEVANCE) -> list[FieldError]:
    """Say what is wrong with filters, and with an order that needs one of them."""
    errors = []
    if sort is Sort.DISTANCE and filters.near is None:
        errors.append(FieldError("sort", "position", "Say where: lat and lon"))
    if len(filters.facets) > FILTERS_MAX:
        errors.append(FieldError("facet", "too_many", f"At most {FILTERS_MAX} fields"))
    for field, values in filters.facets.items():
        if len(values) > VALUES_MAX:
            errors.append(FieldError("facet", "too_many", f"At most {VALUES_MAX} values of one field"))
        for text in (field, *values):
            errors += plain_errors("facet", text, length_max=200)
    return errors


async def _require_category(ctx: Ctx, filters: Filters) -> None:
    if all(one.id != filters.category for one in await product.categories(ctx)):
        raise CategoryNotFound


def _asked(ctx: Ctx, slot: int, filters: Filters, near: Mapping[int, Nearest] | None) -> Asked:
    keys = []
    if filters.category is not None:
        keys.append(facet_key("category", str(filters.category)))
    if filters.shop is not None:
        keys.append(facet_key("shop", str(filters.shop)))
    if filters.in_stock:
        keys.append(stock_key())
    return Asked(
        slot=slot,
        business=ctx.business,
        traffic=ctx.traffic.value,
        keys=tuple(keys),
        any_of=tuple(
            tuple(facet_key(field, value) for value in values)
            for field, values in filters.facets.items()
            if values
        ),
        currency=ctx.plan.business.currency,
        price_min=filters.price_min,
        price_max=filters.price_max,
        near=None if near is None else {key: round(one.distance_m) for key, one in near.items()},
    )


async def _find(tx: Transaction, wanted: _Query, mark: _Mark | None) -> list[tuple[int, Row]]:
    """Return one more than a page, tier by tier."""
    found: list[tuple[int, Row]] = []
    for tier, asked in wanted.tiers():
        if mark is not None and tier > mark.tier:
            continue  # the page before was through with it
        after = (mark.value, mark.product_id) if mark is not None and tier == mark.tier else None
        missing = wanted.limit + 1 - len(found)
        rows = await queries.find(tx, asked, sort=wanted.sort, after=after, limit=missing)
        found += [(tier, row) for row in rows]
        if len(found) > wanted.limit:
            break
    return found


async def _meant(tx: Transaction, asked: Asked, terms: Sequence[str]) -> tuple[str, ...]:
    """Return what was probably meant: unknown words corrected, or left out while others are known."""
    keys = dict(zip(terms, word_keys(terms), strict=True))
    known = await queries.known_keys(tx, asked, list(keys.values()))
    meant: dict[str, None] = {}
    for term in terms:
        if keys[term] in known:
            meant[term] = None
        elif is_dense(term):
            meant.update(dict.fromkeys(await _known_letters(tx, asked, term)))
        elif (better := await _corrected(tx, asked, term)) is not None:
            meant[better] = None
    return tuple(meant)[:QUERY_TERMS_MAX] or tuple(terms)


async def _known_letters(tx: Transaction, asked: Asked, term: str) -> list[str]:
    """Return those letters of an unknown bigram that occur: with one letter wrong, the other still finds it."""
    letters = list(dict.fromkeys(term))
    known = await queries.known_keys(tx, asked, word_keys(letters))
    return [letter for letter, key in zip(letters, word_keys(letters), strict=True) if key in known]


async def _corrected(tx: Transaction, asked: Asked, term: str) -> str | None:
    return correction(term, await queries.similar_words(tx, asked, trigrams(term), limit=CANDIDATES_MAX))


async def _hits(ctx: Ctx, rows: Sequence[Row], near: Mapping[int, Nearest]) -> list[Hit]:
    """Show each document by its cheapest offer; what cannot be bought any more is left out."""
    priced = await product.offers(ctx, [row["offer_id"] for row in rows])
    return [
        Hit(
            product_id=row["product_id"],
            shop_id=offer.shop_id,
            titles=offer.titles,
            art=offer.art,
            price=offer.price,
            list_price=offer.list_price,
            offer_id=offer.id,
            offers=row["offers"],
            sold=row["sold"],
            votes=row["votes"],
            rating=row["rating"],
            measure=offer.measure,
            nearest=near.get(row["near"]),
        )
        for row in rows
        if (offer := priced.get(row["offer_id"])) is not None and offer.active
    ]


def _fingerprint(query: str, filters: Filters, sort: Sort) -> str:
    """Return what a cursor is good for: the same words, filters and order."""
    raw = msgspec.json.encode((query, filters, sort), order="deterministic")
    return hashlib.blake2b(raw, digest_size=6).hexdigest()


def _write_mark(asked: str, wanted: _Query, last: tuple[int, Row], *, corrected: bool) -> str:
    tier, row = last
    # The terms go along: what a typo is corrected to may be another word when the next page is asked for.
    return encode_cursor(_Mark(asked, tier, row["value"], row["product_id"], list(wanted.terms), corrected))


def _read_mark(cursor: str | None, asked: str) -> _Mark | None:
    if cursor is None:
        return None
    (mark,) = decode_cursor(cursor, tuple[_Mark])
    if mark.asked != asked or len(mark.terms) > QUERY_TERMS_MAX:
        raise CursorMalformed
    return mark
