"""Building the index anew while everything goes on: nothing is lost, nothing comes back, nobody finds it empty."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from centers.searching import made_up
from hansa.centers.product import api as product
from hansa.centers.product.types import ProductEdit
from hansa.centers.search import api as search
from hansa.centers.search._service import rebuilding
from hansa.centers.search.errors import RebuildSuperseded
from hansa.centers.search.types import Filters, Sort
from hansa.kernel.db import Database
from hansa.kernel.money import Money
from house import race

pytestmark = pytest.mark.external


@pytest.fixture
def small_batches(monkeypatch):
    """So that a rebuild has many steps between which something can happen."""
    monkeypatch.setattr(rebuilding, "BATCH", 3)


async def test_a_rebuilt_index_finds_what_the_old_one_found(library, house):
    word, seller, buyer = made_up(), await house.seller(), await house.buyer()
    good = await house.good(seller)
    page = await library.put(f"{word}", seller=seller, glaze=("moss",))
    await house.paid_order(buyer, (good, 2))
    await house.deliver()
    before = [await library.find(word, with_facets=True), await search.suggestions(house.system, query=word)]
    slot = await active_slot(house)

    built = await search.rebuild(house.platform)

    assert await active_slot(house) == 1 - slot
    assert built.documents >= 2
    after = [await library.find(word, with_facets=True), await search.suggestions(house.system, query=word)]
    assert after == before
    assert await library.titles(word[:5] + word[6:]) == [word]  # typos are known again
    (sold,) = [hit for hit in (await best_sellers(library, seller)) if hit.product_id != page.product.id]
    assert sold.sold == 2
    for table in (f"document_{slot}", "suggestion", "word", "gram"):
        where = "" if table.startswith("document") else f"WHERE slot = {slot}"
        assert await count(house, f"SELECT count(*) FROM search.{table} {where}") == 0


async def test_what_changes_during_a_rebuild_is_as_it_is_in_the_end(library, house, small_batches):
    words = {name: made_up() for name in ("kept", "gone", "dearer", "renamed", "new", "named")}
    seller = await house.seller()
    put = {
        name: await library.put(words[name], seller=seller, deliver=False)
        for name in ("kept", "gone", "dearer", "renamed")
    }
    await house.deliver()

    async def change():
        await product.withdraw_offer(house.system, offer_id=put["gone"].offers[0].id)
        await house.deliver()
        await product.set_price(house.system, offer_id=put["dearer"].offers[0].id, price=Money(7777, "CNY"))
        await library.put(words["new"], seller=seller)
        await product.edit_product(
            house.system,
            product_id=put["renamed"].product.id,
            edit=ProductEdit(titles={"en": words["named"]}),
        )
        await house.deliver()

    await asyncio.gather(
        search.rebuild(house.platform), change(), search_all_the_time(library, words["kept"])
    )

    assert await library.titles(words["gone"]) == []
    assert await library.titles(words["renamed"]) == []
    assert await library.titles(words["named"]) == [words["named"]]
    assert await library.titles(words["new"]) == [words["new"]]
    (hit,) = (await library.find(words["dearer"])).hits
    assert hit.price.minor == 7777
    assert await documents_differ(house) == []


async def search_all_the_time(library, word):
    """Whenever somebody looks, it is there."""
    for _ in range(60):
        assert await library.titles(word) == [word]
        await asyncio.sleep(0)


async def test_many_changes_race_with_rebuilds_and_the_last_word_is_right(
    library, house, next_door, small_batches
):
    word, seller = made_up(), await house.seller()
    pages = [await library.put(f"{word} {n}", seller=seller, deliver=False) for n in range(6)]
    await house.deliver()

    async def reprice(step):
        for n, page in enumerate(pages):
            await product.set_price(
                house.system, offer_id=page.offers[0].id, price=Money(1000 * step + n, "CNY")
            )

    async def deliver_late():
        for _ in range(4):
            await house.deliver()

    outcomes = await race(
        search.rebuild(house.platform),
        reprice(2),
        deliver_late(),
        search.rebuild(next_door.platform),
        reprice(3),
    )
    assert {type(one) for one in outcomes if isinstance(one, Exception)} <= {RebuildSuperseded}
    await house.deliver()

    hits = (await library.find(word, sort=Sort.PRICE_UP)).hits
    prices = await product.offers(house.system, [page.offers[0].id for page in pages])
    assert [hit.price for hit in hits] == sorted(
        (one.price for one in prices.values()), key=lambda price: price.minor
    )
    assert await documents_differ(house) == []


async def test_the_later_of_two_rebuilds_goes_on(house, library, small_batches):
    word = made_up()
    await library.put(word)
    second = None

    def begin_another(_told):
        nonlocal second
        if second is None:
            second = asyncio.ensure_future(search.rebuild(house.platform))

    with pytest.raises(RebuildSuperseded):
        await slow_rebuild(house, begin_another)

    assert (await second).documents >= 1
    assert await library.titles(word) == [word]


class Slow:
    """A database that takes its time to begin, so that others go on between two steps."""

    def __init__(self, db):
        self._db = db

    @asynccontextmanager
    async def transaction(self):
        await asyncio.sleep(0.05)
        async with self._db.transaction() as tx:
            yield tx


async def slow_rebuild(house, on_progress):
    slow = SimpleNamespace(db=Slow(house.platform.db), context=house.platform.context)
    return await search.rebuild(slow, on_progress=on_progress)


async def test_a_rebuild_that_was_interrupted_is_begun_again(house, library, small_batches):
    word = made_up()
    await library.put(word)

    def stop(_told):
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await search.rebuild(house.platform, on_progress=stop)
    assert await library.titles(word) == [word]

    await search.rebuild(house.platform)

    assert await library.titles(word) == [word]
    states = await house_rows(house, "SELECT state, count(*) AS n FROM search.generation GROUP BY state")
    assert {row["state"]: row["n"] for row in states}["active"] == 1
    assert "building" not in {row["state"] for row in states}


async def test_the_owner_has_the_planner_look_at_it_first(house, library):
    await library.put(made_up())
    owner = Database(house.platform.db.url, connections_max=1, role=None)
    try:
        await search.rebuild(house.platform, owner=owner)
    finally:
        await owner.close()

    slot = await active_slot(house)
    known = await count(
        house, f"SELECT reltuples::bigint FROM pg_class WHERE oid = 'search.document_{slot}'::regclass"
    )
    assert known > 0


async def active_slot(house):
    return await count(house, "SELECT slot FROM search.generation WHERE state = 'active'")


async def best_sellers(library, seller):
    return (await library.find("", sort=Sort.SALES, filters=Filters(shop=seller.shop_id))).hits


async def documents_differ(house):
    """Documents that are not what a fresh look at the product makes of it."""
    before = await house_rows(house, await documents_sql(house))
    await search.rebuild(house.platform)
    after = await house_rows(house, await documents_sql(house))
    return [(a, b) for a, b in zip(before, after, strict=True) if dict(a) != dict(b)]


async def documents_sql(house):
    return f"SELECT * FROM search.document_{await active_slot(house)} ORDER BY business, traffic, product_id"


async def count(house, sql):
    async with house.platform.db.transaction() as tx:
        return await tx.raw.fetchval(sql)


async def house_rows(house, sql):
    async with house.platform.db.transaction() as tx:
        return await tx.raw.fetch(sql)
