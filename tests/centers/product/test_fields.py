"""Templates of categories, custom fields, measured goods: what a product may and must say."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centers.product.kiln import eur, make
from hansa.centers.product import api as product
from hansa.centers.product._rules.fields import facets, value_errors
from hansa.centers.product._rules.prices import amount_errors, measured_price
from hansa.centers.product.errors import CategoryInUse, CategoryNotFound, SchemaChangedSince
from hansa.centers.product.types import (
    CATEGORY_ID,
    Field,
    FieldKind,
    Measure,
    NewSku,
    OptionValue,
    ProductEdit,
    Target,
)
from hansa.kernel.problem import Forbidden, Invalid

CLAY, GLASS = OptionValue("clay", {"en": "Clay"}), OptionValue("glass", {"en": "Glass"})
MATERIAL = Field(
    code="material",
    names={"en": "Material"},
    kind=FieldKind.CHOICE,
    required=True,
    facet=True,
    choices=(CLAY, GLASS),
)
VOLUME = Field(
    code="volume", names={"en": "Volume"}, kind=FieldKind.INTEGER, unit="ml", minimum=1, maximum=5000
)
USES = Field(code="uses", names={"en": "Uses"}, kind=FieldKind.CHOICES, facet=True, choices=(CLAY, GLASS))
KILN = Field(code="kiln", names={"en": "Kiln"}, kind=FieldKind.TEXT, required=True, maximum=10)
WEIGHT = Field(code="weight", names={"en": "Weight"}, kind=FieldKind.DECIMAL, minimum=0, maximum=10)
FIRED = Field(code="fired", names={"en": "Fired"}, kind=FieldKind.DATE)
SAFE = Field(code="safe", names={"en": "Dishwasher safe"}, kind=FieldKind.BOOLEAN, facet=True)


def fields_of(problem):
    return {error.field: error.code for error in problem.value.errors}


@pytest.mark.parametrize(
    ("field", "right", "wrong"),
    [
        (MATERIAL, ["clay"], ["wood", 1, True, ["clay"], ""]),
        (VOLUME, [1, 5000], [0, 5001, "7", True, [], 2**63]),
        (USES, [["clay"], ["glass", "clay"]], [[], ["clay", "clay"], ["wood"], "clay"]),
        (KILN, ["Ru", "哥窑"], ["", "  ", "x" * 11, "a\0b", "\udfff", 5, ["a"]]),
        (WEIGHT, ["0", "1.5", "10", "0.000000001"], ["10.1", "-1", "1,5", "1e3", "NaN", "", 1, "1."]),
        (FIRED, ["2026-02-28"], ["2026-02-30", "2026-2-3", "yesterday", 20260228, ""]),
        (SAFE, [True, False], [1, 0, "true"]),
    ],
    ids=lambda value: value.code if isinstance(value, Field) else "",
)
def test_a_value_fits_its_field_or_is_named(field, right, wrong):
    for value in right:
        assert value_errors("a", [field], {field.code: value}, complete=True) == []
    for value in wrong:
        [error] = value_errors("a", [field], {field.code: value}, complete=True)
        assert error.field == f"a.{field.code}"


@given(
    st.dictionaries(
        st.text(max_size=5), st.one_of(st.integers(), st.text(), st.booleans(), st.lists(st.text()))
    )
)
def test_whatever_is_said_is_judged_without_an_accident(values):
    known = [MATERIAL, VOLUME, USES, KILN, WEIGHT, FIRED, SAFE]
    errors = value_errors("a", known, values, complete=False)
    unknown = values.keys() - {field.code for field in known}
    assert len([error for error in errors if error.code == "unknown"]) == len(unknown)


def test_lists_are_narrowed_by_choices_and_yes_or_no():
    said = {"material": "clay", "uses": ["glass", "clay"], "safe": True, "volume": 5}
    assert facets([MATERIAL, USES, SAFE, VOLUME], said) == [
        "material=clay",
        "safe=true",
        "uses=clay",
        "uses=glass",
    ]


async def test_a_product_says_what_its_category_and_those_above_ask(market):
    ware = await product.add_category(market.ctx, slug="ware", names={"en": "Ware"}, attributes=[MATERIAL])
    pots = await product.add_category(
        market.ctx, slug="pots", names={"en": "Pots"}, parent_id=ware.id, attributes=[VOLUME]
    )
    seller = await market.seller()

    page = await make(seller, category=pots, attributes={"material": "clay", "volume": 300})

    assert [field.code for field in await product.template(market.ctx, pots.id)] == ["material", "volume"]
    assert (await product.product(market.ctx, page.product.id)).product.attributes == {
        "material": "clay",
        "volume": 300,
    }
    with pytest.raises(Invalid) as refused:
        await make(seller, category=pots, attributes={"volume": 0, "colour": "red"})
    assert fields_of(refused) == {
        "attributes": "unknown",
        "attributes.material": "required",
        "attributes.volume": "range",
    }
    with pytest.raises(Invalid):
        await make(seller, attributes={"material": "clay"})  # without a category there is no template
    with pytest.raises(CategoryNotFound):
        await product.template(market.ctx, page.product.id)


async def test_a_template_changes_for_what_comes_next(market):
    ware = await product.add_category(market.ctx, slug="ware", names={"en": "Ware"})
    seller = await market.seller()
    page = await make(seller, category=ware)

    changed = await product.set_attributes(
        market.ctx, category_id=ware.id, attributes=[MATERIAL], seen_version=1
    )

    assert changed.version == 2
    assert (await product.categories(market.ctx))[0].attributes == (MATERIAL,)
    edited = await product.edit_product(
        seller[1], product_id=page.product.id, edit=ProductEdit(titles={"en": "As before"})
    )
    assert edited.product.attributes == {}
    with pytest.raises(Invalid):
        await product.edit_product(seller[1], product_id=page.product.id, edit=ProductEdit(attributes={}))
    with pytest.raises(SchemaChangedSince):
        await product.set_attributes(market.ctx, category_id=ware.id, attributes=[], seen_version=1)
    with pytest.raises(Forbidden):
        await product.set_attributes(seller[1], category_id=ware.id, attributes=[])


async def test_one_name_means_one_field_all_the_way_down(market):
    ware = await product.add_category(market.ctx, slug="ware", names={"en": "Ware"}, attributes=[MATERIAL])
    with pytest.raises(Invalid):
        await product.add_category(
            market.ctx, slug="pots", names={"en": "Pots"}, parent_id=ware.id, attributes=[MATERIAL]
        )
    pots = await product.add_category(
        market.ctx, slug="pots", names={"en": "Pots"}, parent_id=ware.id, attributes=[VOLUME]
    )
    with pytest.raises(Invalid):
        await product.set_attributes(market.ctx, category_id=ware.id, attributes=[VOLUME])
    await product.set_attributes(market.ctx, category_id=pots.id, attributes=[VOLUME, SAFE])


async def test_a_business_hangs_fields_of_its_own_on_products_and_skus(market):
    seller = await market.seller()
    page = await make(seller)
    set_to = await product.set_custom_fields(market.ctx, target=Target.PRODUCT, fields=[KILN], seen_version=0)
    await product.set_custom_fields(market.ctx, target=Target.SKU, fields=[VOLUME], seen_version=0)

    made = await make(seller, custom={"kiln": "Ru"}, skus=[NewSku(price=eur(1), custom={"volume": 9})])

    assert set_to.version == 1
    shown = await product.product(market.ctx, made.product.id)
    assert (shown.product.custom, shown.skus[0].custom) == ({"kiln": "Ru"}, {"volume": 9})
    with pytest.raises(Invalid) as refused:
        await make(seller, skus=[NewSku(price=eur(1), custom={"volume": 0})])
    assert fields_of(refused) == {"custom.kiln": "required", "skus.0.custom.volume": "range"}
    fair = market.platform.context("fair")
    assert (await product.custom_schema(fair, Target.PRODUCT)).fields == ()
    assert (await product.product(market.ctx, page.product.id)).product.custom == {}


async def test_of_two_who_set_the_fields_at_once_one_is_told(market):
    await product.set_custom_fields(market.ctx, target=Target.PRODUCT, fields=[KILN], seen_version=0)
    for seen in (0, 2, -5):
        with pytest.raises(SchemaChangedSince):
            await product.set_custom_fields(market.ctx, target=Target.PRODUCT, fields=[], seen_version=seen)
    await product.set_custom_fields(market.ctx, target=Target.PRODUCT, fields=[], seen_version=1)
    with pytest.raises(SchemaChangedSince):
        await product.set_custom_fields(market.ctx, target=Target.SKU, fields=[], seen_version=1)
    seller = await market.seller()
    with pytest.raises(Forbidden):
        await product.set_custom_fields(seller[1], target=Target.PRODUCT, fields=[], seen_version=2)
    with pytest.raises(Invalid):
        await product.set_custom_fields(market.ctx, target=Target.SKU, fields=[MATERIAL], seen_version=0)


GRAMS = Measure(unit="g", per=1000, minimum=100, maximum=5000, step=50)


async def test_tea_is_sold_by_the_gram(market):
    page = await make(await market.seller(), price=8000, measure=GRAMS)

    offer = (await product.offers(market.ctx, [page.offers[0].id]))[page.offers[0].id]

    assert offer.measure == GRAMS
    assert (await product.list_products(market.ctx)).items[0].measure == GRAMS
    assert product.measured_price(offer.price, GRAMS, 150) == eur(1200)
    with pytest.raises(Invalid):
        await make(await market.seller("b"), measure=Measure(unit="g", per=0, minimum=2, maximum=1, step=1))


@pytest.mark.parametrize(
    ("amount", "unit", "code"),
    [
        (100, "g", None),
        (150, None, None),
        (5000, "g", None),
        (99, "g", "range"),
        (5050, "g", "range"),
        (120, "g", "step"),
        (150, "kg", "other"),
        (None, None, "required"),
    ],
)
def test_not_every_amount_can_be_bought(amount, unit, code):
    assert [error.code for error in amount_errors(GRAMS, amount, unit)] == ([code] if code else [])
    assert (amount_errors(None, amount) == []) is (amount is None)


@given(st.integers(0, 10**13), st.integers(1, 10**9), st.integers(1, 10**9))
def test_an_amount_costs_its_share_to_the_nearest_unit(minor, per, amount):
    measure = Measure(unit="g", per=per, minimum=1, maximum=10**9, step=1)
    asked = measured_price(eur(minor), measure, amount).minor
    assert -per < 2 * (asked * per - minor * amount) <= per


async def test_a_branch_is_called_otherwise_and_its_siblings_change_places(market):
    ware = await product.add_category(market.ctx, slug="ware", names={"en": "Waer"})
    pots = await product.add_category(market.ctx, slug="pots", names={"en": "Pots"}, position=1)

    called = await product.call_category(market.ctx, category_id=ware.id, names={"en": "Ware", "zh": "器"})
    await product.call_category(market.ctx, category_id=pots.id, position=-1, seen_version=1)

    assert (called.names, called.slug, called.position, called.version) == (
        {"en": "Ware", "zh": "器"},
        "ware",
        0,
        2,
    )
    assert [one.names["en"] for one in await product.categories(market.ctx)] == ["Pots", "Ware"]
    with pytest.raises(SchemaChangedSince):
        await product.call_category(market.ctx, category_id=ware.id, position=5, seen_version=1)
    with pytest.raises(Invalid):
        await product.call_category(market.ctx, category_id=ware.id, names={})
    with pytest.raises(Forbidden):
        await product.call_category((await market.seller())[1], category_id=ware.id, position=1)
    with pytest.raises(CategoryNotFound):
        await product.call_category(market.ctx, category_id=CATEGORY_ID.new(), position=1)


async def test_a_branch_goes_only_when_nothing_hangs_on_it(market):
    ware = await product.add_category(market.ctx, slug="ware", names={"en": "Ware"})
    pots = await product.add_category(market.ctx, slug="pots", names={"en": "Pots"}, parent_id=ware.id)
    cups = await product.add_category(market.ctx, slug="cups", names={"en": "Cups"}, parent_id=ware.id)
    await make(await market.seller(), category=pots)

    for used in (ware, pots):
        with pytest.raises(CategoryInUse):
            await product.remove_category(market.ctx, category_id=used.id)
    await product.remove_category(market.ctx, category_id=cups.id)

    assert [one.slug for one in await product.categories(market.ctx)] == ["ware", "pots"]
    with pytest.raises(CategoryNotFound):
        await product.remove_category(market.ctx, category_id=cups.id)
    with pytest.raises(Forbidden):
        await product.remove_category((await market.seller("kiln"))[1], category_id=pots.id)


async def test_a_product_and_the_end_of_its_category_do_not_pass_each_other(market):
    sellers = [await market.seller(f"shop-{n}") for n in range(4)]
    for n, seller in enumerate(sellers):
        branch = await product.add_category(market.ctx, slug=f"branch-{n}", names={"en": "Branch"})

        made, removed = await asyncio.gather(
            make(seller, category=branch),
            product.remove_category(market.ctx, category_id=branch.id),
            return_exceptions=True,
        )

        there = {one.id for one in await product.categories(market.ctx)}
        if isinstance(made, Exception):
            assert (type(made), removed, branch.id in there) == (CategoryNotFound, None, False)
        else:
            assert (type(removed), branch.id in there) == (CategoryInUse, True)
