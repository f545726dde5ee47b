"""What the center hands out and takes in."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Annotated, NewType
from uuid import UUID

import msgspec

from hansa.kernel.context import Actor, Traffic
from hansa.kernel.ids import IdKind
from hansa.kernel.settings import Section

PartyId = NewType("PartyId", UUID)
TokenId = NewType("TokenId", UUID)
AddressId = NewType("AddressId", UUID)
AddressVersionId = NewType("AddressVersionId", UUID)

PARTY_ID = IdKind[PartyId]("pty")
TOKEN_ID = IdKind[TokenId]("tok")
ADDRESS_ID = IdKind[AddressId]("adr")
ADDRESS_VERSION_ID = IdKind[AddressVersionId]("adv")


class PartyKind(enum.StrEnum):
    """What a party is. A guest is somebody with a session and no name."""

    PERSON = "person"
    APP = "app"
    GUEST = "guest"


class PartyState(enum.StrEnum):
    """Whether a party may act. `merged` and `erased` are final for log-in."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    MERGED = "merged"
    ERASED = "erased"


class Role(enum.StrEnum):
    """A set of permissions given to a party as one. Being a buyer needs none: everybody acts for themselves."""

    OPERATOR = "operator"
    """Runs the platform: every permission that any center declares, for every object."""


class TokenKind(enum.StrEnum):
    """A session follows a person around and slides; an API token is issued for a program and does not."""

    SESSION = "session"
    API = "api"


class LoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session that just started. `token` is shown this once; only its hash is kept."""

    token: str
    actor: Actor
    expires_at: datetime


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a token stands for.

    `business` and `traffic` are where the token was made: an API token works there alone, a session roams.
    """

    actor: Actor
    kind: TokenKind
    business: str
    traffic: Traffic
    locale: str
    expires_at: datetime


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """What a party sees of itself. A guest has no name and perhaps no e-mail address."""

    id: PartyId
    kind: PartyKind
    name: str
    email: str
    locale: str
    roles: tuple[Role, ...]
    created_at: datetime


class App(msgspec.Struct, frozen=True, kw_only=True):
    """A program of a person, who answers for it."""

    id: PartyId
    owner: PartyId
    name: str
    state: PartyState


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach a party. `email` is empty when it gave none."""

    email: str
    name: str
    locale: str


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as lists show it, without its secret. `grants` is empty for a session."""

    id: TokenId
    kind: TokenKind
    label: str
    grants: tuple[str, ...]
    business: str
    traffic: Traffic
    created_at: datetime
    expires_at: datetime


class IssuedToken(msgspec.Struct, frozen=True, kw_only=True):
    """An API token just issued. `secret` is shown this once."""

    secret: str
    token: Token


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where goods go, in the parts that both Chinese and western addresses have.

    `region` is a province or state, `district` a city's district (empty where there are none), `street` the
    rest down to the door. `country` is an ISO 3166-1 alpha-2 code, `phone` E.164 or national digits.
    """

    recipient: str
    phone: str
    country: str
    region: str
    city: str
    street: str
    district: str = ""
    postcode: str = ""


class BookedAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a party's address book."""

    id: AddressId
    version: AddressVersionId
    address: Address
    preferred: bool


class FreezeAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Asks that the current version of an address of `party` be kept for good."""

    party: UUID
    address_id: AddressId


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is about to do, as the risk point sees it: no e-mail address, no password.

    `action` is `<center>.<verb>`. `subject` is stable for one target (a hash of the e-mail address), so that
    an answer can count attempts.
    """

    action: str
    subject: str


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an attempt. `reason` is a stable code, shown when refused."""

    allowed: bool
    reason: str = ""


class PersonalRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Something a center holds about a party: `kind` is `<center>.<what>`, `content` plain JSON values."""

    kind: str
    content: dict[str, object]


class PersonalData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything held about a party, over all centers."""

    party: PartyId
    exported_at: datetime
    records: tuple[PersonalRecord, ...]


class Accounts(Section, name="user"):
    """What whoever runs the platform may say about accounts."""

    session_idle: Annotated[
        timedelta, msgspec.Meta(description="How long a session lives without being used.")
    ] = timedelta(days=30)
    session_longest: Annotated[
        timedelta, msgspec.Meta(description="How long a session lives at most, however much it is used.")
    ] = timedelta(days=180)
    sessions_cached: Annotated[
        int, msgspec.Meta(ge=1, le=10_000_000, description="Tokens each process remembers at most.")
    ] = 50_000
    log_in_attempts: Annotated[
        int,
        msgspec.Meta(ge=1, le=1000, description="Log-ins tried for one e-mail address within log_in_window."),
    ] = 20
    log_in_window: Annotated[
        timedelta, msgspec.Meta(description="How long attempts to log in are counted together.")
    ] = timedelta(minutes=15)
    # RFC 9106 and OWASP: either much memory or more passes. One lane, so that a log-in takes one core.
    hash_memory_kib: Annotated[
        int,
        msgspec.Meta(ge=64, le=4_194_304, description="Memory that hashing one password takes, in KiB."),
    ] = 65_536
    hash_passes: Annotated[
        int, msgspec.Meta(ge=1, le=100, description="Passes over that memory when hashing a password.")
    ] = 2
    hash_workers: Annotated[
        int, msgspec.Meta(ge=1, le=64, description="Passwords each process hashes at once.")
    ] = 2
