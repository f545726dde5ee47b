"""The platform's own ranking."""

from __future__ import annotations

from math import log2

from hansa.centers.search.types import Ranked

_PER_DOUBLING = 1_000
_NEUTRAL_RATING = 300
_VOTES_THAT_CONVINCE = 10


def by_popularity(facts: Ranked) -> int:
    """Rank by sales and rating, with a little for a described product that several shops offer.

    Each doubling of the pieces sold is worth as much as one star of a rating that many gave.
    """
    popularity = facts.popularity
    sales = _PER_DOUBLING * log2(1 + popularity.sold)
    conviction = popularity.votes / (popularity.votes + _VOTES_THAT_CONVINCE)
    stars = conviction * (popularity.rating - _NEUTRAL_RATING) * _PER_DOUBLING / 100
    care = 100 * facts.described + 50 * log2(facts.offers + 1)
    return max(0, round(2 * _PER_DOUBLING + sales + stars + care))
