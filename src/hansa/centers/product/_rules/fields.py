"""Typed fields: of a category's template, and of a business's own schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from hansa.centers.product.types import Category, CategoryId, Field, FieldKind, FieldValue
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import plain_errors, text_errors
from hansa.kernel.wire import INT64_MAX, INT64_MIN

FIELDS_MAX = 100
CHOICES_MAX = 500
NAME_MAX = 80
TEXT_MAX = 2_000
UNIT_MAX = 16

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CHOOSING = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})
_NUMBERS = frozenset({FieldKind.INTEGER, FieldKind.DECIMAL})
_FACETS = _CHOOSING | {FieldKind.BOOLEAN}


def template(tree: Sequence[Category], category_id: CategoryId | None) -> tuple[Field, ...]:
    """Return the fields a product of this category has: those of every branch above it, topmost first."""
    by_id = {one.id: one for one in tree}
    own = by_id.get(category_id) if category_id else None
    return tuple(field for step in (own.lineage if own else ()) for field in by_id[step].attributes)


def schema_errors(
    name: str, fields: Sequence[Field], *, taken: Iterable[str] = (), facets: bool = True
) -> list[FieldError]:
    """Say what is wrong with a schema; `taken` are codes that branches above or below have already."""
    if len(fields) > FIELDS_MAX:
        return [FieldError(name, "too_many", f"At most {FIELDS_MAX}")]
    errors: list[FieldError] = []
    seen = set(taken)
    for at, field in enumerate(fields):
        here = f"{name}.{at}"
        if not _CODE.fullmatch(field.code):
            errors.append(FieldError(f"{here}.code", "pattern", "Small letters, digits, - and _"))
        if field.code in seen:
            errors.append(FieldError(f"{here}.code", "repeated", "Another field has this name for programs"))
        seen.add(field.code)
        errors += text_errors(f"{here}.names", field.names, length_max=NAME_MAX)
        errors += plain_errors(f"{here}.unit", field.unit, length_max=UNIT_MAX, required=False)
        errors += _choice_errors(here, field)
        if None not in (low := field.minimum, high := field.maximum) and low > high:  # type: ignore[operator]
            errors.append(FieldError(f"{here}.maximum", "range", "Not below the minimum"))
        if field.facet and (not facets or field.kind not in _FACETS):
            errors.append(FieldError(f"{here}.facet", "kind", "Only choices and yes-or-no narrow lists"))
    return errors


def value_errors(
    name: str, fields: Sequence[Field], values: Mapping[str, FieldValue], *, complete: bool
) -> list[FieldError]:
    """Say which values do not fit their fields, and when `complete`, which required ones are missing."""
    known = {field.code: field for field in fields}
    errors = [
        FieldError(name, "unknown", "There is no field of this name here")
        for code in values.keys() - known.keys()
    ]
    for code, field in known.items():
        if code in values:
            wrong = _WRONG[field.kind](field, values[code])
            errors += [FieldError(f"{name}.{code}", *wrong)] if wrong else []
        elif complete and field.required:
            errors.append(FieldError(f"{name}.{code}", "required", "This cannot be empty"))
    return errors


def facets(fields: Sequence[Field], values: Mapping[str, FieldValue]) -> list[str]:
    """Return what lists may be narrowed by, as `material=clay`: one for each value of each facet."""
    found = []
    for field in fields:
        if field.facet and (value := values.get(field.code)) is not None:
            each = value if isinstance(value, list) else [str(value).lower()]
            found += [f"{field.code}={one}" for one in each]
    return sorted(set(found))


def _choice_errors(here: str, field: Field) -> list[FieldError]:
    if field.kind not in _CHOOSING:
        return [FieldError(f"{here}.choices", "kind", "Only choices have these")] if field.choices else []
    if not 1 <= len(field.choices) <= CHOICES_MAX:
        return [FieldError(f"{here}.choices", "length", f"From 1 to {CHOICES_MAX}")]
    errors: list[FieldError] = []
    if len({choice.code for choice in field.choices}) < len(field.choices):
        errors.append(FieldError(f"{here}.choices", "repeated", "Each code only once"))
    for at, choice in enumerate(field.choices):
        if not _CODE.fullmatch(choice.code):
            errors.append(
                FieldError(f"{here}.choices.{at}.code", "pattern", "Small letters, digits, - and _")
            )
        errors += text_errors(f"{here}.choices.{at}.names", choice.names, length_max=NAME_MAX)
    return errors


_Wrong = tuple[str, str] | None


def _text(field: Field, value: FieldValue) -> _Wrong:
    if not isinstance(value, str):
        return "type", "This is a text"
    found = plain_errors("", value, length_max=min(field.maximum or TEXT_MAX, TEXT_MAX))
    return (found[0].code, found[0].message) if found else None


def _integer(field: Field, value: FieldValue) -> _Wrong:
    if not isinstance(value, int) or isinstance(value, bool):
        return "type", "This is a whole number"
    return _within(field, Decimal(value))


def _decimal(field: Field, value: FieldValue) -> _Wrong:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        return "type", "This is a decimal number written as a text, like 1.5"
    return _within(field, Decimal(value))


def _within(field: Field, number: Decimal) -> _Wrong:
    low = INT64_MIN if field.minimum is None else field.minimum
    high = INT64_MAX if field.maximum is None else field.maximum
    return None if low <= number <= high else ("range", f"From {low} to {high}")


def _boolean(_: Field, value: FieldValue) -> _Wrong:
    return None if isinstance(value, bool) else ("type", "This is true or false")


def _date(_: Field, value: FieldValue) -> _Wrong:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            date.fromisoformat(value)
            return None
    except ValueError:
        pass
    return "type", "This is a day, like 2026-11-22"


def _choice(field: Field, value: FieldValue) -> _Wrong:
    if not isinstance(value, str) or value not in {choice.code for choice in field.choices}:
        return "choice", "This is none of the choices"
    return None


def _choices(field: Field, value: FieldValue) -> _Wrong:
    known = {choice.code for choice in field.choices}
    if not isinstance(value, list) or not value or set(value) - known:
        return "choice", "These are some of the choices"
    return ("repeated", "Each only once") if len(set(value)) < len(value) else None


_WRONG: Mapping[FieldKind, Callable[[Field, FieldValue], _Wrong]] = {
    FieldKind.TEXT: _text,
    FieldKind.INTEGER: _integer,
    FieldKind.DECIMAL: _decimal,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.DATE: _date,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
}
