"""The matrix of variants."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centers.product.kiln import GLAZE, SIZE, eur, make
from hansa.centers.product import api as product
from hansa.centers.product._rules.products import option_key, sku_errors
from hansa.centers.product._rules.variants import expand
from hansa.centers.product.types import Matrix, MatrixRule, NewSku, Option, OptionValue, ProductEdit
from hansa.kernel.problem import Invalid

CODES = ["a", "b", "c", "d"]
OPTIONS = st.lists(st.integers(1, 4), min_size=0, max_size=4).map(
    lambda sizes: tuple(
        Option(f"o{at}", {"en": "O"}, tuple(OptionValue(code, {"en": code}) for code in CODES[:size]))
        for at, size in enumerate(sizes)
    )
)


@st.composite
def options_and_choices(draw):
    """Options, and some choices of some of their values."""
    options = draw(OPTIONS.filter(bool))
    choice = st.lists(st.sampled_from(options), min_size=1, unique_by=lambda option: option.code).flatmap(
        lambda chosen: st.fixed_dictionaries(
            {option.code: st.sampled_from([value.code for value in option.values]) for option in chosen}
        )
    )
    return options, draw(st.lists(choice, max_size=4))


@given(OPTIONS)
def test_a_matrix_makes_every_combination_once(options):
    made = expand(options, Matrix(price=eur(5)))

    expected = 1
    for option in options:
        expected *= len(option.values)
    assert len({option_key(sku.values) for sku in made}) == len(made) == expected
    assert sku_errors(options, made) == []
    for option in options:  # every value is as frequent as any other
        frequencies = Counter(sku.values[option.code] for sku in made)
        assert set(frequencies.values()) == {expected // len(option.values)}


@given(options_and_choices())
def test_exceptions_leave_out_exactly_what_they_name(asked):
    options, exceptions = asked
    left = expand(options, Matrix(price=eur(5), exceptions=tuple(exceptions)))
    everything = expand(options, Matrix(price=eur(5)))

    assert [sku for sku in everything if not any(e.items() <= sku.values.items() for e in exceptions)] == left


@given(options_and_choices())
def test_of_rules_that_fit_the_last_wins(asked):
    options, wheres = asked
    rules = tuple(MatrixRule(where=where, price=eur(at)) for at, where in enumerate(wheres, 10))

    for sku in expand(options, Matrix(price=eur(5), rules=rules)):
        fitting = [rule.price for rule in rules if rule.where.items() <= sku.values.items()]
        assert sku.price == (fitting[-1] if fitting else eur(5))


async def test_a_matrix_puts_all_its_variants_on_sale(market):
    matrix = Matrix(
        price=eur(900),
        code="TP-{glaze}-{size}",
        rules=(MatrixRule(where={"size": "l"}, price=eur(1200), art="teapot ink stone"),),
        exceptions=({"glaze": "ink", "size": "s"},),
    )

    page = await make(
        await market.seller(), options=[GLAZE, SIZE], skus=product.variants([GLAZE, SIZE], matrix)
    )

    assert [(sku.code, offer.price.minor) for sku, offer in zip(page.skus, page.offers, strict=True)] == [
        ("TP-celadon-s", 900),
        ("TP-celadon-l", 1200),
        ("TP-ink-l", 1200),
    ]
    assert page.offers[2].art == "teapot ink stone"
    assert await market.verify() == []


@pytest.mark.parametrize(
    "matrix",
    [
        Matrix(price=eur(1), exceptions=({"glaze": "gold"},)),
        Matrix(price=eur(1), exceptions=({},)),
        Matrix(price=eur(1), rules=(MatrixRule(where={"colour": "ink"}),)),
        Matrix(price=eur(1), exceptions=({"size": "s"},) * 201),
    ],
)
def test_a_matrix_speaks_of_the_options_alone(matrix):
    with pytest.raises(Invalid):
        product.variants([GLAZE, SIZE], matrix)


def test_a_matrix_too_large_is_refused_before_it_is_made():
    values = tuple(OptionValue(f"v{n}", {"en": "v"}) for n in range(100))
    options = [Option(f"o{n}", {"en": "o"}, values) for n in range(5)]
    with pytest.raises(Invalid):
        product.variants(options, Matrix(price=eur(1)))


async def test_variants_are_added_to_a_product_on_sale(market):
    seller = await market.seller()
    page = await make(seller, options=[GLAZE], skus=[NewSku(values={"glaze": "ink"}, price=eur(5))])
    more = Option("glaze", GLAZE.names, (*GLAZE.values, OptionValue("sky", {"en": "Sky"})))
    wanted = tuple(NewSku(values={"glaze": glaze}, price=eur(3)) for glaze in ("celadon", "sky"))

    await product.edit_product(
        seller[1], product_id=page.product.id, edit=ProductEdit(options=(more,), add_skus=wanted)
    )

    shown = await product.product(market.ctx, page.product.id)
    assert [sku.values["glaze"] for sku in shown.skus] == ["ink", "celadon", "sky"]
    assert [(offer.options_in("en"), offer.active) for offer in shown.offers] == [
        ("Dark clay", True),
        ("Celadon", True),
        ("Sky", True),
    ]
    assert (await product.list_products(market.ctx)).items[0].price == eur(3)
    assert await market.verify() == []
    for wrong in (
        ProductEdit(add_skus=wanted[:1]),  # it is there already
        ProductEdit(options=(SIZE,)),
        ProductEdit(options=(Option("glaze", GLAZE.names, GLAZE.values[:1]),)),  # variants have the others
        ProductEdit(add_skus=()),
    ):
        with pytest.raises(Invalid):
            await product.edit_product(seller[1], product_id=page.product.id, edit=wrong)
