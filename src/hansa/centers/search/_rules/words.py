"""How a text becomes terms: words of scripts with spaces, bigrams of scripts without.

Chinese, Japanese and Korean are written without spaces between words, so every two neighbours are a term (and each
letter by itself, for queries of one letter): whoever looks for 紫砂壶 looks for 紫砂 and 砂壶. Other scripts are
split where letters and digits end; English plurals lose their s. Case, width and accents do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

TERM_MAX = 32
QUERY_TERMS_MAX = 12
INDEX_TERMS_MAX = 400

_DENSE = (
    "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0002fa1f\U00030000-\U0003347f"
)
_RUN = re.compile(rf"(?P<dense>[{_DENSE}]+)|(?P<digits>\d+)|(?P<word>[^\W\d_{_DENSE}]+)")
_ACCENT = re.compile("[\u0300-\u036f]")
_DENSE_LETTER = re.compile(f"[{_DENSE}]")


def fold(text: str) -> str:
    """Return a text without differences of case, width and accents."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if not plain.isascii():
        bare = _ACCENT.sub("", unicodedata.normalize("NFD", plain))
        plain = unicodedata.normalize("NFC", bare)
    return plain


def index_terms(text: str) -> Iterator[str]:
    """Return the terms under which a text is found, in order, repeats included."""
    for kind, run in _runs(text):
        if kind == "dense":
            yield from run
            yield from _bigrams(run)
        else:
            yield _stemmed(kind, run)


def query_terms(text: str) -> tuple[str, ...]:
    """Return the terms of what somebody typed, each once, at most `QUERY_TERMS_MAX`."""
    found: dict[str, None] = {}
    for kind, run in _runs(text):
        terms: Iterable[str] = _bigrams(run) if kind == "dense" and len(run) > 1 else (_stemmed(kind, run),)
        found.update(dict.fromkeys(terms))
    return tuple(found)[:QUERY_TERMS_MAX]


def is_dense(term: str) -> bool:
    """Tell whether a term is of a script without spaces."""
    return _DENSE_LETTER.match(term) is not None


def spellable(text: str) -> Iterator[str]:
    """Return the words of a text that a typo may be corrected to: spelt with letters, four or more."""
    for kind, run in _runs(text):
        if kind == "word" and len(run) >= 4:
            yield _stemmed(kind, run)


def starts(text: str, *, starts_max: int = 6) -> Iterator[str]:
    """Return the ends of a folded text from each of its first words on: what somebody may begin to type."""
    folded = " ".join(fold(text).split())
    for match in list(_RUN.finditer(folded))[:starts_max]:
        yield folded[match.start() :]


def _runs(text: str) -> Iterator[tuple[str, str]]:
    for match in _RUN.finditer(fold(text)):
        yield match.lastgroup or "", match.group()


def _bigrams(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


def _stemmed(kind: str, run: str) -> str:
    return (stem(run) if kind == "word" else run)[:TERM_MAX]


def stem(word: str) -> str:
    """Take the plural from an English word (Harman's S-stemmer); leave other words as they are."""
    if len(word) < 4 or not word.isascii() or not word.endswith("s"):
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    return word if word.endswith(("us", "ss")) else word[:-1]
