"""What `shop` adds to the house."""

from __future__ import annotations

from pathlib import Path

from hansa.centers.message.extensions import DESK
from hansa.centers.shop import _handlers as handlers
from hansa.centers.shop import _http
from hansa.centers.shop._checks import CHECKS
from hansa.centers.shop._service import ShopSnapshot
from hansa.centers.shop._store_ending import forget_businesses
from hansa.centers.shop._tables import metadata
from hansa.centers.shop.events import EVENTS
from hansa.centers.shop.extensions import POINTS
from hansa.centers.shop.types import Commission
from hansa.centers.user.extensions import GRANTS
from hansa.kernel.center import Center
from hansa.kernel.plan import BUSINESS_REMOVED
from hansa.kernel.platform import Platform


async def _start(platform: Platform) -> None:
    platform.add(ShopSnapshot(platform.db))


SHOP = Center(
    name="shop",
    tables=metadata,
    migrations=Path(__file__).parent / "_migrations",
    points=POINTS,
    answers=(
        GRANTS.by(handlers.grants_of_shops),
        DESK.by(handlers.desk_of, name="shop_desk"),
        BUSINESS_REMOVED.by(forget_businesses, name="shop_forgets_businesses"),
    ),
    terms=(Commission,),
    events=EVENTS,
    routes=_http.ROUTES,
    permissions=(
        "shop.shop.open",
        "shop.shop.edit",
        "shop.shop.suspend",
        "shop.staff.change",
        "shop.staff.see",
    ),
    checks=CHECKS,
    starts=(_start,),
)
