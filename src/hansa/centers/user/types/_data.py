"""What somebody agreed to, takes along, and has forgotten."""

from __future__ import annotations

from datetime import datetime

import msgspec

from hansa.centers.user.types._ids import PartyId


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


class PersonalRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Something a center holds about a party: `kind` is `<center>.<what>`, `content` plain JSON values."""

    kind: str
    content: dict[str, object]


class PersonalData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything held about a party, over all centers."""

    party: PartyId
    exported_at: datetime
    records: tuple[PersonalRecord, ...]
