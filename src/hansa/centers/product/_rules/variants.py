"""The variants that options make together."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from math import prod

import msgspec

from hansa.centers.product._rules.products import SKUS_MAX
from hansa.centers.product.types import Matrix, NewSku, Option
from hansa.kernel.problem import FieldError

RULES_MAX = 200


def matrix_errors(options: Sequence[Option], matrix: Matrix) -> list[FieldError]:
    """Say what is wrong with a matrix, before anything is made of it: too large, or of unknown values."""
    if prod(len(option.values) for option in options) > SKUS_MAX:
        return [FieldError("options", "too_many", f"Together they make more than {SKUS_MAX} variants")]
    if len(matrix.rules) > RULES_MAX or len(matrix.exceptions) > RULES_MAX:
        return [FieldError("matrix", "too_many", f"At most {RULES_MAX} rules and exceptions")]
    known = {option.code: {value.code for value in option.values} for option in options}
    named = [(f"matrix.rules.{at}.where", rule.where) for at, rule in enumerate(matrix.rules)]
    named += [(f"matrix.exceptions.{at}", where) for at, where in enumerate(matrix.exceptions)]
    return [
        FieldError(field, "options", "Some known values of the options")
        for field, where in named
        if not where or any(value not in known.get(code, ()) for code, value in where.items())
    ]


def expand(options: Sequence[Option], matrix: Matrix) -> list[NewSku]:
    """Make every variant, the first option slowest; those that an exception names are left out."""
    codes = [option.code for option in options]
    made = []
    for chosen in itertools.product(*([value.code for value in option.values] for option in options)):
        values = dict(zip(codes, chosen, strict=True))
        if not any(_has(values, where) for where in matrix.exceptions):
            made.append(_variant(values, matrix))
    return made


def _variant(values: dict[str, str], matrix: Matrix) -> NewSku:
    code = matrix.code
    for name, value in values.items():
        code = code.replace(f"{{{name}}}", value)
    sku = NewSku(values=values, price=matrix.price, list_price=matrix.list_price, code=code)
    for rule in matrix.rules:
        if _has(values, rule.where):
            changes = {"price": rule.price, "list_price": rule.list_price, "art": rule.art}
            sku = msgspec.structs.replace(
                sku, **{name: new for name, new in changes.items() if new is not None}
            )
    return sku


def _has(values: Mapping[str, str], where: Mapping[str, str]) -> bool:
    return where.items() <= values.items()
