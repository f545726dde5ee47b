from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hansa.centers.search._rules.ranking import by_popularity
from hansa.centers.search.types import Ranked, Synonyms
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError

RANK_MAX = 2**31 - 1


class Rank(Protocol):
    """Say how high a product stands among those that fit a query equally well: the higher the earlier.

    Asked when a document is written, not when somebody searches; `hansa search rebuild` asks for all products.
    """

    def __call__(self, ctx: Ctx, facts: Ranked) -> int: ...


def popular_first(ctx: Ctx, facts: Ranked) -> int:  # noqa: ARG001 - the point's signature
    """Put what sells and is rated well first; each counts less the more there is of it."""
    return by_popularity(facts)


def within_bounds(ctx: Ctx, facts: Ranked, *, answer: int) -> int:  # noqa: ARG001 - the point's signature
    """Keep a rank within what the index stores."""
    return max(0, min(answer, RANK_MAX))


RANK = ExtensionPoint[Rank](
    "search.rank",
    version=1,
    mode=Mode.ONE,
    effects=Effects.PURE,
    budget_ms=1,
    on_error=OnError.PARENT,
    default=popular_first,
    guard=within_bounds,
)


class AlikeWords(Protocol):
    """Say which words mean the same, in whatever languages the goods are named.

    Asked when a document is written, not when somebody searches; `hansa search rebuild` asks for all products. At
    most 500 groups of 20 words are heard; what parents of a business say counts as well.
    """

    def __call__(self, ctx: Ctx) -> Sequence[Synonyms]: ...


def no_words_alike(ctx: Ctx) -> Sequence[Synonyms]:  # noqa: ARG001 - the point's signature
    """Take every word for itself."""
    return ()


SYNONYMS = ExtensionPoint[AlikeWords](
    "search.synonyms",
    version=1,
    mode=Mode.ALL,
    effects=Effects.PURE,
    budget_ms=1,
    on_error=OnError.OPEN,
    default=no_words_alike,
)

POINTS = (RANK, SYNONYMS)
