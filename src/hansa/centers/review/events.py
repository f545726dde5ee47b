from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.kernel.event import Event


class EntryEvent(Event, frozen=True, kw_only=True):
    """Something happened to what was written about an order. `kind` and `state` as in `review.types`."""

    entry_id: UUID
    kind: str
    order_id: UUID
    line_no: int
    buyer: UUID
    seller: UUID
    shop_id: UUID
    product_id: UUID | None

    def subject(self) -> UUID:
        """The order."""
        return self.order_id


class EntryWritten(EntryEvent, frozen=True, kw_only=True):
    """Somebody wrote about an order; held or published, and perhaps not to be read yet."""

    topic: ClassVar[str] = "review.written"

    state: str


class EntryShown(EntryEvent, frozen=True, kw_only=True):
    """It can be read by everybody now. A review's scores are (item, service, delivery), else empty."""

    topic: ClassVar[str] = "review.shown"

    scores: tuple[int, ...] = ()


class EntryHidden(EntryEvent, frozen=True, kw_only=True):
    """Moderation took it out after it was shown."""

    topic: ClassVar[str] = "review.hidden"


class RatingChanged(Event, frozen=True, kw_only=True):
    """The rating of a product or a shop changed. Scores in hundredths, shrunk towards the prior."""

    topic: ClassVar[str] = "review.rating_changed"

    rated: UUID
    rated_kind: str
    votes: int
    item: int
    service: int
    delivery: int

    def subject(self) -> UUID:
        """The product or the shop."""
        return self.rated


EVENTS = (EntryWritten, EntryShown, EntryHidden, RatingChanged)
