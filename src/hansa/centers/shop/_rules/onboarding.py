"""Answers to what a business asks of its shops."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from hansa.centers.shop._rules.saying import is_country
from hansa.centers.shop.terms import Requirement, RequirementKind
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import plain_errors

ANSWER_MAX = 2_000
VERSIONS_MAX = 1_000


def by_name(requirements: Iterable[Requirement]) -> dict[str, Requirement]:
    """Return requirements under their names."""
    return {one.name: one for one in requirements}


def answer_errors(asked: Requirement, value: str) -> list[FieldError]:
    """Say what is wrong with an answer."""
    errors = plain_errors("value", value, length_max=min(asked.length_max, ANSWER_MAX))
    if errors:
        return errors
    if not _of_kind(asked.kind, value):
        return [FieldError("value", asked.kind.value, _LOOKS[asked.kind])]
    if asked.pattern and re.fullmatch(asked.pattern, value) is None:
        return [FieldError("value", "pattern", "This does not look as it should")]
    return []


def missing(requirements: Iterable[Requirement], answers: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of what is required and has no answer, in the order asked."""
    return tuple(one.name for one in requirements if one.required and one.name not in answers)


def _of_kind(kind: RequirementKind, value: str) -> bool:
    if kind is RequirementKind.COUNTRY:
        return is_country(value)
    if kind is RequirementKind.TEXT:
        return True
    read = date.fromisoformat if kind is RequirementKind.DATE else UUID
    try:
        return str(read(value)) == value
    except ValueError:
        return False


_LOOKS = {
    RequirementKind.TEXT: "This is a text",
    RequirementKind.DATE: "A date looks like 2026-11-22",
    RequirementKind.COUNTRY: "A country is two capital letters, as in ISO 3166-1",
    RequirementKind.DOCUMENT: "A document is the id of a medium",
}
