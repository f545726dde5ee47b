from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from hansa.kernel.term import Term


class Reviews(Term, frozen=True, kw_only=True):
    """How reviewing goes in a business; the window and blindness are copied to each order when it is received.

    `window`: how long buyer and seller may review after receipt. `blind`: neither side reads the other's before
    both have written or the window has ended. `follow_up` and `reply`: how long after a review was shown the
    author may add to it once, and the seller answer it (180 and 30 days, after Taobao).

    `prior_votes` votes of `prior_score` (hundredths of a star) are counted into every rating, so that the first
    few votes cannot swing it.
    """

    window: timedelta = timedelta(days=15)
    blind: bool = True
    follow_up: timedelta = timedelta(days=180)
    reply: timedelta = timedelta(days=30)
    prior_votes: Annotated[int, Meta(ge=0, le=1_000_000)] = 10
    prior_score: Annotated[int, Meta(ge=100, le=500)] = 400
