"""What `hansa verify` audits of shops."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.shop._store.saying import first_outdated_seller
from hansa.centers.shop._store.shops import first_status_untold
from hansa.centers.shop._store.staff import first_owner_on_staff
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.center import Check
from hansa.kernel.db import Transaction


async def owners_are_not_staff(tx: Transaction) -> Sequence[str]:
    """No owner is also staff: what the owner may do must not shrink to what staff was given."""
    found = await first_owner_on_staff(tx)
    return [] if found is None else [f"The shop {SHOP_ID.show(found)} has its owner among its staff."]


async def statuses_are_told(tx: Transaction) -> Sequence[str]:
    """The last step in a shop's history led to where it stands."""
    found = await first_status_untold(tx)
    return [] if found is None else [f"The shop {SHOP_ID.show(found)} stands where its history did not lead."]


async def sellers_are_the_last_stated(tx: Transaction) -> Sequence[str]:
    """A shop points to the last version of its legal entity."""
    found = await first_outdated_seller(tx)
    return [] if found is None else [f"The shop {SHOP_ID.show(found)} sells under an outdated legal entity."]


CHECKS = (
    Check("shop.owners_are_not_staff", owners_are_not_staff),
    Check("shop.statuses_are_told", statuses_are_told),
    Check("shop.sellers_are_the_last_stated", sellers_are_the_last_stated),
)
