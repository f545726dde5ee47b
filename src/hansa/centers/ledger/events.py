"""What the ledger tells. Journals and holds are told by whoever asked for them; this is what nobody asked for."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.kernel.event import Event


class JournalReversed(Event, frozen=True, kw_only=True):
    """A journal was taken back by a mirrored one."""

    topic: ClassVar[str] = "ledger.journal_reversed"

    journal: UUID
    reversal: UUID
    kind: str
    reference: UUID

    def subject(self) -> UUID:
        """Return what the journal is about."""
        return self.reference


class JournalPostedByHand(Event, frozen=True, kw_only=True):
    """Somebody posted a journal to put something right; the event's actor says who."""

    topic: ClassVar[str] = "ledger.journal_posted_by_hand"

    journal: UUID
    reason: str
    document: str
    reference: UUID

    def subject(self) -> UUID:
        """Return what the journal is about."""
        return self.reference


class ShopSquared(Event, frozen=True, kw_only=True):
    """A shop was paid what it had earned less what it owed; below zero, it paid that in."""

    topic: ClassVar[str] = "ledger.shop_squared"

    shop_id: UUID
    journal: UUID
    paid_minor: int
    currency: str
    bank_reference: str

    def subject(self) -> UUID:
        """Return the shop."""
        return self.shop_id


class HoldEvent(Event, frozen=True, kw_only=True):
    """Something happened to an amount that was put by on an account."""

    hold: UUID
    account: UUID
    minor: int
    kind: str
    reference: UUID

    def subject(self) -> UUID:
        """Return what the hold is about."""
        return self.reference


class HoldExpired(HoldEvent, frozen=True, kw_only=True):
    """The time of a hold was up before anybody resolved it: the amount is free again."""

    topic: ClassVar[str] = "ledger.hold_expired"


class HoldPlaced(HoldEvent, frozen=True, kw_only=True):
    """An operator put an amount by."""

    topic: ClassVar[str] = "ledger.hold_placed"


class HoldVoided(HoldEvent, frozen=True, kw_only=True):
    """An operator set an amount free again."""

    topic: ClassVar[str] = "ledger.hold_voided"


EVENTS = (JournalReversed, JournalPostedByHand, ShopSquared, HoldExpired, HoldPlaced, HoldVoided)
