"""Receiving, correcting and looking at stock, and who may."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory._service.reading import AvailabilitySnapshot
from hansa.centers.inventory.errors import SkuNotFound, StockCommitted, StockFull
from hansa.centers.inventory.types import QUANTITY_MAX, Adjustment, MovementKind, MovementReason, Receipt
from hansa.centers.place import api as place
from hansa.centers.place.types import Capability, Destination, Location
from hansa.kernel.context import Traffic
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated


def receipt(sku_id, place_id, quantity=1, **about):
    return Receipt(sku_id=sku_id, place_id=place_id, quantity=quantity, **about)


def correction(sku_id, place_id, difference, reason=MovementReason.COUNTED):
    return Adjustment(sku_id=sku_id, place_id=place_id, difference=difference, reason=reason)


@pytest.fixture
async def shop(market):
    """A seller with one product at one place, without stock: (seller, sku, place)."""
    seller, where, page = await market.goods()
    return seller, page.skus[0].id, where.id


async def test_a_seller_takes_goods_in(market, shop):
    seller, *tea = shop

    levels = await inventory.receive_stock(
        seller, receipts=[receipt(*tea, 3), receipt(*tea, 4, kind=MovementKind.RETURNED, reference="ord")]
    )

    assert [level.on_hand for level in levels] == [7, 7]
    assert await market.level(*tea) == (7, 0, 0)
    assert await inventory.availability(market.ctx, [tea[0]]) == {tea[0]: {tea[1]: 7}}
    assert len(await market.told("inventory.stock_received")) == 2
    assert await market.verify() == []


async def test_a_correction_leaves_what_orders_were_promised(market, shop):
    seller, *tea = shop
    await market.receive(*tea, 10)
    await market.run(inventory.HOLD, market.hold(*tea, 4))

    with pytest.raises(StockCommitted):
        await inventory.adjust(seller, adjustments=[correction(*tea, -7)])
    await inventory.adjust(seller, adjustments=[correction(*tea, -7), correction(*tea, 1)])

    assert await market.level(*tea) == (4, 4, 0)
    assert await market.verify() == []


async def test_nobody_takes_away_what_is_not_there(market, shop):
    seller, *tea = shop

    with pytest.raises(StockCommitted):
        await inventory.adjust(seller, adjustments=[correction(*tea, -1)])

    assert await market.rows("SELECT * FROM inventory.stock") == []


async def test_a_billion_is_enough(shop):
    seller, *tea = shop
    await inventory.receive_stock(seller, receipts=[receipt(*tea, QUANTITY_MAX)])

    with pytest.raises(StockFull):
        await inventory.receive_stock(seller, receipts=[receipt(*tea, 1)])


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": 2**70},
        {"quantity": -1},
        {"kind": MovementKind.SHIPPED},
        {"reference": "a\0b"},
        {"reference": "\ud800"},
        {"reference": "x" * 201},
    ],
)
async def test_wrong_receipts_are_refused_by_field(shop, wrong):
    seller, *tea = shop

    with pytest.raises(Invalid) as refusal:
        await inventory.receive_stock(seller, receipts=[receipt(*tea), receipt(*tea, **wrong)])

    assert refusal.value.errors[0].field.startswith("receipts.1.")


@pytest.mark.parametrize(
    "wrong",
    [
        correction(uuid4(), uuid4(), 0),
        correction(uuid4(), uuid4(), 1, MovementReason.NONE),
        correction(uuid4(), uuid4(), 1, MovementReason.PUSHED),
    ],
)
async def test_wrong_corrections_are_refused(shop, wrong):
    with pytest.raises(Invalid):
        await inventory.adjust(shop[0], adjustments=[wrong])


async def test_a_receipt_is_all_or_nothing(market, shop):
    seller, *tea = shop

    with pytest.raises(SkuNotFound):
        await inventory.receive_stock(seller, receipts=[receipt(*tea), receipt(uuid4(), tea[1])])

    assert await market.level(*tea) == (0, 0, 0)


async def test_seller_a_cannot_touch_the_stock_of_seller_b(market, shop):
    _, *tea = shop
    await market.receive(*tea, 5)
    other, where, _ = await market.goods(slug="other")
    for doing in (
        lambda ctx: inventory.receive_stock(ctx, receipts=[receipt(*tea)]),
        lambda ctx: inventory.adjust(ctx, adjustments=[correction(*tea, 1)]),
        lambda ctx: inventory.stock_of_place(ctx, place_id=tea[1]),
        lambda ctx: inventory.movements(ctx, sku_id=tea[0], place_id=tea[1]),
        # one line of one's own does not open the door for another's
        lambda ctx: inventory.receive_stock(ctx, receipts=[receipt(tea[0], where.id), receipt(*tea)]),
    ):
        with pytest.raises(Forbidden):
            await doing(other)
        with pytest.raises(Forbidden):
            await doing(market.person())
        with pytest.raises(Unauthenticated):
            await doing(market.platform.context("bazaar"))
    assert await market.level(*tea) == (5, 0, 0)


async def test_a_place_that_is_not_there_looks_like_somebody_elses(shop):
    with pytest.raises(SkuNotFound):
        await inventory.stock_of_place(shop[0], place_id=uuid4())


async def test_staff_may_do_what_it_was_given(market, shop):
    _, *tea = shop
    shop_id = (await inventory_place(market, tea[1])).shop_id
    clerk = market.person(f"inventory.stock.receive@shop:{shop_id}")

    await inventory.receive_stock(clerk, receipts=[receipt(*tea)])

    with pytest.raises(Forbidden):
        await inventory.adjust(clerk, adjustments=[correction(*tea, 1)])


async def inventory_place(market, place_id):
    return (await place.places(market.ctx, [place_id]))[place_id]


async def test_lists_are_paged_and_each_traffic_class_sees_its_own(shop):
    seller, *tea = shop
    for _ in range(5):
        await inventory.receive_stock(seller, receipts=[receipt(*tea)])
    live = replace(seller, traffic=Traffic.LIVE)

    seen, cursor = [], None
    while True:
        page = await inventory.movements(seller, sku_id=tea[0], place_id=tea[1], cursor=cursor, limit=2)
        seen += page.items
        cursor = page.cursor
        if cursor is None:
            break

    assert len({one.id for one in seen}) == 5
    assert [one.id for one in seen] == sorted((one.id for one in seen), reverse=True)
    assert [level.available for level in (await inventory.stock_of_place(seller, place_id=tea[1])).items] == [
        5
    ]
    with pytest.raises(SkuNotFound):
        await inventory.stock_of_place(live, place_id=tea[1])


async def test_availability_is_at_most_a_second_old(market, shop):
    _, *tea = shop
    await market.receive(*tea, 3)
    assert (await inventory.availability(market.ctx, [tea[0]]))[tea[0]] == {tea[1]: 3}
    await market.run(inventory.HOLD, market.hold(*tea, 2))

    assert (await inventory.availability(market.ctx, [tea[0]]))[tea[0]] == {tea[1]: 3}  # a hint
    market.platform.add(AvailabilitySnapshot(market.db))

    assert (await inventory.availability(market.ctx, [tea[0]]))[tea[0]] == {tea[1]: 1}
    nothing = uuid4()
    assert await inventory.availability(market.ctx, [nothing]) == {nothing: {}}


async def test_the_nearest_place_that_ships_comes_first(market, shop):
    seller, sku, first = shop
    shop_id = (await inventory_place(market, first)).shop_id
    near = await market.place_of(seller, shop_id, location=Location(30.3, 120.2))
    far = await market.place_of(seller, shop_id, location=Location(39.9, 116.4))
    await market.place_of(seller, shop_id, location=Location(30.2, 120.1), capabilities=[Capability.PICKUP])

    home = Destination("CN", location=Location(30.2, 120.1))

    ranked = await inventory.rank_places(market.ctx, shop_id=shop_id, sku_ids=[sku], destination=home)
    assert ranked == [near.id, far.id, first]
    assert await inventory.rank_places(market.ctx, shop_id=shop_id, sku_ids=[sku]) == [first, near.id, far.id]


async def test_two_first_receipts_at_once_both_count(market, shop):
    seller, *tea = shop

    await asyncio.gather(*(inventory.receive_stock(seller, receipts=[receipt(*tea, 2)]) for _ in range(6)))

    assert await market.level(*tea) == (12, 0, 0)
    assert await market.verify() == []


async def test_verify_names_the_first_bad_row(market, markets, shop):
    _, *tea = shop
    await market.receive(*tea, 5)
    async with markets.owner.transaction() as tx:
        await tx.raw.execute("UPDATE inventory.stock SET on_hand = 6, held = 1")

    holds, movements = await market.verify()

    assert str(tea[0]) in holds
    assert "held 1" in holds
    assert "on hand 6, its movements sum to 5" in movements


async def test_a_movement_has_the_sign_of_its_kind(market, shop):
    _, *tea = shop
    await market.receive(*tea, 5)
    for values in (
        "'shipped', 1, ''",
        "'received', -1, ''",
        "'adjusted', 0, 'lost'",
        "'adjusted', 1, ''",
        "'adjusted', 1, 'own words'",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await market.rows(
                f"""INSERT INTO inventory.movement (sku_id, place_id, traffic, id, kind, quantity, reason, note,
                                                    reference, business, actor, occurred_at)
                    SELECT sku_id, place_id, traffic, gen_random_uuid(), {values}, '', '', '', '', now()
                    FROM inventory.stock"""
            )


async def test_what_there_is_of_a_sku_is_told_for_the_places_asked(market, shop):
    seller, *tea = shop
    await inventory.receive_stock(seller, receipts=[receipt(*tea, 3)])

    levels = await inventory.stock_of_skus(seller, sku_ids=[tea[0], uuid4()], place_ids=[tea[1]])

    assert [(one.sku_id, one.place_id, one.on_hand) for one in levels] == [(*tea, 3)]
    assert await inventory.stock_of_skus(seller, sku_ids=[], place_ids=[tea[1]]) == []


async def test_what_there_is_of_a_sku_is_nobody_elses_to_see(market, shop):
    _, sku_id, place_id = shop
    other, where, _ = await market.goods(slug="other")

    with pytest.raises(Forbidden):
        await inventory.stock_of_skus(other, sku_ids=[sku_id], place_ids=[where.id, place_id])
    with pytest.raises(Invalid):
        await inventory.stock_of_skus(other, sku_ids=[uuid4() for _ in range(101)], place_ids=[where.id])
