"""Routes: accounts, the session, the acting party and what belongs to it.

Answers that carry a secret are never stored for repeats (`idempotency="none"`): a session's or token's secret
is kept nowhere but with its owner.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import Parameter

from hansa.centers.user import api
from hansa.centers.user._rules.grants import read_grant, show_grant
from hansa.centers.user._rules.texts import PASSWORD_RAW_MAX
from hansa.centers.user.errors import (
    AddressNotFound,
    EmailTaken,
    GrantNotHeld,
    PartyNotFound,
    RiskRefused,
    Suspended,
    TokenNotFound,
    TooManyAddresses,
    TooManyAttempts,
    TooManyTokens,
    WrongCredentials,
)
from hansa.centers.user.types import (
    ADDRESS_ID,
    ADDRESS_VERSION_ID,
    PARTY_ID,
    TOKEN_ID,
    Address,
    BookedAddress,
    LoggedIn,
    OwnScope,
    Party,
    PartyKind,
    PersonalRecord,
    Role,
    Token,
)
from hansa.kernel.context import ActorKind, Ctx, Traffic
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

Email = Annotated[str, msgspec.Meta(max_length=320, description="E-mail address.")]
Password = Annotated[str, msgspec.Meta(max_length=PASSWORD_RAW_MAX, description="Password.")]
Name = Annotated[str, msgspec.Meta(max_length=200, description="What to call the person.")]
Shown = Annotated[str, Parameter(max_length=64, description="The id, as it was given.")]

_ADA = {"email": "ada@example.com", "password": "correct horse battery"}
_DOOR = {
    "recipient": "Ada",
    "phone": "+8613800138000",
    "country": "CN",
    "region": "浙江省",
    "city": "杭州市",
    "district": "余杭区",
    "street": "文一西路 969 号",
    "postcode": "311121",
}


class SignUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs up."""

    email: Email
    password: Password
    name: Name


class LogIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who logs in. `device` is what an earlier session here was answered with: tries from elsewhere do not stop it."""

    email: Email
    password: Password
    device: Annotated[str, msgspec.Meta(max_length=200)] = ""


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A session that just started; `token` is shown this once. Send it as `Authorization: Bearer`.

    Keep `device` and hand it in at the next log-in: it opens nothing, but what others try does not hold it up.
    """

    token: str
    party: str
    kind: ActorKind
    expires_at: datetime
    device: str


class PartyView(msgspec.Struct, frozen=True, kw_only=True):
    """The acting party as it sees itself."""

    id: str
    kind: PartyKind
    name: str
    email: str
    locale: str
    roles: tuple[Role, ...]
    created_at: datetime


class Introduction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a party says about itself; only a guest gives its e-mail address here."""

    name: Name
    email: Email | None = None
    locale: Annotated[str, msgspec.Meta(max_length=35, description="BCP 47 tag: en, zh-Hans.")] | None = None


class AddressBody(Address, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address, and whether it is the one to offer first."""

    preferred: bool = False


class AddressView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the address book."""

    id: str
    version: str
    preferred: bool
    address: Address


class TokenWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An API token that somebody wants."""

    label: Annotated[str, msgspec.Meta(max_length=200, description="What the token is for.")]
    expires_at: Annotated[
        datetime, msgspec.Meta(tz=True, description="When it ends, at most two years ahead.")
    ]
    grants: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            description="Permissions the token carries (trade.order.read, or trade.order.read@shop_01jd... for one shop),"
            " and scopes for what is its owner's own (user.self.read)."
        ),
    ] = ()
    app: Annotated[str, msgspec.Meta(max_length=64, description="The app it acts as.")] | None = None


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """An API token. `secret` is there only where it was just issued."""

    id: str
    label: str
    grants: tuple[str, ...]
    business: str
    traffic: Traffic
    created_at: datetime
    expires_at: datetime
    secret: str | None = None


class AppWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program of the acting person."""

    name: Name


class AppView(msgspec.Struct, frozen=True):
    """An app just registered."""

    id: str


class PersonalDataView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything held about the acting party."""

    party: str
    exported_at: datetime
    records: tuple[PersonalRecord, ...]


@post(
    "/users",
    summary="Sign up",
    responses=problems(Invalid, EmailTaken, TooManyAttempts, RiskRefused),
    opt={"idempotency": "none", "example": {**_ADA, "name": "Ada"}},
)
async def sign_up(ctx: Ctx, data: SignUp) -> SessionView:
    """Make an account and log it in. A guest's cart and addresses come along."""
    return session_view(await api.sign_up(ctx, email=data.email, password=data.password, name=data.name))


@post(
    "/session",
    summary="Log in",
    responses=problems(Invalid, WrongCredentials, TooManyAttempts, Suspended, RiskRefused),
    opt={"idempotency": "none", "example": _ADA},
)
async def log_in(ctx: Ctx, data: LogIn) -> SessionView:
    """Start a session. A guest's cart and addresses come along."""
    return session_view(await api.log_in(ctx, email=data.email, password=data.password, device=data.device))


@post("/session/guest", summary="Be a guest", opt={"idempotency": "none"})
async def start_guest(ctx: Ctx) -> SessionView:
    """Start a session without an account."""
    return session_view(await api.start_guest(ctx))


@delete("/session", summary="Log out", responses=problems(Unauthenticated))
async def log_out(ctx: Ctx) -> None:
    """End the session that asks."""
    await api.log_out(ctx)


@get("/me", summary="Who am I", responses=problems(Unauthenticated, PartyNotFound))
async def me(ctx: Ctx) -> PartyView:
    """Return the acting party."""
    return _party(await api.me(ctx))


@patch(
    "/me",
    summary="Introduce oneself",
    responses=problems(Invalid, Unauthenticated, Forbidden, PartyNotFound),
    opt={"own": OwnScope.CHANGE, "example": {"name": "Ada", "locale": "zh-Hans"}},
)
async def introduce(ctx: Ctx, data: Introduction) -> PartyView:
    """Change name and language; a guest may leave an e-mail address for its mail."""
    return _party(await api.introduce(ctx, name=data.name, email=data.email, locale=data.locale))


@get("/me/data", summary="Export personal data", responses=problems(Unauthenticated, PartyNotFound))
async def export_personal_data(ctx: Ctx) -> PersonalDataView:
    """Return everything held about the acting party, over all centers."""
    found = await api.export_personal_data(ctx)
    return PersonalDataView(
        party=PARTY_ID.show(found.party), exported_at=found.exported_at, records=found.records
    )


@get("/me/addresses", summary="Address book", responses=problems(Unauthenticated))
async def list_addresses(ctx: Ctx) -> list[AddressView]:
    """Return the address book (at most 100), the preferred address first."""
    return [_entry(entry) for entry in await api.addresses(ctx)]


@post(
    "/me/addresses",
    summary="Add an address",
    responses=problems(Invalid, Unauthenticated, TooManyAddresses),
    opt={"own": OwnScope.CHANGE, "example": _DOOR},
)
async def add_address(ctx: Ctx, data: AddressBody) -> list[AddressView]:
    """Add an address and return the book; the first address is the preferred one."""
    await api.add_address(ctx, _address(data), preferred=data.preferred)
    return [_entry(entry) for entry in await api.addresses(ctx)]


@put(
    "/me/addresses/{address_id:str}",
    summary="Change an address",
    responses=problems(Invalid, Unauthenticated, AddressNotFound, IdMalformed),
    opt={"own": OwnScope.CHANGE, "example": _DOOR},
)
async def change_address(ctx: Ctx, address_id: Shown, data: AddressBody) -> list[AddressView]:
    """Write an address anew and return the book; orders keep the address they were given."""
    wanted = ADDRESS_ID.read(address_id)
    await api.change_address(ctx, address_id=wanted, address=_address(data), preferred=data.preferred)
    return [_entry(entry) for entry in await api.addresses(ctx)]


@delete(
    "/me/addresses/{address_id:str}",
    summary="Remove an address",
    responses=problems(Unauthenticated, AddressNotFound, IdMalformed),
    opt={"own": OwnScope.CHANGE},
)
async def remove_address(ctx: Ctx, address_id: Shown) -> None:
    """Take an address out of the book; orders keep the address they were given."""
    await api.remove_address(ctx, address_id=ADDRESS_ID.read(address_id))


@get("/me/tokens", summary="API tokens", responses=problems(Unauthenticated))
async def list_tokens(ctx: Ctx) -> list[TokenView]:
    """Return the living API tokens (at most 50), newest first."""
    return [_token(token) for token in await api.list_tokens(ctx)]


@post(
    "/me/tokens",
    summary="Issue an API token",
    responses=problems(
        Invalid, Unauthenticated, Forbidden, GrantNotHeld, PartyNotFound, IdMalformed, TooManyTokens
    ),
    opt={"idempotency": "none", "example": {"label": "warehouse", "expires_at": "2027-06-30T00:00:00Z"}},
)
async def issue_token(ctx: Ctx, data: TokenWish) -> TokenView:
    """Issue an API token with permissions that its owner holds; its secret is shown this once."""
    app = PARTY_ID.read(data.app) if data.app is not None else None
    issued = await api.issue_token(
        ctx,
        label=data.label,
        grants=[read_grant(grant) for grant in data.grants],
        expires_at=data.expires_at,
        app=app,
    )
    return _token(issued.token, secret=issued.secret)


@delete(
    "/me/tokens/{token_id:str}",
    summary="Revoke an API token",
    responses=problems(Unauthenticated, TokenNotFound, IdMalformed),
    opt={"own": OwnScope.CHANGE},
)
async def revoke_token(ctx: Ctx, token_id: Shown) -> None:
    """End an API token; every process knows within about a second."""
    await api.revoke_token(ctx, token_id=TOKEN_ID.read(token_id))


@post(
    "/me/apps",
    summary="Register an app",
    responses=problems(Invalid, Unauthenticated, Forbidden, TooManyTokens),
    opt={"example": {"name": "ERP"}},
)
async def register_app(ctx: Ctx, data: AppWish) -> AppView:
    """Make a party for a program; its tokens act in its name with what its owner holds."""
    return AppView(PARTY_ID.show(await api.register_app(ctx, name=data.name)))


ROUTES = (
    sign_up,
    log_in,
    start_guest,
    log_out,
    me,
    introduce,
    export_personal_data,
    list_addresses,
    add_address,
    change_address,
    remove_address,
    list_tokens,
    issue_token,
    revoke_token,
    register_app,
)


def session_view(started: LoggedIn) -> SessionView:
    """Show a session that just started."""
    party = started.actor.party
    return SessionView(
        token=started.token,
        party=PARTY_ID.show(party) if party else "",
        kind=started.actor.kind,
        expires_at=started.expires_at,
        device=started.device,
    )


def _party(party: Party) -> PartyView:
    return PartyView(
        id=PARTY_ID.show(party.id),
        kind=party.kind,
        name=party.name,
        email=party.email,
        locale=party.locale,
        roles=party.roles,
        created_at=party.created_at,
    )


def _address(body: AddressBody) -> Address:
    return Address(**{name: getattr(body, name) for name in Address.__struct_fields__})


def _entry(entry: BookedAddress) -> AddressView:
    return AddressView(
        id=ADDRESS_ID.show(entry.id),
        version=ADDRESS_VERSION_ID.show(entry.version),
        preferred=entry.preferred,
        address=entry.address,
    )


def _token(token: Token, *, secret: str | None = None) -> TokenView:
    return TokenView(
        id=TOKEN_ID.show(token.id),
        label=token.label,
        grants=tuple(show_grant(grant) for grant in token.grants),
        business=token.business,
        traffic=token.traffic,
        created_at=token.created_at,
        expires_at=token.expires_at,
        secret=secret,
    )
