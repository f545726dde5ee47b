"""Who somebody is: parties, roles, what was done with whom, addresses."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

import msgspec

from hansa.centers.user.types._ids import PARTY_ID, AddressId, AddressVersionId, PartyId


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


class Act(enum.StrEnum):
    """What whoever looks after people did with one of them, as it is kept for good."""

    SEEN = "seen"
    """Looked up by e-mail address, or read: who somebody is was shown."""
    GRANTED = "granted"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something done with a party. `by` names who: an actor's label, or `cli:<account of the machine>`."""

    act: Act
    role: Role | None
    by: str
    at: datetime


class HeldRole(msgspec.Struct, frozen=True, kw_only=True):
    """A role somebody holds, since when, and who gave it (as `AuditEntry.by`)."""

    role: Role
    granted_by: str
    granted_at: datetime


def actor_shown(label: str) -> str:
    """Return an actor's label as the API shows it, with the public id of the party: `person:pty_...`, `system`."""
    kind, _, party = label.partition(":")
    try:
        return f"{kind}:{PARTY_ID.show(UUID(party))}"
    except ValueError:
        return label


class PartyOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A party as whoever looks after people sees it."""

    id: PartyId
    kind: PartyKind
    state: PartyState
    name: str
    email: str
    email_verified: bool
    created_at: datetime
    roles: tuple[HeldRole, ...] = ()


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


class FrozenAddress(msgspec.Struct, frozen=True, kw_only=True):
    """A version of an address that is kept for good, and what it says."""

    version: AddressVersionId
    address: Address


class FreezeAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Asks that the current version of an address of `party` be kept for good."""

    party: UUID
    address_id: AddressId
