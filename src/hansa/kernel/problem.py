"""Problems: everything that can be refused, as RFC 9457 problem details with a stable code."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar

import msgspec


class Problem(Exception):
    """A refusal with a stable `code`, an HTTP `status`, a `title` and typed extras.

    A use case raises it; a set-based function returns it as the verdict of the command it refuses.
    Extras must be JSON values (or ids, Money, datetimes, which msgspec renders); they carry nothing
    personal, because problems are logged.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str = "", /, **extras: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.extras = extras

    def to_dict(self) -> dict[str, Any]:
        """Return the RFC 9457 members; `type` is a relative reference into the error catalogue."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            body["detail"] = self.detail
        # A member of the standard means what the standard says, whatever an extra is called.
        return body | {name: value for name, value in self.extras.items() if name not in body}

    def to_json(self) -> bytes:
        """Render the problem as `application/problem+json`."""
        return msgspec.json.encode(self.to_dict())

    def __reduce__(self) -> tuple[Any, ...]:
        return (_revive, (type(self), self.detail, self.extras))


def _revive(kind: type[Problem], detail: str, extras: dict[str, Any]) -> Problem:
    problem = kind.__new__(kind)
    Problem.__init__(problem, detail, **extras)
    return problem


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field: its path (`lines.0.quantity`), a stable code and a sentence."""

    field: str
    code: str
    message: str


class Invalid(Problem):
    """The request is well-formed but says something impossible; `errors` names every field at once."""

    code = "request.invalid"
    status = 422
    title = "Some of what was sent cannot be right"

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("", errors=[msgspec.to_builtins(error) for error in errors])
        self.errors = errors


class Malformed(Problem):
    """The request cannot be read: broken JSON, broken UTF-8, a NUL, a number beyond 64 bits."""

    code = "request.malformed"
    status = 400
    title = "The request cannot be read"


class NotFound(Problem):
    """There is no such thing, or it is not the caller's to see; both look the same on purpose."""

    code = "request.not_found"
    status = 404
    title = "There is nothing here"


class Forbidden(Problem):
    """The caller is known but may not do this."""

    code = "request.forbidden"
    status = 403
    title = "You may not do this"


class Unauthenticated(Problem):
    """The caller must say who they are first."""

    code = "request.unauthenticated"
    status = 401
    title = "Please log in first"


class Busy(Problem):
    """Too much at once; trying again after `retry_after_s` seconds is right."""

    code = "request.busy"
    status = 503
    title = "Very busy just now, please try again in a moment"

    def __init__(self, detail: str = "", /, *, retry_after_s: int = 1, **extras: Any) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, **extras)
        self.retry_after_s = retry_after_s


def problems() -> list[type[Problem]]:
    """Return every problem class known to the process, by code: the source of the error catalogue."""
    found: dict[str, type[Problem]] = {}
    waiting: list[type[Problem]] = [Problem]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if "code" in vars(kind):
            found[kind.code] = kind
    return [found[code] for code in sorted(found)]


def meaning_of(kind: type[Problem]) -> str:
    """Return what a problem means, in one line: what its docstring says."""
    if kind is Problem:
        return "A fault of ours; `incident` is the id under which it was logged."
    return " ".join((inspect.getdoc(kind) or "").split())
