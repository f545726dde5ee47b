"""What problems are called in the languages of the pages: programs are told so too, where their readers ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.web.api_fields import EITHER, kinds_of, read
from hansa.web.api_words import TITLES
from hansa.web.i18n import LANGUAGES
from hansa.web.templating import Pages
from hansa.web.words import PROBLEMS


class ProblemTitles:
    """What problems say as the catalogues have it: their titles by code, and of each wrong field by its message."""

    def __init__(self, shown: Pages) -> None:
        self._shown = shown

    @property
    def languages(self) -> Sequence[str]:
        """The languages there are catalogues of."""
        return LANGUAGES

    def title(self, code: str, language: str) -> str | None:
        """Return what a problem is called in a language, None where it is not translated."""
        words = PROBLEMS.get(code) or TITLES.get(code)
        if words is None:
            return None
        said = self._shown.translator(language)(words)
        return None if said == words else said

    def field(self, message: str, language: str) -> str | None:
        """Return what is said of a wrong field in a language, None where it is not translated."""
        found = read(message)
        if found is None:
            return None
        words = self._shown.translator(language)
        said = words(found.template)
        if said == found.template:
            return None
        either = words(EITHER)

        def named(value: str) -> str:
            kinds = kinds_of(value)
            if kinds is None:
                return value
            told, *others = (words(kind) for kind in kinds)
            for other in others:
                told = either % {"one": told, "other": other}
            return told

        return said % {name: named(value) for name, value in found.values.items()} if found.values else said
