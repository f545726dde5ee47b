"""Which language to answer in: what the reader asks for, among those the business speaks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from hansa.kernel.texts import pick

__all__ = ["match", "negotiate", "pick"]

_ACCEPT_LENGTH_MAX = 1_000
_TAGS_MAX = 20


def negotiate(
    spoken: Sequence[str],
    *,
    query: str | None = None,
    cookie: str | None = None,
    accept_language: str | None = None,
) -> str:
    """Return one of the languages `spoken` (the first is the business's own).

    What the address says wins over what was chosen before (cookie), that over what the browser is set to
    (Accept-Language); who asks for nothing that is spoken gets the business's own.
    """
    for asked in (query, cookie):
        if asked and (found := match(asked, spoken)):
            return found
    return _preferred(accept_language, tuple(spoken)) if accept_language else spoken[0]


@lru_cache(maxsize=1024)  # browsers say the same few things
def _preferred(accept: str, spoken: tuple[str, ...]) -> str:
    for asked in _by_preference(accept):
        if asked == "*":
            break
        if found := match(asked, spoken):
            return found
    return spoken[0]


def match(asked: str, spoken: Sequence[str]) -> str | None:
    """Return the spoken language that serves the asked one, by RFC 4647 look-up: `zh-Hans-CN`, `zh-Hans`, `zh`.

    A relative serves when nothing closer does: `zh-TW` is answered in `zh-Hans` rather than not in Chinese.
    """
    by_lower = {tag.lower(): tag for tag in spoken}
    wanted = asked.strip().lower().replace("_", "-")
    main = wanted.partition("-")[0]
    while wanted:
        if wanted in by_lower:
            return by_lower[wanted]
        wanted = wanted.rpartition("-")[0]
    return next((tag for lower, tag in by_lower.items() if lower.partition("-")[0] == main), None)


def _by_preference(accept: str) -> list[str]:
    """Return the tags of an Accept-Language header, most wanted first; what cannot be read is left out."""
    weighed = []
    for position, part in enumerate(accept[:_ACCEPT_LENGTH_MAX].split(",")[:_TAGS_MAX]):
        tag, _, parameter = part.partition(";")
        name, _, text = parameter.partition("=")
        try:
            quality = float(text) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if tag.strip() and quality > 0:
            weighed.append((-quality, position, tag.strip()))
    return [tag for _, _, tag in sorted(weighed)]
