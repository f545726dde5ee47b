"""Words in two languages. English is the language of the msgids; Chinese is a catalogue.

Catalogues are read from their `.po` files when the process starts, so there is one source of each word: no
binary to compile, commit, or forget. Reading one costs a few hundredths of a second, once.

    .venv/bin/pybabel extract -F src/hansa/web/babel.cfg -k N_ -o /tmp/web.pot src/hansa/web
    .venv/bin/pybabel update -i /tmp/web.pot -d src/hansa/web/locale -D web --no-fuzzy-matching --ignore-pot-creation-date
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from hansa.kernel.i18n import match

LOCALE = Path(__file__).resolve().parent / "locale"

# Our code for a language -> the locale whose numbers and dates it uses, and its tag in HTML.
BABEL_LOCALES: Mapping[str, str] = MappingProxyType({"en": "en_GB", "zh": "zh_Hans_CN"})
HTML_TAGS: Mapping[str, str] = MappingProxyType({"en": "en", "zh": "zh-Hans"})
LANGUAGES = tuple(BABEL_LOCALES)


def N_(msgid: str) -> str:  # noqa: N802 - the name gettext's tools look for
    """Mark a text for the catalogue where it is written; it is translated where it is shown."""
    return msgid


def spoken(languages: Iterable[str]) -> list[str]:
    """Return which of our languages a business that speaks `languages` (BCP 47) has its pages in, its own first.

    One that speaks none of ours has them in every language.
    """
    found = (match(language, LANGUAGES) for language in languages)
    return list(dict.fromkeys(language for language in found if language)) or list(LANGUAGES)


def translations(language: str) -> NullTranslations:
    """The catalogue of a language, ready for gettext calls; English needs none."""
    source = LOCALE / language / "LC_MESSAGES" / "web.po"
    if not source.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=BABEL_LOCALES[language]))
    compiled.seek(0)
    return Translations(compiled, domain="web")
