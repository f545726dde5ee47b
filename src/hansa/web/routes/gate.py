"""In and out: logging in, signing up, logging out."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.user import api as user
from hansa.centers.user.errors import EmailTaken, RiskRefused, Suspended, TooManyAttempts, WrongCredentials
from hansa.centers.user.types import LoggedIn
from hansa.kernel.problem import Busy, Invalid
from hansa.kernel.welcome import Reception
from hansa.web import cookies
from hansa.web.answers import ADDRESS_MAX, end_session, go, show, way_back
from hansa.web.forms import Fields, read_form
from hansa.web.parts import Ceremony, Form
from hansa.web.routes.ceremonies import possible
from hansa.web.routes.issuing import issuer_actions
from hansa.web.routes.portal import doors
from hansa.web.views import LoginPage, SignupPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

_EMAIL_MAX = 254
_PASSWORD_MAX = 1024


@get("/login")
async def show_login(seen: Seen) -> Response[str]:
    """The log-in; who is logged in already goes on."""
    wanted = way_back(seen.asked("next", letters_max=ADDRESS_MAX + 1), otherwise="")
    if seen.logged_in:
        return go(seen, wanted or seen.at())
    return await login_page(seen, wanted)


@post("/login")
async def log_in(seen: Seen) -> Response[str]:
    """Start a session under a new token, and go where one wanted to; a guest's cart comes along."""
    fields = await read_form(seen)
    wanted = way_back(fields.raw("next"), otherwise="")
    email, password = fields.text("email", letters_max=_EMAIL_MAX), _password(fields)
    if fields.errors:
        return await login_page(seen, wanted, form=fields.form(), status=422)
    try:
        device = seen.cookies.get(cookies.DEVICE)
        session = await user.log_in(seen.ctx, email=email, password=password, device=device)
    except (WrongCredentials, TooManyAttempts, Suspended, RiskRefused, Busy) as refused:
        form = fields.form(problem=problem_words(refused, seen.gettext))
        return await login_page(seen, wanted, form=form, status=refused.status)
    return enter(seen, session, wanted)


@get("/signup", sync_to_thread=False)
def show_signup(seen: Seen) -> Response[str]:
    """The form for a new account."""
    wanted = way_back(seen.asked("next", letters_max=ADDRESS_MAX + 1), otherwise="")
    return go(seen, wanted or seen.at()) if seen.logged_in else _signup_page(seen, wanted)


@post("/signup")
async def sign_up(seen: Seen) -> Response[str]:
    """Make an account and log it in; what a guest gathered becomes its own."""
    fields = await read_form(seen)
    wanted = way_back(fields.raw("next"), otherwise="")
    name = fields.text("name", letters_max=64)
    email, password = fields.text("email", letters_max=_EMAIL_MAX), _password(fields)
    if fields.errors:
        return _signup_page(seen, wanted, form=fields.form(), status=422)
    try:
        session = await user.sign_up(seen.ctx, email=email, password=password, name=name)
    except Invalid as refused:
        fields.blame_all(refused)
        return _signup_page(seen, wanted, form=fields.form(), status=422)
    except EmailTaken as refused:
        fields.errors["email"] = problem_words(refused, seen.gettext)
        return _signup_page(seen, wanted, form=fields.form(), status=refused.status)
    except (TooManyAttempts, RiskRefused, Busy) as refused:
        form = fields.form(problem=problem_words(refused, seen.gettext))
        return _signup_page(seen, wanted, form=form, status=refused.status)
    return enter(seen, session, wanted, told="welcome")


@post("/logout")
async def log_out(seen: Seen) -> Response[str]:
    """End the session."""
    await read_form(seen)
    if seen.ctx.actor.party is not None:
        await user.log_out(seen.ctx)
    return end_session(seen, go(seen, seen.at(), told="logged_out"))


def enter(seen: Visit, session: LoggedIn, wanted: str, *, told: str = "") -> Response[str]:
    """Go on in the new session; the guest's, if there was one, was ended by the merge."""
    return go(seen.begun(session), wanted or seen.at(), told=told)


def _password(fields: Fields) -> str:
    """Return a password as it was typed: spaces around it belong to it."""
    password = fields.raw("password")
    if not password:
        fields.blame("password", "required")
    elif len(password) > _PASSWORD_MAX:
        fields.blame("password", "too_long")
    return password


async def login_page(
    seen: Visit, wanted: str, *, form: Form | None = None, status: int = 200
) -> Response[str]:
    """Answer with the log-in; `wanted` is where one goes on afterwards."""
    platform = seen.ctx.platform
    welcome = await platform.service(Reception).welcome(platform)
    view = LoginPage(
        chrome=seen.chrome(section="account"),
        post_url=seen.at("login"),
        signup_url=seen.at("signup", next=wanted),
        forgot_url=seen.at("forgot"),
        passkey=Ceremony(begin_url=seen.at("login/passkey/begin"), post_url=seen.at("login/passkey"))
        if possible(seen)
        else None,
        issuers=issuer_actions(seen, "login/with", wanted=wanted, word=seen.gettext("Go on with %(name)s")),
        next=wanted,
        doors=doors(seen, welcome.logins, first=seen.ctx.business)
        if seen.ctx.traffic.value == "sandbox"
        else (),
        form=form or Form(),
    )
    return show(seen, view, status=status)


def _signup_page(seen: Visit, wanted: str, *, form: Form | None = None, status: int = 200) -> Response[str]:
    view = SignupPage(
        chrome=seen.chrome(section="account"),
        post_url=seen.at("signup"),
        login_url=seen.at("login", next=wanted),
        next=wanted,
        form=form or Form(),
    )
    return show(seen, view, status=status)


ROUTES = (show_login, log_in, show_signup, sign_up, log_out)
