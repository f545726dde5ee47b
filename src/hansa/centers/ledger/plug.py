"""What the ledger adds to the house."""

from __future__ import annotations

from pathlib import Path

from hansa.centers.ledger import _http, extensions
from hansa.centers.ledger._checks import CHECKS
from hansa.centers.ledger._ending import nobody_is_owed
from hansa.centers.ledger._known import KnownAccounts
from hansa.centers.ledger._service import READ, REVERSE
from hansa.centers.ledger._store.ending import forget_businesses
from hansa.centers.ledger._tables import metadata
from hansa.centers.ledger.events import JournalReversed
from hansa.kernel.center import Center
from hansa.kernel.plan import BUSINESS_REMOVED, MAY_END_BUSINESS
from hansa.kernel.platform import Platform


async def _start(platform: Platform) -> None:
    """Add what the ledger keeps per process: the accounts it has seen."""
    platform.add(KnownAccounts())


LEDGER = Center(
    name="ledger",
    tables=metadata,
    migrations=Path(__file__).parent / "_migrations",
    points=extensions.POINTS,
    answers=(
        MAY_END_BUSINESS.by(nobody_is_owed),
        BUSINESS_REMOVED.by(forget_businesses, name="ledger_forgets_businesses"),
    ),
    events=(JournalReversed,),
    routes=_http.ROUTES,
    permissions=(READ, REVERSE),
    checks=CHECKS,
    starts=(_start,),
)
