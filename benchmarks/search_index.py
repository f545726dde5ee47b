"""How long a search takes among many products, and how PostgreSQL goes about it.

    python -m benchmarks.search_index [--products 100000] [--explain]

An index is filled with made-up products (words by Zipf's law, Chinese and English titles, a description, options, a
tree of categories), through the same rules and statements that handlers use. Then queries of several kinds are asked
again and again, each time in a transaction of its own, as `search.api.search` does, without showing the offers.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
from rich.console import Console
from rich.table import Table

from hansa.app import CENTERS, running
from hansa.centers.product.types import (
    CATEGORY_ID,
    OFFER_ID,
    PRODUCT_ID,
    SKU_ID,
    Category,
    Offer,
    Option,
    OptionValue,
    Product,
    ProductPage,
    Sku,
)
from hansa.centers.search import api as search
from hansa.centers.search._rules.documents import Document, Surroundings, documents
from hansa.centers.search._rules.keys import facet_key, title_keys, word_keys
from hansa.centers.search._rules.ranking import by_popularity
from hansa.centers.search._rules.words import query_terms
from hansa.centers.search._store import documents as store
from hansa.centers.search._store import generations, queries
from hansa.centers.search._store.naming import name_facets
from hansa.centers.search._store.queries import Asked
from hansa.centers.search.types import DocumentKey, Popularity, Ranked, Sort
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.context import SYSTEM, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.db.migrate import migrate
from hansa.kernel.embedded import EmbeddedPostgres
from hansa.kernel.money import Money
from hansa.kernel.page import COUNT_CAP
from hansa.kernel.platform import Platform
from hansa.kernel.settings import Secret, Settings

BUSINESS = "bazaar"
TRAFFIC = Traffic.SANDBOX
WORDS, LETTERS, SHOPS, BRANCHES = 20_000, 2_500, 500, 20
BATCH = 500
ROUNDS = 200

_SYLLABLES = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "el", "or")]


class Shelf:
    """Makes products, always the same ones."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self.words = self._vocabulary()
        self.letters = [chr(0x4E00 + 7 * n) for n in range(LETTERS)]
        self._shops = [SHOP_ID.new() for _ in range(SHOPS)]
        self._branches = [self._branch(n) for n in range(BRANCHES)]
        self._cumulative = {n: self._zipf(n) for n in (WORDS, LETTERS)}
        self.category = self._branches[3][0].id

    def pages(self, count: int) -> Iterator[tuple[ProductPage, tuple[Category, ...]]]:
        """Make so many products, each with the categories it stands in."""
        for _ in range(count):
            yield self._page(), self._random.choice(self._branches)

    def popularity(self, key: DocumentKey) -> Popularity:
        """Say that few products sell much."""
        draw = random.Random(key[2].int)
        return Popularity(
            sold=int(draw.paretovariate(0.9)) - 1, votes=int(draw.paretovariate(1.1)) - 1, rating=430
        )

    def _vocabulary(self) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < WORDS:
            found["".join(self._random.choices(_SYLLABLES, k=self._random.choice((2, 3, 3, 4))))] = None
        return list(found)

    def _zipf(self, count: int) -> list[float]:
        total, cumulative = 0.0, []
        for n in range(count):
            total += 1 / (n + 3)
            cumulative.append(total)
        return cumulative

    def _some(self, source: list[str], least: int, most: int) -> list[str]:
        count = self._random.randint(least, most)
        return self._random.choices(source, cum_weights=self._cumulative[len(source)], k=count)

    def _branch(self, n: int) -> tuple[Category, ...]:
        top = self._category(f"branch {n}", ())
        return (top, self._category(f"twig {n}", (top,)))

    def _category(self, name: str, above: tuple[Category, ...]) -> Category:
        new_id = CATEGORY_ID.new()
        return Category(
            id=new_id,
            business=BUSINESS,
            slug=name.replace(" ", "-"),
            names={"en": name},
            parent_id=above[-1].id if above else None,
            lineage=(*(one.id for one in above), new_id),
            position=0,
        )

    def _page(self) -> ProductPage:
        shop_id = self._random.choice(self._shops)
        glazes = self._random.sample(("celadon", "moss", "mist", "cobalt", "ash", "iron"), k=2)
        options = (
            Option("glaze", {"en": "Glaze"}, tuple(OptionValue(one, {"en": one.title()}) for one in glazes)),
        )
        product = Product(
            id=PRODUCT_ID.new(),
            business=BUSINESS,
            shop_id=shop_id,
            category_id=None,
            titles={
                "en": " ".join(self._some(self.words, 3, 8)).title(),
                "zh": "".join(self._some(self.letters, 6, 14)),
            },
            descriptions={"en": " ".join(self._some(self.words, 20, 60))},
            options=options,
            art="",
            created_at=datetime.now(UTC),
            version=1,
        )
        skus = tuple(self._sku(product, glaze, at) for at, glaze in enumerate(glazes))
        price = Money(int(self._random.lognormvariate(8.5, 1.1)), "CNY")
        offers = tuple(self._offer(product, sku, price) for sku in skus)
        return ProductPage(product=product, skus=skus, offers=offers)

    def _sku(self, product: Product, glaze: str, position: int) -> Sku:
        return Sku(
            id=SKU_ID.new(),
            product_id=product.id,
            values={"glaze": glaze},
            code="",
            gtin=None,
            art="",
            position=position,
        )

    def _offer(self, product: Product, sku: Sku, price: Money) -> Offer:
        return Offer(
            id=OFFER_ID.new(),
            sku_id=sku.id,
            product_id=product.id,
            shop_id=product.shop_id,
            business=BUSINESS,
            traffic=TRAFFIC,
            titles=product.titles,
            options={},
            price=price,
            base=price,
            list_price=None,
            version=1,
            active=True,
            art="",
        )


def _rank(_business: str, _traffic: str, facts: Ranked) -> int:
    return by_popularity(facts)


async def fill(platform: Platform, shelf: Shelf, count: int) -> float:
    """Write documents of so many products; return the seconds it took."""
    began = time.perf_counter()
    around = Surroundings(
        popularity=shelf.popularity,
        rank_of=_rank,
        currency_of=lambda _business: "CNY",
        synonyms_of=lambda _business, _traffic: (),
        in_stock=(),
    )
    batch: list[Document] = []
    ids: list[UUID] = []
    for number, (page, lineage) in enumerate(shelf.pages(count), 1):
        batch += documents(page, lineage, around)
        ids.append(page.product.id)
        if len(ids) == BATCH or number == count:
            async with platform.db.transaction() as tx:
                slots = await generations.hold(tx)
                await store.lock_products(tx, ids)
                await store.replace_documents(tx, slots.active, products=ids, documents=batch)
                await name_facets(tx, batch)
            batch, ids = [], []
    return time.perf_counter() - began


def asked(shelf: Shelf, slot: int) -> dict[str, tuple[Asked, Sort]]:
    """Return the kinds of queries that are measured, as the first tier that is looked through."""
    base = Asked(slot=slot, business=BUSINESS, traffic=TRAFFIC.value, currency="CNY")

    def words(text: str, *, title: bool = True, **more: object) -> Asked:
        terms = query_terms(text)
        keys = title_keys(terms) if title else word_keys(terms)
        return msgspec.structs.replace(base, keys=tuple(keys), **more)

    common, middling, rare = shelf.words[0], shelf.words[100], shelf.words[5_000]
    letters = "".join(shelf.letters[:2])
    moss = ((facet_key("option.glaze", "moss"),),)
    return {
        "a common word, by rank": (words(common), Sort.RELEVANCE),
        "a common word anywhere, by rank": (words(common, title=False), Sort.RELEVANCE),
        "a common word, by price": (words(common), Sort.PRICE_UP),
        "a middling word, by rank": (words(middling), Sort.RELEVANCE),
        "a rare word, by rank": (words(rare, title=False), Sort.RELEVANCE),
        "two common words, by rank": (words(f"{common} {shelf.words[1]}"), Sort.RELEVANCE),
        "two common Chinese letters": (words(letters), Sort.RELEVANCE),
        "a common word, one glaze, by sales": (words(common, any_of=moss), Sort.SALES),
        "a common word within a price range": (
            words(common, price_min=2_000, price_max=3_000),
            Sort.RELEVANCE,
        ),
        "a category, by price": (
            msgspec.structs.replace(base, keys=(facet_key("category", str(shelf.category)),)),
            Sort.PRICE_DOWN,
        ),
        "everything, newest": (base, Sort.NEWEST),
        "a word nobody has": (words("quuxquux"), Sort.RELEVANCE),
    }


async def measure(platform: Platform, shelf: Shelf) -> list[tuple[str, int, float, float, float]]:
    """Return per kind of query: rows, median and 95th percentile of a page, median of facets, in milliseconds."""
    async with platform.db.transaction() as tx:
        slot = await generations.begin_reading(tx)
    found = []
    for name, (query, sort) in asked(shelf, slot).items():
        pages, facets, rows = [], [], 0
        for _ in range(ROUNDS):
            began = time.perf_counter()
            async with platform.db.transaction() as tx:
                await generations.begin_reading(tx)
                rows = len(await queries.find(tx, query, sort=sort, after=None, limit=25))
            pages.append(1_000 * (time.perf_counter() - began))
        for _ in range(ROUNDS // 10):
            began = time.perf_counter()
            async with platform.db.transaction() as tx:
                await generations.begin_reading(tx)
                await queries.facets(tx, [query], count_max=COUNT_CAP + 1)
            facets.append(1_000 * (time.perf_counter() - began))
        pages.sort()
        found.append(
            (name, rows, statistics.median(pages), pages[int(0.95 * ROUNDS)], statistics.median(facets))
        )
    return found


async def helped(platform: Platform, shelf: Shelf) -> list[tuple[str, float]]:
    """Return how long suggestions and a corrected query take, through the center's own functions, in milliseconds."""
    ctx = platform.context(BUSINESS, traffic=TRAFFIC, actor=SYSTEM)
    word = next(one for one in shelf.words[50:] if len(one) >= 8)
    found = []
    for name, call in (
        ("two letters to be completed", lambda: search.suggestions(ctx, query=word[:2])),
        ("six letters to be completed", lambda: search.suggestions(ctx, query=word[:6])),
        ("one Chinese letter to be completed", lambda: search.suggestions(ctx, query=shelf.letters[0])),
        ("a typo, whole search", lambda: search.search(ctx, query=word[:4] + "x" + word[4:])),
    ):
        times = []
        for _ in range(ROUNDS // 4):
            began = time.perf_counter()
            await call()
            times.append(1_000 * (time.perf_counter() - began))
        found.append((name, statistics.median(times)))
    return found


async def explain(tx: Transaction, query: Asked, sort: Sort) -> str:
    """Return how PostgreSQL runs a query."""

    class Explained:
        """Asks for the plan of whatever is fetched."""

        def __init__(self) -> None:
            self.plan = ""

        async def fetch(self, sql: str, *values: object) -> list[object]:
            rows = await tx.raw.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", *values)
            self.plan = "\n".join(row[0] for row in rows)
            return []

    class Asking:
        """A transaction that explains."""

        raw = Explained()

    await queries.find(Asking(), query, sort=sort, after=None, limit=25)  # type: ignore[arg-type]
    return Asking.raw.plan


async def run(console: Console, count: int, *, plans: bool) -> None:
    """Fill an index of its own and show what was measured."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as server:
        server.create_database("search")
        await migrate(server.url("search"), CENTERS)
        settings = msgspec.structs.replace(
            Settings(), database_url=Secret(server.url("search")), data_dir=Path(folder), access_log=False
        )
        async with running(settings) as platform:
            shelf = Shelf()
            seconds = await fill(platform, shelf, count)
            console.print(f"{count:,} products written in {seconds:.0f} s, {count / seconds:,.0f} a second")
            await _settle(server.url("search"))
            table = Table("query", "rows", "page ms", "p95 ms", "facets ms", title=f"{count:,} products")
            for name, rows, page, worst, facets in await measure(platform, shelf):
                table.add_row(name, str(rows), f"{page:.2f}", f"{worst:.2f}", f"{facets:.2f}")
            console.print(table)
            for name, took in await helped(platform, shelf):
                console.print(f"{name}: {took:.2f} ms")
            if plans:
                async with platform.db.transaction() as tx:
                    slot = await generations.begin_reading(tx)
                    for name, (query, sort) in asked(shelf, slot).items():
                        console.print(f"\n[bold]{name}[/]")
                        console.print(await explain(tx, query, sort), markup=False, highlight=False)


async def _settle(url: str) -> None:
    """Have the planner look at what was written, as a rebuild does."""
    from hansa.kernel.db import Database  # noqa: PLC0415 - beside its use

    owner = Database(url, connections_max=1, role=None)
    async with owner.transaction() as tx:
        await generations.analyze(tx, 0)
        size = await tx.raw.fetchval("SELECT pg_size_pretty(pg_total_relation_size('search.document_0'))")
    Console().print(f"the documents take {size}")
    await owner.close()


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_index", description=__doc__)
    parser.add_argument("--products", type=int, default=100_000, metavar="N")
    parser.add_argument("--explain", action="store_true", help="also show how each query is run")
    chosen = parser.parse_args()
    asyncio.run(run(Console(), chosen.products, plans=chosen.explain))
    return 0


if __name__ == "__main__":
    sys.exit(main())
