"""What `place` adds to the house."""

from __future__ import annotations

from pathlib import Path

from hansa.centers.place._checks import CHECKS
from hansa.centers.place._handlers import forget_owners, own_place_in_use
from hansa.centers.place._service import PlaceSnapshot, ShopPlacesSnapshot
from hansa.centers.place._store_ending import forget_businesses
from hansa.centers.place._tables import metadata
from hansa.centers.place.events import EVENTS
from hansa.centers.place.extensions import POINTS
from hansa.centers.shop.extensions import RETURN_PLACE
from hansa.centers.user.extensions import ERASE
from hansa.kernel.center import Center, Routes
from hansa.kernel.plan import BUSINESS_REMOVED
from hansa.kernel.platform import Platform


async def _start(platform: Platform) -> None:
    platform.add(PlaceSnapshot(platform.db))
    platform.add(ShopPlacesSnapshot(platform.db))


def _routes() -> Routes:
    from hansa.centers.place._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


PLACE = Center(
    name="place",
    tables=metadata,
    migrations=Path(__file__).parent / "_migrations",
    points=POINTS,
    answers=(
        RETURN_PLACE.by(own_place_in_use),
        ERASE.by(forget_owners, name="place_forgets_owners"),
        BUSINESS_REMOVED.by(forget_businesses, name="place_forgets_businesses"),
    ),
    events=EVENTS,
    routes=_routes,
    permissions=("place.place.add", "place.place.edit"),
    checks=CHECKS,
    starts=(_start,),
)
