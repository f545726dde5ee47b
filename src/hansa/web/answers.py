"""What a route answers with: a page, or the way to another one, and the cookies that go with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, urlsplit

from litestar import Response

from hansa.centers.user.types import Accounts
from hansa.kernel.problem import Problem
from hansa.web import cookies
from hansa.web.headers import PAGE_HEADERS
from hansa.web.parts import Action, Fact
from hansa.web.views import ErrorPage, View
from hansa.web.visit import Visit, new_visitor
from hansa.web.words import field_words, problem_words

HTML = "text/html"  # Litestar adds the charset to every text/*
_YEAR_S = 365 * 86400
_TOLD_S = 60
_AWAY_S = 900
ADDRESS_MAX = 3900
"""How long the address of a page of ours is at most: an app's request carries much (RFC 6749, 4.1.1)."""

_AWAY_MAX = 3500  # browsers keep 4,096 octets of a cookie
_SAFE = "/?&=%#:;,+~!*'()@$-._[]"


def show(seen: Visit, view: View, *, status: int = 200) -> Response[str]:
    """Answer with a page; the first one gives the browser its name."""
    response = Response(
        seen.pages.render(view), status_code=status, media_type=HTML, headers=dict(PAGE_HEADERS)
    )
    response.headers["cache-control"] = "private, no-cache"
    if cookies.VISITOR not in seen.cookies:
        seen.cookies.put(response, cookies.VISITOR, seen.visitor, age_s=_YEAR_S)
    if cookies.TOLD in seen.cookies:
        seen.cookies.drop(response, cookies.TOLD)
    _begin(response, seen)
    return response


def fragment(seen: Visit, template: str, **shown: object) -> Response[str]:
    """Answer a script with a piece of a page."""
    body = seen.pages.fragment(template, seen.ctx.locale, **shown)
    response = Response(body, media_type=HTML, headers=dict(PAGE_HEADERS))
    response.headers["cache-control"] = "private, no-cache"
    return response


def go(seen: Visit, address: str, *, told: str = "") -> Response[str]:
    """Send the browser on (303), so that going back or reloading repeats nothing.

    `told` is a key of `words.TOLD`: the next page says it.
    """
    response = Response(
        "", status_code=303, media_type=HTML, headers={"location": quote(address, safe=_SAFE)}
    )
    response.headers["cache-control"] = "no-store"
    if told:
        seen.cookies.put(response, cookies.TOLD, told, age_s=_TOLD_S)
    _begin(response, seen)
    return response


def go_outside(url: str) -> Response[str]:
    """Send the browser to an address of somebody else's, exactly as it is; never after a form (form-action)."""
    return Response(
        "", status_code=303, media_type=HTML, headers={"location": url, "cache-control": "no-store"}
    )


def as_file(name: str) -> dict[str, str]:
    """Return the headers of an answer that is kept as a file; `name` is of plain letters."""
    return {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }


def prefer(seen: Visit, response: Response[str], *, language: str = "", theme: str = "") -> Response[str]:
    """Let the browser remember a choice."""
    for cookie, chosen in ((cookies.LANGUAGE, language), (cookies.THEME, theme)):
        if chosen:
            seen.cookies.put(response, cookie, chosen, age_s=_YEAR_S)
    return response


def send_away(seen: Visit, response: Response[str], *, kind: str, binding: str, wanted: str) -> Response[str]:
    """Let the browser remember that it was the one that left for a log-in elsewhere, and why."""
    kept = quote(wanted, safe="")
    value = f"{kind}.{binding}.{kept if len(kept) <= _AWAY_MAX else ''}"
    seen.cookies.put(response, cookies.AWAY, value, age_s=_AWAY_S)
    return response


def came_back(seen: Visit) -> tuple[str, str, str]:
    """Return why this browser left for a log-in elsewhere, what proves that it did, and where it wanted to go."""
    kind, binding, wanted = (*seen.cookies.get(cookies.AWAY).split(".", 2), "", "", "")[:3]
    return kind, binding, unquote(wanted)


def end_session(seen: Visit, response: Response[str]) -> Response[str]:
    """Let the browser forget its session, and the name its forms belonged to."""
    seen.cookies.drop(response, cookies.SESSION)
    seen.cookies.put(response, cookies.VISITOR, new_visitor(), age_s=_YEAR_S)
    return response


def way_back(wanted: str, *, otherwise: str) -> str:
    """Return where a form wants to return to, if that is a page of ours, else another address.

    An address with a host, or one that a browser would read as having one, is not ours.
    """
    if not wanted.startswith("/") or len(wanted) > ADDRESS_MAX or not wanted.isprintable() or "\\" in wanted:
        return otherwise
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return otherwise
    ours = not parts.scheme and not parts.netloc and not wanted.startswith("//")
    return wanted if ours else otherwise


def tell_problem(seen: Visit, problem: Problem) -> Response[str]:
    """Answer with a problem as a page."""
    words = seen.gettext
    view = ErrorPage(
        chrome=seen.chrome(path=seen.here() if seen.request.method == "GET" else seen.at()),
        status=problem.status,
        code=problem.code,
        title=problem_words(problem, words),
        trace=seen.request.scope["state"]["trace"],
        hints=tuple(
            Fact(label=str(error["field"]), text=field_words(error["field"], error["code"], words))
            for error in problem.extras.get("errors", ())
        ),
        actions=(Action(label=words("To the start"), url=seen.at(), method="get", primary=True),),
    )
    response = show(seen, view, status=problem.status)
    if (wait_s := problem.extras.get("retry_after_s")) is not None:
        response.headers["retry-after"] = str(wait_s)
    return response


def _begin(response: Response[Any], seen: Visit) -> None:
    """Hand out the cookie of a session that started with this request.

    A person gets a new name for the browser too: what anybody knew of the old one is worth nothing. That somebody logged
    in from here stays known after they log out: others who guess do not keep them out.
    """
    if seen.started is None:
        return
    longest = seen.ctx.platform.settings.section(Accounts).session_longest
    seen.cookies.put(response, cookies.SESSION, seen.started.token, age_s=int(longest.total_seconds()))
    if seen.logged_in:
        seen.cookies.put(response, cookies.DEVICE, seen.started.device, age_s=_YEAR_S)
        seen.cookies.put(response, cookies.VISITOR, new_visitor(), age_s=_YEAR_S)
