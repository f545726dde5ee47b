"""A real grocer's first week is loaded, sold again basket by basket, interrupted, and held to the files."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Receipt
from hansa.centers.product import api as product
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import LineRequest
from hansa.complete_journey import loading, manifest, names, replaying, report
from hansa.complete_journey.files import Files, Weeks
from hansa.complete_journey.progress import Progress, Replayed
from hansa.complete_journey.reconciling import Sums
from hansa.data import exporting, showing, views
from hansa.data.reading import Tables
from hansa.kernel.context import Actor, ActorKind, Traffic
from hansa.kernel.db import Database
from hansa.kernel.plan import end_business

pytestmark = pytest.mark.timeout(600)  # the first story waits for the week to be loaded

WEEK = Weeks(1, 1)
BY_THE_FILES = Sums(
    orders=382, lines=3708, gross=1_239_721, member=191_686, match=285, coupon=3154, paid=1_044_596
)


class Interrupted(Exception):
    """Somebody pulls the plug."""


def say_nothing(_):
    pass


@pytest.fixture(scope="module")
def files():
    with Files() as found:
        yield found


@pytest.fixture(scope="module")
async def loaded(houses, files):
    """The week's stores, products and households are in the house."""
    return await loading.load(houses[0].platform, files, weeks=WEEK, tell=say_nothing)


@pytest.fixture(scope="module")
async def replayed(houses, loaded, files):
    """The week was sold: interrupted once, then shared by two who go on side by side."""
    platform = houses[0].platform

    def pull_the_plug(progress):
        if progress.orders_done:
            raise Interrupted

    before = platform.clocks.moved()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replaying, "TELL_EVERY_S", 0.05)
        patch.setattr(replaying, "UNDER_WAY", 16)  # or the whole week is over at once
        with pytest.raises(Interrupted):
            await replaying.replay(platform, files, weeks=WEEK, tell=pull_the_plug)

    async def hear_nothing(progress):
        pass

    shares = await asyncio.gather(
        *(
            replaying.sell(platform, files, weeks=WEEK, stores=stores, hear=hear_nothing)
            for stores in files.shares(WEEK, 2)
        )
    )
    whole = Progress(*files.count(WEEK))
    whole.add_up(shares)
    await replaying.move_clock(platform, whole.at)
    clocks = {key: at for key, at in platform.clocks.moved().items() if before.get(key) != at}
    return Replayed.of(whole), clocks


async def test_what_a_week_needs_goes_in_once(house, loaded, files):
    again = await loading.load(house.platform, files, weeks=WEEK, tell=say_nothing)

    assert (loaded.stores, loaded.households, loaded.products, loaded.offers) == (108, 315, 2616, 3668)
    assert loaded.not_in_catalogue == 1
    assert again.nothing


async def test_an_interrupted_replay_goes_on_and_no_order_is_placed_twice(house, replayed, files):
    resumed, _ = replayed

    again = await replaying.replay(house.platform, files, weeks=WEEK, tell=say_nothing)

    assert 0 < resumed.found < 382
    assert (resumed.orders, again.found) == (382, 382)


async def test_house_and_files_agree_to_the_cent(house, replayed, files):
    found = await report.reconciled(house.platform, files, weeks=WEEK, tell=say_nothing)

    assert (found.house, found.files) == (BY_THE_FILES, BY_THE_FILES)
    assert found.clean
    assert {one.code: (one.count, one.minor) for one in found.reasons if one.count} == {
        "quantity_zero": (14, 1055),
        "quantity_zero_with_coupon": (7, 1055),
        "quantity_zero_all_zero": (7, 0),
        "sold_all_zero": (1, 0),
        "sold_for_nothing": (2, 728),
        "not_in_catalogue": (7, 1392),
        "not_in_catalogue_sold": (1, 1392),
        "unit_price_uneven": (47, 60603),
        "measured": (13, 31602),
    }
    by_store = report.by(found, "store")
    assert len(by_store) == 108
    assert all(house == files for _, house, files in by_store)
    assert "equal to the cent" in report.page(found)


async def test_a_cent_that_is_wrong_in_the_files_is_found(house, replayed, files):
    files.db.begin()
    files.db.execute("UPDATE line SET sales = sales + 1, gross = gross + 1 WHERE basket = 31198570044")
    try:
        found = await report.reconciled(house.platform, files, weeks=WEEK, tell=say_nothing)
    finally:
        files.db.rollback()

    assert not found.clean
    assert [one.basket for one in found.differences] == [31198570044]


async def test_each_basket_happened_at_its_own_moment_and_only_its_own_clock_moved(house, replayed, files):
    _, clocks = replayed
    baskets = list(files.baskets(1))
    household = names.household(baskets[0].household)
    buyer = manifest.context(house.platform).with_(actor=Actor(ActorKind.PERSON, household))

    (order,) = await trade.checkout_orders(buyer, names.checkout(baskets[0].id, baskets[0].at))

    assert (
        order.placed_at == order.paid_at == order.finished_at == datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC)
    )
    assert list(clocks) == [(manifest.PATH, "replay")]
    assert clocks[manifest.PATH, "replay"][1] == baskets[-1].at


async def test_a_buyer_cannot_name_a_price(house, loaded, files):
    basket = next(files.baskets(1))
    ctx = manifest.context(house.platform)
    store = (await loading.stores(ctx))[basket.store]
    skus = await loading.skus(ctx, [line.product for line in basket.lines])
    (offer_id,) = (
        await product.offers_by_sku(ctx, [(store.shop_id, skus[basket.lines[0].product])])
    ).values()
    offer = (await product.offers(ctx, [offer_id]))[offer_id]
    stranger = ctx.with_(actor=Actor(ActorKind.PERSON, names.household(basket.household)))

    receipt = Receipt(sku_id=skus[basket.lines[0].product], place_id=store.place_id, quantity=1)
    await inventory.receive_stock(ctx, receipts=[receipt])
    quote = await trade.quote(stranger, lines=[LineRequest(offer_id, inputs={"gross": 1, "coupon": 500})])

    assert quote.payable == offer.price.minor > 1


async def test_figures_are_those_of_the_orders(house, replayed, files):
    await exporting.export(house.platform, tell=say_nothing)
    exports = [one for center in house.platform.centers for one in center.exports]
    folder = exporting.folder_of(house.platform)

    answers = {
        one.view.name: one
        for one in views.answer(
            folder, exports, business=manifest.PATH, traffic=Traffic.REPLAY, language="zh"
        )
    }

    by_week = answers["sales_by_week"]
    assert by_week.total == (BY_THE_FILES.paid, 191_971, 3154, 382)
    assert [sum(row[at] for row in by_week.figures) for at in range(4)] == list(by_week.total)
    assert sum(row[0] for row in answers["baskets_by_size"].figures) == 382
    assert "销售额" in showing.page(list(answers.values()), business=manifest.PATH, language="zh")


async def test_an_export_goes_on_where_it_stood_and_can_be_made_anew(house, replayed, files):
    await exporting.export(house.platform, tell=say_nothing)
    folder = exporting.folder_of(house.platform)
    before = exporting.standing_of(folder)
    half_done = folder / "trade_order" / f"{before.part + 1:06}.parquet"
    half_done.write_bytes(b"what a killed export left")

    again = await exporting.export(house.platform, tell=say_nothing)
    incremental = _orders(house, folder)
    (folder / "place.json").unlink()
    await exporting.export(house.platform, tell=say_nothing)

    assert again.rows.get("trade_order", 0) == 0
    assert incremental == _orders(house, folder)
    assert incremental[(manifest.PATH, "finished")][0] == 382


def _orders(house, folder):
    exports = [one for center in house.platform.centers for one in center.exports]
    with Tables(folder, exports) as tables:
        rows = tables.rows(
            "SELECT business, state, count(*), sum(goods)::BIGINT FROM trade_order GROUP BY ALL ORDER BY ALL"
        )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


async def test_what_a_removed_business_sold_leaves_the_export(house, replayed, files):
    await exporting.export(house.platform, tell=say_nothing)
    folder = exporting.folder_of(house.platform)
    owner = Database(house.platform.db.url, connections_max=1, role=None)
    try:
        await end_business(house.platform, manifest.PATH, by="a test", owner=owner)
    finally:
        await owner.close()

    await exporting.export(house.platform, tell=say_nothing)

    assert not [key for key in _orders(house, folder) if key[0] == manifest.PATH]
