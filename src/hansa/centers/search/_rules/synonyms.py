"""Words that mean the same: a document that has one of them is found by the others as well.

They are written into the document, so that a query asks nothing more than before; a list that changes is seen by what
is written since, and by everything after a rebuild.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from hansa.centers.search._rules.words import index_terms, query_terms
from hansa.centers.search.types import Synonyms

GROUPS_MAX = 500
WORDS_MAX = 20

_Group = tuple[tuple[frozenset[str], frozenset[str]], ...]
"""Of each word the terms that must occur, and those by which it is found."""


@lru_cache(maxsize=64)
def _groups(said: tuple[Synonyms, ...]) -> tuple[_Group, ...]:
    return tuple(
        tuple(
            (frozenset(query_terms(word)), frozenset(index_terms(word)))
            for word in one.words[:WORDS_MAX]
            if query_terms(word)
        )
        for one in said[:GROUPS_MAX]
    )


def other_terms(terms: Collection[str], said: Sequence[Synonyms]) -> Iterable[str]:
    """Return the terms of what means the same as something that occurs among `terms`."""
    known = frozenset(terms)
    for group in _groups(tuple(said)):
        if any(wanted <= known for wanted, _ in group):
            for _, found_by in group:
                yield from found_by - known
