"""What HTTP itself can refuse, before any center is asked."""

from __future__ import annotations

from hansa.kernel.problem import Problem


class MethodNotAllowed(Problem):
    """The address exists, but not for this method; the header Allow names those that do."""

    code = "request.method_not_allowed"
    status = 405
    title = "This cannot be done here"

    def __init__(self, *, allowed: str) -> None:
        super().__init__(allowed=allowed)
        self.allowed = allowed


class NotAcceptable(Problem):
    """The request accepts no media type that the answer could have."""

    code = "request.not_acceptable"
    status = 406
    title = "The answer is not to be had in the media type asked for"


class TooLarge(Problem):
    """The body is longer than the platform reads."""

    code = "request.too_large"
    status = 413
    title = "That is more than can be sent at once"


class HeadersTooLarge(Problem):
    """The headers are longer, together, than the platform reads."""

    code = "request.headers_too_large"
    status = 431
    title = "The headers of the request are too long"


class UnsupportedMediaType(Problem):
    """The body is not in a media type that this route reads."""

    code = "request.unsupported_media_type"
    status = 415
    title = "The body must be application/json in UTF-8, or what else the route says it reads"


class PreconditionFailed(Problem):
    """Somebody changed it since: the ETag given in If-Match is not the current one."""

    code = "request.precondition_failed"
    status = 412
    title = "Somebody changed this in the meantime, please look at it again"


class PreconditionRequired(Problem):
    """The write needs the header If-Match with the ETag that was seen."""

    code = "request.precondition_required"
    status = 428
    title = "Please say which version you saw (header If-Match)"


class TimedOut(Problem):
    """The request took too long and was given up; with the same Idempotency-Key it can be sent again."""

    code = "request.timed_out"
    status = 503
    title = "This took too long, please try again"


class BusinessUnclear(Problem):
    """The header Hansa-Business names another business than the address does."""

    code = "business.unclear"
    status = 400
    title = "The request names two businesses"
