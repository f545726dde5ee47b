"""Which languages to try, best first."""

from __future__ import annotations

from collections.abc import Iterable

FALLBACK = "en"


def languages_to_try(locale: str, of_business: Iterable[str]) -> list[str]:
    """Return the reader's language, its plain form (`zh-Hans`: `zh`), the business's languages, English."""
    wanted = [locale, locale.partition("-")[0], *of_business, FALLBACK]
    return list(dict.fromkeys(language for language in wanted if language))
