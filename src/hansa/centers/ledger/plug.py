"""What the ledger adds to the house."""

from __future__ import annotations

from pathlib import Path

from hansa.centers.ledger import extensions
from hansa.centers.ledger._checks import CHECKS
from hansa.centers.ledger._ending import nobody_is_owed
from hansa.centers.ledger._known import KnownAccounts
from hansa.centers.ledger._service import squaring, statements
from hansa.centers.ledger._service.holding import DEADLINES, PLACE, VOID
from hansa.centers.ledger._service.manual import POST_BY_HAND
from hansa.centers.ledger._service.posting import REVERSE
from hansa.centers.ledger._service.reading import READ
from hansa.centers.ledger._service.sealing import seal_all
from hansa.centers.ledger._store.ending import forget_businesses
from hansa.centers.ledger._tables import metadata
from hansa.centers.ledger.events import EVENTS
from hansa.centers.shop.extensions import MAY_CLOSE
from hansa.kernel.center import Center, Job, Routes
from hansa.kernel.plan import BUSINESS_REMOVED, MAY_END_BUSINESS
from hansa.kernel.platform import Platform


async def _start(platform: Platform) -> None:
    """Add what the ledger keeps per process: the accounts it has seen."""
    platform.add(KnownAccounts())


def _routes() -> Routes:
    from hansa.centers.ledger._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


LEDGER = Center(
    name="ledger",
    tables=metadata,
    migrations=Path(__file__).parent / "_migrations",
    points=extensions.POINTS,
    answers=(
        MAY_CLOSE.by(squaring.nothing_open, name="ledger_may_close"),
        MAY_END_BUSINESS.by(nobody_is_owed),
        BUSINESS_REMOVED.by(forget_businesses, name="ledger_forgets_businesses"),
    ),
    events=EVENTS,
    deadlines=DEADLINES,
    jobs=(Job("ledger.seal", seal_all, every_s=30),),
    routes=_routes,
    permissions=(READ, REVERSE, POST_BY_HAND, PLACE, VOID, squaring.SQUARE, statements.SEE),
    platform_permissions=(READ, REVERSE, POST_BY_HAND, PLACE, VOID, squaring.SQUARE),
    checks=CHECKS,
    starts=(_start,),
)
