"""Ways in without a password: a passkey, or a log-in elsewhere (OpenID Connect)."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.user import api as user
from hansa.centers.user.errors import (
    FreshLogInWanted,
    IdentityTaken,
    IssuerRefused,
    IssuerUnavailable,
    LinkWanted,
    PasskeyRefused,
    RiskRefused,
    Suspended,
    WrongCredentials,
)
from hansa.kernel.problem import Problem
from hansa.web.answers import came_back, go, way_back
from hansa.web.forms import read_form
from hansa.web.parts import Form
from hansa.web.routes.ceremonies import answered, begun
from hansa.web.routes.gate import enter, login_page
from hansa.web.routes.guard import person
from hansa.web.routes.issuing import LINK, LOG_IN, away, return_url
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

_CODE_MAX = 4096


@post("/login/passkey/begin")
async def begin_passkey(seen: Seen) -> Response[bytes]:
    """Give a challenge to whichever passkey the device offers."""
    await read_form(seen)
    return begun(await user.begin_passkey_log_in(seen.ctx))


@post("/login/passkey")
async def passkey(seen: Seen) -> Response[str]:
    """Start a session for whose passkey signed the challenge."""
    fields = await read_form(seen)
    wanted = way_back(fields.raw("next"), otherwise="")
    try:
        ceremony, credential = answered(fields)
        session = await user.log_in_with_passkey(seen.ctx, ceremony=ceremony, credential=credential)
    except (PasskeyRefused, Suspended, WrongCredentials, RiskRefused) as refused:
        form = Form(problem=problem_words(refused, seen.gettext))
        return await login_page(seen, wanted, form=form, status=refused.status)
    return enter(seen, session, wanted)


@post("/login/with/{issuer:str}")
async def leave(seen: Seen, issuer: str) -> Response[str]:
    """Go to an issuer; the browser keeps what proves that it was the one that left."""
    fields = await read_form(seen)
    wanted = way_back(fields.raw("next"), otherwise="")
    try:
        begun_visit = await user.begin_issuer_log_in(seen.ctx, issuer=issuer, return_url=return_url(seen))
    except IssuerUnavailable as down:
        form = Form(problem=problem_words(down, seen.gettext))
        return await login_page(seen, wanted, form=form, status=down.status)
    return away(seen, issuer, url=begun_visit.url, binding=begun_visit.binding, kind=LOG_IN, wanted=wanted)


@get("/login/back")
async def back(seen: Seen) -> Response[str]:
    """Come back from an issuer: into the account, or with one more way into it."""
    kind, binding, wanted = came_back(seen)
    wanted = way_back(wanted, otherwise="")
    told = {
        "state": seen.asked("state", letters_max=_CODE_MAX),
        "code": seen.asked("code", letters_max=_CODE_MAX),
        "iss": seen.asked("iss", letters_max=_CODE_MAX) or None,
    }
    if kind == LINK:
        return await _link(seen, binding, told)
    if seen.asked("error"):  # the person did not want to, or the issuer did not
        return await login_page(seen, wanted, form=Form(problem=_not_agreed(seen)), status=401)
    try:
        session = await user.log_in_at_issuer(
            seen.ctx, state=told["state"] or "", code=told["code"] or "", binding=binding, iss=told["iss"]
        )
    except (
        IssuerRefused,
        IssuerUnavailable,
        LinkWanted,
        Suspended,
        WrongCredentials,
        RiskRefused,
    ) as refused:
        form = Form(problem=problem_words(refused, seen.gettext))
        return await login_page(seen, wanted, form=form, status=refused.status)
    return enter(seen, session, wanted)


async def _link(seen: Visit, binding: str, told: dict[str, str | None]) -> Response[str]:
    here = seen.at("account/security")
    if seen.asked("error"):
        return go(seen, here, told="not_agreed")
    try:
        await user.link_identity(
            person(seen).ctx,
            state=told["state"] or "",
            code=told["code"] or "",
            binding=binding,
            iss=told["iss"],
        )
    except FreshLogInWanted:
        raise
    except (IssuerRefused, IssuerUnavailable, IdentityTaken) as refused:
        return go(seen, here, told=_TOLD[type(refused)])
    return go(seen, here, told="linked")


_TOLD: dict[type[Problem], str] = {
    IssuerRefused: "not_linked",
    IssuerUnavailable: "not_linked",
    IdentityTaken: "linked_elsewhere",
}


def _not_agreed(seen: Visit) -> str:
    return seen.gettext("You came back without having logged in there.")


ROUTES = (begin_passkey, passkey, leave, back)
