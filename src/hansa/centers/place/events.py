from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.kernel.event import Event


class PlaceEvent(Event, frozen=True, kw_only=True):
    """Something happened to a place."""

    place_id: UUID
    shop_id: UUID | None

    def subject(self) -> UUID:
        """Return the place's id."""
        return self.place_id


class PlaceAdded(PlaceEvent, frozen=True, kw_only=True):
    """A place was added."""

    topic: ClassVar[str] = "place.added"

    kind: str


class PlaceChanged(PlaceEvent, frozen=True, kw_only=True):
    """What is known about a place changed, or whether it is in use."""

    topic: ClassVar[str] = "place.changed"

    active: bool
    place_version: int = 0


EVENTS = (PlaceAdded, PlaceChanged)
