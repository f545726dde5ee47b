"""What may be written, and when everything has been said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from hansa.centers.review.types import BODY_MAX, PICTURES_MAX
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import plain_errors

_REASON = re.compile(r"[a-z][a-z0-9_]{0,47}")


def words_errors(body: str, media: Sequence[UUID], *, required: bool) -> list[FieldError]:
    """Say what is wrong with a text and its pictures."""
    errors = plain_errors("text", body, length_max=BODY_MAX, required=required)
    if len(media) > PICTURES_MAX:
        errors.append(FieldError("pictures", "too_many", f"At most {PICTURES_MAX} pictures"))
    elif len(set(media)) < len(media):
        errors.append(FieldError("pictures", "twice", "Each picture once"))
    return errors


def score_errors(**scores: int) -> list[FieldError]:
    """Say which scores are not from 1 to 5."""
    return [FieldError(name, "range", "From 1 to 5") for name, score in scores.items() if not 1 <= score <= 5]


def reason_errors(reason: str) -> list[FieldError]:
    """Say what is wrong with a moderator's reason: a code that texts are looked up by, never free text.

    Decisions are kept for good, so nothing may stand in them that would have to be forgotten.
    """
    if _REASON.fullmatch(reason):
        return []
    return [
        FieldError("reason", "pattern", "Small letters, digits and underscores, at most 48: spam, off_topic")
    ]


def all_said(*, lines: int, complete: bool, reviewed: int, of_buyer: bool) -> bool:
    """Tell whether both sides have written all they may about an order, so that each may read the other.

    Lines that are still to arrive are still to be reviewed.
    """
    return complete and of_buyer and reviewed >= lines
