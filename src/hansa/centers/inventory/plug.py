"""What `inventory` adds to the house."""

from __future__ import annotations

from pathlib import Path

from hansa.centers.inventory import _handlers as handlers
from hansa.centers.inventory._checks import CHECKS
from hansa.centers.inventory._gate import SoldOutGate
from hansa.centers.inventory._service import personal, telling
from hansa.centers.inventory._service.reading import AvailabilitySnapshot, PlacedSnapshot
from hansa.centers.inventory._store.ending import forget_businesses
from hansa.centers.inventory._tables import metadata
from hansa.centers.inventory.events import EVENTS, LowStock
from hansa.centers.inventory.extensions import POINTS
from hansa.centers.message.api import Templates
from hansa.centers.message.extensions import TEMPLATE
from hansa.centers.user.extensions import ERASE, PERSONAL_DATA
from hansa.kernel.center import Center, Job, Routes
from hansa.kernel.event import Handler
from hansa.kernel.plan import BUSINESS_REMOVED
from hansa.kernel.platform import Platform

_HERE = Path(__file__).parent


async def _start(platform: Platform) -> None:
    """Add what inventory keeps per process: the sold-out gate and the availability of the last second."""
    platform.add(SoldOutGate())
    platform.add(AvailabilitySnapshot(platform.db))
    platform.add(PlacedSnapshot(platform.db))


def _routes() -> Routes:
    from hansa.centers.inventory._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


INVENTORY = Center(
    name="inventory",
    tables=metadata,
    migrations=_HERE / "_migrations",
    points=POINTS,
    answers=(
        BUSINESS_REMOVED.by(forget_businesses, name="inventory_forgets_businesses"),
        TEMPLATE.by(Templates("inventory", _HERE / "_templates"), name="inventory_templates"),
        ERASE.by(personal.forget_notes, name="inventory_forgets_notes"),
        PERSONAL_DATA.by(personal.notes_held, name="inventory_holds"),
    ),
    events=EVENTS,
    handlers=(Handler("inventory.tell_of_low_stock", (LowStock,), handle=telling.tell_of_low_stock),),
    jobs=(Job("inventory.release_lost_holds", handlers.release_lost_holds, every_s=60),),
    routes=_routes,
    permissions=(
        "inventory.stock.receive",
        "inventory.stock.adjust",
        "inventory.stock.see",
        "inventory.stock.limit",
        "inventory.stock.count",
    ),
    checks=CHECKS,
    starts=(_start,),
)
