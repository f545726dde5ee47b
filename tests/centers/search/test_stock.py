"""Found only where it can be bought: the index hears of stock from the events that tell of it."""

import pytest

from centers.searching import made_up
from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Adjustment, MovementReason, StockLimits
from hansa.centers.search import api as search
from hansa.centers.search.types import Filters
from hansa.centers.trade import api as trade
from hansa.kernel.context import Traffic
from house import Good

IN_STOCK = Filters(in_stock=True)


@pytest.fixture
async def shelf(library, house):
    """Something new with two variants, of which there is nothing yet, and ways to change that."""

    class Shelf:
        word = made_up()

        async def found(self):
            await house.deliver()
            assert await library.titles(self.word) == [self.word]
            return bool(await library.titles(self.word, filters=IN_STOCK))

        def good(self, variant):
            sku = self.page.skus[variant]
            (offer,) = [one for one in self.page.offers if one.sku_id == sku.id]
            return Good(offer.id, sku.id, self.seller.place_id, 1000)

    made = Shelf()
    made.seller = await house.seller()
    made.page = await library.put(made.word, seller=made.seller, glaze=("moss", "celadon"))
    return made


async def test_what_came_in_is_found_and_what_sold_out_is_not(shelf, house):
    assert not await shelf.found()
    await house.restock(shelf.good(0), 2)
    assert await shelf.found()

    buyer = await house.buyer()
    placed = await house.place(buyer, (shelf.good(0), 2))
    assert not await shelf.found()
    await house.restock(shelf.good(1), 1)
    assert await shelf.found()
    other = await house.place(buyer, shelf.good(1))
    assert not await shelf.found()

    await trade.cancel(buyer, checkout_id=placed.checkout_id)  # what comes back can be bought again
    assert await shelf.found()
    await house.place(buyer, (shelf.good(0), 2))
    assert not await shelf.found()
    await trade.cancel(buyer, checkout_id=other.checkout_id)
    assert await shelf.found()


async def test_corrections_and_limits_count(shelf, house):
    good = shelf.good(0)
    where = {"sku_id": good.sku_id, "place_id": good.place_id}
    await house.restock(good, 3)
    await inventory.set_limits(house.system, limits=[StockLimits(**where, safety=3)])
    assert not await shelf.found()
    await inventory.set_limits(house.system, limits=[StockLimits(**where, safety=0)])
    assert await shelf.found()
    await inventory.adjust(
        house.system, adjustments=[Adjustment(**where, difference=-3, reason=MovementReason.BROKEN)]
    )
    assert not await shelf.found()


async def test_a_rebuild_knows_what_there_is(shelf, house, library):
    await house.restock(shelf.good(0), 1)
    assert await shelf.found()
    await search.rebuild(house.platform)
    assert await shelf.found()
    live = house.platform.context("bazaar", traffic=Traffic.LIVE)
    assert await library.titles(shelf.word, ctx=live, filters=IN_STOCK) == []
