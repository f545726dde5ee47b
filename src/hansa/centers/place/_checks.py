"""What `hansa verify` audits of places."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.place._store import first_version_lost
from hansa.centers.place.types import PLACE_ID
from hansa.kernel.center import Check
from hansa.kernel.db import Transaction


async def versions_are_kept(tx: Transaction) -> Sequence[str]:
    """Every version of a place was kept, and the last one is the place as it stands."""
    found = await first_version_lost(tx)
    return [] if found is None else [f"Not every version of the place {PLACE_ID.show(found)} was kept."]


CHECKS = (Check("place.versions_are_kept", versions_are_kept),)
