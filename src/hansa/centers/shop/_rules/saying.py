"""What shops say about themselves, and whether it can be right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hansa.centers.shop.types import LegalEntity, Reason
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import Texts, plain_errors, text_errors

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COUNTRY = re.compile(r"[A-Z]{2}")
NAME_MAX = 80
TAGLINE_MAX = 160
STORY_MAX = 4_000
REASONS_MAX = 20
REASON_MESSAGE_MAX = 1_000
ENTITY_NAME_MAX = 200
NUMBER_MAX = 40
TAX_IDS_MAX = 10
SEAT_MAX = 500
SLUGS_MAX = 10


def is_slug(text: str) -> bool:
    """Tell whether a text can be a shop's slug."""
    return _SLUG.fullmatch(text) is not None


def is_country(text: str) -> bool:
    """Tell whether a text is written like a country of ISO 3166-1: two capital letters."""
    return _COUNTRY.fullmatch(text) is not None


def slug_errors(slug: str) -> list[FieldError]:
    """Say what is wrong with a slug."""
    if is_slug(slug):
        return []
    rule = "Small letters, digits and hyphens, at most 48, no hyphen at the ends"
    return [FieldError("slug", "pattern", rule)]


def shop_errors(*, slug: str, name: Texts) -> list[FieldError]:
    """Say what is wrong with a shop's slug and name."""
    return slug_errors(slug) + text_errors("name", name, length_max=NAME_MAX)


def profile_errors(*, tagline: Texts, story: Texts, returns: Texts) -> list[FieldError]:
    """Say what is wrong with how a shop presents itself; it may say nothing."""
    return (
        text_errors("tagline", tagline, length_max=TAGLINE_MAX, required=False)
        + text_errors("story", story, length_max=STORY_MAX, required=False)
        + text_errors("returns", returns, length_max=STORY_MAX, required=False)
    )


def reason_errors(
    reasons: Sequence[Reason], *, known: Mapping[str, object], required: bool
) -> list[FieldError]:
    """Say what is wrong with reasons; `known` are the requirements they may be about."""
    if required and not reasons:
        return [FieldError("reasons", "required", "Say why")]
    if len(reasons) > REASONS_MAX:
        return [FieldError("reasons", "too_many", f"At most {REASONS_MAX}")]
    errors = []
    for at, reason in enumerate(reasons):
        if not _CODE.fullmatch(reason.code):
            errors.append(FieldError(f"reasons.{at}.code", "pattern", "A code looks like missing_document"))
        if reason.requirement and reason.requirement not in known:
            errors.append(FieldError(f"reasons.{at}.requirement", "unknown", "Nothing of this name is asked"))
        errors += plain_errors(
            f"reasons.{at}.message", reason.message, length_max=REASON_MESSAGE_MAX, required=False
        )
    return errors


def entity_errors(entity: LegalEntity) -> list[FieldError]:
    """Say what is wrong with a legal entity, every field at once."""
    errors = plain_errors("name", entity.name, length_max=ENTITY_NAME_MAX)
    if not is_country(entity.country):
        errors.append(FieldError("country", "pattern", "A country is two capital letters, as in ISO 3166-1"))
    errors += plain_errors("registration", entity.registration, length_max=NUMBER_MAX, required=False)
    errors += plain_errors("address", entity.address, length_max=SEAT_MAX, required=False)
    if len(entity.tax_ids) > TAX_IDS_MAX:
        return [*errors, FieldError("tax_ids", "too_many", f"At most {TAX_IDS_MAX}")]
    for scheme, number in entity.tax_ids.items():
        if not _CODE.fullmatch(scheme):
            errors.append(FieldError("tax_ids", "pattern", "A scheme looks like vat"))
        else:
            errors += plain_errors(f"tax_ids.{scheme}", number, length_max=NUMBER_MAX)
    return errors
