from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from babel.numbers import is_currency

from hansa.centers.product._rules.fields import value_errors
from hansa.centers.product.types import Field, NewSku, Option, Sku
from hansa.kernel.money import Money
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import Texts, pick, plain_errors, storable, text_errors

TITLE_MAX = 200
DESCRIPTION_MAX = 20_000
NAME_MAX = 80
OPTIONS_MAX = 5
VALUES_MAX = 100
SKUS_MAX = 1_000
CODE_MAX = 64
PICTURES_MAX = 20
PRICE_MAX_MINOR = 10**13
_CURRENCY = re.compile(r"[A-Z]{3}")
"""A hundred thousand million in major units: a million pieces of it still fit into 64 bits."""
QUERY_MAX = 100
WORDS_MAX = 8

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
_ART = re.compile(r"[a-z][a-z-]{0,31}( [a-z][a-z-]{0,31}){0,2}")


def product_errors(
    *,
    titles: Texts,
    descriptions: Texts,
    art: str,
    options: Sequence[Option] = (),
    skus: Sequence[NewSku] | None = None,
    custom: Sequence[Field] = (),
) -> list[FieldError]:
    """Say what is wrong with a product, every field at once; `skus` None leaves the variants out.

    `custom` are the business's own fields of SKUs.
    """
    errors = text_errors("titles", titles, length_max=TITLE_MAX)
    errors += text_errors("descriptions", descriptions, length_max=DESCRIPTION_MAX, required=False)
    errors += art_errors("art", art)
    errors += _option_errors(options)
    if skus is not None and not errors:
        errors += sku_errors(options, skus, custom=custom)
    return errors


def price_errors(price: Money, list_price: Money | None, *, field: str = "") -> list[FieldError]:
    """Say what is wrong with a price: below zero, beyond all measure, of no currency or of two."""
    errors = []
    if not 0 <= price.minor <= PRICE_MAX_MINOR:
        errors.append(FieldError(f"{field}price.minor", "range", f"From 0 to {PRICE_MAX_MINOR}"))
    if not _CURRENCY.fullmatch(price.currency):
        errors.append(FieldError(f"{field}price.currency", "pattern", "A currency looks like EUR"))
    elif not is_currency(price.currency):
        errors.append(FieldError(f"{field}price.currency", "unknown", "A currency is a code of ISO 4217"))
    if list_price is not None:
        if not 0 <= list_price.minor <= PRICE_MAX_MINOR:
            errors.append(FieldError(f"{field}list_price.minor", "range", f"From 0 to {PRICE_MAX_MINOR}"))
        if list_price.currency != price.currency:
            errors.append(FieldError(f"{field}list_price.currency", "other", "Both prices have one currency"))
    return errors


def sold_errors(prices: Iterable[tuple[str, Money]], currencies: Collection[str]) -> list[FieldError]:
    """Say which prices, each with its field, are in a currency that is not sold in."""
    said = ", ".join(sorted(currencies))
    return [
        FieldError(f"{field}.currency", "unsold", f"Goods are sold in {said} here")
        for field, price in prices
        if price.currency not in currencies
    ]


def art_errors(field: str, art: str) -> list[FieldError]:
    """Say what is wrong with a picture: a drawing, then a glaze and a wall, `teapot celadon mist`."""
    if not art or _ART.fullmatch(art):
        return []
    return [FieldError(field, "pattern", "A picture looks like: teapot celadon mist")]


def code_errors(field: str, code: str) -> list[FieldError]:
    """Say what is wrong with a seller's own number."""
    return plain_errors(field, code, length_max=CODE_MAX, required=False)


def picture_errors(pictures: Sequence[UUID]) -> list[FieldError]:
    """Say what is wrong with a product's pictures."""
    if len(pictures) > PICTURES_MAX:
        return [FieldError("pictures", "too_many", f"At most {PICTURES_MAX}")]
    if len(set(pictures)) < len(pictures):
        return [FieldError("pictures", "repeated", "Each picture only once")]
    return []


def gtin_valid(gtin: str) -> bool:
    """Tell whether a text is a GTIN: 8, 12, 13 or 14 digits, the last one GS1's mod-10 check digit."""
    if len(gtin) not in {8, 12, 13, 14} or not (gtin.isascii() and gtin.isdigit()):
        return False
    # The weights count from the right: the digit beside the check digit weighs three.
    weighed = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(gtin[:-1])))
    return int(gtin[-1]) == -weighed % 10


def option_key(values: Mapping[str, str]) -> str:
    """Return the choice of options as one text, the same for the same choice: what makes a SKU unique."""
    return "/".join(f"{code}={values[code]}" for code in sorted(values))


def options_text(options: Sequence[Option], values: Mapping[str, str]) -> Texts:
    """Return the chosen values in every language that any of them has: `Celadon, large`."""
    chosen = [value for option in options for value in option.values if value.code == values.get(option.code)]
    languages = sorted({tag for value in chosen for tag in value.names})
    return {tag: ", ".join(pick(value.names, tag) for value in chosen) for tag in languages}


def category_errors(*, slug: str, names: Texts) -> list[FieldError]:
    """Say what is wrong with a category."""
    errors = (
        [] if _CODE.fullmatch(slug) else [FieldError("slug", "pattern", "Small letters, digits, - and _")]
    )
    return errors + text_errors("names", names, length_max=NAME_MAX)


def search_patterns(query: str) -> list[str] | None:
    """Turn what somebody typed into ILIKE patterns that must all match; nothing typed matches everything.

    What LIKE treats specially is taken literally. None for what no title can hold.
    """
    if not storable(query):
        return None
    words = query[:QUERY_MAX].split()[:WORDS_MAX]
    return ["%" + re.sub(r"([\\%_])", r"\\\1", word) + "%" for word in words]


def _option_errors(options: Sequence[Option]) -> list[FieldError]:
    if len(options) > OPTIONS_MAX:
        return [FieldError("options", "too_many", f"At most {OPTIONS_MAX}")]
    errors = _code_errors("options", [option.code for option in options])
    for at, option in enumerate(options):
        field = f"options.{at}"
        errors += text_errors(f"{field}.names", option.names, length_max=NAME_MAX)
        if not 1 <= len(option.values) <= VALUES_MAX:
            errors.append(FieldError(f"{field}.values", "length", f"From 1 to {VALUES_MAX}"))
            continue
        errors += _code_errors(f"{field}.values", [value.code for value in option.values])
        for index, value in enumerate(option.values):
            errors += text_errors(f"{field}.values.{index}.names", value.names, length_max=NAME_MAX)
    return errors


def _code_errors(field: str, codes: Sequence[str]) -> list[FieldError]:
    errors = [
        FieldError(f"{field}.{at}.code", "pattern", "Small letters, digits, - and _")
        for at, code in enumerate(codes)
        if not _CODE.fullmatch(code)
    ]
    if len(set(codes)) < len(codes):
        errors.append(FieldError(field, "repeated", "Each code only once"))
    return errors


def option_errors(before: Sequence[Option], after: Sequence[Option], skus: Iterable[Sku]) -> list[FieldError]:
    """Say why options cannot be changed so: the same ones stay, and every value that a variant has."""
    errors = _option_errors(after)
    if not errors and [option.code for option in before] != [option.code for option in after]:
        errors.append(
            FieldError("options", "changed", "The options of a product stay; only values are added")
        )
    if not errors:
        known = {option.code: {value.code for value in option.values} for option in after}
        used = {(code, value) for sku in skus for code, value in sku.values.items()}
        if any(value not in known[code] for code, value in used):
            errors.append(FieldError("options", "used", "A value that a variant has stays"))
    return errors


def sku_errors(
    options: Sequence[Option],
    skus: Sequence[NewSku],
    *,
    taken: Iterable[Sku] = (),
    custom: Sequence[Field] = (),
    name: str = "skus",
) -> list[FieldError]:
    """Say what is wrong with variants to be made, beside those that there are (`taken`)."""
    seen = {option_key(sku.values) for sku in taken}
    if not 1 <= len(skus) <= SKUS_MAX - len(seen):
        return [FieldError(name, "length", f"From 1 to {SKUS_MAX}, with those there are")]
    known = {option.code: {value.code for value in option.values} for option in options}
    errors: list[FieldError] = []
    for at, sku in enumerate(skus):
        field = f"{name}.{at}."
        if sku.values.keys() != known.keys() or any(sku.values[o] not in known[o] for o in known):
            errors.append(FieldError(f"{field}values", "options", "One known value for each option"))
        elif (key := option_key(sku.values)) in seen:
            errors.append(FieldError(f"{field}values", "repeated", "Another variant has the same options"))
        else:
            seen.add(key)
        errors += price_errors(sku.price, sku.list_price, field=field)
        errors += code_errors(f"{field}code", sku.code)
        errors += art_errors(f"{field}art", sku.art)
        errors += value_errors(f"{field}custom", custom, sku.custom, complete=True)
        if sku.gtin is not None and not gtin_valid(sku.gtin):
            errors.append(FieldError(f"{field}gtin", "check_digit", "A GTIN's last digit must fit"))
    if len({sku.price.currency for sku in skus}) > 1:
        errors.append(FieldError(name, "currencies", "All variants have one currency"))
    return errors
