"""What a problem's `type` leads to (RFC 9457, 3.1.1): what its code means, for people and for programs."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get

from hansa.kernel.http import accepts
from hansa.kernel.problem import NotFound, Problem, meaning_of, problems
from hansa.web.answers import show
from hansa.web.parts import Action
from hansa.web.views import ErrorPage
from hansa.web.visit import Seen
from hansa.web.words import problem_words


@get("/problems/{code:str}")
async def show_problem(seen: Seen, code: str) -> Response[Any]:
    """The meaning of a code: a page, or JSON for who asks for that and for no page."""
    kind = next((one for one in problems() if one.code == code), None)
    if kind is None:
        raise NotFound
    title = problem_words(kind, seen.gettext)
    asked = seen.request.headers.get("accept", "")
    if "json" in asked and not accepts(asked, "text/html"):
        return _json(kind, title)
    return show(
        seen,
        ErrorPage(
            chrome=seen.chrome(path=seen.here()),
            status=kind.status,
            code=kind.code,
            title=title,
            detail=meaning_of(kind),
            actions=(Action(label=seen.gettext("To the start"), url=seen.at(), method="get", primary=True),),
        ),
    )


def _json(kind: type[Problem], title: str) -> Response[bytes]:
    told = {
        "type": f"/problems/{kind.code}",
        "code": kind.code,
        "status": kind.status,
        "title": title,
        "meaning": meaning_of(kind),
    }
    return Response(
        msgspec.json.encode(told),
        media_type="application/json",
        headers={"cache-control": "no-cache", "vary": "accept, accept-language, cookie"},
    )


ROUTES = (show_problem,)
