from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, NewType
from uuid import UUID

import msgspec

from hansa.centers.shop.types import ShopId
from hansa.kernel.ids import IdKind
from hansa.kernel.texts import Texts

PlaceId = NewType("PlaceId", UUID)
PLACE_ID = IdKind[PlaceId]("place")

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day on the place's own wall, `"09:30"`."""


class PlaceKind(enum.StrEnum):
    """What a place is first of all; what it can do is its capabilities."""

    WAREHOUSE = "warehouse"
    STORE = "store"
    PICKUP_POINT = "pickup_point"
    COURIER_BASE = "courier_base"


class Capability(enum.StrEnum):
    """What can be done at a place."""

    SHIP = "ship"
    """Goods leave from here to buyers."""
    PICKUP = "pickup"
    """Buyers collect here."""
    RETURNS = "returns"
    """Buyers bring goods back here."""
    SALE = "sale"
    """Buyers shop here in person."""
    COLD = "cold"
    """Goods are kept cold."""
    COURIERS = "couriers"
    """Couriers start from here."""


class Location(msgspec.Struct, frozen=True):
    """A point on the earth (WGS 84), in degrees."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Opening(msgspec.Struct, frozen=True):
    """A stretch of one weekday (1 Monday to 7 Sunday, ISO 8601) on which a place is open.

    `closes` is not part of it. A `closes` at or before `opens` lies on the next day, as schema.org has it.
    """

    day: Annotated[int, msgspec.Meta(ge=1, le=7)]
    opens: Clock
    closes: Clock


class Hours(msgspec.Struct, frozen=True):
    """A place's week, on its own wall clock. No hours at all means that nobody said, not that it is closed."""

    timezone: str
    """IANA name, `Asia/Shanghai`."""
    week: tuple[Opening, ...]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Somewhere goods can be: a warehouse, a store, a pick-up point, a couriers' base."""

    id: PlaceId
    business: str
    shop_id: ShopId | None
    """Whose place it is; None for the platform's own."""
    kind: PlaceKind
    name: Texts
    address: str
    """As it is written on a parcel; a business address, never a person's home."""
    location: Location | None
    gln: str | None
    """Global Location Number, 13 digits with check digit (GS1)."""
    capabilities: frozenset[Capability]
    hours: Hours | None
    active: bool
    added_at: datetime
    version: int
