"""Searching over HTTP."""

import pytest

from callers import Caller, door_of, good, problem
from centers.searching import made_up
from hansa.centers.product import api as product
from hansa.centers.product.types import CATEGORY_ID, PRODUCT_ID
from hansa.centers.shop.types import SHOP_ID


@pytest.fixture
async def anybody(house):
    door = door_of(house.platform)
    yield Caller(door)
    await door.aclose()


async def test_a_search_with_everything(anybody, library, house):
    word, seller = made_up(), await house.seller()
    branch = await product.add_category(house.system, slug=made_up(), names={"en": "Pots"})
    about = {"seller": seller, "category_id": branch.id, "deliver": False}
    first = await library.put(f"{word} a", glaze=("celadon", "moss"), price=100, **about)
    await library.put(f"{word} b", glaze=("celadon",), price=200, **about)
    await library.put(f"{word} c", price=300, **about)
    await house.deliver()

    asked = {
        "q": word,
        "category": CATEGORY_ID.show(branch.id),
        "shop": SHOP_ID.show(seller.shop_id),
        "price_max": 250,
        "sort": "price_up",
        "facets": True,
        "limit": 1,
    }
    page = good(await anybody.get("/search", params=asked))

    (item,) = page["items"]
    assert (item["id"], item["price"]) == (
        PRODUCT_ID.show(first.product.id),
        {"minor": 100, "currency": "CNY"},
    )
    assert (page["facets"]["count"], page["corrected"]) == (2, None)
    glaze = next(one for one in page["facets"]["fields"] if one["field"] == "option.glaze")
    assert glaze["values"][0]["filter"] == "option.glaze=celadon"

    following = good(await anybody.get("/search", params=asked | {"cursor": page["cursor"]}))
    assert [one["titles"]["en"] for one in following["items"]] == [f"{word} b"]
    assert (following["facets"], following["cursor"]) == (None, None)
    moss = good(
        await anybody.get("/search", params={"q": word, "facet": ["option.glaze=moss", "option.glaze=x"]})
    )
    assert [one["titles"]["en"] for one in moss["items"]] == [f"{word} a"]


async def test_typos_and_suggestions(anybody, library):
    word = made_up()
    await library.put(f"Lovely {word}")

    assert (
        good(await anybody.get("/search", params={"q": f"lovely {word[1:]}"}))["corrected"]
        == f"lovely {word}"
    )
    typed = good(await anybody.get("/search/suggestions", params={"q": word[:6]}))
    assert typed["items"] == [f"Lovely {word}"]


async def test_what_cannot_be_asked_is_refused_by_name(anybody):
    problem(await anybody.get("/search", params={"facet": "glaze"}), 422, "request.invalid")
    problem(await anybody.get("/search", params={"sort": "random"}), 422, "request.invalid")
    problem(await anybody.get("/search", params={"cursor": "x"}), 400, "page.cursor_malformed")
    problem(await anybody.get("/search", params={"category": "x"}), 404, "id.malformed")
    nowhere = CATEGORY_ID.show(CATEGORY_ID.new())
    problem(await anybody.get("/search", params={"category": nowhere}), 404, "product.category_not_found")
