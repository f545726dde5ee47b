"""What `shop` adds to the house."""

from __future__ import annotations

from pathlib import Path

from hansa.centers.message.api import Templates
from hansa.centers.message.extensions import DESK, TEMPLATE, TOPICS
from hansa.centers.shop import _handlers as handlers
from hansa.centers.shop._checks import CHECKS
from hansa.centers.shop._service import personal, telling
from hansa.centers.shop._service.commission import CommissionBooks
from hansa.centers.shop._service.shops import ShopSnapshot
from hansa.centers.shop._store.ending import forget_businesses
from hansa.centers.shop._store.exports import EXPORTS
from hansa.centers.shop._tables import metadata
from hansa.centers.shop.events import EVENTS, ShopStatusChanged, StaffInvited
from hansa.centers.shop.extensions import POINTS
from hansa.centers.shop.terms import TERMS
from hansa.centers.shop.types import Commission
from hansa.centers.user.extensions import ERASE, GRANTS, MAY_ERASE, PERSONAL_DATA
from hansa.kernel.center import Center, Routes
from hansa.kernel.event import Handler
from hansa.kernel.plan import BUSINESS_REMOVED
from hansa.kernel.platform import Platform

_HERE = Path(__file__).parent


async def _start(platform: Platform) -> None:
    platform.add(ShopSnapshot(platform.db))
    platform.add(CommissionBooks(platform.db))


def _routes() -> Routes:
    from hansa.centers.shop._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


SHOP = Center(
    name="shop",
    tables=metadata,
    migrations=_HERE / "_migrations",
    points=POINTS,
    answers=(
        GRANTS.by(handlers.grants_of_shops),
        DESK.by(handlers.desk_of, name="shop_desk"),
        TEMPLATE.by(Templates("shop", _HERE / "_templates"), name="shop_templates"),
        TOPICS.by(telling.topics, name="shop_topics"),
        MAY_ERASE.by(personal.no_shop_open, name="shop_keeps_owners"),
        ERASE.by(personal.leave_shops, name="shop_leaves_shops"),
        PERSONAL_DATA.by(personal.held_about, name="shop_holds"),
        BUSINESS_REMOVED.by(forget_businesses, name="shop_forgets_businesses"),
    ),
    terms=(Commission, *TERMS),
    events=EVENTS,
    handlers=(
        Handler("shop.tell_of_steps", (ShopStatusChanged,), handle=telling.tell_of_steps),
        Handler("shop.tell_invited", (StaffInvited,), handle=telling.tell_invited),
    ),
    deadlines=handlers.DEADLINES,
    routes=_routes,
    permissions=(
        "shop.commission.change",
        "shop.commission.see",
        "shop.seller.change",
        "shop.seller.see",
        "shop.shop.apply",
        "shop.shop.close",
        "shop.shop.edit",
        "shop.shop.open",
        "shop.shop.review",
        "shop.shop.see",
        "shop.shop.suspend",
        "shop.shop.transfer",
        "shop.staff.change",
        "shop.staff.see",
    ),
    platform_permissions=(
        "shop.commission.change",
        "shop.shop.open",
        "shop.shop.review",
        "shop.shop.suspend",
        "shop.shop.transfer",
    ),
    checks=CHECKS,
    exports=EXPORTS,
    starts=(_start,),
)
