"""Problems as OpenAPI knows them: every operation declares what it may refuse."""

from __future__ import annotations

from collections import defaultdict
from inspect import cleandoc
from typing import Annotated, Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from hansa.kernel.problem import FieldError, Problem

MEDIA_TYPE = "application/problem+json"


class ProblemDetails(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A refusal (RFC 9457). Programs look at `code`, people read `title` and `detail`."""

    type: Annotated[str, msgspec.Meta(description="Reference into the catalogue of problems.")]
    title: Annotated[
        str, msgspec.Meta(description="What is wrong, in one sentence; the same for every case.")
    ]
    status: Annotated[int, msgspec.Meta(description="The HTTP status.", ge=400, le=599)]
    code: Annotated[str, msgspec.Meta(description="What is wrong, for programs: stable.")]
    detail: Annotated[str, msgspec.Meta(description="What is wrong in this case.")] = ""
    errors: Annotated[
        list[FieldError], msgspec.Meta(description="What is wrong with which field of the request.")
    ] = []


def problems(*kinds: type[Problem]) -> dict[int, ResponseSpec]:
    """Declare the problems a route may answer: `@post("/orders", responses=problems(OutOfStock, QuoteExpired))`.

    What every route may answer (unreadable, too large, not logged in with a bad token, busy) is declared by
    the factory of the API and need not be named.
    """
    by_status: dict[int, list[type[Problem]]] = defaultdict(list)
    for kind in kinds:
        by_status[kind.status].append(kind)
    return {
        status: ResponseSpec(
            data_container=ProblemDetails,
            media_type=MEDIA_TYPE,
            generate_examples=False,
            description=describe(*of_status),
            examples=[Example(id=kind.code, summary=kind.title, value=example(kind)) for kind in of_status],
        )
        for status, of_status in sorted(by_status.items())
    }


def describe(*kinds: type[Problem]) -> str:
    """Describe the problems of one status: a line each, its code and its meaning."""
    return "\n".join(f"- `{kind.code}`: {_first_paragraph(kind)}" for kind in kinds)


def example(kind: type[Problem]) -> dict[str, Any]:
    """Return the members that every answer of this kind has."""
    return {"type": f"/problems/{kind.code}", "title": kind.title, "status": kind.status, "code": kind.code}


def _first_paragraph(kind: type[Problem]) -> str:
    if kind is Problem:
        return "A fault of ours; `incident` is the id under which it was logged."
    return " ".join(cleandoc(kind.__doc__ or kind.title).split("\n\n")[0].split())
