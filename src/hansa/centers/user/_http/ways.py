"""Routes: the ways into one's account, links by mail, sessions, proving again who one is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.params import Parameter
from litestar.status_codes import HTTP_204_NO_CONTENT

from hansa.centers.user import api
from hansa.centers.user._rules.texts import PASSWORD_RAW_MAX
from hansa.centers.user.errors import (
    EmailMissing,
    EmailTaken,
    FreshLogInWanted,
    ProofInvalid,
    SessionNotFound,
    TooManyAttempts,
    WrongCredentials,
)
from hansa.centers.user.types import IDENTITY_ID, PASSKEY_ID, TOKEN_ID, LinkedIdentity, Passkey
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

Email = Annotated[str, msgspec.Meta(max_length=320, description="E-mail address.")]
Password = Annotated[str, msgspec.Meta(max_length=PASSWORD_RAW_MAX, description="Password.")]
Secret = Annotated[str, msgspec.Meta(max_length=200, description="The token of a mailed link.")]
Shown = Annotated[str, Parameter(max_length=64, description="The id, as it was given.")]

_SECRET = {"secret": "gB3Qx2v1c0"}


class EmailWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An e-mail address."""

    email: Email


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a mailed link carries."""

    secret: Secret


class Reset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a mailed link carries, and the new password."""

    secret: Secret
    password: Password


class PasswordWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A password."""

    password: Password


class SessionShownView(msgspec.Struct, frozen=True, kw_only=True):
    """A living session: where it began, by browser and system (empty when not known), and when it was last used.

    `acting` marks the one that asks. `seen_at` is right to an hour.
    """

    id: str
    business: str
    browser: str
    system: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    acting: bool


class PasskeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey; `backed_up` when a provider keeps a copy."""

    id: str
    name: str
    backed_up: bool
    created_at: datetime
    used_at: datetime | None


class IdentityView(msgspec.Struct, frozen=True, kw_only=True):
    """A log-in at an issuer that opens this account."""

    id: str
    issuer: str
    linked_at: datetime
    used_at: datetime | None


class WaysInView(msgspec.Struct, frozen=True, kw_only=True):
    """How one can log in."""

    password: bool
    email_verified: bool
    passkeys: tuple[PasskeyView, ...]
    identities: tuple[IdentityView, ...]


class Ended(msgspec.Struct, frozen=True):
    """How many sessions ended."""

    ended: int


@get("/me/ways-in", summary="Ways into the account", responses=problems(Unauthenticated, Forbidden))
async def ways_in(ctx: Ctx) -> WaysInView:
    """Return how the acting person can log in."""
    found = await api.ways_in(ctx)
    return WaysInView(
        password=found.password,
        email_verified=found.email_verified,
        passkeys=tuple(passkey_view(one) for one in found.passkeys),
        identities=tuple(_identity(one) for one in found.identities),
    )


@post(
    "/me/email/verification",
    summary="Ask for a link that verifies one's address",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Unauthenticated, Forbidden, EmailMissing, TooManyAttempts),
)
async def request_verification(ctx: Ctx) -> None:
    """Have a link mailed that verifies the account's address."""
    await api.request_verification(ctx)


@post(
    "/email/verification",
    summary="Verify an address",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Invalid, ProofInvalid),
    opt={"example": _SECRET},
)
async def verify_email(ctx: Ctx, data: Proof) -> None:
    """Verify the address that a link was mailed to; nobody needs to be logged in."""
    await api.verify_email(ctx, secret=data.secret)


@post(
    "/me/email/change",
    summary="Ask for another address",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Invalid, Unauthenticated, Forbidden, FreshLogInWanted, TooManyAttempts),
    opt={"example": {"email": "ada@example.org"}},
)
async def request_email_change(ctx: Ctx, data: EmailWish) -> None:
    """Have a link mailed to a new address; whether somebody has it is not told."""
    await api.request_email_change(ctx, email=data.email)


@post(
    "/email/change",
    summary="Confirm another address",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Invalid, ProofInvalid, EmailTaken),
    opt={"example": _SECRET},
)
async def change_email(ctx: Ctx, data: Proof) -> None:
    """Take the address that a link was mailed to; the old one is mailed a way back."""
    await api.change_email(ctx, secret=data.secret)


@post(
    "/email/restoration",
    summary="Take an address back",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Invalid, ProofInvalid, EmailTaken),
    opt={"example": _SECRET},
)
async def restore_email(ctx: Ctx, data: Proof) -> None:
    """Go back to the address that the account was changed away from; everybody is logged out."""
    await api.restore_email(ctx, secret=data.secret)


@post(
    "/password/reset-requests",
    summary="Forgot the password",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Invalid, TooManyAttempts),
    opt={"example": {"email": "ada@example.com"}},
)
async def request_password_reset(ctx: Ctx, data: EmailWish) -> None:
    """Have a link mailed that sets a new password; the answer is the same whether there is such an account."""
    await api.request_password_reset(ctx, email=data.email)


@post(
    "/password/resets",
    summary="Set a new password by a mailed link",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Invalid, ProofInvalid),
    opt={"example": {**_SECRET, "password": "another correct horse"}},
)
async def reset_password(ctx: Ctx, data: Reset) -> None:
    """Set a new password, once; every session of the account ends."""
    await api.reset_password(ctx, secret=data.secret, password=data.password)


@put(
    "/me/password",
    summary="Change the password",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Invalid, Unauthenticated, Forbidden, FreshLogInWanted),
    opt={"example": {"password": "another correct horse"}},
)
async def set_password(ctx: Ctx, data: PasswordWish) -> None:
    """Set the password; the other sessions end."""
    await api.set_password(ctx, password=data.password)


@post(
    "/session/proof",
    summary="Prove again who one is",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Invalid, Unauthenticated, Forbidden, WrongCredentials, TooManyAttempts),
    opt={"idempotency": "none", "example": {"password": "correct horse battery"}},
)
async def prove(ctx: Ctx, data: PasswordWish) -> None:
    """Show by password who acts in this session; for a quarter of an hour the ways in can be changed."""
    await api.prove(ctx, password=data.password)


@get("/me/sessions", summary="Sessions", responses=problems(Unauthenticated, Forbidden))
async def list_sessions(ctx: Ctx) -> list[SessionShownView]:
    """Return the living sessions (at most 100), newest first."""
    return [
        SessionShownView(
            id=TOKEN_ID.show(one.id),
            business=one.business,
            browser=one.browser,
            system=one.system,
            created_at=one.created_at,
            seen_at=one.seen_at,
            expires_at=one.expires_at,
            acting=one.acting,
        )
        for one in await api.list_sessions(ctx)
    ]


@delete(
    "/me/sessions/{session_id:str}",
    summary="End a session",
    responses=problems(Unauthenticated, Forbidden, SessionNotFound, IdMalformed),
)
async def end_session(ctx: Ctx, session_id: Shown) -> None:
    """End one of one's sessions; every process knows within about a second."""
    await api.end_session(ctx, session=TOKEN_ID.read(session_id))


@post(
    "/me/sessions/end-others",
    summary="End the other sessions",
    responses=problems(Unauthenticated, Forbidden),
)
async def end_other_sessions(ctx: Ctx) -> Ended:
    """End every session but this one."""
    return Ended(await api.end_other_sessions(ctx))


ROUTES = (
    ways_in,
    request_verification,
    verify_email,
    request_email_change,
    change_email,
    restore_email,
    request_password_reset,
    reset_password,
    set_password,
    prove,
    list_sessions,
    end_session,
    end_other_sessions,
)


def passkey_view(passkey: Passkey) -> PasskeyView:
    """Show a passkey."""
    return PasskeyView(
        id=PASSKEY_ID.show(passkey.id),
        name=passkey.name,
        backed_up=passkey.backed_up,
        created_at=passkey.created_at,
        used_at=passkey.used_at,
    )


def _identity(one: LinkedIdentity) -> IdentityView:
    return IdentityView(
        id=IDENTITY_ID.show(one.id), issuer=one.issuer, linked_at=one.linked_at, used_at=one.used_at
    )
