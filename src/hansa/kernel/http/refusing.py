"""One place where a refusal becomes an answer: every exception to a problem, every problem to a response."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from hansa.kernel.http.declared import MEDIA_TYPE
from hansa.kernel.http.errors import MethodNotAllowed, NotAcceptable, TooLarge, UnsupportedMediaType
from hansa.kernel.http.fields import field_error
from hansa.kernel.ids import IdKind
from hansa.kernel.problem import (
    Busy,
    FieldError,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    Problem,
    Unauthenticated,
)

log = structlog.get_logger("hansa.http")

INCIDENT_ID = IdKind[UUID]("inc")
_BY_STATUS: dict[int, type[Problem]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    406: NotAcceptable,
    413: TooLarge,
    415: UnsupportedMediaType,
    503: Busy,
}


def problem_of(wrong: BaseException) -> Problem:
    """Return the problem that an exception means to the caller.

    A fault of ours is logged with its traceback under an incident id; the answer carries the id alone.
    """
    known = _known(wrong)
    if known is not None:
        return known
    incident = INCIDENT_ID.show(INCIDENT_ID.new())
    log.error("fault", incident=incident, exc_info=wrong)
    return Problem(incident=incident)


def _known(wrong: BaseException) -> Problem | None:
    """Return the problem of what is not our fault; None for what is."""
    found: Problem | None = None
    if isinstance(wrong, Problem):
        found = wrong
    elif isinstance(wrong, ValidationException):
        found = _invalid(wrong)
    elif isinstance(wrong, HTTPException) and wrong.status_code == 405:
        found = MethodNotAllowed(allowed=_headers(wrong).get("allow", ""))
    elif isinstance(wrong, HTTPException) and wrong.status_code < 500:
        found = _BY_STATUS.get(wrong.status_code, Malformed)()
    elif isinstance(wrong, HTTPException) and "disconnected" in wrong.detail:
        found = Malformed("The request ended before its body did")
    elif isinstance(wrong, UnicodeDecodeError):
        found = Malformed("A text is not UTF-8")
    return found


def answer(problem: Problem) -> Response[bytes]:
    """Render a problem for Litestar."""
    return Response(
        problem.to_json(), status_code=problem.status, media_type=MEDIA_TYPE, headers=problem_headers(problem)
    )


def handle_exception(_request: Request[Any, Any, Any], wrong: Exception) -> Response[bytes]:
    """The API's one exception handler."""
    return answer(problem_of(wrong))


def problem_headers(problem: Problem) -> dict[str, str]:
    """Return the headers that a problem's status asks for (RFC 9110)."""
    headers = {"cache-control": "no-store"}
    if isinstance(problem, MethodNotAllowed):
        headers["allow"] = problem.allowed
    if isinstance(problem, Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    if (retry_after_s := problem.extras.get("retry_after_s")) is not None:
        headers["retry-after"] = str(retry_after_s)
    return headers


def _invalid(wrong: ValidationException) -> Problem:
    """Tell Litestar's complaints about parameters, and about a missing body, as field errors."""
    errors = []
    for complaint in wrong.extra if isinstance(wrong.extra, list) else []:
        message, key = str(complaint.get("message", "")), str(complaint.get("key", ""))
        field = "body" if key == "data" else key
        absent = message.strip("'") == key  # Litestar passes the KeyError of what was not sent
        errors.append(
            FieldError(field, "required", "This is missing") if absent else field_error(message, under=field)
        )
    if not errors:
        missing = wrong.detail.partition("Missing required ")[2]
        return Malformed(f"Missing {missing.partition(' for ')[0]}" if missing else "")
    return Invalid(*errors)


def _headers(wrong: HTTPException) -> dict[str, str]:
    return {name.lower(): value for name, value in (wrong.headers or {}).items()}


def encode(problem: Problem) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Render a problem for plain ASGI: status, headers, body."""
    body = problem.to_json()
    headers = [(name.encode(), value.encode("latin-1")) for name, value in problem_headers(problem).items()]
    headers += [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    return problem.status, headers, body
