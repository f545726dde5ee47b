from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Annotated, NewType
from uuid import UUID

import msgspec

from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Traffic
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


class PlaceStatus(enum.StrEnum):
    """Whether a place is in use."""

    OPEN = "open"
    PAUSED = "paused"
    """Out of use for a while: nothing new is planned here."""
    CLOSED = "closed"
    """Given up; it stays readable, because stock and orders refer to it."""


class Capability(enum.StrEnum):
    """What can be done at a place; `place.capabilities` adds to these."""

    STOCK = "stock"
    """Goods are kept here."""
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


class Location(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point on the earth (WGS 84), in degrees."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]

    def __post_init__(self) -> None:
        """Keep nine decimals (a tenth of a millimetre): PostgreSQL's geometry refuses numbers next to nothing."""
        msgspec.structs.force_setattr(self, "lat", round(self.lat, 9))
        msgspec.structs.force_setattr(self, "lon", round(self.lon, 9))


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of one weekday (1 Monday to 7 Sunday, ISO 8601) on which a place is open.

    `closes` is not part of it. A `closes` at or before `opens` lies on the next day, as schema.org has it.
    """

    day: Annotated[int, msgspec.Meta(ge=1, le=7)]
    opens: Clock
    closes: Clock


class Stretch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of a certain day, as in `Opening`."""

    opens: Clock
    closes: Clock


class Destination(msgspec.Struct, frozen=True, array_like=True):
    """Whereabouts goods go, as far as prices, taxes and distances need it: no name, no street, no door."""

    country: str
    """ISO 3166-1, two letters."""
    region: str = ""
    """A province or state, as the buyer wrote it."""
    postcode: str = ""
    location: Location | None = None


class SpecialDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds on one date in place of the week's hours; no stretches means closed.

    A stretch belongs to the day on which it begins: the night before a holiday ends as it always does.
    """

    date: date
    stretches: tuple[Stretch, ...] = ()


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place's week, on its own wall clock. No hours at all means that nobody said, not that it is closed."""

    timezone: str
    """IANA name, `Asia/Shanghai`."""
    week: tuple[Opening, ...]
    special: tuple[SpecialDay, ...] = ()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Somewhere goods can be: a warehouse, a store, a pick-up point, a couriers' base."""

    id: PlaceId
    business: str
    shop_id: ShopId | None
    """Whose place it is; None for the platform's own."""
    traffic: Traffic
    """The traffic class it was added in; it is found nearby in no other."""
    kind: PlaceKind
    name: Texts
    address: str
    """As it is written on a parcel; a business address, never a person's home."""
    country: str | None
    """ISO 3166-1, two letters."""
    postal_code: str | None
    location: Location | None
    area: tuple[Location, ...] | None
    """The corners of the area the place serves, in order; the last is joined to the first by the short way."""
    gln: str | None
    """Global Location Number, 13 digits with check digit (GS1)."""
    capabilities: frozenset[str]
    """Words of the vocabulary: `Capability`, and what `place.capabilities` adds."""
    hours: Hours | None
    status: PlaceStatus
    added_at: datetime
    version: int

    @property
    def active(self) -> bool:
        """Whether the place is in use now."""
        return self.status is PlaceStatus.OPEN


class PlaceVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What a place was in one version, and who made it so."""

    place: Place
    actor: str
    changed_at: datetime


class Town(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of land with places in it, for who does not say where they are: one of the places stands for it."""

    place: Place
    places: int
    """How many there are around."""


class Nearby(msgspec.Struct, frozen=True, kw_only=True):
    """A place and how far it is, in metres along the great circle."""

    place: Place
    distance_m: float
