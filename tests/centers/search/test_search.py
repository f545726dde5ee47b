"""Searching: words of several languages, typos, filters, orders, pages, suggestions."""

from datetime import timedelta

import pytest

from centers.searching import made_up
from hansa.centers.product import api as product
from hansa.centers.product.errors import CategoryNotFound
from hansa.centers.product.types import (
    CATEGORY_ID,
    Field,
    FieldKind,
    Measure,
    OfferPrice,
    OptionValue,
    ProductEdit,
)
from hansa.centers.search import api as search
from hansa.centers.search._service import indexing
from hansa.centers.search.types import Filters, Sort
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopStatus
from hansa.kernel.context import Traffic
from hansa.kernel.money import Money
from hansa.kernel.page import CursorMalformed
from hansa.kernel.problem import Invalid
from house import House

pytestmark = pytest.mark.external


async def test_what_is_put_on_sale_is_found_by_every_word_of_its_title(library):
    word = made_up()
    page = await library.put(f"Blue {word} Teapots")

    for query in (word, word.upper(), f"teapot {word}", f"{word} blue", f"  {word}, (blue)! "):
        (hit,) = (await library.find(query)).hits
        assert (hit.product_id, hit.price) == (page.product.id, Money(1000, "CNY"))
    assert await library.titles(f"{word} red porcelain lid") == [f"Blue {word} Teapots"]


async def test_all_known_words_must_occur(library):
    word = made_up()
    await library.put(f"Blue {word}")
    await library.put("Red lantern")

    assert await library.titles(f"{word} lantern") == []


async def test_chinese_is_found_by_its_parts_and_by_one_letter(library):
    word = made_up()
    await library.put({"zh": f"宜兴紫砂壶{word}手工", "en": f"Teapot {word}"})

    for query in ("紫砂壶", "宜兴紫砂", "壶", "手工 紫砂", "紫砂 teapot"):
        assert await library.titles(f"{query} {word}") == [f"Teapot {word}"], query
    (hit,) = (await library.find(f"紫沙壶 {word}")).hits  # one letter is wrong
    assert hit.titles["zh"] == f"宜兴紫砂壶{word}手工"


@pytest.mark.parametrize("slip", ["swapped", "missing", "doubled", "wrong"])
async def test_a_typo_is_forgiven_and_said(library, slip):
    word = made_up()
    await library.put(f"Lovely {word}")
    typo = {
        "swapped": word[:4] + word[5] + word[4] + word[6:],
        "missing": word[:4] + word[5:],
        "doubled": word[:4] + word[4] + word[4:],
        "wrong": word[:4] + "q" + word[5:],
    }[slip]

    found = await library.find(f"lovely {typo}")

    assert [hit.titles["en"] for hit in found.hits] == [f"Lovely {word}"]
    assert found.corrected in ({None} if typo == word else {f"lovely {word}"})


async def test_what_is_spelt_right_is_not_corrected(library):
    word = made_up()
    await library.put(f"Lovely {word}")

    assert (await library.find(word)).corrected is None
    nothing = await library.find(made_up())
    assert (nothing.hits, nothing.corrected) == ([], None)


async def test_a_title_counts_more_than_a_description(library):
    word = made_up()
    await library.put("Only described", descriptions={"en": f"As good as a {word}"})
    await library.put(f"A {word} itself")

    assert await library.titles(word) == [f"A {word} itself", "Only described"]


async def test_what_sells_comes_first_and_a_refund_is_taken_back(library, house):
    word, seller, buyer = made_up(), await house.seller(), await house.buyer()
    slow = await library.put(f"Slow {word}", seller=seller)
    good = await house.good(seller)
    await product.edit_product(
        house.system,
        product_id=await product_of(house, good),
        edit=ProductEdit(titles={"en": f"Fast {word}"}),
    )

    await house.paid_order(buyer, (good, 3))
    await house.place(buyer, (good, 1))  # placed is not paid
    await house.deliver()

    first, second = (await library.find(word)).hits
    assert (first.titles["en"], first.sold) == (f"Fast {word}", 3)
    assert (second.product_id, second.sold) == (slow.product.id, 0)
    assert await library.titles(word, sort=Sort.SALES) == [f"Fast {word}", f"Slow {word}"]


async def test_every_order_pages_through_everything_once(library):
    word = made_up()
    pages = [
        await library.put(f"{word} number", price=price, deliver=False) for price in (300, 100, 300, 200, 100)
    ]
    await library.house.deliver()
    ids = [page.product.id for page in pages]

    newest = await library.all_pages(word, sort=Sort.NEWEST)
    assert newest == ids[::-1]
    assert await library.all_pages(word, sort=Sort.PRICE_UP) == [ids[at] for at in (1, 4, 3, 0, 2)]
    assert await library.all_pages(word, sort=Sort.PRICE_DOWN) == [ids[at] for at in (2, 0, 3, 4, 1)]
    for sort in (Sort.RELEVANCE, Sort.SALES):
        assert sorted(await library.all_pages(word, sort=sort)) == sorted(ids)


async def test_pages_go_on_from_titles_to_descriptions(library):
    word = made_up()
    titled = [await library.put(f"{word} {n}", deliver=False) for n in ("one", "two", "three")]
    for _ in range(2):
        await library.put("Else", descriptions={"en": word}, deliver=False)
    await library.house.deliver()

    found = await library.all_pages(word, limit=2)

    assert len(set(found)) == 5
    assert set(found[:3]) == {page.product.id for page in titled}


async def test_what_is_added_between_two_pages_moves_nothing(library):
    word = made_up()
    for n in range(4):
        await library.put(f"{word} {n}", price=100 * n, deliver=False)
    await library.house.deliver()
    first = await library.find(word, sort=Sort.PRICE_UP, limit=2)

    await library.put(f"{word} early", price=50)
    second = await library.find(word, sort=Sort.PRICE_UP, limit=2, cursor=first.cursor)

    assert [hit.price.minor for hit in (*first.hits, *second.hits)] == [0, 100, 200, 300]


async def test_a_cursor_is_good_for_its_own_list_alone(library):
    word = made_up()
    for _ in range(2):
        await library.put(f"{word}", deliver=False)
    await library.house.deliver()
    cursor = (await library.find(word, limit=1)).cursor

    for wrong in (
        {"query": made_up()},
        {"query": word, "sort": Sort.NEWEST},
        {"query": word, "filters": Filters(price_max=5)},
    ):
        with pytest.raises(CursorMalformed):
            await library.find(wrong.pop("query"), cursor=cursor, **wrong)
    for forged in ("x", "W10", "WzFd"):
        with pytest.raises(CursorMalformed):
            await library.find(word, cursor=forged)


async def test_the_pages_of_a_corrected_query_follow_each_other(library):
    word = made_up()
    for _ in range(3):
        await library.put(f"{word}", deliver=False)
    await library.house.deliver()

    found = await library.all_pages(word[:-1], limit=2)

    assert len(set(found)) == 3


async def test_facets_count_and_narrow(library, house):
    word, seller = made_up(), await house.seller()
    branch = await product.add_category(house.system, slug=made_up(), names={"en": "Pots", "zh": "壶"})
    twig = await product.add_category(
        house.system, slug=made_up(), names={"en": "Small"}, parent_id=branch.id
    )
    about = {"seller": seller, "deliver": False}
    await library.put(f"{word} a", glaze=("celadon", "moss"), price=100, category_id=twig.id, **about)
    await library.put(f"{word} b", glaze=("celadon",), price=500, category_id=branch.id, **about)
    await library.put(f"{word} c", price=900, deliver=False)
    await house.deliver()

    facets = (await library.find(word, with_facets=True)).facets

    counted = {one.field: {value.value: value.count for value in one.values} for one in facets.fields}
    assert counted["option.glaze"] == {"celadon": 2, "moss": 1}
    assert counted["category"] == {str(branch.id): 2, str(twig.id): 1}
    assert counted["shop"][str(seller.shop_id)] == 2
    named = {one.field: one for one in facets.fields}
    assert named["option.glaze"].names["zh"] == "釉色"
    assert named["option.glaze"].values[0].names == {"en": "Celadon"}
    assert named["category"].values[0].names["zh"] == "壶"
    assert named["shop"].values[0].names == {"en": "A shop"}
    assert (facets.count, facets.capped) == (3, False)
    assert sum(one.count for one in facets.prices) == 3

    async def narrowed(**filters):
        return await library.titles(word, filters=Filters(**filters), sort=Sort.PRICE_UP)

    assert await narrowed(facets={"option.glaze": ["moss"]}) == [f"{word} a"]
    assert await narrowed(facets={"option.glaze": ["moss", "celadon"]}) == [f"{word} a", f"{word} b"]
    assert await narrowed(category=branch.id) == [f"{word} a", f"{word} b"]
    assert await narrowed(category=twig.id) == [f"{word} a"]
    assert await narrowed(shop=seller.shop_id, price_min=500) == [f"{word} b"]
    assert await narrowed(price_min=500, price_max=900) == [f"{word} b", f"{word} c"]
    assert await narrowed(facets={"option.glaze": ["moss"], "option.size": ["l"]}) == []


async def test_a_facet_says_how_many_its_value_would_find_by_itself(library, house):
    word, seller = made_up(), await house.seller()
    glazes = (("celadon", "moss"), ("celadon",), ("ink",), ("ink", "moss"), ("sky",))
    for at, glaze in enumerate(glazes):
        about = {"price": 100 * (at + 1), "seller": seller if at % 2 else None, "deliver": False}
        await library.put(f"{word} {at}", glaze=glaze, **about)
    await house.deliver()

    async def counted(**narrowed):
        facets = (await library.find(word, filters=Filters(**narrowed), with_facets=True)).facets
        return facets, {
            (one.field, value.value): (value.count, value.chosen)
            for one in facets.fields
            for value in one.values
        }

    for narrowed in (
        {"facets": {"option.glaze": ["celadon"]}},
        {"facets": {"option.glaze": ["celadon", "ink"], "shop": [str(seller.shop_id)]}},
        {"facets": {"option.glaze": ["moss"]}, "price_min": 150, "price_max": 400},
        {"facets": {"option.glaze": ["moss"], "option.size": ["l"]}},
    ):
        facets, values = await counted(**narrowed)
        for (field, value), (count, chosen) in values.items():
            alone = narrowed | {"facets": narrowed["facets"] | {field: [value]}}
            found = await library.find(word, filters=Filters(**alone), limit=100)
            assert len(found.hits) == count, (narrowed, field, value)
            assert chosen is (value in narrowed["facets"].get(field, ()))
        assert facets.count == len((await library.find(word, filters=Filters(**narrowed))).hits)
        unpriced = Filters(facets=narrowed["facets"])
        assert sum(one.count for one in facets.prices) == len(
            (await library.find(word, filters=unpriced)).hits
        )
    _, values = await counted(
        facets={"option.glaze": ["celadon"], "shop": ["nobody"], "option.lid": ["round"]}
    )
    assert (values["option.glaze", "celadon"], values["option.lid", "round"]) == ((0, True), (0, True))


async def test_what_is_sold_by_amount_says_what_its_price_is_for(library):
    word = made_up()
    grams = Measure(unit="g", per=500, minimum=50, maximum=2000, step=50)
    await library.put(f"Loose {word}", measure=grams)

    assert [hit.measure for hit in (await library.find(word)).hits] == [grams]


async def test_attributes_of_a_template_narrow_and_are_named(library, house):
    word = made_up()
    branch = await product.add_category(house.system, slug=made_up(), names={"en": "Pots"})
    clay, tin = OptionValue("clay", {"en": "Clay", "zh": "陶"}), OptionValue("tin", {"en": "Tin"})
    await product.set_attributes(
        house.system,
        category_id=branch.id,
        attributes=[
            Field(
                code="material",
                names={"en": "Material"},
                kind=FieldKind.CHOICES,
                facet=True,
                choices=(clay, tin),
            ),
            Field(code="lid", names={"en": "With a lid"}, kind=FieldKind.BOOLEAN, facet=True),
            Field(code="note", names={"en": "Note"}, kind=FieldKind.TEXT),
        ],
    )
    about = {"category_id": branch.id, "deliver": False}
    note = made_up()
    await library.put(f"{word} a", attributes={"material": ["clay", "tin"], "lid": True}, **about)
    await library.put(f"{word} b", attributes={"material": ["clay"], "note": note}, **about)
    await house.deliver()

    facets = (await library.find(word, with_facets=True)).facets

    named = {one.field: one for one in facets.fields}
    assert [(one.value, one.count) for one in named["attribute.material"].values] == [("clay", 2), ("tin", 1)]
    assert named["attribute.material"].values[0].names["zh"] == "陶"
    assert [(one.value, one.count) for one in named["attribute.lid"].values] == [("true", 1)]
    assert "attribute.note" not in named
    assert await library.titles(word, facets={"attribute.material": ["tin"]}) == [f"{word} a"]
    assert await library.titles(word, facets={"attribute.lid": ["true"]}) == [f"{word} a"]
    assert await library.titles(f"{note} {word}") == [f"{word} b"]
    assert sorted(await library.titles(f"陶 {word}")) == [f"{word} a", f"{word} b"]


async def test_a_draft_is_found_when_it_is_published_and_until_it_is_archived(library, house):
    word = made_up()
    page = await library.put(word, draft=True)
    assert await library.titles(word) == []

    await product.publish_product(house.system, product_id=page.product.id)
    await house.deliver()
    assert await library.titles(word) == [word]

    await product.archive_product(house.system, product_id=page.product.id)
    await house.deliver()
    assert await library.titles(word) == []


async def test_a_price_that_time_alone_changes_is_found_at_its_new_place(library, house):
    word, seller = made_up(), await house.seller()
    page = await library.put(word, price=1000, seller=seller)
    soon = house.system.now() + timedelta(hours=1)
    sale = await product.create_price_list(
        house.system, shop_id=seller.shop_id, names={"en": "Sale"}, starts_at=soon, ends_at=None
    )
    await product.set_prices(
        house.system,
        price_list_id=sale.id,
        prices=[OfferPrice(offer_id=page.offers[0].id, price=Money(600, "CNY"))],
    )
    await house.deliver()
    assert await library.titles(word, filters=Filters(price_max=600)) == []

    await house.wait(timedelta(hours=2))
    await house.deliver()

    assert await library.titles(word, filters=Filters(price_max=600)) == [word]


async def test_documents_follow_edits_prices_and_withdrawals(library, house):
    word, other = made_up(), made_up()
    page = await library.put(f"{word}", price=1000)
    offer = page.offers[0].id

    await product.set_price(house.system, offer_id=offer, price=Money(700, "CNY"))
    await house.deliver()
    assert await library.titles(word, filters=Filters(price_max=700)) == [word]

    await product.edit_product(
        house.system, product_id=page.product.id, edit=ProductEdit(titles={"en": other})
    )
    await house.deliver()
    assert await library.titles(word) == []
    assert await library.titles(other) == [other]

    await product.withdraw_offer(house.system, offer_id=offer)
    await house.deliver()
    assert await library.titles(other) == []


async def test_a_suspended_shop_is_not_found_until_it_is_back(library, house):
    word, seller = made_up(), await house.seller()
    await library.put(word, seller=seller)

    await shop.set_status(house.system, shop_id=seller.shop_id, status=ShopStatus.SUSPENDED)
    for _ in range(2):
        await house.deliver()
    assert await library.titles(word) == []

    await shop.set_status(house.system, shop_id=seller.shop_id, status=ShopStatus.ACTIVE)
    for _ in range(2):
        await house.deliver()
    assert await library.titles(word) == [word]


async def test_several_shops_offer_one_product_and_the_cheapest_shows(library, house):
    word, rival = made_up(), await house.seller()
    page = await library.put(word, price=1000)
    cheaper = await product.make_offer(
        house.system, shop_id=rival.shop_id, sku_id=page.skus[0].id, price=Money(900, "CNY")
    )
    await house.deliver()

    (hit,) = (await library.find(word)).hits

    assert (hit.offer_id, hit.price.minor, hit.offers) == (cheaper.id, 900, 2)
    assert await library.titles(word, filters=Filters(shop=rival.shop_id)) == [word]


async def test_what_is_live_is_not_found_in_the_sandbox(library, house):
    word = made_up()
    live = House(house.platform, traffic=Traffic.LIVE)
    await library.put(word, seller=await live.seller(), ctx=live.system)

    assert await library.titles(word) == []
    assert await library.titles(word, ctx=live.system) == [word]


async def test_nothing_typed_finds_what_fits_the_filters(library, house):
    seller = await house.seller()
    first = await library.put(made_up(), seller=seller)
    second = await library.put(made_up(), seller=seller)

    found = await library.all_pages("", limit=1, sort=Sort.NEWEST, filters=Filters(shop=seller.shop_id))

    assert found == [second.product.id, first.product.id]


@pytest.mark.parametrize("query", ["!!!", "。", "-- ' ; DROP", "%_\\", "𠮷", "a" * 100, "\u202e", "🍐"])
async def test_whatever_is_typed_gets_an_answer(library, query):
    found = await library.find(query, with_facets=True)

    assert isinstance(found.hits, list)


async def test_what_cannot_be_asked_is_refused(library):
    for query in ("x" * 101, "a\0b", "\ud800"):
        with pytest.raises(Invalid):
            await library.find(query)
    with pytest.raises(Invalid):
        await library.find("x", limit=0)
    with pytest.raises(Invalid):
        await library.find("x", facets={f"f{n}": ["x"] for n in range(21)})
    with pytest.raises(CategoryNotFound):
        await library.find("x", filters=Filters(category=CATEGORY_ID.new()))
    with pytest.raises(Invalid):
        await search.suggestions(library.ctx, query="x", limit=0)


async def test_suggestions_complete_words_in_the_readers_language_first(library, house):
    word = made_up()
    await library.put({"en": f"Blue {word} teapot", "zh": f"{word}紫砂壶"})

    english = await search.suggestions(house.system.with_(locale="en"), query=word[:-3].upper())
    chinese = await search.suggestions(house.system.with_(locale="zh-CN"), query=word[:-3])

    assert english == [f"Blue {word} teapot", f"{word}紫砂壶"]
    assert chinese == [f"{word}紫砂壶", f"Blue {word} teapot"]
    assert await search.suggestions(house.system, query=f"{word} teap") == [f"Blue {word} teapot"]
    assert await search.suggestions(house.system, query="z") == []
    assert await search.suggestions(house.system, query="") == []


async def test_a_category_is_suggested_once_and_first(library, house):
    word = made_up()
    branch = await product.add_category(house.system, slug=made_up(), names={"en": f"{word} pots"})
    for n in range(2):
        await library.put(f"{word} {n}", category_id=branch.id, deliver=False)
    await house.deliver()

    found = await search.suggestions(house.system, query=word[:5])

    assert found[0] == f"{word} pots"
    assert sorted(found) == sorted([f"{word} pots", f"{word} 0", f"{word} 1"])
    assert len(await search.suggestions(house.system, query=word[:2], limit=20)) <= 20


async def test_suggestions_go_with_their_product(library, house):
    word = made_up()
    page = await library.put(word)
    await product.withdraw_offer(house.system, offer_id=page.offers[0].id)
    await house.deliver()

    assert await search.suggestions(house.system, query=word) == []


async def product_of(house, good):
    offers = await product.offers(house.system, [good.offer_id])
    return offers[good.offer_id].product_id


async def test_amounts_of_two_currencies_are_not_compared(library, house):
    """What is sold in another currency is found, but has no place among the prices of this one."""
    word = made_up()
    dear, cheap = (
        await library.put(f"Dear {word}", price=2000),
        await library.put(f"Cheap {word}", price=1000),
    )
    abroad = await library.put(f"Abroad {word}", price=1500)
    async with house.platform.db.transaction() as tx:  # as if the business had changed its currency since
        await tx.raw.execute(
            "UPDATE product.offer SET currency = 'JPY', version = version + 1 WHERE id = $1",
            abroad.offers[0].id,
        )
    await product.edit_product(
        house.system, product_id=abroad.product.id, edit=ProductEdit(titles={"en": f"Abroad, {word}"})
    )
    await house.deliver()

    assert len(await library.titles(word)) == 3
    in_order = [cheap.product.id, dear.product.id]
    assert await library.all_pages(word, sort=Sort.PRICE_UP, limit=1) == in_order
    assert await library.all_pages(word, sort=Sort.PRICE_DOWN, limit=1) == in_order[::-1]
    assert await library.all_pages(word, filters=Filters(price_min=1)) != []
    assert abroad.product.id not in await library.all_pages(
        word, filters=Filters(price_min=1, price_max=9999)
    )
    facets = (await library.find(word, with_facets=True)).facets
    assert (facets.count, sum(one.count for one in facets.prices)) == (3, 2)


async def test_goods_are_found_by_the_new_name_of_their_category(library, house, monkeypatch):
    old, new, word = made_up(), made_up(), made_up()
    branch = await product.add_category(house.system, slug=made_up(), names={"en": old})
    twig = await product.add_category(house.system, slug=made_up(), names={"en": "Twig"}, parent_id=branch.id)
    for n, category in enumerate((branch, twig, twig)):
        await library.put(f"{word} {n}", category_id=category.id, deliver=False)
    await house.deliver()
    monkeypatch.setattr(indexing, "AT_ONCE", 2)

    await product.call_category(house.system, category_id=branch.id, names={"en": new})
    await house.settle_down()

    assert await library.titles(old) == []
    assert sorted(await library.titles(new)) == [f"{word} 0", f"{word} 1", f"{word} 2"]
    assert await search.suggestions(house.system, query=new[:6]) == [new]
