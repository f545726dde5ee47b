"""Mailed links and the forgotten password. Opening a link changes nothing, since mail programs look at links; its button does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.user import api as user
from hansa.centers.user.errors import EmailTaken, ProofInvalid, TooManyAttempts
from hansa.kernel.problem import Busy, Invalid, NotFound
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.i18n import N_
from hansa.web.parts import Form
from hansa.web.views import ProofPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

_SECRET_MAX = 200
_EMAIL_MAX = 254
_PASSWORD_MAX = 1024

_PURPOSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "verify-email": (N_("Confirm your e-mail address"), N_("Yes, this is my address")),
        "change-email": (N_("Confirm your new e-mail address"), N_("Use this address from now on")),
        "restore-email": (N_("Take your e-mail address back"), N_("Take it back and log everybody out")),
        "reset-password": (N_("Choose a new password"), N_("Set the password")),
    }
)


@get("/forgot", sync_to_thread=False)
def show_forgot(seen: Seen) -> Response[str]:
    """Where to send the link that sets a new password."""
    return _forgot_page(seen)


@post("/forgot")
async def forgot(seen: Seen) -> Response[str]:
    """Have a link mailed; the page says the same whether there is such an account."""
    fields = await read_form(seen)
    email = fields.text("email", letters_max=_EMAIL_MAX)
    if fields.errors:
        return _forgot_page(seen, form=fields.form(), status=422)
    try:
        await user.request_password_reset(seen.ctx, email=email)
    except Invalid as refused:
        fields.blame_all(refused)
        return _forgot_page(seen, form=fields.form(), status=422)
    except TooManyAttempts as refused:
        form = fields.form(problem=problem_words(refused, seen.gettext))
        return _forgot_page(seen, form=form, status=refused.status)
    return go(seen, seen.at("login"), told="mailed")


@get("/proof/{purpose:str}", sync_to_thread=False)
def show_proof(seen: Seen, purpose: str) -> Response[str]:
    """What a mailed link is about, and the button that does it."""
    return _proof_page(seen, purpose, seen.asked("token", letters_max=_SECRET_MAX))


@post("/proof/{purpose:str}")
async def use_proof(seen: Seen, purpose: str) -> Response[str]:
    """Do what a mailed link is for, once."""
    fields = await read_form(seen)
    secret = fields.raw("token")[:_SECRET_MAX]
    if purpose not in _PURPOSES:
        raise NotFound
    try:
        await _use(seen, purpose, secret, fields)
    except Invalid as refused:
        fields.blame_all(refused)
        return _proof_page(seen, purpose, secret, form=fields.form(), status=422)
    except (ProofInvalid, EmailTaken, Busy) as refused:
        form = fields.form(problem=problem_words(refused, seen.gettext))
        return _proof_page(seen, purpose, secret, form=form, status=refused.status)
    return go(seen, seen.at("account" if seen.logged_in else "login"), told="saved")


async def _use(seen: Visit, purpose: str, secret: str, fields: Fields) -> None:
    if purpose == "reset-password":
        password = fields.raw("password")[:_PASSWORD_MAX]
        await user.reset_password(seen.ctx, secret=secret, password=password)
    elif purpose == "verify-email":
        await user.verify_email(seen.ctx, secret=secret)
    elif purpose == "change-email":
        await user.change_email(seen.ctx, secret=secret)
    else:
        await user.restore_email(seen.ctx, secret=secret)


def _forgot_page(seen: Visit, *, form: Form | None = None, status: int = 200) -> Response[str]:
    view = ProofPage(
        chrome=seen.chrome(section="account"),
        title=seen.gettext("Forgot your password?"),
        button=seen.gettext("Send me a link"),
        wants="email",
        post_url=seen.at("forgot"),
        form=form or Form(),
    )
    return show(seen, view, status=status)


def _proof_page(
    seen: Visit, purpose: str, secret: str, *, form: Form | None = None, status: int = 200
) -> Response[str]:
    if purpose not in _PURPOSES:
        raise NotFound
    title, button = _PURPOSES[purpose]
    view = ProofPage(
        chrome=seen.chrome(section="account"),
        title=seen.gettext(title),
        button=seen.gettext(button),
        wants="password" if purpose == "reset-password" else "",
        token=secret,
        post_url=seen.at(f"proof/{purpose}"),
        form=form or Form(),
    )
    page = show(seen, view, status=status)
    page.headers["referrer-policy"] = "no-referrer"  # the link is the secret
    return page


ROUTES = (show_forgot, forgot, show_proof, use_proof)
