from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.kernel.event import Event


class IndexRebuilt(Event, frozen=True, kw_only=True):
    """A new generation of the index answers now."""

    topic: ClassVar[str] = "search.rebuilt"

    generation: int
    products: int
    documents: int

    def subject(self) -> UUID:
        """The generation, as an id."""
        return UUID(int=self.generation)


EVENTS = (IndexRebuilt,)
