"""Ratings from sums, so that they are exact and independent of the order in which votes came."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from hansa.centers.review.terms import Reviews
from hansa.centers.review.types import Rating, Scores, Tally

_HUNDREDTHS = 100


def tally(scores: Iterable[Scores]) -> Tally:
    """Add up scores from nothing."""
    total = Tally()
    for one in scores:
        total = add(total, of_one(one))
    return total


def of_one(scores: Scores) -> Tally:
    """Return what one review adds to a summary."""
    stars = [0] * 5
    stars[scores.item - 1] = 1
    return Tally(
        votes=1,
        item=scores.item,
        service=scores.service,
        delivery=scores.delivery,
        stars=(stars[0], stars[1], stars[2], stars[3], stars[4]),
    )


def add(a: Tally, b: Tally) -> Tally:
    """Add two sums."""
    one, two, three, four, five = (x + y for x, y in zip(a.stars, b.stars, strict=True))
    return Tally(
        votes=a.votes + b.votes,
        item=a.item + b.item,
        service=a.service + b.service,
        delivery=a.delivery + b.delivery,
        stars=(one, two, three, four, five),
    )


def negated(a: Tally) -> Tally:
    """Return what takes a sum back."""
    one, two, three, four, five = (-count for count in a.stars)
    return Tally(
        votes=-a.votes,
        item=-a.item,
        service=-a.service,
        delivery=-a.delivery,
        stars=(one, two, three, four, five),
    )


def shrunk(total: int, votes: int, *, prior_votes: int, prior_score: int) -> int:
    """Return a mean in hundredths, pulled towards the prior as if `prior_votes` had voted it.

    The posterior mean of a Dirichlet prior: (k * m + sum) / (k + n), rounded half up. With few votes it is near
    the prior, with many near their mean; without votes and without a prior it is the prior's score.
    """
    weight = prior_votes + votes
    if weight == 0:
        return prior_score
    weighed = prior_votes * prior_score + total * _HUNDREDTHS
    return (2 * weighed + weight) // (2 * weight)


def rating(subject: UUID, sums: Tally, terms: Reviews) -> Rating:
    """Make a rating of sums, with the prior of the business."""

    def mean(total: int) -> int:
        return shrunk(total, sums.votes, prior_votes=terms.prior_votes, prior_score=terms.prior_score)

    return Rating(
        subject=subject,
        votes=sums.votes,
        item=mean(sums.item),
        service=mean(sums.service),
        delivery=mean(sums.delivery),
        stars=sums.stars,
    )
