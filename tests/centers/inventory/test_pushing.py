"""What sellers' own programs say is on hand: many rows, each with its own verdict."""

import asyncio
from uuid import uuid4

import pytest

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.errors import CodeAmbiguous, CodeUnknown, PushedTwice, SkuNotFound
from hansa.centers.inventory.types import QUANTITY_MAX, PushOutcome, StockPush
from hansa.centers.product import api as product
from hansa.centers.product.types import NewSku
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid


@pytest.fixture
async def stall(market):
    """A shop whose variants have codes: (seller, place, sku by code)."""
    opened, seller = await market.seller()
    where = await market.place_of(seller, opened.id)
    found = {}
    for code in ("RED", "BLUE"):
        page = await product.create_product(
            seller,
            shop_id=opened.id,
            titles={"en": code},
            skus=[NewSku(price=Money(100, "EUR"), code=code)],
            art="teapot celadon mist",
        )
        found[code] = page.skus[0].id
    return seller, where.id, found


async def push(ctx, *rows, note="nightly"):
    return await inventory.push_stock(ctx, rows=[StockPush(**row) for row in rows], note=note)


async def test_rows_name_things_by_code_or_id_and_are_set(market, stall):
    seller, place_id, skus = stall

    verdicts = await push(
        seller,
        {"place_id": place_id, "code": "RED", "on_hand": 7},
        {"place_id": place_id, "sku_id": skus["BLUE"], "on_hand": 9},
    )

    assert [one.outcome for one in verdicts] == [PushOutcome.SET, PushOutcome.SET]
    assert await market.level(skus["RED"], place_id) == (7, 0, 0)
    assert await market.level(skus["BLUE"], place_id) == (9, 0, 0)
    assert len(await market.told("inventory.stock_adjusted")) == 2
    assert (await inventory.movements(seller, sku_id=skus["RED"], place_id=place_id)).items[
        0
    ].note == "nightly"
    assert await market.verify() == []


async def test_the_same_push_again_changes_nothing(market, stall):
    seller, place_id, skus = stall
    row = {"place_id": place_id, "code": "RED", "on_hand": 7}
    await push(seller, row)

    [again] = await push(seller, row)

    assert again.outcome is PushOutcome.UNCHANGED
    assert len((await inventory.movements(seller, sku_id=skus["RED"], place_id=place_id)).items) == 1


async def test_a_row_that_cannot_be_set_refuses_itself_alone(market, stall):
    seller, place_id, skus = stall

    verdicts = await push(
        seller,
        {"place_id": place_id, "code": "GREEN", "on_hand": 1},
        {"place_id": place_id, "code": "RED", "on_hand": 2},
        {"place_id": place_id, "sku_id": skus["RED"], "on_hand": 3},
        {"place_id": place_id, "sku_id": uuid4(), "on_hand": 4},
    )

    assert [type(one.problem) for one in verdicts] == [CodeUnknown, type(None), PushedTwice, SkuNotFound]
    assert verdicts[2].problem.extras["row"] == 1
    assert await market.level(skus["RED"], place_id) == (2, 0, 0)


async def test_a_code_of_several_things_names_none(market, stall):
    seller, place_id, _ = stall
    shop_id = (await market.rows("SELECT shop_id FROM place.place WHERE id = $1", place_id))[0]["shop_id"]
    await product.create_product(
        seller,
        shop_id=shop_id,
        titles={"en": "Red again"},
        skus=[NewSku(price=Money(100, "EUR"), code="RED")],
        art="teapot celadon mist",
    )

    [verdict] = await push(seller, {"place_id": place_id, "code": "RED", "on_hand": 1})

    assert isinstance(verdict.problem, CodeAmbiguous)


async def test_less_than_was_promised_leaves_nothing_to_sell(market, stall):
    seller, place_id, skus = stall
    await push(seller, {"place_id": place_id, "code": "RED", "on_hand": 10})
    await market.run(inventory.HOLD, market.hold(skus["RED"], place_id, 6))

    [verdict] = await push(seller, {"place_id": place_id, "code": "RED", "on_hand": 2})

    assert (verdict.outcome, verdict.level.on_hand, verdict.level.available) == (PushOutcome.LIMITED, 6, 0)
    assert await market.level(skus["RED"], place_id) == (6, 6, 0)
    assert await market.verify() == []


async def test_a_push_while_orders_run_never_oversells(market, stall):
    seller, place_id, skus = stall
    await push(seller, {"place_id": place_id, "code": "RED", "on_hand": 20})

    outcomes = await asyncio.gather(
        *(market.run(inventory.HOLD, market.hold(skus["RED"], place_id)) for _ in range(20)),
        *(push(seller, {"place_id": place_id, "code": "RED", "on_hand": n}) for n in (5, 15, 9)),
    )

    on_hand, held, _ = await market.level(skus["RED"], place_id)
    assert held == sum(outcome == [None] for outcome in outcomes[:20])
    assert held <= on_hand
    assert await market.verify() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"on_hand": -1},
        {"on_hand": QUANTITY_MAX + 1},
        {"code": ""},
        {"sku_id": uuid4()},
        {"code": "a\0b"},
        {"code": "\ud800"},
    ],
)
async def test_wrong_rows_are_refused_by_field(stall, wrong):
    seller, place_id, _ = stall
    good = {"place_id": place_id, "code": "RED", "on_hand": 1}
    with pytest.raises(Invalid) as refusal:
        await push(seller, good, good | wrong)
    assert refusal.value.errors[0].field.startswith("rows.1")


async def test_seller_a_does_not_push_the_stock_of_seller_b(market, stall):
    _, place_id, skus = stall
    rival, theirs, _ = await market.goods(slug="rival")

    with pytest.raises(Forbidden):
        await push(rival, {"place_id": place_id, "code": "RED", "on_hand": 1})
    [verdict] = await push(rival, {"place_id": theirs.id, "code": "RED", "on_hand": 1})

    assert isinstance(verdict.problem, CodeUnknown)  # another shop's code means nothing here
    assert await market.level(skus["RED"], place_id) == (0, 0, 0)
