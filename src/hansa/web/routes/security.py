"""The account's safety: passwords, passkeys and log-ins elsewhere, and who is in."""

from __future__ import annotations

from contextlib import suppress

from litestar import Response, get, post

from hansa.centers.user import api as user
from hansa.centers.user.errors import (
    EmailMissing,
    IdentityNotFound,
    IssuerUnavailable,
    LastWayIn,
    PasskeyNotFound,
    PasskeyRefused,
    SessionNotFound,
    TokenNotFound,
    TooManyAttempts,
    TooManyPasskeys,
    WrongCredentials,
)
from hansa.centers.user.types import IDENTITY_ID, PASSKEY_ID, TOKEN_ID
from hansa.kernel.problem import Busy, Invalid, Problem
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.parts import Notice
from hansa.web.routes.ceremonies import answered, begun
from hansa.web.routes.guard import person
from hansa.web.routes.issuing import LINK, away, return_url
from hansa.web.routes.security_view import HERE, security_view
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

_EMAIL_MAX = 254
_NAME_MAX = 64
_PASSWORD_MAX = 1024


@get("/account/security")
async def show_security(seen: Seen) -> Response[str]:
    """Every way into the account, and who is in."""
    return show(seen, await security_view(person(seen)))


@post("/account/security/verify")
async def verify(seen: Seen) -> Response[str]:
    """Have a link mailed that verifies one's address."""
    await _form(seen)
    try:
        await user.request_verification(seen.ctx)
    except (EmailMissing, TooManyAttempts) as refused:
        return await _refused(seen, refused)
    return _back(seen, "link_mailed")


@post("/account/security/email")
async def change_email(seen: Seen) -> Response[str]:
    """Have a link mailed to a new address; the old one stays until it is opened."""
    fields = await _form(seen)
    email = fields.text("email", letters_max=_EMAIL_MAX)
    try:
        if not fields.errors:
            await user.request_email_change(seen.ctx, email=email)
    except Invalid as refused:
        fields.blame_all(refused)
    except TooManyAttempts as refused:
        return await _refused(seen, refused)
    if fields.errors:
        return show(seen, await security_view(seen, email_form=fields.form()), status=422)
    return _back(seen, "link_mailed")


@post("/account/security/password")
async def change_password(seen: Seen) -> Response[str]:
    """Set another password; whoever knows the present one need prove nothing else. Others are logged out."""
    fields = await _form(seen)
    ways = await user.ways_in(seen.ctx)
    current, new = (fields.raw(name)[:_PASSWORD_MAX] for name in ("current_password", "password"))
    for name, typed in (("current_password", current), ("password", new)):
        if not typed and (ways.password or name == "password"):
            fields.blame(name, "required")
    status = 422
    try:
        if ways.password and not fields.errors:
            await user.prove(seen.ctx, password=current)
        if not fields.errors:
            await user.set_password(seen.ctx, password=new)
    except Invalid as refused:
        fields.blame_all(refused)
    except WrongCredentials as refused:
        fields.blame("current_password", "wrong")
        status = refused.status
    except (TooManyAttempts, Busy) as refused:
        return await _refused(seen, refused)
    if fields.errors:
        return show(seen, await security_view(seen, password_form=fields.form()), status=status)
    return _back(seen, "password_set")


@post("/account/security/passkeys/begin")
async def begin_passkey(seen: Seen) -> Response[bytes]:
    """Give a challenge to the device that is to make a passkey."""
    await _form(seen)
    return begun(await user.begin_passkey(seen.ctx))


@post("/account/security/passkeys")
async def add_passkey(seen: Seen) -> Response[str]:
    """Add the passkey that the device made."""
    fields = await _form(seen)
    name = fields.text("name", letters_max=_NAME_MAX)
    if fields.errors:
        return show(seen, await security_view(seen, passkey_form=fields.form()), status=422)
    try:
        ceremony, credential = answered(fields)
        await user.add_passkey(seen.ctx, ceremony=ceremony, credential=credential, name=name)
    except Invalid as refused:
        fields.blame_all(refused)
        return show(seen, await security_view(seen, passkey_form=fields.form()), status=422)
    except (PasskeyRefused, TooManyPasskeys) as refused:
        return await _refused(seen, refused)
    return _back(seen, "passkey_added")


@post("/account/security/passkeys/rename")
async def rename_passkey(seen: Seen) -> Response[str]:
    """Call a passkey something else."""
    fields = await _form(seen)
    name = fields.text("name", letters_max=_NAME_MAX)
    try:
        if not fields.errors:
            await user.rename_passkey(seen.ctx, passkey=PASSKEY_ID.read(fields.raw("passkey")), name=name)
    except Invalid as refused:
        fields.blame_all(refused)
    except PasskeyNotFound:
        return _back(seen, "moved_on")
    if fields.errors:
        told = Notice(tone="warn", text=fields.errors["name"])
        return show(seen, await security_view(seen, notices=(told,)), status=422)
    return _back(seen, "saved")


@post("/account/security/passkeys/remove")
async def remove_passkey(seen: Seen) -> Response[str]:
    """Forget a passkey, never the last way in."""
    fields = await _form(seen)
    try:
        with suppress(PasskeyNotFound):
            await user.remove_passkey(seen.ctx, passkey=PASSKEY_ID.read(fields.raw("passkey")))
    except LastWayIn as refused:
        return await _refused(seen, refused)
    return _back(seen, "saved")


@post("/account/security/link/{issuer:str}")
async def link(seen: Seen, issuer: str) -> Response[str]:
    """Go to an issuer whose log-in is to open this account too."""
    await _form(seen)
    try:
        visit = await user.begin_identity_link(seen.ctx, issuer=issuer, return_url=return_url(seen))
    except IssuerUnavailable as refused:
        return await _refused(seen, refused)
    return away(seen, issuer, url=visit.url, binding=visit.binding, kind=LINK, wanted="")


@post("/account/security/linked/remove")
async def unlink(seen: Seen) -> Response[str]:
    """Take a log-in elsewhere off the account, never the last way in."""
    fields = await _form(seen)
    try:
        with suppress(IdentityNotFound):
            await user.unlink_identity(seen.ctx, identity=IDENTITY_ID.read(fields.raw("identity")))
    except LastWayIn as refused:
        return await _refused(seen, refused)
    return _back(seen, "saved")


@post("/account/security/sessions/end")
async def end_session(seen: Seen) -> Response[str]:
    """Log somebody out; who is out already is out."""
    fields = await _form(seen)
    with suppress(SessionNotFound):
        await user.end_session(seen.ctx, session=TOKEN_ID.read(fields.raw("session")))
    return _back(seen, "saved")


@post("/account/security/sessions/end-others")
async def end_others(seen: Seen) -> Response[str]:
    """Log everybody out but this browser."""
    await _form(seen)
    await user.end_other_sessions(seen.ctx)
    return _back(seen, "others_out")


@post("/account/security/tokens/revoke")
async def revoke(seen: Seen) -> Response[str]:
    """End what a program may do; one that ended already has ended."""
    fields = await _form(seen)
    with suppress(TokenNotFound):
        await user.revoke_token(seen.ctx, token_id=TOKEN_ID.read(fields.raw("token")))
    return _back(seen, "saved")


async def _form(seen: Visit) -> Fields:
    """Read a form of somebody with an account."""
    return await read_form(person(seen))


def _back(seen: Visit, told: str) -> Response[str]:
    return go(seen, seen.at(HERE), told=told)


async def _refused(seen: Visit, problem: Problem) -> Response[str]:
    told = Notice(tone="warn", text=problem_words(problem, seen.gettext))
    return show(seen, await security_view(seen, notices=(told,)), status=problem.status)


ROUTES = (
    show_security, verify, change_email, change_password, begin_passkey, add_passkey, rename_passkey, remove_passkey,
    link, unlink, end_session, end_others, revoke,
)  # fmt: skip
