"""Facts about parties. They carry party ids and nothing personal."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.centers.user.types import AddressId, PartyId, PartyKind, Role, TokenId
from hansa.kernel.event import Event


class PartySignedUp(Event, frozen=True, kw_only=True):
    """Somebody has an account now."""

    topic: ClassVar[str] = "user.party_signed_up"
    party: PartyId
    kind: PartyKind

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class SessionStarted(Event, frozen=True, kw_only=True):
    """A person logged in, or a guest arrived."""

    topic: ClassVar[str] = "user.session_started"
    party: PartyId
    session: TokenId
    kind: PartyKind

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class SessionEnded(Event, frozen=True, kw_only=True):
    """A session was ended by its owner. Sessions that merely expire tell nothing."""

    topic: ClassVar[str] = "user.session_ended"
    party: PartyId
    session: TokenId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class GuestMerged(Event, frozen=True, kw_only=True):
    """A guest turned out to be `party`; `taken` names what changed hands (`user.address`, `trade.cart`)."""

    topic: ClassVar[str] = "user.guest_merged"
    guest: PartyId
    party: PartyId
    taken: tuple[str, ...] = ()

    def subject(self) -> UUID:
        """Return the party that remains."""
        return self.party


class TokenIssued(Event, frozen=True, kw_only=True):
    """A program may act with these grants."""

    topic: ClassVar[str] = "user.token_issued"
    party: PartyId
    token: TokenId
    grants: tuple[str, ...]

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class TokenRevoked(Event, frozen=True, kw_only=True):
    """A program may no longer act with this token."""

    topic: ClassVar[str] = "user.token_revoked"
    party: PartyId
    token: TokenId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class RoleGranted(Event, frozen=True, kw_only=True):
    """A party has a role now."""

    topic: ClassVar[str] = "user.role_granted"
    party: PartyId
    role: Role

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class RoleRevoked(Event, frozen=True, kw_only=True):
    """A party has lost a role."""

    topic: ClassVar[str] = "user.role_revoked"
    party: PartyId
    role: Role

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class AddressRemoved(Event, frozen=True, kw_only=True):
    """An address left its owner's book; versions that orders refer to remain."""

    topic: ClassVar[str] = "user.address_removed"
    party: PartyId
    address: AddressId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


EVENTS: tuple[type[Event], ...] = (
    PartySignedUp,
    SessionStarted,
    SessionEnded,
    GuestMerged,
    TokenIssued,
    TokenRevoked,
    RoleGranted,
    RoleRevoked,
    AddressRemoved,
)
