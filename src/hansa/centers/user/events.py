"""Facts about parties. They carry party ids and nothing personal."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from hansa.centers.user.types import (
    AddressId,
    IdentityId,
    PartyId,
    PartyKind,
    PasskeyId,
    ProofId,
    Purpose,
    TokenId,
)
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
    version: ClassVar[int] = 2
    party: PartyId
    role: str  # the value of a `Role`; as text, so that a new role needs no new version

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class RoleRevoked(Event, frozen=True, kw_only=True):
    """A party has lost a role."""

    topic: ClassVar[str] = "user.role_revoked"
    version: ClassVar[int] = 2
    party: PartyId
    role: str  # the value of a `Role`; as text, so that a new role needs no new version

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


class ProofIssued(Event, frozen=True, kw_only=True):
    """A one-time link is to be mailed. What it says is asked of `api.proof_mail`, and stands nowhere."""

    topic: ClassVar[str] = "user.proof_issued"
    proof: ProofId
    purpose: Purpose

    def subject(self) -> UUID:
        """Return the proof."""
        return self.proof


class EmailVerified(Event, frozen=True, kw_only=True):
    """Somebody has shown that mail to the account's address reaches them."""

    topic: ClassVar[str] = "user.email_verified"
    party: PartyId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class EmailChanged(Event, frozen=True, kw_only=True):
    """An account has another e-mail address; `restored` when it was taken back from the old one."""

    topic: ClassVar[str] = "user.email_changed"
    party: PartyId
    restored: bool = False

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class PasswordChanged(Event, frozen=True, kw_only=True):
    """An account has another password; `reset` when it was set by a mailed link. Its sessions have ended."""

    topic: ClassVar[str] = "user.password_changed"
    party: PartyId
    reset: bool

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class SignUpTried(Event, frozen=True, kw_only=True):
    """Somebody signed up with the address that an account logs in with; nothing came of it. Told once an hour at most."""

    topic: ClassVar[str] = "user.sign_up_tried"
    party: PartyId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class PasskeyAdded(Event, frozen=True, kw_only=True):
    """An account can be entered with another passkey."""

    topic: ClassVar[str] = "user.passkey_added"
    party: PartyId
    passkey: PasskeyId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class PasskeyRemoved(Event, frozen=True, kw_only=True):
    """A passkey opens nothing any more."""

    topic: ClassVar[str] = "user.passkey_removed"
    party: PartyId
    passkey: PasskeyId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class PasskeySuspected(Event, frozen=True, kw_only=True):
    """A passkey's signature counter went back: somebody may have copied it. The log-in was refused."""

    topic: ClassVar[str] = "user.passkey_suspected"
    party: PartyId
    passkey: PasskeyId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class IdentityLinked(Event, frozen=True, kw_only=True):
    """An account can be entered with a log-in at an issuer."""

    topic: ClassVar[str] = "user.identity_linked"
    party: PartyId
    identity: IdentityId
    issuer: str

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class IdentityUnlinked(Event, frozen=True, kw_only=True):
    """A log-in at an issuer opens this account no longer."""

    topic: ClassVar[str] = "user.identity_unlinked"
    party: PartyId
    identity: IdentityId
    issuer: str

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class PartyLinked(Event, frozen=True, kw_only=True):
    """An account became a part of another one of the same person; `party` is the one that remains."""

    topic: ClassVar[str] = "user.party_linked"
    party: PartyId
    linked: PartyId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class PartyUnlinked(Event, frozen=True, kw_only=True):
    """A link or a merge was undone: `linked` stands for itself again."""

    topic: ClassVar[str] = "user.party_unlinked"
    party: PartyId
    linked: PartyId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class ConsentChanged(Event, frozen=True, kw_only=True):
    """Somebody gave or withdrew a consent to a version of a purpose's text, in the event's business."""

    topic: ClassVar[str] = "user.consent_changed"
    party: PartyId
    purpose: str
    consent_version: int
    given: bool

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class ErasureRequested(Event, frozen=True, kw_only=True):
    """Somebody wants to be forgotten; it can be taken back until `due_at`."""

    topic: ClassVar[str] = "user.erasure_requested"
    party: PartyId
    due_at: datetime

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class ErasureCancelled(Event, frozen=True, kw_only=True):
    """Somebody stays after all."""

    topic: ClassVar[str] = "user.erasure_cancelled"
    party: PartyId

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class PartyErased(Event, frozen=True, kw_only=True):
    """Nothing tells who this was any more. `parties` are all ids the person had; they stay in the books."""

    topic: ClassVar[str] = "user.party_erased"
    party: PartyId
    parties: tuple[PartyId, ...]

    def subject(self) -> UUID:
        """Return the party."""
        return self.party


class ExportReady(Event, frozen=True, kw_only=True):
    """An export of personal data can be downloaded by its owner."""

    topic: ClassVar[str] = "user.export_ready"
    party: PartyId

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
    ProofIssued,
    EmailVerified,
    EmailChanged,
    PasswordChanged,
    SignUpTried,
    PasskeyAdded,
    PasskeyRemoved,
    PasskeySuspected,
    IdentityLinked,
    IdentityUnlinked,
    PartyLinked,
    PartyUnlinked,
    ConsentChanged,
    ErasureRequested,
    ErasureCancelled,
    PartyErased,
    ExportReady,
)
