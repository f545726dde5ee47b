from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.kernel.event import Event


class ShopEvent(Event, frozen=True, kw_only=True):
    """Something happened to a shop."""

    shop_id: UUID

    def subject(self) -> UUID:
        """Return the shop's id."""
        return self.shop_id


class ShopOpened(ShopEvent, frozen=True, kw_only=True):
    """A shop was opened and may sell."""

    topic: ClassVar[str] = "shop.opened"

    slug: str
    owner: UUID


class ShopSuspended(ShopEvent, frozen=True, kw_only=True):
    """A shop was stopped from selling; its open orders go on."""

    topic: ClassVar[str] = "shop.suspended"


class ShopReinstated(ShopEvent, frozen=True, kw_only=True):
    """A suspended shop may sell again."""

    topic: ClassVar[str] = "shop.reinstated"


class StaffChanged(ShopEvent, frozen=True, kw_only=True):
    """What a party may do for a shop changed; no permissions means it was removed."""

    topic: ClassVar[str] = "shop.staff_changed"

    party: UUID
    permissions: tuple[str, ...]


EVENTS = (ShopOpened, ShopSuspended, ShopReinstated, StaffChanged)
