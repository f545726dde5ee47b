"""Documents follow their products: whatever happened, they are made of what product says now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from uuid import UUID

from hansa.centers.inventory import api as inventory
from hansa.centers.product import api as product
from hansa.centers.product.types import CategoryId, ProductId
from hansa.centers.search._rules.documents import CurrencyOf, RankOf, Surroundings, documents
from hansa.centers.search._rules.ranking import by_popularity
from hansa.centers.search._store import documents as store
from hansa.centers.search._store import generations
from hansa.centers.search._store.naming import name_facets
from hansa.centers.search.extensions import RANK, SYNONYMS
from hansa.centers.search.types import Popularity, Ranked, Synonyms
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem

REFRESH_BRANCH = "search.refresh_branch"
AT_ONCE = 200
"""So many products are locked at a time when a branch is written anew: sales and stock go on meanwhile."""


async def refresh(tx: Transaction, product_ids: Iterable[UUID]) -> int:
    """Write what is to be found of these products now, into every slot that is written to.

    Returns the number of documents. The products are locked first and read afterwards, so of two that refresh the
    same product at once the second reads what the first one's event told, or something newer.
    """
    slots = (await generations.hold(tx)).all()
    return await write(tx, await store.lock_products(tx, product_ids), slots=slots)


async def refresh_branch(platform: Platform, payload: bytes) -> None:
    """The job: write the products of a category, and of those under it, anew, some at a time."""
    category_id = CategoryId(UUID(bytes=payload))
    after: ProductId | None = None
    while True:
        async with platform.db.transaction() as tx:
            found = await product.product_ids_after(tx, after=after, limit=AT_ONCE, within=category_id)
            await refresh(tx, found)
        if len(found) < AT_ONCE:
            return
        after = found[-1]


async def write(tx: Transaction, locked: Sequence[UUID], *, slots: Collection[int]) -> int:
    """Write what is to be found of locked products into these slots; return the number of documents."""
    found = await product.catalogued_in(tx, product_ids=[ProductId(one) for one in locked])
    fares = await store.popularities(tx, locked)
    neutral = Popularity()
    offered = {(offer.sku_id, offer.traffic) for page, _ in found for offer in page.offers}
    around = Surroundings(
        popularity=lambda key: fares.get(key, neutral),
        rank_of=_rank_in(tx),
        currency_of=_currency_in(tx),
        synonyms_of=_synonyms_in(tx),
        in_stock=await inventory.available_in(tx, skus=offered),
    )
    made = [document for page, lineage in found for document in documents(page, lineage, around)]
    for slot in slots:
        await store.replace_documents(tx, slot, products=locked, documents=made)
    await name_facets(tx, made)
    return len(made)


def _currency_in(tx: Transaction) -> CurrencyOf:
    """Return what knows the currencies of businesses; one that is switched off just now has none."""

    def currency(business: str) -> str:
        try:
            return tx.context(business, Traffic.LIVE).plan.business.currency
        except Problem:
            return ""

    return currency


def _synonyms_in(tx: Transaction) -> Callable[[str, str], Sequence[Synonyms]]:
    """Return what asks businesses for words that mean the same, each once."""

    @cache
    def said(business: str, traffic: str) -> tuple[Synonyms, ...]:
        try:
            ctx = tx.context(business, Traffic(traffic))
        except Problem:
            return ()
        return tuple(SYNONYMS.of(ctx)(ctx))

    return said


def _rank_in(tx: Transaction) -> RankOf:
    """Return what asks businesses for ranks; one that is switched off just now gets the platform's."""

    def rank(business: str, traffic: str, facts: Ranked) -> int:
        try:
            ctx = tx.context(business, Traffic(traffic))
        except Problem:
            return by_popularity(facts)
        return RANK.of(ctx)(ctx, facts)

    return rank
