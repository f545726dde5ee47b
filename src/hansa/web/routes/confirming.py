"""Proving once more who one is, before something that matters."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.user import api as user
from hansa.centers.user.errors import PasskeyRefused, TooManyAttempts, WrongCredentials
from hansa.kernel.problem import Busy, Problem
from hansa.web.answers import ADDRESS_MAX, go, show, way_back
from hansa.web.forms import Fields, read_form
from hansa.web.parts import Action, Ceremony, Form
from hansa.web.routes.ceremonies import answered, begun, possible
from hansa.web.routes.guard import person
from hansa.web.views import ConfirmPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

_PASSWORD_MAX = 1024


@get("/confirm")
async def show_confirm(seen: Seen) -> Response[str]:
    """Ask for the password, or for a passkey."""
    return await _page(person(seen), seen.asked("next", letters_max=ADDRESS_MAX + 1))


@post("/confirm")
async def confirm(seen: Seen) -> Response[str]:
    """Prove by password who acts in this session, and go on."""
    fields = await read_form(person(seen))
    password = fields.raw("password")[:_PASSWORD_MAX]
    if not password:
        fields.blame("password", "required")
        return await _page(seen, fields.raw("next"), form=fields.form(), status=422)
    try:
        await user.prove(seen.ctx, password=password)
    except WrongCredentials as refused:
        fields.blame("password", "wrong")
        return await _page(seen, fields.raw("next"), form=fields.form(), status=refused.status)
    except (TooManyAttempts, Busy) as refused:
        return await _refused(seen, fields, refused)
    return _on(seen, fields)


@post("/confirm/passkey/begin")
async def begin_passkey(seen: Seen) -> Response[bytes]:
    """Give a challenge to the passkey that is to prove it."""
    await read_form(person(seen))
    return begun(await user.begin_passkey_proof(seen.ctx))


@post("/confirm/passkey")
async def confirm_by_passkey(seen: Seen) -> Response[str]:
    """Prove by passkey who acts in this session, and go on."""
    fields = await read_form(person(seen))
    try:
        ceremony, credential = answered(fields)
        await user.prove_with_passkey(seen.ctx, ceremony=ceremony, credential=credential)
    except PasskeyRefused as refused:
        return await _refused(seen, fields, refused)
    return _on(seen, fields)


def _on(seen: Visit, fields: Fields) -> Response[str]:
    return go(seen, way_back(fields.raw("next"), otherwise=seen.at("account")), told="confirmed")


async def _refused(seen: Visit, fields: Fields, refused: Problem) -> Response[str]:
    form = Form(problem=problem_words(refused, seen.gettext))
    return await _page(seen, fields.raw("next"), form=form, status=refused.status)


async def _page(seen: Visit, wanted: str, *, form: Form | None = None, status: int = 200) -> Response[str]:
    ways = await user.ways_in(seen.ctx)
    by_passkey = bool(ways.passkeys) and possible(seen)
    again = Action(label=seen.gettext("Log out, to log in again"), url=seen.at("logout"), icon="log-out")
    view = ConfirmPage(
        chrome=seen.chrome(section="account"),
        post_url=seen.at("confirm"),
        next=way_back(wanted, otherwise=seen.at("account")),
        passkey=Ceremony(begin_url=seen.at("confirm/passkey/begin"), post_url=seen.at("confirm/passkey"))
        if by_passkey
        else None,
        password=ways.password,
        logout=None if ways.password or by_passkey else again,
        form=form or Form(),
    )
    return show(seen, view, status=status)


ROUTES = (show_confirm, confirm, begin_passkey, confirm_by_passkey)
