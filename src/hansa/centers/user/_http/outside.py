"""Routes: logging in with passkeys and at issuers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.params import Parameter
from litestar.status_codes import HTTP_204_NO_CONTENT

from hansa.centers.user import api
from hansa.centers.user._http.account import SessionView, session_view
from hansa.centers.user._http.ways import PasskeyView, Shown, passkey_view
from hansa.centers.user.errors import (
    FreshLogInWanted,
    IdentityNotFound,
    IdentityTaken,
    IssuerRefused,
    IssuerUnavailable,
    IssuerUnknown,
    LastWayIn,
    LinkWanted,
    PasskeyNotFound,
    PasskeyRefused,
    RiskRefused,
    Suspended,
    TooManyPasskeys,
    WrongCredentials,
)
from hansa.centers.user.types import CEREMONY_ID, IDENTITY_ID, PASSKEY_ID, Ceremony, IssuerVisit
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

Credential = Annotated[
    dict[str, Any],
    msgspec.Meta(description="The browser's PublicKeyCredential, as its `toJSON()` writes it."),
]
CeremonyText = Annotated[str, msgspec.Meta(max_length=64, description="The ceremony that was begun.")]
IssuerName = Annotated[str, Parameter(max_length=64, description="The name of a configured issuer.")]
Line = Annotated[str, msgspec.Meta(max_length=4096)]

_ANSWER = {"ceremony": "crm_01k5b0w3q4e1v8m6t2r9s7n0ya", "credential": {"id": "AAEC", "rawId": "AAEC"}}
_BACK = {"state": "af0ifjsldkj", "code": "SplxlOBeZQQYbYS6WxSbIA", "binding": "xJ3l"}


class CeremonyView(msgspec.Struct, frozen=True, kw_only=True):
    """A ceremony that began: hand `options` to `navigator.credentials`, and its answer back with the id."""

    ceremony: str
    options: dict[str, Any]
    expires_at: datetime


class PasskeyAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the browser answered to a ceremony."""

    ceremony: CeremonyText
    credential: Credential


class NewPasskey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the browser answered to a ceremony, and what to call the passkey."""

    ceremony: CeremonyText
    credential: Credential
    name: Annotated[str, msgspec.Meta(max_length=200, description="What to call it.")]


class PasskeyName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to call a passkey."""

    name: Annotated[str, msgspec.Meta(max_length=200, description="What to call it.")]


class VisitWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the browser comes back to, with `state` and `code`."""

    return_url: Annotated[Line, msgspec.Meta(description="A page of this house, known to the issuer.")]


class VisitView(msgspec.Struct, frozen=True, kw_only=True):
    """Send the browser to `url`; keep `binding` in a cookie and out of every URL."""

    url: str
    binding: str
    expires_at: datetime


class ComingBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the browser brought back, and the binding that was kept."""

    state: Line
    code: Line
    binding: Line
    iss: Line | None = None


class IdentityMade(msgspec.Struct, frozen=True):
    """A log-in that is linked now."""

    id: str


@post(
    "/me/passkeys/ceremony",
    summary="Begin to add a passkey",
    responses=problems(Unauthenticated, Forbidden, FreshLogInWanted, TooManyPasskeys),
    opt={"idempotency": "none"},
)
async def begin_passkey(ctx: Ctx) -> CeremonyView:
    """Return what `navigator.credentials.create` takes as `publicKey`."""
    return _ceremony(await api.begin_passkey(ctx))


@post(
    "/me/passkeys",
    summary="Add a passkey",
    responses=problems(
        Invalid, Unauthenticated, Forbidden, FreshLogInWanted, PasskeyRefused, TooManyPasskeys, IdMalformed
    ),
    opt={"example": {**_ANSWER, "name": "Phone"}},
)
async def add_passkey(ctx: Ctx, data: NewPasskey) -> list[PasskeyView]:
    """Add the passkey the browser made, and return them all."""
    await api.add_passkey(
        ctx, ceremony=CEREMONY_ID.read(data.ceremony), credential=data.credential, name=data.name
    )
    return [passkey_view(one) for one in await api.passkeys(ctx)]


@patch(
    "/me/passkeys/{passkey_id:str}",
    summary="Rename a passkey",
    responses=problems(Invalid, Unauthenticated, Forbidden, PasskeyNotFound, IdMalformed),
    opt={"example": {"name": "Old phone"}},
)
async def rename_passkey(ctx: Ctx, passkey_id: Shown, data: PasskeyName) -> list[PasskeyView]:
    """Give a passkey another name, and return them all."""
    await api.rename_passkey(ctx, passkey=PASSKEY_ID.read(passkey_id), name=data.name)
    return [passkey_view(one) for one in await api.passkeys(ctx)]


@delete(
    "/me/passkeys/{passkey_id:str}",
    summary="Remove a passkey",
    responses=problems(Unauthenticated, Forbidden, FreshLogInWanted, PasskeyNotFound, LastWayIn, IdMalformed),
)
async def remove_passkey(ctx: Ctx, passkey_id: Shown) -> None:
    """Forget a passkey, never the last way in."""
    await api.remove_passkey(ctx, passkey=PASSKEY_ID.read(passkey_id))


@post("/session/passkey/ceremony", summary="Begin to log in with a passkey", opt={"idempotency": "none"})
async def begin_passkey_log_in(ctx: Ctx) -> CeremonyView:
    """Return what `navigator.credentials.get` takes as `publicKey`."""
    return _ceremony(await api.begin_passkey_log_in(ctx))


@post(
    "/session/passkey",
    summary="Log in with a passkey",
    responses=problems(Invalid, PasskeyRefused, Suspended, WrongCredentials, RiskRefused, IdMalformed),
    opt={"idempotency": "none", "example": _ANSWER},
)
async def log_in_with_passkey(ctx: Ctx, data: PasskeyAnswer) -> SessionView:
    """Start a session. A guest's cart and addresses come along."""
    ceremony = CEREMONY_ID.read(data.ceremony)
    return session_view(await api.log_in_with_passkey(ctx, ceremony=ceremony, credential=data.credential))


@post(
    "/session/proof/ceremony",
    summary="Begin to prove by passkey who one is",
    responses=problems(Unauthenticated, Forbidden),
    opt={"idempotency": "none"},
)
async def begin_passkey_proof(ctx: Ctx) -> CeremonyView:
    """Return what `navigator.credentials.get` takes as `publicKey`."""
    return _ceremony(await api.begin_passkey_proof(ctx))


@post(
    "/session/proof/passkey",
    summary="Prove by passkey who one is",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Invalid, Unauthenticated, Forbidden, PasskeyRefused, IdMalformed),
    opt={"idempotency": "none", "example": _ANSWER},
)
async def prove_with_passkey(ctx: Ctx, data: PasskeyAnswer) -> None:
    """Show by passkey who acts in this session."""
    ceremony = CEREMONY_ID.read(data.ceremony)
    await api.prove_with_passkey(ctx, ceremony=ceremony, credential=data.credential)


@get("/issuers", summary="Issuers one can log in with", sync_to_thread=False)
def list_issuers(ctx: Ctx) -> list[str]:
    """Return the names of the configured OpenID Connect issuers."""
    return api.issuers(ctx)


@post(
    "/session/issuers/{issuer:str}",
    summary="Begin to log in at an issuer",
    responses=problems(Invalid, IssuerUnknown, IssuerUnavailable),
    opt={"idempotency": "none", "example": {"return_url": "http://127.0.0.1:8000/login"}},
)
async def begin_issuer_log_in(ctx: Ctx, issuer: IssuerName, data: VisitWish) -> VisitView:
    """Return where to send the browser."""
    return _visit(await api.begin_issuer_log_in(ctx, issuer=issuer, return_url=data.return_url))


@post(
    "/session/issuer",
    summary="Log in with what an issuer sent back",
    responses=problems(
        Invalid, IssuerRefused, IssuerUnavailable, LinkWanted, Suspended, WrongCredentials, RiskRefused
    ),
    opt={"idempotency": "none", "example": _BACK},
)
async def log_in_at_issuer(ctx: Ctx, data: ComingBack) -> SessionView:
    """Start a session; the first log-in makes an account. A guest's cart and addresses come along."""
    return session_view(
        await api.log_in_at_issuer(ctx, state=data.state, code=data.code, binding=data.binding, iss=data.iss)
    )


@post(
    "/me/identities/{issuer:str}",
    summary="Begin to link a log-in",
    responses=problems(
        Invalid, Unauthenticated, Forbidden, FreshLogInWanted, IssuerUnknown, IssuerUnavailable
    ),
    opt={"idempotency": "none", "example": {"return_url": "http://127.0.0.1:8000/account"}},
)
async def begin_identity_link(ctx: Ctx, issuer: IssuerName, data: VisitWish) -> VisitView:
    """Return where to send the browser, to link that log-in to this account."""
    return _visit(await api.begin_identity_link(ctx, issuer=issuer, return_url=data.return_url))


@post(
    "/me/identities",
    summary="Link a log-in",
    responses=problems(
        Invalid, Unauthenticated, Forbidden, FreshLogInWanted, IssuerRefused, IssuerUnavailable, IdentityTaken
    ),
    opt={"idempotency": "none", "example": _BACK},
)
async def link_identity(ctx: Ctx, data: ComingBack) -> IdentityMade:
    """Link the log-in one came back with to this account."""
    made = await api.link_identity(ctx, state=data.state, code=data.code, binding=data.binding, iss=data.iss)
    return IdentityMade(IDENTITY_ID.show(made))


@delete(
    "/me/identities/{identity_id:str}",
    summary="Unlink a log-in",
    responses=problems(
        Unauthenticated, Forbidden, FreshLogInWanted, IdentityNotFound, LastWayIn, IdMalformed
    ),
)
async def unlink_identity(ctx: Ctx, identity_id: Shown) -> None:
    """Unlink a log-in, never the last way in."""
    await api.unlink_identity(ctx, identity=IDENTITY_ID.read(identity_id))


ROUTES = (
    begin_passkey,
    add_passkey,
    rename_passkey,
    remove_passkey,
    begin_passkey_log_in,
    log_in_with_passkey,
    begin_passkey_proof,
    prove_with_passkey,
    list_issuers,
    begin_issuer_log_in,
    log_in_at_issuer,
    begin_identity_link,
    link_identity,
    unlink_identity,
)


def _ceremony(begun: Ceremony) -> CeremonyView:
    return CeremonyView(
        ceremony=CEREMONY_ID.show(begun.id), options=begun.options, expires_at=begun.expires_at
    )


def _visit(begun: IssuerVisit) -> VisitView:
    return VisitView(url=begun.url, binding=begun.binding, expires_at=begun.expires_at)
