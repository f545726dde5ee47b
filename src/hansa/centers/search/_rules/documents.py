"""How what product says of a product becomes a document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from uuid import UUID

import msgspec

from hansa.centers.product.types import Category, Offer, ProductPage, ProductState, Sku, SkuId
from hansa.centers.search._rules.keys import facet_key, stock_key, title_keys, word_keys
from hansa.centers.search._rules.synonyms import other_terms
from hansa.centers.search._rules.words import INDEX_TERMS_MAX, index_terms, spellable, starts
from hansa.centers.search.types import DocumentKey, Popularity, Ranked, Synonyms
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Traffic
from hansa.kernel.texts import Texts

SUGGESTION_MAX = 60
FACETS_MAX = 200
_CATEGORY_RANK = 2**31 - 1  # before every product

RankOf = Callable[[str, str, Ranked], int]
"""Asks a business (and traffic class) for a product's rank."""

CurrencyOf = Callable[[str], str]
"""Asks for the currency of a business."""


class Surroundings(msgspec.Struct, frozen=True):
    """What a document is made of besides its product."""

    popularity: Callable[[DocumentKey], Popularity]
    rank_of: RankOf
    currency_of: CurrencyOf
    synonyms_of: Callable[[str, str], Sequence[Synonyms]]
    """Asks a business (and traffic class) for words that mean the same."""
    in_stock: Collection[tuple[SkuId, Traffic]]
    """Variants of which something can be sold now."""


class Suggestion(msgspec.Struct, frozen=True):
    """What may be suggested to somebody who begins to type `start`."""

    source: UUID
    """The product or the category that is called so. A category is suggested once, however many stand in it."""
    language: str
    start: str
    text: str
    rank: int


class Label(msgspec.Struct, frozen=True):
    """What a facet's value is called; of the field itself where `value` is empty.

    `said_by` is the shop that calls it so; None where the business does, in a category's template.
    """

    field: str
    value: str
    names: Texts
    said_by: ShopId | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A product as it is found in one business and traffic class."""

    business: str
    traffic: str
    product_id: UUID
    offer_id: UUID
    offers: int
    price_minor: int
    currency: str
    rank: int
    popularity: Popularity
    keys: tuple[int, ...]
    facets: tuple[str, ...]
    """`field=value`, for counting."""
    words: tuple[str, ...]
    """What typos may be corrected to."""
    suggestions: tuple[Suggestion, ...]
    labels: tuple[Label, ...]

    @property
    def key(self) -> DocumentKey:
        """Where it stands."""
        return (self.business, self.traffic, self.product_id)


def documents(page: ProductPage, lineage: Sequence[Category], around: Surroundings) -> list[Document]:
    """Return a document for each business and traffic class where somebody offers the product now."""
    here: dict[tuple[str, str], list[Offer]] = {}
    for offer in page.offers:
        if offer.active and page.product.state is ProductState.PUBLISHED:
            here.setdefault((offer.business, offer.traffic.value), []).append(offer)
    return [_document(page, lineage, offers, around) for offers in here.values()]


def _document(
    page: ProductPage,
    lineage: Sequence[Category],
    offers: Sequence[Offer],
    around: Surroundings,
) -> Document:
    product = page.product
    business, traffic = offers[0].business, offers[0].traffic
    popularity = around.popularity((business, traffic.value, product.id))
    currency = around.currency_of(business)
    # Amounts of two currencies are not compared: the business's own goes first.
    cheapest = min(
        offers,
        key=lambda one: (one.base.currency != currency, one.base.currency, one.base.minor, one.id),
    )
    shops = tuple(sorted({offer.shop_id for offer in offers}))
    offered = {offer.sku_id for offer in offers}
    skus = [sku for sku in page.skus if sku.id in offered]
    labels = (*_options(page, skus), *_attributes(page, lineage))
    facets = tuple(dict.fromkeys(_facets(lineage, shops, labels)))[:FACETS_MAX]
    facts = Ranked(
        product_id=product.id,
        shop_ids=shops,
        price_minor=cheapest.base.minor,
        offers=len(offers),
        languages=len(product.titles),
        described=bool(product.descriptions),
        created_at=product.created_at,
        popularity=popularity,
    )
    rank = around.rank_of(business, traffic.value, facts)
    said = around.synonyms_of(business, traffic.value)
    sold = any((sku_id, traffic) in around.in_stock for sku_id in offered)
    return Document(
        business=business,
        traffic=traffic.value,
        product_id=product.id,
        offer_id=cheapest.id,
        offers=len(offers),
        price_minor=cheapest.base.minor,
        currency=cheapest.base.currency,
        rank=rank,
        popularity=popularity,
        keys=_keys(page, lineage, skus, labels, facets, said, in_stock=sold),
        facets=facets,
        words=tuple(dict.fromkeys(_spellable(product.titles, lineage, labels))),
        suggestions=(
            *_suggestions(product.id, product.titles, rank),
            *(
                one
                for category in lineage
                for one in _suggestions(category.id, category.names, _CATEGORY_RANK)
            ),
        ),
        labels=labels,
    )


def _facets(lineage: Sequence[Category], shops: Iterable[ShopId], labels: Iterable[Label]) -> Iterable[str]:
    for category in lineage:
        yield f"category={category.id}"
    for shop_id in shops:
        yield f"shop={shop_id}"
    for label in labels:
        if label.value:
            yield f"{label.field}={label.value}"


def _options(page: ProductPage, skus: Sequence[Sku]) -> Iterable[Label]:
    """Name the options, and of their values those that can be bought."""
    chosen = {(code, value) for sku in skus for code, value in sku.values.items()}
    for option in page.product.options:
        values = [value for value in option.values if (option.code, value.code) in chosen]
        if values:
            yield Label(f"option.{option.code}", "", option.names, page.product.shop_id)
        for value in values:
            yield Label(f"option.{option.code}", value.code, value.names, page.product.shop_id)


def _attributes(page: ProductPage, lineage: Sequence[Category]) -> Iterable[Label]:
    """Name the attributes that lists are narrowed by, and the values this product has."""
    for field in (field for category in lineage for field in category.attributes):
        held = page.product.attributes.get(field.code)
        if not field.facet or held is None:
            continue
        yield Label(f"attribute.{field.code}", "", field.names)
        named = {choice.code: choice.names for choice in field.choices}
        for value in held if isinstance(held, list) else [str(held).lower()]:
            yield Label(f"attribute.{field.code}", value, named.get(value, {}))


def _keys(
    page: ProductPage,
    lineage: Sequence[Category],
    skus: Sequence[Sku],
    labels: Sequence[Label],
    facets: Iterable[str],
    said: Sequence[Synonyms],
    *,
    in_stock: bool,
) -> tuple[int, ...]:
    titles = {term for text in page.product.titles.values() for term in index_terms(text)}
    words = dict.fromkeys(titles)
    for text in _texts(page, lineage, skus, labels):
        words.update(dict.fromkeys(index_terms(text)))
        if len(words) >= INDEX_TERMS_MAX:
            break
    kept = list(words)[:INDEX_TERMS_MAX]
    if said:
        kept += other_terms(kept, said)
        titles |= set(other_terms(titles, said))
    narrowed = [facet_key(*facet.split("=", 1)) for facet in facets]
    if in_stock:
        narrowed.append(stock_key())
    return tuple(sorted({*title_keys(titles), *word_keys(kept), *narrowed}))


def _texts(
    page: ProductPage, lineage: Sequence[Category], skus: Sequence[Sku], labels: Sequence[Label]
) -> Iterable[str]:
    """Return the texts of a product besides its titles, what tells most first: the last may be cut off."""
    for category in lineage:
        yield from category.names.values()
    for label in labels:
        if label.value:
            yield from label.names.values()
    for held in page.product.attributes.values():
        yield from held if isinstance(held, list) else [held] if isinstance(held, str) else []
    for sku in skus:
        yield sku.code
        yield sku.gtin or ""
    yield from page.product.descriptions.values()


def _spellable(titles: Texts, lineage: Sequence[Category], labels: Sequence[Label]) -> Iterable[str]:
    for names in (titles, *(one.names for one in lineage), *(label.names for label in labels)):
        for text in names.values():
            yield from spellable(text)


def _suggestions(source: UUID, names: Texts, rank: int) -> Iterable[Suggestion]:
    for language, text in names.items():
        shown = " ".join(text.split())[:SUGGESTION_MAX].rstrip()
        for start in dict.fromkeys(starts(shown)):
            yield Suggestion(source, language, start, shown, rank)
