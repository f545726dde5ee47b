"""What the center hands out and takes in."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import NewType
from uuid import UUID

import msgspec

from hansa.centers.user._settings import Accounts as Accounts  # noqa: PLC0414 - handed on, said as mypy wants it
from hansa.kernel.context import Actor, Traffic
from hansa.kernel.ids import IdKind

PartyId = NewType("PartyId", UUID)
TokenId = NewType("TokenId", UUID)
AddressId = NewType("AddressId", UUID)
AddressVersionId = NewType("AddressVersionId", UUID)
ProofId = NewType("ProofId", UUID)
PasskeyId = NewType("PasskeyId", UUID)
CeremonyId = NewType("CeremonyId", UUID)
IdentityId = NewType("IdentityId", UUID)
PairwiseId = NewType("PairwiseId", UUID)

PARTY_ID = IdKind[PartyId]("pty")
TOKEN_ID = IdKind[TokenId]("tok")
ADDRESS_ID = IdKind[AddressId]("adr")
PROOF_ID = IdKind[ProofId]("prf")
LINK_EVENT_ID = IdKind[UUID]("lnk")
CONSENT_ID = IdKind[UUID]("cns")
EXPORT_ID = IdKind[UUID]("exp")
PAIRWISE_ID = IdKind[PairwiseId]("pwi")
PASSKEY_ID = IdKind[PasskeyId]("pky")
CEREMONY_ID = IdKind[CeremonyId]("crm")
IDENTITY_ID = IdKind[IdentityId]("idn")
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
    SUPPORT = "support"
    """Helps buyers and sellers: sees orders, deliveries and parties, suspends accounts; moves no money."""
    FINANCE = "finance"
    """Keeps the books: sees orders and money, reconciles, pays out; changes no goods and no people."""
    CATALOGUE = "catalogue"
    """Looks after goods and categories, and reviews what shops offer."""
    AUDITOR = "auditor"
    """Sees and changes nothing."""


class OwnScope(enum.StrEnum):
    """A scope by which a person's token acts for that person, in what is the person's own and needs no permission.

    A token carries none unless they are named, and an app never any: it is no person. A route says which one it
    asks for (`opt={"own": ...}`); one that only reads asks for `READ`. What says nothing and writes is done in a
    session, or by permission.
    """

    READ = "user.self.read"
    """See what is the person's own: orders, addresses, notifications, conversations."""
    CHANGE = "user.self.change"
    """Change what the person keeps: name, addresses, preferences, consents, webhook endpoints, tokens ended."""
    BUY = "user.self.buy"
    """Buy: cart, quotes, orders, payments, and what follows until a delivery is confirmed received."""
    SPEAK = "user.self.speak"
    """Say something in the person's name: conversations, reports, reviews."""


class TokenKind(enum.StrEnum):
    """A session follows a person around and slides; an API token is issued for a program and does not."""

    SESSION = "session"
    API = "api"


class Purpose(enum.StrEnum):
    """What somebody proves by opening a link that was mailed."""

    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    RESTORE_EMAIL = "restore_email"
    """Sent to the address that was changed away from: whoever did not want that takes it back."""
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a word, no password


class ProofMail(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail with a one-time link says: for the one that writes it, after commit; never stored."""

    purpose: Purpose
    secret: str
    email: str
    name: str
    locale: str
    business: str
    traffic: Traffic
    expires_at: datetime


class LoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session that just started. `token` is shown this once; only its hash is kept."""

    token: str
    actor: Actor
    expires_at: datetime


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a token stands for.

    `business` and `traffic` are where the token was made: an API token works there alone, a session roams.
    `actor` carries what it may do there.
    """

    actor: Actor
    elsewhere: Mapping[Traffic, frozenset[str]]
    """What a session's actor may do in other traffic classes; nothing where one is absent."""
    kind: TokenKind
    business: str
    traffic: Traffic
    locale: str
    expires_at: datetime

    def acting_in(self, traffic: Traffic) -> Actor:
        """Return the actor with what it may do in a traffic class: what it holds of one is nothing in another."""
        if traffic is self.traffic:
            return self.actor
        return msgspec.structs.replace(self.actor, grants=self.elsewhere.get(traffic, frozenset()))


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


class Device(msgspec.Struct, frozen=True):
    """A browser and a system, by name; empty where they are not known."""

    browser: str = ""
    system: str = ""


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A living session as its owner's list shows it: on which device it began, and when it was last used.

    `acting` marks the one that asks. `seen_at` is right to an hour.
    """

    id: TokenId
    business: str
    browser: str
    system: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    acting: bool


class Ceremony(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey ceremony that began: `options` go to the browser as they are; the id comes back with its answer."""

    id: CeremonyId
    options: dict[str, object]
    expires_at: datetime


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey of a party. `backed_up` tells that it is kept by a provider too, not on one device alone."""

    id: PasskeyId
    name: str
    backed_up: bool
    created_at: datetime
    used_at: datetime | None


class LinkedIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """A log-in at an issuer that opens this account."""

    id: IdentityId
    issuer: str
    linked_at: datetime
    used_at: datetime | None


class IssuerVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit to an issuer that begins: send the browser to `url`.

    `binding` stays with the one who began (a cookie, never the URL) and comes back with state and code, so that
    nobody can be made to finish a log-in that somebody else began.
    """

    url: str
    binding: str
    expires_at: datetime


class WaysIn(msgspec.Struct, frozen=True, kw_only=True):
    """How a party can log in. Without a verified address a forgotten password cannot be set anew."""

    password: bool
    email_verified: bool
    passkeys: tuple[Passkey, ...]
    identities: tuple[LinkedIdentity, ...]


class ConsentState(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose a business asks consent for, its current text, and what the party said to it, if anything.

    `given` is the latest word; `outdated` when it was said to an earlier version and has to be asked again.
    """

    purpose: str
    version: int
    text: str
    required: bool
    given: bool
    outdated: bool
    at: datetime | None


class ConsentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Something a party said to a text: the history, newest first."""

    business: str
    purpose: str
    version: int
    given: bool
    text: str
    at: datetime


class Erasing(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure that was asked for: it happens at `due_at`.

    `waits_for` is the code of what has to end first, `reason` its sentence; as long as it is there, the erasure
    is tried again every day.
    """

    requested_at: datetime
    due_at: datetime
    waits_for: str | None
    reason: str | None


class ExportState(msgspec.Struct, frozen=True, kw_only=True):
    """How far an export has come: `waiting`, `ready`, `failed`."""

    state: str
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime


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
