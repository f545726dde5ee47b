"""What a product, a price and a search may look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.product._rules.importing import Columns, read_csv, read_json
from hansa.centers.product._rules.products import (
    PRICE_MAX_MINOR,
    gtin_valid,
    option_key,
    options_text,
    price_errors,
    product_errors,
    search_patterns,
)
from hansa.centers.product.types import NewSku, Option, OptionValue
from hansa.kernel.cells import guarded, unguarded
from hansa.kernel.money import Money

GLAZE = Option(
    "glaze",
    {"en": "Glaze", "zh": "釉"},
    (
        OptionValue("celadon", {"en": "Celadon", "zh": "梅子青"}),
        OptionValue("ink", {"en": "Dark clay"}),
    ),
)
SIZE = Option("size", {"en": "Size"}, (OptionValue("s", {"en": "small"}), OptionValue("l", {"en": "large"})))


def sku(price=100, currency="EUR", **values):
    return NewSku(values=values, price=Money(price, currency))


def wrong(**about):
    product = {"titles": {"en": "Pot"}, "descriptions": {}, "art": "", "options": (), "skus": [sku()]}
    return [error.field for error in product_errors(**(product | about))]


@pytest.mark.parametrize(
    ("about", "fields"),
    [
        ({}, []),
        ({"titles": {}}, ["titles"]),
        ({"art": "teapot celadon mist"}, []),
        ({"art": "<svg>"}, ["art"]),
        ({"art": "a b c d"}, ["art"]),
        ({"skus": []}, ["skus"]),
        ({"skus": [sku(), sku()]}, ["skus.1.values"]),
        ({"options": [GLAZE], "skus": [sku(glaze="celadon"), sku(glaze="ink")]}, []),
        ({"options": [GLAZE], "skus": [sku()]}, ["skus.0.values"]),
        ({"options": [GLAZE], "skus": [sku(glaze="gold")]}, ["skus.0.values"]),
        ({"options": [GLAZE], "skus": [sku(glaze="ink", size="s")]}, ["skus.0.values"]),
        ({"options": [GLAZE, GLAZE]}, ["options"]),
        ({"options": [Option("x", {"en": "X"}, ())]}, ["options.0.values"]),
        ({"skus": [sku(-1)]}, ["skus.0.price.minor"]),
        ({"skus": [sku(2**63)]}, ["skus.0.price.minor"]),
        ({"skus": [sku(1, "eur")]}, ["skus.0.price.currency"]),
        (
            {"skus": [NewSku(price=Money(1, "EUR"), list_price=Money(2, "USD"))]},
            ["skus.0.list_price.currency"],
        ),
        ({"skus": [NewSku(price=Money(1, "EUR"), gtin="4006381333932")]}, ["skus.0.gtin"]),
        ({"skus": [NewSku(price=Money(1, "EUR"), code="a\0")]}, ["skus.0.code"]),
    ],
)
def test_what_is_wrong_is_named_by_field(about, fields):
    assert wrong(**about) == fields


@pytest.mark.parametrize("gtin", ["4006381333931", "96385074", "036000291452", "10614141000415"])
def test_a_right_gtin(gtin):
    assert gtin_valid(gtin)


@given(
    st.integers(7, 13)
    .filter(lambda n: n in {7, 11, 12, 13})
    .flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))
)
def test_one_check_digit_in_ten_fits(body):
    assert sum(gtin_valid(f"{body}{digit}") for digit in range(10)) == 1


@given(st.integers())
def test_a_price_is_within_bounds_or_refused(minor):
    fits = 0 <= minor <= PRICE_MAX_MINOR
    assert (price_errors(Money(minor, "EUR"), None) == []) is fits


def test_the_order_of_options_makes_no_other_variant():
    assert option_key({"b": "1", "a": "2"}) == option_key({"a": "2", "b": "1"}) == "a=2/b=1"
    assert option_key({}) == ""


def test_options_are_told_in_every_language_that_any_has():
    assert options_text((GLAZE, SIZE), {"glaze": "celadon", "size": "l"}) == {
        "en": "Celadon, large",
        "zh": "梅子青, large",
    }
    assert options_text((), {}) == {}


def test_what_is_typed_is_taken_literally():
    assert search_patterns("100% a_b \\x") == ["%100\\%%", "%a\\_b%", "%\\\\x%"]
    assert search_patterns("  ") == []
    assert len(search_patterns("a " * 500)) == 8


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\tx", "\rx", "'=1", "''@x", "'tis", "plain", "-5", "+49.5", "-"],
)
def test_a_cell_is_no_formula_and_comes_back_as_it_was(text):
    cell = guarded(text)
    assert not cell.startswith(("=", "@", "\t", "\r"))
    assert (cell == text) is (text in {"'tis", "plain", "-5", "+49.5"})
    assert cell in {text, "'" + text}
    assert unguarded(cell) == text


NO_FIELDS = Columns(attributes={}, custom={}, sku_custom={})


@pytest.mark.parametrize(
    ("record", "wrong"),
    [
        ("TP-1,much,CNY,1", [("price_minor", "whole")]),
        ("TP-1,12.50,CNY,a lot", [("price_minor", "whole"), ("measure:per", "whole")]),
        (",100,CNY,", [("product", "required")]),
        ("TP-1,,CNY,", [("price_minor", "required")]),
        ("TP-1,100,CNY,-1", [("measure.unit", "required")]),
        ("TP-1,100", [("", "columns")]),
    ],
)
def test_what_is_wrong_with_a_record_is_said_at_its_column(record, wrong):
    columns = ("product", "price_minor", "currency", "measure:per")

    line, row, errors = read_csv(7, record, columns, NO_FIELDS)

    assert (line, row) == (7, None)
    assert [(one.field, one.code) for one in errors] == wrong


@pytest.mark.parametrize(
    ("record", "wrong"),
    [
        ('{"product": "A", "price_minor": "much", "currency": "CNY"}', ("price_minor", "shape")),
        (
            '{"product": "A", "price_minor": 1, "currency": "CNY", "titles": {"en": 5}}',
            ("titles[...]", "shape"),
        ),
        ('{"price_minor": 1, "currency": "CNY"}', ("product", "required")),
        ("[]", ("", "shape")),
    ],
)
def test_what_is_wrong_with_a_line_of_json_is_said_at_its_field(record, wrong):
    _, row, (error,) = read_json(1, record)

    assert row is None
    assert (error.field, error.code) == wrong
