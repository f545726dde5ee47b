"""Texts by language: what a shop, a place or a product is called, each in the languages it was given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from hansa.kernel.problem import FieldError

Texts = dict[str, str]
"""Language tag (BCP 47, `en`, `zh-Hans`) to text."""

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
LANGUAGES_MAX = 20
_SPACING = frozenset("\n\r\t")
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def pick(texts: Mapping[str, str], locale: str) -> str:
    """Return the text in `locale` (`zh-Hans-CN`) or what it is a kind of (`zh-Hans`, `zh`), else in a relative.

    Without any: in English, else the first there is.
    """
    main, tag = locale.partition("-")[0], locale
    while tag:
        if tag in texts:
            return texts[tag]
        tag = tag.rpartition("-")[0]
    for tag, text in texts.items():
        if tag.partition("-")[0] == main:
            return text
    return texts.get("en") or next(iter(texts.values()), "")


def storable(text: str) -> bool:
    """Tell whether PostgreSQL can store the text: no NUL, no lone surrogate (broken UTF-8)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def plain(text: str) -> bool:
    """Tell whether a text can be stored, and shown beside others without touching them.

    No controls but line ends and tabs, which ring bells and steer terminals; nothing that turns the direction of
    what follows (UAX #9: embeddings, overrides, isolates), which makes one text read as another.
    """
    return storable(text) and not any(
        letter in _TURNING or (letter not in _SPACING and unicodedata.category(letter) == "Cc")
        for letter in text
    )


def text_errors(
    field: str, texts: Mapping[str, str], *, length_max: int, required: bool = True
) -> list[FieldError]:
    """Say what is wrong with texts by language; an empty list when nothing is.

    Every tag must look like a language, every text must be neither empty nor longer than `length_max`
    characters; when `required`, there must be at least one.
    """
    if required and not texts:
        return [FieldError(field, "required", "Say it in at least one language")]
    if len(texts) > LANGUAGES_MAX:
        return [FieldError(field, "too_many", f"At most {LANGUAGES_MAX} languages")]
    errors = []
    for tag, text in texts.items():
        if not _TAG.fullmatch(tag):
            errors.append(FieldError(field, "language", "A language looks like en or zh-Hans"))
        elif not text.strip():
            errors.append(FieldError(f"{field}.{tag}", "required", "This cannot be empty"))
        elif len(text) > length_max:
            errors.append(FieldError(f"{field}.{tag}", "too_long", f"At most {length_max} characters"))
        elif not plain(text):
            errors.append(
                FieldError(f"{field}.{tag}", "characters", "This has characters that cannot be kept")
            )
    return errors


def plain_errors(field: str, text: str, *, length_max: int, required: bool = True) -> list[FieldError]:
    """Say what is wrong with one plain text; an empty list when nothing is."""
    if required and not text.strip():
        return [FieldError(field, "required", "This cannot be empty")]
    if len(text) > length_max:
        return [FieldError(field, "too_long", f"At most {length_max} characters")]
    if not plain(text):
        return [FieldError(field, "characters", "This has characters that cannot be kept")]
    return []


def typed_errors(field: str, text: str, *, length_max: int) -> list[FieldError]:
    """Say what is wrong with what somebody typed to look for it; shown to nobody else, it may hold any letter."""
    if len(text) > length_max:
        return [FieldError(field, "too_long", f"At most {length_max} characters")]
    if not storable(text):
        return [FieldError(field, "characters", "This has characters that cannot be kept")]
    return []
