"""What problems are called in the languages of the pages: programs are told so too, where their readers ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.web.api_words import TITLES
from hansa.web.i18n import LANGUAGES
from hansa.web.templating import Pages
from hansa.web.words import PROBLEMS


class ProblemTitles:
    """The titles of problems as the catalogues have them; a code without words there has none."""

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
