from __future__ import annotations

from hansa.kernel.problem import NotFound, Problem


class LineNotReceived(NotFound):
    """The acting party has received no such line: there is none, it is somebody else's, or still on its way."""

    code = "review.line_not_received"
    title = "Only what you have received can be reviewed"


class ReviewNotFound(NotFound):
    """There is no such review, or it is not to be read yet."""

    code = "review.not_found"
    title = "There is no such review"


class TooManyPictures(Problem):
    """Pictures that no review shows yet; `pictures_max` says how many somebody may have."""

    code = "review.too_many_pictures"
    status = 409
    title = "First use the pictures that you have uploaded"


class AlreadyWritten(Problem):
    """One review per line, one follow-up, one reply, one review of the buyer: this one is there already."""

    code = "review.already_written"
    status = 409
    title = "This has been written already"


class TooLate(Problem):
    """The time for writing this is over; `until` says when it ended."""

    code = "review.too_late"
    status = 409
    title = "The time for writing this is over"


class ContentRefused(Problem):
    """The business does not take what was written; `reasons` are its codes."""

    code = "review.content_refused"
    status = 422
    title = "This cannot be published as it is written"


class DecisionImpossible(Problem):
    """What was written cannot be decided about: its author was erased."""

    code = "review.decision_impossible"
    status = 409
    title = "There is nothing left to decide about"
