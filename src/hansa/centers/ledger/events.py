"""What the ledger tells. Journals themselves are told by whoever had them posted."""

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
